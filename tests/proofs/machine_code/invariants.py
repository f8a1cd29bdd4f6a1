"""What holds each time that a loop begins anew, or that ways meet. Guesses are made from the first arrival,
and each is kept until an arrival refutes it; what is left is an invariant, whichever registers the compiler
chose."""

from dataclasses import dataclass
from itertools import combinations, permutations
from operator import ge, le

import claripy

from machine import REGISTERS
from memory import BASE, BYTE, STACK_LEN, STACK_TOP, WORD, Packet, Violation, offset_in_packet

# What the caller handed in, which nothing changes.
PARAMETERS = ("base", "length", "before_", "policy", "ceiling")
FOREIGN = ("before_", "policy", "dead")


def is_settled(value):
    """Whether a value depends on nothing that was read."""
    return all(name.startswith(PARAMETERS) for name in value.variables)


def always(state, claim):
    """Whether a claim holds for all that a state can be."""
    return claripy.is_true(claim) or not state.solver.satisfiable(extra_constraints=[claripy.Not(claim)])


@dataclass(frozen=True)
class Related:
    """The sum or the difference of two places stays what it was."""

    one: object
    other: object
    is_sum: bool
    result: claripy.ast.BV

    def claim(self, values, _length):
        one, other = values[self.one], values[self.other]
        return claripy.simplify((one + other if self.is_sum else one - other) == self.result)


@dataclass(frozen=True)
class Sum:
    """A number is the sum of two others."""

    one: object
    other: object
    total: object

    def claim(self, values, _length):
        return claripy.simplify(values[self.one] + values[self.other] == values[self.total])


@dataclass(frozen=True)
class Limited:
    """A number, or how far a pointer is into the packet, stays on its side of a limit: `ge` or `le`."""

    place: object
    side: object
    limit: int

    def claim(self, values, _length):
        return claripy.simplify(self.side(number_at(values[self.place]), self.limit))


@dataclass(frozen=True)
class Inside:
    """So many bytes behind a pointer are in the packet; without a number, the pointer itself is."""

    pointer: object
    number: object

    def claim(self, values, length):
        end = claripy.ZeroExt(1, number_at(values[self.pointer]))
        if self.number is not None:
            end = end + claripy.ZeroExt(1, values[self.number])
        return claripy.simplify(end <= claripy.ZeroExt(1, length))


@dataclass(frozen=True)
class InTable:
    """So many bytes behind a pointer into the program's constants are no further than they were at first."""

    pointer: object
    number: object
    most: int

    def claim(self, values, _length):
        end = claripy.ZeroExt(1, values[self.pointer]) + claripy.ZeroExt(1, values[self.number])
        return claripy.simplify(end <= self.most)


def number_at(value):
    offset = offset_in_packet(value)
    return value if offset is None else offset


def is_foreign(value):
    """Whether there is nothing to guess of a value: a register of the caller, the policy, or what is dead."""
    return any(name.startswith(FOREIGN) for name in value.variables)


def is_constant(state, value):
    """Whether a value points to the program's constants."""
    return value.concrete and state.memory.program.is_constant(value.concrete_value)


def is_pointer(value):
    return "base" in value.variables


def guesses(state, values):
    """All that could be said about these places on a first arrival."""
    for one, other in combinations(values, 2):
        for is_sum in (True, False):
            result = claripy.simplify(values[one] + values[other] if is_sum else values[one] - values[other])
            if is_settled(result):
                yield Related(one, other, is_sum, result)
    for place, value in values.items():
        if is_settled(value):
            number = number_at(value)
            yield Limited(place, ge, state.solver.min(number))
            yield Limited(place, le, state.solver.max(number))
        elif not is_pointer(value):
            yield from (Limited(place, ge, least) for least in state.memory.program.lengths)
        if is_pointer(value):
            yield Inside(place, None)
    numbers = [place for place, value in values.items() if not is_pointer(value)]
    for one, other in combinations(numbers, 2):
        for total in numbers:
            fact = Sum(one, other, total)
            if total not in (one, other) and claripy.is_true(fact.claim(values, None)):
                yield fact
    for pointer, number in permutations(values, 2):
        if is_pointer(values[number]):
            continue
        if is_pointer(values[pointer]):
            yield Inside(pointer, number)
        elif is_constant(state, values[pointer]):
            yield InTable(pointer, number, state.solver.max(values[pointer] + values[number]))


