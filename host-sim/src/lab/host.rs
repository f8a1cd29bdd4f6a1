//! A host with a TCP stack of its own: smoltcp, in this process.

use std::net::Ipv4Addr;
use std::time::Duration;

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp;
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr};

use super::plan::{IPV4_PREFIX_LEN, LAN_MTU_BYTES};
use super::wire::End;

const ETHERNET_HEADER_LEN: usize = 14;
/// Enough for a window that keeps the slowest router busy.
const SOCKET_BUFFER_BYTES: usize = 64 * 1024;

/// A host on one end of a wire, with one TCP connection.
pub(crate) struct Host {
    interface: Interface,
    sockets: SocketSet<'static>,
    connection: SocketHandle,
}

impl Host {
    /// A host that has `address` and sends everything else to `gateway`.
    pub(crate) fn new(mac: [u8; 6], address: Ipv4Addr, gateway: Ipv4Addr, seed: u64) -> Self {
        let mut config = Config::new(HardwareAddress::Ethernet(EthernetAddress(mac)));
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut Nothing, Instant::ZERO);
        interface.update_ip_addrs(|addresses| {
            // A new interface has room for one address at the least.
            let _ = addresses.push(IpCidr::new(IpAddress::Ipv4(address), IPV4_PREFIX_LEN));
        });
        // The same holds for its first route.
        let _ = interface.routes_mut().add_default_ipv4_route(gateway);
        let buffer = || tcp::SocketBuffer::new(vec![0; SOCKET_BUFFER_BYTES]);
        let mut sockets = SocketSet::new(Vec::new());
        let connection = sockets.add(tcp::Socket::new(buffer(), buffer()));
        Self {
            interface,
            sockets,
            connection,
        }
    }

    /// The host's one TCP connection.
    pub(crate) fn connection(&mut self) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(self.connection)
    }

    /// Waits for a connection to `port`.
    pub(crate) fn listen(&mut self, port: u16) -> Result<(), String> {
        self.connection()
            .listen(port)
            .map_err(|error| format!("listening on port {port}: {error}"))
    }

    /// Connects to `port` of `server`, from `from_port`.
    pub(crate) fn connect(
        &mut self,
        server: Ipv4Addr,
        port: u16,
        from_port: u16,
    ) -> Result<(), String> {
        let socket = self.sockets.get_mut::<tcp::Socket<'_>>(self.connection);
        socket
            .connect(self.interface.context(), (server, port), from_port)
            .map_err(|error| format!("connecting to {server}:{port}: {error}"))
    }

    /// Takes in what arrived and sends what is due; says whether anything was.
    pub(crate) fn poll(&mut self, now: Duration, end: End<'_>) -> bool {
        let mut port = Port { end, moved: false };
        self.interface
            .poll(instant(now), &mut port, &mut self.sockets);
        port.moved
    }

    /// When the stack next has something to do by itself.
    pub(crate) fn next_at(&mut self, now: Duration) -> Option<Duration> {
        let at = self.interface.poll_at(instant(now), &self.sockets)?;
        Some(Duration::from_micros(
            u64::try_from(at.total_micros()).unwrap_or(0),
        ))
    }
}

fn instant(now: Duration) -> Instant {
    Instant::from_micros(i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
}

fn capabilities() -> DeviceCapabilities {
    let mut capabilities = DeviceCapabilities::default();
    capabilities.medium = Medium::Ethernet;
    capabilities.max_transmission_unit = usize::from(LAN_MTU_BYTES) + ETHERNET_HEADER_LEN;
    capabilities
}

/// A network card.
struct Port<'a> {
    end: End<'a>,
    moved: bool,
}

struct Received(Vec<u8>);

struct Sending<'p, 'a>(&'p mut Port<'a>);

impl<'a> Device for Port<'a> {
    type RxToken<'p>
        = Received
    where
        Self: 'p;
    type TxToken<'p>
        = Sending<'p, 'a>
    where
        Self: 'p;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sending<'_, 'a>)> {
        let frame = self.end.receive()?;
        self.moved = true;
        Some((Received(frame), Sending(self)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sending<'_, 'a>> {
        Some(Sending(self))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities()
    }
}

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

impl TxToken for Sending<'_, '_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut frame = vec![0; length];
        let result = write(&mut frame);
        self.0.moved = true;
        self.0.end.send(frame);
        result
    }
}

/// The network card of a host that is not plugged in yet: an interface only asks it what it can do.
struct Nothing;

impl Device for Nothing {
    type RxToken<'p> = Received;
    type TxToken<'p> = Discarding;

    fn receive(&mut self, _: Instant) -> Option<(Received, Discarding)> {
        None
    }

    fn transmit(&mut self, _: Instant) -> Option<Discarding> {
        None
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities()
    }
}

struct Discarding;

impl TxToken for Discarding {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        write(&mut vec![0; length])
    }
}
