//! Who asks whom for what (RFC 8415, section 18.2).

use firmware::dhcpv6::Phase;

use crate::world::{
    ADVERTISE, CLIENT, MINUTE_MS, PREFIX, REBIND, RENEW, REPLY, REQUEST, SERVER, SOLICIT, Sent,
    World, association, option, prefix, status, usual,
};

const OTHER_SERVER: &[u8] = &[0, 4, 9, 9, 9];

#[test]
fn a_solicit_asks_for_one_prefix_and_name_servers() {
    let sent = World::new().next();
    let transaction = &sent.bytes[1..4];
    let expected = [
        &[SOLICIT],
        transaction,
        &[0, 1, 0, 10],
        CLIENT,
        &[0, 6, 0, 4, 0, 23, 0, 82],
        &[0, 8, 0, 2, 0, 0],
        &[0, 25, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    assert_eq!(sent.bytes, expected.concat());
}

#[test]
fn an_offer_is_requested_of_the_server_that_made_it() {
    let mut world = World::new();
    let solicit = world.next();
    world.answer(&solicit, ADVERTISE, &usual());
    let request = world.next();
    assert_eq!(request.kind(), REQUEST);
    assert_ne!(request.bytes[1..4], solicit.bytes[1..4]);
    assert_eq!(request.option(2), Some(SERVER));
    let wanted = association(0, 0, &prefix(PREFIX, 56, 0, 0));
    assert_eq!(request.option(25), Some(&wanted[4..]));
    assert_eq!(world.client.phase(), Phase::Requesting);
    let servers =
        ["2001:db8::53", "2001:db8::54"].map(|text| text.parse::<std::net::Ipv6Addr>().unwrap());
    let octets = servers.map(|server| server.octets());
    let reply = [usual(), option(23, octets.as_flattened())].concat();
    world.answer(&request, REPLY, &reply);
    let delegation = world.client.delegation().unwrap();
    assert_eq!(delegation.name_servers, servers.map(Some));
    assert_eq!(world.prefix().as_deref(), Some("2001:db8:4200::/56"));
    assert_eq!(world.client.phase(), Phase::Bound);
}

#[test]
fn the_server_with_the_highest_preference_is_taken_and_one_with_255_at_once() {
    let mut world = World::new();
    let solicit = world.next();
    world.answer(&solicit, ADVERTISE, &usual());
    let preferred = [option(7, &[9]), usual()].concat();
    world.answer_from(OTHER_SERVER, &solicit, ADVERTISE, &preferred);
    let request = world.next();
    assert_eq!(request.option(2), Some(OTHER_SERVER));
    assert!(
        request.at_ms >= solicit.at_ms + 900,
        "others had their time"
    );

    let mut world = World::new();
    let solicit = world.next();
    let at_once = [option(7, &[255]), usual()].concat();
    world.answer(&solicit, ADVERTISE, &at_once);
    assert_eq!(world.next().at_ms, solicit.at_ms);
}

#[test]
fn of_two_servers_with_the_same_preference_the_first_is_taken() {
    let mut world = World::new();
    let solicit = world.next();
    world.answer(&solicit, ADVERTISE, &usual());
    world.answer_from(OTHER_SERVER, &solicit, ADVERTISE, &usual());
    assert_eq!(world.next().option(2), Some(SERVER));
}

#[test]
fn clients_that_start_together_do_not_ask_again_together() {
    let mut waits = Vec::new();
    for seed in 0..16 {
        let mut world = World::seeded([seed; 16]);
        let first = world.next();
        waits.push(world.next().at_ms - first.at_ms);
    }
    assert!(waits.iter().all(|wait| (900..=1_100).contains(wait)));
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 12, "{waits:?}");
}

#[test]
fn an_offer_that_comes_late_is_taken_at_once() {
    let mut world = World::new();
    world.next();
    let again = world.next();
    assert_eq!(again.kind(), SOLICIT);
    world.answer(&again, ADVERTISE, &usual());
    let request = world.next();
    assert_eq!((request.kind(), request.at_ms), (REQUEST, again.at_ms));
}

#[test]
fn solicits_come_at_doubled_intervals_up_to_an_hour_or_to_what_a_server_says() {
    let mut world = World::new();
    let sent = world.wait_ms(6 * 60 * MINUTE_MS);
    assert!(sent[0].at_ms <= 1_000);
    let waits: Vec<u64> = sent
        .windows(2)
        .map(|pair| pair[1].at_ms - pair[0].at_ms)
        .collect();
    assert!((900..=1_100).contains(&waits[0]), "{waits:?}");
    for pair in waits[..11].windows(2) {
        let (doubled, spread) = (pair[0] * 2, pair[0] / 10);
        assert!(pair[1] >= doubled - spread && pair[1] <= doubled + spread);
    }
    assert!((3_240_000..=3_960_000).contains(waits.last().unwrap()));
    let elapsed = sent[3].option(8).unwrap();
    let expected = (sent[3].at_ms - sent[0].at_ms) / 10;
    assert_eq!(
        u64::from(u16::from_be_bytes([elapsed[0], elapsed[1]])),
        expected
    );

    let mut world = World::new();
    let solicit = world.next();
    // No prefix, but a word on how often to ask (section 18.2.9).
    let nothing = [
        association(0, 0, &status(6)),
        option(82, &100_u32.to_be_bytes()),
    ];
    world.answer(&solicit, ADVERTISE, &nothing.concat());
    world.wait_ms(60 * MINUTE_MS);
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    let sent = world.wait_ms(60 * MINUTE_MS);
    let last: Vec<u64> = sent.iter().rev().take(2).map(|sent| sent.at_ms).collect();
    assert!(
        (90_000..=110_000).contains(&(last[0] - last[1])),
        "{last:?}"
    );
}

#[test]
fn requests_end_after_ten_and_everything_begins_again() {
    let mut world = World::new();
    let solicit = world.next();
    world.answer(&solicit, ADVERTISE, &usual());
    let kinds: Vec<u8> = world
        .wait_ms(10 * MINUTE_MS)
        .iter()
        .map(Sent::kind)
        .collect();
    assert_eq!(kinds[..10], [REQUEST; 10]);
    assert_eq!(kinds[10], SOLICIT);
}

#[test]
fn a_server_without_prefixes_is_asked_less_and_less_often() {
    let mut world = World::new();
    let mut requests = Vec::new();
    for _ in 0..12 {
        let solicit = world.next();
        let offer = [option(7, &[255]), usual()].concat();
        world.answer(&solicit, ADVERTISE, &offer);
        let request = world.next();
        requests.push(request.at_ms);
        world.answer(&request, REPLY, &association(0, 0, &status(6)));
    }
    let waits: Vec<u64> = requests.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(waits[..4], [1_000, 2_000, 4_000, 8_000]);
    assert_eq!(waits[10], 120_000);
    assert!(world.client.delegation().is_none());
}

#[test]
fn what_fails_for_no_reason_given_is_asked_again() {
    let mut world = World::new();
    let solicit = world.next();
    world.answer(&solicit, ADVERTISE, &usual());
    let request = world.next();
    world.answer(&request, REPLY, &[status(1), usual()].concat());
    assert!(world.client.delegation().is_none());
    assert_eq!(world.next().bytes[..4], request.bytes[..4]);
}

#[test]
fn a_server_that_has_forgotten_us_is_asked_again_for_the_same_prefix() {
    let mut world = World::bound();
    let renew = world.next();
    assert_eq!(renew.kind(), RENEW);
    world.answer(&renew, REPLY, &association(0, 0, &status(3)));
    let request = world.next();
    assert_eq!((request.kind(), request.at_ms), (REQUEST, renew.at_ms));
    let wanted = association(0, 0, &prefix(PREFIX, 56, 0, 0));
    assert_eq!(request.option(25), Some(&wanted[4..]));
    assert!(
        world.client.delegation().is_some(),
        "until its time is over"
    );
    world.answer(&request, REPLY, &usual());
    assert_eq!(world.client.phase(), Phase::Bound);
}

#[test]
fn after_a_lost_link_any_server_is_asked_to_confirm_the_prefix() {
    let mut world = World::bound();
    world.client.link(false, world.now);
    assert_eq!(world.wait_ms(5_000), []);
    assert!(
        world.client.delegation().is_some(),
        "for when the link is back"
    );
    world.client.link(true, world.now);
    let rebind = world.next();
    assert_eq!((rebind.kind(), rebind.at_ms), (REBIND, world.now.0));
    assert_eq!(rebind.option(2), None);
    world.answer_from(OTHER_SERVER, &rebind, REPLY, &usual());
    assert_eq!(world.prefix().as_deref(), Some("2001:db8:4200::/56"));
    assert_eq!(world.client.counters().ends, 0);
}

#[test]
fn a_confirmation_that_nobody_gives_is_followed_by_a_solicit_for_the_same_prefix() {
    let mut world = World::bound();
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    let sent = world.wait_ms(20_000);
    let first_solicit = sent.iter().find(|sent| sent.kind() == SOLICIT).unwrap();
    assert!((10_000..20_000).contains(&(first_solicit.at_ms - sent[0].at_ms)));
    let wanted = association(0, 0, &prefix(PREFIX, 56, 0, 0));
    assert_eq!(first_solicit.option(25), Some(&wanted[4..]));
    let solicit = world.next();
    let other = association(100, 160, &prefix("2001:db8:4300::", 56, 200, 400));
    world.answer(&solicit, ADVERTISE, &other);
    let request = world.next();
    world.answer(&request, REPLY, &other);
    assert_eq!(world.prefix().as_deref(), Some("2001:db8:4300::/56"));
    assert_eq!(world.client.counters().ends, 1);
}
