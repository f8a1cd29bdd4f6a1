//! Network drivers of the boards, each an [`embassy_net_driver::Driver`] in its own file.
//!
//! A driver talks to its chip through [`Registers`], so that everything but the one memory access
//! itself runs, and is tested, on the host. [`Mmio`] is that access on the board.

mod dma;
mod frame;
mod lan9118;
mod mmio;
mod smartfusion2_emac;

pub use dma::{DescriptorWord, DmaRing, DmaRingMemory, Ring};
pub use frame::{BUFFER_BYTES, MAX_FRAME_BYTES, MIN_FRAME_BYTES};
pub use lan9118::{Lan9118, Lan9118Buffers, Lan9118Error};
pub use mmio::{Mmio, Registers};
pub use smartfusion2_emac::SmartFusion2Emac;
