//! From nothing to an address (RFC 2131, sections 3.1, 3.2, 4.1 and 4.4).

use firmware::dhcp::{Phase, Reason};
use firmware::router::time::Instant;

use crate::server::{ACK, Answer, NAK, OFFER, OFFERED};
use crate::world::{ARP, EVERYBODY, GATEWAY_MAC, IPV4, MAC, World, arp};

#[test]
fn the_first_message_asks_everybody_for_all_that_a_router_needs() {
    let mut world = World::new();
    let sent = world.poll_one();
    assert_eq!((sent.to, sent.ethertype), (EVERYBODY, IPV4));
    assert_eq!(sent.bytes[12..20], [0, 0, 0, 0, 255, 255, 255, 255]);
    let asked = sent.asked();
    assert_eq!(
        (asked.kind, asked.seconds, asked.own_address),
        (1, 0, [0; 4])
    );
    let client_id = [&[1][..], &MAC].concat();
    assert_eq!(asked.option(61), Some(&client_id[..]));
    assert_eq!(asked.option(57), Some(&576_u16.to_be_bytes()[..]));
    assert_eq!(
        asked.option(55),
        Some(&[1, 121, 3, 6, 26, 51, 58, 59][..]),
        "classless routes before the router"
    );
    assert_eq!((asked.option(50), asked.option(54)), (None, None));
}

#[test]
fn a_silent_network_is_asked_after_4_8_16_32_64_64_seconds_give_or_take_one() {
    let (mut world, first) = World::discovering();
    let sent = world.wait_ms(400_000);
    let mut before_ms = 0;
    for (again, wait_s) in sent.iter().zip([4_u64, 8, 16, 32, 64, 64, 64]) {
        let waited_ms = again.at_ms - before_ms;
        assert!(
            waited_ms.abs_diff(wait_s * 1000) <= 1000,
            "{waited_ms} ms instead of {wait_s} s"
        );
        before_ms = again.at_ms;
        let asked = again.asked();
        assert_eq!(asked.transaction_id, first.transaction_id);
        assert_eq!(u64::from(asked.seconds), again.at_ms / 1000);
    }
    assert!(sent.len() >= 7);
}

#[test]
fn clients_that_start_together_do_not_ask_together() {
    let mut moments = Vec::new();
    for seed in 0..16 {
        let mut world = World::seeded([seed; 16]);
        world.poll_one();
        moments.push(world.wait_ms(5_100)[0].at_ms);
    }
    moments.sort_unstable();
    moments.dedup();
    assert!(moments.len() > 12, "{moments:?}");
}

#[test]
fn an_offer_is_asked_for_by_name_of_its_server() {
    let (world, asked) = World::requesting();
    assert_eq!(asked.option(50), Some(&OFFERED[..]));
    assert_eq!(asked.option(54), Some(&[192, 0, 2, 1][..]));
    assert_eq!(asked.own_address, [0; 4]);
    assert_eq!(world.client.status().phase, Phase::Requesting);
}

#[test]
fn an_address_is_used_half_a_second_after_nobody_else_has_claimed_it() {
    let (mut world, asked) = World::requesting();
    let probe = world.hears(&Answer::new(ACK, asked.transaction_id));
    let expected = arp(1, MAC, [0; 4], OFFERED);
    assert_eq!(probe.len(), 1);
    assert_eq!(
        (probe[0].to, probe[0].ethertype, &probe[0].bytes),
        (EVERYBODY, ARP, &expected)
    );
    assert_eq!(world.client.lease(), None);
    let sent = world.wait_ms(500);
    assert_eq!(sent.len(), 2, "another probe, and the announcement");
    assert_eq!(sent[0].bytes, expected);
    assert_eq!(sent[1].bytes, arp(1, MAC, OFFERED, OFFERED));
    assert_eq!(world.client.lease().unwrap().address.octets(), OFFERED);
    assert_eq!(world.client.status().bound_since, Some(Instant(500)));
    assert_eq!(world.client.status().counters.leases, 1);
}

