//! An honest run breaks no rule; what was doctored in its trace breaks the one that it should.

mod completion;
mod mss;

use smoltcp::wire::{IpAddress, TcpPacket};

use super::super::packet::ETHERNET_HEADER_LEN;
use super::super::scenario::load;
use super::*;

/// ```text
/// client ── lan ── hop ── wan (1400 bytes) ── server
/// ```
const NETWORK: &str = "title = 't'
[hosts.client]
stack = 'icmp'
[hosts.server]
stack = 'icmp'
[routers.hop]
clamp = true
[links.lan]
ends = ['client', 'hop']
[links.wan]
ends = ['hop', 'server']
mtu_bytes = 1400
[flows.f]
from = 'client'
to = 'server'
bytes = 20000
";
const LAN: usize = 0;
const WAN: usize = 1;
const TO_CLIENT: usize = 0;
const TO_SERVER: usize = 1;
const IP: usize = ETHERNET_HEADER_LEN;
const TCP: usize = IP + 20;
/// The MSS of a SYN over IPv4, which begins with it.
const MSS: usize = TCP + 22;

fn network(more: &[(&str, &str)]) -> (Scenario, World) {
    let text = more.iter().fold(NETWORK.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let scenario = load(&text).expect("a scenario").whole;
    let mut world = World::new(&scenario, 1, true).expect("a network");
    world.run();
    (scenario, world)
}

fn firmware() -> (Scenario, World) {
    network(&[(
        "clamp = true",
        "clamp = true\nkind = 'firmware'\nuplink = 'wan'",
    )])
}

fn broken((scenario, mut world): (Scenario, World)) -> Option<Violation> {
    first_violation(&scenario, &mut world)
}

fn kind(violation: Option<Violation>) -> Option<&'static str> {
    violation.map(|violation| violation.kind)
}

/// Doctors the first passage over this link, in this direction, whose segment is as asked.
fn doctor(
    world: &mut World,
    over: usize,
    to: usize,
    is_meant: impl Fn(&Tcp) -> bool,
    change: impl Fn(&mut Fate, &mut [u8]),
) {
    let trace = world.watch.trace.as_mut().expect("a trace");
    let found = trace.iter_mut().find_map(|happening| match happening {
        Happening::Passage {
            link,
            towards,
            fate,
            frame,
            ..
        } if *link == over && *towards == to => Tcp::in_frame(frame)
            .is_some_and(|tcp| is_meant(&tcp))
            .then_some((fate, frame)),
        _ => None,
    });
    let (fate, frame) = found.expect("such a segment");
    change(fate, frame);
}

fn is_syn(tcp: &Tcp) -> bool {
    tcp.flags & SYN != 0
}

fn has_data(tcp: &Tcp) -> bool {
    tcp.payload_len > 0
}

/// Both checksums, as the frame is now.
fn right_checksums(frame: &mut [u8]) {
    let packet = &mut frame[IP..];
    let ends = if packet[0] >> 4 == 4 {
        let mut header = Ipv4Packet::new_unchecked(&mut packet[..]);
        header.fill_checksum();
        let ends = (header.src_addr(), header.dst_addr());
        (IpAddress::from(ends.0), IpAddress::from(ends.1))
    } else {
        let header = smoltcp::wire::Ipv6Packet::new_unchecked(&mut packet[..]);
        (header.src_addr().into(), header.dst_addr().into())
    };
    let header_len = if packet[0] >> 4 == 4 { 20 } else { 40 };
    TcpPacket::new_unchecked(&mut packet[header_len..]).fill_checksum(&ends.0, &ends.1);
}

fn with_mss(at: usize, mss: u16) -> impl Fn(&mut Fate, &mut [u8]) {
    move |_, frame| {
        frame[at..at + 2].copy_from_slice(&mss.to_be_bytes());
        right_checksums(frame);
    }
}

#[test]
fn an_honest_run_breaks_no_rule() {
    assert_eq!(broken(network(&[])), None);
    assert_eq!(
        broken(network(&[("to = 'server'", "to = 'server'\nip = 6")])),
        None
    );
    assert_eq!(broken(firmware()), None);
    for shape in ["mss-twice", "mss-at-odd-offset", "without-mss"] {
        let stack = format!("[hosts.client]\nsyn = '{shape}'");
        assert_eq!(
            broken(network(&[("[hosts.client]", &stack)])),
            None,
            "{shape}"
        );
    }
}

/// Of these bytes of a frame with data, whether a router may change each.
fn only_these_may_change(network: impl Fn() -> (Scenario, World), bytes: &[(usize, bool)]) {
    for &(at, may_change) in bytes {
        let (scenario, mut world) = network();
        doctor(&mut world, LAN, TO_CLIENT, has_data, |_, frame| {
            frame[at] ^= 1;
            right_checksums(frame);
        });
        let expected = (!may_change).then_some("changed");
        assert_eq!(
            kind(changed_on_the_way(&scenario, &world)),
            expected,
            "byte {at}"
        );
    }
}

