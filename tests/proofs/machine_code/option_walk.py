"""The walk over the options of a SYN, `Options::read`, by induction: whatever the options and wherever the
walk stands, one turn of the loop does the step that `walk.py` says, loads inside the options only, and writes
nothing but the answer."""

from dataclasses import dataclass, fields
from math import ceil

import claripy

from invariants import Meeting, Related, always, is_pointer, number_at, read_places
from machine import RETURN_TO, Machine
from memory import BASE, BYTE, OUTCOME_AT, STACK_TOP, WORD, Packet, Violation
from walk import LONGEST_OPTIONS, MSS_LEN, Found, after_step, step_len

FUNCTION = "read"
FOUND_LEN = 6
OPTIONS_AT = 20
# Options that say which byte of the answer is which.
THREE_MSS = bytes([2, 4, 0, 1, 1, 2, 4, 0xAB, 0xCD, 2, 4, 0, 2])
SIGNED = {"authentication": bytes([29, 4, 0, 0]), "md5": bytes([19, 2])}


@dataclass(frozen=True)
class Layout:
    """Where the compiler put what a walk found."""

    largest: int
    count: int
    at: int
    authentication: int
    md5: int

    def read(self, memory, address):
        def byte(at):
            return memory.written[address + at]

        largest = claripy.Concat(byte(self.largest + 1), byte(self.largest))
        return Found(largest, *(byte(at) for at in (self.count, self.at, self.authentication, self.md5)))

    def write(self, memory, address, found):
        memory.written[address + self.largest] = found.largest[7:0]
        memory.written[address + self.largest + 1] = found.largest[15:8]
        for name in ("count", "at", "authentication", "md5"):
            memory.written[address + getattr(self, name)] = getattr(found, name)


@dataclass
class WalkCost:
    """Instructions at most: to get in and out, for a byte of another option, and for an MSS option."""

    ends: int = 0
    byte: int = 0
    mss: int = 0
    stack_bytes: int = 0

    def of(self, length, mss_options):
        return self.ends + self.mss * mss_options + self.byte * (length - MSS_LEN * mss_options)


def state_before(machine, options_len, packet):
    state = machine.state_at(machine.program.address(FUNCTION), packet)
    state.regs.r0 = OUTCOME_AT
    state.regs.r1 = BASE + OPTIONS_AT
    state.regs.r2 = options_len
    return state


def answer_to(program, options):
    """What the code says about options that are known, byte by byte."""
    machine = Machine(program, [])
    packet = Packet(claripy.BVV(OPTIONS_AT + len(options), WORD))
    packet.contents = [claripy.BVV(byte, BYTE) for byte in bytes(OPTIONS_AT) + options]
    [end] = machine.run(state_before(machine, claripy.BVV(len(options), WORD), packet))
    return [end.state.solver.eval_one(end.state.memory.written[OUTCOME_AT + at]) for at in range(FOUND_LEN)]


def learn_layout(program):
    answer = answer_to(program, THREE_MSS)
    unsigned = {"largest": answer.index(0xCD), "count": answer.index(3), "at": answer.index(7)}
    signed = {name: answer_to(program, options).index(1) for name, options in SIGNED.items()}
    return Layout(**unsigned, **signed)


