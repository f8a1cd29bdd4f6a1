//! The worst frame that we know, as `worst` in `tests/benches/instructions.rs` builds it: five times Ethernet with
//! three VLAN tags, PPPoE and IPv6 with eight extension headers, one in the other by GRE with all that it can have;
//! then ten MSS options, each of which is lowered in a walk of its own.

const LAYERS: usize = 5;

/// Addresses, three VLAN tags, and PPPoE up to its length.
const LINK: &[u8] =
    b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x81\0\0\x07\x88\xa8\0\x07\x91\0\0\x07\x88\x64\x11\0\0\x01";
const PPP_IPV6: &[u8] = b"\0\x57";
const IPV6_TO_LENGTH: &[u8] = b"\x60\0\0\0";
const IPV6_FROM_NEXT_HEADER: &[u8] = b"\x3c\x40\
    \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02";
/// Destination options behind the next header: padding.
const PADDING: &[u8] = b"\0\x01\x04\0\0\0\0";
const EXTENSION_HEADERS: usize = 8;
const DESTINATION_OPTIONS: u8 = 60;
const GRE: u8 = 47;
const TCP: u8 = 6;
/// With a checksum, a key and a sequence number.
const GRE_HEADER: &[u8] = b"\xb0\0\x65\x58\0\0\0\0\0\0\0\0\0\0\0\0";
const SYN: &[u8] = b"\x9c\x40\0\x50\0\0\0\x01\0\0\0\0\xf0\x02\xfa\xf0\x46\xf8\0\0";
const MSS_OPTIONS: u8 = 10;

const LENGTH_LEN: usize = 2;
const EXTENSION_HEADERS_LEN: usize = EXTENSION_HEADERS * (1 + PADDING.len());
const LAYER_LEN: usize = LINK.len()
    + LENGTH_LEN
    + PPP_IPV6.len()
    + IPV6_TO_LENGTH.len()
    + LENGTH_LEN
    + IPV6_FROM_NEXT_HEADER.len()
    + EXTENSION_HEADERS_LEN;
const SEGMENT_LEN: usize = SYN.len() + 4 * MSS_OPTIONS as usize;

/// How long it is.
pub(crate) const LEN: usize = LAYERS * LAYER_LEN + (LAYERS - 1) * GRE_HEADER.len() + SEGMENT_LEN;

/// Writes it.
pub(crate) fn frame() -> [u8; LEN] {
    let mut frame = Frame {
        bytes: [0; LEN],
        len: 0,
    };
    for inside in (0..LAYERS).rev() {
        let payload_len =
            EXTENSION_HEADERS_LEN + inside * (GRE_HEADER.len() + LAYER_LEN) + SEGMENT_LEN;
        frame.push(LINK);
        let ipv6_header_len = IPV6_TO_LENGTH.len() + LENGTH_LEN + IPV6_FROM_NEXT_HEADER.len();
        frame.push_length(PPP_IPV6.len() + ipv6_header_len + payload_len);
        frame.push(PPP_IPV6);
        frame.push(IPV6_TO_LENGTH);
        frame.push_length(payload_len);
        frame.push(IPV6_FROM_NEXT_HEADER);
        let protocol = if inside == 0 { TCP } else { GRE };
        for left in (0..EXTENSION_HEADERS).rev() {
            frame.push(&[if left == 0 {
                protocol
            } else {
                DESTINATION_OPTIONS
            }]);
            frame.push(PADDING);
        }
        if inside > 0 {
            frame.push(GRE_HEADER);
        }
    }
    frame.push(SYN);
    for option in 0..MSS_OPTIONS {
        frame.push(&[2, 4, 5, 180 + option]);
    }
    frame.bytes
}

struct Frame {
    bytes: [u8; LEN],
    len: usize,
}

impl Frame {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    fn push_length(&mut self, len: usize) {
        // No frame is longer: the cast keeps the value.
        self.push(&(len as u16).to_be_bytes());
    }
}
