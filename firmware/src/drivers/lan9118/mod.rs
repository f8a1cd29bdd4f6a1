//! SMSC (Microchip) LAN9118: a 10/100 Ethernet chip behind two FIFOs that the processor fills and
//! empties word by word.
//!
//! Section numbers are those of the LAN9118 datasheet, revision 1.5. What only QEMU's model does
//! (`hw/net/lan9118.c`, version 7.2) is named as QEMU's:
//! - The receive FIFO holds six full-size frames. What comes on top is lost, and QEMU doesn't say so.
//! - QEMU sets the interrupt bit for the receive level when a frame comes, not while one waits. So
//!   once the FIFO is empty the bit is cleared, the interrupt enabled, and the FIFO looked at again.
//! - QEMU sends a frame as its last word is written. Its receive fast-forward and its transmit end
//!   alignment don't work, so this driver reads unwanted frames word by word and aligns nothing.
//! - QEMU sends a short frame as it is, where the chip pads it: the padding to 60 bytes is done here.

mod registers;

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState};
use embassy_sync::waitqueue::AtomicWaker;

use super::frame::{BUFFER_BYTES, MAX_FRAME_BYTES, MIN_FRAME_BYTES};
use super::mmio::Registers;
use registers::{
    BYTE_ORDER, CHIP_ID, FIFO_LEVELS, IRQ_PUSH_PULL_HIGH, MAC_BUSY, MAC_ON, MAC_READ, MUST_BE_ONE,
    PHY_ADDRESS, PHY_BASIC_STATUS, PHY_CHANGED, PHY_INTERRUPT_MASK, PHY_INTERRUPT_SOURCE,
    PHY_LINK_CHANGES, PHY_LINK_UP, READY, RX_DAMAGED, RX_STATUS_LEVEL, SOFT_RESET, TX_FIFO_5_KIB,
    TX_ON, TX_SPACE, TX_WHOLE_FRAME, mac, register,
};

/// Bytes in the transmit FIFO around a frame: two command words, and rounding up to words.
const TX_OVERHEAD_BYTES: usize = 12;
/// Reads of a register that has to change soon: more than 10 ms on any processor this runs on.
const PATIENCE: u32 = 1_000_000;

/// Why the chip does not come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lan9118Error {
    /// BYTE_TEST did not read 0x87654321: no chip, or a bus with another byte order.
    NoChip {
        /// What it read.
        byte_test: u32,
    },
    /// ID_REV named another chip.
    OtherChip {
        /// What it read.
        id_revision: u32,
    },
    /// The chip did not come out of its reset.
    ResetHangs,
    /// A MAC or PHY register access did not end.
    MacHangs,
}

impl core::error::Error for Lan9118Error {}

impl core::fmt::Display for Lan9118Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoChip { byte_test } => {
                write!(f, "no LAN9118: BYTE_TEST reads {byte_test:#010x}")
            }
            Self::OtherChip { id_revision } => {
                write!(f, "not a LAN9118: ID_REV reads {id_revision:#010x}")
            }
            Self::ResetHangs => write!(f, "the LAN9118 does not come out of its reset"),
            Self::MacHangs => write!(f, "the LAN9118's MAC does not finish a register access"),
        }
    }
}

/// Room for one frame each way. All zeros, so that a `static` of it costs no flash.
pub struct Lan9118Buffers {
    received: [u8; BUFFER_BYTES],
    sending: [u8; BUFFER_BYTES],
}

impl Lan9118Buffers {
    /// Without a frame.
    pub const EMPTY: Self = Self {
        received: [0; BUFFER_BYTES],
        sending: [0; BUFFER_BYTES],
    };
}

/// The driver: one frame in a buffer each way, the rest in the chip's FIFOs.
pub struct Lan9118<'w, R> {
    registers: R,
    waker: &'w AtomicWaker,
    address: [u8; 6],
    buffers: &'w mut Lan9118Buffers,
}

impl<'w, R: Registers> Lan9118<'w, R> {
    /// Resets the chip and turns it on: full duplex, frames to `address`, broadcasts and multicasts.
    /// `waker` is what [`Lan9118::on_interrupt`] wakes.
    ///
    /// # Errors
    /// [`Lan9118Error`] when the chip isn't there or doesn't answer in time.
    pub fn new(
        registers: R,
        address: [u8; 6],
        waker: &'w AtomicWaker,
        buffers: &'w mut Lan9118Buffers,
    ) -> Result<Self, Lan9118Error> {
        let byte_test = registers.read(register::BYTE_TEST);
        if byte_test != BYTE_ORDER {
            return Err(Lan9118Error::NoChip { byte_test });
        }
        let id_revision = registers.read(register::ID_REV);
        if id_revision >> 16 != CHIP_ID {
            return Err(Lan9118Error::OtherChip { id_revision });
        }
        registers.write(register::HW_CFG, SOFT_RESET);
        wait(Lan9118Error::ResetHangs, || {
            registers.read(register::HW_CFG) & SOFT_RESET == 0
                && registers.read(register::PMT_CTRL) & READY != 0
        })?;
        let mut driver = Self {
            registers,
            waker,
            address,
            buffers,
        };
        driver.configure()?;
        Ok(driver)
    }

