//! Fragments: those that come, those that the router makes, and those that wait.

use crate::packets::{MORE_FRAGMENTS, UDP, View, end, fix_header_checksum, ipv4, udp, udp_payload};
use crate::world::{ALICE, BOB, LAN_WIRE, SERVER, Sent, WAN, WAN_WIRE, World, lan, settings};
use core::net::Ipv4Addr;

fn v4(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

/// The datagram that IPv4 fragments are pieces of.
pub(crate) fn reassembled(fragments: &[Vec<u8>]) -> Vec<u8> {
    let mut pieces: Vec<_> = fragments
        .iter()
        .map(|fragment| {
            let view = View(fragment);
            let offset = usize::from(view.fragment() & 0x1fff) * 8;
            (
                offset,
                view.fragment() & MORE_FRAGMENTS != 0,
                view.payload().to_vec(),
            )
        })
        .collect();
    pieces.sort();
    let mut payload = Vec::new();
    let last = pieces.len() - 1;
    for (at, (offset, more, piece)) in pieces.into_iter().enumerate() {
        assert_eq!(offset, payload.len(), "no gap and no overlap");
        assert_eq!(more, at != last);
        payload.extend(piece);
    }
    let first = View(&fragments[0]);
    let (Ok(source), Ok(destination)) = (
        first.source_address().to_string().parse(),
        first.destination_address().to_string().parse(),
    ) else {
        panic!("not IPv4")
    };
    ipv4(source, destination, first.protocol(), 0, 0, &payload)
}

/// A datagram from `source` in pieces of at most `len` bytes of payload.
pub(crate) fn pieces(
    source: (&str, u16),
    destination: (&str, u16),
    data: &[u8],
    len: usize,
) -> Vec<Vec<u8>> {
    let payload = udp_payload(
        end(source.0, source.1),
        end(destination.0, destination.1),
        data,
    );
    let count = payload.len().div_ceil(len);
    let cut = |(at, piece): (usize, &[u8])| {
        let more = if at + 1 < count { MORE_FRAGMENTS } else { 0 };
        let fragment = more | u16::try_from(at * len / 8).unwrap();
        ipv4(v4(source.0), v4(destination.0), UDP, fragment, 77, piece)
    };
    payload.chunks(len).enumerate().map(cut).collect()
}

fn packets(sent: &[Sent], wire: usize) -> Vec<Vec<u8>> {
    assert!(sent.iter().all(|sent| sent.wire == wire));
    sent.iter().map(|sent| sent.frame[14..].to_vec()).collect()
}

#[test]
fn a_datagram_too_big_for_the_wan_leaves_in_fragments_that_make_the_same_datagram() {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.wan.port.mtu_bytes = 577;
    settings.wan.ipv6 = None;
    let mut world = World::<64>::with(&settings);
    let data: Vec<u8> = (0..1400).map(|n| u8::try_from(n % 251).unwrap()).collect();
    let mut packet = udp(end(ALICE, 5000), end(SERVER, 53), &data);
    packet[6] = 0;
    fix_header_checksum(&mut packet);
    let fragments = packets(&world.lan_sends(&packet), WAN_WIRE);
    assert_eq!(fragments.len(), 3);
    for fragment in &fragments {
        assert!(fragment.len() <= 577);
        assert_eq!(crate::packets::checksum(&fragment[..20]), 0);
        assert_eq!(View(fragment).hops_left(), 63);
    }
    let datagram = reassembled(&fragments);
    View(&datagram).assert_sound();
    assert_eq!(View(&datagram).source(), end(WAN, 5000));
    assert_eq!(View(&datagram).payload()[8..], data);
    let counters = world.router.counters();
    assert_eq!((counters.forwarded, counters.events.fragmented), (1, 1));
}

#[test]
fn later_fragments_keep_only_the_options_that_are_copied() {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.wan.port.mtu_bytes = 577;
    settings.wan.ipv6 = None;
    let mut world = World::<64>::with(&settings);
    let plain = udp(end(ALICE, 5000), end(SERVER, 53), &[3; 1000]);
    // Record route (not copied), a no-operation, and router alert (copied).
    let options = [7, 7, 4, 0, 0, 0, 0, 1, 148, 4, 0, 0];
    let mut packet = [&plain[..20], &options, &plain[20..]].concat();
    packet[0] = 0x48;
    packet[6] = 0;
    let len = u16::try_from(packet.len()).unwrap();
    packet[2..4].copy_from_slice(&len.to_be_bytes());
    fix_header_checksum(&mut packet);
    let fragments = packets(&world.lan_sends(&packet), WAN_WIRE);
    assert_eq!(fragments[0][20..32], options);
    assert_eq!(View(&fragments[1]).header_len(), 24);
    assert_eq!(fragments[1][20..24], [148, 4, 0, 0]);
    let datagram = reassembled(&fragments);
    View(&datagram).assert_sound();
}

#[test]
fn fragments_of_a_live_flow_pass_in_both_directions() {
    let mut world = World::new();
    world.lan_to_wan(&udp(end(BOB, 5000), end(SERVER, 53), b"takes the port"));
    let data: Vec<u8> = (0..2500).map(|n| u8::try_from(n % 249).unwrap()).collect();
    let out: Vec<_> = pieces((ALICE, 5000), (SERVER, 53), &data, 1000)
        .iter()
        .map(|piece| world.lan_to_wan(piece))
        .collect();
    let datagram = reassembled(&out);
    View(&datagram).assert_sound();
    let (wan, port) = View(&datagram).source();
    assert_eq!(wan, end(WAN, 0).0);
    assert_ne!(port, 5000);
    let back: Vec<_> = pieces((SERVER, 53), (WAN, port), &data, 1400)
        .iter()
        .map(|piece| world.wan_to_lan(piece))
        .collect();
    let datagram = reassembled(&back);
    View(&datagram).assert_sound();
    assert_eq!(View(&datagram).destination(), end(ALICE, 5000));
}

#[test]
fn later_fragments_that_come_first_wait_for_the_first_one() {
    let mut world = World::new();
    world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), b"question"));
    let mut answer = pieces((SERVER, 53), (WAN, 5000), &[9; 3000], 1000);
    answer.reverse();
    let first = answer.pop().unwrap();
    for piece in &answer {
        assert_eq!(world.internet_sends(piece), []);
    }
    assert_eq!(world.router.counters().waiting, 3);
    let inside = packets(&world.internet_sends(&first), LAN_WIRE);
    assert_eq!(inside.len(), 4);
    let datagram = reassembled(&inside);
    View(&datagram).assert_sound();
    assert_eq!(View(&datagram).destination(), end(ALICE, 5000));
    assert_eq!(world.router.counters().waiting, 0);
}

