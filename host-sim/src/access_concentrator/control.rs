//! The packets of LCP and of what is built like it (RFC 1661, section 5).

use super::frame::word;

/// Codes that LCP, IPCP, IPV6CP and CCP share, and those that only LCP has.
pub(crate) mod code {
    pub(crate) const CONFIGURE_REQUEST: u8 = 1;
    pub(crate) const CONFIGURE_ACK: u8 = 2;
    pub(crate) const CONFIGURE_NAK: u8 = 3;
    pub(crate) const CONFIGURE_REJECT: u8 = 4;
    pub(crate) const TERMINATE_REQUEST: u8 = 5;
    pub(crate) const TERMINATE_ACK: u8 = 6;
    pub(crate) const CODE_REJECT: u8 = 7;
    pub(crate) const PROTOCOL_REJECT: u8 = 8;
    pub(crate) const ECHO_REQUEST: u8 = 9;
    pub(crate) const ECHO_REPLY: u8 = 10;
    pub(crate) const DISCARD_REQUEST: u8 = 11;
}

/// Code, identifier and length.
pub(crate) const HEADER_LEN: usize = 4;

/// A control packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Control<'a> {
    pub(crate) code: u8,
    pub(crate) identifier: u8,
    pub(crate) data: &'a [u8],
}

impl<'a> Control<'a> {
    /// The packet, if it is whole; what its length leaves out is padding.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[code, identifier], rest) = bytes.split_first_chunk::<2>()?;
        let (length, rest) = word(rest)?;
        Some(Self {
            code,
            identifier,
            data: rest.get(..usize::from(length).checked_sub(HEADER_LEN)?)?,
        })
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let length = u16::try_from(self.data.len() + HEADER_LEN).unwrap_or(u16::MAX);
        let mut bytes = vec![self.code, self.identifier];
        bytes.extend(length.to_be_bytes());
        bytes.extend(self.data);
        bytes
    }

    /// The options of a configuration packet; `None` when they don't fill it.
    pub(crate) fn options(&self) -> Option<Vec<Choice>> {
        let mut options = Vec::new();
        let mut rest = self.data;
        while !rest.is_empty() {
            let (&[kind, length], _) = rest.split_first_chunk::<2>()?;
            let (option, after) = rest.split_at_checked(usize::from(length))?;
            options.push(Choice {
                kind,
                value: option.get(2..)?.to_vec(),
            });
            rest = after;
        }
        Some(options)
    }
}

/// A configuration option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) kind: u8,
    pub(crate) value: Vec<u8>,
}

impl Choice {
    pub(crate) fn new(kind: u8, value: &[u8]) -> Self {
        Self {
            kind,
            value: value.to_vec(),
        }
    }
}

/// Options as they are in a packet.
pub(crate) fn option_bytes(options: &[Choice]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for option in options {
        let length = u8::try_from(option.value.len() + 2).unwrap_or(u8::MAX);
        bytes.extend([option.kind, length]);
        bytes.extend(&option.value);
    }
    bytes
}
