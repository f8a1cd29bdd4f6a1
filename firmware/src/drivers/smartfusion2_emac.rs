//! The Ethernet MAC of Microsemi's (Microchip's) SmartFusion2, with its DMA engine.
//!
//! Section numbers are those of UG0331, SmartFusion2 Microcontroller Subsystem User Guide, revision
//! 15. What only QEMU's model does (`hw/net/msf2-emac.c`, version 7.2) is named as QEMU's:
//! - QEMU compares unicast addresses exactly and knows no promiscuous mode, so every port of a box
//!   behind this MAC has the same address. Broadcasts and multicasts pass.
//! - A frame over MAX_FRAME_LENGTH is dropped. Its reset value of 1,536 is too little for the largest MTU
//!   behind VLAN tags; QEMU stores up to 2,047 bytes.
//! - A frame that finds the ring full is lost, the overflow bit is set and the receiver turned off.
//!   QEMU holds later frames back until it is on again; the chip loses them. It is turned on again once
//!   the ring is empty, at the descriptor that is filled next.
//! - QEMU sends inside of the write that turns the transmitter on. The driver does not count on it.

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState};
use embassy_sync::waitqueue::AtomicWaker;

use super::dma::{DescriptorWord, EMPTY, Ring, SIZE_MASK};
use super::frame::{BUFFER_BYTES, MAX_FRAME_BYTES, MIN_FRAME_BYTES};
use super::mmio::Registers;

/// Registers: chapter 11, Ethernet MAC.
mod register {
    pub(super) const CFG1: usize = 0x00;
    pub(super) const CFG2: usize = 0x04;
    pub(super) const MAX_FRAME_LENGTH: usize = 0x10;
    pub(super) const MII_CMD: usize = 0x24;
    pub(super) const MII_ADDR: usize = 0x28;
    pub(super) const MII_STATUS: usize = 0x30;
    pub(super) const MII_BUSY: usize = 0x34;
    pub(super) const STATION_ADDRESS_1: usize = 0x40;
    pub(super) const STATION_ADDRESS_2: usize = 0x44;
    pub(super) const FIFO_CFG0: usize = 0x48;
    pub(super) const DMA_TX_CTRL: usize = 0x180;
    pub(super) const DMA_TX_DESC: usize = 0x184;
    pub(super) const DMA_TX_STATUS: usize = 0x188;
    pub(super) const DMA_RX_CTRL: usize = 0x18c;
    pub(super) const DMA_RX_DESC: usize = 0x190;
    pub(super) const DMA_RX_STATUS: usize = 0x194;
    pub(super) const DMA_IRQ_MASK: usize = 0x198;
}

/// CFG1: receiver and transmitter on.
const MAC_ON: u32 = 1 << 2 | 1;
/// CFG2: preamble of 7 bytes, nibble interface, pad and append the check sequence, full duplex.
const FULL_DUPLEX_WITH_FCS: u32 = 7 << 12 | 1 << 8 | 1 << 2 | 1;
/// FIFO_CFG0: all five FIFO modules on.
const FIFOS_ON: u32 = 0x1f << 8;
/// DMA_TX_CTRL and DMA_RX_CTRL.
const DMA_ON: u32 = 1;
/// DMA_TX_STATUS: a frame was sent; the engine met an empty slot.
const SENT: u32 = 1;
const UNDERRUN: u32 = 1 << 1;
/// DMA_RX_STATUS: a frame came (written: one is taken off the count); the ring was full.
const RECEIVED: u32 = 1;
const OVERFLOW: u32 = 1 << 2;
/// DMA_IRQ_MASK: the status bits of the transmitter from bit 0, of the receiver from bit 4.
const WHEN_RECEIVED: u32 = (RECEIVED | OVERFLOW) << 4;
const WHEN_SENT: u32 = SENT | UNDERRUN;
/// MII: the PHY of the SmartFusion2 system-on-module, its basic status register (IEEE 802.3, 22.2.4.2).
const PHY_ADDRESS: u32 = 1;
const PHY_BASIC_STATUS: u32 = 1;
const PHY_LINK_UP: u32 = 1 << 2;
const MII_READ: u32 = 1;
/// Reads of MII_BUSY before the PHY is given up: more than the 64 bit times at 2.5 MHz that an access takes.
const PATIENCE: u32 = 100_000;

/// The driver, over a ring to receive and one to send.
pub struct SmartFusion2Emac<'w, R, Q> {
    registers: R,
    waker: &'w AtomicWaker,
    address: [u8; 6],
    receiving: Receiving<Q>,
    sending: Sending<Q>,
}

/// The ring that the engine fills, and the slot that it fills next or has filled longest ago.
struct Receiving<Q> {
    ring: Q,
    next: usize,
}

/// The ring that the engine empties.
struct Sending<Q> {
    ring: Q,
    /// The slot that is filled next.
    next: usize,
    /// The slot that the engine was last seen to have come to.
    oldest: usize,
    /// Frames from `oldest` on that the engine was not yet seen to have sent.
    unsent: usize,
}

