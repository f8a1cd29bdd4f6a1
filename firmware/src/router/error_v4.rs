//! ICMP errors of the router's own (RFC 792, RFC 1812, section 4.3.2).

use crate::router::address::Address;

use heapless::Vec;

use super::Router;
use super::bytes::{length_field, put};
use super::checksum::Sum;
use super::counters::Sent;
use super::error_v6::ErrorV6;
use super::ethernet;
use super::ip::{ICMP, Piece};
use super::ipv4::{self, Ipv4Header};
use super::ipv6::Ipv6Header;
use super::port::Origin;
use super::time::Instant;
use super::transport::Transport;
use super::uplink::Uplink;
use super::wires::Wires;

/// An error is at most 576 bytes long with its IP header (RFC 1812, section 4.3.2.3).
const MAX_QUOTE_LEN: usize = 576 - 20 - 8;

/// What is wrong with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorV4 {
    TimeExceeded,
    NetUnreachable,
    HostUnreachable,
    PortUnreachable,
    /// RFC 1191, section 4.
    FragmentationNeeded {
        mtu_bytes: u16,
    },
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Tells the sender of a packet, which is as it came, what is wrong with it. The caller has seen
    /// that the packet may be reported on; that it was to one station, and the rate, is held here.
    pub(super) fn report_v4(
        &mut self,
        origin: &Origin,
        header: &Ipv4Header,
        packet: &[u8],
        error: ErrorV4,
        now: Instant,
        wires: &mut impl Wires,
    ) {
        if origin.to_many || header.piece() == Piece::Later {
            return;
        }
        if !self.error_limit(origin.port).allows(now) {
            self.counters.sent.count(Sent::ErrorSuppressed);
            return;
        }
        let (kind, code, mtu_bytes) = match error {
            ErrorV4::TimeExceeded => (11, 0, 0),
            ErrorV4::NetUnreachable => (3, 0, 0),
            ErrorV4::HostUnreachable => (3, 1, 0),
            ErrorV4::PortUnreachable => (3, 3, 0),
            ErrorV4::FragmentationNeeded { mtu_bytes } => (3, 4, mtu_bytes),
        };
        let quote = packet
            .get(..header.total_len.min(MAX_QUOTE_LEN))
            .unwrap_or(packet);
        let mut icmp = [kind, code, 0, 0, 0, 0, 0, 0];
        put(&mut icmp, 6, mtu_bytes.to_be_bytes());
        let checksum = Sum::default().bytes(&icmp).bytes(quote).checksum();
        put(&mut icmp, 2, checksum.to_be_bytes());
        let source = self.config.ipv4_address(origin.port);
        let len = quote.len().saturating_add(icmp.len());
        let ip = ipv4::new_header(source, header.source, ICMP, usize::from(length_field(len)));
        let mut headers = Vec::<u8, 28>::new();
        headers.extend_from_slice(&ip).ok();
        headers.extend_from_slice(&icmp).ok();
        let sent = self.send(
            origin.port,
            origin.station,
            ethernet::IPV4,
            &headers,
            quote,
            wires,
        );
        let counted = match error {
            ErrorV4::TimeExceeded => Sent::TimeExceeded,
            ErrorV4::FragmentationNeeded { .. } => Sent::TooBig,
            ErrorV4::NetUnreachable | ErrorV4::HostUnreachable | ErrorV4::PortUnreachable => {
                Sent::Unreachable
            }
        };
        self.count_own(counted, sent);
    }

    /// Tells the sender of a packet that has waited for its neighbour in vain, in either IP version.
    pub(super) fn report_host_unreachable(
        &mut self,
        origin: &Origin,
        packet: &[u8],
        now: Instant,
        wires: &mut impl Wires,
    ) {
        let may_be_reported = |header_len: usize, protocol| {
            let payload = packet.get(header_len..).unwrap_or_default();
            Transport::read(payload, protocol).is_ok_and(|transport| transport.may_be_reported())
        };
        if let Ok(header) = Ipv4Header::read(packet) {
            if header.piece() != Piece::Later && may_be_reported(header.header_len, header.protocol)
            {
                self.report_v4(
                    origin,
                    &header,
                    packet,
                    ErrorV4::HostUnreachable,
                    now,
                    wires,
                );
            }
        } else if let Ok(header) = Ipv6Header::read(packet)
            && header.piece != Piece::Later
            && may_be_reported(header.header_len, header.protocol)
        {
            let error = ErrorV6::AddressUnreachable;
            self.report_v6(
                origin,
                Address::V6(header.source),
                packet,
                error,
                now,
                wires,
            );
        }
    }
}