#[test]
fn an_address_that_somebody_has_is_declined_and_asked_for_again_after_10_seconds() {
    for claim in [
        arp(2, GATEWAY_MAC, OFFERED, [0; 4]),
        arp(1, GATEWAY_MAC, OFFERED, [192, 0, 2, 1]),
        arp(1, GATEWAY_MAC, [0; 4], OFFERED),
    ] {
        let (mut world, asked) = World::requesting();
        world.hears(&Answer::new(ACK, asked.transaction_id));
        let (sent, own) = world.takes(GATEWAY_MAC, ARP, &claim);
        assert!(own);
        assert_eq!(sent.len(), 1);
        let decline = sent[0].asked();
        assert_eq!(decline.kind, 4);
        assert_eq!(decline.option(50), Some(&OFFERED[..]));
        assert_eq!(decline.option(54), Some(&[192, 0, 2, 1][..]));
        assert_eq!(decline.option(55), None);
        assert_eq!(world.client.status().last_reason, Some(Reason::Conflict));
        assert_eq!(world.wait_ms(9_999), []);
        let again = world.wait_ms(1);
        assert_eq!(again[0].asked().kind, 1);
        assert_eq!(again[0].asked().option(50), None, "not that one again");
    }
}

#[test]
fn our_own_arp_and_others_matters_are_no_conflict() {
    let (mut world, asked) = World::requesting();
    world.hears(&Answer::new(ACK, asked.transaction_id));
    for other in [
        arp(1, MAC, [0; 4], OFFERED),
        arp(1, GATEWAY_MAC, [192, 0, 2, 1], OFFERED),
        arp(2, GATEWAY_MAC, [192, 0, 2, 1], OFFERED),
        vec![0; 28],
        vec![],
    ] {
        assert_eq!(world.takes(GATEWAY_MAC, ARP, &other).0, []);
    }
    world.wait_ms(500);
    assert_eq!(world.client.status().phase, Phase::Bound);
    let to_the_router = arp(1, GATEWAY_MAC, [192, 0, 2, 1], OFFERED);
    assert!(!world.takes(GATEWAY_MAC, ARP, &to_the_router).1);
}

#[test]
fn a_server_that_falls_silent_is_asked_four_times_and_then_everybody() {
    let (mut world, _) = World::requesting();
    let sent = world.wait_ms(64_000);
    let kinds: Vec<u8> = sent.iter().map(|sent| sent.asked().kind).collect();
    assert_eq!(kinds[..4], [3, 3, 3, 1]);
    assert_eq!(world.client.status().last_reason, Some(Reason::NoAnswer));
}

#[test]
fn a_refusal_begins_anew_at_once_and_later_ever_more_slowly() {
    let mut world = World::new();
    let mut discover = world.poll_one().asked();
    let mut waits_ms = Vec::new();
    for _ in 0..9 {
        let request = world.hears(&Answer::new(OFFER, discover.transaction_id))[0].asked();
        let refused = world.now.0;
        let mut sent = world.hears(&Answer::new(NAK, request.transaction_id));
        if sent.is_empty() {
            sent = world.wait_ms(64_000);
        }
        waits_ms.push(sent[0].at_ms - refused);
        discover = sent[0].asked();
        if let Some(last) = sent.last() {
            discover.transaction_id = last.asked().transaction_id;
        }
    }
    assert_eq!(
        waits_ms,
        [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 64_000]
    );
    assert_eq!(world.client.status().counters.refusals, 9);
}

#[test]
fn what_another_server_says_of_our_request_does_not_count() {
    let (mut world, asked) = World::requesting();
    let other = |kind| Answer::new(kind, asked.transaction_id).with(54, &[192, 0, 2, 2]);
    world.ignores(&other(NAK), "other_lease");
    world.ignores(&other(ACK), "other_lease");
    world.ignores(&Answer::new(OFFER, asked.transaction_id), "unexpected");
}

