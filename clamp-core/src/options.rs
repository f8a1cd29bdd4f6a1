//! The options of a SYN: which MSS they announce, what becomes of it, and how it is lowered (RFC 9293,
//! section 3.2).

use crate::bytes;
use crate::ceiling::Ceiling;
use crate::checksum;
use crate::outcome::{Outcome, Reason};
use crate::tcp::{CHECKSUM_AT, FIXED_HEADER_LEN};

/// Option kinds (IANA, "TCP Option Kind Numbers").
pub(crate) mod kind {
    pub(super) const END_OF_LIST: u8 = 0;
    pub(super) const NO_OPERATION: u8 = 1;
    pub(crate) const MSS: u8 = 2;
    pub(super) const SACK_PERMITTED: u8 = 4;
    pub(super) const TIMESTAMPS: u8 = 8;
    pub(super) const MD5_SIGNATURE: u8 = 19;
    /// Kind, length, two key identifiers: what is shorter is none (RFC 5925, section 2.2).
    pub(super) const AUTHENTICATION: u8 = 29;
}

/// What one walk over the options of a SYN finds.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    /// How many well-formed MSS options there are.
    mss_options: u8,
    /// At which byte of the options the largest MSS is.
    largest_at: u8,
    largest_mss: u16,
    pub(crate) has_authentication: bool,
    pub(crate) has_md5_signature: bool,
}

/// Lowers every MSS above the ceiling in the header of a SYN, if nothing forbids it.
#[inline(never)]
pub(crate) fn clamp(header: &mut [u8], ceiling: Ceiling) -> Outcome {
    if let Some((fixed, options)) = header.split_first_chunk_mut()
        && let Some(value) = usual_mss(options)
        && let Some(to) = ceiling.if_usual()
    {
        let mss = u16::from_be_bytes(*value);
        if mss <= to {
            return Outcome::Fits { mss };
        }
        *value = to.to_be_bytes();
        lower_checksum(fixed, mss, to);
        return Outcome::Clamped { from: mss, to };
    }
    clamp_any(header, ceiling)
}

/// The same for options of any layout: lowers the largest MSS until none is above the ceiling. More
/// than one is rare.
#[inline(never)]
fn clamp_any(header: &mut [u8], ceiling: Ceiling) -> Outcome {
    let Some((fixed, options)) = header.split_first_chunk_mut() else {
        return Outcome::LeftAlone(Reason::Cut);
    };
    let mut found = Options::read(options);
    let outcome = found.judge(ceiling);
    if let Outcome::Clamped { to, .. } = outcome {
        while found.largest_mss > to {
            found.lower(fixed, options, to);
            if found.mss_options == 1 {
                break;
            }
            found = Options::read(options);
        }
    }
    outcome
}

/// The checksum follows an MSS at an even offset that went from `old` to `new`.
#[inline]
fn lower_checksum(fixed: &mut [u8; FIXED_HEADER_LEN], old: u16, new: u16) {
    let field = [fixed[CHECKSUM_AT], fixed[CHECKSUM_AT + 1]];
    let checksum = checksum::after_replacing(u16::from_be_bytes(field), old, new);
    [fixed[CHECKSUM_AT], fixed[CHECKSUM_AT + 1]] = checksum.to_be_bytes();
}

impl Options {
    /// Walks the options as Linux does: past an end of list, over lengths of 0 and 1 byte by byte,
    /// up to an option that runs past the header.
    #[inline(never)]
    pub(crate) fn read(options: &[u8]) -> Self {
        let mut found = Self::default();
        let mut rest = options;
        // A lone byte is no option that says anything.
        while let [kind, len, ..] = *rest {
            let len = match (kind, len) {
                (kind::END_OF_LIST | kind::NO_OPERATION, _) | (_, 0) => 1,
                _ => usize::from(len),
            };
            let Some((option, behind)) = rest.split_at_checked(len) else {
                break;
            };
            match *option {
                [kind::MSS, _, high, low] => {
                    let at = options.len().wrapping_sub(rest.len()).wrapping_add(2);
                    found.note_mss(at, u16::from_be_bytes([high, low]));
                }
                [kind::AUTHENTICATION, _, _, _, ..] => found.has_authentication = true,
                [kind::MD5_SIGNATURE, _, ..] => found.has_md5_signature = true,
                _ => {}
            }
            rest = behind;
        }
        found
    }

    /// There is an MSS at byte `at` of the options.
    #[inline(always)]
    fn note_mss(&mut self, at: usize, mss: u16) {
        if mss >= self.largest_mss {
            self.largest_mss = mss;
            // Options are 40 bytes at most.
            [self.largest_at, ..] = at.to_le_bytes();
        }
        self.mss_options = self.mss_options.wrapping_add(1);
    }

    /// Whether there is a well-formed MSS option.
    #[inline(always)]
    pub(crate) fn has_mss(&self) -> bool {
        self.mss_options != 0
    }

