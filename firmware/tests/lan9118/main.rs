//! The LAN9118's driver on a chip of paper.

mod chip;
#[path = "../wake/mod.rs"]
mod wake;

use std::sync::Arc;
use std::task::Context;

use chip::{Chip, Port};
use embassy_net_driver::{Driver, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;
use firmware::drivers::{BUFFER_BYTES, Lan9118, Lan9118Buffers, Lan9118Error, MAX_FRAME_BYTES};
use wake::Bell;

const MAC: [u8; 6] = [0x02, 0x11, 0x22, 0x33, 0x44, 0x55];

fn buffers() -> &'static mut Lan9118Buffers {
    Box::leak(Box::new(Lan9118Buffers::EMPTY))
}

/// A driver on a fresh chip, asleep.
struct Bench {
    port: Port,
    waker: &'static AtomicWaker,
    bell: Arc<Bell>,
    driver: Lan9118<'static, Port>,
}

impl Bench {
    fn new() -> Self {
        let port = Chip::port();
        let waker = Box::leak(Box::new(AtomicWaker::new()));
        let driver = Lan9118::new(port.clone(), MAC, waker, buffers()).unwrap();
        let mut bench = Self {
            port,
            waker,
            bell: Arc::default(),
            driver,
        };
        assert_eq!(bench.receive(), None);
        bench
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

    /// Runs the interrupt handler if the chip interrupts; says whether the driver's task was woken.
    fn woken(&self) -> bool {
        if self.port.0.borrow().interrupts() {
            Lan9118::on_interrupt(&self.port, self.waker);
            assert!(!self.port.0.borrow().interrupts(), "the handler masks");
        }
        self.bell.rang()
    }
}

fn frame(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 7 + len) as u8).collect()
}

#[test]
fn frames_of_every_length_come_in_whole_and_without_their_check_sequence() {
    let mut bench = Bench::new();
    for len in 14..=MAX_FRAME_BYTES {
        bench.port.0.borrow_mut().arrive(&frame(len));
        assert_eq!(bench.receive(), Some(frame(len)));
    }
    assert!(bench.port.0.borrow().fifo_is_empty());
}

#[test]
fn a_damaged_or_oversize_frame_is_passed_over_and_the_next_one_is_whole() {
    let mut bench = Bench::new();
    for (len, flags) in [
        (60, 1 << 15 | 1 << 1),
        (20, 1 << 15 | 1 << 11),
        (90, 1 << 6),
    ] {
        bench.port.0.borrow_mut().arrive_with(&frame(len), flags);
        bench.port.0.borrow_mut().arrive(&frame(99));
        assert_eq!(bench.receive(), Some(frame(99)), "status {flags:#x}");
    }
    for len in [MAX_FRAME_BYTES + 1, BUFFER_BYTES, BUFFER_BYTES + 1, 2043] {
        bench.port.0.borrow_mut().arrive(&frame(len));
        bench.port.0.borrow_mut().arrive(&frame(99));
        assert_eq!(bench.receive(), Some(frame(99)), "{len} bytes");
    }
    assert!(bench.port.0.borrow().fifo_is_empty());
}

#[test]
fn a_tagged_full_size_frame_is_taken_though_the_chip_calls_it_too_long() {
    let mut bench = Bench::new();
    bench
        .port
        .0
        .borrow_mut()
        .arrive_with(&frame(1518), 1 << 15 | 1 << 7);
    assert_eq!(bench.receive(), Some(frame(1518)));
}

#[test]
fn an_arriving_frame_wakes_the_sleeping_driver_each_time() {
    let mut bench = Bench::new();
    for _ in 0..3 {
        bench.port.0.borrow_mut().arrive(&frame(60));
        assert!(bench.woken());
        assert_eq!(bench.receive(), Some(frame(60)));
        assert_eq!(bench.receive(), None);
        assert!(!bench.woken(), "nothing came");
    }
}

#[test]
fn a_frame_that_comes_while_the_driver_goes_to_sleep_is_not_slept_over() {
    let mut bench = Bench::new();
    bench.port.0.borrow_mut().on_clear = Some(frame(70));
    assert_eq!(bench.receive(), Some(frame(70)));
}

#[test]
fn a_short_frame_is_padded_with_zeros_and_not_with_the_last_frame() {
    let mut bench = Bench::new();
    assert!(bench.send(&[0xff; 200]) && bench.send(&frame(42)) && bench.send(&frame(61)));
    let chip = bench.port.0.borrow();
    let mut padded = frame(42);
    padded.resize(60, 0);
    assert_eq!(chip.sent, [vec![0xff; 200], padded, frame(61)]);
}

#[test]
fn the_status_of_sent_frames_never_fills_the_chip() {
    let mut bench = Bench::new();
    for _ in 0..2_000 {
        assert!(bench.send(&frame(64)));
    }
    assert_eq!(bench.port.0.borrow().sent.len(), 2_000);
}

