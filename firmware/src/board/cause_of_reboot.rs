//! Why the box rebooted, in memory that a reboot leaves alone.

use core::fmt;

/// Tells a record from what memory holds after power-on.
const MAGIC: u32 = 0x5ca1_ab1e;
/// What is kept of the message.
const TEXT_BYTES: usize = 240;

/// Where the processor was when it could not go on, and where it had been called from. Zeros are no fault: the
/// interrupt table is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Fault {
    /// The address of the instruction.
    pub at: u32,
    /// The link register.
    pub called_from: u32,
}

/// A record of the last panic or fault, laid out so that it can lie in memory that nobody initialises.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct CauseOfReboot {
    magic: u32,
    fault: Fault,
    len: u32,
    text: [u8; TEXT_BYTES],
    check: u32,
}

impl CauseOfReboot {
    /// A record of nothing.
    pub const NONE: Self = Self {
        magic: 0,
        fault: Fault {
            at: 0,
            called_from: 0,
        },
        len: 0,
        text: [0; TEXT_BYTES],
        check: 0,
    };

    /// A panic: keeps as much of `message` as there is room for.
    pub fn keep(&mut self, message: impl fmt::Display) {
        *self = Self::NONE;
        // `write_str` below never fails: what doesn't fit is cut off.
        let _ = fmt::write(self, format_args!("{message}"));
        self.seal();
    }

    /// A fault.
    pub fn keep_fault(&mut self, fault: Fault) {
        *self = Self {
            fault,
            ..Self::NONE
        };
        self.seal();
    }

    fn seal(&mut self) {
        self.magic = MAGIC;
        self.check = self.checksum();
    }

    /// The message, if there was a panic.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        if !self.is_intact() || self.len == 0 {
            return None;
        }
        let text = self.text.get(..self.len as usize)?;
        match core::str::from_utf8(text) {
            Ok(message) => Some(message),
            // Cut in the middle of a character.
            Err(error) => core::str::from_utf8(text.get(..error.valid_up_to())?).ok(),
        }
    }

    /// The fault, if there was one.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        (self.is_intact() && self.fault != Self::NONE.fault).then_some(self.fault)
    }

    fn is_intact(&self) -> bool {
        self.magic == MAGIC && self.check == self.checksum()
    }

    /// FNV-1a over everything but itself. It has to tell a record from garbage, not from an attack.
    fn checksum(&self) -> u32 {
        let Fault { at, called_from } = self.fault;
        let words = [self.magic, at, called_from, self.len].map(u32::to_le_bytes);
        let bytes = words.as_flattened().iter().chain(&self.text);
        bytes.fold(0x811c_9dc5, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        })
    }
}

impl fmt::Write for CauseOfReboot {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = self.text.get_mut(self.len as usize..).unwrap_or_default();
        let kept = piece.len().min(room.len());
        room[..kept].copy_from_slice(&piece.as_bytes()[..kept]);
        // At most TEXT_BYTES: the cast keeps the value.
        self.len += kept as u32;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    #[test]
    fn the_last_message_kept_is_read_back() {
        let mut cause = CauseOfReboot::NONE;
        assert_eq!(cause.message(), None);
        cause.keep("router.rs:12: index out of bounds");
        assert_eq!(cause.message(), Some("router.rs:12: index out of bounds"));
        cause.keep(format_args!("again, {}", 7));
        assert_eq!(cause.message(), Some("again, 7"));
    }

    #[test]
    fn a_fault_is_told_by_its_addresses_and_without_the_message_before_it() {
        let fault = Fault {
            at: 0x0123_4567,
            called_from: 0x89ab_cdef,
        };
        let mut cause = CauseOfReboot::NONE;
        assert_eq!(cause.fault(), None);
        cause.keep("an older message");
        assert_eq!(cause.fault(), None);
        cause.keep_fault(fault);
        assert_eq!((cause.message(), cause.fault()), (None, Some(fault)));
        cause.fault.at ^= 1;
        assert_eq!(cause.fault(), None);
    }

    #[test]
    fn a_long_message_is_cut_at_a_character() {
        let mut cause = CauseOfReboot::NONE;
        let message = format!("{}é and more", "x".repeat(TEXT_BYTES - 1));
        cause.keep(&message);
        assert_eq!(cause.message(), Some(&message[..TEXT_BYTES - 1]));
    }

    #[test]
    fn memory_as_it_is_after_power_on_is_no_message() {
        let garbage = CauseOfReboot {
            magic: MAGIC,
            fault: CauseOfReboot::NONE.fault,
            len: u32::MAX,
            text: [0xa5; TEXT_BYTES],
            check: 0x1234_5678,
        };
        assert_eq!(garbage.message(), None);
    }

    #[test]
    fn a_flipped_bit_anywhere_in_the_text_is_noticed() {
        for byte in 0..TEXT_BYTES {
            let mut cause = CauseOfReboot::NONE;
            cause.keep("panicked");
            cause.text[byte] ^= 1;
            assert_eq!(cause.message(), None, "byte {byte}");
        }
    }
}
