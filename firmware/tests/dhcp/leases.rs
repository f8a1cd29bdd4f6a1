//! Which offers a router can live with, and what it reads in them (RFC 2132, RFC 3442).

use std::net::Ipv4Addr;

use crate::server::{ACK, Answer, OFFER, OFFERED, SERVER, written};
use crate::world::{GATEWAY_MAC, IPV4, World};

/// An offer that is ignored for this reason.
fn refused(change: impl Fn(Answer) -> Answer, reason: &str) {
    let (mut world, asked) = World::discovering();
    let answer = change(Answer::new(OFFER, asked.transaction_id));
    world.ignores(&answer, reason);
}

#[test]
fn name_servers_the_network_and_the_router_are_read() {
    let world = World::bound(|answer| answer);
    let lease = world.client.lease().unwrap();
    assert_eq!(lease.prefix_len, 24);
    assert_eq!(lease.router, Ipv4Addr::new(192, 0, 2, 1));
    let dns = [[192, 0, 2, 53], [192, 0, 2, 54]];
    assert_eq!(lease.dns, dns.map(|address| Some(address.into())));
    assert_eq!(lease.mtu_bytes, 1500);
}

#[test]
fn the_mtu_is_the_servers_within_what_ipv4_needs_and_the_port_carries() {
    for (said, taken) in [
        (1492_u16, 1492),
        (576, 576),
        (575, 1500),
        (0, 1500),
        (1501, 1500),
        (u16::MAX, 1500),
    ] {
        let world = World::bound(|answer| answer.with(26, &said.to_be_bytes()));
        assert_eq!(world.client.lease().unwrap().mtu_bytes, taken, "{said}");
    }
    let world = World::bound(|answer| answer.with(26, &[5]));
    assert_eq!(world.client.lease().unwrap().mtu_bytes, 1500);
}

#[test]
fn the_default_route_among_classless_ones_wins_over_the_router() {
    let routes = [
        &[24, 10, 1, 2, 192, 0, 2, 9][..],
        &[0, 192, 0, 2, 7],
        &[9, 10, 128, 192, 0, 2, 8],
    ]
    .concat();
    let world = World::bound(|answer| answer.with(121, &routes));
    let lease = world.client.lease().unwrap();
    assert_eq!(lease.router, Ipv4Addr::new(192, 0, 2, 7));
}

#[test]
fn without_any_default_route_there_is_no_offer() {
    refused(|answer| answer.without(3), "no_router");
    // Where there are classless routes, the router option doesn't count.
    refused(
        |answer| answer.with(121, &[24, 10, 1, 2, 192, 0, 2, 9]),
        "no_router",
    );
    refused(|answer| answer.with(121, &[0, 192, 0]), "no_router");
    refused(|answer| answer.with(121, &[255, 1, 2, 3, 4]), "no_router");
}

#[test]
fn an_offer_without_a_server_or_a_time_is_none() {
    refused(|answer| answer.without(54), "incomplete");
    refused(|answer| answer.without(51), "incomplete");
    refused(|answer| answer.with(51, &[0; 4]), "incomplete");
    refused(|answer| answer.with(51, &[0, 0, 9]), "incomplete");
    refused(|answer| answer.without(53), "not_dhcp");
    refused(|answer| answer.with(53, &[9]), "not_dhcp");
}

#[test]
fn an_address_that_no_host_can_have_is_none() {
    for address in [
        [0, 0, 0, 0],
        [127, 0, 0, 1],
        [224, 0, 0, 1],
        [255, 255, 255, 255],
        [192, 0, 2, 0],
        [192, 0, 2, 255],
        [192, 0, 2, 1],
    ] {
        let with_it = move |answer| Answer { address, ..answer };
        refused(with_it, "not_host");
    }
    refused(|answer| answer.with(3, &[192, 0, 2, 255]), "not_host");
    refused(|answer| answer.with(3, &[0; 4]), "not_host");
}

#[test]
fn a_wan_inside_a_lan_is_refused_for_it_could_not_be_reached() {
    let inside = |answer| Answer {
        address: [192, 168, 1, 50],
        ..answer
    };
    refused(inside, "inside_lan");
    refused(|answer| answer.with(3, &[192, 168, 1, 254]), "inside_lan");
}

#[test]
fn a_link_of_two_or_one_has_a_router_outside_its_network() {
    for mask in [&[255, 255, 255, 255][..], &[255, 255, 255, 254]] {
        let world = World::bound(|answer| answer.with(1, mask).with(3, &[198, 51, 100, 1]));
        let lease = world.client.lease().unwrap();
        assert_eq!(lease.prefix_len, 32);
        assert_eq!(lease.router, Ipv4Addr::new(198, 51, 100, 1));
    }
    for no_mask in [&[255, 0, 255, 0][..], &[0, 0, 0, 0], &[255]] {
        let world = World::bound(|answer| answer.with(1, no_mask));
        assert_eq!(world.client.lease().unwrap().prefix_len, 32);
    }
}

