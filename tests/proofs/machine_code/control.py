"""That the proof can fail: each conditional jump of the option walk is taken out of the machine code, one at
a time, and the first one of the whole call, and a patch breaks a copy of the core; all have to be refuted."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from finder import ENTRY, Finder
from header import Header
from memory import Violation
from option_walk import FUNCTION as WALK
from option_walk import OptionWalk, learn_layout
from program import ROOT, Program, link

NO_OPERATION = {2: bytes.fromhex("00bf"), 4: bytes.fromhex("aff30080")}
CONDITIONS = ("eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le")
PATCH = "01-odd-offset-forgotten.patch"
LEFT_OUT = shutil.ignore_patterns("target", ".git")


def conditional_jumps(program, function):
    """Where a function may or may not jump, and with how many bytes. A jump in a block of conditional
    instructions (IT) is no conditional jump by itself."""
    jumps = set()
    for block in program.graphs[program.address(function)].blocks:
        last = block.capstone.insns[-1]
        is_branch = last.mnemonic[0] == "b" and last.mnemonic[1:3] in CONDITIONS
        if is_branch or last.mnemonic.startswith(("cbz", "cbnz")):
            jumps.add((last.address & ~1, last.size))
    return sorted(jumps)


def refutation(proof):
    """Why a proof fails, or nothing."""
    try:
        proof.prove()
    except Violation as why:
        return why
    return None


def is_refuted(name, proof):
    why = refutation(proof)
    print(f"refuted, as it must be: {name}: {why}" if why else f"NOT REFUTED: {name}", flush=True)
    return why is not None


def broken_core(directory):
    """The program of a copy of the workspace with the patch in it."""
    copy = Path(directory) / "copy"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    subprocess.run(["git", "apply", str(ROOT / "tests" / "patches" / PATCH)], cwd=copy, check=True)
    return link(copy)


def run(path):
    """Whether everything that is broken is refuted."""
    refuted = []
    whole = Program(path)
    layout = learn_layout(whole)
    for address, size in conditional_jumps(whole, WALK):
        program = Program(path, {address: NO_OPERATION[size]})
        refuted.append(is_refuted(f"the walk without its jump at {address:#x}", OptionWalk(program, layout)))
    [(address, size), *_] = conditional_jumps(whole, ENTRY)
    program = Program(path, {address: NO_OPERATION[size]})
    refuted.append(is_refuted(f"the frame's length not looked at, at {address:#x}", Finder(program)))
    with tempfile.TemporaryDirectory() as directory:
        refuted.append(is_refuted(f"the core with {PATCH}", Header(Program(broken_core(directory)))))
    return bool(refuted) and all(refuted)
