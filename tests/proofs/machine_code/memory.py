"""The memory that the proven code sees: a few regions with their bounds, and nothing else. A load or a store
that can be anywhere else, or that reads what nobody wrote, is a violation: it ends the proof."""

import claripy
from angr.storage.memory_mixins.memory_mixin import MemoryMixin

BYTE = 8
WORD = 32
STACK_TOP = 0x2100_0000
STACK_LEN = 0x1000
OUTCOME_AT = 0x2200_0000
OUTCOME_LEN = 6
POLICY_AT = 0x2300_0000
POLICY_LEN = 16

# Where the bytes of the caller are: any address at all, as long as they don't run past the last one.
BASE = claripy.BVS("base", WORD, explicit_name=True)


class Violation(Exception):
    """What the code does and must not do."""


class Packet:
    """The caller's bytes, `length` of them. Where they may be written, the first few are in `contents`;
    elsewhere any two reads at what is not plainly the same offset may give different bytes, which is more
    than memory can do."""

    def __init__(self, length, contents=None):
        self.length = length
        self.contents = contents
        self.seen = {}

    @classmethod
    def writable(cls, length, longest):
        return cls(length, [claripy.BVS("byte", BYTE) for _ in range(longest)])

    def byte(self, offset):
        """The byte at an offset that is known to be inside."""
        offset = claripy.simplify(offset)
        if self.contents is not None:
            if not offset.concrete:
                raise Violation(f"a load at an offset that depends on the packet: {offset}")
            return self.contents[offset.concrete_value]
        if offset not in self.seen:
            self.seen[offset] = claripy.BVS("any", BYTE)
        return self.seen[offset]

    def word(self, offset):
        """Two of them, in network order."""
        return claripy.Concat(self.byte(offset), self.byte(offset + 1))


def first_choice(address):
    """The outermost choice between pointers in it."""
    if "base" not in address.variables:
        return None
    if address.op == "If":
        return address
    parts = (first_choice(part) for part in address.args if isinstance(part, claripy.ast.BV))
    return next((choice for choice in parts if choice is not None), None)


def offset_in_packet(address):
    """How far behind the packet's base an address is, if it is made from it at all."""
    if "base" not in address.variables:
        return None
    offset = claripy.simplify(claripy.replace(address, BASE, claripy.BVV(0, WORD)))
    if "base" in offset.variables or not claripy.is_true(claripy.simplify(address == BASE + offset)):
        raise Violation(f"an address that is no sum with the packet's base: {address}")
    return offset


