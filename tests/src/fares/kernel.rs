//! The Linux kernel's clamps, each in a router of its own between two hosts.
//!
//! What a router does to every packet (it counts the TTL down, drops what is not IP or not whole, cuts padding
//! off) is no part of the clamp. So a second router without a rule is asked, too: what it does not let out
//! is not asked of the rule, and what a rule must let out is what the second router makes of the bytes that the corpus
//! expects.

use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use reference::conformance::{Call, Case, Fare, Verdict, judge};
use reference::oracle::Policy;

use crate::lab::{LEFT_MAC, Lab, RIGHT_MAC, ROUTER_LEFT_MAC, ROUTER_RIGHT_MAC};
use crate::linux::{Engine, IpVersion, Rule, checksum, install};

const ETHERNET_HEADER_LEN: usize = 14;
/// Where every IP packet of the corpus comes from, and where it goes.
const ADDRESSES: [(IpVersion, &str, &str); 2] = [
    (IpVersion::V4, "192.0.2.1", "198.51.100.2"),
    (IpVersion::V6, "2001:db8::1", "2001:db8::2"),
];
/// More than any packet of the corpus has.
const WIDE_MTU_BYTES: u32 = 65_535;
/// How long a router may take for a packet.
const PATIENCE: Duration = Duration::from_secs(10);
/// A protocol that no rule looks at.
const EXPERIMENT: u8 = 253;

/// What each case comes to with this engine's rules.
pub(super) fn verdicts(engine: Engine, cases: &[Case]) -> Vec<Verdict> {
    stay_on_one_processor();
    let mut ruled = Router::new(Some(engine));
    let mut unruled = Router::new(None);
    cases
        .iter()
        .map(|case| {
            if !can_be_asked(engine, case) {
                return Verdict::NotAsked;
            }
            unruled.set(&case.policy);
            let Some(input) = unruled.forward(case.call, &case.input) else {
                return Verdict::NotAsked;
            };
            let Some(output) = unruled.forward(case.call, &case.output) else {
                panic!(
                    "{:?} comes through, and its right answer does not",
                    case.name
                );
            };
            ruled.set(&case.policy);
            let fare = match ruled.forward(case.call, &case.input) {
                Some(packet) => Fare::Bytes(packet),
                None => Fare::Dropped,
            };
            let forwarded = Case {
                input,
                output,
                ..case.clone()
            };
            judge(&forwarded, &fare)
        })
        .collect()
}

/// A rule has no word for tunnels. `TCPMSS` inserts, into a buffer that always has room; nft does not.
fn can_be_asked(engine: Engine, case: &Case) -> bool {
    let call_has_words = match case.call {
        Call::Frame | Call::Packet => true,
        Call::InsertInFrame { room_bytes } => engine != Engine::Nft && room_bytes >= 4,
    };
    call_has_words && !case.policy.tunnels
}

/// Packets keep their order where one processor handles all of them.
fn stay_on_one_processor() {
    let this_thread = Pid::from_raw(0);
    let allowed = sched_getaffinity(this_thread).expect("this thread's processors");
    let first = (0..CpuSet::count()).find(|number| allowed.is_set(*number).unwrap_or(false));
    let mut one = CpuSet::new();
    one.set(first.expect("this thread runs somewhere"))
        .expect("a processor's number");
    sched_setaffinity(this_thread, &one).expect("a processor that it may run on");
}

/// A Linux router, with the rules of an engine or none.
struct Router {
    lab: Lab,
    engine: Option<Engine>,
    policy: Option<Policy>,
    packets: u32,
}

impl Router {
    fn new(engine: Option<Engine>) -> Self {
        let lab = Lab::new();
        for device in ["left", "right"] {
            // The corpus sends from one of the addresses that the lab's router has.
            lab.on_router(&format!("ip -4 address flush dev {device}"));
            lab.on_router(&format!("ip -6 address flush dev {device} scope global"));
        }
        for (_, source, destination) in ADDRESSES {
            for (address, mac, device) in [
                (source, LEFT_MAC, "left"),
                (destination, RIGHT_MAC, "right"),
            ] {
                let mac = mac.map(|byte| format!("{byte:02x}")).join(":");
                lab.on_router(&format!(
                    "ip neighbour replace {address} lladdr {mac} dev {device} nud permanent"
                ));
            }
        }
        Self {
            lab,
            engine,
            policy: None,
            packets: 0,
        }
    }

