//! The SmartFusion2 MAC's driver on a DMA engine of paper.

mod mac;
#[path = "../wake/mod.rs"]
mod wake;

use std::sync::Arc;
use std::task::Context;

use embassy_net_driver::{Driver, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;
use firmware::drivers::{BUFFER_BYTES, MAX_FRAME_BYTES, SmartFusion2Emac};
use mac::{PaperRing, Port};
use wake::Bell;

const ADDRESS: [u8; 6] = [0x02, 0x11, 0x22, 0x33, 0x44, 0x55];
const SLOTS: usize = 4;

type Emac = SmartFusion2Emac<'static, Port, PaperRing>;

/// A driver on a fresh MAC, asleep.
struct Bench {
    port: Port,
    waker: &'static AtomicWaker,
    bell: Arc<Bell>,
    driver: Emac,
}

impl Bench {
    fn new() -> Self {
        let port = Port::default();
        let waker = Box::leak(Box::new(AtomicWaker::new()));
        let to_receive = PaperRing::to_receive(&port, SLOTS);
        let to_send = PaperRing::to_send(&port, SLOTS);
        let driver = Emac::new(port.clone(), to_receive, to_send, ADDRESS, waker);
        let mut bench = Self {
            port,
            waker,
            bell: Arc::default(),
            driver,
        };
        assert_eq!(bench.receive(), None);
        bench
    }

    fn arrive(&self, len: usize) -> bool {
        self.port.0.borrow_mut().arrive(&frame(len))
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        let waker = self.bell.waker();
        let (received, _) = self.driver.receive(&mut Context::from_waker(&waker))?;
        Some(received.consume(|frame| frame.to_vec()))
    }

    fn send(&mut self, frame: &[u8]) -> bool {
        let waker = self.bell.waker();
        let Some(token) = self.driver.transmit(&mut Context::from_waker(&waker)) else {
            return false;
        };
        token.consume(frame.len(), |buffer| buffer.copy_from_slice(frame));
        true
    }

    /// Runs the interrupt handler if the MAC interrupts; says whether the driver's task was woken.
    fn woken(&self) -> bool {
        if self.port.0.borrow().interrupts() {
            Emac::on_interrupt(&self.port, self.waker);
            assert!(!self.port.0.borrow().interrupts(), "the handler masks");
        }
        self.bell.rang()
    }
}

fn frame(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 7 + len) as u8).collect()
}

#[test]
fn frames_come_in_whole_lap_after_lap() {
    let mut bench = Bench::new();
    for len in 60..60 + 5 * SLOTS {
        assert!(bench.arrive(len));
        assert!(bench.woken());
        assert_eq!(bench.receive(), Some(frame(len)));
        assert_eq!(bench.receive(), None);
        assert_eq!(bench.port.0.borrow().untaken(), 0);
        assert!(!bench.woken(), "nothing came");
    }
}

#[test]
fn frames_wait_in_order_in_the_ring() {
    let mut bench = Bench::new();
    for lap in 0..3 {
        for slot in 0..SLOTS {
            assert!(bench.arrive(60 + lap * SLOTS + slot));
        }
        for slot in 0..SLOTS {
            assert_eq!(bench.receive(), Some(frame(60 + lap * SLOTS + slot)));
        }
    }
}

#[test]
fn after_an_overflow_one_frame_is_lost_and_the_receiver_is_on_again() {
    let mut bench = Bench::new();
    assert!(bench.arrive(61) && bench.receive() == Some(frame(61)));
    for round in 0..3 {
        for len in 100..100 + SLOTS {
            assert!(bench.arrive(len), "round {round}");
        }
        assert!(bench.arrive(200), "taken, and lost");
        assert!(!bench.arrive(300), "held back");
        assert!(bench.woken());
        for len in 100..100 + SLOTS {
            assert_eq!(bench.receive(), Some(frame(len)), "round {round}");
        }
        assert_eq!(bench.receive(), None);
        assert!(!bench.woken(), "round {round}: an interrupt for ever");
        assert!(bench.arrive(300), "round {round}: still off");
        assert_eq!(bench.receive(), Some(frame(300)), "round {round}");
    }
}

#[test]
fn the_largest_frame_comes_in_and_goes_out_and_a_larger_one_is_passed_over() {
    let mut bench = Bench::new();
    for len in [MAX_FRAME_BYTES + 1, MAX_FRAME_BYTES, BUFFER_BYTES + 1, 60] {
        assert!(bench.arrive(len));
    }
    assert_eq!(bench.receive(), Some(frame(MAX_FRAME_BYTES)));
    assert_eq!(bench.receive(), Some(frame(60)));
    assert_eq!(bench.receive(), None);
    assert!(bench.send(&frame(MAX_FRAME_BYTES)));
    assert_eq!(bench.port.0.borrow().sent, [frame(MAX_FRAME_BYTES)]);
}

