#!/usr/bin/env python3
"""Proves things of the machine code that `Clamp::frame` is on a Cortex-M4 or M7, by symbolic execution: see
`tests/PROOF.md`.

    python3 tests/proofs/machine_code                  the proof
    python3 tests/proofs/machine_code header           the part behind a found header, which is the quick one
    python3 tests/proofs/machine_code control          that it can fail
    python3 tests/proofs/machine_code control loops    that it can fail where a loop goes on for too long

Exit codes: 0 proven (or all that is broken refuted), 1 not, 2 bad usage."""

import logging
import sys
import time

# Before `angr` is loaded, or it complains about an emulator that is not used here.
logging.getLogger("angr").setLevel(logging.CRITICAL)
logging.getLogger("cle").setLevel(logging.CRITICAL)

import budgets
import control
from deepest import run as run_deepest
from finder import Finder
from header import Header
from memory import Violation
from program import Program, link
from walk import LONGEST_OPTIONS, MSS_LEN


def prove_header(program):
    header = Header(program)
    cost = header.prove()
    walk = header.walk_cost
    longest, mss_only = walk.of(LONGEST_OPTIONS, 0), walk.of(LONGEST_OPTIONS, LONGEST_OPTIONS // MSS_LEN)
    print(f"proven  the option walk: {header.walk.machine.paths} paths; at most {longest} instructions, "
          f"{mss_only} if all options are MSS")
    print(f"proven  the clamp of a header: {cost.paths} paths; at most {cost.instructions} instructions with "
          f"its walks, and {cost.stack_bytes} bytes of stack", flush=True)
    return cost


def prove_call(program, header_cost):
    finder = Finder(program, header_cost)
    cost = finder.prove()
    rounds = ", ".join(str(loop.rounds) for loop in finder.loops)
    print(f"proven  the way to a header: {cost.paths} paths between {len(finder.meetings)} places; "
          f"{len(finder.loops)} loops, which repeat at most {rounds} times")
    deepest = run_deepest(program)
    print(f"proven  the whole call: at most {cost.instructions} instructions and {cost.stack_bytes} bytes of "
          f"stack; the deepest frame takes {deepest.instructions} and {deepest.stack_bytes}")
    if deepest.instructions > cost.instructions or deepest.stack_bytes > cost.stack_bytes:
        raise Violation("a frame that takes more than any can")
    budgets.hold("Cortex-M7 instructions, Clamp::frame, proven for any frame", cost.instructions)
    budgets.hold("Cortex-M7 bytes of stack, Clamp::frame, proven for any frame", cost.stack_bytes)


def main():
    part = sys.argv[1:]
    if part not in ([], ["header"], ["control"], ["control", "loops"]):
        print(__doc__, file=sys.stderr)
        return 2
    started = time.process_time()
    path = link()
    held = True
    try:
        if part == ["control"]:
            held = control.run(path)
        elif part == ["control", "loops"]:
            held = control.run_loops()
        else:
            cost = prove_header(Program(path))
        if not part:
            prove_call(Program(path), cost)
    except Violation as why:
        print(f"REFUTED {why}")
        held = False
    print(f"{time.process_time() - started:.0f} s of CPU")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
