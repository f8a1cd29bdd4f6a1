//! The router between drivers of paper.

#[path = "router/packets.rs"]
#[allow(dead_code, reason = "each test program needs other packets")]
mod packets;
#[path = "wake/mod.rs"]
mod wake;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_net_driver_channel as channel;
use embassy_time::{Duration, MockDriver};
use firmware::board::{
    BACKLOG_PLACES, BacklogPlace, BootArguments, Carrier, INNER_MTU_BYTES, INNER_WIRE, LAN_IPV4,
    LAN_VLAN, WAN_GATEWAY_IPV4, WAN_IPV4, WAN_VLAN, Wire, trunk_config,
};
use firmware::router::Router;
use firmware::router::config::{
    Config, EthernetPort, Inner, Ipv4Interface, Lan, Limits, Settings, Wan,
};
use packets::{UDP, end, ipv4, udp, udp_payload};
use wake::Bell;

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const HOST: [u8; 6] = [2, 0, 0, 0, 0, 0x50];

/// A wire and its driver.
#[derive(Clone, Default)]
struct Paper {
    incoming: Rc<RefCell<VecDeque<Vec<u8>>>>,
    sent: Rc<RefCell<Vec<Vec<u8>>>>,
    /// Frames that fit before the wire is full.
    room: Rc<Cell<usize>>,
}

struct Received(Vec<u8>);

struct Sending<'a>(&'a Paper);

impl RxToken for Received {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, f: F) -> R {
        f(&mut self.0)
    }
}

impl TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut frame = vec![0; len];
        let result = f(&mut frame);
        self.0.sent.borrow_mut().push(frame);
        self.0.room.set(self.0.room.get() - 1);
        result
    }
}

impl Driver for Paper {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, _: &mut Context<'_>) -> Option<(Received, Sending<'_>)> {
        if self.room.get() == 0 {
            return None;
        }
        let frame = self.incoming.borrow_mut().pop_front()?;
        Some((Received(frame), Sending(self)))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Sending<'_>> {
        (self.room.get() > 0).then_some(Sending(self))
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(MAC)
    }
}

/// With room for as many frames as the boards have.
fn wire<D>(driver: D) -> Wire<D> {
    Wire::new(
        driver,
        Box::leak(Box::new([BacklogPlace::EMPTY; BACKLOG_PLACES])),
    )
}

/// A carrier at work, on a trunk.
struct Bench {
    trunk: Paper,
    bell: Arc<Bell>,
    /// The box's own stack.
    stack: channel::Device<'static, 1500>,
    lives: Rc<Cell<usize>>,
    running: Pin<Box<dyn Future<Output = ()>>>,
}

impl Bench {
    fn new() -> Self {
        let config = trunk_config(MAC, &BootArguments::default()).unwrap();
        Self::with(config, Wire::unplugged())
    }

    fn with(config: Config, second: Wire<impl Driver + 'static>) -> Self {
        let router: &'static mut Router<8> = Box::leak(Box::new(Router::new(config, [7; 16])));
        let state = Box::leak(Box::new(channel::State::<1500, 2, 2>::new()));
        let (inner, stack) = channel::new(state, HardwareAddress::Ip);
        let trunk = Paper::default();
        trunk.room.set(usize::MAX);
        let lives = Rc::new(Cell::new(0));
        let mut carrier = Carrier::new(router, wire(trunk.clone()), second, inner);
        let alive = Rc::clone(&lives);
        let running = async move {
            carrier.run(move |_| alive.set(alive.get() + 1)).await;
        };
        Self {
            trunk,
            bell: Arc::default(),
            stack,
            lives,
            running: Box::pin(running),
        }
    }

    /// Lets the carrier run until it sleeps.
    fn run(&mut self) {
        let waker = self.bell.waker();
        for _ in 0..1_000 {
            assert!(
                self.running
                    .as_mut()
                    .poll(&mut Context::from_waker(&waker))
                    .is_pending()
            );
            if !self.bell.rang() {
                return;
            }
        }
        panic!("the carrier does not come to rest");
    }

