#!/usr/bin/env python3
"""Clients that do what curl does not, for make.sh.

    peer.py late ADDRESS BYTES SECONDS   asks for a page, reads nothing for a while, then all of it
    peer.py idle ADDRESS SECONDS         asks for a short page, keeps the connection up with keep-alives
    peer.py slow ADDRESS BYTES           reads a page in small pieces, slowly, until it is ended
"""

import socket
import sys
import time

HTTP_PORT = 80
SMALL_BUFFER_BYTES = 4096


def connect(address, receive_buffer_bytes=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    tcp = socket.socket(family, socket.SOCK_STREAM)
    if receive_buffer_bytes is not None:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
    tcp.connect((address, HTTP_PORT))
    return tcp


def ask(tcp, length):
    tcp.sendall(f"GET /{length} HTTP/1.0\r\nHost: server\r\n\r\n".encode())


def read_all(tcp):
    while tcp.recv(65536):
        pass


def late(address, length, seconds):
    with connect(address, SMALL_BUFFER_BYTES) as tcp:
        ask(tcp, length)
        time.sleep(float(seconds))
        read_all(tcp)


def idle(address, seconds):
    with connect(address) as tcp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        time.sleep(float(seconds))
        ask(tcp, 3000)
        read_all(tcp)


def slow(address, length):
    with connect(address, SMALL_BUFFER_BYTES) as tcp:
        ask(tcp, length)
        while tcp.recv(700):
            time.sleep(0.02)


if __name__ == "__main__":
    {"late": late, "idle": idle, "slow": slow}[sys.argv[1]](*sys.argv[2:])