impl<'w, R: Registers, Q: Ring> SmartFusion2Emac<'w, R, Q> {
    /// Sets the MAC up for frames to `address`, broadcasts and multicasts, links the rings and turns all
    /// on. `waker` is what [`SmartFusion2Emac::on_interrupt`] wakes.
    pub fn new(
        registers: R,
        mut to_receive: Q,
        mut to_send: Q,
        address: [u8; 6],
        waker: &'w AtomicWaker,
    ) -> Self {
        link(&mut to_receive);
        link(&mut to_send);
        registers.write(register::CFG1, 0);
        registers.write(register::CFG2, FULL_DUPLEX_WITH_FCS);
        // A buffer of fewer than 65,536 bytes: the cast keeps the value.
        registers.write(register::MAX_FRAME_LENGTH, BUFFER_BYTES as u32);
        let [a, b, c, d, e, f] = address;
        registers.write(
            register::STATION_ADDRESS_1,
            u32::from_be_bytes([a, b, c, d]),
        );
        registers.write(
            register::STATION_ADDRESS_2,
            u32::from_be_bytes([e, f, 0, 0]),
        );
        registers.write(register::FIFO_CFG0, FIFOS_ON);
        registers.write(register::CFG1, MAC_ON);
        let driver = Self {
            registers,
            waker,
            address,
            receiving: Receiving {
                ring: to_receive,
                next: 0,
            },
            sending: Sending {
                ring: to_send,
                next: 0,
                oldest: 0,
                unsent: 0,
            },
        };
        driver.receiving.start(&driver.registers);
        driver
    }

    /// What the MAC's interrupt handler calls: masks the MAC's interrupts, and wakes the driver, which
    /// enables them again once it has nothing left to do.
    pub fn on_interrupt(registers: &R, waker: &AtomicWaker) {
        registers.write(register::DMA_IRQ_MASK, 0);
        waker.wake();
    }
}

/// Makes a circle of the descriptors, all of them without a frame.
fn link<Q: Ring>(ring: &mut Q) {
    for slot in 0..ring.slots() {
        let buffer = ring.buffer_address(slot);
        let next = ring.descriptor_address((slot + 1) % ring.slots());
        ring.write(slot, DescriptorWord::BufferAddress, buffer);
        ring.write(slot, DescriptorWord::Next, next);
        ring.write(slot, DescriptorWord::Size, EMPTY);
    }
}

impl<Q: Ring> Receiving<Q> {
    /// Turns the receiver on, at the slot that is filled next.
    fn start<R: Registers>(&self, registers: &R) {
        let next = self.ring.descriptor_address(self.next);
        registers.write(register::DMA_RX_DESC, next);
        registers.write(register::DMA_RX_CTRL, DMA_ON);
    }

    /// The size of the frame that waits longest, in bytes, if one waits.
    fn frame_bytes(&self) -> Option<usize> {
        let size = self.ring.read(self.next, DescriptorWord::Size);
        (size & EMPTY == 0).then_some((size & SIZE_MASK) as usize)
    }

    /// Gives the slot of the oldest frame back to the engine.
    fn release<R: Registers>(&mut self, registers: &R) {
        self.ring.write(self.next, DescriptorWord::Size, EMPTY);
        self.next = (self.next + 1) % self.ring.slots();
        registers.write(register::DMA_RX_STATUS, RECEIVED);
    }

    /// With the ring empty: turns the receiver on again if it met a full ring.
    fn recover<R: Registers>(&self, registers: &R) {
        if registers.read(register::DMA_RX_STATUS) & OVERFLOW != 0 {
            registers.write(register::DMA_RX_STATUS, OVERFLOW);
            self.start(registers);
        }
    }
}

impl<Q: Ring> Sending<Q> {
    /// Notes what has been sent, and turns the transmitter on if it stopped before it saw the last
    /// frame: at an empty slot, just as that was being filled.
    fn catch_up<R: Registers>(&mut self, registers: &R) {
        while self.unsent > 0 && self.ring.read(self.oldest, DescriptorWord::Size) & EMPTY != 0 {
            self.oldest = (self.oldest + 1) % self.ring.slots();
            self.unsent -= 1;
            registers.write(register::DMA_TX_STATUS, SENT);
        }
        if self.unsent > 0 && registers.read(register::DMA_TX_CTRL) & DMA_ON == 0 {
            registers.write(register::DMA_TX_STATUS, UNDERRUN);
            let oldest = self.ring.descriptor_address(self.oldest);
            registers.write(register::DMA_TX_DESC, oldest);
            registers.write(register::DMA_TX_CTRL, DMA_ON);
        }
    }

    /// Whether there is room for a frame. One slot stays empty, so that the engine always stops behind
    /// the last frame.
    fn room(&self) -> bool {
        self.unsent + 1 < self.ring.slots()
    }
}

