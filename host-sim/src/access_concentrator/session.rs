//! One customer's PPP session, from the first Configure-Request to the last packet.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::authentication::{self, Examination, Verdict};
use super::control::{Control, HEADER_LEN, code};
use super::draws::Draws;
use super::frame::{Mac, protocol};
use super::ipv6::Access;
use super::layers::{Ipcp, Ipv6cp, Lcp, USUAL_MRU};
use super::negotiation::{Negotiation, Outbox, Progress};
use super::settings::Settings;

/// How often the Compression Control Protocol is offered to a peer that says nothing.
const MOST_OFFERS: u32 = 3;
const OFFER_AGAIN: Duration = Duration::from_secs(3);
/// Deflate with a window of 32 KiB (RFC 1979).
const DEFLATE: [u8; 4] = [26, 4, 0x78, 0x00];
/// Magic number of a packet that answers for nobody.
const MAGIC_LEN: usize = 4;

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// LCP negotiates.
    Establish,
    /// The customer is asked who it is.
    Authenticate,
    /// Packets pass as soon as their family's protocol is open.
    Network,
    /// It is over.
    Over,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The customer wanted it.
    CustomersWish,
    /// The customer answered no more.
    Silence,
    /// Name or password were wrong.
    WrongPassword,
    /// No agreement on LCP.
    NoAgreement,
    /// This end was told to.
    OwnWish,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) mac: Mac,
    pub(super) phase: Phase,
    pub(super) reason: Option<Reason>,
    lcp: Negotiation<Lcp>,
    examination: Examination,
    ipcp: Negotiation<Ipcp>,
    ipv6cp: Option<(Negotiation<Ipv6cp>, Access)>,
    /// When the Compression Control Protocol is offered, and how often it was.
    compression: Option<(Duration, u32)>,
    echo_at: Option<Duration>,
    echo_interval: Duration,
    echoes_out: u32,
    echo_failures: u32,
    identifier: u8,
    mru_bytes: u16,
}

impl Session {
    /// A session of customer number `index`, on a line that carries `max_payload` as far as is known.
    pub(super) fn new(
        settings: &Settings,
        mac: Mac,
        index: u16,
        max_payload: u16,
        draws: &mut Draws,
    ) -> Self {
        let [a, b, c, d, ..] = draws.next();
        let interface = |draws: &mut Draws| {
            let [a, b, c, d, e, f, g, h, ..] = draws.next();
            [a, b, c, d, e, f, g, h]
        };
        let mru = settings.mru_bytes.min(max_payload);
        let address = u32::from(settings.first_customer_ipv4).wrapping_add(u32::from(index));
        let ipv6cp = settings.ipv6.map(|ipv6| {
            let (own, hint) = (interface(draws), interface(draws));
            let layer = Ipv6cp {
                own,
                peers: [0; 8],
                hint,
            };
            let access = Access::new(ipv6, index, settings.mac, own);
            (Negotiation::new(layer), access)
        });
        Self {
            mac,
            phase: Phase::Establish,
            reason: None,
            lcp: Negotiation::new(Lcp {
                magic: [a, b, c, d],
                mru,
                peer_mru: USUAL_MRU,
                max_payload,
                authentication: authentication::option(settings.authentication),
                refused: false,
            }),
            examination: Examination::new(
                settings.authentication,
                &settings.customers,
                &settings.name,
                draws.next(),
            ),
            ipcp: Negotiation::new(Ipcp {
                own: settings.ipv4,
                peers: Ipv4Addr::from(address),
                dns: settings.dns,
                offers_compression: settings.offers_header_compression,
            }),
            ipv6cp,
            compression: settings.offers_compression.then_some((Duration::ZERO, 0)),
            echo_at: None,
            echo_interval: Duration::from_millis(settings.echo_interval_ms.max(1)),
            echoes_out: 0,
            echo_failures: settings.echo_failures,
            identifier: 0,
            mru_bytes: mru,
        }
    }

    pub(super) fn start(&mut self, now: Duration, out: &mut Outbox) {
        self.lcp.start(now, out);
    }

    /// The longest packet that goes to the customer.
    pub(super) fn mtu_bytes(&self) -> u16 {
        self.lcp.layer.peer_mru.min(self.mru_bytes)
    }

    /// The address that is kept for the customer.
    pub(super) fn customers_ipv4(&self) -> Ipv4Addr {
        self.ipcp.layer.peers
    }

    /// The customer's address, once packets may pass.
    pub(super) fn ipv4(&self) -> Option<Ipv4Addr> {
        (self.phase == Phase::Network && self.ipcp.is_open()).then_some(self.ipcp.layer.peers)
    }