    fn configure(&mut self) -> Result<(), Lan9118Error> {
        let registers = &self.registers;
        registers.write(register::HW_CFG, MUST_BE_ONE | TX_FIFO_5_KIB);
        let [a, b, c, d, e, f] = self.address;
        self.mac_write(mac::ADDRL, u32::from_le_bytes([a, b, c, d]))?;
        self.mac_write(mac::ADDRH, u32::from_le_bytes([e, f, 0, 0]))?;
        self.phy_read(PHY_INTERRUPT_SOURCE)?;
        self.phy_write(PHY_INTERRUPT_MASK, PHY_LINK_CHANGES)?;
        registers.write(register::FIFO_INT, FIFO_LEVELS);
        registers.write(register::IRQ_CFG, IRQ_PUSH_PULL_HIGH);
        registers.write(register::TX_CFG, TX_ON);
        self.mac_write(mac::MAC_CR, MAC_ON)
    }

    /// What the chip's interrupt handler calls: masks the chip's interrupts, and wakes the driver, which
    /// enables them again once it has nothing left to do.
    pub fn on_interrupt(registers: &R, waker: &AtomicWaker) {
        registers.write(register::INT_EN, 0);
        waker.wake();
    }

    fn mac_wait(&self) -> Result<(), Lan9118Error> {
        wait(Lan9118Error::MacHangs, || {
            self.registers.read(register::MAC_CSR_CMD) & MAC_BUSY == 0
        })
    }

    fn mac_write(&self, index: u32, value: u32) -> Result<(), Lan9118Error> {
        self.registers.write(register::MAC_CSR_DATA, value);
        self.registers
            .write(register::MAC_CSR_CMD, MAC_BUSY | index);
        self.mac_wait()
    }

    fn mac_read(&self, index: u32) -> Result<u32, Lan9118Error> {
        self.registers
            .write(register::MAC_CSR_CMD, MAC_BUSY | MAC_READ | index);
        self.mac_wait()?;
        Ok(self.registers.read(register::MAC_CSR_DATA))
    }

    /// MII_ACC: bit 0 busy, bit 1 write, register from bit 6, PHY from bit 11.
    fn phy_access(&self, index: u32, direction: u32) -> Result<(), Lan9118Error> {
        self.mac_write(mac::MII_ACC, PHY_ADDRESS << 11 | index << 6 | direction | 1)?;
        let mut done = Ok(());
        wait(Lan9118Error::MacHangs, || {
            match self.mac_read(mac::MII_ACC) {
                Ok(access) => access & 1 == 0,
                Err(error) => {
                    done = Err(error);
                    true
                }
            }
        })?;
        done
    }

    fn phy_read(&self, index: u32) -> Result<u32, Lan9118Error> {
        self.phy_access(index, 0)?;
        self.mac_read(mac::MII_DATA)
    }

    fn phy_write(&self, index: u32, value: u32) -> Result<(), Lan9118Error> {
        self.mac_write(mac::MII_DATA, value)?;
        self.phy_access(index, 1 << 1)
    }

    fn frames_waiting(&self) -> bool {
        self.registers.read(register::RX_FIFO_INF) >> 16 & 0xff != 0
    }

    /// Enables the interrupts again, and says whether a frame came before that: QEMU would not
    /// interrupt for it.
    fn sleep_unless_frames_wait(&self) -> bool {
        let pending = self.registers.read(register::INT_STS);
        if pending & PHY_CHANGED != 0 {
            // The PHY holds the line until its own register is read. A PHY that hangs is seen by
            // `link_state`; here nothing depends on the answer.
            let _ = self.phy_read(PHY_INTERRUPT_SOURCE);
        }
        self.registers.write(register::INT_STS, pending);
        self.registers
            .write(register::INT_EN, RX_STATUS_LEVEL | PHY_CHANGED);
        self.frames_waiting()
    }