impl<R: Registers, Q: Ring> SmartFusion2Emac<'_, R, Q> {
    /// Whether there is room for a frame to send; if not, the MAC interrupts when there is.
    fn room_to_send(&mut self) -> bool {
        self.sending.catch_up(&self.registers);
        if self.sending.room() {
            return true;
        }
        let causes = WHEN_RECEIVED | WHEN_SENT;
        self.registers.write(register::DMA_IRQ_MASK, causes);
        self.sending.catch_up(&self.registers);
        self.sending.room()
    }

    /// Enables the interrupts again with the ring empty, and looks once more.
    fn sleep_unless_frame_waits(&mut self) -> Option<usize> {
        self.receiving.recover(&self.registers);
        // Frames that wait to be sent need the engine restarted if it has stopped.
        let causes = match self.sending.unsent {
            0 => WHEN_RECEIVED,
            _ => WHEN_RECEIVED | WHEN_SENT,
        };
        self.registers.write(register::DMA_IRQ_MASK, causes);
        self.receiving.frame_bytes()
    }
}

impl<R: Registers, Q: Ring> Driver for SmartFusion2Emac<'_, R, Q> {
    type RxToken<'a>
        = RxToken<'a, R, Q>
    where
        Self: 'a;
    type TxToken<'a>
        = TxToken<'a, R, Q>
    where
        Self: 'a;

    fn receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Option<(Self::RxToken<'_>, Self::TxToken<'_>)> {
        self.waker.register(context.waker());
        if !self.room_to_send() {
            return None;
        }
        let frame_bytes = loop {
            let waiting = self.receiving.frame_bytes();
            let frame_bytes = waiting.or_else(|| self.sleep_unless_frame_waits())?;
            if frame_bytes <= MAX_FRAME_BYTES {
                break frame_bytes;
            }
            self.receiving.release(&self.registers);
        };
        Some((
            RxToken {
                registers: &self.registers,
                receiving: &mut self.receiving,
                frame_bytes,
            },
            TxToken {
                registers: &self.registers,
                sending: &mut self.sending,
            },
        ))
    }

    fn transmit(&mut self, context: &mut Context<'_>) -> Option<Self::TxToken<'_>> {
        self.waker.register(context.waker());
        if !self.room_to_send() {
            return None;
        }
        Some(TxToken {
            registers: &self.registers,
            sending: &mut self.sending,
        })
    }

    fn link_state(&mut self, context: &mut Context<'_>) -> LinkState {
        self.waker.register(context.waker());
        let phy = PHY_ADDRESS << 8 | PHY_BASIC_STATUS;
        self.registers.write(register::MII_ADDR, phy);
        self.registers.write(register::MII_CMD, 0);
        self.registers.write(register::MII_CMD, MII_READ);
        let done = (0..PATIENCE).any(|_| self.registers.read(register::MII_BUSY) & 1 == 0);
        if done && self.registers.read(register::MII_STATUS) & PHY_LINK_UP != 0 {
            LinkState::Up
        } else {
            LinkState::Down
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = MAX_FRAME_BYTES;
        capabilities.max_burst_size = Some(self.sending.ring.slots() - 1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

/// A received frame in its slot of the ring.
pub struct RxToken<'a, R, Q> {
    registers: &'a R,
    receiving: &'a mut Receiving<Q>,
    frame_bytes: usize,
}

impl<R: Registers, Q: Ring> embassy_net_driver::RxToken for RxToken<'_, R, Q> {
    fn consume<T, F: FnOnce(&mut [u8]) -> T>(self, f: F) -> T {
        let slot = self.receiving.next;
        let result = match self.receiving.ring.buffer(slot) {
            Some(buffer) => f(&mut buffer[..self.frame_bytes]),
            None => unreachable!("the engine took back a slot that it had filled"),
        };
        self.receiving.release(self.registers);
        result
    }
}

/// A free slot of the ring to send.
pub struct TxToken<'a, R, Q> {
    registers: &'a R,
    sending: &'a mut Sending<Q>,
}

impl<R: Registers, Q: Ring> embassy_net_driver::TxToken for TxToken<'_, R, Q> {
    /// # Panics
    /// When `len` is over the driver's `max_transmission_unit`.
    fn consume<T, F: FnOnce(&mut [u8]) -> T>(self, len: usize, f: F) -> T {
        assert!(len <= MAX_FRAME_BYTES, "a frame over the driver's limit");
        let slot = self.sending.next;
        let Some(buffer) = self.sending.ring.buffer(slot) else {
            unreachable!("the engine took a slot that it was not given")
        };
        let result = f(&mut buffer[..len]);
        let frame_bytes = len.max(MIN_FRAME_BYTES);
        buffer[len..frame_bytes].fill(0);
        // At most MAX_FRAME_BYTES: the cast keeps the value.
        self.sending
            .ring
            .write(slot, DescriptorWord::Size, frame_bytes as u32);
        self.sending.next = (slot + 1) % self.sending.ring.slots();
        self.sending.unsent += 1;
        self.sending.catch_up(self.registers);
        result
    }
}
