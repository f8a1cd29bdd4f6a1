//! TCP: which segments are SYNs, where their MSS options are, and how they are lowered (RFC 9293).

use crate::checksum;
use crate::cursor::Cursor;
use crate::outcome::{Layer, Outcome, Reason};
use crate::word;

/// The header without options, in bytes.
pub(crate) const FIXED_HEADER_LEN: usize = 20;
pub(crate) const FLAGS_AT: usize = 13;
const DATA_OFFSET_AT: usize = 12;
const CHECKSUM_AT: usize = 16;
/// One in the data offset, which counts words of 4 bytes.
const ONE_WORD_MORE: u16 = 0x1000;
/// How long an MSS option is, in bytes (RFC 9293, section 3.2).
pub(crate) const MSS_OPTION_LEN: u16 = 4;

const SYN: u8 = 0x02;
const RST: u8 = 0x04;

/// TCP option kinds (IANA, "TCP Option Kind Numbers").
mod option {
    pub(super) const END_OF_LIST: u8 = 0;
    pub(super) const NO_OPERATION: u8 = 1;
    pub(super) const MSS: u8 = 2;
    pub(super) const MD5_SIGNATURE: u8 = 19;
    /// Kind, length, two key identifiers: what is shorter is none (RFC 5925, section 2.2).
    pub(super) const AUTHENTICATION: u8 = 29;
}

/// SYN or SYN-ACK, as `--tcp-flags SYN,RST SYN` has it: SYN set and RST clear.
pub(crate) fn is_syn(flags: u8) -> bool {
    flags & (SYN | RST) == SYN
}

/// The length of a SYN's header, options included, all of it inside the IP packet.
#[inline(always)]
pub(crate) fn syn_header_len(segment: &mut Cursor<'_>, is_fragment: bool) -> Option<usize> {
    if is_fragment && segment.len() < FIXED_HEADER_LEN {
        return segment.leave(Reason::Fragment);
    }
    let header: &[u8; FIXED_HEADER_LEN] = segment.header(Layer::Tcp)?;
    let header_len = usize::from(header[12] >> 4) << 2;
    if header_len < FIXED_HEADER_LEN {
        return segment.too_short(Layer::Tcp, FIXED_HEADER_LEN, header_len);
    }
    if header_len > segment.len() {
        return if is_fragment {
            segment.leave(Reason::Fragment)
        } else {
            segment.too_short(Layer::Tcp, header_len, segment.len())
        };
    }
    if !is_syn(header[FLAGS_AT]) {
        return segment.leave(Reason::NotSyn);
    }
    Some(header_len)
}

/// What one walk over a SYN's options finds.
#[derive(Default)]
pub(crate) struct Options {
    /// The largest MSS of all well-formed MSS options, if there is one.
    largest_mss: u16,
    /// Where in the header they end: bit `n` for byte `n`.
    mss_ends_at: u64,
    pub(crate) has_authentication: bool,
    pub(crate) has_md5_signature: bool,
}

impl Options {
    /// Walks the options as Linux does: past an end of list, over lengths of 0 and 1 byte by byte,
    /// up to an option that runs past the header.
    #[inline(always)]
    pub(crate) fn read(header: &[u8]) -> Self {
        let mut found = Self::default();
        let mut rest = header.get(FIXED_HEADER_LEN..).unwrap_or_default();
        while let [kind, tail @ ..] = rest {
            if matches!(*kind, option::END_OF_LIST | option::NO_OPERATION) {
                rest = tail;
                continue;
            }
            let [len, ..] = tail else {
                break;
            };
            if *len < 2 {
                rest = tail;
                continue;
            }
            let Some((option, behind)) = rest.split_at_checked(usize::from(*len)) else {
                break;
            };
            match *option {
                [option::MSS, _, high, low] => {
                    let mss = u16::from_be_bytes([high, low]);
                    found.largest_mss = found.largest_mss.max(mss);
                    // Headers are 60 bytes at most.
                    let end = header.len().wrapping_sub(behind.len());
                    found.mss_ends_at |= 1 << (end & 63);
                }
                [option::AUTHENTICATION, _, _, _, ..] => found.has_authentication = true,
                [option::MD5_SIGNATURE, ..] => found.has_md5_signature = true,
                _ => {}
            }
            rest = behind;
        }
        found
    }

    /// The largest MSS of all well-formed MSS options.
    #[inline(always)]
    pub(crate) fn largest_mss(&self) -> Option<u16> {
        (self.mss_ends_at != 0).then_some(self.largest_mss)
    }

    /// What becomes of a SYN with these options under a ceiling.
    #[inline(always)]
    pub(crate) fn judge(&self, ceiling: Option<u16>) -> Outcome {
        if self.has_authentication {
            return Outcome::LeftAlone(Reason::TcpAo);
        }
        match (self.largest_mss(), ceiling) {
            (None, _) => Outcome::LeftAlone(Reason::NoMss),
            (_, None) => Outcome::LeftAlone(Reason::NoCeiling),
            (Some(mss), Some(ceiling)) if mss <= ceiling => Outcome::Fits { mss },
            (_, Some(ceiling)) if ceiling < crate::MIN_MSS => {
                Outcome::LeftAlone(Reason::CeilingTooLow)
            }
            (Some(from), Some(to)) => Outcome::Clamped { from, to },
        }
    }

