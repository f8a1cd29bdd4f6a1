//! Cutting an IPv4 packet into fragments that fit the way out (RFC 791, section 3.2).

use super::bytes::{array_at, length_field, put, u8_at};
use super::checksum::Sum;
use super::ipv4::{CHECKSUM_AT, Ipv4Header, MIN_HEADER_LEN, MORE_FRAGMENTS, OFFSET_MASK};

/// The longest IPv4 header.
const MAX_HEADER_LEN: usize = 60;

/// A fragment's header; its payload stays where it is.
#[derive(Clone, Copy)]
pub(crate) struct FragmentHeader {
    bytes: [u8; MAX_HEADER_LEN],
    len: usize,
}

impl FragmentHeader {
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// The fragments of `packet`, each with at most `mtu_bytes`, in order.
pub(crate) fn fragments<'a>(
    packet: &'a [u8],
    header: &Ipv4Header,
    mtu_bytes: u16,
) -> impl Iterator<Item = (FragmentHeader, &'a [u8])> {
    let payload = packet.get(header.header_len..).unwrap_or_default();
    let first = first_header(packet, header);
    let later = later_header(packet);
    let fragment = header.fragment;
    let mut at = 0_usize;
    core::iter::from_fn(move || {
        let rest = payload.get(at..).filter(|rest| !rest.is_empty())?;
        let mut header = if at == 0 { first } else { later };
        let room = usize::from(mtu_bytes).checked_sub(header.len)?;
        let (len, more) = if rest.len() <= room {
            (rest.len(), fragment & MORE_FRAGMENTS)
        } else {
            (room & !7, MORE_FRAGMENTS)
        };
        let data = rest.get(..len).filter(|data| !data.is_empty())?;
        let blocks = length_field(at >> 3).wrapping_add(fragment & OFFSET_MASK);
        let total_len = header.len.saturating_add(len);
        put(&mut header.bytes, 2, length_field(total_len).to_be_bytes());
        put(
            &mut header.bytes,
            6,
            (more | blocks & OFFSET_MASK).to_be_bytes(),
        );
        put(&mut header.bytes, CHECKSUM_AT, [0, 0]);
        let checksum = Sum::default().bytes(header.as_slice()).checksum();
        put(&mut header.bytes, CHECKSUM_AT, checksum.to_be_bytes());
        at = at.saturating_add(len);
        Some((header, data))
    })
}

/// The first fragment keeps all options.
fn first_header(packet: &[u8], header: &Ipv4Header) -> FragmentHeader {
    let mut bytes = [0; MAX_HEADER_LEN];
    for (to, from) in bytes.iter_mut().zip(packet.iter().take(header.header_len)) {
        *to = *from;
    }
    let len = header.header_len;
    FragmentHeader { bytes, len }
}

/// The later ones keep those with the copied flag (RFC 791, section 3.1).
fn later_header(packet: &[u8]) -> FragmentHeader {
    let mut bytes = [0; MAX_HEADER_LEN];
    let fixed: [u8; MIN_HEADER_LEN] = array_at(packet, 0).unwrap_or_default();
    put(&mut bytes, 0, fixed);
    let header_len = usize::from(fixed[0] & 0x0f).wrapping_mul(4);
    let options = packet.get(MIN_HEADER_LEN..header_len).unwrap_or_default();
    let mut len = MIN_HEADER_LEN;
    let mut at = 0_usize;
    while let Some(kind) = u8_at(options, at).filter(|kind| *kind != 0) {
        let option_len = match kind {
            1 => 1,
            _ => match u8_at(options, at.saturating_add(1)) {
                Some(option_len) if option_len >= 2 => usize::from(option_len),
                _ => break,
            },
        };
        let end = at.saturating_add(option_len);
        if kind & 0x80 != 0 {
            for byte in options.get(at..end).unwrap_or_default() {
                put(&mut bytes, len, [*byte]);
                len = len.saturating_add(1);
            }
        }
        at = end;
    }
    // Padded to whole words with end-of-list options, which are zeros.
    let len = len.next_multiple_of(4).min(MAX_HEADER_LEN);
    let words = u8::try_from(len >> 2).unwrap_or(5);
    put(&mut bytes, 0, [0x40 | words]);
    FragmentHeader { bytes, len }
}
