"""What one step over the options of a SYN has to do, written down a second time, from the contract: kinds 0
and 1 are one byte, and a length of 0 or 1 advances one byte; an option that runs past the header ends the
walk."""

from dataclasses import dataclass, replace

import claripy

from memory import BYTE, WORD

MSS, MSS_LEN = 2, 4
MD5_SIGNATURE, MD5_SIGNATURE_LEAST_LEN = 19, 2
AUTHENTICATION, AUTHENTICATION_LEAST_LEN = 29, 4
LONGEST_OPTIONS = 40


@dataclass(frozen=True)
class Found:
    """What a walk has found: how many MSS options, the largest one and where its value is, and two
    signatures."""

    largest: claripy.ast.BV
    count: claripy.ast.BV
    at: claripy.ast.BV
    authentication: claripy.ast.BV
    md5: claripy.ast.BV

    @classmethod
    def nothing(cls):
        return cls(claripy.BVV(0, 16), *(claripy.BVV(0, BYTE) for _ in range(4)))

    @classmethod
    def anything(cls):
        others = (claripy.BVS(name, BYTE) for name in ("count", "at", "ao", "md5"))
        return cls(claripy.BVS("largest", 16), *others)

    def is_same(self, other):
        pairs = zip(vars(self).values(), vars(other).values())
        return claripy.And(*(mine == theirs for mine, theirs in pairs))

    def is_consistent(self, walked):
        """What is true of it after `walked` bytes of options, whatever they were."""
        at, count = claripy.ZeroExt(24, self.at), claripy.ZeroExt(24, self.count)
        something = claripy.And(at >= 2, at + 2 <= walked)
        return claripy.And(
            count * MSS_LEN <= walked,
            claripy.If(count == 0, claripy.And(self.largest == 0, at == 0), something),
            self.authentication <= 1,
            self.md5 <= 1,
        )


def step_len(kind, length):
    return claripy.If(claripy.Or(kind <= 1, length == 0), claripy.BVV(1, WORD), claripy.ZeroExt(24, length))


def after_step(found, kind, length, value, place):
    """What is found once the option at `place` has been walked over; `value` is what follows its length."""
    step = step_len(kind, length)
    is_mss = claripy.And(kind == MSS, step == MSS_LEN)
    is_larger = claripy.And(is_mss, value >= found.largest)
    is_authentication = claripy.And(kind == AUTHENTICATION, step >= AUTHENTICATION_LEAST_LEN)
    is_md5 = claripy.And(kind == MD5_SIGNATURE, step >= MD5_SIGNATURE_LEAST_LEN)
    return replace(
        found,
        largest=claripy.If(is_larger, value, found.largest),
        at=claripy.If(is_larger, (place + 2)[7:0], found.at),
        count=claripy.If(is_mss, found.count + 1, found.count),
        authentication=claripy.If(is_authentication, claripy.BVV(1, BYTE), found.authentication),
        md5=claripy.If(is_md5, claripy.BVV(1, BYTE), found.md5),
    )
