"""The program that is proven: one call of the core, linked alone as the images are, with its symbols."""

import re
import subprocess
from pathlib import Path

import angr

ROOT = Path(__file__).resolve().parents[3]
TARGET = "thumbv7em-none-eabihf"
# What the images are built with.
PROFILE = "firmware"
BY_SIZE = ("lo", "hs", "hi", "ls")
LONGEST_HEADER = 64


def link(root=ROOT):
    """Links `Clamp::frame` and all that it reaches, and returns where the program is."""
    target_directory = root / "target" / "machine-code"
    command = ["cargo", "rustc", "--quiet", "--profile", PROFILE, "-p", "clamp-core"]
    command += ["--example", "footprint", "--target", TARGET, "--target-dir", str(target_directory)]
    command += ["--", "-C", "link-arg=--gc-sections", "-C", "link-arg=--entry=frame"]
    command += ["--cfg=alone", '--cfg=entry="frame"']
    subprocess.run(command, cwd=root, check=True)
    return target_directory / TARGET / PROFILE / "examples" / "footprint"


class Program:
    """An ELF file, its functions by their names, and where their loops begin."""

    def __init__(self, path, changes=None):
        """With `changes`, bytes by their address, it is another program: one that is broken on purpose."""
        self.project = angr.Project(str(path), auto_load_libs=False)
        for address, code in (changes or {}).items():
            self.project.loader.memory.store(address, code)
        symbols = self.project.loader.main_object.symbols
        functions = [symbol for symbol in symbols if symbol.is_function]
        self.addresses = {readable(function.name): function.rebased_addr for function in functions}
        graphs = self.project.analyses.CFGFast(normalize=True, function_starts=list(self.addresses.values()))
        self.graphs = graphs.kb.functions
        self.lengths = self.least_lengths()

    def least_lengths(self):
        """The small numbers that the code compares by size: mostly how long a header has to be."""
        numbers = set()
        for address in self.addresses.values():
            for block in self.graphs[address].blocks:
                instructions = block.capstone.insns
                for one, following in zip(instructions, instructions[1:]):
                    number = re.search(r"#(0x[0-9a-f]+|\d+)$", one.op_str)
                    if one.mnemonic.startswith("cmp") and number and following.mnemonic[1:3] in BY_SIZE:
                        numbers |= {int(number[1], 0), int(number[1], 0) + 1}
        return sorted(number for number in numbers if 0 < number <= LONGEST_HEADER)

    def holds(self, address):
        """Whether an address is in a section that the program has in flash."""
        section = self.project.loader.find_section_containing(address)
        return section is not None and not section.is_writable

    def is_constant(self, address):
        """Whether that is one with constants, and without code."""
        section = self.project.loader.find_section_containing(address)
        return self.holds(address) and not section.is_executable

    def byte(self, address):
        return self.project.loader.memory[address]

    def address(self, name):
        """Where a function begins. One that was inlined has no address, and the proof has to be told."""
        if name not in self.addresses:
            raise SystemExit(f"no function of its own: {name}; there are {sorted(self.addresses)}")
        return self.addresses[name]

    def loop_heads(self, name):
        """What a depth-first search comes back to: each loop of the function goes through one of them."""
        graph = self.graphs[self.address(name)].graph

        def successors(node):
            return iter(sorted(graph.successors(node), key=lambda successor: successor.addr))

        entry = next(node for node in graph if node.addr == self.address(name))
        heads, on_the_way, done = set(), {entry}, set()
        stack = [(entry, successors(entry))]
        while stack:
            node, left = stack[-1]
            following = next(left, None)
            if following is None:
                on_the_way.discard(node)
                done.add(node)
                stack.pop()
            elif following in on_the_way:
                heads.add(following.addr)
            elif following not in done:
                on_the_way.add(following)
                stack.append((following, successors(following)))
        return heads

    def meetings(self, name, ways):
        """Where at least so many ways through a function come together."""
        graph = self.graphs[self.address(name)].graph
        return {node.addr for node in graph if graph.in_degree(node) >= ways}


def readable(name):
    """`options::read` out of `_ZN10clamp_core7options7Options4read17h738a45cc8448fb97E`."""
    if not name.startswith("_ZN"):
        return name
    parts, rest = [], name[3:]
    while match := re.match(r"\d+", rest):
        length = int(match.group())
        rest = rest[match.end():]
        parts.append(rest[:length])
        rest = rest[length:]
    return parts[-2]
