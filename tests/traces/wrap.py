#!/usr/bin/env python3
"""Puts the packets of a real capture behind other headers, for links that the kernel at hand cannot make.

    wrap.py --list            the kinds, one a line
    wrap.py KIND IN OUT       IN: an uncut Ethernet pcap; OUT: a pcap

What is inside stays as the two hosts and the router sent it: only outer headers are added, with right lengths
and checksums. Ethernet frames come out padded to 60 bytes, as a receiver on a real wire sees them. Frames that
the new link could not carry (ARP over PPP, IPv6 in raw IPv4) are left out; those that would go beside a tunnel
(ARP, or IPv4 next to 6in4) stay as they are.
"""

import ipaddress
import struct
import sys

import capture

IPV4, IPV6 = 0x0800, 0x86DD
VLAN, SERVICE_VLAN, OLD_VLAN = 0x8100, 0x88A8, 0x9100
PPPOE_SESSION, TRANSPARENT_ETHERNET = 0x8864, 0x6558
PPP_PROTOCOL = {IPV4: 0x0021, IPV6: 0x0057}
IP_PROTOCOL = {IPV4: 4, IPV6: 41}
GRE = 47

SHORTEST_FRAME_BYTES = 60  # without FCS
PPPOE_SESSION_ID = 0x0E7A
CLIENT_MAC = bytes.fromhex("020000000102")
CUSTOMER_MACS = bytes.fromhex("02000000aa02 02000000aa01")  # inside a bridged tunnel

# Link types, as https://www.tcpdump.org/linktypes.html numbers them.
NULL, PPP, OLD_RAW, RAW, HDLC, LOOP, COOKED, RAW_IPV4, RAW_IPV6, COOKED_V2 = 0, 9, 12, 101, 104, 108, 113, 228, 229, 276


class Frame:
    """An Ethernet frame of the seed, taken apart once."""

    def __init__(self, data):
        self.macs = data[:12]
        self.ethertype = int.from_bytes(data[12:14], "big")
        self.payload = data[14:]
        self.is_ip = self.ethertype in (IPV4, IPV6)
        self.from_client = data[6:12] == CLIENT_MAC


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ethernet(macs, *rest):
    """A frame of the MACs, then 16-bit fields and byte strings, padded."""
    parts = [part.to_bytes(2, "big") if isinstance(part, int) else part for part in rest]
    return (macs + b"".join(parts)).ljust(SHORTEST_FRAME_BYTES, b"\0")


# ---------------------------------------------------------------- Ethernet and what runs on it


def pppoe_session(ppp):
    return struct.pack(">BBHH", 0x11, 0, PPPOE_SESSION_ID, len(ppp)) + ppp


def ppp(frame):
    return struct.pack(">H", PPP_PROTOCOL[frame.ethertype]) + frame.payload


def compressed_ppp(frame):
    """Protocol-field compression (RFC 1661 section 6.5): one byte."""
    return struct.pack(">B", PPP_PROTOCOL[frame.ethertype]) + frame.payload


def padded(frame):
    return ethernet(frame.macs, frame.ethertype, frame.payload)


def vlan(frame):
    return ethernet(frame.macs, VLAN, 7, frame.ethertype, frame.payload)


def qinq(frame):
    # Priority 5 and drop-eligible, so that the tag is more than its number.
    return ethernet(frame.macs, SERVICE_VLAN, 0xB000 | 100, VLAN, 7, frame.ethertype, frame.payload)


def three_tags(frame):
    return ethernet(frame.macs, OLD_VLAN, 300, SERVICE_VLAN, 200, VLAN, 7, frame.ethertype, frame.payload)


def four_tags(frame):
    """One tag more than is looked behind."""
    return ethernet(frame.macs, VLAN, 4, VLAN, 3, VLAN, 2, VLAN, 1, frame.ethertype, frame.payload)


def pppoe(frame):
    return frame.is_ip and ethernet(frame.macs, PPPOE_SESSION, pppoe_session(ppp(frame)))


def pppoe_vlan(frame):
    return frame.is_ip and ethernet(frame.macs, VLAN, 7, PPPOE_SESSION, pppoe_session(ppp(frame)))


