"""A frame with all that the clamp looks into, as it is run, step by step: how near the proven bound is to
what can happen."""

import claripy

from finder import ENTRY
from header import Cost
from machine import Machine
from memory import BASE, BYTE, OUTCOME_AT, POLICY_AT, POLICY_LEN, STACK_TOP, WORD, Packet

ADDRESSES = bytes(12)
TAGS = bytes.fromhex("8100 0007 88a8 0007 9100 0007")
SNAP = bytes.fromhex("aaaa 0300 0000 86dd")
IPV6_WITHOUT_LENGTH = bytes.fromhex("6000 0000")
HOP_LIMIT_AND_ADDRESSES = bytes([64]) + bytes(32)
GRE_WITH_ALL_FIELDS = bytes.fromhex("b000 6558") + bytes(12)
TCP_WITHOUT_OPTIONS = bytes(12) + bytes.fromhex("f002 faf0 0000 0000")
DESTINATION_OPTIONS, GRE, TCP = 60, 47, 6
TUNNELS, EXTENSION_HEADERS, MSS_OPTIONS = 4, 8, 10


def ipv6(payload):
    start = IPV6_WITHOUT_LENGTH + len(payload).to_bytes(2, "big")
    return start + bytes([DESTINATION_OPTIONS]) + HOP_LIMIT_AND_ADDRESSES + payload


def deepest_frame():
    """Ethernet with three VLAN tags, LLC/SNAP and IPv6 with eight extension headers, five times, one in the
    other by GRE; then ten MSS options, each larger than the one before."""
    packet = TCP_WITHOUT_OPTIONS + b"".join(bytes([2, 4, 5, 180 + at]) for at in range(MSS_OPTIONS))
    protocol = TCP
    for _ in range(TUNNELS + 1):
        following = [DESTINATION_OPTIONS] * (EXTENSION_HEADERS - 1) + [protocol]
        extensions = b"".join(bytes([after]) + bytes([0, 1, 4, 0, 0, 0, 0]) for after in following)
        packet = extensions + packet
        packet = ipv6(packet)
        packet = SNAP + packet
        packet = ADDRESSES + TAGS + len(packet).to_bytes(2, "big") + packet
        packet, protocol = GRE_WITH_ALL_FIELDS + packet, GRE
    return packet[len(GRE_WITH_ALL_FIELDS):]


def run(program):
    """The most that it costs under any policy."""
    frame = deepest_frame()
    machine = Machine(program, [])
    packet = Packet(claripy.BVV(len(frame), WORD), [claripy.BVV(byte, BYTE) for byte in frame])
    policy = [claripy.BVS("policy", BYTE) for _ in range(POLICY_LEN)]
    state = machine.state_at(program.address(ENTRY), packet, policy)
    state.regs.r0, state.regs.r1, state.regs.r2, state.regs.r3 = OUTCOME_AT, POLICY_AT, BASE, packet.length
    cost = Cost()
    for end in machine.run(state):
        cost.instructions = max(cost.instructions, end.instructions)
        cost.stack_bytes = max(cost.stack_bytes, STACK_TOP - end.state.memory.lowest_stack)
        cost.paths += 1
    return cost