    /// The ARP replies among the frames that were sent.
    fn replies(&self) -> Vec<Vec<u8>> {
        let is_reply = |frame: &&Vec<u8>| frame[16..18] == [0x08, 0x06] && frame[25] == 2;
        self.trunk
            .sent
            .borrow()
            .iter()
            .filter(is_reply)
            .cloned()
            .collect()
    }

    /// Has the box's own stack send this packet.
    fn stack_sends(&mut self, packet: &[u8]) {
        let waker = self.bell.waker();
        let token = self.stack.transmit(&mut Context::from_waker(&waker));
        let token = token.expect("room in the channel");
        token.consume(packet.len(), |buffer| buffer.copy_from_slice(packet));
    }

    /// The next packet that the box's own stack gets.
    fn stack_receives(&mut self) -> Option<Vec<u8>> {
        let waker = self.bell.waker();
        let (received, _) = self.stack.receive(&mut Context::from_waker(&waker))?;
        Some(received.consume(|packet| packet.to_vec()))
    }

    fn ask(&self, vlan: u16, from: Ipv4Addr, target: Ipv4Addr) {
        let question = who_has(vlan, from, target);
        self.trunk.incoming.borrow_mut().push_back(question);
    }
}

fn who_has(vlan: u16, from: Ipv4Addr, target: Ipv4Addr) -> Vec<u8> {
    let [high, low] = vlan.to_be_bytes();
    let mut frame = [&[0xff; 6][..], &HOST, &[0x81, 0x00, high, low, 0x08, 0x06]].concat();
    frame.extend([0, 1, 8, 0, 6, 4, 0, 1]);
    frame.extend(HOST.iter().chain(&from.octets()));
    frame.extend([0; 6].iter().chain(&target.octets()));
    frame
}

const LAN_HOST: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 50);

#[test]
fn an_answer_goes_out_on_the_vlan_of_its_question() {
    let mut bench = Bench::new();
    bench.ask(LAN_VLAN, LAN_HOST, LAN_IPV4);
    bench.ask(WAN_VLAN, WAN_GATEWAY_IPV4, WAN_IPV4);
    bench.run();
    let replies = bench.replies();
    let vlans: Vec<_> = replies.iter().map(|frame| [frame[14], frame[15]]).collect();
    assert_eq!(vlans, [LAN_VLAN.to_be_bytes(), WAN_VLAN.to_be_bytes()]);
    assert!(
        replies
            .iter()
            .all(|frame| frame[..6] == HOST && frame[6..12] == MAC)
    );
}

#[test]
fn more_frames_than_one_turn_takes_are_all_carried() {
    let mut bench = Bench::new();
    for _ in 0..100 {
        bench.ask(LAN_VLAN, LAN_HOST, LAN_IPV4);
    }
    bench.run();
    assert_eq!(bench.replies().len(), 100);
}

#[test]
fn one_turn_leaves_the_processor_to_others_after_a_burst() {
    let mut bench = Bench::new();
    for _ in 0..100 {
        bench.ask(LAN_VLAN, LAN_HOST, LAN_IPV4);
    }
    let waker = bench.bell.waker();
    let _ = bench
        .running
        .as_mut()
        .poll(&mut Context::from_waker(&waker));
    let carried = bench.replies().len();
    assert!((1..100).contains(&carried), "{carried} frames in one turn");
    assert!(bench.bell.rang(), "it would sleep with frames waiting");
}

#[test]
fn with_the_wire_full_nothing_is_taken_in_and_nothing_is_lost() {
    let mut bench = Bench::new();
    bench.trunk.room.set(3);
    for _ in 0..5 {
        bench.ask(LAN_VLAN, LAN_HOST, LAN_IPV4);
    }
    bench.run();
    assert_eq!(bench.replies().len(), 3);
    bench.trunk.room.set(usize::MAX);
    bench.run();
    assert_eq!(bench.replies().len(), 5);
}

#[test]
fn an_idle_carrier_says_that_it_is_alive_each_second() {
    let mut bench = Bench::new();
    bench.run();
    for second in 1..=5 {
        let before = bench.lives.get();
        MockDriver::get().advance(Duration::from_millis(1_001));
        assert!(bench.bell.rang(), "second {second}: not woken");
        bench.run();
        assert!(bench.lives.get() > before, "second {second}");
    }
}