def pppoe_qinq(frame):
    return frame.is_ip and ethernet(frame.macs, SERVICE_VLAN, 100, VLAN, 7, PPPOE_SESSION, pppoe_session(ppp(frame)))


def pppoe_compressed(frame):
    return frame.is_ip and ethernet(frame.macs, PPPOE_SESSION, pppoe_session(compressed_ppp(frame)))


def snap(frame):
    content = bytes.fromhex("aaaa03000000") + struct.pack(">H", frame.ethertype) + frame.payload
    return ethernet(frame.macs, len(content), content)


# ---------------------------------------------------------------- links without Ethernet


def ppp_framed(frame):
    return frame.is_ip and b"\xff\x03" + ppp(frame)


def ppp_bare(frame):
    return frame.is_ip and ppp(frame)


def cisco_hdlc(frame):
    return frame.is_ip and struct.pack(">BBH", 0x0F, 0, frame.ethertype) + frame.payload


def null(order, ipv6_family):
    def with_family(frame):
        return frame.is_ip and struct.pack(order + "I", 2 if frame.ethertype == IPV4 else ipv6_family) + frame.payload

    return with_family


def raw(*ethertypes):
    return lambda frame: frame.ethertype in ethertypes and frame.payload


def cooked_vlan(frame):
    """As `tcpdump -i any` writes what came in on a VLAN of an Ethernet device (ARPHRD 1)."""
    header = struct.pack(">HHH8sH", 0, 1, 6, frame.macs[6:12], VLAN)
    return header + struct.pack(">HH", 7, frame.ethertype) + frame.payload


def cooked_v2_vlan(frame):
    header = struct.pack(">HHIHBB8s", VLAN, 0, 2, 1, 0, 6, frame.macs[6:12])
    return header + struct.pack(">HH", 7, frame.ethertype) + frame.payload


# ---------------------------------------------------------------- tunnels


def outer_ipv4(frame, protocol, content, options=b""):
    ends = [ipaddress.IPv4Address(address).packed for address in ("203.0.113.1", "203.0.113.2")]
    if not frame.from_client:
        ends.reverse()
    header_bytes = 20 + len(options)
    first = 0x40 | header_bytes // 4
    header = struct.pack(">BBHHHBBH", first, 0, header_bytes + len(content), 0, 0x4000, 64, protocol, 0)
    header += b"".join(ends) + options
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + content


def outer_ipv6(frame, next_header, content):
    ends = [ipaddress.IPv6Address(address).packed for address in ("2001:db8:ffff::1", "2001:db8:ffff::2")]
    if not frame.from_client:
        ends.reverse()
    return struct.pack(">IHBB", 6 << 28, len(content), next_header, 64) + b"".join(ends) + content


def ip_in_ip(inner, outer_ethertype, outer):
    def tunnelled(frame):
        if frame.ethertype != inner:
            return padded(frame)
        return ethernet(frame.macs, outer_ethertype, outer(frame, IP_PROTOCOL[inner], frame.payload))

    return tunnelled


def ipip_with_options(frame):
    """Four bytes of outer options: a router alert (RFC 2113)."""
    if frame.ethertype != IPV4:
        return padded(frame)
    return ethernet(frame.macs, IPV4, outer_ipv4(frame, 4, frame.payload, bytes([0x94, 4, 0, 0])))


def gre_header(protocol, content, full=False):
    if not full:
        return struct.pack(">HH", 0, protocol) + content
    # Checksum, key and sequence number (RFC 2784, RFC 2890).
    header = struct.pack(">HHHHII", 0xB000, protocol, 0, 0, 0x00C0FFEE, 1)
    return header[:4] + struct.pack(">H", checksum(header + content)) + header[6:] + content


def gre(outer_ethertype, outer, full=False):
    def tunnelled(frame):
        if not frame.is_ip:
            return padded(frame)
        content = gre_header(frame.ethertype, frame.payload, full)
        return ethernet(frame.macs, outer_ethertype, outer(frame, GRE, content))

    return tunnelled


def gre_ethernet(tags):
    def tunnelled(frame):
        macs = CUSTOMER_MACS if frame.from_client else CUSTOMER_MACS[6:] + CUSTOMER_MACS[:6]
        inner = macs + tags + struct.pack(">H", frame.ethertype) + frame.payload
        return ethernet(frame.macs, IPV4, outer_ipv4(frame, GRE, gre_header(TRANSPARENT_ETHERNET, inner)))

    return tunnelled


