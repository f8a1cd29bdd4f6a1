//! IPv6 beside a DHCP lease, or without one: a router that advertises itself on the link, and a delegated prefix.

use std::net::Ipv6Addr;

use crate::delegated::{answer, told};
use crate::house::{SERVER_V6, WAN_MAC};
use crate::leased::{GATEWAY_MAC, House};
use crate::packets::{ICMPV6, View, end, ip, syn, udp};
use crate::random::Random;

const GATEWAY: &str = "fe80::1";
const OWN: &str = "fe80::ff:fe00:2";
const ALL_NODES: [u8; 6] = [0x33, 0x33, 0, 0, 0, 1];
const HOST: &str = "2001:db8:4200::10";
const DELEGATED: &str = "2001:db8:4200::";
const ROUTER_SOLICITATION: u8 = 133;
const NEIGHBOUR_SOLICITATION: u8 = 135;

fn icmp(source: &str, destination: &str, message: Vec<u8>) -> Vec<u8> {
    let mut packet = ip(
        source.parse().unwrap(),
        destination.parse().unwrap(),
        ICMPV6,
        message,
    );
    packet[7] = 255;
    packet
}

/// A router advertisement with these options.
fn advertisement(source: &str, lifetime_s: u16, options: &[u8]) -> Vec<u8> {
    let mut message = vec![134, 0, 0, 0, 64, 0];
    message.extend(lifetime_s.to_be_bytes());
    message.extend([0; 8]);
    message.extend(options);
    icmp(source, "ff02::1", message)
}

fn mtu(bytes: u32) -> Vec<u8> {
    [&[5, 1, 0, 0][..], &bytes.to_be_bytes()].concat()
}

/// A prefix with these flags and this valid lifetime.
fn prefix(network: &str, flags: u8, valid_s: u32) -> Vec<u8> {
    let network: Ipv6Addr = network.parse().unwrap();
    let lifetimes = [valid_s, valid_s / 2].map(u32::to_be_bytes);
    let head = [&[3, 4, 64, flags][..], lifetimes.as_flattened(), &[0; 4]];
    [&head.concat()[..], &network.octets()].concat()
}

/// The kinds of ICMPv6 messages on the WAN since the last look.
fn kinds(house: &mut House) -> Vec<u8> {
    let frames = std::mem::take(&mut house.ipv6_on_the_wan);
    let icmp = frames.iter().filter(|frame| frame[20] == ICMPV6);
    icmp.map(|frame| frame[54]).collect()
}

/// The gateway answers what it is asked as a neighbour and as a DHCPv6 server; other packets are returned.
fn served(house: &mut House, ms: u64) -> Vec<Vec<u8>> {
    let mut others = Vec::new();
    let end_of_wait = house.now.after_ms(ms);
    loop {
        for frame in std::mem::take(&mut house.ipv6_on_the_wan) {
            let packet = &frame[14..];
            if packet[6] == 17 && packet[42..44] == [2, 35] {
                let answer = answer(packet, DELEGATED, [7_200, 10_000]);
                house.wan_brings_ipv6(WAN_MAC, &answer);
            } else if packet[6] == ICMPV6 && packet[40] == NEIGHBOUR_SOLICITATION {
                let mut message = vec![136, 0, 0, 0, 0xe0, 0, 0, 0];
                message.extend(&packet[48..64]);
                message.extend([2, 1]);
                message.extend(GATEWAY_MAC);
                let to = View(packet).source_address().to_string();
                house.wan_brings_ipv6(WAN_MAC, &icmp(GATEWAY, &to, message));
            } else {
                others.push(frame);
            }
        }
        if house.now >= end_of_wait {
            return others;
        }
        house.wait_ms(100);
    }
}

