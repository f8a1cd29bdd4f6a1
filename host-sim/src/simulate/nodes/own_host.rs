//! A host with the simulator's own TCP.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::super::packet::{self, ACK, Ip, SYN, headers_len, packet_in, too_big};
use super::super::plan::Port;
use super::super::scenario::{HostSpec, Stack};
use super::super::tcp::{Connection, Discovery, Segment, Settings};
use super::super::transfer::{Progress, Role, Stream, Transfer};
use super::{FlowEnd, Outbox, neighbour};

/// What a peer that says no MSS takes (RFC 9293, section 3.7.1).
const MSS_IF_NONE: [u16; 2] = [536, 1220];

/// The host and its programs.
pub(crate) struct OwnHost {
    port: Port,
    spec: HostSpec,
    mtu_bytes: u16,
    random: ChaCha8Rng,
    ends: Vec<End>,
}

struct End {
    flow: FlowEnd,
    transfer: Transfer,
    own: SocketAddr,
    peer: Option<SocketAddr>,
    connection: Option<Connection>,
}

impl OwnHost {
    /// A host on this port, with these ends of flows.
    pub(crate) fn new(
        port: Port,
        spec: &HostSpec,
        mtu_bytes: u16,
        flows: &[FlowEnd],
        seed: u64,
    ) -> Self {
        let ends = flows.iter().map(|flow| {
            let own_port = match flow.role {
                Role::Client => flow.client_port(),
                Role::Server => flow.server_port(),
            };
            End {
                flow: *flow,
                transfer: Transfer::new(flow.role, flow.carries, flow.bytes),
                own: SocketAddr::new(port.address(flow.ip), own_port),
                peer: None,
                connection: None,
            }
        });
        Self {
            port,
            spec: spec.clone(),
            mtu_bytes,
            random: ChaCha8Rng::seed_from_u64(seed),
            ends: ends.collect(),
        }
    }

    pub(super) fn receive(&mut self, frame: &[u8], now: Duration, out: &mut Outbox) {
        if let Some(answer) = neighbour::answer(self.port, frame) {
            out.frames.push((0, answer));
            return;
        }
        if frame.get(..6) != Some(&self.port.mac()) {
            return;
        }
        let Some(ip) = packet_in(frame).and_then(Ip::read) else {
            return;
        };
        if let Some((mtu_bytes, quoted)) = too_big(&ip) {
            self.too_big(quoted, mtu_bytes);
        } else if let Some((source, destination, segment)) = Segment::read(&ip) {
            self.segment(source, destination, &segment, now);
        }
    }

    fn segment(
        &mut self,
        source: SocketAddr,
        destination: SocketAddr,
        segment: &Segment,
        now: Duration,
    ) {
        let initial = self.random.next_u32();
        let Some(index) = self
            .ends
            .iter()
            .position(|end| end.own == destination && end.peer.is_none_or(|peer| peer == source))
        else {
            return;
        };
        let settings = self.settings(self.ends[index].flow.ip);
        let end = &mut self.ends[index];
        match &mut end.connection {
            Some(connection) => connection.segment(segment, now),
            None if end.flow.role == Role::Server && segment.flags & (SYN | ACK) == SYN => {
                end.peer = Some(source);
                end.connection = Some(Connection::accept(settings, initial, segment, now));
            }
            None => {}
        }
    }

    fn too_big(&mut self, quoted: &[u8], mtu_bytes: u32) {
        let Some(ip) = Ip::read_quoted(quoted) else {
            return;
        };
        let Some(&[a, b, c, d, e, f, g, h]) = ip.payload.first_chunk() else {
            return;
        };
        let own = SocketAddr::new(ip.source, u16::from_be_bytes([a, b]));
        let peer = SocketAddr::new(ip.destination, u16::from_be_bytes([c, d]));
        let sequence = u32::from_be_bytes([e, f, g, h]);
        for end in &mut self.ends {
            if end.own == own
                && end.peer == Some(peer)
                && let Some(connection) = &mut end.connection
            {
                connection.too_big(sequence, mtu_bytes);
            }
        }
    }

    fn settings(&self, ip: u8) -> Settings {
        let usual = MSS_IF_NONE[usize::from(ip == 6)];
        Settings {
            discovery: match self.spec.stack {
                Stack::Plain | Stack::Deaf => Discovery::None,
                Stack::Icmp => Discovery::Icmp,
                Stack::Probing => Discovery::Probing,
            },
            ip,
            mtu_bytes: self.mtu_bytes.max(headers_len(ip) + 1),
            syn: self.spec.syn,
            fast_open: self.spec.fast_open,
            mss_if_none: self.spec.mss_if_none_bytes.unwrap_or(usual),
        }
    }

    pub(super) fn poll(&mut self, now: Duration, out: &mut Outbox) -> Option<Duration> {
        self.start(now);
        let mut next = None;
        for end in &mut self.ends {
            let at = match (&mut end.connection, end.peer) {
                (Some(connection), Some(peer)) => {
                    loop {
                        end.transfer.work(connection, now);
                        let Some(segment) = connection.next_segment(now) else {
                            break;
                        };
                        let bytes = segment.packet(end.own, peer);
                        let frame = packet::frame(self.port.mac(), self.port.peer().mac(), &bytes);
                        out.frames.push((0, frame));
                    }
                    connection.next_at()
                }
                _ => (end.flow.role == Role::Client).then_some(end.flow.starts_at),
            };
            next = [next, at].into_iter().flatten().min();
        }
        next
    }

    fn start(&mut self, now: Duration) {
        for index in 0..self.ends.len() {
            let flow = self.ends[index].flow;
            let is_due = flow.role == Role::Client && flow.starts_at <= now;
            if !is_due || self.ends[index].connection.is_some() {
                continue;
            }
            let settings = self.settings(flow.ip);
            let initial = self.random.next_u32();
            let end = &mut self.ends[index];
            let peer: IpAddr = flow.server;
            end.peer = Some(SocketAddr::new(peer, flow.server_port()));
            end.connection = Some(Connection::open(settings, initial));
        }
    }

    pub(super) fn progress(&self, flow: usize) -> Option<Progress> {
        let end = self.ends.iter().find(|end| end.flow.flow == flow)?;
        Some(end.transfer.progress)
    }
}

impl Stream for Connection {
    fn is_established(&mut self) -> bool {
        Connection::is_established(self)
    }

    fn send(&mut self, bytes: &[u8]) -> usize {
        self.write(bytes)
    }

    fn receive(&mut self, read: &mut dyn FnMut(&[u8])) {
        let bytes = self.take();
        if !bytes.is_empty() {
            read(&bytes);
        }
    }

    fn close(&mut self) {
        Connection::close(self);
    }
}
