"""`options::clamp` with all that it calls, in the header of a SYN of any length, whatever its options and the
ceiling: what is written is MSS values and the checksum, which follows each of them as RFC 1624 asks for."""

import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import claripy
import z3

from invariants import always, is_settled
from machine import KEPT_REGISTERS, RETURN_TO, Machine, forget_scratch, hold_calling_convention
from memory import BASE, BYTE, OUTCOME_AT, OUTCOME_LEN, STACK_TOP, WORD, Packet, Violation
from option_walk import FUNCTION as WALK
from option_walk import OPTIONS_AT, OptionWalk
from walk import LONGEST_OPTIONS, MSS, MSS_LEN, Found, after_step, step_len

sys.path.append(str(Path(__file__).resolve().parents[1]))
import checksum

FUNCTION = "clamp"
# What it jumps to when the options are not laid out as usual.
ANY_LAYOUT = "clamp_any"
CHECKSUM_AT = 16
LONGEST = OPTIONS_AT + LONGEST_OPTIONS
SMALLEST_MSS = 48


@dataclass(frozen=True)
class Course:
    """What has happened on a path so far."""

    instructions: int = 0
    walks: int = 0
    lowered: int = 0
    first: Found = None
    last: Found = None


@dataclass(frozen=True)
class OutcomeLayout:
    """Where the compiler put the parts of an outcome, and how it says that something was written."""

    tag: int
    clamped: int
    old: int
    new: int


@dataclass
class Cost:
    """At most, over all headers."""

    instructions: int = 0
    stack_bytes: int = 0
    paths: int = 0