    /// Takes the next frame out of the FIFO; `None` for one that is damaged or too long.
    fn take_frame(&mut self) -> Option<usize> {
        let status = self.registers.read(register::RX_STATUS);
        let stored_bytes = (status >> 16 & 0x3fff) as usize;
        let mut words = stored_bytes.div_ceil(4);
        for word in self.buffers.received.chunks_exact_mut(4).take(words) {
            word.copy_from_slice(&self.registers.read(register::RX_DATA).to_le_bytes());
        }
        words = words.saturating_sub(BUFFER_BYTES / 4);
        for _ in 0..words {
            self.registers.read(register::RX_DATA);
        }
        // The frame check sequence is stored too.
        let frame_bytes = stored_bytes.checked_sub(4)?;
        (status & RX_DAMAGED == 0 && frame_bytes <= MAX_FRAME_BYTES).then_some(frame_bytes)
    }

    /// Whether a frame of any size fits the transmit FIFO; if not, the chip interrupts when one does.
    fn room_to_send(&self) -> bool {
        if self.room() {
            return true;
        }
        self.registers.write(register::INT_STS, TX_SPACE);
        let causes = RX_STATUS_LEVEL | PHY_CHANGED | TX_SPACE;
        self.registers.write(register::INT_EN, causes);
        self.room()
    }

    /// Throws the statuses of sent frames away, because the chip stops when their FIFO is full, and
    /// looks at the room for frames.
    fn room(&self) -> bool {
        let statuses = self.registers.read(register::TX_FIFO_INF) >> 16 & 0xff;
        for _ in 0..statuses {
            self.registers.read(register::TX_STATUS);
        }
        let free_bytes = self.registers.read(register::TX_FIFO_INF) & 0xffff;
        free_bytes as usize >= MAX_FRAME_BYTES + TX_OVERHEAD_BYTES
    }
}

/// Looks until `done`, a bounded number of times.
fn wait(error: Lan9118Error, mut done: impl FnMut() -> bool) -> Result<(), Lan9118Error> {
    (0..PATIENCE).any(|_| done()).then_some(()).ok_or(error)
}

impl<R: Registers> Driver for Lan9118<'_, R> {
    type RxToken<'a>
        = RxToken<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = TxToken<'a, R>
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
            if !self.frames_waiting() && !self.sleep_unless_frames_wait() {
                return None;
            }
            if let Some(frame_bytes) = self.take_frame() {
                break frame_bytes;
            }
        };
        Some((
            RxToken {
                frame: &mut self.buffers.received[..frame_bytes],
            },
            TxToken {
                registers: &self.registers,
                buffer: &mut self.buffers.sending,
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
            buffer: &mut self.buffers.sending,
        })
    }

    fn link_state(&mut self, context: &mut Context<'_>) -> LinkState {
        self.waker.register(context.waker());
        match self.phy_read(PHY_BASIC_STATUS) {
            Ok(status) if status & PHY_LINK_UP != 0 => LinkState::Up,
            _ => LinkState::Down,
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = MAX_FRAME_BYTES;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

/// A received frame, already out of the chip.
pub struct RxToken<'a> {
    frame: &'a mut [u8],
}

impl embassy_net_driver::RxToken for RxToken<'_> {
    fn consume<T, F: FnOnce(&mut [u8]) -> T>(self, f: F) -> T {
        f(self.frame)
    }
}

/// Room for a frame in the chip's transmit FIFO.
pub struct TxToken<'a, R> {
    registers: &'a R,
    buffer: &'a mut [u8; BUFFER_BYTES],
}

impl<R: Registers> embassy_net_driver::TxToken for TxToken<'_, R> {
    /// # Panics
    /// When `len` is over the driver's `max_transmission_unit`.
    fn consume<T, F: FnOnce(&mut [u8]) -> T>(self, len: usize, f: F) -> T {
        assert!(len <= MAX_FRAME_BYTES, "a frame over the driver's limit");
        let result = f(&mut self.buffer[..len]);
        let frame_bytes = len.max(MIN_FRAME_BYTES);
        self.buffer[len..frame_bytes].fill(0);
        // At most MAX_FRAME_BYTES: the cast keeps the value.
        let length = frame_bytes as u32;
        self.registers
            .write(register::TX_DATA, TX_WHOLE_FRAME | length);
        self.registers.write(register::TX_DATA, length);
        for word in self.buffer[..frame_bytes.next_multiple_of(4)].chunks_exact(4) {
            let word = [word[0], word[1], word[2], word[3]];
            self.registers
                .write(register::TX_DATA, u32::from_le_bytes(word));
        }
        result
    }
}