#[test]
fn options_may_go_on_in_the_file_and_server_name_fields() {
    let (mut world, request) = World::requesting();
    let mut answer = Answer::new(ACK, request.transaction_id)
        .without(3)
        .without(6)
        .with(52, &[3]);
    answer.file = [&[0, 0][..], &written(&[(3, vec![192, 0, 2, 77])]), &[255]].concat();
    answer.sname = written(&[(6, vec![192, 0, 2, 88])]);
    world.hears(&answer);
    world.wait_ms(500);
    let lease = world.client.lease().unwrap();
    assert_eq!(lease.router, Ipv4Addr::new(192, 0, 2, 77));
    assert_eq!(lease.dns, [Some(Ipv4Addr::new(192, 0, 2, 88)), None]);
}

#[test]
fn fields_that_are_not_lent_hold_names() {
    let (mut world, asked) = World::discovering();
    let mut answer = Answer::new(OFFER, asked.transaction_id);
    answer.file = vec![3, 200, 1];
    answer.sname = vec![b'x'; 64];
    assert_eq!(world.hears(&answer).len(), 1);
}

#[test]
fn of_two_fields_only_the_one_that_is_lent_holds_options() {
    let names = vec![b'x'; 64];
    let (mut world, asked) = World::discovering();
    let mut file_alone = Answer::new(OFFER, asked.transaction_id).with(52, &[1]);
    file_alone.sname = names.clone();
    assert_eq!(world.hears(&file_alone).len(), 1);
    let (mut world, asked) = World::discovering();
    let mut sname_alone = Answer::new(OFFER, asked.transaction_id).with(52, &[2]);
    sname_alone.file = names;
    assert_eq!(world.hears(&sname_alone).len(), 1);
}

#[test]
fn a_request_and_a_reply_of_another_protocol_are_no_answers() {
    let (mut world, asked) = World::discovering();
    let offer = Answer::new(OFFER, asked.transaction_id).message();
    let end = crate::packets::end;
    for (at, byte) in [(0, 1), (236, 0)] {
        let mut other = offer.clone();
        other[at] = byte;
        let packet = crate::packets::udp(end(SERVER, 67), end("255.255.255.255", 68), &other);
        assert_eq!(world.takes(GATEWAY_MAC, IPV4, &packet), (vec![], true));
    }
    assert_eq!(world.client.status().counters.discarded.not_dhcp, 2);
}

#[test]
fn an_option_past_its_area_spoils_the_message() {
    let (mut world, asked) = World::discovering();
    let answer = Answer::new(OFFER, asked.transaction_id).with(52, &[1]);
    let mut lent = answer.clone();
    lent.file = vec![3; 128];
    world.ignores(&lent, "malformed_option");
    let mut cut = answer.message();
    // In place of the end, the kind of an option.
    *cut.last_mut().unwrap() = 26;
    let end = crate::packets::end;
    let packet = crate::packets::udp(end(SERVER, 67), end("255.255.255.255", 68), &cut);
    world.takes(GATEWAY_MAC, IPV4, &packet);
    assert_eq!(world.client.status().counters.discarded.malformed_option, 2);
}

#[test]
fn a_wrong_udp_checksum_spoils_the_message_and_none_does_not() {
    let (mut world, asked) = World::discovering();
    let mut packet = Answer::new(OFFER, asked.transaction_id).packet();
    packet[27] ^= 1;
    world.takes(GATEWAY_MAC, IPV4, &packet);
    assert_eq!(world.client.status().counters.discarded.checksum, 1);
    packet[26..28].fill(0);
    assert_eq!(world.takes(GATEWAY_MAC, IPV4, &packet).0.len(), 1);
}

#[test]
fn an_answer_to_the_new_address_counts_as_one_to_everybody() {
    let (mut world, asked) = World::discovering();
    let mut offer = Answer::new(OFFER, asked.transaction_id);
    offer.to = OFFERED;
    assert_eq!(world.hears(&offer).len(), 1);
}

#[test]
fn other_packets_are_not_the_clients() {
    let (mut world, _) = World::discovering();
    let end = crate::packets::end;
    for packet in [
        crate::packets::udp(end("192.0.2.1", 67), end("192.0.2.9", 69), b"tftp"),
        crate::packets::udp(end("192.0.2.1", 53), end("192.0.2.9", 68), b"dns"),
        crate::packets::tcp(
            end("192.0.2.1", 67),
            end("192.0.2.9", 68),
            crate::packets::SEGMENT,
        ),
        vec![],
        vec![0x45; 19],
    ] {
        let (sent, own) = world.takes(GATEWAY_MAC, IPV4, &packet);
        assert_eq!((sent, own), (vec![], false));
    }
}
