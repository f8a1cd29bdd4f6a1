//! A host with a TCP stack that somebody else wrote: smoltcp, in this process, on whatever carries
//! its frames. It always sets DF, and does not listen to Fragmentation Needed or Packet Too Big.

use std::net::IpAddr;
use std::time::Duration;

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp;
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpCidr};

const ETHERNET_HEADER_LEN: usize = 14;
/// Enough for a window that keeps the slowest router busy.
const SOCKET_BUFFER_BYTES: usize = 64 * 1024;

/// What a host is plugged into.
pub(crate) trait Wire {
    /// The next frame that has arrived.
    fn receive(&mut self) -> Option<Vec<u8>>;
    /// Sends a frame.
    fn send(&mut self, frame: Vec<u8>);
}

/// One address of a host, and where everything else goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address {
    pub(crate) address: IpAddr,
    pub(crate) prefix_len: u8,
    pub(crate) gateway: IpAddr,
}

/// A host on one end of a wire.
pub(crate) struct PlainHost {
    interface: Interface,
    sockets: SocketSet<'static>,
    mtu_bytes: u16,
}

impl PlainHost {
    /// A host that has `addresses`, at most one of each IP version, on an interface of this MTU.
    pub(crate) fn new(mac: [u8; 6], mtu_bytes: u16, addresses: &[Address], seed: u64) -> Self {
        let mut config = Config::new(HardwareAddress::Ethernet(EthernetAddress(mac)));
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut Nothing(mtu_bytes), Instant::ZERO);
        for own in addresses {
            interface.update_ip_addrs(|addresses| {
                // A new interface has room for an address of each version.
                let _ = addresses.push(IpCidr::new(own.address.into(), own.prefix_len));
            });
            // The same holds for its first two routes.
            let _ = match own.gateway {
                IpAddr::V4(gateway) => interface.routes_mut().add_default_ipv4_route(gateway),
                IpAddr::V6(gateway) => interface.routes_mut().add_default_ipv6_route(gateway),
            };
        }
        Self {
            interface,
            sockets: SocketSet::new(Vec::new()),
            mtu_bytes,
        }
    }

    /// One more socket, on which nothing happens yet.
    pub(crate) fn add_socket(&mut self) -> SocketHandle {
        let buffer = || tcp::SocketBuffer::new(vec![0; SOCKET_BUFFER_BYTES]);
        self.sockets.add(tcp::Socket::new(buffer(), buffer()))
    }

    /// A socket that was added.
    pub(crate) fn socket(&mut self, handle: SocketHandle) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(handle)
    }

    /// Waits for a connection to `port`.
    pub(crate) fn listen(&mut self, handle: SocketHandle, port: u16) -> Result<(), String> {
        self.socket(handle)
            .listen(port)
            .map_err(|error| format!("listening on port {port}: {error}"))
    }

    /// Connects to `port` of `server`, from `from_port`.
    pub(crate) fn connect(
        &mut self,
        handle: SocketHandle,
        server: IpAddr,
        port: u16,
        from_port: u16,
    ) -> Result<(), String> {
        let socket = self.sockets.get_mut::<tcp::Socket<'_>>(handle);
        socket
            .connect(self.interface.context(), (server, port), from_port)
            .map_err(|error| format!("connecting to {server}, port {port}: {error}"))
    }

    /// Takes in what arrived and sends what is due; says whether anything was.
    pub(crate) fn poll(&mut self, now: Duration, wire: &mut impl Wire) -> bool {
        let mut card = Card {
            wire,
            mtu_bytes: self.mtu_bytes,
            moved: false,
        };
        self.interface
            .poll(instant(now), &mut card, &mut self.sockets);
        card.moved
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

fn capabilities(mtu_bytes: u16) -> DeviceCapabilities {
    let mut capabilities = DeviceCapabilities::default();
    capabilities.medium = Medium::Ethernet;
    capabilities.max_transmission_unit = usize::from(mtu_bytes) + ETHERNET_HEADER_LEN;
    capabilities
}

/// A network card.
struct Card<'w, W> {
    wire: &'w mut W,
    mtu_bytes: u16,
    moved: bool,
}

struct Received(Vec<u8>);

struct Sending<'c, 'w, W>(&'c mut Card<'w, W>);

impl<'w, W: Wire> Device for Card<'w, W> {
    type RxToken<'c>
        = Received
    where
        Self: 'c;
    type TxToken<'c>
        = Sending<'c, 'w, W>
    where
        Self: 'c;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sending<'_, 'w, W>)> {
        let frame = self.wire.receive()?;
        self.moved = true;
        Some((Received(frame), Sending(self)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sending<'_, 'w, W>> {
        Some(Sending(self))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities(self.mtu_bytes)
    }
}

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

impl<W: Wire> TxToken for Sending<'_, '_, W> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut frame = vec![0; length];
        let result = write(&mut frame);
        self.0.moved = true;
        self.0.wire.send(frame);
        result
    }
}

/// The network card of a host that is not plugged in yet: an interface only asks it what it can do.
struct Nothing(u16);

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
        capabilities(self.0)
    }
}

struct Discarding;

impl TxToken for Discarding {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        write(&mut vec![0; length])
    }
}