#[test]
fn a_full_fifo_holds_the_sender_until_the_chip_says_there_is_room() {
    let mut bench = Bench::new();
    bench.port.0.borrow_mut().tx_free = MAX_FRAME_BYTES as u32;
    assert!(!bench.send(&frame(64)));
    assert!(!bench.woken());
    bench.port.0.borrow_mut().make_room();
    assert!(bench.woken());
    assert!(bench.send(&frame(64)));
}

#[test]
fn an_answer_goes_out_by_the_token_that_came_with_the_question() {
    let mut bench = Bench::new();
    bench.port.0.borrow_mut().arrive(&frame(77));
    let waker = bench.bell.waker();
    let (received, token) = bench
        .driver
        .receive(&mut Context::from_waker(&waker))
        .unwrap();
    received.consume(|question| {
        token.consume(question.len(), |answer| answer.copy_from_slice(question));
    });
    assert_eq!(bench.port.0.borrow().sent, [frame(77)]);
}

#[test]
fn the_chip_is_set_to_the_address_full_duplex_and_multicast() {
    let bench = Bench::new();
    let chip = bench.port.0.borrow();
    assert_eq!(chip.mac[1], 0x0018_000c, "MAC_CR");
    assert_eq!(
        (chip.mac[3], chip.mac[2]),
        (0x3322_1102, 0x5544),
        "ADDRL, ADDRH"
    );
    for (register, value, meaning) in [
        (0x54, 0x111, "interrupts on, push-pull, active high"),
        (0x68, 0x2000_0000, "2 KiB of room are told, and each frame"),
        (0x70, 0x2, "the transmitter is on"),
        (0x74, 0x0015_0000, "5 KiB to send"),
    ] {
        assert_eq!(chip.settings[&register], value, "{meaning}");
    }
    assert_eq!(chip.phy[30], 0x50, "the PHY interrupts for link changes");
    let capabilities = bench.driver.capabilities();
    assert_eq!(capabilities.max_transmission_unit, MAX_FRAME_BYTES);
    assert_eq!(capabilities.max_burst_size, Some(1));
}

#[test]
fn a_change_of_the_link_is_taken_off_the_phy_and_nothing_else_is() {
    let mut bench = Bench::new();
    bench.port.0.borrow_mut().phy_reads.clear();
    assert_eq!(bench.receive(), None);
    assert_eq!(bench.port.0.borrow().phy_reads, []);
    bench.port.0.borrow_mut().interrupt_status |= 1 << 18;
    assert!(bench.woken());
    assert_eq!(bench.receive(), None);
    assert_eq!(bench.port.0.borrow().phy_reads, [29]);
    assert!(!bench.woken());
}

#[test]
fn who_waits_for_room_hears_of_frames_and_the_link_too() {
    for cause in [1 << 3, 1 << 18] {
        let mut bench = Bench::new();
        bench.port.0.borrow_mut().tx_free = MAX_FRAME_BYTES as u32;
        assert!(!bench.send(&frame(64)));
        bench.port.0.borrow_mut().interrupt_status |= cause;
        assert!(bench.woken());
    }
}

#[test]
fn the_link_is_what_the_phy_says() {
    let mut bench = Bench::new();
    let waker = bench.bell.waker();
    let mut context = Context::from_waker(&waker);
    assert!(bench.driver.link_state(&mut context) == LinkState::Up);
    bench.port.0.borrow_mut().link_up = false;
    assert!(bench.driver.link_state(&mut context) == LinkState::Down);
}

#[test]
fn a_chip_that_is_not_there_or_hangs_is_an_error_and_not_an_endless_loop() {
    static WAKER: AtomicWaker = AtomicWaker::new();
    let new = |port: &Port| Lan9118::new(port.clone(), MAC, &WAKER, buffers()).err();
    let port = Chip::port();
    port.0.borrow_mut().byte_test = 0xffff_ffff;
    let byte_test = 0xffff_ffff;
    assert_eq!(new(&port), Some(Lan9118Error::NoChip { byte_test }));
    let port = Chip::port();
    port.0.borrow_mut().id_revision = 0x9220_0000;
    let id_revision = 0x9220_0000;
    assert_eq!(new(&port), Some(Lan9118Error::OtherChip { id_revision }));
    let port = Chip::port();
    port.0.borrow_mut().mac_hangs = true;
    assert_eq!(new(&port), Some(Lan9118Error::MacHangs));
    let told = [
        Lan9118Error::NoChip { byte_test },
        Lan9118Error::OtherChip { id_revision },
    ]
    .map(|error| error.to_string());
    assert!(told[0].contains("ffffffff"), "{told:?}");
    assert!(told[1].contains("92200000"), "{told:?}");
}
