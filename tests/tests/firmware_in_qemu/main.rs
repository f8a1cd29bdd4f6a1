//! The boards' real images in QEMU, with raw frames on the wire: what a neighbour of the box sees.

mod debugger;
mod frames;
mod image;
mod log;
mod machine;
mod stack;
mod tcp;
mod twin;

use std::time::{Duration, Instant};

use etherparse::TcpOptionElement::{MaximumSegmentSize, Noop, WindowScale};
use firmware::board::{LAN_IPV4, LAN_IPV6, LAN_VLAN, WAN_IPV4, WAN_MTU_BYTES};
use frames::{
    GATEWAY, Host, LAN_HOST, SERVER, Segment, TTL, answer_arp, echo_reply, hide_damage, is_at,
    packet, payload, ping, who_has,
};
use image::{Board, EMCRAFT_SF2, MPS2_AN500, ROUTER_ONLY};
use machine::Machine;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stack::Stack;
use twin::Twin;

/// Runs the same tests on every board.
macro_rules! on_each_board {
    ($($test:ident)*) => {
        mod mps2_an500 {
            $(#[test] fn $test() { super::$test(&super::MPS2_AN500); })*
        }
        mod emcraft_sf2 {
            $(#[test] fn $test() { super::$test(&super::EMCRAFT_SF2); })*
        }
    };
}

on_each_board! {
    the_box_answers_arp_on_both_vlans_with_its_one_mac
    pings_of_every_size_come_back_whole
    a_burst_of_pings_loses_none
    a_syn_leaves_masqueraded_and_clamped_and_so_does_its_answer
    without_the_clamp_the_mss_stays
    the_own_stack_echoes_on_port_7_over_ipv4_and_ipv6
    a_panic_reboots_and_its_cause_is_logged
    damaged_frames_do_not_stop_the_box
    an_idle_box_sleeps
    a_word_that_means_nothing_ends_the_image_and_is_named
    an_impossible_mtu_ends_the_image_and_is_named
}

/// Of the stack, until the first answer.
const START_STACK_BYTES: usize = 14_000;
/// Of the stack, for frames: executor, driver, router and interrupts together.
const FRAMES_STACK_BYTES: usize = 10_000;

const ANY_SEED: &str = "seed=5eed5eed5eed5eed5eed5eed5eed5eed";
const WITHOUT_CLAMP: &str = "seed=5eed5eed5eed5eed5eed5eed5eed5eed clamp=off";

/// A board whose chip is on: it has answered ARP.
fn up(board: &'static Board, arguments: &str) -> Machine {
    let machine = Machine::power_on(board, arguments);
    await_arp(&machine, &LAN_HOST);
    machine
}

fn await_arp(machine: &Machine, host: &Host) {
    let address = if host.vlan == LAN_VLAN {
        LAN_IPV4
    } else {
        WAN_IPV4
    };
    let question = who_has(host, address);
    let mac = machine.ask("ARP reply", &question, |frame| is_at(frame, host, address));
    assert_eq!(mac, machine.board.mac);
}

fn the_box_answers_arp_on_both_vlans_with_its_one_mac(board: &'static Board) {
    let machine = up(board, ANY_SEED);
    await_arp(&machine, &GATEWAY);
    // The other VLAN's address is none of this VLAN's business. ARP replies to earlier questions may still come.
    let deadline = Instant::now() + Duration::from_millis(300);
    machine.send(&who_has(&GATEWAY, LAN_IPV4));
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        let frame = machine.receive_within(left).unwrap_or_default();
        assert_eq!(is_at(&frame, &GATEWAY, LAN_IPV4), None);
    }
}

fn pings_of_every_size_come_back_whole(board: &'static Board) {
    let machine = up(board, ANY_SEED);
    // From an empty payload to a packet of 1,500 bytes: 20 of IPv4 and 8 of ICMP around it.
    for payload_bytes in (0..64)
        .chain((64..=1472).step_by(37))
        .chain([1470, 1471, 1472])
    {
        let sequence = payload_bytes as u16;
        let request = ping(&LAN_HOST, board.mac, LAN_IPV4, sequence, payload_bytes);
        // Rate limited by the box, so now and then asked twice.
        let (_, echoed) = machine.ask("echo reply", &request, |frame| {
            answer(&machine, frame);
            echo_reply(frame, &LAN_HOST).filter(|(reply, _)| *reply == sequence)
        });
        assert_eq!(echoed, payload(payload_bytes), "{payload_bytes} bytes");
    }
}

/// Answers the box's own ARP requests, as the neighbours do.
fn answer(machine: &Machine, frame: &[u8]) {
    for host in [&LAN_HOST, &GATEWAY] {
        if let Some(reply) = answer_arp(frame, host) {
            machine.send(&reply);
        }
    }
}

fn a_burst_of_pings_loses_none(board: &'static Board) {
    let machine = up(board, ANY_SEED);
    let first = ping(&LAN_HOST, board.mac, LAN_IPV4, 0, 0);
    machine.ask("echo reply", &first, |frame| {
        answer(&machine, frame);
        echo_reply(frame, &LAN_HOST)
    });
    // Six full-size frames are what the LAN9118's FIFO holds.
    for sequence in 1..=6 {
        machine.send(&ping(&LAN_HOST, board.mac, LAN_IPV4, sequence, 1472));
    }
    for expected in 1..=6 {
        let (sequence, _) = machine.wait_for("echo reply of a burst", |frame| {
            echo_reply(frame, &LAN_HOST).filter(|(sequence, _)| *sequence != 0)
        });
        assert_eq!(sequence, expected);
    }
}

/// Sends a SYN with MSS 1460 out and its SYN-ACK back in; returns both as the other side gets them.
fn handshake(machine: &Machine) -> (Segment, Segment) {
    await_arp(machine, &GATEWAY);
    let options = [MaximumSegmentSize(1460), Noop, WindowScale(7)];
    let mut syn = Vec::new();
    packet(&LAN_HOST, machine.board.mac, LAN_HOST.ipv4, SERVER)
        .tcp(50_000, 443, 1_000, 64_240)
        .syn()
        .options(&options)
        .expect("options fit")
        .write(&mut syn, &[])
        .expect("a SYN");
    let out = machine.ask("SYN on the WAN", &syn, |frame| {
        answer(machine, frame);
        Segment::read(frame, &GATEWAY)
    });
    let mut syn_ack = Vec::new();
    packet(&GATEWAY, machine.board.mac, SERVER, out.source)
        .tcp(443, out.tcp.source_port, 9_000, 65_160)
        .syn()
        .ack(1_001)
        .options(&options)
        .expect("options fit")
        .write(&mut syn_ack, &[])
        .expect("a SYN-ACK");
    let back = machine.ask("SYN-ACK in the LAN", &syn_ack, |frame| {
        answer(machine, frame);
        Segment::read(frame, &LAN_HOST)
    });
    (out, back)
}

fn a_syn_leaves_masqueraded_and_clamped_and_so_does_its_answer(board: &'static Board) {
    let machine = up(board, ANY_SEED);
    let (out, back) = handshake(&machine);
    assert_eq!((out.source, out.destination), (WAN_IPV4, SERVER));
    assert_eq!((back.source, back.destination), (SERVER, LAN_HOST.ipv4));
    assert_eq!(
        (back.tcp.source_port, back.tcp.destination_port),
        (443, 50_000)
    );
    assert_eq!((out.ttl, back.ttl), (TTL - 1, TTL - 1));
    assert!(out.tcp.syn && !out.tcp.ack && back.tcp.syn && back.tcp.ack);
    let ceiling = WAN_MTU_BYTES - 40;
    assert_eq!((out.mss(), back.mss()), (Some(ceiling), Some(ceiling)));
}

fn without_the_clamp_the_mss_stays(board: &'static Board) {
    let machine = up(board, WITHOUT_CLAMP);
    let (out, back) = handshake(&machine);
    assert_eq!((out.mss(), back.mss()), (Some(1460), Some(1460)));
}

fn the_own_stack_echoes_on_port_7_over_ipv4_and_ipv6(board: &'static Board) {
    let machine = up(board, ANY_SEED);
    let said = payload(3_000);
    assert_eq!(tcp::talk(&machine, LAN_IPV4.into(), 7, &said), said);
    // That connection is over, and the next one is served.
    assert_eq!(tcp::talk(&machine, LAN_IPV6.into(), 7, b"again"), b"again");
}

fn a_panic_reboots_and_its_cause_is_logged(board: &'static Board) {
    let machine = up(board, "rehearse=panic");
    let log = machine.log();
    assert_eq!(starts(&machine), 2, "{log}");
    assert!(
        log.contains("start.rs") && log.contains("a rehearsed panic"),
        "{log}"
    );
}

/// The router alone has no words for a panic: its panics are faults, which are told by two addresses.
#[test]
fn a_panic_of_the_router_alone_reboots_and_is_told_by_its_addresses() {
    let machine = up(&ROUTER_ONLY, "");
    // Without the bit that stands for Thumb code.
    let panics = ROUTER_ONLY.address_of("panicking9panic_fmt") as u32 & !1;
    let called_from: u32 = 0x0102_0304;
    machine.jump(panics, called_from);
    await_arp(&machine, &LAN_HOST);
    assert_eq!(starts(&machine), 2, "{}", machine.log());
    let events = machine.events();
    let pairs = events.iter().flat_map(|event| event.windows(8));
    let at = pairs.into_iter().find_map(|pair| {
        let (at, from) = pair.split_first_chunk()?;
        (from == called_from.to_le_bytes()).then_some(u32::from_le_bytes(*at))
    });
    // The instruction of the fault is in that function, behind what it pushes.
    assert!(
        at.is_some_and(|at| (panics..panics + 8).contains(&at)),
        "{at:x?}, not in {panics:#x}"
    );
}

/// How often the image has said that it starts.
fn starts(machine: &Machine) -> usize {
    let log = machine.log();
    let is_start = |event: &&str| event.trim_matches('.') == machine.board.name;
    log.lines().filter(is_start).count()
}

#[test]
fn the_watchdog_ends_a_hang_of_the_mps2_an500() {
    let machine = up(&MPS2_AN500, "rehearse=hang");
    let log = machine.log();
    assert!(log.contains("the watchdog bit"), "{log}");
}

/// Sends frames of which random bytes were changed, or which were cut or made longer, on both VLANs: 8,000, or
/// for as long as `FUZZING_SECONDS` says.
fn damaged_frames_do_not_stop_the_box(board: &'static Board) {
    let machine = up(board, ANY_SEED);
    let before = machine.stack();
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let mut syn = Vec::new();
    packet(&LAN_HOST, board.mac, LAN_HOST.ipv4, SERVER)
        .tcp(50_001, 443, 1, 1)
        .syn()
        .write(&mut syn, &payload(100))
        .expect("a SYN");
    let whole = [
        syn,
        ping(&LAN_HOST, board.mac, LAN_IPV4, 9, 900),
        ping(&GATEWAY, board.mac, WAN_IPV4, 9, 30),
        who_has(&LAN_HOST, LAN_IPV4),
        who_has(&GATEWAY, WAN_IPV4),
    ];
    let end = Instant::now() + fuzzing_time();
    let mut twin = Twin::of(board);
    let mut sent = 0;
    while sent < 8_000 || Instant::now() < end {
        sent += 1;
        let mut frame = whole[random.random_range(0..whole.len())].clone();
        for _ in 0..random.random_range(0..4) {
            // Behind the MACs: a frame for somebody else says nothing.
            let at = random.random_range(12..frame.len());
            frame[at] = random.random();
        }
        if random.random_ratio(2, 3) {
            hide_damage(&mut frame);
        }
        if random.random_ratio(1, 4) {
            // From a VLAN header alone to the longest frame that QEMU takes.
            frame.resize(random.random_range(18..=2047), random.random());
        }
        machine.send(&frame);
        twin.receive(&frame);
        if sent % 5 == 0 {
            // The box has seen all five: its FIFO holds no more with certainty.
            await_arp(&machine, &LAN_HOST);
        }
    }
    let share = twin.share_past_the_headers();
    println!("{sent} damaged frames, {share} % of them past the headers");
    assert!(share >= 50, "only {share} % say anything to the router");
    // What is still under way is as damaged as it was sent.
    while let Some(frame) = machine.receive_within(Duration::from_millis(500)) {
        answer(&machine, &frame);
    }
    handshake(&machine);
    assert_eq!(starts(&machine), 1, "rebooted; log:\n{}", machine.log());
    hold_stack(&machine, &before);
}

/// Prints how much stack the image took to start, and then for all that has come since `before`.
fn hold_stack(machine: &Machine, before: &Stack) {
    let frames_bytes = machine.stack().used_bytes_since(before);
    let start_bytes = before.used_bytes();
    let name = machine.board.name;
    println!("{name}: {start_bytes} bytes of stack to start, {frames_bytes} for frames");
    assert!(
        start_bytes <= START_STACK_BYTES,
        "{start_bytes} bytes to start"
    );
    assert!(
        frames_bytes <= FRAMES_STACK_BYTES,
        "{frames_bytes} bytes for frames"
    );
}

#[test]
fn damaged_frames_do_not_stop_the_router_alone() {
    damaged_frames_do_not_stop_the_box(&ROUTER_ONLY);
}

/// How long to send damaged frames at least.
fn fuzzing_time() -> Duration {
    let seconds = match std::env::var("FUZZING_SECONDS") {
        Ok(seconds) => seconds
            .parse()
            .unwrap_or_else(|_| panic!("FUZZING_SECONDS={seconds} is no number")),
        Err(_) => 0,
    };
    Duration::from_secs(seconds)
}

/// The seed of what is random, printed and taken back by `SEED`.
fn seed() -> u64 {
    let seed = match std::env::var("SEED") {
        Ok(seed) => seed
            .parse()
            .unwrap_or_else(|_| panic!("SEED={seed} is no number")),
        Err(_) => rand::random(),
    };
    println!("SEED={seed}");
    seed
}

fn an_idle_box_sleeps(board: &'static Board) {
    let machine = up(board, ANY_SEED);
    let before = machine.processor_time();
    std::thread::sleep(Duration::from_secs(2));
    let used = machine.processor_time() - before;
    // An executor that spins uses all of the two seconds.
    assert!(
        used < Duration::from_millis(600),
        "{used:?} of the PC's processor in 2 s"
    );
}

fn a_word_that_means_nothing_ends_the_image_and_is_named(board: &'static Board) {
    let mut machine = Machine::power_on(board, "clamp=off speed=9");
    assert_eq!(machine.exit_status().code(), Some(1));
    let log = machine.log();
    assert!(log.contains("speed=9: not one of"), "{log}");
}

fn an_impossible_mtu_ends_the_image_and_is_named(board: &'static Board) {
    let mut machine = Machine::power_on(board, "wan-mtu=9000");
    assert_eq!(machine.exit_status().code(), Some(1));
    let log = machine.log();
    assert!(log.contains("wan.port.mtu_bytes: 9000"), "{log}");
}
