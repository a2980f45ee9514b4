"""Runs of strangers, and what is counted in them."""

import os
import sys
from collections import Counter
from importlib.metadata import PackageNotFoundError, version

import pytest

from harness.faults import Strike
from harness.run import Run, execute
from harness.spec import Orchestrator, Spec


def needs(extra: str) -> None:
    """Skip by name where an extra is absent; in its tox environment that is a failure."""
    try:
        version(extra)
    except PackageNotFoundError:
        if extra in os.environ.get("LONGHAUL_SUBJECTS", "").split(","):
            raise
        pytest.skip(f"the extra {extra} is not installed: pip install 'longhaul[{extra}]'", allow_module_level=True)


def run_of(arguments: str, *strikes: Strike, **spec) -> Run:
    """A run of pay_invoices at horizon 4: five payments, two in a turn. `through` is an option of the program."""
    options = {"command": f"{sys.executable} -m {arguments}"}
    if "through" in spec:
        options["through"] = spec.pop("through")
    program = Orchestrator("program", **options)
    return execute(Spec("pay_invoices", horizon=4, orchestrator=program, strikes=strikes, setting="process", **spec))


def payments(run: Run) -> list[int]:
    """How often each invoice was paid, in their order."""
    paid = Counter(deed.intent for deed in run.world.effects)
    return [paid[name] for _, name in run.setup.expected]
