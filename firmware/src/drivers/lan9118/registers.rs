//! The chip's registers, and what their bits mean; sections are the datasheet's.

/// System control and status registers: section 5.3 (FIFO ports: section 5.2).
pub(super) mod register {
    pub(crate) const RX_DATA: usize = 0x00;
    pub(crate) const TX_DATA: usize = 0x20;
    pub(crate) const RX_STATUS: usize = 0x40;
    pub(crate) const TX_STATUS: usize = 0x48;
    pub(crate) const ID_REV: usize = 0x50;
    pub(crate) const IRQ_CFG: usize = 0x54;
    pub(crate) const INT_STS: usize = 0x58;
    pub(crate) const INT_EN: usize = 0x5c;
    pub(crate) const BYTE_TEST: usize = 0x64;
    pub(crate) const FIFO_INT: usize = 0x68;
    pub(crate) const TX_CFG: usize = 0x70;
    pub(crate) const HW_CFG: usize = 0x74;
    pub(crate) const RX_FIFO_INF: usize = 0x7c;
    pub(crate) const TX_FIFO_INF: usize = 0x80;
    pub(crate) const PMT_CTRL: usize = 0x84;
    pub(crate) const MAC_CSR_CMD: usize = 0xa4;
    pub(crate) const MAC_CSR_DATA: usize = 0xa8;
}

/// MAC registers, behind `MAC_CSR_CMD`: section 5.4.
pub(super) mod mac {
    pub(crate) const MAC_CR: u32 = 1;
    pub(crate) const ADDRH: u32 = 2;
    pub(crate) const ADDRL: u32 = 3;
    pub(crate) const MII_ACC: u32 = 6;
    pub(crate) const MII_DATA: u32 = 7;
}

/// BYTE_TEST reads this from a chip that is there and whose bus has the right byte order.
pub(super) const BYTE_ORDER: u32 = 0x8765_4321;
/// ID_REV, upper half.
pub(super) const CHIP_ID: u32 = 0x0118;
/// HW_CFG: soft reset; transmit FIFO of 5 KiB; "must be one".
pub(super) const SOFT_RESET: u32 = 1;
pub(super) const TX_FIFO_5_KIB: u32 = 5 << 16;
pub(super) const MUST_BE_ONE: u32 = 1 << 20;
/// PMT_CTRL: the chip answers.
pub(super) const READY: u32 = 1;
/// IRQ_CFG: interrupts on, active high, push-pull.
pub(super) const IRQ_PUSH_PULL_HIGH: u32 = 0x111;
/// INT_STS and INT_EN.
pub(super) const RX_STATUS_LEVEL: u32 = 1 << 3;
pub(super) const TX_SPACE: u32 = 1 << 9;
pub(super) const PHY_CHANGED: u32 = 1 << 18;
/// FIFO_INT: transmit space is reported from 32 × 64 bytes on, received frames from the first on.
pub(super) const FIFO_LEVELS: u32 = 32 << 24;
/// TX_CFG: transmitter on.
pub(super) const TX_ON: u32 = 1 << 1;
/// MAC_CR: full duplex, all multicast frames passed, transmitter on, receiver on.
pub(super) const MAC_ON: u32 = 1 << 20 | 1 << 19 | 1 << 3 | 1 << 2;
/// MAC_CSR_CMD: busy, and read instead of write.
pub(super) const MAC_BUSY: u32 = 1 << 31;
pub(super) const MAC_READ: u32 = 1 << 30;
/// RX status (3.13.3): runt, late collision, CRC error. Not the summary bit 15: it includes "too long",
/// which every full-size frame with a VLAN tag is, and which says nothing against it.
pub(super) const RX_DAMAGED: u32 = 1 << 11 | 1 << 6 | 1 << 1;
/// TX command A (3.12.2): first and last piece of its frame.
pub(super) const TX_WHOLE_FRAME: u32 = 1 << 13 | 1 << 12;
/// The chip's own PHY, its basic status and its interrupt source register (5.5).
pub(super) const PHY_ADDRESS: u32 = 1;
pub(super) const PHY_BASIC_STATUS: u32 = 1;
pub(super) const PHY_INTERRUPT_SOURCE: u32 = 29;
pub(super) const PHY_INTERRUPT_MASK: u32 = 30;
pub(super) const PHY_LINK_UP: u32 = 1 << 2;
/// PHY interrupts: link down, autonegotiation complete.
pub(super) const PHY_LINK_CHANGES: u32 = 1 << 4 | 1 << 6;
