//! Servers that say anything: nearly right answers, cut, bent, at any time.

use firmware::dhcp::Phase;

use crate::random::Random;
use crate::server::{ACK, Answer, Asked, NAK, OFFER};
use crate::world::{ARP, GATEWAY_MAC, IPV4, Sent, World, arp};

/// How many frames are tried.
const FRAMES: usize = 60_000;
/// The longest that a client may keep away from a server that behaves: the longest wait after a refusal, the longest
/// retransmission, and a lease's silence.
const PATIENCE_MS: u64 = 200_000;

fn nearly_right(random: &mut Random, asked: Option<&Asked>) -> Vec<u8> {
    let id = asked.map_or(0, |asked| asked.transaction_id);
    let mut answer = Answer::new(random.pick(&[OFFER, ACK, NAK]), id);
    for _ in 0..random.below(4) {
        let kind = random.pick(&[1, 3, 6, 26, 51, 52, 53, 54, 58, 59, 121, 255, 0]);
        let len = random.pick(&[0, 1, 2, 4, 4, 4, 5, 8, 9, 40]);
        let value: Vec<u8> = (0..len)
            .map(|_| random.pick(&[0, 0, 1, 3, 192, 255]))
            .collect();
        answer = answer.with(kind, &value);
    }
    if random.one_in(8) {
        answer.address = [random.byte(), 0, 2, random.byte()];
    }
    if random.one_in(16) {
        answer.transaction_id = answer.transaction_id.wrapping_add(1);
    }
    if random.one_in(6) {
        answer.file = (0..random.below(128)).map(|_| random.byte()).collect();
    }
    let mut packet = answer.packet();
    if random.one_in(6) {
        for _ in 0..=random.below(4) {
            let at = random.below(packet.len());
            packet[at] = random.byte();
        }
        // Without a checksum the change is looked at.
        packet[26..28].fill(0);
        crate::packets::fix_header_checksum(&mut packet);
    }
    if random.one_in(10) {
        packet.truncate(random.below(packet.len()));
    }
    packet
}

#[test]
fn whatever_servers_say_the_client_answers_little_and_serves_a_good_one_later() {
    let mut random = Random::from_environment();
    let mut bound = 0;
    let mut frames = 0;
    while frames < FRAMES {
        let mut world = World::seeded([random.byte(); 16]);
        let mut asked = world.poll().last().map(Sent::asked);
        for _ in 0..random.below(200) {
            frames += 1;
            let mut sent = match random.below(12) {
                0 => world.wait_ms(random.next() % 100_000),
                1 => world.wait_ms(300),
                2 => {
                    let is_up = random.one_in(2);
                    world.client.link(is_up, world.now);
                    world.poll()
                }
                3 => {
                    let from = [192, 0, 2, random.byte()];
                    world
                        .takes(GATEWAY_MAC, ARP, &arp(2, GATEWAY_MAC, from, from))
                        .0
                }
                _ => {
                    let packet = nearly_right(&mut random, asked.as_ref());
                    world.takes(GATEWAY_MAC, IPV4, &packet).0
                }
            };
            sent.retain(|sent| sent.ethertype == IPV4);
            asked = sent.last().map(Sent::asked).or(asked);
            bound += usize::from(world.client.lease().is_some());
        }
        serves_a_good_server(&mut world);
    }
    println!("{frames} frames, {bound} times bound");
    assert!(bound > frames / 50, "the hostile servers get somewhere");
}

/// A server that behaves gets its client to an address.
fn serves_a_good_server(world: &mut World) {
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    let end = world.now.after_ms(PATIENCE_MS);
    let mut to_answer = world.poll();
    while world.now < end {
        for sent in std::mem::take(&mut to_answer) {
            if sent.ethertype != IPV4 {
                continue;
            }
            let asked = sent.asked();
            let answer = match asked.kind {
                1 => Answer::new(OFFER, asked.transaction_id),
                3 => {
                    let mut answer = Answer::new(ACK, asked.transaction_id);
                    if asked.option(54).is_none() {
                        answer = Answer::new(NAK, asked.transaction_id);
                    }
                    answer
                }
                _ => continue,
            };
            to_answer.extend(world.hears(&answer));
        }
        if to_answer.is_empty() {
            if world.client.status().phase == Phase::Bound {
                return;
            }
            to_answer = world.wait_ms(100);
        }
    }
    panic!("no address: {:?}", world.client.status());
}