#[test]
fn routers_are_asked_for_ever_more_slowly_until_one_answers() {
    let mut house = House::new(&[]);
    let mut asked_at_s = Vec::new();
    for _ in 0..200 {
        house.wait_ms(1_000);
        if kinds(&mut house).contains(&ROUTER_SOLICITATION) {
            asked_at_s.push(house.now.0 / 1_000);
        }
    }
    let waits: Vec<u64> = asked_at_s.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(asked_at_s[0] <= 1, "{asked_at_s:?}");
    for (wait, expected) in waits.iter().zip([4, 8, 16, 32, 64]) {
        assert!(wait.abs_diff(expected) <= expected / 8 + 1, "{waits:?}");
    }
    assert!(waits.len() >= 5, "{waits:?}");
    house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 1_800, &[]));
    house.wait_ms(1_700_000);
    assert!(!kinds(&mut house).contains(&ROUTER_SOLICITATION));
    house.wait_ms(102_000);
    assert!(kinds(&mut house).contains(&ROUTER_SOLICITATION), "it ended");
    assert_eq!(house.router.uplink().default_router(), None);
}

#[test]
fn a_router_that_says_it_is_none_is_none() {
    let mut house = House::new(&[]);
    house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 1_800, &[]));
    house.wan_brings_ipv6(ALL_NODES, &advertisement("fe80::2", 0, &[]));
    let router = house.router.uplink().default_router().unwrap();
    assert_eq!(router.address, GATEWAY.parse::<Ipv6Addr>().unwrap());
    house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 0, &[]));
    assert_eq!(house.router.uplink().default_router(), None);
}

#[test]
fn a_host_in_a_lan_numbered_by_the_provider_leaves_by_the_router_on_the_link_clamped() {
    let mut house = House::new(&[]);
    house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 1_800, &mtu(1_400)));
    served(&mut house, 5_000);
    let told: Vec<_> = house
        .at_the_host
        .iter()
        .filter_map(|packet| told(packet))
        .collect();
    let (network, preferred_s, _, router_lifetime_s, _) = &told[0];
    assert_eq!((network.as_str(), *preferred_s), (DELEGATED, 2_700));
    assert_eq!(*router_lifetime_s, 1_800);
    house.host_sends_ipv6(&syn(end(HOST, 40_000), end(SERVER_V6, 443), 1440));
    let out = served(&mut house, 100);
    assert_eq!(out.len(), 1, "{:?}", house.router.counters().dropped);
    assert_eq!(out[0][..6], GATEWAY_MAC);
    assert_eq!(View(&out[0][14..]).mss(), 1_340);
}

#[test]
fn a_link_that_is_lost_keeps_the_lans_prefix_and_leads_nowhere() {
    let mut house = House::new(&[]);
    house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 1_800, &[]));
    served(&mut house, 5_000);
    house.router.wan_link(false, house.now);
    house.host_sends_ipv6(&syn(end(HOST, 40_000), end(SERVER_V6, 443), 1440));
    assert_eq!(house.router.counters().dropped.wan_down, 1);
    house.router.wan_link(true, house.now);
    house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 1_800, &[]));
    house.host_sends_ipv6(&syn(end(HOST, 40_001), end(SERVER_V6, 443), 1440));
    let out = served(&mut house, 5_000);
    assert!(out.iter().any(|frame| frame[20] == 6), "it goes on");
}

#[test]
fn an_advertised_prefix_gives_the_box_an_address_on_the_link_for_as_long_as_it_is_valid() {
    for (flags, prefix_len) in [(0xc0, 64), (0x40, 128)] {
        let mut house = House::new(&[]);
        let options = prefix("2001:db8:7::", flags, 600);
        house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 1_800, &options));
        let own = house
            .router
            .uplink()
            .default_router()
            .unwrap()
            .own
            .unwrap()
            .0;
        let expected: Ipv6Addr = "2001:db8:7::ff:fe00:2".parse().unwrap();
        assert_eq!((own.address, own.prefix_len), (expected, prefix_len));
        house.wait_ms(599_000);
        assert!(
            house
                .router
                .uplink()
                .default_router()
                .unwrap()
                .own
                .is_some()
        );
        house.wait_ms(1_100);
        assert!(
            house
                .router
                .uplink()
                .default_router()
                .unwrap()
                .own
                .is_none()
        );
    }
}

