//! What somebody who watches the access line learns about its sessions.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde::Serialize;

use crate::access_concentrator::control::{Control, code as control};
use crate::access_concentrator::frame::{Frame, code, protocol, tag};

/// Sessions that are remembered; more would be a client that never comes to rest.
const MOST_SESSIONS: usize = 256;
const PAP_NAK: u8 = 3;
const CHAP_FAILURE: u8 = 4;
/// Payload of PPPoE unless both ends know better (RFC 2516, section 7), and PPP's own default.
const USUAL_MRU: u16 = 1492;
const DEFAULT_MRU: u16 = 1500;

/// One PPPoE session, and how it came about. All times are since the lab started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Its number.
    pub id: u16,
    /// When the customer first asked who is there (PADI).
    pub asked_at: Duration,
    /// How often it asked.
    pub padis: u32,
    /// When it was confirmed (PADS).
    pub confirmed_at: Duration,
    /// The access concentrator's name.
    pub concentrator: String,
    /// What both know the line to carry, in bytes of PPP payload, if more than usual (RFC 4638).
    pub max_payload_bytes: Option<u16>,
    /// What the customer receives, in bytes, once the other one has agreed.
    pub customers_mru_bytes: Option<u16>,
    /// What the access concentrator receives.
    pub concentrators_mru_bytes: Option<u16>,
    /// How the customer says who it is: `PAP` or `CHAP`.
    pub authentication: Option<&'static str>,
    /// The customer was turned away.
    pub turned_away: bool,
    /// The customer's address.
    pub ipv4: Option<Ipv4Addr>,
    /// The name servers that it was told.
    pub dns: Vec<Ipv4Addr>,
    /// When IPv4 packets could first pass.
    pub ipv4_at: Option<Duration>,
    /// When IPv6 packets could.
    pub ipv6_at: Option<Duration>,
    /// When the first packet of somebody behind the customer's router did: TCP or UDP, from its address.
    pub first_packet_at: Option<Duration>,
    /// When it ended, and who said so with a PADT or LCP's Terminate-Request.
    pub ended: Option<(Duration, Side)>,
    /// Van Jacobson's header compression was offered, and rejected.
    pub rejected_header_compression: bool,
    /// LCP's Protocol-Reject came for the Compression Control Protocol.
    pub rejected_compression: bool,
    #[serde(skip)]
    acked: [bool; 2],
    #[serde(skip)]
    ipv6_acked: [bool; 2],
}

/// One of the two ends of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The router.
    Customer,
    /// The access concentrator.
    Concentrator,
}

impl Session {
    /// The longest packet that passes both ways, in bytes from the IP header on, once LCP has agreed.
    #[must_use]
    pub fn mtu_bytes(&self) -> Option<u16> {
        let line = self.max_payload_bytes.unwrap_or(USUAL_MRU);
        let ends = self.customers_mru_bytes?.min(self.concentrators_mru_bytes?);
        Some(ends.min(line))
    }

    /// From the first PADI to the first packet that somebody behind the router sent.
    #[must_use]
    pub fn until_first_packet(&self) -> Option<Duration> {
        self.first_packet_at?.checked_sub(self.asked_at)
    }
}

/// Watches one customer's line.
#[derive(Debug, Default)]
pub(crate) struct Onlooker {
    sessions: Vec<Session>,
    asking: Option<(Duration, u32)>,
    offered: String,
}

impl Onlooker {
    /// The sessions so far, the latest last.
    pub(crate) fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// How often the customer has asked who is there, since the last session.
    pub(crate) fn padis(&self) -> u32 {
        self.asking.map_or(0, |(_, padis)| padis)
    }

    /// Looks at a frame that passed, from this side.
    pub(crate) fn look(&mut self, now: Duration, from: Side, bytes: &[u8]) {
        let Some(frame) = Frame::parse(bytes) else {
            return;
        };
        match (from, frame.code) {
            (Side::Customer, code::PADI) => {
                let (_, padis) = self.asking.get_or_insert((now, 0));
                *padis += 1;
            }
            (Side::Concentrator, code::PADO) => {
                let name = find(&frame, tag::AC_NAME).unwrap_or_default();
                self.offered = String::from_utf8_lossy(name).into_owned();
            }
            (Side::Concentrator, code::PADS) if frame.session != 0 => self.confirm(now, &frame),
            (_, code::PADT) => self.end(now, from, frame.session),
            (_, code::SESSION) => {
                if let Some((protocol, packet)) = frame.ppp() {
                    self.packet(now, from, frame.session, protocol, packet);
                }
            }
            _ => {}
        }
    }

