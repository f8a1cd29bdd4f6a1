#!/usr/bin/env python3
"""Proves things of the machine code that `Clamp::frame` is on a Cortex-M4 or M7, by symbolic execution: see `tests/PROOF.md`.

    python3 tests/proofs/machine_code            the proof
    python3 tests/proofs/machine_code control    that it can fail

Exit codes: 0 proven (or all that is broken refuted), 1 not."""

import logging
import sys
import time

# Before `angr` is loaded, or it complains about an emulator that is not used here.
logging.getLogger("angr").setLevel(logging.CRITICAL)
logging.getLogger("cle").setLevel(logging.CRITICAL)

import control
from header import Header
from memory import Violation
from program import Program, link
from walk import LONGEST_OPTIONS, MSS_LEN


def prove(path):
    header = Header(Program(path))
    cost = header.prove()
    walk = header.walk_cost
    most = LONGEST_OPTIONS // MSS_LEN
    print(f"proven  the option walk: {header.walk.machine.paths} paths; at most {walk.of(LONGEST_OPTIONS, 0)} instructions, "
          f"{walk.of(LONGEST_OPTIONS, most)} if all options are MSS; {walk.stack_bytes} bytes of stack")
    print(f"proven  the clamp of a header: {cost.paths} paths; at most {cost.instructions} instructions with its walks, "
          f"{cost.stack_bytes} bytes of stack")
    return True


def main():
    started = time.process_time()
    path = link()
    try:
        held = control.run(path) if sys.argv[1:] == ["control"] else prove(path)
    except Violation as why:
        print(f"REFUTED {why}")
        held = False
    print(f"{time.process_time() - started:.0f} s of CPU")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
