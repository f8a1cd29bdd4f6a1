#!/usr/bin/env python3
"""Proves things of the machine code that `Clamp::frame` is on a Cortex-M4 or M7, by symbolic execution: see `tests/PROOF.md`.

    python3 tests/proofs/machine_code            the proof
    python3 tests/proofs/machine_code header     the part behind a found header, which is the quick one
    python3 tests/proofs/machine_code control    that it can fail

Exit codes: 0 proven (or all that is broken refuted), 1 not, 2 bad usage."""

import logging
import sys
import time

# Before `angr` is loaded, or it complains about an emulator that is not used here.
logging.getLogger("angr").setLevel(logging.CRITICAL)
logging.getLogger("cle").setLevel(logging.CRITICAL)

import control
from finder import Finder
from header import Header
from memory import Violation
from program import Program, link
from walk import LONGEST_OPTIONS, MSS_LEN


def prove_header(program):
    header = Header(program)
    cost = header.prove()
    walk = header.walk_cost
    most = LONGEST_OPTIONS // MSS_LEN
    print(f"proven  the option walk: {header.walk.machine.paths} paths; "
          f"at most {walk.of(LONGEST_OPTIONS, 0)} instructions, {walk.of(LONGEST_OPTIONS, most)} if all options are MSS; "
          f"{walk.stack_bytes} bytes of stack")
    print(f"proven  the clamp of a header: {cost.paths} paths; at most {cost.instructions} instructions with its walks, "
          f"{cost.stack_bytes} bytes of stack", flush=True)


def prove_finder(program):
    finder = Finder(program)
    finder.prove()
    print(f"proven  the way to a header: {finder.machine.paths} paths between {len(finder.meetings)} places")


def main():
    part = sys.argv[1:]
    if part not in ([], ["header"], ["control"]):
        print(__doc__, file=sys.stderr)
        return 2
    started = time.process_time()
    path = link()
    held = True
    try:
        if part == ["control"]:
            held = control.run(path)
        else:
            prove_header(Program(path))
        if not part:
            prove_finder(Program(path))
    except Violation as why:
        print(f"REFUTED {why}")
        held = False
    print(f"{time.process_time() - started:.0f} s of CPU")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