    /// What becomes of a SYN with these options under a ceiling.
    #[inline(always)]
    pub(crate) fn judge(&self, ceiling: Ceiling) -> Outcome {
        if self.has_authentication {
            Outcome::LeftAlone(Reason::TcpAo)
        } else if self.has_mss() {
            ceiling.judge(self.largest_mss)
        } else {
            Outcome::LeftAlone(Reason::NoMss)
        }
    }

    /// Lowers the largest MSS, and the checksum with it.
    #[inline(always)]
    fn lower(&self, fixed: &mut [u8; FIXED_HEADER_LEN], options: &mut [u8], ceiling: u16) {
        let at = usize::from(self.largest_at);
        if let Some(value) = bytes::at_mut(options, at) {
            *value = ceiling.to_be_bytes();
        }
        // At an odd offset a value lies across two words of the sum: its bytes swap places.
        let (old, new) = if at.is_multiple_of(2) {
            (self.largest_mss, ceiling)
        } else {
            (self.largest_mss.swap_bytes(), ceiling.swap_bytes())
        };
        lower_checksum(fixed, old, new);
    }
}

/// A window scale option behind the byte that aligns it.
const WINDOW_SCALE: u32 = 0x01_03_03;

/// The value of the MSS option in options as Linux and Android write them: a look at three words in
/// place of a walk.
#[inline(always)]
fn usual_mss(options: &mut [u8]) -> Option<&mut [u8; 2]> {
    let options: &mut [u8; 20] = options.try_into().ok()?;
    let [mss, sack_and_timestamps, _, _, window_scale] = options.as_chunks_mut().0 else {
        return None;
    };
    let is_usual = mss.starts_with(&[kind::MSS, 4])
        && *sack_and_timestamps == [kind::SACK_PERMITTED, 2, kind::TIMESTAMPS, 10]
        && u32::from_be_bytes(*window_scale) >> 8 == WINDOW_SCALE;
    if is_usual { mss.last_chunk_mut() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Options, usual_mss};

    impl Options {
        fn mss(&self) -> Option<u16> {
            self.has_mss().then_some(self.largest_mss)
        }
    }

    #[test]
    fn the_usual_options_and_all_that_differ_in_one_byte_read_as_the_walk_reads_them() {
        let usual = [
            2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7,
        ];
        let mut at_a_look = 0;
        for at in 0..usual.len() {
            for byte in 0..=u8::MAX {
                let mut options = usual;
                options[at] = byte;
                let walked = Options::read(&options);
                if let Some(value) = usual_mss(&mut options) {
                    assert_eq!(walked.mss(), Some(u16::from_be_bytes(*value)));
                    assert_eq!((walked.mss_options, walked.has_authentication), (1, false));
                    at_a_look += 1;
                }
            }
        }
        // Any MSS, any timestamps, any scale; and the usual one once for each byte that has to be so.
        assert_eq!(at_a_look, (2 + 8 + 1) * 256 + 9);
        assert_eq!(usual_mss(&mut [0; 24]), None);
    }

    #[test]
    fn the_walk_goes_on_past_an_end_of_list() {
        assert_eq!(Options::read(&[0, 2, 4, 5, 180, 0, 0, 0]).mss(), Some(1460));
    }

    #[test]
    fn lengths_of_0_and_1_advance_one_byte() {
        let odd = [8, 0, 8, 1, 2, 4, 5, 180];
        assert_eq!(Options::read(&odd).mss(), Some(1460));
    }

    #[test]
    fn a_kind_2_of_another_length_is_skipped_by_its_length() {
        let short_then_right = [2, 3, 9, 2, 4, 5, 180, 0];
        assert_eq!(Options::read(&short_then_right).mss(), Some(1460));
        assert_eq!(Options::read(&[2, 6, 5, 180, 2, 4, 0, 0]).mss(), None);
    }

    #[test]
    fn an_option_past_the_header_ends_the_walk_and_what_came_before_counts() {
        let cut = [2, 4, 5, 180, 8, 10, 2, 4];
        assert_eq!(Options::read(&cut).mss(), Some(1460));
        assert_eq!(Options::read(&[1, 1, 1, 2]).mss(), None, "a lone kind");
    }

    #[test]
    fn the_largest_of_several_counts() {
        let two = [2, 4, 5, 172, 2, 4, 5, 180];
        assert_eq!(Options::read(&two).mss(), Some(1460));
    }

    #[test]
    fn tcp_ao_counts_from_4_bytes_on() {
        assert!(Options::read(&[29, 4, 1, 1]).has_authentication);
        assert!(!Options::read(&[29, 3, 1, 1]).has_authentication);
        assert!(
            !Options::read(&[29, 8, 1, 1]).has_authentication,
            "runs past the header"
        );
    }
}