    /// The same for IPv6.
    pub(super) fn ipv6(&self) -> Option<&Access> {
        let (negotiation, access) = self.ipv6cp.as_ref()?;
        (self.phase == Phase::Network && negotiation.is_open()).then_some(access)
    }

    /// When it next has something to do by itself.
    pub(super) fn next_at(&self) -> Option<Duration> {
        let in_network = self.phase == Phase::Network;
        [
            self.lcp.next_at(),
            self.examination.next_at(),
            self.echo_at,
            self.ipcp.next_at().filter(|_| in_network),
            self.ipv6cp
                .as_ref()
                .and_then(|(negotiation, _)| negotiation.next_at())
                .filter(|_| in_network),
            self.compression.map(|(at, _)| at).filter(|_| in_network),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Does what is due.
    pub(super) fn poll(&mut self, now: Duration, out: &mut Outbox) {
        if self.lcp.poll(now, out) == Progress::GivenUp {
            self.end(Reason::Silence);
        }
        if self.phase == Phase::Authenticate && self.examination.poll(now, out) == Verdict::Failed {
            self.terminate(Reason::WrongPassword, out);
        }
        if self.phase == Phase::Network {
            // A customer may do without one family.
            self.ipcp.poll(now, out);
            if let Some((negotiation, _)) = &mut self.ipv6cp {
                negotiation.poll(now, out);
            }
            self.offer_compression(now, out);
        }
        self.echo(now, out);
    }

    /// Takes a packet of the session; returns it if it is one to forward.
    pub(super) fn receive<'p>(
        &mut self,
        protocol: u16,
        packet: &'p [u8],
        now: Duration,
        out: &mut Outbox,
    ) -> Option<&'p [u8]> {
        match protocol {
            protocol::LCP => self.lcp(packet, now, out),
            protocol::PAP | protocol::CHAP => self.examine(protocol, packet, now, out),
            protocol::IPCP if self.phase == Phase::Network => {
                if let Some(packet) = Control::parse(packet) {
                    network_layer(&mut self.ipcp, packet, now, out);
                }
            }
            protocol::IPV6CP if self.phase == Phase::Network && self.ipv6cp.is_some() => {
                self.receive_ipv6cp(packet, now, out);
            }
            protocol::CCP if self.compression.is_some() => {}
            protocol::IPV4 => return self.ipv4().map(|_| packet),
            protocol::IPV6 if self.ipv6cp.is_some() => {
                return self.receive_ipv6(packet, out);
            }
            // Before authentication, network protocols are silently dropped (RFC 1661, section 3.4).
            protocol::IPCP | protocol::IPV6CP if self.phase != Phase::Network => {}
            unknown => {
                let rejected = [&unknown.to_be_bytes(), packet].concat();
                self.reject(code::PROTOCOL_REJECT, &rejected, out);
            }
        }
        None
    }

    /// Ends it in good manners.
    pub(super) fn terminate(&mut self, reason: Reason, out: &mut Outbox) {
        self.identifier = self.identifier.wrapping_add(1);
        out.control(protocol::LCP, code::TERMINATE_REQUEST, self.identifier, &[]);
        self.end(reason);
    }

    pub(super) fn end(&mut self, reason: Reason) {
        self.phase = Phase::Over;
        self.reason.get_or_insert(reason);
    }

    fn lcp(&mut self, packet: &[u8], now: Duration, out: &mut Outbox) {
        let Some(packet) = Control::parse(packet) else {
            return;
        };
        match packet.code {
            code::CONFIGURE_REQUEST..=code::CONFIGURE_REJECT => {
                let progress = self.lcp.receive(packet, now, out);
                if self.lcp.layer.refused {
                    return self.terminate(Reason::NoAgreement, out);
                }
                match progress {
                    Progress::Opened => {
                        self.phase = Phase::Authenticate;
                        self.echo_at = Some(now + self.echo_interval);
                        self.examination.start(now, out);
                    }
                    Progress::Reopened => self.phase = Phase::Establish,
                    Progress::Nothing | Progress::GivenUp => {}
                }
            }
            code::TERMINATE_REQUEST => {
                out.control(protocol::LCP, code::TERMINATE_ACK, packet.identifier, &[]);
                self.end(Reason::CustomersWish);
            }
            code::ECHO_REQUEST => {
                let rest = packet.data.get(MAGIC_LEN..).unwrap_or_default();
                let data = [&self.lcp.layer.magic, rest].concat();
                out.control(protocol::LCP, code::ECHO_REPLY, packet.identifier, &data);
            }
            code::ECHO_REPLY => self.echoes_out = 0,
            code::PROTOCOL_REJECT => {
                if packet.data.starts_with(&protocol::CCP.to_be_bytes()) {
                    self.compression = None;
                } else if packet.data.starts_with(&protocol::IPV6CP.to_be_bytes()) {
                    self.ipv6cp = None;
                }
            }
            code::TERMINATE_ACK | code::CODE_REJECT | code::DISCARD_REQUEST => {}
            _ => self.reject(code::CODE_REJECT, &packet.bytes(), out),
        }
    }

