"""Which registers a place in a function reads before it writes them. What nobody reads need not be told
apart. That a register is taken for dead can't make a proof wrong: it then may hold anything."""

import pyvex

from machine import KEPT_REGISTERS, REGISTERS

# What a function that is left for another one hands on.
HANDED_ON = frozenset(KEPT_REGISTERS) | {"r0", "r1", "r2", "r3"}


def read_and_written(block, arch):
    """The registers that a block reads before it writes them, and those that it writes."""
    names = {arch.registers[name][0]: name for name in REGISTERS}
    read, written = set(), set()
    for statement in block.statements:
        for expression in statement.expressions:
            if isinstance(expression, pyvex.expr.Get) and expression.offset in names:
                if names[expression.offset] not in written:
                    read.add(names[expression.offset])
        if isinstance(statement, pyvex.stmt.Put) and statement.offset in names:
            written.add(names[statement.offset])
    return read, written


def live_registers(program, function):
    """For each block of a function, by its address, the registers that are live where it begins."""
    project, graph = program.project, program.graphs[program.address(function)].graph
    effects = {}
    for node in graph:
        block = project.factory.block(node.addr, size=node.size, opt_level=1).vex
        effects[node] = read_and_written(block, project.arch)
    live = {node: frozenset() for node in graph}
    changed = True
    while changed:
        changed = False
        for node in graph:
            read, written = effects[node]
            behind = frozenset().union(*(live[after] for after in graph.successors(node)), *(
                [] if graph.out_degree(node) else [HANDED_ON]))
            now = frozenset(read) | (behind - written)
            changed = changed or now != live[node]
            live[node] = now
    return {node.addr: registers for node, registers in live.items()}