class Memory(MemoryMixin):
    """Memory of an `angr` state."""

    def __init__(self, program, packet, policy=None):
        super().__init__(memory_id="mem", endness="Iend_LE")
        self.program = program
        self.packet = packet
        self.policy = policy
        # Of the stack and of the outcome, what was written.
        self.written = {}
        # Each store into the packet: offset, data, and when.
        self.packet_stores = []
        self.lowest_stack = STACK_TOP

    @MemoryMixin.memo
    def copy(self, memo):
        copied = super().copy(memo)
        copied.program = self.program
        copied.packet = self.packet
        copied.policy = self.policy
        copied.written = dict(self.written)
        copied.packet_stores = list(self.packet_stores)
        copied.lowest_stack = self.lowest_stack
        return copied

    def load(self, addr, size=None, endness=None, condition=None, **_options):
        address, when = as_word(addr), claripy.true() if condition is None else condition
        offset = offset_in_packet(self.chosen(address, when))
        if offset is not None:
            self.hold_in_packet(offset, size, when, "a load")
            read = [self.packet.byte(offset + place) for place in range(size)]
        elif address.concrete:
            read = [self.read_byte(address.concrete_value + place) for place in range(size)]
        else:
            read = self.read_table(address, size, when)
        return claripy.Concat(*(reversed(read) if endness == "Iend_LE" else read))

    def store(self, addr, data, size=None, endness=None, condition=None, **_options):
        address, when = as_word(addr), claripy.true() if condition is None else condition
        count = data.size() // BYTE
        written = [data.get_byte(place) for place in range(count)]
        if endness == "Iend_LE":
            written.reverse()
        offset = offset_in_packet(self.chosen(address, when))
        if offset is not None:
            self.hold_in_packet(offset, count, when, "a store")
            self.packet_stores.append((offset, written, when))
            self.write_packet(offset, written, when)
            return
        if not address.concrete:
            raise Violation(f"a store to where nobody can say: {address}")
        for place, byte in enumerate(written):
            self.write_byte(address.concrete_value + place, byte, when)

    def chosen(self, address, when):
        """An address that was made under the condition of its own access is what it is under that
        condition."""
        choice = None if claripy.is_true(when) else first_choice(address)
        if choice is None:
            return address
        condition, then, otherwise = choice.args
        if not self.state.solver.satisfiable(extra_constraints=[when, claripy.Not(condition)]):
            chosen = then
        elif not self.state.solver.satisfiable(extra_constraints=[when, condition]):
            chosen = otherwise
        else:
            return address
        return self.chosen(claripy.simplify(claripy.replace(address, choice, chosen)), when)

    def hold_in_packet(self, offset, size, when, what):
        """Any access that can leave the packet is a violation; sums have a bit more, so that they don't
        wrap."""
        end = claripy.ZeroExt(1, offset) + size
        outside = claripy.And(when, claripy.UGT(end, claripy.ZeroExt(1, self.packet.length)))
        if self.state.solver.satisfiable(extra_constraints=[outside]):
            raise Violation(f"{what} of {size} bytes can leave the packet: {offset}")

    def write_packet(self, offset, written, when):
        if self.packet.contents is None:
            raise Violation("a store into the packet before a header was found")
        contents = list(self.packet.contents)
        if claripy.is_true(when) and offset.concrete:
            contents[offset.concrete_value:offset.concrete_value + len(written)] = written
            self.packet = Packet(self.packet.length, contents)
            return
        for place, byte in enumerate(written):
            for at, before in enumerate(contents):
                is_here = claripy.And(when, offset + place == at)
                contents[at] = claripy.simplify(claripy.If(is_here, byte, before))
        self.packet = Packet(self.packet.length, contents)

    def read_byte(self, address):
        if address in self.written:
            return self.written[address]
        if self.policy is not None and POLICY_AT <= address < POLICY_AT + POLICY_LEN:
            return self.policy[address - POLICY_AT]
        if self.program.holds(address):
            return claripy.BVV(self.program.byte(address), BYTE)
        raise Violation(f"a load from {address:#x}, which nobody wrote")

    def read_table(self, address, size, when):
        """A table of the compiler: all that the address can be has to lie in the program."""
        solver = self.state.solver
        addresses = solver.eval_upto(address, 257, extra_constraints=[when])
        if len(addresses) > 256 or not all(self.program.holds(at + size - 1) for at in addresses):
            raise Violation(f"a load from where nobody can say: {address}")
        read = []
        for place in range(size):
            byte = claripy.BVV(0, BYTE)
            for at in addresses:
                byte = claripy.If(address == at, self.read_byte(at + place), byte)
            read.append(byte)
        return read

    def reach_stack(self, address):
        self.lowest_stack = min(self.lowest_stack, address)

    def write_byte(self, address, byte, when):
        if STACK_TOP - STACK_LEN <= address < STACK_TOP:
            self.reach_stack(address)
        elif not OUTCOME_AT <= address < OUTCOME_AT + OUTCOME_LEN:
            raise Violation(f"a store to {address:#x}")
        before = self.written.get(address, claripy.BVS("before", BYTE))
        self.written[address] = claripy.simplify(claripy.If(when, byte, before))


def as_word(address):
    return claripy.BVV(address, WORD) if isinstance(address, int) else claripy.simplify(address)
