//! How long a prefix is ours.

use std::net::Ipv6Addr;

use firmware::dhcpv6::{Delegation, MIN_RENEWAL_MS, Phase};
use firmware::router::time::Instant;

use crate::world::{
    ADVERTISE, MINUTE_MS, PREFIX, REBIND, RENEW, REPLY, SERVER, SOLICIT, World, association,
    prefix, usual,
};

#[test]
fn a_prefix_is_renewed_after_t1_rebound_after_t2_and_lost_at_its_end() {
    let mut world = World::bound();
    let bound_ms = world.now.0;
    let sent = world.wait_ms(401_000);
    let at = |kind| {
        let sent = sent.iter().find(|sent| sent.kind() == kind).unwrap();
        sent.at_ms - bound_ms
    };
    assert_eq!((at(RENEW), at(REBIND)), (100_000, 160_000));
    let renew = &sent[0];
    assert_eq!(renew.option(2), Some(SERVER));
    assert!(at(SOLICIT) > 400_000);
    assert!(world.client.delegation().is_none());
    assert_eq!(world.client.counters().ends, 1);
}

#[test]
fn a_renewed_prefix_lasts_from_then_on() {
    let mut world = World::bound();
    for _ in 0..20 {
        let renew = world.next();
        assert_eq!(renew.kind(), RENEW);
        world.answer(&renew, REPLY, &usual());
        let delegation = world.client.delegation().unwrap();
        assert_eq!(delegation.valid_s(world.now), 400);
        assert_eq!(delegation.preferred_s(world.now), 200);
    }
    assert_eq!(world.client.counters().ends, 0);
}

#[test]
fn only_the_server_of_a_prefix_renews_it() {
    let mut world = World::bound();
    let renew = world.next();
    world.answer_from(&[0, 4, 1, 1], &renew, REPLY, &usual());
    assert_eq!(world.client.phase(), Phase::Renewing);
    assert_eq!(world.client.counters().discarded, 1);
}

#[test]
fn without_t1_and_t2_half_and_four_fifths_of_the_preferred_lifetime_count() {
    let mut world = World::new();
    let offer = association(0, 0, &prefix(PREFIX, 56, 1_000, 2_000));
    let solicit = world.next();
    world.answer(&solicit, ADVERTISE, &offer);
    let request = world.next();
    world.answer(&request, REPLY, &offer);
    let sent = world.wait_ms(900_000);
    let first = |kind| sent.iter().find(|sent| sent.kind() == kind).unwrap().at_ms;
    assert_eq!(first(RENEW) - request.at_ms, 500_000);
    assert_eq!(first(REBIND) - request.at_ms, 800_000);
}

#[test]
fn no_server_makes_us_renew_every_second() {
    let mut world = World::new();
    let offer = association(1, 1, &prefix(PREFIX, 56, 100, 100));
    let solicit = world.next();
    world.answer(&solicit, ADVERTISE, &offer);
    let request = world.next();
    world.answer(&request, REPLY, &offer);
    assert_eq!(world.next().at_ms, request.at_ms + MIN_RENEWAL_MS);
}

#[test]
fn what_lasts_for_ever_is_never_renewed() {
    let mut world = World::new();
    let offer = association(0, 0, &prefix(PREFIX, 56, u32::MAX, u32::MAX));
    let solicit = world.next();
    world.answer(&solicit, ADVERTISE, &offer);
    let request = world.next();
    world.answer(&request, REPLY, &offer);
    assert_eq!(world.wait_ms(365 * 24 * 60 * MINUTE_MS), []);
    let delegation = world.client.delegation().unwrap();
    assert_eq!(delegation.valid_s(world.now), u32::MAX);
}

#[test]
fn a_prefix_ends_with_the_servers_word_and_another_takes_its_place() {
    let mut world = World::bound();
    let renew = world.next();
    let gone = prefix(PREFIX, 56, 0, 0);
    world.answer(&renew, REPLY, &association(0, 0, &gone));
    assert!(world.client.delegation().is_none());
    assert_eq!(world.next().kind(), SOLICIT);

    let mut world = World::bound();
    let renew = world.next();
    let other = [gone, prefix("2001:db8:9900::", 48, 200, 400)].concat();
    world.answer(&renew, REPLY, &association(100, 160, &other));
    assert_eq!(world.prefix().as_deref(), Some("2001:db8:9900::/48"));
}

#[test]
fn a_renewal_that_does_not_name_the_prefix_leaves_it() {
    let mut world = World::bound();
    let renew = world.next();
    world.answer(&renew, REPLY, &association(100, 160, &[]));
    assert!(world.client.delegation().is_some());
    assert_eq!(world.client.phase(), Phase::Renewing);
}

#[test]
fn a_renewal_that_names_another_prefix_first_leaves_ours_to_us() {
    let mut world = World::bound();
    let renew = world.next();
    let other = prefix("2001:db8:9900::", 56, 200, 400);
    let both = [other, prefix(PREFIX, 56, 300, 500)].concat();
    world.answer(&renew, REPLY, &association(100, 160, &both));
    assert_eq!(world.prefix().as_deref(), Some("2001:db8:4200::/56"));
    let delegation = world.client.delegation().unwrap();
    assert_eq!(delegation.valid_s(world.now), 500);
}

#[test]
fn what_no_lan_can_be_numbered_from_is_not_taken() {
    for (network, len, preferred_s, valid_s) in [
        ("2001:db8::", 65, 200, 400),
        ("2001:db8::", 0, 200, 400),
        ("2001:db8::", 56, 500, 400),
        ("2001:db8::", 56, 0, 0),
        ("fe80::", 56, 200, 400),
        ("ff0e::", 56, 200, 400),
        ("::", 56, 200, 400),
    ] {
        let mut world = World::new();
        let solicit = world.next();
        let offered = prefix(network, len, preferred_s, valid_s);
        world.answer(&solicit, ADVERTISE, &association(0, 0, &offered));
        assert_eq!(world.next().kind(), SOLICIT, "{network}/{len}");
    }
}

#[test]
fn each_lan_gets_a_network_of_the_prefix_as_long_as_there_are_some() {
    let of = |prefix: &str, prefix_len| Delegation {
        prefix: prefix.parse().unwrap(),
        prefix_len,
        preferred_until: None,
        valid_until: Some(Instant(0)),
        name_servers: [None; 2],
    };
    let address = |text: &str| text.parse::<Ipv6Addr>().unwrap();
    let wide = of("2001:db8:0:ff00::", 56);
    assert_eq!(wide.subnet(0), Some(address("2001:db8:0:ff00::")));
    assert_eq!(wide.subnet(3), Some(address("2001:db8:0:ff03::")));
    assert_eq!(wide.subnet(256), None);
    let narrow = of("2001:db8::", 64);
    assert_eq!(narrow.subnet(0), Some(address("2001:db8::")));
    assert_eq!(narrow.subnet(1), None);
}

#[test]
fn a_log_says_how_far_it_is_and_which_prefix_there_is() {
    let told = format!("{:?}", World::bound().client);
    assert!(
        told.contains("Bound") && told.contains("2001:db8:4200::"),
        "{told}"
    );
}