#[test]
fn a_router_changes_nothing_but_the_hop_limit_and_what_follows_from_it() {
    let bytes = [
        (IP + 1, false),
        (IP + 4, false),
        (IP + 6, false),
        (IP + 8, true),
        (IP + 12, false),
        (IP + 19, false),
        (TCP, false),
        (TCP + 3, false),
        (TCP + 4, false),
        (TCP + 11, false),
        (TCP + 15, false),
        (TCP + 18, false),
        (TCP + 20, false),
    ];
    only_these_may_change(|| network(&[]), &bytes);
    let (scenario, mut world) = network(&[]);
    doctor(&mut world, LAN, TO_CLIENT, has_data, |_, frame| {
        frame[TCP + 17] ^= 1;
    });
    let violation = changed_on_the_way(&scenario, &world).expect("a wrong checksum");
    assert_eq!(violation.kind, "changed");
    assert!(
        violation
            .to_string()
            .starts_with("changed: hop sends what did not come: TCP ACK, seq ")
    );
    // Whoever gets a wrong header checksum drops the packet.
    let (scenario, mut world) = network(&[]);
    doctor(&mut world, LAN, TO_CLIENT, has_data, |_, frame| {
        frame[IP + 10] ^= 1;
    });
    assert_eq!(changed_on_the_way(&scenario, &world), None);
}

#[test]
fn over_ipv6_it_is_the_hop_limit_too() {
    let tcp = IP + 40;
    let bytes = [
        (IP + 1, false),
        (IP + 7, true),
        (IP + 8, false),
        (IP + 39, false),
        (tcp, false),
        (tcp + 4, false),
        (tcp + 20, false),
    ];
    only_these_may_change(
        || network(&[("to = 'server'", "to = 'server'\nip = 6")]),
        &bytes,
    );
}

#[test]
fn a_masquerade_changes_addresses_and_ports_besides() {
    let bytes = [
        (IP + 8, true),
        (IP + 12, true),
        (IP + 19, true),
        (TCP, true),
        (TCP + 3, true),
        (TCP + 4, false),
        (TCP + 13, false),
        (TCP + 20, false),
    ];
    only_these_may_change(firmware, &bytes);
}

#[test]
fn what_was_dropped_before_a_router_did_not_come() {
    let (scenario, mut world) = network(&[]);
    doctor(&mut world, LAN, 1, is_syn, |fate, _| *fate = Fate::Lost);
    assert_eq!(kind(changed_on_the_way(&scenario, &world)), Some("changed"));
}

#[test]
fn what_a_link_damages_is_no_routers_doing() {
    let (scenario, mut world) = network(&[]);
    doctor(&mut world, LAN, TO_CLIENT, has_data, |fate, frame| {
        *fate = Fate::Corrupted;
        frame[TCP + 20] ^= 1;
    });
    assert_eq!(changed_on_the_way(&scenario, &world), None);
}

#[test]
fn routers_that_may_change_more_are_left_out() {
    let inserts = ("clamp = true", "clamp = true\npolicy.insert_missing = true");
    let (scenario, mut world) = network(&[inserts]);
    doctor(&mut world, WAN, TO_SERVER, is_syn, with_mss(MSS, 1461));
    assert_eq!(changed_on_the_way(&scenario, &world), None);
}

#[test]
fn no_router_puts_more_onto_a_link_than_that_carries() {
    let too_big = |over: usize, to: usize, more: &[(&str, &str)]| {
        let (scenario, mut world) = network(more);
        doctor(&mut world, over, to, is_syn, |fate, _| {
            *fate = Fate::TooBigForLink;
        });
        forwarded_too_big(&scenario, &world)
    };
    let violation = too_big(WAN, TO_SERVER, &[]).expect("a router that should know better");
    assert_eq!(
        violation.to_string(),
        "forwarded too big: hop, 44 bytes onto wan"
    );
    assert_eq!(too_big(LAN, 1, &[]), None, "hosts may");
    assert_eq!(
        kind(too_big(LAN, TO_CLIENT, &[])),
        Some("forwarded too big")
    );
    let misled = ("clamp = true", "clamp = true\nmtu_bytes = { wan = 1500 }");
    assert_eq!(too_big(WAN, TO_SERVER, &[misled]), None);
    let later = (
        "[flows.f]",
        "[[changes]]\nat_s = 50\nlink = 'wan'\nup = true\n[flows.f]",
    );
    assert_eq!(too_big(WAN, TO_SERVER, &[later]), None);
}

#[test]
fn a_frame_that_came_to_no_end_is_missed() {
    let (_, world) = firmware();
    let counters = world.nodes.iter().find_map(|node| match node {
        Node::Firmware(router) => Some(router.counters()),
        _ => None,
    });
    let honest = counters.expect("a firmware router");
    assert!(counts_each_once(&honest) && honest.forwarded > 0);
    let doctored: [fn(&mut Counters); 5] = [
        |counters| counters.received += 1,
        |counters| counters.forwarded += 1,
        |counters| counters.delivered += 1,
        |counters| counters.local += 1,
        |counters| counters.waiting += 1,
    ];
    for change in doctored {
        let mut counters = honest;
        change(&mut counters);
        assert!(!counts_each_once(&counters), "{counters:?}");
    }
}

#[test]
fn a_frame_may_come_to_any_one_end_or_wait() {
    let mut counters = Counters {
        received: 15,
        forwarded: 1,
        delivered: 2,
        local: 4,
        waiting: 8,
        ..Counters::default()
    };
    assert!(counts_each_once(&counters));
    counters.dropped.too_big += 16;
    assert!(!counts_each_once(&counters));
    counters.received += 16;
    assert!(counts_each_once(&counters));
}

#[test]
fn sessions_are_held_for_a_while_and_not_for_a_day() {
    let (_, mut world) = firmware();
    let now = world.now();
    let router = world.nodes.iter_mut().find_map(|node| match node {
        Node::Firmware(router) => Some(router),
        _ => None,
    });
    let router = router.expect("a firmware router");
    assert_eq!(router.held_after(Duration::from_secs(1), now), (1, 0));
    assert_eq!(router.held_after(A_DAY, now), (0, 0));
}