/// A frame of the LAN with this packet to the router.
fn in_lan(packet: &[u8]) -> Vec<u8> {
    let [high, low] = LAN_VLAN.to_be_bytes();
    [&MAC[..], &HOST, &[0x81, 0, high, low, 0x08, 0x00], packet].concat()
}

#[test]
fn a_packet_to_the_box_reaches_its_own_stack_and_the_answer_goes_out() {
    let mut bench = Bench::new();
    bench.ask(LAN_VLAN, LAN_HOST, LAN_IPV4);
    let (host, box_itself) = (end("192.168.1.50", 5000), end("192.168.1.1", 7));
    let question = udp(host, box_itself, b"anybody there?");
    bench
        .trunk
        .incoming
        .borrow_mut()
        .push_back(in_lan(&question));
    bench.run();
    let received = bench.stack_receives().expect("a packet");
    assert_eq!(received[20..], question[20..]);
    bench.trunk.sent.borrow_mut().clear();
    // As long as a packet can be, and, behind a VLAN tag, its frame.
    let answer = udp(box_itself, host, &[b'y'; 1500 - 28]);
    bench.stack_sends(&answer);
    bench.run();
    let sent = bench.trunk.sent.borrow();
    assert_eq!(sent.len(), 1);
    assert_eq!((&sent[0][..6], sent[0].len()), (&HOST[..], 1518));
    assert_eq!(sent[0][38..], answer[20..]);
}

#[test]
fn the_fragments_of_a_packet_go_out_in_order() {
    let mut bench = Bench::new();
    bench.ask(WAN_VLAN, WAN_GATEWAY_IPV4, WAN_IPV4);
    bench.run();
    bench.trunk.sent.borrow_mut().clear();
    let (own, gateway) = (end("192.168.1.1", 7), end("198.51.100.1", 7));
    let datagram = udp_payload(own, gateway, &[9; 1472]);
    bench.stack_sends(&ipv4(LAN_IPV4, WAN_GATEWAY_IPV4, UDP, 0, 1, &datagram));
    bench.run();
    let sent = bench.trunk.sent.borrow();
    let offsets: Vec<_> = sent
        .iter()
        .map(|frame| u16::from_be_bytes([frame[24], frame[25]]) & 0x1fff)
        .collect();
    assert_eq!(offsets.len(), 2);
    assert_eq!(offsets[0], 0);
    assert!(offsets[1] > 0);
}

#[test]
fn each_wire_has_its_own_port() {
    let port = |wire| EthernetPort {
        wire,
        vlan: None,
        mac: MAC,
        mtu_bytes: 1500,
    };
    let interface = |address| Ipv4Interface {
        address,
        prefix_len: 24,
    };
    let settings = Settings {
        lans: &[Lan {
            port: port(0),
            ipv4: interface(LAN_IPV4),
            ipv6: None,
        }],
        wan: Wan {
            port: port(1),
            ipv4: interface(WAN_IPV4),
            gateway: WAN_GATEWAY_IPV4,
            ipv6: None,
        },
        inner: Some(Inner {
            wire: INNER_WIRE,
            mtu_bytes: INNER_MTU_BYTES,
            ipv4: LAN_IPV4,
            ipv6: None,
        }),
        forwards: &[],
        clamp: true,
        clamp_through_tunnels: false,
        limits: Limits::default(),
    };
    let wan = Paper::default();
    wan.room.set(usize::MAX);
    let mut bench = Bench::with(Config::new(&settings).unwrap(), wire(wan.clone()));
    let untagged = |question: Vec<u8>| [&question[..12], &question[16..]].concat();
    let question = untagged(who_has(0, WAN_GATEWAY_IPV4, WAN_IPV4));
    wan.incoming.borrow_mut().push_back(question);
    bench.run();
    let is_reply = |frame: &Vec<u8>| frame[12..14] == [0x08, 0x06] && frame[21] == 2;
    let replies = wan
        .sent
        .borrow()
        .iter()
        .filter(|frame| is_reply(frame))
        .count();
    assert_eq!(replies, 1);
    assert!(!bench.trunk.sent.borrow().iter().any(is_reply));
}
