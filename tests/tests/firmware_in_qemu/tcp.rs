//! One TCP connection from the LAN host to the box: smoltcp behind the machine's wire.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use firmware::board::{IPV4_PREFIX_LEN, IPV6_PREFIX_LEN};
use smoltcp::iface::{Config, Interface, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::Instant as Now;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};

use crate::frames::{LAN_HOST, LAN_HOST_IPV6, tag, untag};
use crate::machine::{Machine, PATIENCE};

/// The untagged side of a switch, of which the machine's wire is the trunk.
struct AccessPort<'m> {
    machine: &'m Machine,
    waiting: VecDeque<Vec<u8>>,
}

struct Received(Vec<u8>);

struct Sending<'m>(&'m Machine);

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut frame = vec![0; len];
        let result = f(&mut frame);
        self.0.send(&tag(&frame, LAN_HOST.vlan));
        result
    }
}

impl Device for AccessPort<'_> {
    type RxToken<'a>
        = Received
    where
        Self: 'a;
    type TxToken<'a>
        = Sending<'a>
    where
        Self: 'a;

    fn receive(&mut self, _: Now) -> Option<(Received, Sending<'_>)> {
        let frame = self.waiting.pop_front()?;
        Some((Received(frame), Sending(self.machine)))
    }

    fn transmit(&mut self, _: Now) -> Option<Sending<'_>> {
        Some(Sending(self.machine))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = 1514;
        capabilities
    }
}

/// Connects to `address` and `port`, says `said`, and returns as many bytes of what comes back.
pub(crate) fn talk(machine: &Machine, address: IpAddr, port: u16, said: &[u8]) -> Vec<u8> {
    let start = Instant::now();
    let now = || Now::from_micros(start.elapsed().as_micros() as i64);
    let mut device = AccessPort {
        machine,
        waiting: VecDeque::new(),
    };
    let mut config = Config::new(EthernetAddress(LAN_HOST.mac).into());
    config.random_seed = u64::from(machine.board.mac[5]) << 32 | said.len() as u64;
    let mut interface = Interface::new(config, &mut device, now());
    interface.update_ip_addrs(|addresses| {
        let own = [
            IpCidr::new(LAN_HOST.ipv4.into(), IPV4_PREFIX_LEN),
            IpCidr::new(LAN_HOST_IPV6.into(), IPV6_PREFIX_LEN),
        ];
        addresses.extend_from_slice(&own).expect("room for both");
    });
    let buffer = || SocketBuffer::new(vec![0; 4096]);
    let mut sockets = SocketSet::new(Vec::new());
    let handle = sockets.add(Socket::new(buffer(), buffer()));
    let local_port = 40_000 + said.len() as u16;
    sockets
        .get_mut::<Socket>(handle)
        .connect(
            interface.context(),
            (IpAddress::from(address), port),
            local_port,
        )
        .expect("a connection can be tried");
    let (mut sent, mut heard) = (0, Vec::new());
    while start.elapsed() < PATIENCE {
        interface.poll(now(), &mut device, &mut sockets);
        let socket = sockets.get_mut::<Socket>(handle);
        if socket.can_send() {
            sent += socket
                .send_slice(&said[sent..])
                .expect("the socket is open");
        }
        if socket.can_recv() {
            let more = socket.recv(|bytes| (bytes.len(), bytes.to_vec()));
            heard.extend(more.expect("the socket is open"));
        }
        if heard.len() >= said.len() {
            socket.close();
        }
        if matches!(socket.state(), State::Closed | State::TimeWait) && heard.len() >= said.len() {
            return heard;
        }
        if let Some(frame) = machine.receive_within(Duration::from_millis(10)) {
            device.waiting.extend(untag(&frame, LAN_HOST.vlan));
        }
    }
    let (state, heard) = (sockets.get::<Socket>(handle).state(), heard.len());
    panic!(
        "{state}: {sent} bytes said, {heard} heard; log:\n{}",
        machine.log()
    )
}
