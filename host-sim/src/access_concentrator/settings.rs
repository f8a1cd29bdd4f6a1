//! How an access concentrator is set up, and what goes wrong with it.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::frame::Mac;

/// How customers say who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// In clear text (RFC 1334).
    Pap,
    /// By a challenge, with MD5 (RFC 1994).
    Chap,
}

/// Somebody with a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The name that PAP or CHAP tells.
    pub name: String,
    /// The secret of both.
    pub password: String,
}

/// What customers get to speak IPv6 with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Settings {
    /// The first customer's prefix; the others' follow it.
    pub first_prefix: Ipv6Addr,
    /// Its length, from 48 to 64.
    pub prefix_len: u8,
    /// A recursive name server.
    pub dns: Ipv6Addr,
}

/// How an access concentrator is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Its MAC address.
    pub mac: Mac,
    /// The VLAN of the access line, if it has one.
    pub vlan: Option<u16>,
    /// The AC-Name of its offers.
    pub name: String,
    /// The services it offers; any is given to who asks for none.
    pub services: Vec<String>,
    /// What it asks of its customers.
    pub authentication: Authentication,
    /// Who they are.
    pub customers: Vec<Customer>,
    /// The most bytes of PPP payload that the line carries, for customers who ask (RFC 4638).
    pub max_payload_bytes: u16,
    /// The most bytes of packet that it takes and sends, whatever the customer could.
    pub mru_bytes: u16,
    /// Its own address.
    pub ipv4: Ipv4Addr,
    /// The first customer's; the others' follow it.
    pub first_customer_ipv4: Ipv4Addr,
    /// Sessions at a time, at most.
    pub most_sessions: u16,
    /// Name servers.
    pub dns: [Ipv4Addr; 2],
    /// IPv6, if there is any.
    pub ipv6: Option<Ipv6Settings>,
    /// Offers Van Jacobson's header compression (RFC 1144).
    pub offers_header_compression: bool,
    /// Offers the Compression Control Protocol (RFC 1962).
    pub offers_compression: bool,
    /// How often it asks whether the customer is still there.
    pub echo_interval_ms: u64,
    /// How many answers may stay out.
    pub echo_failures: u32,
    /// What it does not hear at first, as a server whose processes start too late.
    pub deaf_to: Vec<Deafness>,
}

/// Frames that get lost on their way to the access concentrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deafness {
    /// Which.
    pub kind: FrameKind,
    /// How many of them, from the first on.
    pub frames: u32,
}

/// What a customer's frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// PPPoE Active Discovery Initiation.
    Padi,
    /// PPPoE Active Discovery Request.
    Padr,
    /// PPPoE Active Discovery Terminate.
    Padt,
    /// LCP, whatever its code.
    Lcp,
    /// PAP or CHAP.
    Authentication,
    /// IPCP.
    Ipcp,
    /// IPV6CP.
    Ipv6cp,
    /// IPv4 or IPv6.
    Packet,
}

impl Default for Settings {
    /// As the real one in `guests/access_concentrator.sh`: CHAP, 16 sessions, and one customer,
    /// `customer` with the password `secret`.
    fn default() -> Self {
        Self {
            mac: [0x02, 0, 0, 0, 0xac, 0],
            vlan: None,
            name: "lab-ac".to_owned(),
            services: vec!["internet".to_owned()],
            authentication: Authentication::Chap,
            customers: vec![Customer {
                name: "customer".to_owned(),
                password: "secret".to_owned(),
            }],
            max_payload_bytes: 1500,
            mru_bytes: 1492,
            ipv4: Ipv4Addr::new(10, 64, 0, 1),
            first_customer_ipv4: Ipv4Addr::new(10, 64, 0, 10),
            most_sessions: 16,
            dns: [
                Ipv4Addr::new(203, 0, 113, 53),
                Ipv4Addr::new(203, 0, 113, 54),
            ],
            ipv6: Some(Ipv6Settings {
                first_prefix: Ipv6Addr::new(0x2001, 0xdb8, 0x100, 0, 0, 0, 0, 0),
                prefix_len: 56,
                dns: Ipv6Addr::new(0x2001, 0xdb8, 3, 0, 0, 0, 0, 53),
            }),
            offers_header_compression: false,
            offers_compression: false,
            echo_interval_ms: 10_000,
            echo_failures: 3,
            deaf_to: Vec::new(),
        }
    }
}
