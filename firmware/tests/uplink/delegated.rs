//! LANs numbered from a prefix that is delegated in the session, by a server that is a few lines.

use firmware::router::uplink::Uplink;

use crate::house::{House, SERVER_V6};
use crate::packets::{View, end, syn, udp};
use crate::peer::Peer;
use crate::world::pppoe;

const DELEGATED: &str = "2001:db8:4200::";
const HOST: &str = "2001:db8:4200::10";
const SOLICIT: u8 = 1;
const REBIND: u8 = 6;
const ADVERTISE: u8 = 2;
const REPLY: u8 = 7;

/// What a router advertisement says of a prefix: network, preferred and valid lifetime, the router's lifetime, the MTU.
pub(crate) type Told = (String, u32, u32, u16, u32);

pub(crate) fn told(packet: &[u8]) -> Option<Told> {
    let message = &packet[40..];
    if packet[6] != 58 || message[0] != 134 {
        return None;
    }
    let u32_at = |at: usize| u32::from_be_bytes(message[at..at + 4].try_into().unwrap());
    let network: [u8; 16] = message[48..64].try_into().unwrap();
    Some((
        std::net::Ipv6Addr::from(network).to_string(),
        u32_at(40),
        u32_at(36),
        u16::from_be_bytes([message[6], message[7]]),
        u32_at(28),
    ))
}

/// All that the host was told since the last look.
fn all_told(house: &mut House) -> Vec<Told> {
    let packets = std::mem::take(&mut house.at_the_host);
    packets.iter().filter_map(|packet| told(packet)).collect()
}

fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let len = u16::try_from(value.len()).unwrap();
    [&code.to_be_bytes()[..], &len.to_be_bytes(), value].concat()
}

/// An answer to a packet of the client: a prefix of 56 bits, renewed after 1000 s.
pub(crate) fn answer(request: &[u8], network: &str, [preferred_s, valid_s]: [u32; 2]) -> Vec<u8> {
    let asked = &request[48..];
    let network: std::net::Ipv6Addr = network.parse().unwrap();
    let lifetimes = [preferred_s, valid_s].map(u32::to_be_bytes);
    let prefix = [lifetimes.as_flattened(), &[56], &network.octets()].concat();
    let times = [1, 1_000_u32, 1_600].map(u32::to_be_bytes);
    let association = [times.as_flattened(), &option(26, &prefix)].concat();
    let client = [0, 3, 0, 1, 2, 0, 0, 0, 0, 2];
    let kind = if asked[0] == SOLICIT {
        ADVERTISE
    } else {
        REPLY
    };
    let message = [
        &[kind][..],
        &asked[1..4],
        &option(1, &client),
        &option(2, &[0, 4, 1, 1]),
        &option(7, &[255]),
        &option(25, &association),
    ];
    let own = View(request).source().0.to_string();
    udp(end("fe80::1", 547), end(&own, 546), &message.concat())
}

/// The server answers all that is asked from now on; returns the kinds of what was asked.
fn serve(house: &mut House, network: &str, lifetimes_s: [u32; 2]) -> Vec<u8> {
    let mut kinds = Vec::new();
    for _ in 0..40 {
        house.pass_ms(100);
        for frame in std::mem::take(&mut house.into_the_line) {
            let request = &frame[26..];
            assert_eq!(View(request).destination(), end("ff02::1:2", 547));
            View(request).assert_sound();
            kinds.push(request[48]);
            house.line_brings(&answer(request, network, lifetimes_s), false);
        }
    }
    kinds
}

/// A house without a prefix of its owner's, whose line has come up.
fn house() -> House {
    let mut house = House::numbered_by_the_provider(Peer::new(), 1500);
    wait_for_the_session(&mut house);
    house
}

#[test]
fn a_lan_without_a_prefix_is_numbered_from_the_delegated_one_and_told_the_lines_mtu() {
    let mut house = house();
    assert_eq!(all_told(&mut house), [], "nothing to tell yet");
    let kinds = serve(&mut house, DELEGATED, [7_200, 10_000]);
    assert_eq!(kinds, [1, 3], "Solicit, Request");
    let told = all_told(&mut house);
    let expected = (DELEGATED.to_owned(), 2_700, 5_400, 1_800, 1_492);
    assert_eq!(
        told[0], expected,
        "at once, for no longer than RFC 9096 has it"
    );
}

#[test]
fn hosts_under_a_delegated_prefix_reach_the_internet_clamped_to_the_mtu_minus_60() {
    let mut house = house();
    serve(&mut house, DELEGATED, [7_200, 10_000]);
    house.introduce_v6(HOST, "2001:db8:4200::1");
    house.host_sends(&syn(end(HOST, 40_000), end(SERVER_V6, 443), 1440));
    assert_eq!(View(&house.one_into_the_line()).mss(), 1432);
    house.line_brings(
        &udp(end(SERVER_V6, 53), end(HOST, 9), b"nobody asked"),
        false,
    );
    assert_eq!(house.router.counters().dropped.unsolicited, 1);
}