    /// Lowers every MSS above the ceiling to it, in the header that was read.
    #[inline(always)]
    pub(crate) fn lower(&self, header: &mut [u8], ceiling: u16) {
        let mut ends_at = self.mss_ends_at;
        while ends_at != 0 {
            let end = ends_at.trailing_zeros();
            ends_at &= ends_at.wrapping_sub(1);
            let at = usize::try_from(end.wrapping_sub(2)).unwrap_or(0);
            let Some(value) = word::at_mut(header, at) else {
                return;
            };
            let mss = u16::from_be_bytes(*value);
            if mss <= ceiling {
                continue;
            }
            *value = ceiling.to_be_bytes();
            // At an odd offset a value lies across two words of the sum: its bytes swap places.
            if at.is_multiple_of(2) {
                checksum::update(header, CHECKSUM_AT, mss, ceiling);
            } else {
                checksum::update(header, CHECKSUM_AT, mss.swap_bytes(), ceiling.swap_bytes());
            }
        }
    }
}

/// Inserts an MSS option right behind the fixed header, in a SYN without payload that fills all of
/// `segment` but its last [`MSS_OPTION_LEN`] bytes.
pub(crate) fn insert_mss(segment: &mut [u8], mss: u16) {
    let [high, low] = mss.to_be_bytes();
    let mut option = [option::MSS, 4, high, low];
    if let Some((_, options)) = segment.split_at_mut_checked(FIXED_HEADER_LEN) {
        // The options are whole words: each takes the place of the next one.
        for word in options.as_chunks_mut().0 {
            core::mem::swap(word, &mut option);
        }
    }
    let old_len = u16::try_from(segment.len())
        .unwrap_or(u16::MAX)
        .wrapping_sub(MSS_OPTION_LEN);
    if let Some(offset_and_flags) = word::at_mut(segment, DATA_OFFSET_AT) {
        let old = u16::from_be_bytes(*offset_and_flags);
        let new = old.wrapping_add(ONE_WORD_MORE);
        *offset_and_flags = new.to_be_bytes();
        checksum::update(segment, CHECKSUM_AT, old, new);
    }
    // The pseudo-header has the length of the segment (RFC 9293, section 3.1).
    let new_len = old_len.wrapping_add(MSS_OPTION_LEN);
    checksum::update(segment, CHECKSUM_AT, old_len, new_len);
    checksum::update(
        segment,
        CHECKSUM_AT,
        0,
        u16::from_be_bytes([option::MSS, 4]),
    );
    checksum::update(segment, CHECKSUM_AT, 0, mss);
}

#[cfg(test)]
mod tests {
    use super::{FIXED_HEADER_LEN, Options, is_syn};

    fn read(options: &[u8]) -> Options {
        let mut header = [0; 60];
        let end = FIXED_HEADER_LEN + options.len();
        header[FIXED_HEADER_LEN..end].copy_from_slice(options);
        Options::read(&header[..end])
    }

    #[test]
    fn syn_and_syn_ack_are_syns_and_syn_rst_is_none() {
        assert!(is_syn(0x02) && is_syn(0x12) && is_syn(0x03));
        assert!(!is_syn(0x06) && !is_syn(0x10) && !is_syn(0x00));
    }

    #[test]
    fn the_walk_goes_on_past_an_end_of_list() {
        assert_eq!(read(&[0, 2, 4, 5, 180, 0, 0, 0]).largest_mss(), Some(1460));
    }

    #[test]
    fn lengths_of_0_and_1_advance_one_byte() {
        let odd = [8, 0, 8, 1, 2, 4, 5, 180];
        assert_eq!(read(&odd).largest_mss(), Some(1460));
    }

    #[test]
    fn a_kind_2_of_another_length_is_skipped_by_its_length() {
        let short_then_right = [2, 3, 9, 2, 4, 5, 180, 0];
        assert_eq!(read(&short_then_right).largest_mss(), Some(1460));
        assert_eq!(read(&[2, 6, 5, 180, 2, 4, 0, 0]).largest_mss(), None);
    }

    #[test]
    fn an_option_past_the_header_ends_the_walk_and_what_came_before_counts() {
        let cut = [2, 4, 5, 180, 8, 10, 2, 4];
        assert_eq!(read(&cut).largest_mss(), Some(1460));
        assert_eq!(read(&[1, 1, 1, 2]).largest_mss(), None, "a lone kind");
    }

    #[test]
    fn the_largest_of_several_counts() {
        let two = [2, 4, 5, 172, 2, 4, 5, 180];
        assert_eq!(read(&two).largest_mss(), Some(1460));
    }

    #[test]
    fn tcp_ao_counts_from_4_bytes_on() {
        assert!(read(&[29, 4, 1, 1]).has_authentication);
        assert!(!read(&[29, 3, 1, 1]).has_authentication);
        assert!(
            !read(&[29, 8, 1, 1]).has_authentication,
            "runs past the header"
        );
    }
}