class Header:
    """The proof, and what it gives to those who find a header."""

    def __init__(self, program):
        self.program = program
        self.walk = OptionWalk(program)
        self.machine = Machine(program, [program.address(WALK), program.address(ANY_LAYOUT)])
        self.length = claripy.BVS("length", WORD, explicit_name=True)
        self.ceiling = claripy.BVS("ceiling", WORD, explicit_name=True)
        self.outcome = self.learn_outcome()
        self.way_to_any_layout = 0

    def before(self, function, machine, packet, ceiling):
        state = machine.state_at(self.program.address(function), packet)
        state.regs.r0, state.regs.r1, state.regs.r2, state.regs.r3 = OUTCOME_AT, BASE, packet.length, ceiling
        return state

    def learn_outcome(self):
        """From a SYN that is known: 0x1234 lowered to 0x0567."""
        contents = bytes(OPTIONS_AT) + bytes([MSS, MSS_LEN, 0x12, 0x34])
        packet = Packet(claripy.BVV(len(contents), WORD), [claripy.BVV(byte, BYTE) for byte in contents])
        machine = Machine(self.program, [])
        [end] = machine.run(self.before(FUNCTION, machine, packet, claripy.BVV(0x0567, WORD)))
        memory, solver = end.state.memory, end.state.solver
        answer = {at: solver.eval_one(memory.written[OUTCOME_AT + at])
                  for at in range(OUTCOME_LEN) if OUTCOME_AT + at in memory.written}
        at_byte = {byte: at for at, byte in answer.items()}
        old, new = at_byte[0x34], at_byte[0x67]
        [tag] = set(answer) - {old, old + 1, new, new + 1}
        return OutcomeLayout(tag, answer[tag], old, new)

    def prove(self):
        self.walk_cost = self.walk.prove()
        usual, any_layout = self.prove_function(FUNCTION), self.prove_function(ANY_LAYOUT)
        return Cost(
            max(usual.instructions, self.way_to_any_layout + any_layout.instructions),
            max(usual.stack_bytes, any_layout.stack_bytes),
            self.machine.paths,
        )

    def prove_function(self, function):
        state = self.before(function, self.machine, Packet.writable(self.length, LONGEST), self.ceiling)
        is_header = (self.length >= OPTIONS_AT, self.length <= LONGEST, self.length & 3 == 0)
        state.add_constraints(BASE != 0, *is_header)
        cost, waiting = Cost(), [(state, Course())]
        while waiting:
            state, course = waiting.pop()
            for arrival in self.machine.run(state):
                after = self.hold_stores(arrival.state, state.memory.packet, course)
                after = replace(after, instructions=course.instructions + arrival.instructions)
                if arrival.address == self.program.address(ANY_LAYOUT):
                    self.hold_handed_on(arrival.state, after)
                elif arrival.address == RETURN_TO | 1:
                    self.hold_end(arrival.state, after)
                    walked = after.walks * self.walk_cost.of(LONGEST_OPTIONS, after.lowered)
                    cost.instructions = max(cost.instructions, after.instructions + walked)
                    cost.stack_bytes = max(cost.stack_bytes, STACK_TOP - arrival.state.memory.lowest_stack)
                else:
                    waiting.append((arrival.state, self.behind_walk(arrival.state, after)))
        return cost

    def hold_handed_on(self, state, course):
        """A jump to another function hands on what this one was called with."""
        regs = state.regs
        given = (regs.r0 == OUTCOME_AT, regs.r1 == BASE, regs.r2 == self.length, regs.r3 == self.ceiling)
        is_handed_on = claripy.And(regs.lr == RETURN_TO | 1, *given)
        hold(state, is_handed_on, "a jump with something else than was given")
        hold_calling_convention(state)
        if course.lowered or course.walks:
            raise Violation("a jump when something has been done")
        self.way_to_any_layout = max(self.way_to_any_layout, course.instructions)

    def hold_stores(self, state, packet, course):
        """Between two walks nothing is written, or one MSS with the checksum."""
        stores, state.memory.packet_stores = state.memory.packet_stores, []
        if not stores:
            return course
        values = [store for store in stores if not claripy.is_true(store[0] == CHECKSUM_AT)]
        sums = [store for store in stores if claripy.is_true(store[0] == CHECKSUM_AT)]
        if (len(values), len(sums)) != (1, 1):
            raise Violation(f"{len(values)} values and {len(sums)} checksums are written at once")
        [(at, value, when)], [(_, field, when_summed)] = values, sums
        new, old = claripy.Concat(*value), select_word(packet, at)
        hold(state, when, "a checksum is written without its value")
        hold(state, when_summed, "a value is written without its checksum")
        hold(state, is_mss(packet, at), "something else than an MSS is written")
        hold(state, claripy.ZeroExt(16, new) == self.ceiling, "an MSS is written that is not the ceiling")
        hold(state, claripy.And(old > new, new >= SMALLEST_MSS), "an MSS is raised, or gets too small")
        if course.last is None:
            course = at_a_glance(state, packet, course)
        found_at = OPTIONS_AT + claripy.ZeroExt(24, course.last.at)
        hold(state, at == found_at, "another value than the walk's is written")
        hold(state, old == course.last.largest, "another value than the largest is lowered")
        hold(state, course.last.authentication == 0, "an authenticated segment is changed")
        old = course.last.largest
        before = packet.word(claripy.BVV(CHECKSUM_AT, WORD))
        hold_checksum(state, before, claripy.Concat(*field), at, old, new)
        return replace(course, lowered=course.lowered + 1)

    def hold_end(self, state, course):
        """What a path has done is what it should have, and what it says."""
        memory, outcome = state.memory, self.outcome

        def word(at):
            return claripy.Concat(memory.written[OUTCOME_AT + at + 1], memory.written[OUTCOME_AT + at])

        is_clamped = memory.written[OUTCOME_AT + outcome.tag] == outcome.clamped
        if course.last is None:
            course = at_a_glance(state, memory.packet, course)
        is_only_one = claripy.And(course.last.count == 1, course.lowered == 1)
        nothing_above = claripy.Or(course.last.largest <= self.ceiling[15:0], is_only_one)
        if course.lowered == 0:
            hold(state, claripy.Not(is_clamped), "nothing is written, and the outcome says otherwise")
            is_never_written = claripy.Or(self.ceiling < SMALLEST_MSS, self.ceiling > 0xFFFF)
            is_exempt = claripy.Or(is_never_written, course.last.authentication == 1, course.last.count == 0)
            hold(state, claripy.Or(nothing_above, is_exempt), "an MSS above the ceiling is left alone")
        else:
            hold(state, claripy.And(is_clamped, word(outcome.new) == self.ceiling[15:0]), "a wrong outcome")
            hold(state, word(outcome.old) == course.first.largest, "another MSS than the largest is told")
            hold(state, nothing_above, "an MSS above the ceiling is left over")

    def behind_walk(self, state, course):
        """Goes on behind a call of the walk with what its proof says.

        A walk goes by kinds and lengths, and an MSS option is a step over its value: so the next walk comes
        to the same options, and finds the same but for one MSS that is at the ceiling now. No more are
        lowered than there are."""
        memory, solver = state.memory, state.solver
        answer_at, stack = solver.eval_one(state.regs.r0), solver.eval_one(state.regs.sp)
        if not stack <= answer_at < STACK_TOP:
            raise Violation("a walk that answers to somewhere else than the stack")
        options_len = self.length - OPTIONS_AT
        hold(state, state.regs.r1 == BASE + OPTIONS_AT, "a walk that begins elsewhere")
        hold(state, state.regs.r2 == options_len, "a walk over more or fewer options")
        memory.lowest_stack = min(memory.lowest_stack, stack - self.walk_cost.stack_bytes)
        packet = rename_bytes(state)
        found = Found.anything()
        if course.first is not None:
            found = replace(course.first, largest=found.largest, at=found.at)
        self.walk.layout.write(memory, answer_at, found)
        at = OPTIONS_AT + claripy.ZeroExt(24, found.at)
        is_there = claripy.And(select_word(packet, at) == found.largest, is_mss(packet, at))
        is_one_more = found.count > course.lowered
        state.add_constraints(
            found.is_consistent(options_len),
            claripy.Or(found.count == 0, is_there),
            claripy.Or(found.largest <= self.ceiling[15:0], is_one_more),
        )
        state.regs.ip = state.regs.lr
        forget_scratch(state)
        return replace(course, walks=course.walks + 1, first=course.first or found, last=found)