#[test]
fn answers_to_others_and_to_older_questions_do_not_count() {
    let (mut world, asked) = World::discovering();
    let offer = Answer::new(OFFER, asked.transaction_id);
    let mut other = offer.clone();
    other.mac = [2, 0, 0, 0, 0, 9];
    world.ignores(&other, "other_client");
    let older = Answer::new(OFFER, asked.transaction_id ^ 1);
    world.ignores(&older, "unexpected");
    world.ignores(&Answer::new(ACK, asked.transaction_id), "unexpected");
    world.ignores(&Answer::new(NAK, asked.transaction_id), "unexpected");
    let (mut world, asked) = World::requesting();
    let mut other_address = Answer::new(ACK, asked.transaction_id);
    other_address.address = [192, 0, 2, 11];
    world.ignores(&other_address, "other_lease");
}

#[test]
fn a_link_that_comes_back_asks_for_the_address_it_had() {
    let mut world = World::bound(|answer| answer);
    world.client.link(false, world.now);
    assert_eq!(world.client.lease(), None);
    assert_eq!(world.client.status().last_reason, Some(Reason::LinkLost));
    assert_eq!(world.wait_ms(60_000), []);
    world.client.link(true, world.now);
    let asked = world.poll_one().asked();
    assert_eq!(asked.kind, 3, "INIT-REBOOT");
    assert_eq!(asked.option(50), Some(&OFFERED[..]));
    assert_eq!((asked.option(54), asked.own_address), (None, [0; 4]));
    world.hears(&Answer::new(ACK, asked.transaction_id));
    world.wait_ms(500);
    assert_eq!(world.client.lease().unwrap().address.octets(), OFFERED);
}

#[test]
fn another_network_behind_the_link_refuses_the_old_address_and_gives_its_own() {
    let mut world = World::bound(|answer| answer);
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    let asked = world.poll_one().asked();
    let sent = world.hears(&Answer::new(NAK, asked.transaction_id));
    assert_eq!(sent[0].asked().kind, 1);
    assert_eq!(sent[0].asked().option(50), None);
}

#[test]
fn a_network_that_does_not_know_the_old_address_is_asked_for_any() {
    let mut world = World::bound(|answer| answer);
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    world.poll();
    let sent = world.wait_ms(16_000);
    let kinds: Vec<u8> = sent.iter().map(|sent| sent.asked().kind).collect();
    assert_eq!(kinds[..2], [3, 1]);
    let discover = sent[1].asked();
    assert_eq!(discover.option(50), Some(&OFFERED[..]), "if it may");
}

#[test]
fn a_lease_that_ended_while_the_link_was_down_is_not_asked_to_go_on() {
    let mut world = World::bound(|answer| answer);
    world.client.link(false, world.now);
    world.wait_ms(4_000_000);
    world.client.link(true, world.now);
    assert_eq!(world.poll_one().asked().kind, 1);
}

#[test]
fn what_was_sent_and_what_found_no_room_is_counted_and_sent_again() {
    let (mut world, _) = World::discovering();
    let sent = world.client.status().counters.frames_sent;
    assert_eq!(sent, 1);
    world.fill_wire(true);
    assert_eq!(world.wait_ms(5_000), []);
    let counters = world.client.status().counters;
    assert_eq!((counters.frames_sent, counters.frames_lost), (1, 1));
    world.fill_wire(false);
    assert_eq!(world.wait_ms(9_000).len(), 1);
    assert_eq!(world.client.status().counters.frames_sent, 2);
}

#[test]
fn a_log_says_how_far_it_is_and_why_the_last_lease_ended() {
    let mut world = World::bound(|answer| answer);
    assert_eq!(world.client.status().phase.to_string(), "bound");
    let told = format!("{:?}", world.client);
    assert!(
        told.contains("Bound") && told.contains("192.0.2.10"),
        "{told}"
    );
    world.client.link(false, world.now);
    let status = world.client.status();
    assert_eq!(status.phase.to_string(), "no link");
    assert_eq!(status.last_reason.unwrap().to_string(), "link lost");
}
