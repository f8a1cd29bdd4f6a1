#!/usr/bin/env python3
"""Proves that the update of RFC 1624, equation 3, as `clamp-core/src/checksum.rs` does it, gives bit for bit
the field that a recomputation gives: for every sum that a real segment's other words can have, every MSS
before and after, at both parities; and that a checksum which was wrong stays wrong by the same amount.

Exit codes: 0 proven, 1 a counterexample (printed)."""

import sys

from z3 import And, BitVec, BitVecVal, Concat, Extract, Not, Solver, ZeroExt, sat


def wide(word):
    return ZeroExt(16, word)


def low(word):
    return Extract(15, 0, word)


def folded(total):
    """A sum of 32 bits folded twice, as the core does it."""
    for _ in range(2):
        total = (total & 0xFFFF) + ((total >> 16) & 0xFFFF)
    return low(total)


def plus(one, other):
    """The ones' complement sum, by a carry that goes around: another way to write it than the core's."""
    total = wide(one) + wide(other)
    return low(total) + ZeroExt(15, Extract(16, 16, total))


def after_replacing(checksum, old, new):
    return ~folded(wide(~checksum) + wide(~old) + wide(new))


def swapped(word):
    return Concat(Extract(7, 0, word), Extract(15, 8, word))


def proves(name, claim, *assumptions):
    solver = Solver()
    solver.add(And(*assumptions), Not(claim))
    if solver.check() == sat:
        print(f"REFUTED {name}: {solver.model()}")
        return False
    print(f"proven  {name}")
    return True


def main():
    # What all other words add up to. Never 0: the pseudo header's protocol and length are among them, and a
    # ones' complement sum of words that are not all 0 is never 0.
    others, old, new, checksum = (BitVec(name, 16) for name in ("others", "old", "new", "checksum"))
    real = others != 0
    even = after_replacing(~plus(others, old), old, new) == ~plus(others, new)

    # At an odd offset the value's bytes lie in two words: the high byte is the low one of the first word, and
    # the low byte the high one of the second.
    def straddling(value):
        first = Concat(BitVecVal(0, 8), Extract(15, 8, value))
        second = Concat(Extract(7, 0, value), BitVecVal(0, 8))
        return plus(first, second)

    odd = after_replacing(
        ~plus(others, straddling(old)), swapped(old), swapped(new)
    ) == ~plus(others, straddling(new))

    # The amount by which a checksum is wrong: what the whole sum, field included, is more than ffff.
    def error(field, word):
        return plus(plus(others, word), field)

    kept = error(after_replacing(checksum, old, new), new)
    same_error = kept == error(checksum, old)
    results = [
        proves("even offset, bit for bit as recomputed", even, real),
        proves("odd offset, bit for bit as recomputed", odd, real),
        proves("a wrong checksum stays wrong by the same amount", same_error, real),
        proves("control: without swapping, an odd offset is wrong somewhere",
               after_replacing(~plus(others, straddling(old)), old, new) != ~plus(others, straddling(new)),
               others == 0x1234, old == 1460, new == 1452),
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
