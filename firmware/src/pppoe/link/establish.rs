//! The first phase: what LCP is told, and what follows when it opens or closes (RFC 1661, sections 3.4
//! and 5).

use crate::shared::bytes::u16_at;

use super::{End, Link};
use crate::pppoe::automaton::Event;
use crate::pppoe::chap::CHAP;
use crate::pppoe::control::{
    CODE_REJECT, DISCARD_REQUEST, ECHO_REPLY, ECHO_REQUEST, IDENTIFICATION, PROTOCOL_REJECT,
    Packet, TERMINATE_REQUEST, TIME_REMAINING,
};
use crate::pppoe::frame::PLAIN_PAYLOAD_BYTES;
use crate::pppoe::io::Io;
use crate::pppoe::ipcp::IPCP;
use crate::pppoe::ipv6cp::IPV6CP;
use crate::pppoe::layer::Signal;
use crate::pppoe::lcp::LCP;
use crate::pppoe::pap::PAP;
use crate::pppoe::settings::Owned;
use crate::pppoe::status::{Discard, Phase, Reason};

impl Link {
    /// Takes a packet of LCP, whose codes from 8 on are its own (RFC 1661, sections 5.7 to 5.9).
    pub(super) fn lcp(
        &mut self,
        packet: &Packet<'_>,
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Result<Option<End>, Discard> {
        match packet.code {
            PROTOCOL_REJECT => return self.protocol_rejected(packet, settings, io),
            ECHO_REQUEST => {
                // The magic number of the one who sends stands before the data.
                let data = packet.data.get(4..).ok_or(Discard::MalformedPacket)?;
                let magic = self.lcp.negotiation.magic();
                self.lcp.echo(packet.identifier, magic, data, io);
                return Ok(None);
            }
            ECHO_REPLY => return self.echo_reply(packet, io).map(|()| None),
            // Whom we talk to, and how long yet (RFC 1570): nothing depends on it.
            DISCARD_REQUEST | IDENTIFICATION | TIME_REMAINING => return Ok(None),
            // Who rejects echoes lives, and will reject the next one too.
            CODE_REJECT if packet.data.first() == Some(&ECHO_REQUEST) => self.echo.answered(),
            TERMINATE_REQUEST => {
                self.peer_terminates = Some(self.explain(Reason::PeerTerminated));
            }
            _ => {}
        }
        let signal = self.lcp.receive(packet, io)?;
        if self.lcp.negotiation.is_looped_back() {
            return Ok(Some(End::from(Reason::Loopback)));
        }
        Ok(self.lcp_signal(signal, settings, io))
    }

    fn echo_reply(&mut self, packet: &Packet<'_>, io: &mut Io<'_>) -> Result<(), Discard> {
        let magic = packet.data.get(..4).ok_or(Discard::MalformedPacket)?;
        let own = self.lcp.negotiation.magic();
        if !self.lcp.is_open() || magic == own && own != [0; 4] {
            return Err(Discard::Unexpected);
        }
        io.counters.echo_replies = io.counters.echo_replies.wrapping_add(1);
        self.echo.answered();
        self.full_size
            .answered(packet.identifier, packet.whole.len());
        Ok(())
    }

    fn protocol_rejected(
        &mut self,
        packet: &Packet<'_>,
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Result<Option<End>, Discard> {
        let protocol = u16_at(packet.data, 0).ok_or(Discard::MalformedPacket)?;
        // Only an open LCP speaks of other protocols (RFC 1661, section 5.7).
        if !self.lcp.is_open() {
            return Err(Discard::Unexpected);
        }
        Ok(match protocol {
            LCP => {
                let signal = self.lcp.happen(Event::FatalReject, io);
                self.lcp_signal(signal, settings, io)
            }
            IPCP => {
                let signal = self.ipcp.happen(Event::FatalReject, io);
                self.network_signal(signal)
            }
            IPV6CP => {
                let signal = self.ipv6cp.happen(Event::FatalReject, io);
                self.network_signal(signal)
            }
            PAP | CHAP if self.phase == Phase::Authenticate => {
                Some(End::from(Reason::NoCommonAuthentication))
            }
            _ => None,
        })
    }

    pub(super) fn lcp_signal(
        &mut self,
        signal: Option<Signal>,
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Option<End> {
        match signal? {
            Signal::Up => self.established(settings, io),
            Signal::Down => {
                self.phase = Phase::Establish;
                self.authentication.stop();
                self.echo.stop();
                self.full_size.interrupt();
                self.ipcp.happen(Event::Down, io);
                self.ipv6cp.happen(Event::Down, io);
                let counter = &mut io.counters.renegotiations;
                *counter = counter.wrapping_add(u64::from(self.peer_terminates.is_none()));
            }
            Signal::Finished => return Some(End::from(self.explain(Reason::LcpFailed))),
        }
        None
    }

    fn established(&mut self, settings: &Owned, io: &mut Io<'_>) {
        self.peer_terminates = None;
        self.echo.start(settings.echo_interval_ms, io);
        let mtu_bytes = self.lcp.negotiation.mtu_bytes();
        if mtu_bytes > PLAIN_PAYLOAD_BYTES {
            let identifier = self.lcp.next_identifier();
            let magic = self.lcp.negotiation.magic();
            self.full_size.start(mtu_bytes, identifier, magic, io);
        } else {
            self.full_size.stop();
        }
        match self.lcp.negotiation.method() {
            Some(method) => {
                self.phase = Phase::Authenticate;
                self.authentication.start(method, &settings.credentials, io);
            }
            None => self.network(settings, io),
        }
    }

    /// The full size doesn't arrive. The peer has to know, for it would send it; so LCP goes down
    /// and up again with what plain Ethernet carries.
    pub(super) fn renegotiate_plain(&mut self, settings: &Owned, io: &mut Io<'_>) {
        self.memory.is_plain = true;
        self.lcp.negotiation.limit_mru(PLAIN_PAYLOAD_BYTES);
        let signal = self.lcp.happen(Event::Down, io);
        self.lcp_signal(signal, settings, io);
        self.lcp.happen(Event::Up, io);
    }
}
