//! A host of the lab, with one TCP connection.

use std::net::Ipv4Addr;
use std::time::Duration;

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp;

use super::plan::{IPV4_PREFIX_LEN, LAN_MTU_BYTES};
use super::wire::End;
use crate::plain_host::{Address, PlainHost, Wire};

/// A host on one end of a wire.
pub(crate) struct Host {
    stack: PlainHost,
    connection: SocketHandle,
}

impl Host {
    /// A host that has `address` and sends everything else to `gateway`.
    pub(crate) fn new(mac: [u8; 6], address: Ipv4Addr, gateway: Ipv4Addr, seed: u64) -> Self {
        let own = Address {
            address: address.into(),
            prefix_len: IPV4_PREFIX_LEN,
            gateway: gateway.into(),
        };
        let mut stack = PlainHost::new(mac, LAN_MTU_BYTES, &[own], seed);
        let connection = stack.add_socket();
        Self { stack, connection }
    }

    /// The host's one TCP connection.
    pub(crate) fn connection(&mut self) -> &mut tcp::Socket<'static> {
        self.stack.socket(self.connection)
    }

    /// Waits for a connection to `port`.
    pub(crate) fn listen(&mut self, port: u16) -> Result<(), String> {
        self.stack.listen(self.connection, port)
    }

    /// Connects to `port` of `server`, from `from_port`.
    pub(crate) fn connect(
        &mut self,
        server: Ipv4Addr,
        port: u16,
        from_port: u16,
    ) -> Result<(), String> {
        self.stack
            .connect(self.connection, server.into(), port, from_port)
    }

    /// Takes in what arrived and sends what is due; says whether anything was.
    pub(crate) fn poll(&mut self, now: Duration, mut end: End<'_>) -> bool {
        self.stack.poll(now, &mut end)
    }

    /// When the stack next has something to do by itself.
    pub(crate) fn next_at(&mut self, now: Duration) -> Option<Duration> {
        self.stack.next_at(now)
    }
}

impl Wire for End<'_> {
    fn receive(&mut self) -> Option<Vec<u8>> {
        End::receive(self)
    }

    fn send(&mut self, frame: Vec<u8>) {
        // A full queue counts what it loses.
        End::send(self, frame);
    }
}
