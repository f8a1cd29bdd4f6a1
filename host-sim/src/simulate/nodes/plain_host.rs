//! A host with smoltcp's stack.

use std::collections::VecDeque;
use std::time::Duration;

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp;

use super::super::plan::{IPV4_PREFIX_LEN, IPV6_PREFIX_LEN, Port};
use super::super::transfer::{Progress, Role, Stream, Transfer};
use super::{FlowEnd, Outbox};
use crate::plain_host::{Address, PlainHost, Wire};

/// The host and its programs.
pub(crate) struct SmoltcpHost {
    stack: PlainHost,
    arrived: VecDeque<Vec<u8>>,
    ends: Vec<End>,
}

struct End {
    flow: FlowEnd,
    socket: SocketHandle,
    transfer: Transfer,
    started: bool,
}

impl SmoltcpHost {
    /// A host on this port, with these ends of flows.
    pub(crate) fn new(
        port: Port,
        mtu_bytes: u16,
        flows: &[FlowEnd],
        seed: u64,
    ) -> Result<Self, String> {
        let addresses =
            [(4, IPV4_PREFIX_LEN), (6, IPV6_PREFIX_LEN)].map(|(ip, prefix_len)| Address {
                address: port.address(ip),
                prefix_len,
                gateway: port.peer().address(ip),
            });
        let mut stack = PlainHost::new(port.mac(), mtu_bytes, &addresses, seed);
        let mut ends = Vec::new();
        for flow in flows {
            let socket = stack.add_socket();
            if flow.role == Role::Server {
                stack.listen(socket, flow.server_port())?;
            }
            ends.push(End {
                flow: *flow,
                socket,
                transfer: Transfer::new(flow.role, flow.carries, flow.bytes),
                started: flow.role == Role::Server,
            });
        }
        Ok(Self {
            stack,
            arrived: VecDeque::new(),
            ends,
        })
    }

    pub(super) fn receive(&mut self, frame: Vec<u8>) {
        self.arrived.push_back(frame);
    }

    pub(super) fn poll(&mut self, now: Duration, out: &mut Outbox) -> Option<Duration> {
        self.start(now);
        let mut card = Card {
            arrived: &mut self.arrived,
            out,
        };
        // What the programs read and write gives the stack more to do.
        loop {
            let moved = self.stack.poll(now, &mut card);
            for end in &mut self.ends {
                if end.started {
                    let socket = self.stack.socket(end.socket);
                    end.transfer.work(&mut Socket(socket), now);
                }
            }
            if !moved {
                break;
            }
        }
        let starts_at = |end: &End| (!end.started).then_some(end.flow.starts_at);
        let next_start = self.ends.iter().filter_map(starts_at).min();
        self.stack.next_at(now).into_iter().chain(next_start).min()
    }

    fn start(&mut self, now: Duration) {
        for end in &mut self.ends {
            if !end.started && end.flow.starts_at <= now {
                end.started = true;
                let flow = end.flow;
                // A new socket, on a host with a route to everybody, from a port of its own.
                let _ = self.stack.connect(
                    end.socket,
                    flow.server,
                    flow.server_port(),
                    flow.client_port(),
                );
            }
        }
    }

    pub(super) fn progress(&self, flow: usize) -> Option<Progress> {
        let end = self.ends.iter().find(|end| end.flow.flow == flow)?;
        Some(end.transfer.progress)
    }
}

struct Card<'a> {
    arrived: &'a mut VecDeque<Vec<u8>>,
    out: &'a mut Outbox,
}

impl Wire for Card<'_> {
    fn receive(&mut self) -> Option<Vec<u8>> {
        self.arrived.pop_front()
    }

    fn send(&mut self, frame: Vec<u8>) {
        self.out.frames.push((0, frame));
    }
}

struct Socket<'a>(&'a mut tcp::Socket<'static>);

impl Stream for Socket<'_> {
    fn is_established(&mut self) -> bool {
        self.0.may_send() && self.0.state() != tcp::State::SynReceived
    }

    fn send(&mut self, bytes: &[u8]) -> usize {
        self.0.send_slice(bytes).unwrap_or(0)
    }

    fn receive(&mut self, read: &mut dyn FnMut(&[u8])) {
        while self.0.can_recv() {
            // Nothing more to read than there is.
            let _ = self.0.recv(|bytes| {
                read(bytes);
                (bytes.len(), ())
            });
        }
    }

    fn close(&mut self) {
        self.0.close();
    }
}
