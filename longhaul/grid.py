"""A grid: every spec of scenarios x kinds x policies x budgets x seeds, run one after the other into a report.

A plan decides everything, so the folder of a grid is a hash of its plan and no clock has a say in it.
"""

from __future__ import annotations

import hashlib
import itertools
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from harness import resolve
from harness.checks import Judgement, judge
from harness.errors import UsageError
from harness.faults import Strike, check_sites
from harness.run import Run, build, execute
from harness.spec import Choice, Setting, Spec, check_spec
from harness.types import Kind

REFERENCE = Choice("Orchestrator", "reference")
NO_MODEL = Choice("Orchestrator", "no_model")
KEEP_ALL = Choice("Policy", "keep_all")


@dataclass(frozen=True)
class Plan:
    """What a grid is made of. `kinds` empty means those that the scenario itself names.

    `control` adds one row per scenario, kind and seed in which the scenario's plain program does the work without a model.
    """

    scenarios: tuple[str, ...]
    policies: tuple[Choice, ...] = (KEEP_ALL,)
    orchestrators: tuple[Choice, ...] = (REFERENCE,)
    models: tuple[Choice, ...] = (Choice("Model", "perfect"),)
    seeds: tuple[int, ...] = (0,)
    kinds: tuple[Kind, ...] = ()
    view_budgets: tuple[float | int, ...] = (1.0,)
    horizon: int = 40
    inputs: tuple[str, ...] = ("generated",)
    setting: Setting = "sim"
    control: bool = False
    strikes: tuple[Strike, ...] = ()
    spare_tools: int = 0

    def specs(self) -> tuple[Spec, ...]:
        """Every spec of the grid, checked: one `UsageError` names everything that cannot be built, before anything runs."""
        cells = [spec for scenario in self.scenarios for spec in self._cells(scenario)]
        checked = _Checked()
        made = tuple(spec for spec in (checked.made(cell) for cell in cells) if spec)
        if checked.problems:
            raise UsageError("\n".join(checked.problems))
        return tuple(dict.fromkeys(made))

    def _cells(self, scenario: str) -> Iterator[Spec]:
        kinds = self.kinds or resolve.scenario(scenario).kinds
        rows = list(itertools.product(self.orchestrators, self.models, self.policies, self.view_budgets))
        if self.control:
            rows.append((NO_MODEL, self.models[0], KEEP_ALL, 1.0))
        plain = Spec(scenario, self.horizon, setting=self.setting, strikes=self.strikes, spare_tools=self.spare_tools)
        for given, kind, row, seed in itertools.product(self.inputs, kinds, rows, self.seeds):
            orchestrator, model, policy, budget = row
            yield replace(
                plain, kind=kind, input=given, orchestrator=orchestrator, model=model, policy=policy, view_budget=budget,
                seed=seed,
            )  # fmt: skip


class _Checked:
    """Specs checked one by one: each distinct scenario, policy and orchestrator is built once, each problem said once."""

    def __init__(self) -> None:
        self.problems: dict[str, None] = {}
        self._setups: dict[Spec, Any] = {}

    def made(self, spec: Spec) -> Spec | None:
        """The spec with the digest of its input; None where it cannot be built, or has no plain program to run."""
        try:
            check_spec(spec)
            setup = self._setup(spec)
            check_sites(spec, setup)
            if spec.orchestrator == NO_MODEL and setup.program is None:
                return None
            resolve.policy(spec.policy)
            run = resolve.orchestrator(spec.orchestrator, setup)
            if spec.setting == "live":
                resolve.setting("live").live(spec, run)
            else:
                setup.model(spec.model.name)
        except UsageError as error:
            self.problems[str(error)] = None
            return None
        return spec if spec.input == "generated" else replace(spec, input_digest=setup.input_digest)

    def _setup(self, spec: Spec) -> Any:
        plain = Spec(
            spec.scenario, spec.horizon, spec.kind, spec.difficulty, spec.input, seed=spec.seed,
            spare_tools=spec.spare_tools,
        )  # fmt: skip
        if plain not in self._setups:
            self._setups[plain] = build(resolve.scenario(spec.scenario), spec)
        return self._setups[plain]


def name_of(specs: Iterable[Spec], repeats: int = 1) -> str:
    """The folder name of a grid: 12 hex digits of a hash of its plan."""
    plan = [*map(repr, specs), *([f"{repeats} repeats"] if repeats > 1 else [])]
    return hashlib.sha256("\n".join(plan).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Tally:
    """How a grid went: runs planned, done, failed, invalid, spoilt by the harness; and whether Ctrl-C ended it."""

    planned: int
    done: int = 0
    failed: int = 0
    invalid: int = 0
    harness_errors: int = 0
    interrupted: bool = False


Add = Callable[[Run, Judgement, int], None]
"""Takes a run, its judgement, and which repeat of its spec it is, from 1."""

Progress = Callable[[Tally, Spec], None]


def run_grid(
    specs: tuple[Spec, ...], add: Add, progress: Progress = lambda tally, spec: None, repeats: int = 1
) -> Tally:
    """Run every spec `repeats` times, judge each run, hand it to `add`: all specs once, then all of them again.

    Ctrl-C ends the grid after the run at hand; a second one at once, as does SIGTERM. A program ends at the first one: its
    processes are real, and who presses again would leave them behind.
    """
    tally = Tally(len(specs) * repeats)
    with stopped_by_ctrl_c() as stopped:
        for repeat, spec in itertools.product(range(1, repeats + 1), specs):
            if stopped():
                return replace(tally, interrupted=True)
            progress(tally, spec)
            try:
                run = execute(spec)
            except KeyboardInterrupt:
                return replace(tally, interrupted=True)
            judgement = judge(run)
            add(run, judgement, repeat)
            tally = _counted(tally, judgement)
        return replace(tally, interrupted=stopped() and tally.done < tally.planned)


def _counted(tally: Tally, judgement: Judgement) -> Tally:
    return replace(
        tally,
        done=tally.done + 1,
        failed=tally.failed + (judgement.outcome == "fail"),
        invalid=tally.invalid + (judgement.outcome == "invalid"),
        harness_errors=tally.harness_errors + any(verdict.harness_error for verdict in judgement.verdicts),
    )


@contextmanager
def stopped_by_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a flag, so that no run is torn in the middle; a second one interrupts as usual.

    SIGTERM interrupts at once, so that what a run has started is ended: who sends it will not wait.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    pressed: list[int] = []

    def press(number: int, frame: Any) -> None:
        if pressed or number == signal.SIGTERM:
            raise KeyboardInterrupt
        pressed.append(number)

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(pressed)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
