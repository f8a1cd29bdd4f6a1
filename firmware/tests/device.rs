//! `ClampedDevice` under a real smoltcp stack that talks to another one: the handshake, the MSS that
//! both sides keep to, and the bytes that arrive.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use clamp_core::{Clamp, Outcome};
use firmware::{ClampedDevice, Direction, ScratchTooSmall};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp;
use smoltcp::time::Instant;
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr};

const MTU: usize = 1500;
const CEILING: u16 = 600;

type Queue = Rc<RefCell<VecDeque<Vec<u8>>>>;

/// One end of a wire of bare packets that remembers the largest TCP payload it carried.
struct End {
    outgoing: Queue,
    incoming: Queue,
    largest_payload: Rc<RefCell<usize>>,
}

struct Received(Vec<u8>);
struct Sending<'a>(&'a End);

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut packet = vec![0; len];
        let result = f(&mut packet);
        let payload = len - 20 - usize::from(packet[32] >> 4) * 4;
        let mut largest = self.0.largest_payload.borrow_mut();
        *largest = payload.max(*largest);
        self.0.outgoing.borrow_mut().push_back(packet);
        result
    }
}

impl Device for End {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sending<'_>)> {
        let packet = self.incoming.borrow_mut().pop_front()?;
        Some((Received(packet), Sending(self)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sending<'_>> {
        Some(Sending(self))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = MTU;
        capabilities
    }
}

fn wire() -> (End, End) {
    let (left, right) = (Queue::default(), Queue::default());
    let end = |outgoing: &Queue, incoming: &Queue| End {
        outgoing: outgoing.clone(),
        incoming: incoming.clone(),
        largest_payload: Rc::default(),
    };
    (end(&left, &right), end(&right, &left))
}

struct Host<D: Device> {
    device: D,
    interface: Interface,
    sockets: SocketSet<'static>,
    socket: SocketHandle,
}

impl<D: Device> Host<D> {
    fn new(mut device: D, last_octet: u8) -> Self {
        let now = Instant::from_millis(0);
        let mut interface = Interface::new(Config::new(HardwareAddress::Ip), &mut device, now);
        interface.update_ip_addrs(|addresses| {
            addresses
                .push(IpCidr::new(IpAddress::v4(192, 0, 2, last_octet), 24))
                .expect("room for one address");
        });
        let buffer = || tcp::SocketBuffer::new(vec![0; 8192]);
        let mut sockets = SocketSet::new(Vec::new());
        let socket = sockets.add(tcp::Socket::new(buffer(), buffer()));
        Self {
            device,
            interface,
            sockets,
            socket,
        }
    }

    fn socket(&mut self) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(self.socket)
    }

    fn poll(&mut self, now_ms: i64) {
        let now = Instant::from_millis(now_ms);
        self.interface
            .poll(now, &mut self.device, &mut self.sockets);
    }
}

#[test]
fn two_stacks_keep_to_the_clamped_mss_in_both_directions() {
    let (client_end, server_end) = wire();
    let from_client = client_end.largest_payload.clone();
    let from_server = server_end.largest_payload.clone();
    let clamped = RefCell::new(Vec::new());
    let clamp = Clamp::for_max_mss(Some(CEILING), None).expect("a plain policy");
    let device = ClampedDevice::<_, _, MTU>::new(client_end, clamp, |direction, outcome| {
        if let Outcome::Clamped { from, to } = outcome {
            clamped.borrow_mut().push((direction, from, to));
        }
    })
    .expect("a scratch buffer of the MTU");
    let mut client = Host::new(device, 1);
    let mut server = Host::new(server_end, 2);
    server.socket().listen(80).expect("a free port");
    let context = client.interface.context();
    client
        .sockets
        .get_mut::<tcp::Socket<'_>>(client.socket)
        .connect(context, (IpAddress::v4(192, 0, 2, 2), 80), 40_000)
        .expect("a closed socket");

    let payload = [0x5a; 6000];
    let (mut sent, mut received) = ([0, 0], [0, 0]);
    for now_ms in 0..2000 {
        client.poll(now_ms);
        server.poll(now_ms);
        for (side, socket) in [client.socket(), server.socket()].into_iter().enumerate() {
            if socket.can_send() {
                sent[side] += socket.send_slice(&payload[sent[side]..]).expect("open");
            }
            while socket.can_recv() {
                received[side] += socket
                    .recv(|bytes| (bytes.len(), bytes.len()))
                    .expect("open");
            }
        }
    }

    assert_eq!(received, [payload.len(); 2], "both sides got everything");
    assert_eq!(
        clamped.into_inner(),
        [
            (Direction::Sent, 1460, CEILING),
            (Direction::Received, 1460, CEILING)
        ]
    );
    let largest = (*from_client.borrow(), *from_server.borrow());
    assert_eq!(largest, (usize::from(CEILING), usize::from(CEILING)));
}

#[test]
fn a_scratch_buffer_under_the_mtu_is_refused() {
    let clamp = Clamp::for_max_mss(Some(CEILING), None).expect("a plain policy");
    let refused = ClampedDevice::<_, _, 1499>::new(wire().0, clamp, |_, _| {}).err();
    let refused = refused.expect("too small");
    let expected = ScratchTooSmall {
        needed: MTU,
        there: 1499,
    };
    assert_eq!(refused, expected);
    assert_eq!(
        refused.to_string(),
        "a scratch buffer of 1499 bytes does not hold the device's frames of 1500"
    );
}

/// A device of Ethernet that has received one frame.
struct Ethernet(Vec<u8>);

impl Device for Ethernet {
    type RxToken<'a> = Received;
    type TxToken<'a> = Nowhere;

    fn receive(&mut self, _: Instant) -> Option<(Received, Nowhere)> {
        Some((Received(self.0.clone()), Nowhere))
    }

    fn transmit(&mut self, _: Instant) -> Option<Nowhere> {
        Some(Nowhere)
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = MTU + 14;
        capabilities
    }
}

struct Nowhere;

impl TxToken for Nowhere {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        f(&mut vec![0; len])
    }
}

#[test]
fn a_syn_behind_an_ethernet_header_is_clamped() {
    let mut frame = [&[2; 12][..], &[0x08, 0x00]].concat();
    frame.extend([
        0x45, 0, 0, 44, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1,
    ]);
    frame.extend([0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 0xff]);
    frame.extend([0xff, 0x46, 0xf8, 0, 0, 2, 4, 0x05, 0xb4]);
    let clamp = Clamp::for_max_mss(Some(CEILING), None).expect("a plain policy");
    let mut device = ClampedDevice::<_, _, { MTU + 14 }>::new(Ethernet(frame), clamp, |_, _| {})
        .expect("a scratch buffer of the frames");
    let (received, _) = device.receive(Instant::from_millis(0)).expect("a frame");
    let mss = received.consume(|frame| [frame[56], frame[57]]);
    assert_eq!(u16::from_be_bytes(mss), CEILING);
}
