//! IPv4 headers (RFC 791).

use core::net::Ipv4Addr;

use super::bytes::{array_at, put, u8_at};
use super::checksum::{Change, Sum};
use super::counters::Drop;
use super::ip::Piece;

pub(crate) const MIN_HEADER_LEN: usize = 20;
const IDENTIFICATION_AT: usize = 4;
const TTL_AT: usize = 8;
pub(crate) const CHECKSUM_AT: usize = 10;
pub(crate) const SOURCE_AT: usize = 12;
pub(crate) const DESTINATION_AT: usize = 16;
pub(crate) const DONT_FRAGMENT: u16 = 0x4000;
pub(crate) const MORE_FRAGMENTS: u16 = 0x2000;
pub(crate) const OFFSET_MASK: u16 = 0x1fff;

/// What a header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ipv4Header {
    pub(crate) header_len: usize,
    pub(crate) total_len: usize,
    pub(crate) identification: u16,
    /// Flags and fragment offset, as in the header.
    pub(crate) fragment: u16,
    pub(crate) ttl: u8,
    pub(crate) protocol: u8,
    pub(crate) source: Ipv4Addr,
    pub(crate) destination: Ipv4Addr,
}

impl Ipv4Header {
    /// Reads the header and holds it to its lengths, which `there` bytes have to satisfy.
    fn read_fields(packet: &[u8], there: usize) -> Option<Self> {
        let fixed: [u8; MIN_HEADER_LEN] = array_at(packet, 0)?;
        let header_len = usize::from(fixed[0] & 0x0f).wrapping_mul(4);
        let total_len = usize::from(u16::from_be_bytes([fixed[2], fixed[3]]));
        let sound = fixed[0] >> 4 == 4
            && header_len >= MIN_HEADER_LEN
            && header_len <= total_len
            && total_len <= there;
        sound.then(|| Self {
            header_len,
            total_len,
            identification: u16::from_be_bytes([fixed[4], fixed[5]]),
            fragment: u16::from_be_bytes([fixed[6], fixed[7]]),
            ttl: fixed[8],
            protocol: fixed[9],
            source: Ipv4Addr::new(fixed[12], fixed[13], fixed[14], fixed[15]),
            destination: Ipv4Addr::new(fixed[16], fixed[17], fixed[18], fixed[19]),
        })
    }

    /// Reads the header of a packet that came in, with its checksum and options.
    pub(crate) fn read(packet: &[u8]) -> Result<Self, Drop> {
        let header = Self::read_fields(packet, packet.len()).ok_or(Drop::MalformedIpv4)?;
        let bytes = packet.get(..header.header_len).ok_or(Drop::MalformedIpv4)?;
        if !Sum::default().bytes(bytes).is_right() {
            return Err(Drop::Ipv4HeaderChecksum);
        }
        // The last fragment may not end past 65535 (RFC 791, section 3.2).
        let end = header.fragment_offset().saturating_add(header.total_len);
        if end.saturating_sub(header.header_len) > 65_515 {
            return Err(Drop::MalformedIpv4);
        }
        if header.header_len > MIN_HEADER_LEN && has_source_route(bytes) {
            return Err(Drop::SourceRoute);
        }
        Ok(header)
    }

    /// Reads the header of a packet that an ICMP error quotes: cut short as a rule, and with a
    /// checksum that a router on the way may have left as it was.
    pub(crate) fn read_quoted(quote: &[u8]) -> Option<Self> {
        let header = Self::read_fields(quote, usize::MAX)?;
        (header.header_len <= quote.len()).then_some(header)
    }

    pub(crate) fn dont_fragment(&self) -> bool {
        self.fragment & DONT_FRAGMENT != 0
    }

    /// Whether it is one piece, and will stay one (RFC 6864, section 4): nobody looks at its identification.
    pub(crate) fn is_atomic(&self) -> bool {
        self.fragment & (DONT_FRAGMENT | MORE_FRAGMENTS | OFFSET_MASK) == DONT_FRAGMENT
    }

    /// Where this fragment's payload lies in the datagram's, in bytes.
    pub(crate) fn fragment_offset(&self) -> usize {
        usize::from(self.fragment & OFFSET_MASK).wrapping_mul(8)
    }

    pub(crate) fn piece(&self) -> Piece {
        if self.fragment & OFFSET_MASK != 0 {
            Piece::Later
        } else if self.fragment & MORE_FRAGMENTS != 0 {
            Piece::First
        } else {
            Piece::Whole
        }
    }
}

/// What the header says of a whole packet of TCP or UDP, without options and with hops left, as nearly all are.
#[derive(Clone, Copy)]
pub(crate) struct PlainHeader {
    pub(crate) total_len: usize,
    pub(crate) identification: u16,
    pub(crate) is_atomic: bool,
    pub(crate) protocol: u8,
    pub(crate) source: Ipv4Addr,
    pub(crate) destination: Ipv4Addr,
}

