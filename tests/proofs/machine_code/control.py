"""That the proof can fail: each conditional jump of the option walk is taken out of the machine code, one at
a time, and the first one of the whole call; and patches break a copy of the core. All have to be refuted, and
the patched ones for what they break."""

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
# What refutes each, and what is wrong then. The others break what is not proven here.
PATCHES = {
    "01-odd-offset-forgotten": (Header, "a checksum that is not what RFC 1624 makes of it"),
    "02-only-one-mss": (Header, "an MSS above the ceiling is left over"),
    "03-one-fold": (Header, "a checksum that is not what RFC 1624 makes of it"),
    "04-end-of-list-ends": (OptionWalk, "the walk ends too early"),
    "05-authentication-broken": (Header, "an authenticated segment is changed"),
    "08-usual-options-guessed": (Header, "without a walk, options of no layout that was looked at"),
    "10-reset-is-a-syn": (Finder, "a header that is no SYN's"),
}
# That a loop goes on for too long is seen last.
LOOP_PATCHES = {"11-tags-not-counted": (Finder, "a loop that nothing is known to end")}
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
        return str(why)
    return None


def is_refuted(name, proof, reason=""):
    why = refutation(proof)
    if why is None:
        print(f"NOT REFUTED: {name}", flush=True)
        return False
    if not why.startswith(reason):
        print(f"REFUTED FOR SOMETHING ELSE: {name}: {why}", flush=True)
        return False
    print(f"refuted, as it must be: {name}: {why}", flush=True)
    return True


def are_refuted(patches):
    """Whether each of these is, in a copy of the workspace that has it."""
    refuted = []
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for patch, (proof, reason) in patches.items():
            command = ["git", "apply", str(ROOT / "tests" / "patches" / f"{patch}.patch")]
            subprocess.run(command, cwd=copy, check=True)
            refuted.append(is_refuted(f"the core with {patch}", proof(Program(link(copy))), reason))
            subprocess.run([*command, "--reverse"], cwd=copy, check=True)
    return all(refuted)


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
    refuted.append(are_refuted(PATCHES))
    return all(refuted)


def run_loops():
    """The same of a loop that goes on for too long."""
    return are_refuted(LOOP_PATCHES)
