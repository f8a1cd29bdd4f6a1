"""The way from a frame to the header of a SYN, `Clamp::frame`, by induction at each place where ways meet: whatever the frame and
the policy, loads stay in the frame, nothing is written to it, and what goes to `options::clamp` is what its proof asks for."""

import claripy

from header import ANY_LAYOUT, LONGEST, WALK, hold
from header import FUNCTION as CLAMP
from invariants import Meeting
from liveness import live_registers
from machine import REGISTERS, RETURN_TO, Machine, forget_scratch
from memory import (
    BASE, BYTE, OUTCOME_AT, OUTCOME_LEN, POLICY_AT, POLICY_LEN, WORD, Packet, Violation, offset_in_packet
)
from option_walk import OPTIONS_AT

ENTRY = "frame"
# What is proven apart.
BEHIND_THE_HEADER = {CLAMP, ANY_LAYOUT, WALK}
# The longest slice that Rust has on 32 bits.
LONGEST_FRAME = 0x7FFF_FFFF
DATA_OFFSET_AT, FLAGS_AT = 12, 13
SYN, RST = 0x02, 0x04
# Where that many ways come together, they are followed as one.
WAYS = 3


class Finder:
    """The proof."""

    def __init__(self, program):
        self.program = program
        self.meetings = {}
        self.live, stops = {}, {program.address(CLAMP)}
        for function in program.addresses.keys() - BEHIND_THE_HEADER:
            places = program.loop_heads(function) | program.meetings(function, WAYS)
            live = live_registers(program, function)
            self.live.update({address: live[address] for address in places})
            stops |= places
        self.machine = Machine(program, stops)
        self.length = claripy.BVS("length", WORD, explicit_name=True)
        end = claripy.ZeroExt(1, BASE) + claripy.ZeroExt(1, self.length)
        self.assumptions = [BASE != 0, self.length <= LONGEST_FRAME, end <= 1 << WORD]
        self.policy = [claripy.BVS(f"policy_{at}", BYTE, explicit_name=True) for at in range(POLICY_LEN)]

    def prove(self):
        entry = self.machine.state_at(self.program.address(ENTRY), Packet(self.length), self.policy)
        entry.regs.r0, entry.regs.r1, entry.regs.r2, entry.regs.r3 = OUTCOME_AT, POLICY_AT, BASE, self.length
        entry.add_constraints(*self.assumptions)
        # The last first: inner loops are done before outer ones are looked at again.
        waiting = self.follow(entry)
        while waiting:
            meeting = self.meetings[waiting.pop()]
            changed = self.follow(meeting.state(self.machine, self.assumptions))
            waiting = [address for address in waiting if address not in changed] + changed

    def follow(self, state):
        """Every path from a state to where ways meet; returns the places of which less is known than before."""
        changed = []
        ends = list(self.machine.run(state))
        while ends:
            end = ends.pop()
            if end.address == RETURN_TO | 1:
                continue
            if end.address == self.program.address(CLAMP):
                self.hold_header(end.state)
                ends += self.machine.run(behind_clamp(end.state))
            elif self.meet(end) and end.address not in changed:
                changed.append(end.address)
        return changed

    def meet(self, end):
        """Whether an arrival changes what is known of its place."""
        for register in set(REGISTERS) - self.live[end.address]:
            setattr(end.state.regs, register, claripy.BVS("dead", WORD))
        if end.address in self.meetings:
            return self.meetings[end.address].join(end.state)
        self.meetings[end.address] = Meeting(end.state)
        return True

    def hold_header(self, state):
        """What the proof of `options::clamp` asks for, and that it is the header of a SYN, as long as it says."""
        regs, packet = state.regs, state.memory.packet
        offset, length = offset_in_packet(claripy.simplify(regs.r1)), claripy.simplify(regs.r2)
        if offset is None:
            raise Violation("a header that is not in the frame")
        hold(state, regs.r0 == OUTCOME_AT, "an outcome to somewhere else")
        hold(state, claripy.And(length >= OPTIONS_AT, length <= LONGEST, length & 3 == 0), "a header of no such length")
        end = claripy.ZeroExt(1, offset) + claripy.ZeroExt(1, length)
        hold(state, end <= claripy.ZeroExt(1, self.length), "a header that is not all in the frame")
        flags = packet.byte(offset + FLAGS_AT)
        hold(state, flags & (SYN | RST) == SYN, "a header that is no SYN's")
        data_offset = claripy.ZeroExt(24, packet.byte(offset + DATA_OFFSET_AT))
        hold(state, length == (data_offset >> 4) * 4, "a header of another length than it says")


def behind_clamp(state):
    """What is left to do when the header has been clamped, whatever came of it."""
    memory = state.memory
    memory.packet = Packet(memory.packet.length)
    for at in range(OUTCOME_LEN):
        memory.written[OUTCOME_AT + at] = claripy.BVS("outcome", BYTE)
    state.regs.ip = state.regs.lr
    forget_scratch(state)
    return state
