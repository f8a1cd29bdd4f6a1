"""How often a loop goes round: at most as often as something in it counts. Nobody says what counts, or where
it ends: both are found, and then proven."""

from dataclasses import dataclass

import claripy
import networkx

from invariants import always
from memory import Violation

# No loop of the core goes round as often as that.
TOO_OFTEN = 64


@dataclass(frozen=True, eq=False)
class Stretch:
    """A way from one place where ways meet to the next: what registers and stack hold at its two ends."""

    start: int
    end: int
    state: object
    before: dict
    after: dict
    instructions: int

    def change(self, one, other):
        """How much more is at `other` in the end than was at `one`, if it is always the same."""
        old, new = self.before[one], self.after[other]
        if old.size() != new.size():
            return None
        difference = claripy.simplify(new - old)
        return difference.concrete_value if difference.concrete else None


@dataclass(frozen=True, eq=False)
class Loop:
    """Places of which each leads to all others, and how often at most one of some stretches is taken before
    they are left."""

    places: frozenset
    counted: frozenset
    rounds: int


def loops(stretches):
    """All loops, an outer one before those in it."""
    return loops_among(stretches, stretches)


def loops_among(some, stretches):
    """The loops that some of the stretches make."""
    found = []
    graph = networkx.DiGraph((stretch.start, stretch.end) for stretch in some)
    for places in networkx.strongly_connected_components(graph):
        inside = [stretch for stretch in some if stretch.start in places and stretch.end in places]
        if inside:
            entering = [stretch for stretch in stretches if stretch.end in places and stretch not in inside]
            loop = counted_loop(frozenset(places), inside, entering)
            found.append(loop)
            found += loops_among([stretch for stretch in inside if stretch not in loop.counted], stretches)
    return found


def counted_loop(places, inside, entering):
    for counter in counters(min(places), inside):
        rounds = counter.rounds(inside, entering)
        if rounds is not None:
            return Loop(places, frozenset(counter.steps(inside)), rounds)
    raise Violation(f"a loop that nothing is known to end: {sorted(map(hex, places))}")


def counters(head, inside):
    """All that a loop may count with."""
    for kept_at in next(stretch.before for stretch in inside if stretch.start == head):
        counter = counter_from(head, kept_at, inside)
        if counter is not None:
            yield counter


def counter_from(head, kept_at, inside):
    """The counter that is kept there at the head, if that is one."""
    kept, waiting, steps = {head: kept_at}, [head], set()
    while waiting:
        start = waiting.pop()
        for stretch in (stretch for stretch in inside if stretch.start == start):
            if stretch.end not in kept:
                candidates = sorted(stretch.after, key=lambda place: place != kept[start])
                followed = [place for place in candidates if stretch.change(kept[start], place) is not None]
                if not followed:
                    return None
                kept[stretch.end] = followed[0]
                waiting.append(stretch.end)
            change = stretch.change(kept[start], kept[stretch.end])
            if change is None:
                return None
            steps.add(change)
    steps.discard(0)
    return Counter(kept, steps.pop()) if len(steps) == 1 else None


@dataclass(frozen=True)
class Counter:
    """Where the counter is at each place of a loop, and its step; some stretches leave it as it is."""

    kept: dict
    step: int

    def steps(self, inside):
        """The stretches that count."""
        return [stretch for stretch in inside if self.change(stretch)]

    def change(self, stretch):
        return stretch.change(self.kept[stretch.start], self.kept[stretch.end])

    def rounds(self, inside, entering):
        """How many steps are left at most where the loop is entered, if it can't step over its end."""
        first = [(stretch.state, stretch.after[self.kept[stretch.end]]) for stretch in entering]
        bits = first[0][1].size()
        goes_up = self.step < 1 << (bits - 1)
        length = self.step if goes_up else (1 << bits) - self.step
        if any("base" in value.variables for _, value in first):
            return None
        farthest = [state.solver.min(value) if goes_up else state.solver.max(value) for state, value in first]
        farthest = min(farthest) if goes_up else max(farthest)
        for rounds in range(TOO_OFTEN):
            end = (farthest + rounds * self.step) % (1 << bits)
            if not self.goes_on_from(end, inside, entering):
                left = [(state, end - value if goes_up else value - end) for state, value in first]
                is_before_end = all(
                    always(state, claripy.And(value <= rounds * length, value % length == 0))
                    for state, value in left
                )
                return rounds if is_before_end else None
        return None

    def goes_on_from(self, number, inside, entering):
        """Whether, once the counter has become that number, a step can follow."""
        steps = self.steps(inside)
        taken = []
        for stretch in inside:
            is_number = stretch.before[self.kept[stretch.start]] == number
            if stretch.state.solver.satisfiable(extra_constraints=[is_number]):
                taken.append(stretch)
        reached = networkx.DiGraph((stretch.start, stretch.end) for stretch in taken if stretch not in steps)
        arrived = {stretch.end for stretch in [*steps, *entering]}
        for place in list(arrived):
            if place in reached:
                arrived |= networkx.descendants(reached, place)
        return any(stretch.start in arrived for stretch in taken if stretch in steps)
