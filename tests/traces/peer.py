#!/usr/bin/env python3
"""The two ends of the connections that make.sh captures, where curl has no switch for what is wanted.

    peer.py serve MD5_CLIENT...      HTTP on port 80, DNS on port 53, and HTTP under TCP-MD5 on port 179
    peer.py get ADDRESS [options]    one HTTP request over a socket with unusual options
    peer.py dns ADDRESS              one DNS query
    peer.py echo ADDRESS BYTES       one ICMP or ICMPv6 echo request with that many bytes of data
    peer.py cable NAME NAME          two TUN devices whose packets come out at the other one

`serve` and `cable` say "ready" on standard output and run until they are ended.
"""

import argparse
import fcntl
import http.server
import ipaddress
import os
import select
import socket
import struct
import sys
import threading

HTTP_PORT = 80
DNS_PORT = 53
MD5_PORT = 179  # BGP, the one well-known user of TCP-MD5 (RFC 2385)
MD5_KEY = b"not a secret"
NAME = b"\x03www\x07example\x03com\x00"

TCP_MD5SIG = 14  # Linux; Python's socket module has no name for it
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
LARGEST_PACKET_BYTES = 65535


def page(length):
    """`length` bytes of harmless text."""
    lines = (f"line {number:04} of a page that says nothing\n" for number in range(length // 40 + 1))
    return "".join(lines).encode()[:length]


class PageOfAnyLength(http.server.BaseHTTPRequestHandler):
    """GET /4000 answers 4000 bytes; what follows a '?' is ignored."""

    server_version = "traces"
    sys_version = ""
    wbufsize = -1  # headers and body leave together

    def do_GET(self):
        try:
            body = page(int(self.path.split("?")[0].strip("/")))
        except ValueError:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: the capture is the log."""


class Server(http.server.ThreadingHTTPServer):
    def __init__(self, family, port, md5_peers=()):
        self.address_family = family
        self.md5_peers = md5_peers
        super().__init__(("::" if family == socket.AF_INET6 else "0.0.0.0", port), PageOfAnyLength)

    def server_bind(self):
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        for peer in self.md5_peers:
            sign_with_md5(self.socket, peer)
        # Not HTTPServer's: that one asks the resolver for a name.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "traces", self.server_address[1]


def family_of(address):
    return socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET


def sign_with_md5(tcp, peer):
    """Asks the kernel to sign what goes to `peer` (struct tcp_md5sig of linux/tcp.h)."""
    packed = ipaddress.ip_address(peer).packed
    if family_of(peer) == socket.AF_INET6:
        address = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, packed, 0)
    else:
        address = struct.pack("=HH4s", socket.AF_INET, 0, packed)
    key = struct.pack("=128sBBHi80s", address, 0, 0, len(MD5_KEY), 0, MD5_KEY)
    tcp.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, key)


def serve(arguments):
    families = (socket.AF_INET, socket.AF_INET6)
    servers = [Server(family, HTTP_PORT) for family in families]
    for family in families:
        peers = [peer for peer in arguments.md5_clients if family_of(peer) == family]
        servers.append(Server(family, MD5_PORT, peers))
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    names = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    names.bind(("::", DNS_PORT))
    print("ready", flush=True)
    while True:
        query, client = names.recvfrom(LARGEST_PACKET_BYTES)
        # The same identifier and question, flags "response, recursion available", one address.
        answer = b"\xc0\x0c" + struct.pack(">HHIH4s", 1, 1, 300, 4, bytes([203, 0, 113, 2]))
        names.sendto(query[:2] + struct.pack(">5H", 0x8180, 1, 1, 0, 0) + query[12:] + answer, client)


def get(arguments):
    port = MD5_PORT if arguments.md5 else HTTP_PORT
    tcp = socket.socket(family_of(arguments.address), socket.SOCK_STREAM)
    tcp.settimeout(5)
    if arguments.mss is not None:
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, arguments.mss)
    if arguments.md5:
        sign_with_md5(tcp, arguments.address)
    if arguments.router_alert:
        tcp.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes([0x94, 4, 0, 0]))
    pad_n = bytes([0, 0, 1, 4, 0, 0, 0, 0])  # next header (the kernel's to fill), 8 bytes in all, PadN
    if arguments.hop_by_hop:
        tcp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, pad_n)
    if arguments.destination_options:
        tcp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, pad_n)
    tcp.connect((arguments.address, port))
    tcp.sendall(f"GET /{arguments.bytes} HTTP/1.0\r\n\r\n".encode())
    received = 0
    while chunk := tcp.recv(LARGEST_PACKET_BYTES):
        received += len(chunk)
    if received < arguments.bytes:
        sys.exit(f"peer.py: {received} bytes came, {arguments.bytes} were asked for")


def dns(arguments):
    udp = socket.socket(family_of(arguments.address), socket.SOCK_DGRAM)
    udp.settimeout(5)
    question = NAME + struct.pack(">HH", 1, 1)
    udp.sendto(struct.pack(">6H", 0x1234, 0x0100, 1, 0, 0, 0) + question, (arguments.address, DNS_PORT))
    udp.recv(LARGEST_PACKET_BYTES)


def echo(arguments):
    ipv6 = family_of(arguments.address) == socket.AF_INET6
    protocol = socket.IPPROTO_ICMPV6 if ipv6 else socket.IPPROTO_ICMP
    request_type, reply_type = (128, 129) if ipv6 else (8, 0)
    icmp = socket.socket(family_of(arguments.address), socket.SOCK_RAW, protocol)
    icmp.settimeout(1)
    message = struct.pack(">BBHHH", request_type, 0, 0, 7, 1) + page(arguments.bytes)
    if not ipv6:  # the kernel fills in ICMPv6's
        message = message[:2] + internet_checksum(message) + message[4:]
    for _ in range(3):  # a router's Packet Too Big may answer the first one
        icmp.sendto(message, (arguments.address, 0))
        try:
            while True:
                reply = icmp.recv(LARGEST_PACKET_BYTES)
                header = 0 if ipv6 else (reply[0] & 15) * 4
                if reply[header] == reply_type:
                    return
        except TimeoutError:
            continue
    sys.exit("peer.py: nobody answered the echo requests")


def internet_checksum(data):
    total = sum(struct.unpack(f">{len(data + bytes(len(data) % 2)) // 2}H", data + bytes(len(data) % 2)))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", total ^ 0xFFFF)


def cable(arguments):
    ends = []
    for name in arguments.names:
        end = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
        ends.append(end)
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    print("ready", flush=True)
    while True:
        for end in select.select(ends, [], [])[0]:
            try:
                os.write(other[end], os.read(end, LARGEST_PACKET_BYTES))
            except OSError:
                pass  # an end that is down loses packets, as an unplugged cable does


def main():
    parser = argparse.ArgumentParser(description="The ends of the connections that make.sh captures.")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("serve")
    command.add_argument("md5_clients", nargs="*")
    command.set_defaults(run=serve)
    command = commands.add_parser("get")
    command.add_argument("address")
    command.add_argument("--bytes", type=int, default=100)
    command.add_argument("--mss", type=int, help="ask for this MSS in the SYN (TCP_MAXSEG)")
    command.add_argument("--md5", action="store_true")
    command.add_argument("--router-alert", action="store_true", help="IPv4 option, RFC 2113")
    command.add_argument("--hop-by-hop", action="store_true", help="IPv6 extension header")
    command.add_argument("--destination-options", action="store_true", help="IPv6 extension header")
    command.set_defaults(run=get)
    command = commands.add_parser("dns")
    command.add_argument("address")
    command.set_defaults(run=dns)
    command = commands.add_parser("echo")
    command.add_argument("address")
    command.add_argument("bytes", type=int)
    command.set_defaults(run=echo)
    command = commands.add_parser("cable")
    command.add_argument("names", nargs=2)
    command.set_defaults(run=cable)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
