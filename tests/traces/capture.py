"""Classic pcap files, read and written; shared by wrap.py and reformat.py."""

import struct
from typing import NamedTuple

MICROSECONDS = 0xA1B2C3D4
NANOSECONDS = 0xA1B23C4D
VERSION = (2, 4)
SNAP_LENGTH_BYTES = 262144

ETHERNET = 1


class Record(NamedTuple):
    seconds: int
    fraction: int  # of a second, in the file's unit
    wire_bytes: int  # length on the wire, which a snap length may have cut
    data: bytes


class Capture(NamedTuple):
    magic: int
    link_type: int
    records: list


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    for order in "<>":
        magic = struct.unpack_from(order + "I", content)[0]
        if magic in (MICROSECONDS, NANOSECONDS):
            break
    else:
        raise SystemExit(f"{path}: no classic pcap file")
    link_type = struct.unpack_from(order + "I", content, 20)[0] & 0xFFFF
    records, at = [], 24
    while at < len(content):
        seconds, fraction, captured, wire = struct.unpack_from(order + "4I", content, at)
        records.append(Record(seconds, fraction, wire, content[at + 16 : at + 16 + captured]))
        at += 16 + captured
    return Capture(magic, link_type, records)


def write(path, capture, order="<"):
    with open(path, "wb") as file:
        file.write(struct.pack(order + "IHHiIII", capture.magic, *VERSION, 0, 0, SNAP_LENGTH_BYTES, capture.link_type))
        for record in capture.records:
            file.write(struct.pack(order + "4I", record.seconds, record.fraction, len(record.data), record.wire_bytes))
            file.write(record.data)