#[test]
fn fragments_of_no_flow_wait_in_few_places_and_not_for_long() {
    let mut world = World::new();
    let stranger = pieces((SERVER, 99), (WAN, 5000), &[9; 3000], 1000);
    world.assert_dropped_from_wan(&stranger[0], "unsolicited");
    for identification in 0..50 {
        let later = ipv4(v4(SERVER), v4(WAN), UDP, 100, identification, &[0; 100]);
        assert_eq!(world.internet_sends(&later), []);
    }
    assert_eq!(world.router.counters().waiting, 4);
    assert_eq!(world.router.counters().dropped.fragment_lost, 46);
    world.wait_ms(2_000);
    assert_eq!(world.router.counters().waiting, 0);
    assert_eq!(world.router.counters().dropped.fragment_lost, 50);
}

#[test]
fn only_the_overflow_of_the_fragment_table_is_dropped() {
    let mut world = World::new();
    let first = |identification| {
        let payload = udp_payload(end(ALICE, 5000), end(SERVER, 53), &[0; 1000]);
        ipv4(
            v4(ALICE),
            v4(SERVER),
            UDP,
            MORE_FRAGMENTS,
            identification,
            &payload[..800],
        )
    };
    for identification in 0..32 {
        world.lan_to_wan(&first(identification));
    }
    world.assert_dropped_from_lan(&first(32), "fragment_table_full");
    world.wait_ms(15_000);
    world.lan_to_wan(&first(33));
}

