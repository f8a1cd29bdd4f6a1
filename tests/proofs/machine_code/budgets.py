"""The budgets of `tests/budgets.tsv`, with the tolerance that `tests/src/budget.rs` gives them."""

from memory import Violation
from program import ROOT


def hold(name, proven):
    """That a figure has grown by no more than 2 % or by one."""
    lines = (ROOT / "tests" / "budgets.tsv").read_text().splitlines()
    budgets = dict(line.rsplit("\t", 1) for line in lines if line and not line.startswith("#"))
    if name not in budgets:
        raise Violation(f"tests/budgets.tsv has no line for: {name}, {proven}")
    budget = int(budgets[name])
    if proven > budget + max(budget // 50, 1):
        raise Violation(f"over budget: {name}: {proven}, and its budget is {budget}")
