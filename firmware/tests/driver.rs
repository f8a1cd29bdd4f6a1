//! `ClampedDriver` around a real embassy-net driver.

use std::cell::RefCell;
use std::task::{Context, Waker};

use clamp_core::{Clamp, Outcome, Reason};
use embassy_net_driver::{Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_net_driver_channel as channel;
use firmware::{ClampedDriver, Direction};

const MTU: usize = 1514;

/// A SYN from 192.0.2.1 to 198.51.100.1 with an MSS of 1460, as a bare packet and in a frame.
const SYN: [u8; 44] = [
    0x45, 0, 0, 44, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1, //
    0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 0x02, 0xff, 0xff, 0x46, 0xf8, 0, 0, //
    0x02, 0x04, 0x05, 0xb4,
];
const CLAMPED: Outcome = Outcome::Clamped {
    from: 1460,
    to: 1452,
};

fn with_mss(packet: &[u8], mss: [u8; 2]) -> Vec<u8> {
    let (rest, _) = packet.split_at(packet.len() - 2);
    [rest, &mss].concat()
}

fn in_ethernet(packet: &[u8]) -> Vec<u8> {
    [&[0x02; 12][..], &[0x08, 0x00], packet].concat()
}

/// Sends `packet` both ways through a wrapped driver; returns what came out and what was observed.
fn both_ways(
    address: HardwareAddress,
    packet: &[u8],
) -> (Vec<u8>, Vec<u8>, Vec<(Direction, Outcome)>) {
    let mut state = channel::State::<MTU, 2, 2>::new();
    let (mut runner, device) = channel::new(&mut state, address);
    runner.set_link_state(LinkState::Up);
    let observed = RefCell::new(Vec::new());
    let clamp = Clamp::for_link_mtu(1492).expect("a plain policy");
    let mut driver = ClampedDriver::new(device, clamp, |direction, outcome| {
        observed.borrow_mut().push((direction, outcome));
    });
    assert_eq!(driver.capabilities().max_transmission_unit, MTU);
    let mut context = Context::from_waker(Waker::noop());

    runner.try_rx_buf().expect("an empty queue")[..packet.len()].copy_from_slice(packet);
    runner.rx_done(packet.len());
    let (receive, _) = driver.receive(&mut context).expect("a frame is there");
    let received = receive.consume(|frame| frame.to_vec());

    let transmit = driver.transmit(&mut context).expect("an empty queue");
    transmit.consume(packet.len(), |frame| frame.copy_from_slice(packet));
    let sent = runner.try_tx_buf().expect("a frame was sent").to_vec();
    (received, sent, observed.into_inner())
}

#[test]
fn a_syn_in_a_frame_is_clamped_both_ways_and_observed() {
    let (received, sent, observed) =
        both_ways(HardwareAddress::Ethernet([2; 6]), &in_ethernet(&SYN));
    for frame in [received, sent] {
        assert_eq!(frame[58 - 2..], 1452_u16.to_be_bytes());
        assert_eq!(frame[50..52], [0x47, 0x00], "the checksum follows");
    }
    assert_eq!(
        observed,
        [(Direction::Received, CLAMPED), (Direction::Sent, CLAMPED)]
    );
}

#[test]
fn a_syn_in_a_bare_packet_is_clamped_both_ways() {
    let (received, sent, observed) = both_ways(HardwareAddress::Ip, &SYN);
    assert_eq!(received, sent);
    assert_eq!(received[42..], 1452_u16.to_be_bytes());
    assert_eq!(observed.len(), 2);
}

#[test]
fn a_syn_that_fits_passes_untouched() {
    let packet = in_ethernet(&with_mss(&SYN, 1400_u16.to_be_bytes()));
    let (received, sent, observed) = both_ways(HardwareAddress::Ethernet([2; 6]), &packet);
    assert_eq!((received, sent), (packet.clone(), packet));
    assert!(
        observed
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Fits { mss: 1400 })
    );
}

#[test]
fn a_medium_without_ip_is_not_looked_at() {
    let (received, sent, observed) = both_ways(HardwareAddress::Ieee802154([2; 8]), &SYN);
    assert_eq!((received, sent), (SYN.to_vec(), SYN.to_vec()));
    assert_eq!(observed, []);
}

#[test]
fn what_is_no_syn_is_observed_with_its_reason() {
    let arp = [&[0xff; 12][..], &[0x08, 0x06], &[0; 46]].concat();
    let (_, _, observed) = both_ways(HardwareAddress::Ethernet([2; 6]), &arp);
    assert_eq!(
        observed[0],
        (Direction::Received, Outcome::LeftAlone(Reason::NotIp))
    );
}
