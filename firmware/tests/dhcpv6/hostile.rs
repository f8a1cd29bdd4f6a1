//! Servers that don't behave.

use firmware::dhcpv6::Phase;

use crate::random::Random;
use crate::world::{
    ADVERTISE, CLIENT, MINUTE_MS, PREFIX, REPLY, SERVER, World, association, option, prefix,
    status, usual,
};

#[test]
fn what_is_not_an_answer_to_us_is_discarded() {
    let mut world = World::new();
    world.receive(&[ADVERTISE, 0, 0, 0]);
    let solicit = world.next();
    let message = |transaction: &[u8], client: &[u8], rest: &[u8]| {
        let ids = [option(1, client), option(2, SERVER)].concat();
        [&[ADVERTISE], transaction, &ids, rest].concat()
    };
    let ours = &solicit.bytes[1..4];
    let mut cut = message(ours, CLIENT, &usual());
    cut.pop();
    let without_server = [&[ADVERTISE], ours, &option(1, CLIENT), &usual()].concat();
    let long_server = [
        &[ADVERTISE],
        ours,
        &option(1, CLIENT),
        &option(2, &[1; 131]),
        &usual(),
    ];
    let inverted = association(200, 100, &prefix(PREFIX, 56, 200, 400));
    for wrong in [
        Vec::new(),
        vec![ADVERTISE],
        message(&[9, 9, 9], CLIENT, &usual()),
        message(ours, &[0, 3, 0, 1, 9, 9, 9, 9, 9, 9], &usual()),
        cut,
        without_server,
        long_server.concat(),
        message(ours, CLIENT, &[]),
        message(ours, CLIENT, &inverted),
        message(ours, CLIENT, &[status(1), usual()].concat()),
        [&[REPLY], &message(ours, CLIENT, &usual())[1..]].concat(),
    ] {
        let before = world.client.counters().discarded;
        world.receive(&wrong);
        assert_eq!(world.client.counters().discarded, before + 1, "{wrong:?}");
    }
    assert_eq!(world.client.phase(), Phase::Soliciting);
    world.receive(&message(ours, CLIENT, &usual()));
    assert_eq!(world.next().kind(), crate::world::REQUEST);
}

/// Whatever answers come, the client doesn't flood, has no prefix that it can't use, and finds a server that behaves.
#[test]
fn random_answers_neither_flood_nor_end_the_client() {
    let mut random = Random::from_environment();
    for _ in 0..200 {
        let mut world = World::new();
        let start = world.now;
        let mut count = 0_u64;
        for _ in 0..100 {
            for sent in world.wait_ms(1 + random.next() % (5 * MINUTE_MS)) {
                count += 1;
                for _ in 0..random.below(3) {
                    answer_somehow(&mut world, &sent, &mut random);
                }
            }
            if random.one_in(20) {
                world.client.link(false, world.now);
                world.client.link(true, world.now);
            }
            if let Some(delegation) = world.client.delegation() {
                assert!((1..=64).contains(&delegation.prefix_len));
                assert!(!delegation.prefix.is_multicast());
            }
        }
        let seconds = (world.now.0 - start.0) / 1_000;
        assert!(count <= seconds + 400, "{count} messages in {seconds} s");
        world.client.link(false, world.now);
        world.client.link(true, world.now);
        for _ in 0..60 {
            if world.client.phase() == Phase::Bound {
                break;
            }
            let sent = world.next();
            let kind = if sent.kind() == 1 { ADVERTISE } else { REPLY };
            world.answer(&sent, kind, &usual());
        }
        assert_eq!(world.client.phase(), Phase::Bound);
    }
}

fn answer_somehow(world: &mut World, sent: &crate::world::Sent, random: &mut Random) {
    let lifetime = |random: &mut Random| random.pick(&[0, 1, 30, 400, 100_000, u32::MAX]);
    let len = random.pick(&[0, 1, 48, 56, 64, 65, 128, 255]);
    let network = random.pick(&[PREFIX, "fe80::", "ff02::1", "2001:db8:ffff:ffff::"]);
    let one = prefix(network, len, lifetime(random), lifetime(random));
    let code = random.pick(&[0, 1, 3, 6, 77]);
    let inside = if random.one_in(3) { status(code) } else { one };
    let mut options = association(lifetime(random), lifetime(random), &inside);
    if random.one_in(4) {
        options.extend(option(7, &[random.byte()]));
    }
    if random.one_in(4) {
        options.extend(option(82, &lifetime(random).to_be_bytes()));
    }
    if random.one_in(4) {
        let at = random.below(options.len());
        options[at] = random.byte();
    }
    let usual_kind = if sent.kind() == 1 { ADVERTISE } else { REPLY };
    let kind = random.pick(&[usual_kind, usual_kind, usual_kind, ADVERTISE, REPLY, 10]);
    world.answer(sent, kind, &options);
}
