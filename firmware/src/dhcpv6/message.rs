//! The format of messages and options (RFC 8415, sections 8 and 21).

use core::net::Ipv6Addr;

use heapless::Vec;

use crate::shared::bytes::{array_at, ipv6_at, length_field, u8_at, u16_at, u32_at};

pub(super) const SOLICIT: u8 = 1;
pub(super) const ADVERTISE: u8 = 2;
pub(super) const REQUEST: u8 = 3;
pub(super) const RENEW: u8 = 5;
pub(super) const REBIND: u8 = 6;
pub(super) const REPLY: u8 = 7;

const CLIENT_ID: u16 = 1;
const SERVER_ID: u16 = 2;
const OPTION_REQUEST: u16 = 6;
const PREFERENCE: u16 = 7;
const ELAPSED_TIME: u16 = 8;
const STATUS_CODE: u16 = 13;
/// RFC 3646, section 3.
const DNS_SERVERS: u16 = 23;
const IA_PD: u16 = 25;
const IA_PREFIX: u16 = 26;
const SOL_MAX_RT: u16 = 82;

const SUCCESS: u16 = 0;
pub(super) const NO_BINDING: u16 = 3;

/// Of a DUID, its type included (section 11.1).
const MAX_DUID_BYTES: usize = 130;
/// DUID-LL of an Ethernet address (section 11.4).
const OWN_DUID_BYTES: usize = 10;
/// Of a message of ours: 4 of header, 14 and 134 of identifiers, 8 of wishes, 6 of time, 45 of prefix.
pub(crate) const MAX_MESSAGE_BYTES: usize = 256;
/// The one IA_PD that we have.
const IAID: [u8; 4] = [0, 0, 0, 1];

/// Who somebody is.
pub(super) type Duid = Vec<u8, MAX_DUID_BYTES>;

/// A prefix as an option has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    pub(super) preferred_s: u32,
    pub(super) valid_s: u32,
    pub(super) len: u8,
    pub(super) network: Ipv6Addr,
}

/// DUID-LL: who the box is, the same after every start.
pub(super) fn own_duid([a, b, c, d, e, f]: [u8; 6]) -> [u8; OWN_DUID_BYTES] {
    [0, 3, 0, 1, a, b, c, d, e, f]
}

/// A message of ours.
pub(super) struct Outgoing<'a> {
    pub(super) kind: u8,
    pub(super) transaction: [u8; 3],
    pub(super) client: [u8; OWN_DUID_BYTES],
    /// To whom, where it is to one of them only.
    pub(super) server: Option<&'a [u8]>,
    pub(super) elapsed_hundredths: u16,
    /// The prefix that we have or would like.
    pub(super) prefix: Option<Prefix>,
}

impl Outgoing<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8, MAX_MESSAGE_BYTES> {
        let mut ia = Vec::<u8, 64>::new();
        put(&mut ia, &IAID);
        // T1 and T2 are the server's to choose (section 21.21).
        put(&mut ia, &[0; 8]);
        if let Some(prefix) = self.prefix {
            let mut value = Vec::<u8, 25>::new();
            // What a client writes into the lifetimes counts for nothing.
            put(&mut value, &[0; 8]);
            put(&mut value, &[prefix.len]);
            put(&mut value, &prefix.network.octets());
            put_option(&mut ia, IA_PREFIX, &value);
        }
        let wishes = [DNS_SERVERS, SOL_MAX_RT].map(u16::to_be_bytes);
        let mut message = Vec::new();
        put(&mut message, &[self.kind]);
        put(&mut message, &self.transaction);
        put_option(&mut message, CLIENT_ID, &self.client);
        if let Some(server) = self.server {
            put_option(&mut message, SERVER_ID, server);
        }
        put_option(&mut message, OPTION_REQUEST, wishes.as_flattened());
        let elapsed = self.elapsed_hundredths.to_be_bytes();
        put_option(&mut message, ELAPSED_TIME, &elapsed);
        put_option(&mut message, IA_PD, &ia);
        message
    }
}

// The sizes above leave room for all that is written.
fn put<const N: usize>(bytes: &mut Vec<u8, N>, more: &[u8]) {
    let fits = bytes.extend_from_slice(more).is_ok();
    debug_assert!(fits);
}

fn put_option<const N: usize>(bytes: &mut Vec<u8, N>, code: u16, value: &[u8]) {
    put(bytes, &code.to_be_bytes());
    put(bytes, &length_field(value.len()).to_be_bytes());
    put(bytes, value);
}

