"""The longest way through stretches of code, with each loop gone round as often as it can be."""

from collections import defaultdict
from functools import cache


class Longest:
    """By place, and by how often each loop around it has been gone round."""

    def __init__(self, stretches, loops):
        self.stretches, self.loops_around = defaultdict(list), defaultdict(list)
        for stretch in stretches:
            self.stretches[stretch.start].append(stretch)
        for loop in loops:
            for place in loop.places:
                self.loops_around[place].append(loop)
        self.from_there = cache(self.from_there)

    def from_start(self, start):
        return self.from_there(start, (0,) * len(self.loops_around[start]))

    def from_there(self, place, rounds):
        """How many instructions follow at most."""
        most = 0
        for stretch in self.stretches[place]:
            following = self.following(stretch, rounds)
            if following is not None:
                most = max(most, stretch.instructions + self.from_there(stretch.end, following))
        return most

    def following(self, stretch, rounds):
        """The rounds gone at a stretch's end, if it can be taken at all."""
        around, there = self.loops_around[stretch.start], self.loops_around[stretch.end]
        kept = []
        for loop, gone in zip(around, rounds):
            if stretch in loop.counted:
                if gone == loop.rounds:
                    return None
                kept.append(gone + 1)
                break
            if loop not in there:
                break
            kept.append(gone)
        return tuple(kept) + (0,) * (len(there) - len(kept))
