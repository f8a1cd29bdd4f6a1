//! TCP: which segments are SYNs, and how long their headers are (RFC 9293).

use crate::cursor::{Bytes, Cursor};
use crate::outcome::{Layer, Reason};
use crate::source::Source;
use crate::stop::Stop;

/// The header without options, in bytes.
pub(crate) const FIXED_HEADER_LEN: usize = 20;
pub(crate) const DATA_OFFSET_AT: usize = 12;
pub(crate) const FLAGS_AT: usize = 13;
pub(crate) const CHECKSUM_AT: usize = 16;

pub(crate) const SYN: u8 = 0x02;
const RST: u8 = 0x04;

/// SYN or SYN-ACK, as `--tcp-flags SYN,RST SYN` has it: SYN set and RST clear.
#[inline(always)]
pub(crate) fn is_syn(flags: u8) -> bool {
    flags & (SYN | RST) == SYN
}

/// How long a header says that it is, options included, by the byte that holds its data offset.
#[inline(always)]
pub(crate) fn header_len(data_offset: u8) -> usize {
    usize::from(data_offset >> 4) << 2
}

/// The length of a SYN's header, options included, all of it inside the IP packet.
#[inline(always)]
pub(crate) fn syn_header_len(
    segment: &Cursor<impl Bytes, impl Source>,
    is_fragment: bool,
) -> Result<usize, Stop> {
    let header: &[u8; FIXED_HEADER_LEN] = match segment.header(Layer::Tcp) {
        Err(_) if is_fragment && segment.len() < FIXED_HEADER_LEN => {
            return Err(Stop::Leave(Reason::Fragment));
        }
        header => header?,
    };
    let header_len = header_len(header[DATA_OFFSET_AT]);
    if header_len < FIXED_HEADER_LEN {
        return Err(Stop::short_of(Layer::Tcp, FIXED_HEADER_LEN, header_len));
    }
    if header_len > segment.len() {
        return if is_fragment {
            Err(Stop::Leave(Reason::Fragment))
        } else {
            Err(Stop::short_of(Layer::Tcp, header_len, segment.len()))
        };
    }
    if !is_syn(header[FLAGS_AT]) {
        return Err(Stop::Leave(Reason::NotSyn));
    }
    Ok(header_len)
}

#[cfg(test)]
mod tests {
    use super::is_syn;

    #[test]
    fn syn_and_syn_ack_are_syns_and_syn_rst_is_none() {
        assert!(is_syn(0x02) && is_syn(0x12) && is_syn(0x03));
        assert!(!is_syn(0x06) && !is_syn(0x10) && !is_syn(0x00));
    }
}
