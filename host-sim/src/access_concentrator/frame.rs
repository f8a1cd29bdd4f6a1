//! PPPoE frames, as they are on the wire (RFC 2516, section 4).

/// Ethertype of discovery.
const DISCOVERY: u16 = 0x8863;
/// Ethertype of sessions.
const SESSION: u16 = 0x8864;
/// Ethertype of an IEEE 802.1Q tag.
const VLAN: u16 = 0x8100;
const VLAN_MASK: u16 = 0x0fff;
/// Version 1, type 1.
const VERSION_AND_TYPE: u8 = 0x11;

/// A MAC address.
pub type Mac = [u8; 6];

/// The codes of discovery (RFC 2516, sections 5.1 to 5.5).
pub(crate) mod code {
    pub(crate) const SESSION: u8 = 0x00;
    pub(crate) const PADO: u8 = 0x07;
    pub(crate) const PADI: u8 = 0x09;
    pub(crate) const PADR: u8 = 0x19;
    pub(crate) const PADS: u8 = 0x65;
    pub(crate) const PADT: u8 = 0xa7;
}

/// The tags of discovery (RFC 2516, appendix A; RFC 4638, section 4).
pub(crate) mod tag {
    pub(crate) const SERVICE_NAME: u16 = 0x0101;
    pub(crate) const AC_NAME: u16 = 0x0102;
    pub(crate) const HOST_UNIQ: u16 = 0x0103;
    pub(crate) const AC_COOKIE: u16 = 0x0104;
    pub(crate) const RELAY_SESSION_ID: u16 = 0x0110;
    pub(crate) const PPP_MAX_PAYLOAD: u16 = 0x0120;
    pub(crate) const SERVICE_NAME_ERROR: u16 = 0x0201;
    pub(crate) const AC_SYSTEM_ERROR: u16 = 0x0202;
    pub(crate) const GENERIC_ERROR: u16 = 0x0203;
}

/// Numbers of what PPP carries.
pub(crate) mod protocol {
    pub(crate) const IPV4: u16 = 0x0021;
    pub(crate) const IPV6: u16 = 0x0057;
    pub(crate) const IPCP: u16 = 0x8021;
    pub(crate) const IPV6CP: u16 = 0x8057;
    pub(crate) const CCP: u16 = 0x80fd;
    pub(crate) const LCP: u16 = 0xc021;
    pub(crate) const PAP: u16 = 0xc023;
    pub(crate) const CHAP: u16 = 0xc223;
}

/// A PPPoE frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) to: Mac,
    pub(crate) from: Mac,
    /// The VLAN of its one tag, if it has one.
    pub(crate) vlan: Option<u16>,
    pub(crate) code: u8,
    pub(crate) session: u16,
    /// What the length field says is there.
    pub(crate) payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The frame, if it is PPPoE and complete.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (to, rest) = bytes.split_first_chunk::<6>()?;
        let (from, rest) = rest.split_first_chunk::<6>()?;
        let (ethertype, rest) = word(rest)?;
        let (vlan, ethertype, rest) = if ethertype == VLAN {
            let (tag, rest) = word(rest)?;
            let (ethertype, rest) = word(rest)?;
            (Some(tag & VLAN_MASK), ethertype, rest)
        } else {
            (None, ethertype, rest)
        };
        let (&[version_and_type, code], rest) = rest.split_first_chunk::<2>()?;
        let (session, rest) = word(rest)?;
        let (length, rest) = word(rest)?;
        let is_ours = match ethertype {
            DISCOVERY => code != code::SESSION,
            SESSION => code == code::SESSION,
            _ => false,
        };
        if !is_ours || version_and_type != VERSION_AND_TYPE {
            return None;
        }
        Some(Self {
            to: *to,
            from: *from,
            vlan,
            code,
            session,
            payload: rest.get(..usize::from(length))?,
        })
    }

    /// The frame as bytes. Not padded: neither does Linux.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let ethertype = if self.code == code::SESSION {
            SESSION
        } else {
            DISCOVERY
        };
        let length = u16::try_from(self.payload.len()).unwrap_or(u16::MAX);
        let mut bytes = [self.to, self.from].concat();
        if let Some(vlan) = self.vlan {
            bytes.extend([VLAN.to_be_bytes(), vlan.to_be_bytes()].concat());
        }
        bytes.extend(ethertype.to_be_bytes());
        bytes.extend([VERSION_AND_TYPE, self.code]);
        bytes.extend([self.session.to_be_bytes(), length.to_be_bytes()].concat());
        bytes.extend(self.payload);
        bytes
    }

    /// What a session frame carries: its protocol (RFC 1661, section 2, uncompressed) and the rest.
    pub(crate) fn ppp(&self) -> Option<(u16, &'a [u8])> {
        if self.code == code::SESSION {
            word(self.payload)
        } else {
            None
        }
    }

    /// The tags of a discovery frame, up to the end, or the first that is not whole.
    pub(crate) fn tags(&self) -> Vec<(u16, &'a [u8])> {
        let mut tags = Vec::new();
        let mut rest = self.payload;
        while let Some((kind, after)) = word(rest)
            && kind != 0
            && let Some((length, after)) = word(after)
            && let Some((value, after)) = after.split_at_checked(usize::from(length))
        {
            tags.push((kind, value));
            rest = after;
        }
        tags
    }
}

/// Tags as they are in a frame.
pub(crate) fn tag_bytes(tags: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, value) in tags {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        bytes.extend([kind.to_be_bytes(), length.to_be_bytes()].concat());
        bytes.extend(*value);
    }
    bytes
}

/// The first 16 bits, and the rest.
pub(crate) fn word(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (&first, rest) = bytes.split_first_chunk::<2>()?;
    Some((u16::from_be_bytes(first), rest))
}
