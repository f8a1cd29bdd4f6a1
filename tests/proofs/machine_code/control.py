"""That the proof can fail: each conditional jump of the option walk is taken out of the machine code, one at
a time; the first one of the whole call takes any frame for long enough; and patches break a copy of the core.
All have to be refuted, and the patched ones for what they break."""

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
LONG_ENOUGH = ("hs", "hi", "ge", "gt")
# A jump without a condition: 11 bits are how far (ARMv7-M, B, encoding T2).
ALWAYS = 0xE000
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


def any_length(program):
    """The first jump of the call, which asks how long the frame is, so that every frame is long enough: taken
    always, or never, as the compiler has laid out the two ways."""
    [(address, size), *_] = conditional_jumps(program, ENTRY)
    code = program.project.loader.memory.load(address, size)
    jump = program.project.factory.block(address | 1).capstone.insns[-1]
    if jump.mnemonic[1:3] not in LONG_ENOUGH:
        return {address: NO_OPERATION[size]}
    if size != 2:
        raise SystemExit(f"no jump of two bytes: {jump}")
    offset = code[0] | (0x700 if code[0] & 0x80 else 0)
    return {address: (ALWAYS | offset).to_bytes(2, "little")}


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
    changes = any_length(whole)
    [address] = changes
    refuted.append(is_refuted(f"any length of frame, at {address:#x}", Finder(Program(path, changes))))
    refuted.append(are_refuted(PATCHES))
    return all(refuted)


def run_loops():
    """The same of a loop that goes on for too long."""
    return are_refuted(LOOP_PATCHES)