#[test]
fn a_token_that_is_not_used_leaves_its_frame_in_the_ring() {
    let mut bench = Bench::new();
    assert!(bench.arrive(64));
    let waker = bench.bell.waker();
    assert!(
        bench
            .driver
            .receive(&mut Context::from_waker(&waker))
            .is_some()
    );
    assert_eq!(bench.receive(), Some(frame(64)));
    assert_eq!(bench.receive(), None);
}

#[test]
fn frames_go_out_in_order_and_short_ones_padded_with_zeros() {
    let mut bench = Bench::new();
    let mut expected = Vec::new();
    for lap in 0..5 {
        for len in [1500, 42, 60 + lap] {
            assert!(bench.send(&frame(len)));
            let mut padded = frame(len);
            padded.resize(len.max(60), 0);
            expected.push(padded);
        }
    }
    assert_eq!(bench.port.0.borrow().sent, expected);
}

#[test]
fn a_full_ring_holds_the_sender_until_the_mac_has_sent() {
    let mut bench = Bench::new();
    bench.port.0.borrow_mut().is_slow = true;
    for lap in 0..4 {
        for slot in 0..SLOTS - 1 {
            assert!(bench.send(&frame(60 + slot)), "lap {lap}, slot {slot}");
        }
        assert!(!bench.send(&frame(99)), "lap {lap}: room in a full ring");
        assert!(!bench.woken());
        bench.port.0.borrow_mut().run();
        assert!(bench.woken(), "lap {lap}");
        assert_eq!(bench.port.0.borrow().sent.len(), (lap + 1) * (SLOTS - 1));
    }
}

#[test]
fn a_transmitter_that_stops_while_a_frame_is_queued_is_turned_on_again() {
    let mut bench = Bench::new();
    bench.port.0.borrow_mut().is_slow = true;
    assert!(bench.send(&frame(60)));
    bench.port.0.borrow_mut().run();
    assert!(bench.send(&frame(61)));
    assert!(bench.send(&frame(62)));
    // It saw the slot of frame 61 before that was filled.
    bench.port.0.borrow_mut().stop();
    assert_eq!(bench.receive(), None);
    bench.port.0.borrow_mut().run();
    assert_eq!(
        bench.port.0.borrow().sent,
        [frame(60), frame(61), frame(62)]
    );
}

#[test]
fn a_frame_that_waits_to_be_sent_keeps_the_interrupt_for_it_on() {
    let mut bench = Bench::new();
    bench.port.0.borrow_mut().is_slow = true;
    assert!(bench.send(&frame(60)));
    assert_eq!(bench.receive(), None);
    bench.port.0.borrow_mut().run();
    assert!(bench.woken());
    assert_eq!(bench.receive(), None);
    assert!(!bench.woken(), "an interrupt for ever");
}

#[test]
fn the_mac_is_set_to_the_address_and_to_frames_as_large_as_a_buffer() {
    let bench = Bench::new();
    let mac = bench.port.0.borrow();
    assert_eq!(mac.registers[&0x40], 0x0211_2233);
    assert_eq!(mac.registers[&0x44], 0x4455_0000);
    assert_eq!(mac.registers[&0x10], BUFFER_BYTES as u32);
    assert_eq!(mac.registers[&0x00], 0b101);
}

#[test]
fn the_link_is_what_the_phy_says() {
    let mut bench = Bench::new();
    let waker = bench.bell.waker();
    let mut context = Context::from_waker(&waker);
    assert!(bench.driver.link_state(&mut context) == LinkState::Down);
    bench.port.0.borrow_mut().registers.insert(0x30, 0x796d);
    assert!(bench.driver.link_state(&mut context) == LinkState::Up);
    let asked = bench.port.0.borrow().registers[&0x28];
    assert_eq!(asked, 0x0101, "PHY 1, basic status");
    let capabilities = bench.driver.capabilities();
    assert_eq!(capabilities.max_transmission_unit, MAX_FRAME_BYTES);
    assert_eq!(capabilities.max_burst_size, Some(SLOTS - 1));
}

#[test]
fn the_mac_is_set_to_full_duplex_with_check_sequences_and_all_its_fifos() {
    let bench = Bench::new();
    let mac = bench.port.0.borrow();
    for (register, value, meaning) in [
        (0x00, 0b101, "CFG1: receiver and transmitter on"),
        (0x04, 0x7105, "CFG2"),
        (0x48, 0x1f00, "FIFO_CFG0"),
    ] {
        assert_eq!(mac.registers[&register], value, "{meaning}");
    }
}