#[test]
fn a_first_fragment_without_its_transport_header_is_dropped() {
    let mut world = World::new();
    let tiny = ipv4(v4(ALICE), v4(SERVER), 6, MORE_FRAGMENTS, 1, &[0; 16]);
    world.assert_dropped_from_lan(&tiny, "tiny_fragment");
}

/// A world whose WAN carries 577 bytes.
fn narrow() -> World {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.wan.port.mtu_bytes = 577;
    settings.wan.ipv6 = None;
    World::with(&settings)
}

/// A datagram of Alice's that has to be cut for that, behind these options.
fn with_options(options: [u8; 4]) -> Vec<u8> {
    let plain = udp(end(ALICE, 5000), end(SERVER, 53), &[3; 1000]);
    let mut packet = [&plain[..20], &options, &plain[20..]].concat();
    packet[0] = 0x46;
    packet[6] = 0;
    let len = u16::try_from(packet.len()).unwrap();
    packet[2..4].copy_from_slice(&len.to_be_bytes());
    fix_header_checksum(&mut packet);
    packet
}

#[test]
fn options_that_break_off_end_the_later_fragments_options() {
    for options in [
        [7, 0, 148, 4],
        [7, 1, 148, 4],
        [148, 0, 1, 1],
        [7, 200, 1, 1],
    ] {
        let fragments = packets(&narrow().lan_sends(&with_options(options)), WAN_WIRE);
        assert_eq!(fragments[0][20..24], options);
        assert_eq!(View(&fragments[1]).header_len(), 20, "{options:?}");
    }
}

#[test]
fn a_source_route_is_found_behind_other_options() {
    let mut world = narrow();
    for options in [[1, 131, 3, 4], [7, 2, 137, 2], [131, 3, 4, 0]] {
        world.assert_dropped_from_lan(&with_options(options), "source_route");
    }
}

#[test]
fn a_datagram_of_which_a_fragment_is_lost_counts_as_dropped() {
    let mut world = narrow();
    world.outbox.room = Some(1);
    let before = world.router.counters();
    let sent = world.lan_sends(&with_options([1; 4]));
    assert_eq!(sent.len(), 1);
    world.assert_counted(before, "wire_full");
}

#[test]
fn no_fragment_ends_past_the_largest_datagram() {
    let mut world = World::new();
    // At 65,504: the payload of a datagram ends at 65,515.
    let last = |len| ipv4(v4(ALICE), v4(SERVER), UDP, 8188, 9, &[0; 16][..len]);
    assert_eq!(world.lan_sends(&last(11)), [], "it waits for the first one");
    assert_eq!(world.router.counters().waiting, 1);
    world.assert_dropped_from_lan(&last(12), "malformed_ipv4");
    world.assert_dropped_from_lan(&last(16), "malformed_ipv4");
}

#[test]
fn whole_datagrams_need_no_room_among_fragments() {
    let mut world = World::new();
    let payload = udp_payload(end(ALICE, 5000), end(SERVER, 53), b"x");
    for identification in 0..40 {
        let whole = ipv4(v4(ALICE), v4(SERVER), UDP, 0, identification, &payload);
        // With options it goes the long way each time.
        let mut packet = [&whole[..20], &[1; 4], &whole[20..]].concat();
        packet[0] = 0x46;
        packet[3] += 4;
        fix_header_checksum(&mut packet);
        world.lan_to_wan(&packet);
    }
}