/// A message of a server.
pub(super) struct Incoming<'a> {
    pub(super) kind: u8,
    pub(super) transaction: [u8; 3],
    options: Options<'a>,
}

impl<'a> Incoming<'a> {
    /// Reads a message; `None` when an option reaches past its end.
    pub(super) fn read(payload: &'a [u8]) -> Option<Self> {
        let [kind, a, b, c, rest @ ..] = payload else {
            return None;
        };
        Some(Self {
            kind: *kind,
            transaction: [*a, *b, *c],
            options: Options::read(rest)?,
        })
    }

    /// Whether it is for the one with this DUID.
    pub(super) fn is_for(&self, client: &[u8]) -> bool {
        self.options.first(CLIENT_ID) == Some(client)
    }

    pub(super) fn server(&self) -> Option<Duid> {
        let server = self.options.first(SERVER_ID)?;
        // A type, and at least a byte more.
        Duid::from_slice(server).ok().filter(|duid| duid.len() >= 3)
    }

    pub(super) fn preference(&self) -> u8 {
        self.options
            .first(PREFERENCE)
            .and_then(|value| u8_at(value, 0))
            .unwrap_or(0)
    }

    /// Whether the whole message says that it went wrong.
    pub(super) fn has_failed(&self) -> bool {
        self.options.status() != SUCCESS
    }

    /// How long we are to wait between Solicits at most, within section 21.24's bounds.
    pub(super) fn solicit_limit_s(&self) -> Option<u32> {
        let value = self.options.first(SOL_MAX_RT)?;
        u32_at(value, 0).filter(|seconds| (60..=86_400).contains(seconds))
    }

    /// The first and the second name server.
    pub(super) fn name_servers(&self) -> [Option<Ipv6Addr>; 2] {
        let value = self.options.first(DNS_SERVERS).unwrap_or_default();
        [ipv6_at(value, 0), ipv6_at(value, 16)]
    }

    /// What is said of our prefixes; the first of several.
    pub(super) fn association(&self) -> Option<Association<'a>> {
        let value = self
            .options
            .all(IA_PD)
            .find(|value| array_at(value, 0) == Some(IAID))?;
        let association = Association {
            t1_s: u32_at(value, 4)?,
            t2_s: u32_at(value, 8)?,
            options: Options::read(value.get(12..)?)?,
        };
        // Section 21.21: one that contradicts itself counts for nothing.
        let (t1_s, t2_s) = (association.t1_s, association.t2_s);
        (t1_s <= t2_s || t2_s == 0).then_some(association)
    }
}

/// An identity association for prefixes (section 21.21).
pub(super) struct Association<'a> {
    pub(super) t1_s: u32,
    pub(super) t2_s: u32,
    options: Options<'a>,
}

impl<'a> Association<'a> {
    /// Why there is no prefix, if so.
    pub(super) fn failure(&self) -> Option<u16> {
        Some(self.options.status()).filter(|status| *status != SUCCESS)
    }

    /// The prefixes that don't contradict themselves (section 21.22).
    pub(super) fn prefixes(&self) -> impl Iterator<Item = Prefix> + use<'a> {
        self.options.all(IA_PREFIX).filter_map(|value| {
            let prefix = Prefix {
                preferred_s: u32_at(value, 0)?,
                valid_s: u32_at(value, 4)?,
                len: u8_at(value, 8)?,
                network: ipv6_at(value, 9)?,
            };
            let status = Options::read(value.get(25..)?)?.status();
            (prefix.preferred_s <= prefix.valid_s && status == SUCCESS).then_some(prefix)
        })
    }
}

/// Options one after the other, each of which ends before the last byte.
#[derive(Clone, Copy)]
struct Options<'a>(&'a [u8]);

impl<'a> Options<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes;
        while !rest.is_empty() {
            (_, _, rest) = split_option(rest)?;
        }
        Some(Self(bytes))
    }

    fn all(self, wanted: u16) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (code, value, behind) = split_option(rest)?;
            rest = behind;
            Some((code, value))
        })
        .filter_map(move |(code, value)| (code == wanted).then_some(value))
    }

    fn first(self, wanted: u16) -> Option<&'a [u8]> {
        self.all(wanted).next()
    }

    /// The status; a missing one is success (section 21.13).
    fn status(self) -> u16 {
        self.first(STATUS_CODE)
            .and_then(|value| u16_at(value, 0))
            .unwrap_or(SUCCESS)
    }
}

fn split_option(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (code, len) = (u16_at(bytes, 0)?, usize::from(u16_at(bytes, 2)?));
    let (value, rest) = bytes.get(4..)?.split_at_checked(len)?;
    Some((code, value, rest))
}