class OptionWalk:
    """The proof, and what it gives to those who call the walk."""

    def __init__(self, program, layout=None):
        self.program = program
        self.layout = layout or learn_layout(program)
        self.machine = Machine(program, program.loop_heads(FUNCTION))
        self.length = claripy.BVS("length", WORD, explicit_name=True)
        self.assumptions = [BASE != 0, self.length <= OPTIONS_AT + LONGEST_OPTIONS, self.length >= OPTIONS_AT]
        self.states = 0

    def prove(self):
        entry = state_before(self.machine, self.length - OPTIONS_AT, Packet(self.length))
        entry.add_constraints(*self.assumptions)
        way_in, head, lowest = 0, None, STACK_TOP
        for arrival in self.machine.run(entry):
            lowest = min(lowest, arrival.state.memory.lowest_stack)
            if arrival.address == RETURN_TO | 1:
                is_nothing = self.answer(arrival.state).is_same(Found.nothing())
                self.hold(arrival.state, is_nothing, "no options, something found")
                continue
            if head is not None:
                raise Violation("the walk begins in more than one way")
            way_in, head = arrival.instructions, Meeting(arrival.state)
            first = arrival.state
        if head is None:
            raise Violation("no loop: this proof is of another walk")
        while True:
            start = head.state(self.machine, self.assumptions)
            ends = list(self.machine.run(start))
            self.states += 1
            if not any([head.join(end.state) for end in ends if end.address != RETURN_TO | 1]):
                break
        self.place, self.remaining = self.roles(head)
        self.at_head = self.abstraction(head, ends)
        is_nothing = self.found_at(head, first).is_same(Found.nothing())
        self.hold(first, is_nothing, "something found before the first step")
        return self.hold_steps(head, start, ends, way_in, lowest)

    def roles(self, head):
        """Which pointer is the walk's place, and what counts the bytes that remain from there to the end."""
        for fact in head.facts:
            if isinstance(fact, Related) and fact.is_sum and claripy.is_true(
                claripy.simplify(fact.result == BASE + self.length)
            ):
                pair = sorted((fact.one, fact.other), key=lambda place: not is_pointer(head.values[place]))
                if set(pair) <= head.loose:
                    return pair
        raise Violation("no pointer and number that always reach to the end of the options together")

    def abstraction(self, head, ends):
        """What has been found at the head, in terms of the registers there: what the walk would answer if the
        next option ran past the header."""
        loose = frozenset().union(*(head.values[place].variables for place in head.loose))
        answers = {self.answer(end.state) for end in ends if end.address == RETURN_TO | 1}
        unchanged = [
            found for found in answers
            if all(part.op in ("Extract", "BVS") and part.variables <= loose for part in vars(found).values())
        ]
        if len(unchanged) != 1:
            raise Violation(f"{len(unchanged)} ways to end a walk without a step")
        return unchanged[0]

    def found_at(self, head, arrival):
        """What has been found when the loop is arrived at."""
        values = read_places(arrival)
        held = {head.values[place].hash(): values[place] for place in head.loose}
        at_head = (getattr(self.at_head, part.name) for part in fields(Found))
        return Found(*(claripy.replace_dict(part, held) for part in at_head))

    def hold_steps(self, head, start, ends, way_in, lowest):
        place = number_at(head.values[self.place])
        walked, remaining = place - OPTIONS_AT, self.length - place
        before = self.at_head
        packet = start.memory.packet
        cost = WalkCost()
        for end in ends:
            state = end.state
            lowest = min(lowest, state.memory.lowest_stack)
            if state.memory.packet_stores:
                raise Violation("the walk wrote into the packet")
            # As nothing is written, these are the bytes that the code itself has read.
            kind, length = packet.byte(place), packet.byte(place + 1)
            step = step_len(kind, length)
            after = after_step(before, kind, length, packet.word(place + 2), walked)
            runs_past = step > remaining
            state.add_constraints(before.is_consistent(walked))
            is_mss = not state.solver.satisfiable(extra_constraints=[after.count == before.count])
            if end.address == RETURN_TO | 1:
                found = self.answer(state)
                self.hold(state, claripy.Or(runs_past, remaining - step <= 1), "the walk ends too early")
                is_right = claripy.If(runs_past, found.is_same(before), found.is_same(after))
                is_consistent = claripy.Or(runs_past, found.is_consistent(walked + step))
                self.hold(state, is_right, "a wrong answer")
                self.hold(state, is_consistent, "an inconsistent answer")
                cost.ends = max(cost.ends, way_in + end.instructions)
                continue
            there = read_places(state)
            found = self.found_at(head, state)
            self.hold(state, claripy.Not(runs_past), "the walk goes on past the end")
            self.hold(state, number_at(there[self.place]) == place + step, "a step of another length")
            self.hold(state, found.is_same(after), "a step that finds something else")
            self.hold(state, found.is_consistent(walked + step), "an inconsistent step")
            if is_mss:
                cost.mss = max(cost.mss, end.instructions)
            elif state.solver.satisfiable(extra_constraints=[step == 1]):
                cost.byte = max(cost.byte, end.instructions)
            else:
                cost.byte = max(cost.byte, ceil(end.instructions / 2))
        cost.stack_bytes = STACK_TOP - lowest
        return cost

    def hold(self, state, claim, otherwise):
        if not always(state, claim):
            raise Violation(otherwise)

    def answer(self, state):
        return self.layout.read(state.memory, OUTCOME_AT)