    /// Sends back what nobody here knows, as much of it as the peer receives (RFC 1661, sections 5.6 and 5.7).
    fn reject(&mut self, code: u8, unknown: &[u8], out: &mut Outbox) {
        self.identifier = self.identifier.wrapping_add(1);
        let room = usize::from(self.mtu_bytes()).saturating_sub(HEADER_LEN);
        let unknown = &unknown[..unknown.len().min(room)];
        out.control(protocol::LCP, code, self.identifier, unknown);
    }

    fn examine(&mut self, protocol: u16, packet: &[u8], now: Duration, out: &mut Outbox) {
        if !matches!(self.phase, Phase::Authenticate | Phase::Network) {
            return;
        }
        let Some(packet) = Control::parse(packet) else {
            return;
        };
        match self.examination.receive(protocol, packet, out) {
            Verdict::Passed if self.phase == Phase::Authenticate => {
                self.phase = Phase::Network;
                self.ipcp.start(now, out);
                if let Some((negotiation, _)) = &mut self.ipv6cp {
                    negotiation.start(now, out);
                }
                self.offer_compression(now, out);
            }
            Verdict::Failed => self.terminate(Reason::WrongPassword, out),
            Verdict::Passed | Verdict::Pending => {}
        }
    }

    fn receive_ipv6cp(&mut self, packet: &[u8], now: Duration, out: &mut Outbox) {
        let mtu_bytes = self.mtu_bytes();
        if let Some((negotiation, access)) = &mut self.ipv6cp
            && let Some(packet) = Control::parse(packet)
            && network_layer(negotiation, packet, now, out) == Progress::Opened
        {
            out.packet(protocol::IPV6, access.advertisement(mtu_bytes));
        }
    }

    fn receive_ipv6<'p>(&mut self, packet: &'p [u8], out: &mut Outbox) -> Option<&'p [u8]> {
        self.ipv6()?;
        let mtu_bytes = self.mtu_bytes();
        let (_, access) = self.ipv6cp.as_mut()?;
        if let Some(answer) = access.answer(packet, mtu_bytes) {
            out.packet(protocol::IPV6, answer);
            return None;
        }
        Some(packet)
    }

    fn offer_compression(&mut self, now: Duration, out: &mut Outbox) {
        if let Some((at, offers)) = &mut self.compression
            && now >= *at
        {
            *at = now + OFFER_AGAIN;
            *offers += 1;
            let identifier = u8::try_from(*offers).unwrap_or(0);
            let request = code::CONFIGURE_REQUEST;
            out.control(protocol::CCP, request, identifier, &DEFLATE);
            if *offers >= MOST_OFFERS {
                self.compression = None;
            }
        }
    }

    fn echo(&mut self, now: Duration, out: &mut Outbox) {
        if self.phase == Phase::Over || self.echo_at.is_none_or(|at| now < at) {
            return;
        }
        if self.echoes_out >= self.echo_failures {
            return self.end(Reason::Silence);
        }
        self.echo_at = Some(now + self.echo_interval);
        self.echoes_out += 1;
        self.identifier = self.identifier.wrapping_add(1);
        let magic = self.lcp.layer.magic;
        out.control(protocol::LCP, code::ECHO_REQUEST, self.identifier, &magic);
    }
}

/// A network layer's packet: configuration, or the end of it.
fn network_layer<L: super::negotiation::Layer>(
    negotiation: &mut Negotiation<L>,
    packet: Control<'_>,
    now: Duration,
    out: &mut Outbox,
) -> Progress {
    match packet.code {
        code::CONFIGURE_REQUEST..=code::CONFIGURE_REJECT => negotiation.receive(packet, now, out),
        code::TERMINATE_REQUEST => {
            out.control(L::PROTOCOL, code::TERMINATE_ACK, packet.identifier, &[]);
            Progress::Nothing
        }
        _ => Progress::Nothing,
    }
}