def read_places(state):
    """The registers, and what was written to the stack: whole words, and the bytes that are none."""
    values = {name: claripy.simplify(getattr(state.regs, name)) for name in REGISTERS}
    written = state.memory.written
    for word in range(STACK_TOP - STACK_LEN, STACK_TOP, 4):
        there = [address for address in range(word, word + 4) if address in written]
        if len(there) == 4:
            whole = claripy.Concat(*(written[address] for address in reversed(there)))
            values[word, 4] = claripy.simplify(whole)
        else:
            values.update({(address, 1): written[address] for address in there})
    return values


def write_place(state, place, value):
    if isinstance(place, str):
        setattr(state.regs, place, value)
        return
    address, size = place
    for byte in range(size):
        state.memory.written[address + byte] = value[byte * BYTE + BYTE - 1:byte * BYTE]


class Meeting:
    """All arrivals at one place, the head of a loop or another, in one."""

    def __init__(self, arrival):
        self.arrival = arrival
        self.first = read_places(arrival)
        self.values = dict(self.first)
        self.arrivals = []
        self.loose, self.facts, self.refuted = set(), set(), set()
        self.loosen({place for place, value in self.first.items() if not is_settled(value)})
        self.join(arrival)

    def loosen(self, places):
        """These may hold anything from now on; what was a pointer into the packet stays one."""
        self.loose |= places
        for place in places:
            variable = claripy.BVS("loop", self.first[place].size())
            self.values[place] = BASE + variable if is_pointer(self.first[place]) else variable

    def join(self, arrival):
        """Takes one more arrival in; returns whether it changes what is known."""
        values = read_places(arrival)
        if values.keys() != self.first.keys() or not claripy.is_true(arrival.regs.sp == self.arrival.regs.sp):
            raise Violation("two arrivals differ in what is on the stack")
        if not claripy.is_true(arrival.regs.itstate == 0):
            raise Violation("an arrival among conditional instructions")
        different = {
            place for place in values.keys() - self.loose
            if not always(arrival, claripy.simplify(values[place] == self.values[place]))
        }
        self.loosen(different)
        self.arrivals.append((arrival, values))
        before = set(self.facts)
        self.keep_what_holds(self.facts, [(arrival, values)])
        if different or len(self.arrivals) == 1:
            words = {
                place: value for place, value in self.first.items() if self.is_worth_a_guess(place, value)
            }
            new = set(guesses(self.arrival, words)) - self.facts - self.refuted
            self.keep_what_holds(new, self.arrivals)
        return bool(different) or not before <= self.facts

    def is_worth_a_guess(self, place, value):
        """Whether that is a word that may change, or that others are related to."""
        if value.size() != WORD or is_foreign(value):
            return False
        is_loose = place in self.loose or not value.concrete
        return is_loose or value.concrete_value == 0 or is_constant(self.arrival, value)

    def keep_what_holds(self, facts, arrivals):
        """Of these facts, those that hold on all of these arrivals."""
        for fact in list(facts):
            claims = ((state, fact.claim(values, state.memory.packet.length)) for state, values in arrivals)
            holds = all(always(state, claim) for state, claim in claims)
            (self.facts if holds else self.refuted).add(fact)
        self.facts -= self.refuted

    def state(self, machine, assumptions):
        """Any state at this head of which the facts hold."""
        before = self.arrival.memory
        if before.packet_stores:
            raise Violation("a store into the packet before the end of a walk")
        state = machine.state_at(self.arrival.regs.ip, Packet(before.packet.length), before.policy)
        state.memory.written = {at: byte for at, byte in before.written.items() if at < STACK_TOP}
        state.memory.lowest_stack = before.lowest_stack
        state.regs.sp = self.arrival.regs.sp
        for place, value in self.values.items():
            write_place(state, place, value)
        facts = [fact.claim(self.values, before.packet.length) for fact in self.facts]
        state.add_constraints(*assumptions, *facts)
        return state
