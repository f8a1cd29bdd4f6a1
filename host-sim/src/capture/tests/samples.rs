//! Captures made by hand.

use crate::capture::ByteOrder;

pub(super) const ORDERS: [ByteOrder; 2] = [ByteOrder::Big, ByteOrder::Little];
pub(super) const ETHERNET: u16 = 1;

pub(super) const MICROSECONDS: u32 = 0xa1b2_c3d4;
pub(super) const NANOSECONDS: u32 = 0xa1b2_3c4d;
pub(super) const MODIFIED: u32 = 0xa1b2_cd34;

pub(super) fn u16_bytes(order: ByteOrder, number: u16) -> [u8; 2] {
    match order {
        ByteOrder::Big => number.to_be_bytes(),
        ByteOrder::Little => number.to_le_bytes(),
    }
}

pub(super) fn u32s(order: ByteOrder, numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| match order {
            ByteOrder::Big => number.to_be_bytes(),
            ByteOrder::Little => number.to_le_bytes(),
        })
        .collect()
}

/// A pcap file header.
pub(super) fn pcap_header(order: ByteOrder, magic: u32, snap_len: u32, link: u32) -> Vec<u8> {
    let mut header = u32s(order, &[magic]);
    header.extend(u16_bytes(order, 2));
    header.extend(u16_bytes(order, 4));
    header.extend(u32s(order, &[0, 0, snap_len, link]));
    header
}

/// A pcap record of second 7, microsecond or nanosecond 9.
pub(super) fn pcap_record(order: ByteOrder, magic: u32, captured: &[u8], original: u32) -> Vec<u8> {
    let mut record = u32s(order, &[7, 9, captured.len() as u32, original]);
    if magic == MODIFIED {
        record.extend(u32s(order, &[2, 0x0800_0400]));
    }
    record.extend(captured);
    record
}

/// A pcapng block around `body`, padded.
pub(super) fn block(order: ByteOrder, block_type: u32, body: &[u8]) -> Vec<u8> {
    let body_len = body.len().next_multiple_of(4);
    let length = 12 + body_len as u32;
    let mut block = u32s(order, &[block_type, length]);
    block.extend(body);
    block.resize(8 + body_len, 0);
    block.extend(u32s(order, &[length]));
    block
}

pub(super) fn section(order: ByteOrder, length: i64) -> Vec<u8> {
    let mut body = u32s(order, &[0x1a2b_3c4d]);
    body.extend(u16_bytes(order, 1));
    body.extend(u16_bytes(order, 0));
    body.extend(match order {
        ByteOrder::Big => length.to_be_bytes(),
        ByteOrder::Little => length.to_le_bytes(),
    });
    block(order, 0x0a0d_0d0a, &body)
}

pub(super) fn interface(
    order: ByteOrder,
    link_type: u16,
    snap_len: u32,
    options: &[u8],
) -> Vec<u8> {
    let mut body = u16_bytes(order, link_type).to_vec();
    body.extend([0, 0]);
    body.extend(u32s(order, &[snap_len]));
    body.extend(options);
    block(order, 1, &body)
}

pub(super) fn option(order: ByteOrder, code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = u16_bytes(order, code).to_vec();
    option.extend(u16_bytes(order, value.len() as u16));
    option.extend(value);
    option.resize(option.len().next_multiple_of(4), 0);
    option
}

/// An Enhanced Packet Block of the time `0x0000_0007_0000_0009`.
pub(super) fn enhanced(
    order: ByteOrder,
    interface: u32,
    captured: &[u8],
    original: u32,
    options: &[u8],
) -> Vec<u8> {
    let mut body = u32s(order, &[interface, 7, 9, captured.len() as u32, original]);
    body.extend(captured);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend(options);
    block(order, 6, &body)
}

/// The Packet Block that the Enhanced one replaced, after 5 drops.
pub(super) fn obsolete(
    order: ByteOrder,
    interface: u16,
    captured: &[u8],
    original: u32,
    options: &[u8],
) -> Vec<u8> {
    let mut body = u16_bytes(order, interface).to_vec();
    body.extend(u16_bytes(order, 5));
    body.extend(u32s(order, &[7, 9, captured.len() as u32, original]));
    body.extend(captured);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend(options);
    block(order, 2, &body)
}

pub(super) fn simple(order: ByteOrder, original: u32, room: &[u8]) -> Vec<u8> {
    let mut body = u32s(order, &[original]);
    body.extend(room);
    block(order, 3, &body)
}

/// A pcapng file with sections of either byte order, every kind of packet block, and blocks that
/// are none: name resolution, statistics, custom, unknown.
pub(super) fn pcapng_of_everything() -> Vec<u8> {
    ORDERS
        .into_iter()
        .flat_map(|order| {
            [
                section(order, -1),
                interface(order, ETHERNET, 0, &option(order, 2, b"eth0")),
                interface(order, 101, 96, &[]),
                enhanced(order, 0, b"enhanced", 8, &option(order, 1, b"comment")),
                enhanced(order, 1, b"cut", 1500, &[]),
                obsolete(order, 1, b"obsolete packet", 15, &[]),
                block(order, 4, &[0; 4]),
                simple(order, 6, b"simple"),
                block(order, 5, &u32s(order, &[0, 7, 9])),
                block(order, 0x0bad, b"custom"),
                block(order, 0x7fff_0001, b""),
            ]
        })
        .flatten()
        .collect()
}