impl PlainHeader {
    /// Reads the header; `None` when it is another, or isn't right.
    // Every packet comes here, once.
    #[inline(always)]
    pub(crate) fn read(packet: &[u8]) -> Option<Self> {
        let header: &[u8; MIN_HEADER_LEN] = packet.first_chunk()?;
        let total_len = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let fragment = u16::from_be_bytes([header[6], header[7]]);
        let is_plain = header[0] == 0x45
            && (MIN_HEADER_LEN..=packet.len()).contains(&total_len)
            && fragment & (MORE_FRAGMENTS | OFFSET_MASK) == 0
            && header[TTL_AT] > 1
            && matches!(header[9], super::ip::TCP | super::ip::UDP)
            && Sum::of_words(header).is_right();
        is_plain.then(|| Self {
            total_len,
            identification: u16::from_be_bytes([header[4], header[5]]),
            is_atomic: fragment & DONT_FRAGMENT != 0,
            protocol: header[9],
            source: Ipv4Addr::new(header[12], header[13], header[14], header[15]),
            destination: Ipv4Addr::new(header[16], header[17], header[18], header[19]),
        })
    }
}

/// Whether the options hold a loose or strict source route (RFC 791, section 3.1).
fn has_source_route(header: &[u8]) -> bool {
    let mut at = MIN_HEADER_LEN;
    // An option has at least one byte, and a header at most 40 of them.
    for _ in 0..40 {
        let len = match u8_at(header, at) {
            None | Some(0) => return false,
            Some(1) => 1,
            Some(131 | 137) => return true,
            Some(_) => match u8_at(header, at.saturating_add(1)) {
                Some(len) if len >= 2 => usize::from(len),
                _ => return false,
            },
        };
        at = at.saturating_add(len);
    }
    false
}

/// Takes one off the TTL, which the caller has seen to be above 1.
pub(crate) fn decrement_ttl(packet: &mut [u8]) {
    let Some(header) = packet.first_chunk_mut::<MIN_HEADER_LEN>() else {
        return;
    };
    let old = u16::from_be_bytes([header[TTL_AT], header[9]]);
    header[TTL_AT] = header[TTL_AT].saturating_sub(1);
    let new = u16::from_be_bytes([header[TTL_AT], header[9]]);
    update_header_checksum(header, Change::default().word(old, new));
}

/// Writes another identification; returns how the header changed.
pub(crate) fn put_identification(header: &mut [u8; MIN_HEADER_LEN], old: u16, new: u16) -> Change {
    put(header, IDENTIFICATION_AT, new.to_be_bytes());
    Change::default().word(old, new)
}

/// The same, and updates the header's checksum.
pub(crate) fn replace_identification(packet: &mut [u8], old: u16, new: u16) {
    if let Some(header) = packet.first_chunk_mut::<MIN_HEADER_LEN>() {
        let change = put_identification(header, old, new);
        update_header_checksum(header, change);
    }
}

/// Writes another address, at `at`, takes one off the TTL, and updates the checksum for both and for `change`, which
/// is what else has changed, the address included.
#[inline(always)]
pub(crate) fn put_address_and_decrement_ttl(
    header: &mut [u8; MIN_HEADER_LEN],
    at: usize,
    new: Ipv4Addr,
    change: Change,
) {
    put(header, at, new.octets());
    let old = u16::from_be_bytes([header[TTL_AT], header[9]]);
    header[TTL_AT] = header[TTL_AT].saturating_sub(1);
    let new = u16::from_be_bytes([header[TTL_AT], header[9]]);
    update_header_checksum(header, change.word(old, new));
}

/// Writes another source or destination address, at `at`, and its header checksum.
pub(crate) fn put_address(
    header: &mut [u8; MIN_HEADER_LEN],
    at: usize,
    old: Ipv4Addr,
    new: Ipv4Addr,
) {
    put(header, at, new.octets());
    update_header_checksum(header, Change::default().address(old, new));
}

#[inline(always)]
fn update_header_checksum(header: &mut [u8; MIN_HEADER_LEN], change: Change) {
    let old = u16::from_be_bytes([header[CHECKSUM_AT], header[11]]);
    [header[CHECKSUM_AT], header[11]] = change.applied_to(old).to_be_bytes();
}

/// The header of a packet of the router's own.
pub(crate) fn new_header(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    protocol: u8,
    payload_len: usize,
) -> [u8; MIN_HEADER_LEN] {
    let mut header = [0; MIN_HEADER_LEN];
    let total_len = payload_len.saturating_add(MIN_HEADER_LEN);
    header[0] = 0x45;
    put(
        &mut header,
        2,
        super::bytes::length_field(total_len).to_be_bytes(),
    );
    // An atomic datagram needs no identification (RFC 6864, section 4.1).
    put(&mut header, 6, DONT_FRAGMENT.to_be_bytes());
    header[8] = 64;
    header[9] = protocol;
    put(&mut header, SOURCE_AT, source.octets());
    put(&mut header, DESTINATION_AT, destination.octets());
    let checksum = Sum::default().bytes(&header).checksum();
    put(&mut header, CHECKSUM_AT, checksum.to_be_bytes());
    header
}