#[test]
fn prefixes_that_are_no_hosts_and_small_mtus_do_not_count() {
    for options in [
        prefix("2001:db8:7::", 0x80, 600),
        prefix("2001:db8:7::", 0xc0, 0),
        prefix("fe80::", 0xc0, 600),
        prefix("ff02::", 0xc0, 600),
        mtu(1_279),
        mtu(70_000),
    ] {
        let mut house = House::new(&[]);
        house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 1_800, &options));
        let router = house.router.uplink().default_router().unwrap();
        assert_eq!((router.own, router.mtu_bytes), (None, None));
    }
}

/// What is answered to a neighbour solicitation from this address.
fn answers(source: &str, target: &str, names_station: bool) -> Vec<Vec<u8>> {
    let mut house = House::new(&[]);
    house.wait_ms(2_000);
    kinds(&mut house);
    let target: Ipv6Addr = target.parse().unwrap();
    let mut message = vec![NEIGHBOUR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    message.extend(target.octets());
    if names_station {
        message.extend([1, 1]);
        message.extend(GATEWAY_MAC);
    }
    let [.., low] = target.segments();
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00, low);
    house.wan_brings_ipv6(WAN_MAC, &icmp(source, &group.to_string(), message));
    std::mem::take(&mut house.ipv6_on_the_wan)
}

#[test]
fn where_the_box_is_is_answered_before_it_has_any_address() {
    let frames = answers(GATEWAY, OWN, true);
    assert_eq!(frames.len(), 1);
    assert_eq!((&frames[0][..6], frames[0][54]), (&GATEWAY_MAC[..], 136));
    View(&frames[0][14..]).assert_sound();
}

#[test]
fn where_others_are_is_theirs_to_answer() {
    assert_eq!(answers(GATEWAY, "fe80::99", true), [[0; 0]; 0]);
    assert_eq!(answers("::", "fe80::99", false), [[0; 0]; 0]);
}

#[test]
fn advertisements_against_the_rules_do_not_count() {
    let good = advertisement(GATEWAY, 1_800, &mtu(1_400));
    let far = {
        let mut packet = good.clone();
        packet[7] = 254;
        packet
    };
    let corrupt = {
        let mut packet = good.clone();
        packet[50] ^= 1;
        packet
    };
    let endless = advertisement(GATEWAY, 1_800, &[5, 0, 0, 0, 0, 0, 0, 0]);
    let cut = advertisement(GATEWAY, 1_800, &[5, 2, 0, 0, 0, 0, 0, 0]);
    let global = advertisement("2001:db8::1", 1_800, &[]);
    for packet in [far, corrupt, endless, cut, global] {
        let mut house = House::new(&[]);
        house.wan_brings_ipv6(ALL_NODES, &packet);
        assert_eq!(house.router.uplink().default_router(), None);
    }
}

#[test]
fn whatever_the_link_says_is_answered_by_little_and_a_good_router_is_heard_later() {
    let mut random = Random::from_environment();
    let mut house = House::new(&[]);
    for _ in 0..20_000 {
        let mut packet = match random.below(4) {
            0 => advertisement(GATEWAY, random.pick(&[0, 1, 1_800]), &mtu(1_300)),
            1 => advertisement("fe80::3", 9, &prefix("2001:db8:9::", random.byte(), 5)),
            2 => {
                let asked = udp(
                    end(OWN, 546),
                    end("ff02::1:2", 547),
                    &[random.byte(), 1, 2, 3],
                );
                answer(&asked, DELEGATED, [1, 2])
            }
            _ => icmp(GATEWAY, OWN, (0..40).map(|_| random.byte()).collect()),
        };
        for _ in 0..random.below(3) {
            let at = random.below(packet.len());
            packet[at] = random.byte();
        }
        packet.truncate(packet.len() - random.pick(&[0, 0, 0, 1, 9]));
        house.ipv6_on_the_wan.clear();
        house.wan_brings_ipv6(WAN_MAC, &packet);
        assert!(house.ipv6_on_the_wan.len() <= 3);
        if random.one_in(8) {
            house.wait_ms(random.next() % 2_000);
        }
    }
    house.router.wan_link(false, house.now);
    house.router.wan_link(true, house.now);
    house.wan_brings_ipv6(ALL_NODES, &advertisement(GATEWAY, 1_800, &[]));
    assert!(house.router.uplink().default_router().is_some());
}
