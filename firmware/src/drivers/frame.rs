//! The sizes of the frames that the drivers carry, all without the frame check sequence.

use crate::router::config::MAX_MTU_BYTES;

/// The shortest frame on an Ethernet, in bytes: IEEE 802.3-2022, 3.2.8, less the frame check
/// sequence. What is shorter is padded with zeros.
pub const MIN_FRAME_BYTES: usize = 60;

/// The longest frame that the drivers carry, in bytes: the largest packet of any port, behind the
/// Ethernet header (14) and two VLAN tags (2 × 4).
pub const MAX_FRAME_BYTES: usize = MAX_MTU_BYTES as usize + 14 + 2 * 4;

/// The size of a frame's buffer: [`MAX_FRAME_BYTES`] and the frame check sequence of 4 bytes, which
/// chips store behind the frame, rounded up to whole words.
pub const BUFFER_BYTES: usize = (MAX_FRAME_BYTES + 4).next_multiple_of(4);
