"""Symbolic execution from one place of a function to the next that matters: a loop head, a call, the
return."""

from dataclasses import dataclass

import angr
import claripy
import pyvex

from memory import STACK_TOP, WORD, Memory, Violation

RETURN_TO = 0x1FFF_FFF0
# As the procedure call standard of the architecture has them (AAPCS, section 6.1.1).
KEPT_REGISTERS = ("r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11")
SCRATCH_REGISTERS = ("r0", "r1", "r2", "r3", "r12", "lr")
REGISTERS = SCRATCH_REGISTERS[:4] + KEPT_REGISTERS + SCRATCH_REGISTERS[4:]
MEMORY_STATEMENTS = (pyvex.stmt.LoadG, pyvex.stmt.StoreG, pyvex.stmt.Store)


@dataclass
class Arrival:
    """A path's end: its state, where that is, and how many instructions the path took at most."""

    state: angr.SimState
    address: int
    instructions: int


class Machine:
    """Runs a program's functions, with `stops` being addresses besides the return at which paths end."""

    def __init__(self, program, stops):
        self.program = program
        self.stops = set(stops)
        self.blocks = {}
        self.paths = 0

    def state_at(self, address, packet, policy=None):
        """A state before a call: any values in all registers, an empty stack."""
        memory = Memory(self.program, packet, policy)
        options = {angr.options.SYMBOLIC_INITIAL_VALUES} | angr.options.modes["symbolic"]
        options -= {angr.options.SUPPORT_FLOATING_POINT}
        plugins = {"memory": memory}
        state = angr.SimState(project=self.program.project, plugins=plugins, mode="symbolic", options=options)
        for register in REGISTERS:
            setattr(state.regs, register, before(register))
        state.regs.itstate = 0
        forget_flags(state)
        state.regs.sp = STACK_TOP
        state.regs.lr = RETURN_TO | 1
        state.regs.ip = address
        return state

    def run(self, state):
        """Every path from `state` to a stop that it is not at already."""
        waiting = [(state, 0, True)]
        while waiting:
            state, instructions, is_first = waiting.pop()
            address = state.solver.eval_one(state.regs.ip)
            if address == (RETURN_TO | 1) or (address in self.stops and not is_first):
                self.paths += 1
                if address == (RETURN_TO | 1):
                    hold_calling_convention(state)
                yield Arrival(state, address, instructions)
                continue
            block = self.block_at(address)
            successors = self.program.project.factory.successors(state, irsb=block)
            if successors.unconstrained_successors:
                raise Violation(f"a jump to anywhere, near {address:#x}")
            for following in successors.flat_successors:
                following.memory.reach_stack(following.solver.eval_one(following.regs.sp))
                waiting.append((following, instructions + block.instructions, False))

    def block_at(self, address):
        """The instructions from an address to the next jump or stop, optimised if that leaves out none of
        their accesses."""
        if address not in self.blocks:
            factory = self.program.project.factory
            whole, optimised = (
                factory.block(address, extra_stop_points=self.stops, opt_level=level).vex for level in (0, 1)
            )
            self.blocks[address] = optimised if accesses(whole) == accesses(optimised) else whole
        return self.blocks[address]


def accesses(block):
    """How often a block loads and stores."""
    stores = sum(isinstance(statement, MEMORY_STATEMENTS) for statement in block.statements)
    return stores + sum(isinstance(expression, pyvex.expr.Load) for expression in block.expressions)


def before(register):
    """What a register held when the function was called."""
    return claripy.BVS(f"before_{register}", WORD, explicit_name=True)


def hold_calling_convention(state):
    """What a function has to leave as it was."""
    kept = [getattr(state.regs, register) == before(register) for register in KEPT_REGISTERS]
    if not claripy.is_true(claripy.simplify(claripy.And(state.regs.sp == STACK_TOP, *kept))):
        raise Violation("a return with other registers than the caller's")


def forget_scratch(state):
    """Behind a call any of these may hold anything."""
    for register in SCRATCH_REGISTERS:
        setattr(state.regs, register, claripy.BVS("scratch", WORD))
    forget_flags(state)


def forget_flags(state):
    """Condition flags of any value: operation 0 of the lifter takes them as they are."""
    state.regs.cc_op = 0
    state.regs.cc_dep1 = claripy.BVS("flags", WORD)
    state.regs.cc_dep2 = 0
    state.regs.cc_ndep = 0
