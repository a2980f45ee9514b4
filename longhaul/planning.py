"""From the options of the command line to a plan: used by `run`, and by `gate --base` for both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import click

from harness import resolve
from harness.errors import UsageError
from harness.spare_tools import SPARE_TOOLS_MAX
from harness.spec import Choice
from harness.types import Kind
from longhaul.choices import choice, pick, seeds, split, view_budget
from longhaul.grid import KEEP_ALL, REFERENCE, Plan
from longhaul.say import remark

SEVERAL = {
    "scenario": "Scenarios: names, path/to/file.py:NAME, or all.  [default: all]",
    "policy": "Policies: names, name(option=value), path/to/file.py:Name, or all (which adds a row without a model).  "
    "[default: keep_all]",
    "orchestrator": "Orchestrators on trial.  [default: reference]",
    "model": "Profiles of the fake model.  [default: perfect]",
    "kind": "Kinds of tool: deduplicating, queryable, blind.  [default: those that the scenario names]",
    "view_budget": "Shares of the working set (0.25, 0.5, 1, 2) or tokens (8000).  [default: 1]",
    "input": "Input of the scenario, such as tree=stdlib:email or a path.  [default: generated]",
}
"""Options that take several values, repeated or comma-separated, and what each is for."""

GRID = (*SEVERAL, "seeds", "horizon", "spare_tools", "trajectories", "setting")
"""The options that make a plan."""


def grid_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that make a plan to a command."""
    single = (
        click.option("--seeds", default="1", show_default=True, help="How many (5 means 0 to 4), or which (3,7)."),
        click.option("--horizon", default=40, show_default=True, type=click.IntRange(1), help="Size of the job, in turns."),
        click.option(
            "--spare-tools", default=0, show_default=True, type=click.IntRange(0, SPARE_TOOLS_MAX),
            help="Tools that are offered beside those that the work needs.",
        ),
        click.option("--trajectories", default="", metavar="PATH", help="Play recorded trajectories back: a file or folder."),
        click.option(
            "--setting", default="sim", show_default=True, type=click.Choice(["sim", "wire", "process"]),
            help="How model and tools are reached.",
        ),
    )  # fmt: skip
    for decorate in reversed((*map(_several, SEVERAL), *single)):
        command = decorate(command)
    return command


def _several(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(f"--{name.replace('_', '-')}", multiple=True, metavar="NAMES", help=SEVERAL[name])


def arguments_of(options: Mapping[str, Any]) -> list[str]:
    """The options of a plan as a command line."""
    arguments = []
    for name in GRID:
        values = options[name] if name in SEVERAL else [options[name]]
        for value in values:
            # no spare tools is what a base says too that knows no such option
            arguments += [f"--{name.replace('_', '-')}", str(value)] if value not in ("", 0) else []
    return arguments


PERFECT = Choice("Model", "perfect")


def plan_of(options: Mapping[str, Any]) -> Plan:
    """The plan of `longhaul run` options. Raises `UsageError` for what cannot be read or found."""
    _refuse_empty(options)
    inputs, scenarios = _inputs(options), split(options["scenario"])
    if options["trajectories"] and not scenarios:
        scenarios = ("recorded",)
    policies = split(options["policy"])
    return Plan(
        scenarios=pick(scenarios, resolve.scenario_names),
        policies=tuple(choice("Policy", text) for text in pick(policies, resolve.policy_classes))
        if policies
        else (KEEP_ALL,),
        orchestrators=tuple(choice("Orchestrator", text) for text in split(options["orchestrator"])) or (REFERENCE,),
        models=tuple(choice("Model", text) for text in split(options["model"])) or (PERFECT,),
        seeds=seeds(options["seeds"]),
        kinds=cast("tuple[Kind, ...]", split(options["kind"])),
        view_budgets=tuple(view_budget(text) for text in split(options["view_budget"])) or (1.0,),
        horizon=options["horizon"],
        spare_tools=options["spare_tools"],
        inputs=inputs,
        setting=options["setting"],
        control="all" in policies,
    )


def _refuse_empty(options: Mapping[str, Any]) -> None:
    """`--policy "$UNSET"` would otherwise run the default, or everything."""
    for name in SEVERAL:
        if options[name] and not split(options[name]):
            raise UsageError(f"--{name.replace('_', '-')} is empty; name something, or leave it out")


def _inputs(options: Mapping[str, Any]) -> tuple[str, ...]:
    given, recordings = split(options["input"]), options["trajectories"]
    if not recordings:
        return tuple(item.removeprefix("tree=") for item in given) or ("generated",)
    if given:
        raise UsageError("--input and --trajectories both name the input; give one of them")
    from scenarios.recordings import inputs_under

    usable, refused = inputs_under(recordings)
    for sentence in refused:
        remark(f"refused: {sentence}")
    if not usable:
        raise UsageError(f"no usable trajectory under {recordings!r}")
    return tuple(usable)