    /// Says the policy in the router's words.
    fn set(&mut self, policy: &Policy) {
        if self.policy.as_ref() == Some(policy) {
            return;
        }
        self.policy = Some(*policy);
        // Linux takes the smaller of the MTUs forward and back; the narrow one cuts nothing up there.
        let mtu_back_bytes = policy.link_mtu_bytes.unwrap_or(WIDE_MTU_BYTES);
        for (version, source, destination) in ADDRESSES {
            for (address, device, mtu_bytes) in [
                (source, "left", mtu_back_bytes),
                (destination, "right", WIDE_MTU_BYTES),
            ] {
                let flag = match version {
                    IpVersion::V4 => "-4",
                    IpVersion::V6 => "-6",
                };
                self.lab.on_router(&format!(
                    "ip {flag} route replace {address} dev {device} mtu {mtu_bytes}"
                ));
            }
            if let Some(engine) = self.engine {
                let fixed = match version {
                    IpVersion::V4 => policy.max_mss_v4,
                    IpVersion::V6 => policy.max_mss_v6,
                };
                // Where there are two, the lower one is what is left: neither raises an MSS.
                let by_mtu = policy.link_mtu_bytes.map(|_| Rule::RouteMtu);
                let rules: Vec<Rule> = by_mtu.into_iter().chain(fixed.map(Rule::Fixed)).collect();
                install(&self.lab, engine, version, &rules);
            }
        }
    }

    /// The packet that comes out; `None` when none does.
    fn forward(&mut self, call: Call, bytes: &[u8]) -> Option<Vec<u8>> {
        let (ether_type, packet) = match call {
            Call::Packet if bytes.first().is_some_and(|first| first >> 4 == 6) => (0x86dd, bytes),
            Call::Packet => (0x0800, bytes),
            Call::Frame | Call::InsertInFrame { .. } => {
                let (header, packet) = bytes.split_at_checked(ETHERNET_HEADER_LEN)?;
                (u16::from_be_bytes([header[12], header[13]]), packet)
            }
        };
        if packet.is_empty() {
            // No device sends a header alone.
            return None;
        }
        self.packets += 1;
        let marker = marker(self.packets);
        self.lab.left.send(&frame(ether_type, packet));
        self.lab.left.send(&frame(0x0800, &marker));
        let deadline = Instant::now() + PATIENCE;
        let mut came_out = None;
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            let received = self.lab.right.receive(rest);
            let frame = received.unwrap_or_else(|| panic!("no marker came out in {PATIENCE:?}"));
            let Some(packet) = forwarded_packet(&frame) else {
                continue;
            };
            // The rest of the header changes on the way, as any packet's does.
            if packet.get(9) == Some(&EXPERIMENT) && packet[20..] == marker[20..] {
                return came_out;
            }
            let earlier = came_out.replace(packet.to_vec());
            assert_eq!(earlier, None, "{bytes:02x?} came out twice");
        }
    }
}

fn frame(ether_type: u16, packet: &[u8]) -> Vec<u8> {
    [
        &ROUTER_LEFT_MAC[..],
        &LEFT_MAC,
        &ether_type.to_be_bytes(),
        packet,
    ]
    .concat()
}

/// What the router sent on to the right host, and not for itself.
fn forwarded_packet(frame: &[u8]) -> Option<&[u8]> {
    let packet = frame.strip_prefix(&[RIGHT_MAC, ROUTER_RIGHT_MAC].concat()[..])?;
    match packet.split_at_checked(2)? {
        ([0x08, 0x00] | [0x86, 0xdd], packet) => Some(packet),
        _ => None,
    }
}

/// A packet that comes out behind all that was sent before it.
fn marker(number: u32) -> Vec<u8> {
    let mut packet = b"\x45\0\0\x18\0\0\0\0\x40\xfd\0\0\xc0\0\x02\x01\xc6\x33\x64\x02".to_vec();
    let header_checksum = !checksum::sum(&packet);
    packet[10..12].copy_from_slice(&header_checksum.to_be_bytes());
    packet.extend(number.to_be_bytes());
    packet
}
