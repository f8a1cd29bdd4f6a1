//! Messages (RFC 2131, section 2).

use core::net::Ipv4Addr;

use crate::pppoe::Mac;
use crate::shared::bytes::{array_at, ipv4_at, put, u8_at, u32_at};

use super::options::{
    CLASSLESS_STATIC_ROUTE, CLIENT_IDENTIFIER, DOMAIN_NAME_SERVER, END, INTERFACE_MTU, LEASE_TIME,
    MAX_MESSAGE_SIZE, MESSAGE_TYPE, Options, PARAMETER_REQUEST_LIST, REBINDING_TIME, RENEWAL_TIME,
    REQUESTED_ADDRESS, ROUTER, SERVER_IDENTIFIER, SUBNET_MASK,
};
use super::status::Discard;

/// What BOOTP makes of every message (RFC 951), and enough for all that is asked.
pub(crate) const REQUEST_BYTES: usize = 300;
/// The largest message that is taken, in bytes: what every host takes (RFC 2131, section 2).
const MAX_MESSAGE_BYTES: u16 = 576;
const BOOTREQUEST: u8 = 1;
const BOOTREPLY: u8 = 2;
/// Ethernet, and the length of its addresses.
const ETHERNET: [u8; 2] = [1, 6];
const SNAME_AT: usize = 44;
const FILE_AT: usize = 108;
const COOKIE_AT: usize = 236;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
const OPTIONS_AT: usize = 240;

/// What is asked for. The classless static routes come before the router (RFC 3442).
const WANTED: [u8; 8] = [
    SUBNET_MASK,
    CLASSLESS_STATIC_ROUTE,
    ROUTER,
    DOMAIN_NAME_SERVER,
    INTERFACE_MTU,
    LEASE_TIME,
    RENEWAL_TIME,
    REBINDING_TIME,
];

/// What a message is for (RFC 2132, section 9.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Discover,
    Offer,
    Request,
    Decline,
    Ack,
    Nak,
}

impl Kind {
    fn number(self) -> u8 {
        match self {
            Self::Discover => 1,
            Self::Offer => 2,
            Self::Request => 3,
            Self::Decline => 4,
            Self::Ack => 5,
            Self::Nak => 6,
        }
    }
}

/// A message of a server.
pub(crate) struct Reply<'a> {
    pub(crate) kind: Kind,
    pub(crate) transaction_id: u32,
    pub(crate) address: Ipv4Addr,
    pub(crate) options: Options<'a>,
}

impl<'a> Reply<'a> {
    /// Reads a message to the client with this address.
    pub(crate) fn read(bytes: &'a [u8], mac: Mac) -> Result<Self, Discard> {
        let cookie: [u8; 4] = array_at(bytes, COOKIE_AT).ok_or(Discard::Truncated)?;
        if u8_at(bytes, 0) != Some(BOOTREPLY) || cookie != COOKIE {
            return Err(Discard::NotDhcp);
        }
        if array_at(bytes, 1) != Some(ETHERNET) || array_at(bytes, 28) != Some(mac) {
            return Err(Discard::OtherClient);
        }
        let area = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
        let options = Options::read(
            bytes.get(OPTIONS_AT..).unwrap_or_default(),
            area(FILE_AT, COOKIE_AT),
            area(SNAME_AT, FILE_AT),
        )?;
        let kind = match options.find(MESSAGE_TYPE) {
            Some([2]) => Kind::Offer,
            Some([5]) => Kind::Ack,
            Some([6]) => Kind::Nak,
            _ => return Err(Discard::NotDhcp),
        };
        Ok(Self {
            kind,
            transaction_id: u32_at(bytes, 4).ok_or(Discard::Truncated)?,
            address: ipv4_at(bytes, 16).ok_or(Discard::Truncated)?,
            options,
        })
    }
}

/// A message of the client.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    pub(crate) kind: Kind,
    pub(crate) transaction_id: u32,
    pub(crate) seconds: u16,
    /// The client's address, where it has one and answers for it (`ciaddr`).
    pub(crate) own_address: Option<Ipv4Addr>,
    /// The address that it would like to have.
    pub(crate) requested: Option<Ipv4Addr>,
    /// The server that is meant.
    pub(crate) server: Option<Ipv4Addr>,
}

impl Request {
    /// The message as it goes into a datagram.
    pub(crate) fn to_bytes(self, mac: Mac) -> [u8; REQUEST_BYTES] {
        let mut bytes = [0; REQUEST_BYTES];
        put(&mut bytes, 0, [BOOTREQUEST]);
        put(&mut bytes, 1, ETHERNET);
        put(&mut bytes, 4, self.transaction_id.to_be_bytes());
        put(&mut bytes, 8, self.seconds.to_be_bytes());
        let own = self.own_address.unwrap_or(Ipv4Addr::UNSPECIFIED);
        put(&mut bytes, 12, own.octets());
        put(&mut bytes, 28, mac);
        put(&mut bytes, COOKIE_AT, COOKIE);
        let [a, b, c, d, e, f] = mac;
        let mut writer = Writer {
            bytes: &mut bytes,
            at: OPTIONS_AT,
        };
        writer.option(MESSAGE_TYPE, [self.kind.number()]);
        // RFC 2132, section 9.14: the hardware type, and the address.
        writer.option(CLIENT_IDENTIFIER, [1, a, b, c, d, e, f]);
        if let Some(address) = self.requested {
            writer.option(REQUESTED_ADDRESS, address.octets());
        }
        if let Some(server) = self.server {
            writer.option(SERVER_IDENTIFIER, server.octets());
        }
        // RFC 2131, table 5: who declines asks for nothing.
        if self.kind != Kind::Decline {
            writer.option(MAX_MESSAGE_SIZE, MAX_MESSAGE_BYTES.to_be_bytes());
            writer.option(PARAMETER_REQUEST_LIST, WANTED);
        }
        writer.raw([END]);
        bytes
    }
}

struct Writer<'a> {
    bytes: &'a mut [u8; REQUEST_BYTES],
    at: usize,
}

impl Writer<'_> {
    fn option<const N: usize>(&mut self, kind: u8, value: [u8; N]) {
        let len = u8::try_from(N).unwrap_or(u8::MAX);
        self.raw([kind, len]);
        self.raw(value);
    }

    fn raw<const N: usize>(&mut self, bytes: [u8; N]) {
        put(self.bytes, self.at, bytes);
        self.at = self.at.saturating_add(N);
    }
}