#[test]
fn a_prefix_that_changes_is_taken_back_from_the_hosts_and_its_sessions_end() {
    let mut house = house();
    serve(&mut house, DELEGATED, [7_200, 10_000]);
    house.introduce_v6(HOST, "2001:db8:4200::1");
    house.host_sends(&udp(end(HOST, 5000), end(SERVER_V6, 53), b"?"));
    house.one_into_the_line();
    all_told(&mut house);

    reconnect(&mut house);
    // The server knows nothing of the old prefix any more.
    let kinds = serve(&mut house, "2001:db8:4300::", [7_200, 10_000]);
    assert_eq!(kinds[0], REBIND);
    let told = all_told(&mut house);
    let new = ("2001:db8:4300::".to_owned(), 2_700, 5_400, 1_800, 1_492);
    let old = (DELEGATED.to_owned(), 0, 0, 1_800, 1_492);
    assert!(told.contains(&new) && told.contains(&old), "{told:?}");
    assert_eq!(house.router.counters().events.sessions_flushed, 1);
    assert_eq!(house.router.session_count(), 0);

    // For as long as a host may have believed in it, and no longer.
    house.pass_ms(5_400_000);
    all_told(&mut house);
    house.pass_ms(700_000);
    assert!(all_told(&mut house).iter().all(|told| told.0 != DELEGATED));
}

#[test]
fn a_reconnect_that_keeps_the_prefix_keeps_the_sessions() {
    let mut house = house();
    serve(&mut house, DELEGATED, [7_200, 10_000]);
    house.introduce_v6(HOST, "2001:db8:4200::1");
    house.host_sends(&udp(end(HOST, 5000), end(SERVER_V6, 53), b"?"));
    house.one_into_the_line();
    reconnect(&mut house);
    assert_eq!(serve(&mut house, DELEGATED, [7_200, 10_000])[0], REBIND);
    house.at_the_host.clear();
    house.line_brings(&udp(end(SERVER_V6, 53), end(HOST, 5000), b"!"), false);
    house.one_at_the_host();
    assert_eq!(house.router.counters().events.sessions_flushed, 0);
}

#[test]
fn a_prefix_that_nobody_prolongs_ends_for_the_hosts_too() {
    let mut house = house();
    serve(&mut house, DELEGATED, [2_000, 3_000]);
    all_told(&mut house);
    house.pass_ms(2_900_000);
    let told = all_told(&mut house);
    assert!(told.last().unwrap().1 == 0, "no new connections: {told:?}");
    house.pass_ms(110_000);
    let told = all_told(&mut house);
    let over = (DELEGATED.to_owned(), 0, 0, 0, 1_500);
    assert_eq!(told.first(), Some(&over));
    assert!(
        house
            .router
            .uplink()
            .prefixes()
            .unwrap()
            .delegation()
            .is_none()
    );
}

#[test]
fn a_lan_with_a_prefix_of_the_owners_keeps_it() {
    let mut house = House::with_both_prefixes(Peer::new(), 1500);
    house.pass_ms(5_000);
    all_told(&mut house);
    serve(&mut house, DELEGATED, [7_200, 10_000]);
    house.pass_ms(600_000);
    let told = all_told(&mut house);
    assert!(!told.is_empty());
    assert!(told.iter().all(|told| told.0 == "2001:db8:1::"), "{told:?}");
}

#[test]
fn what_only_looks_like_an_answer_is_not_the_clients() {
    let mut house = house();
    let solicit = first_request(&mut house);
    let right = answer(&solicit, DELEGATED, [7_200, 10_000]);
    let spoil = |at: usize, value: u8| {
        let mut wrong = right.clone();
        wrong[at] = value;
        wrong
    };
    let to_others = spoil(39, right[39] ^ 1);
    let wrong_checksum = spoil(47, right[47] ^ 1);
    let other_port = spoil(43, 0x23);
    let cut = right[..30].to_vec();
    for wrong in [to_others, wrong_checksum, other_port, cut] {
        house.line_brings(&wrong, false);
        let client = house.router.uplink().prefixes().unwrap().client();
        assert_eq!(client.counters().received, 0);
    }
    house.line_brings(&right, false);
    let client = house.router.uplink().prefixes().unwrap().client();
    assert_eq!(client.counters().received, 1);
}

fn first_request(house: &mut House) -> Vec<u8> {
    house.pass_ms(2_000);
    let frames = std::mem::take(&mut house.into_the_line);
    frames[0][26..].to_vec()
}

/// The session ends and comes back.
fn reconnect(house: &mut House) {
    let padt = house.peer.hang_up();
    house.peer_sends(&padt);
    assert_eq!(padt.bytes, pppoe(0xa7, house.peer.session_id, &[]));
    house.into_the_line.clear();
    wait_for_the_session(house);
}

/// Until it is up, and no longer: the first message follows within a second.
fn wait_for_the_session(house: &mut House) {
    while house.router.uplink().session().is_none() {
        assert!(house.now.0 < 3_600_000, "the line is up within an hour");
        house.pass_ms(100);
    }
}
