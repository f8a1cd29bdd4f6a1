//! Conversations of a server and a client, packet by packet, as a capture has them.

use std::net::IpAddr;

use crate::check::Packet;
use crate::diagnose::{Diagnosis, Finding};

const RAW_IP: u16 = 101;
pub(super) const SYN: u8 = 0x02;
pub(super) const ACK: u8 = 0x10;
pub(super) const FIN: u8 = 0x01;
/// When a segment is sent again and again, in milliseconds.
pub(super) const OFTEN: [u64; 6] = [200, 500, 1100, 2300, 4700, 9500];
/// Where the data of each end begins.
pub(super) const SERVER: u32 = 1000;
pub(super) const CLIENT: u32 = 5000;

/// Who sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Server,
    Client,
}

/// A segment, to be put into a capture.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) at_ms: u64,
    pub(super) from: From,
    pub(super) flags: u8,
    pub(super) sequence: u32,
    pub(super) acknowledgment: u32,
    pub(super) payload_bytes: u16,
    pub(super) options: Vec<u8>,
    pub(super) window: u16,
    pub(super) dont_fragment: bool,
}

/// Data from the server.
pub(super) fn data(at_ms: u64, sequence: u32, payload_bytes: u16) -> Segment {
    Segment {
        at_ms,
        from: From::Server,
        flags: ACK,
        sequence,
        acknowledgment: CLIENT,
        payload_bytes,
        options: Vec::new(),
        window: 65000,
        dont_fragment: true,
    }
}

/// The first full segment, sent at these times.
pub(super) fn sent(at_ms: &[u64]) -> impl Iterator<Item = Segment> {
    at_ms.iter().map(|&at_ms| data(at_ms, SERVER, 1460))
}

/// What the client got.
pub(super) fn answer(at_ms: u64, acknowledgment: u32) -> Segment {
    Segment {
        from: From::Client,
        sequence: CLIENT,
        acknowledgment,
        ..data(at_ms, CLIENT, 0)
    }
}

/// The same, with data behind it that came, too.
pub(super) fn selective_answer(at_ms: u64, acknowledgment: u32, block: [u32; 2]) -> Segment {
    let edges = block.map(u32::to_be_bytes);
    Segment {
        options: [&[1, 1, 5, 10], edges.as_flattened()].concat(),
        ..answer(at_ms, acknowledgment)
    }
}

pub(super) fn mss(mss: u16) -> Vec<u8> {
    [&[2, 4], &mss.to_be_bytes()[..]].concat()
}

/// The opening segments, with the options of the client and those of the server.
pub(super) fn handshake(client: Vec<u8>, server: Vec<u8>) -> [Segment; 3] {
    let syn = Segment {
        flags: SYN,
        sequence: CLIENT - 1,
        options: client,
        ..answer(0, 0)
    };
    let syn_ack = Segment {
        flags: SYN | ACK,
        options: server,
        ..data(10, SERVER - 1, 0)
    };
    [syn, syn_ack, answer(20, SERVER)]
}

/// A capture to be: the headers of packets in raw IP.
#[derive(Clone)]
pub(super) struct Capture {
    pub(super) server: IpAddr,
    pub(super) client: IpAddr,
    pub(super) client_port: u16,
    pub(super) packets: Vec<Packet>,
}

impl Capture {
    pub(super) fn new() -> Self {
        Self {
            server: [198, 51, 100, 2].into(),
            client: [192, 0, 2, 2].into(),
            client_port: 40000,
            packets: Vec::new(),
        }
    }

    pub(super) fn over_ipv6(self) -> Self {
        Self {
            server: "2001:db8:2::2".parse().unwrap(),
            client: "2001:db8:1::2".parse().unwrap(),
            ..self
        }
    }

    /// Both ends take 1,460 bytes of payload.
    pub(super) fn opened() -> Self {
        Self::new().and(handshake(mss(1460), mss(1460)))
    }

    pub(super) fn and(mut self, segments: impl IntoIterator<Item = Segment>) -> Self {
        for segment in segments {
            let (bytes, wire_len) = self.packet(&segment);
            self.push(segment.at_ms, bytes, wire_len);
        }
        self
    }

    /// An ICMP error from 10.9.9.9, or its counterpart, about a packet of the server's.
    pub(super) fn and_error(self, at_ms: u64, mtu_bytes: u16) -> Self {
        let quoted = self.packet(&data(at_ms, SERVER, 1460)).0;
        self.and_error_about(at_ms, [3, 4], mtu_bytes, &quoted)
    }