def nested(layers):
    """IPv4 or IPv6 behind `layers` - 1 more outer IPv4 headers, over 6in4 or IPIP, on a PPPoE line."""

    def tunnelled(frame):
        if not frame.is_ip:
            return None
        packet, protocol = frame.payload, IP_PROTOCOL[frame.ethertype]
        for _ in range(layers):
            packet, protocol = outer_ipv4(frame, protocol, packet), IP_PROTOCOL[IPV4]
        content = pppoe_session(struct.pack(">H", PPP_PROTOCOL[IPV4]) + packet)
        return ethernet(frame.macs, VLAN, 7, PPPOE_SESSION, content)

    return tunnelled


KINDS = {
    "padded": (capture.ETHERNET, padded),
    "vlan": (capture.ETHERNET, vlan),
    "qinq": (capture.ETHERNET, qinq),
    "three-tags": (capture.ETHERNET, three_tags),
    "four-tags": (capture.ETHERNET, four_tags),
    "pppoe": (capture.ETHERNET, pppoe),
    "pppoe-vlan": (capture.ETHERNET, pppoe_vlan),
    "pppoe-qinq": (capture.ETHERNET, pppoe_qinq),
    "pppoe-compressed": (capture.ETHERNET, pppoe_compressed),
    "snap": (capture.ETHERNET, snap),
    "ppp": (PPP, ppp_framed),
    "ppp-bare": (PPP, ppp_bare),
    "cisco-hdlc": (HDLC, cisco_hdlc),
    "null": (NULL, null("<", 30)),
    "null-big-endian": (NULL, null(">", 28)),
    "loop": (LOOP, null(">", 24)),
    "raw-ip": (RAW, raw(IPV4, IPV6)),
    "raw-ip-old": (OLD_RAW, raw(IPV4, IPV6)),
    "raw-ipv4": (RAW_IPV4, raw(IPV4)),
    "raw-ipv6": (RAW_IPV6, raw(IPV6)),
    "cooked-v1-vlan": (COOKED, cooked_vlan),
    "cooked-v2-vlan": (COOKED_V2, cooked_v2_vlan),
    "ipip": (capture.ETHERNET, ip_in_ip(IPV4, IPV4, outer_ipv4)),
    "ipip-options": (capture.ETHERNET, ipip_with_options),
    "6in4": (capture.ETHERNET, ip_in_ip(IPV6, IPV4, outer_ipv4)),
    "4in6": (capture.ETHERNET, ip_in_ip(IPV4, IPV6, outer_ipv6)),
    "6in6": (capture.ETHERNET, ip_in_ip(IPV6, IPV6, outer_ipv6)),
    "gre": (capture.ETHERNET, gre(IPV4, outer_ipv4)),
    "gre-full": (capture.ETHERNET, gre(IPV4, outer_ipv4, full=True)),
    "gre-over-ipv6": (capture.ETHERNET, gre(IPV6, outer_ipv6)),
    "gre-ethernet": (capture.ETHERNET, gre_ethernet(b"")),
    "gre-ethernet-vlan": (capture.ETHERNET, gre_ethernet(struct.pack(">HH", VLAN, 9))),
    "four-tunnels": (capture.ETHERNET, nested(4)),
    "five-tunnels": (capture.ETHERNET, nested(5)),
}


def wrap(kind, source):
    link_type, wrapped = KINDS[kind]
    if source.link_type != capture.ETHERNET:
        raise SystemExit("wrap.py: the seed is not an Ethernet capture")
    records = []
    for record in source.records:
        if len(record.data) != record.wire_bytes:
            raise SystemExit("wrap.py: the seed holds cut packets")
        data = wrapped(Frame(record.data))
        if data:
            records.append(record._replace(data=data, wire_bytes=len(data)))
    return capture.Capture(source.magic, link_type, records)


def main():
    match sys.argv[1:]:
        case ["--list"]:
            print("\n".join(KINDS))
        case [kind, source, destination] if kind in KINDS:
            capture.write(destination, wrap(kind, capture.read(source)))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