def at_a_glance(state, packet, course):
    """What a walk would find where the code did without one. The bytes that it looked at have to tell how
    long each option is."""
    options_len = only_value(state, packet.length) - OPTIONS_AT
    found, place = Found.nothing(), 0
    while place + 1 < options_len:
        kind, length = packet.contents[OPTIONS_AT + place:][:2]
        step = only_value(state, step_len(kind, length))
        if place + step > options_len:
            break
        at = claripy.BVV(place, WORD)
        value = packet.word(OPTIONS_AT + 2 + at) if step == MSS_LEN else claripy.BVV(0, 16)
        found = after_step(found, kind, length, value, at)
        place += step
    return replace(course, first=found, last=found)


def only_value(state, value):
    values = state.solver.eval_upto(value, 2)
    if len(values) != 1:
        raise Violation("without a walk, options of no layout that was looked at")
    return values[0]


def rename_bytes(state):
    """Any bytes in place of those that are in the packet: what was held about them has been held. Registers
    in which the code keeps a byte of the checksum keep it."""
    memory = state.memory
    before, memory.packet = memory.packet, Packet.writable(memory.packet.length, LONGEST)
    for register in KEPT_REGISTERS:
        value = claripy.simplify(getattr(state.regs, register))
        for at in (CHECKSUM_AT, CHECKSUM_AT + 1):
            if not is_settled(value) and always(state, value == claripy.ZeroExt(24, before.contents[at])):
                setattr(state.regs, register, claripy.ZeroExt(24, memory.packet.contents[at]))
    return memory.packet


def hold(state, claim, otherwise):
    if not always(state, claim):
        raise Violation(otherwise)


def hold_checksum(state, before, after, at, old, new):
    """The formula that `checksum.py` proves right for all sums, at the parity of the value's place."""
    words = (before, after, at, old, new)
    [before, after, at, old, new] = (claripy.backends.z3.convert(word) for word in words)
    even = after == checksum.after_replacing(before, old, new)
    odd = after == checksum.after_replacing(before, checksum.swapped(old), checksum.swapped(new))
    claim = z3.And(z3.Or(at & 1 != 0, even), z3.Or(at & 1 == 0, odd))
    known = [claripy.backends.z3.convert(constraint) for constraint in state.solver.constraints]
    if not is_always_true(anonymous(claim)) and not is_unsatisfiable(z3.Not(claim), *known):
        raise Violation("a checksum that is not what RFC 1624 makes of it")


def anonymous(claim):
    """The same claim about variables that are numbered as they come, so that it is proven once."""
    variables, seen, waiting = {}, set(), [claim]
    while waiting:
        term = waiting.pop(0)
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            variables[term] = z3.Const(f"variable_{len(variables)}", term.sort())
        waiting += term.children()
    return z3.substitute(claim, *variables.items())


@lru_cache(maxsize=None)
def is_always_true(claim):
    return is_unsatisfiable(z3.Not(claim))


def is_unsatisfiable(*claims):
    solver = z3.Solver()
    solver.add(*claims)
    return solver.check() == z3.unsat


def is_mss(packet, at):
    """Whether a value is that of an MSS option."""
    return select_word(packet, at - 2) == (MSS << BYTE) + MSS_LEN


def select_word(packet, at):
    return claripy.Concat(select(packet, at), select(packet, at + 1))


def select(packet, at):
    """The byte at an offset that need not be known."""
    at = claripy.simplify(at)
    if at.concrete:
        return packet.byte(at)
    chosen = packet.contents[0]
    for place, byte in enumerate(packet.contents):
        chosen = claripy.If(at == place, byte, chosen)
    return chosen
