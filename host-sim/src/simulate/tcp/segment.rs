//! A segment on its way in or out.

use std::net::{IpAddr, SocketAddr};

use smoltcp::wire::{IpProtocol, TcpPacket, TcpSeqNumber};

use super::super::packet::{self, ACK, FIN, Ip, RST, SYN, Tcp, smol};

const HEADER_LEN: usize = 20;

/// A TCP segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) sequence: u32,
    pub(crate) acknowledged: u32,
    pub(crate) flags: u8,
    pub(crate) window: u16,
    /// A SYN's last MSS.
    pub(crate) mss: Option<u16>,
    /// The bytes of the options; only written, never read.
    pub(crate) options: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

impl Segment {
    pub(super) fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    /// How far it moves the sequence number.
    pub(super) fn sequence_len(&self) -> u64 {
        let flags = u64::from(self.has(SYN)) + u64::from(self.has(FIN));
        self.payload.len() as u64 + flags
    }

    /// Reads the segment in an IP packet, with its source and destination; `None` if it isn't whole
    /// or its checksum is wrong.
    pub(crate) fn read(ip: &Ip<'_>) -> Option<(SocketAddr, SocketAddr, Self)> {
        let seen = Tcp::read(ip)?;
        let bytes = TcpPacket::new_checked(ip.payload).ok()?;
        if !bytes.verify_checksum(&smol(ip.source), &smol(ip.destination)) {
            return None;
        }
        let segment = Self {
            sequence: seen.sequence,
            acknowledged: seen.acknowledged,
            flags: seen.flags,
            window: seen.window,
            mss: seen.mss,
            options: Vec::new(),
            payload: bytes.payload().to_vec(),
        };
        Some((seen.source, seen.destination, segment))
    }

    /// The IP packet that carries it.
    pub(crate) fn packet(&self, source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
        let header_len = HEADER_LEN + self.options.len();
        let ends: (IpAddr, IpAddr) = (source.ip(), destination.ip());
        packet::packet(
            ends.0,
            ends.1,
            IpProtocol::Tcp,
            header_len + self.payload.len(),
            |bytes| {
                let mut segment = TcpPacket::new_unchecked(bytes);
                segment.set_src_port(source.port());
                segment.set_dst_port(destination.port());
                segment.set_seq_number(number(self.sequence));
                segment.set_ack_number(number(self.acknowledged));
                segment.clear_flags();
                // Options are at most 40 bytes long.
                segment.set_header_len(u8::try_from(header_len).unwrap_or(u8::MAX));
                segment.set_syn(self.has(SYN));
                segment.set_fin(self.has(FIN));
                segment.set_rst(self.has(RST));
                segment.set_ack(self.has(ACK));
                segment.set_window_len(self.window);
                segment.options_mut().copy_from_slice(&self.options);
                segment.payload_mut().copy_from_slice(&self.payload);
                segment.fill_checksum(&smol(ends.0), &smol(ends.1));
            },
        )
    }
}

#[expect(clippy::cast_possible_wrap, reason = "a sequence number has no sign")]
fn number(bits: u32) -> TcpSeqNumber {
    TcpSeqNumber(bits as i32)
}
