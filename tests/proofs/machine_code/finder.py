"""The way from a frame to the header of a SYN, `Clamp::frame`, by induction at each place where ways meet:
whatever the frame and the policy, loads stay in the frame, nothing is written to it, what goes to
`options::clamp` is what its proof asks for, and the call ends."""

from dataclasses import replace

import claripy

from header import ANY_LAYOUT, LONGEST, WALK, Cost, hold
from header import FUNCTION as CLAMP
from invariants import Meeting, read_places
from liveness import live_registers
from longest import Longest
from loops import Stretch, loops
from machine import REGISTERS, RETURN_TO, Machine, forget_scratch
from memory import (
    BASE, BYTE, OUTCOME_AT, OUTCOME_LEN, POLICY_AT, POLICY_LEN, STACK_TOP, WORD, Packet, Violation,
    offset_in_packet
)
from option_walk import OPTIONS_AT

ENTRY = "frame"
# Where the call begins, which no way leads back to.
START = 0
# What is proven apart.
BEHIND_THE_HEADER = {CLAMP, ANY_LAYOUT, WALK}
# The longest slice that Rust has on 32 bits.
LONGEST_FRAME = 0x7FFF_FFFF
DATA_OFFSET_AT, FLAGS_AT = 12, 13
SYN, RST = 0x02, 0x04
# Where that many ways come together, they are followed as one.
WAYS = 3


class Finder:
    """The proof, with what a header costs that has been found."""

    def __init__(self, program, header_cost=Cost()):
        self.program = program
        self.header_cost = header_cost
        self.meetings = {}
        # From each place, and from the start, as they were the last time that they were followed.
        self.stretches = {}
        self.lowest_stack = STACK_TOP
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
        waiting = self.follow(START, entry, {})
        while waiting:
            place = waiting.pop()
            meeting = self.meetings[place]
            changed = self.follow(place, meeting.state(self.machine, self.assumptions), dict(meeting.values))
            waiting = [address for address in waiting if address not in changed] + changed
        stretches = [stretch for some in self.stretches.values() for stretch in some]
        self.loops = loops(stretches)
        longest = Longest(stretches, self.loops).from_start(START)
        return Cost(longest, STACK_TOP - self.lowest_stack, self.machine.paths)

    def follow(self, start, state, before):
        """Every path from a place to where ways meet; returns the places of which less is known than
        before."""
        changed = []
        self.stretches[start] = []
        ends = list(self.machine.run(state))
        while ends:
            end = ends.pop()
            if end.address == self.program.address(CLAMP):
                self.hold_header(end.state)
                ends += self.behind_clamp(end)
                continue
            self.lowest_stack = min(self.lowest_stack, end.state.memory.lowest_stack)
            if end.address != RETURN_TO | 1 and self.meet(end) and end.address not in changed:
                changed.append(end.address)
            # Or each keeps a solver, which is 3 GB in all.
            end.state.solver.downsize()
            after = read_places(end.state)
            self.stretches[start].append(
                Stretch(start, end.address, end.state, before, after, end.instructions))
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
        """What the proof of `options::clamp` asks for, and that it is the header of a SYN, as long as it
        says."""
        regs, packet = state.regs, state.memory.packet
        offset, length = offset_in_packet(claripy.simplify(regs.r1)), claripy.simplify(regs.r2)
        if offset is None:
            raise Violation("a header that is not in the frame")
        hold(state, regs.r0 == OUTCOME_AT, "an outcome to somewhere else")
        is_header_len = claripy.And(length >= OPTIONS_AT, length <= LONGEST, length & 3 == 0)
        hold(state, is_header_len, "a header of no such length")
        end = claripy.ZeroExt(1, offset) + claripy.ZeroExt(1, length)
        hold(state, end <= claripy.ZeroExt(1, self.length), "a header that is not all in the frame")
        flags = packet.byte(offset + FLAGS_AT)
        hold(state, flags & (SYN | RST) == SYN, "a header that is no SYN's")
        data_offset = claripy.ZeroExt(24, packet.byte(offset + DATA_OFFSET_AT))
        hold(state, length == (data_offset >> 4) * 4, "a header of another length than it says")

    def behind_clamp(self, call):
        """What is left to do when the header has been clamped, whatever came of it."""
        state, memory = call.state, call.state.memory
        stack = state.solver.eval_one(state.regs.sp)
        self.lowest_stack = min(self.lowest_stack, stack - self.header_cost.stack_bytes)
        memory.packet = Packet(memory.packet.length)
        for at in range(OUTCOME_LEN):
            memory.written[OUTCOME_AT + at] = claripy.BVS("outcome", BYTE)
        state.regs.ip = state.regs.lr
        forget_scratch(state)
        spent = call.instructions + self.header_cost.instructions
        return [replace(end, instructions=spent + end.instructions) for end in self.machine.run(state)]
