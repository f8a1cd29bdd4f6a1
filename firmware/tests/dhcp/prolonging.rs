//! A lease in time: T1, T2 and the end (RFC 2131, section 4.4.5).

use firmware::dhcp::{Phase, Reason};
use firmware::router::time::Instant;

use crate::server::{ACK, Answer, NAK, OFFERED};
use crate::world::{EVERYBODY, GATEWAY_MAC, World};

const HALF_MS: u64 = 1_800_000;
const SEVEN_EIGHTHS_MS: u64 = 3_150_000;

#[test]
fn at_t1_its_own_server_is_asked_by_unicast_from_the_address() {
    let mut world = World::bound(|answer| answer);
    let sent = world.wait_ms(HALF_MS);
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].at_ms, sent[0].to), (HALF_MS, GATEWAY_MAC));
    assert_eq!(sent[0].bytes[12..20], [192, 0, 2, 10, 192, 0, 2, 1]);
    let asked = sent[0].asked();
    assert_eq!((asked.kind, asked.own_address), (3, OFFERED));
    assert_eq!((asked.option(50), asked.option(54)), (None, None));
    assert_eq!(world.client.status().phase, Phase::Renewing);
    assert!(world.client.lease().is_some(), "meanwhile it is used");
}

#[test]
fn a_prolonged_lease_counts_from_the_question_and_is_not_probed() {
    let mut world = World::bound(|answer| answer);
    let asked = world.wait_ms(HALF_MS)[0].asked();
    let asked_at = world.now;
    world.now = Instant(HALF_MS + 700);
    assert_eq!(world.hears(&Answer::new(ACK, asked.transaction_id)), []);
    assert_eq!(world.client.status().phase, Phase::Bound);
    assert_eq!(world.client.status().counters.renewals, 1);
    assert_eq!(world.client.status().bound_since, Some(Instant(500)));
    let lease = *world.client.lease().unwrap();
    let expected = |ms| Some(Instant(HALF_MS + ms));
    assert!(asked_at >= Instant(HALF_MS));
    assert_eq!(lease.renew_at, expected(HALF_MS));
    assert_eq!(lease.rebind_at, expected(SEVEN_EIGHTHS_MS));
    assert_eq!(lease.expires_at, expected(3_600_000));
}

#[test]
fn a_server_that_is_silent_is_asked_after_half_the_time_that_is_left_and_then_all_are() {
    let mut world = World::bound(|answer| answer);
    let sent = world.wait_ms(3_600_000);
    let minutes = |sent: &crate::world::Sent| sent.at_ms / 6_000;
    let moments: Vec<_> = sent.iter().map(|sent| (minutes(sent), sent.to)).collect();
    // In tenths of a minute: T1 at 30, T2 at 52.5, the end at 60.
    let unicast = [300, 412, 468, 496, 510].map(|tenth| (tenth, GATEWAY_MAC));
    assert_eq!(moments[..5], unicast);
    let broadcast = [525, 562, 581, 591].map(|tenth| (tenth, EVERYBODY));
    assert_eq!(moments[6..10], broadcast, "{moments:?}");
    assert_eq!(sent[6].bytes[12..20], [192, 0, 2, 10, 255, 255, 255, 255]);
    assert_eq!(sent[6].asked().own_address, OFFERED);
    let exchanges: Vec<_> = sent[..10]
        .iter()
        .map(|sent| sent.asked().transaction_id)
        .collect();
    assert!(exchanges[..6].iter().all(|id| *id == exchanges[0]));
    assert!(exchanges[6..].iter().all(|id| *id == exchanges[6]));
    assert_ne!(exchanges[0], exchanges[6], "another question to others");
    let end = sent.last().unwrap();
    assert_eq!((end.at_ms, end.asked().kind), (3_600_000, 1));
    assert_eq!(world.client.lease(), None);
    assert_eq!(world.client.status().last_reason, Some(Reason::Expired));
}

#[test]
fn any_server_may_prolong_a_lease_after_t2() {
    let mut world = World::bound(|answer| answer);
    let sent = world.wait_ms(SEVEN_EIGHTHS_MS);
    let asked = sent.last().unwrap().asked();
    assert_eq!(world.client.status().phase, Phase::Rebinding);
    let other = Answer::new(ACK, asked.transaction_id).with(54, &[192, 0, 2, 2]);
    world.hears(&other);
    let lease = world.client.lease().unwrap();
    assert_eq!(lease.server, std::net::Ipv4Addr::new(192, 0, 2, 2));
    assert_eq!(world.client.status().phase, Phase::Bound);
}

#[test]
fn a_refused_prolongation_ends_the_lease_at_once() {
    let mut world = World::bound(|answer| answer);
    let asked = world.wait_ms(HALF_MS)[0].asked();
    let sent = world.hears(&Answer::new(NAK, asked.transaction_id));
    assert_eq!(sent[0].asked().kind, 1);
    assert_eq!(world.client.lease(), None);
    assert_eq!(world.client.status().last_reason, Some(Reason::Refused));
}

#[test]
fn the_servers_own_times_count_where_they_are_in_order() {
    let at = |answer: Answer| {
        let world = World::bound(move |_| answer.clone());
        let lease = world.client.lease().unwrap();
        [lease.renew_at, lease.rebind_at].map(|at| at.unwrap().0 / 1000)
    };
    let id = World::requesting().1.transaction_id;
    let with = |renew: u32, rebind: u32| {
        Answer::new(ACK, id)
            .with(58, &renew.to_be_bytes())
            .with(59, &rebind.to_be_bytes())
    };
    assert_eq!(at(with(100, 200)), [100, 200]);
    assert_eq!(at(with(0, 0)), [1800, 3150]);
    assert_eq!(at(with(100, 4000)), [100, 3150], "T2 after the end");
    assert_eq!(at(with(100, 3600)), [100, 3150], "T2 at the end");
    assert_eq!(at(with(300, 200)), [200, 200], "T1 after T2");
    assert_eq!(at(with(u32::MAX, u32::MAX)), [1800, 3150]);
}

#[test]
fn an_infinite_lease_is_never_asked_for_again() {
    let mut world = World::bound(|answer| answer.with(51, &[0xff; 4]));
    assert_eq!(world.client.lease().unwrap().expires_at, None);
    assert_eq!(world.wait_ms(u64::from(u32::MAX) * 1000), []);
}

#[test]
fn a_lease_of_two_seconds_ends_after_them_and_floods_nobody() {
    let mut world = World::bound(|answer| answer.with(51, &[0, 0, 0, 2]));
    let sent = world.wait_ms(10_000);
    assert!(sent.len() < 8, "{sent:?}");
}
