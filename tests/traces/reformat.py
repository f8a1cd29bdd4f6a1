#!/usr/bin/env python3
"""Writes a capture in the file formats that no tool at hand writes.

    reformat.py big-endian IN OUT                  classic pcap, the other byte order
    reformat.py every-block-big-endian IN OUT      pcapng with every kind of block, big-endian
    reformat.py every-block-little-endian IN OUT   the same, little-endian
    reformat.py neutral IN OUT                     pcapng without the names of the machine that made it

IN is a classic pcap file, and a little-endian pcapng file for `neutral`. The pcapng block types are those of
draft-ietf-opsawg-pcapng.
"""

import struct
import sys

import capture

SECTION, INTERFACE, OBSOLETE_PACKET, SIMPLE_PACKET = 0x0A0D0D0A, 1, 2, 3
NAME_RESOLUTION, STATISTICS, ENHANCED_PACKET = 4, 5, 6
CUSTOM, CUSTOM_NOT_COPIED, UNKNOWN = 0x0BAD, 0x40000BAD, 0x00005EED
BYTE_ORDER_MAGIC = 0x1A2B3C4D
EXAMPLE_ENTERPRISE = 32473  # RFC 5612

END, COMMENT = 0, 1
SECTION_HARDWARE, SECTION_SYSTEM, SECTION_APPLICATION = 2, 3, 4
INTERFACE_NAME, INTERFACE_TIME_UNIT, INTERFACE_SYSTEM, INTERFACE_HARDWARE = 2, 9, 12, 15
PACKET_FLAGS = 2
STATISTICS_RECEIVED = 4


def fill(data):
    return data + bytes(-len(data) % 4)


class Writer:
    def __init__(self, order):
        self.order = order
        self.content = b""

    def pack(self, layout, *values):
        return struct.pack(self.order + layout, *values)

    def block(self, kind, body):
        length = len(body) + 12
        self.content += self.pack("II", kind, length) + body + self.pack("I", length)

    def options(self, *pairs):
        written = b"".join(self.pack("HH", code, len(value)) + fill(value) for code, value in pairs)
        return written + self.pack("HH", END, 0)


def every_block(source, order):
    """Packets take turns in enhanced, obsolete and simple packet blocks, other blocks between them."""
    writer = Writer(order)
    pack, options = writer.pack, writer.options
    section_length_unknown = 2**64 - 1
    section = pack("IHHQ", BYTE_ORDER_MAGIC, 1, 0, section_length_unknown)
    writer.block(SECTION, section + options((COMMENT, b"every kind of block"), (SECTION_APPLICATION, b"reformat.py")))
    for name in (b"first", b"second"):
        described = options((INTERFACE_NAME, name), (INTERFACE_TIME_UNIT, bytes([6])))
        writer.block(INTERFACE, pack("HHI", source.link_type, 0, capture.SNAP_LENGTH_BYTES) + described)
    address = bytes([192, 0, 2, 2]) + b"client.example\0"
    writer.block(NAME_RESOLUTION, pack("HH", 1, len(address)) + fill(address) + pack("HH", 0, 0))
    for number, record in enumerate(source.records):
        ticks = record.seconds * 1_000_000 + record.fraction
        captured, data = len(record.data), fill(record.data)
        time_and_lengths = (ticks >> 32, ticks & 0xFFFFFFFF, captured, record.wire_bytes)
        if number % 3 == 0:
            about = options((COMMENT, b"packet %d" % number), (PACKET_FLAGS, pack("I", 1)))
            writer.block(ENHANCED_PACKET, pack("5I", number % 2, *time_and_lengths) + data + about)
        elif number % 3 == 1:
            drops_unknown = 0xFFFF
            writer.block(OBSOLETE_PACKET, pack("HH4I", number % 2, drops_unknown, *time_and_lengths) + data)
        else:
            writer.block(SIMPLE_PACKET, pack("I", record.wire_bytes) + data)
        if number == 1:
            writer.block(CUSTOM, pack("I", EXAMPLE_ENTERPRISE) + fill(b"a custom block"))
            writer.block(CUSTOM_NOT_COPIED, pack("I", EXAMPLE_ENTERPRISE) + fill(b"one not to be copied"))
            writer.block(UNKNOWN, b"a block nobody knows")
    received = options((STATISTICS_RECEIVED, pack("Q", len(source.records))))
    writer.block(STATISTICS, pack("III", 0, *time_and_lengths[:2]) + received)
    return writer.content


def neutral(content):
    """The same blocks, section and interface options that name hardware, system or merged files left out."""
    writer = Writer("<")
    dropped = {
        SECTION: {SECTION_HARDWARE, SECTION_SYSTEM},
        INTERFACE: {INTERFACE_SYSTEM, INTERFACE_HARDWARE},
    }
    fixed_bytes = {SECTION: 16, INTERFACE: 8}
    at = 0
    while at < len(content):
        kind, length = struct.unpack_from("<II", content, at)
        body = content[at + 8 : at + length - 4]
        if kind in dropped:
            body = body[: fixed_bytes[kind]] + without_options(writer, body[fixed_bytes[kind] :], dropped[kind])
        writer.block(kind, body)
        at += length
    return writer.content


def without_options(writer, options, dropped):
    kept, at = [], 0
    while at < len(options):
        code, length = struct.unpack_from("<HH", options, at)
        value = options[at + 4 : at + 4 + length]
        if code == END:
            break
        names_files = code == COMMENT and b"File" in value and b"merging" in value
        if code not in dropped and not names_files:
            kept.append((code, value))
        at += 4 + len(fill(value))
    return writer.options(*kept)


def main():
    match sys.argv[1:]:
        case ["big-endian", source, destination]:
            capture.write(destination, capture.read(source), order=">")
        case ["every-block-big-endian", source, destination]:
            store(destination, every_block(capture.read(source), ">"))
        case ["every-block-little-endian", source, destination]:
            store(destination, every_block(capture.read(source), "<"))
        case ["neutral", source, destination]:
            with open(source, "rb") as file:
                store(destination, neutral(file.read()))
        case _:
            raise SystemExit(__doc__)


def store(path, content):
    with open(path, "wb") as file:
        file.write(content)


if __name__ == "__main__":
    main()