    fn confirm(&mut self, now: Duration, pads: &Frame<'_>) {
        if self.sessions.len() == MOST_SESSIONS {
            self.sessions.remove(0);
        }
        let (asked_at, padis) = self.asking.take().unwrap_or((now, 0));
        let max_payload = find(pads, tag::PPP_MAX_PAYLOAD)
            .and_then(|value| value.first_chunk())
            .map(|&value| u16::from_be_bytes(value));
        self.sessions.push(Session {
            id: pads.session,
            asked_at,
            padis,
            confirmed_at: now,
            concentrator: self.offered.clone(),
            max_payload_bytes: max_payload,
            ..Session::default()
        });
    }

    fn end(&mut self, now: Duration, from: Side, id: u16) {
        if let Some(session) = self.session(id) {
            session.ended.get_or_insert((now, from));
        }
    }

    fn session(&mut self, id: u16) -> Option<&mut Session> {
        let mut latest_first = self.sessions.iter_mut().rev();
        latest_first.find(|session| session.id == id)
    }

    fn packet(&mut self, now: Duration, from: Side, id: u16, protocol: u16, packet: &[u8]) {
        let Some(session) = self.session(id) else {
            return;
        };
        if from == Side::Customer && session.first_packet_at.is_none() {
            let source = packet.get(12..).and_then(|bytes| bytes.first_chunk::<4>());
            let is_hosts = matches!(packet.get(9), Some(6 | 17));
            let is_own = source.map(|&source| Ipv4Addr::from(source)) == session.ipv4;
            if protocol == protocol::IPV4 && is_hosts && is_own {
                session.first_packet_at = Some(now);
            }
        }
        let Some(packet) = Control::parse(packet) else {
            return;
        };
        match (protocol, packet.code) {
            (protocol::LCP, control::CONFIGURE_ACK) => session.lcp_agreed(from, packet),
            (protocol::LCP, control::TERMINATE_REQUEST) => self.end(now, from, id),
            (protocol::LCP, control::PROTOCOL_REJECT) => {
                session.rejected_compression |=
                    packet.data.starts_with(&protocol::CCP.to_be_bytes());
            }
            (protocol::PAP, PAP_NAK) | (protocol::CHAP, CHAP_FAILURE) => {
                session.turned_away |= from == Side::Concentrator;
            }
            (protocol::IPCP, control::CONFIGURE_ACK) => {
                session.acked[from as usize] = true;
                if from == Side::Concentrator {
                    session.ipcp_agreed(packet);
                }
                if session.acked == [true; 2] {
                    session.ipv4_at.get_or_insert(now);
                }
            }
            (protocol::IPCP, control::CONFIGURE_REJECT) if from == Side::Customer => {
                let options = packet.options().unwrap_or_default();
                session.rejected_header_compression |=
                    options.iter().any(|option| option.kind == 2);
            }
            (protocol::IPV6CP, control::CONFIGURE_ACK) => {
                session.ipv6_acked[from as usize] = true;
                if session.ipv6_acked == [true; 2] {
                    session.ipv6_at.get_or_insert(now);
                }
            }
            _ => {}
        }
    }
}

impl Session {
    /// What one end agreed to is the other one's MRU and authentication (RFC 1661, section 6).
    fn lcp_agreed(&mut self, from: Side, ack: Control<'_>) {
        let mut mru = DEFAULT_MRU;
        for option in ack.options().unwrap_or_default() {
            match (option.kind, &option.value[..]) {
                (1, &[high, low]) => mru = u16::from_be_bytes([high, low]),
                (3, [0xc0, 0x23]) => self.authentication = Some("PAP"),
                (3, [0xc2, 0x23, 5]) => self.authentication = Some("CHAP"),
                _ => {}
            }
        }
        match from {
            Side::Customer => self.concentrators_mru_bytes = Some(mru),
            Side::Concentrator => self.customers_mru_bytes = Some(mru),
        }
    }

    /// Address and name servers (RFC 1332, section 3.3; RFC 1877).
    fn ipcp_agreed(&mut self, ack: Control<'_>) {
        self.dns.clear();
        for option in ack.options().unwrap_or_default() {
            let Some(&address) = option.value.first_chunk::<4>() else {
                continue;
            };
            match option.kind {
                3 => self.ipv4 = Some(Ipv4Addr::from(address)),
                129 | 131 => self.dns.push(Ipv4Addr::from(address)),
                _ => {}
            }
        }
    }
}

fn find<'a>(frame: &Frame<'a>, kind: u16) -> Option<&'a [u8]> {
    let mut tags = frame.tags().into_iter();
    tags.find(|(of, _)| *of == kind).map(|(_, value)| value)
}