    pub(super) fn and_error_about(
        mut self,
        at_ms: u64,
        kind: [u8; 2],
        mtu_bytes: u16,
        quoted: &[u8],
    ) -> Self {
        let [high, low] = mtu_bytes.to_be_bytes();
        let (router, kind): (IpAddr, _) = if self.server.is_ipv4() {
            ([10, 9, 9, 9].into(), kind)
        } else {
            ("2001:db8:9::9".parse().unwrap(), [kind[1] / 2, 0])
        };
        let message = [&[kind[0], kind[1], 0, 0, 0, 0, high, low], quoted].concat();
        let protocol = if router.is_ipv4() { 1 } else { 58 };
        let bytes = ip(router, self.server, protocol, true, &message, 0);
        let wire_len = bytes.len();
        self.push(at_ms, bytes, wire_len);
        self
    }

    fn push(&mut self, at_ms: u64, bytes: Vec<u8>, wire_len: usize) {
        self.packets.push(Packet {
            number: self.packets.len() as u64 + 1,
            link_type: RAW_IP,
            bytes,
            wire_len,
            timestamp_ns: Some(at_ms * 1_000_000),
        });
    }

    /// The headers of a segment's packet, and its length on the wire.
    pub(super) fn packet(&self, segment: &Segment) -> (Vec<u8>, usize) {
        let (from, to, ports) = match segment.from {
            From::Server => (self.server, self.client, [80, self.client_port]),
            From::Client => (self.client, self.server, [self.client_port, 80]),
        };
        let mut tcp = ports.map(u16::to_be_bytes).as_flattened().to_vec();
        tcp.extend(segment.sequence.to_be_bytes());
        tcp.extend(segment.acknowledgment.to_be_bytes());
        let words = 5 + u8::try_from(segment.options.len() / 4).unwrap();
        tcp.extend([words << 4, segment.flags]);
        tcp.extend(segment.window.to_be_bytes());
        tcp.extend([0; 4]);
        tcp.extend(&segment.options);
        let bytes = ip(
            from,
            to,
            6,
            segment.dont_fragment,
            &tcp,
            segment.payload_bytes,
        );
        let wire_len = bytes.len() + usize::from(segment.payload_bytes);
        (bytes, wire_len)
    }

    pub(super) fn diagnosed(&self) -> Diagnosis {
        let mut diagnosis = Diagnosis::new(false);
        for packet in &self.packets {
            diagnosis.see(&mut packet.clone());
        }
        diagnosis.finish();
        diagnosis
    }

    /// What is found, which is no more than one thing.
    pub(super) fn finding(&self) -> Option<Finding> {
        let mut findings = self.diagnosed().findings;
        assert!(findings.len() <= 1, "{findings:#?}");
        findings.pop()
    }

    /// The verdict and how sure it is, as they are told.
    pub(super) fn verdict(&self) -> String {
        self.finding().map_or("nothing".into(), |finding| {
            format!("{:?}, {:?}", finding.verdict, finding.confidence)
        })
    }
}

/// A packet whose payload goes on for `more` bytes that were not captured.
fn ip(
    from: IpAddr,
    to: IpAddr,
    protocol: u8,
    dont_fragment: bool,
    payload: &[u8],
    more: u16,
) -> Vec<u8> {
    let len = u16::try_from(payload.len()).unwrap() + more;
    let mut packet = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let mut header = vec![0x45, 0];
            header.extend((len + 20).to_be_bytes());
            header.extend([0, 1, u8::from(dont_fragment) << 6, 0, 64, protocol, 0, 0]);
            header.extend([from.octets(), to.octets()].as_flattened());
            header
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let mut header = vec![0x60, 0, 0, 0];
            header.extend(len.to_be_bytes());
            header.extend([protocol, 64]);
            header.extend([from.octets(), to.octets()].as_flattened());
            header
        }
        _ => panic!("two IP versions"),
    };
    packet.extend(payload);
    packet
}

/// What each piece of evidence shows, with the number of its packet.
pub(super) fn evidence(finding: &Finding) -> Vec<(u64, &str)> {
    let evidence = finding.evidence.iter();
    evidence
        .map(|one| (one.packet, one.shows.as_str()))
        .collect()
}
