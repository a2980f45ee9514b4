"""From a run and its judgement to the rows of the tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from harness.checks import Judgement
from harness.checks.record import reading_of
from harness.metrics import Metric
from harness.metrics.effects import effect_fates
from harness.metrics.requests import model_calls
from harness.run import Run
from harness.spec import Choice
from reports.measured import FAILED

_encode = msgspec.json.Encoder().encode

TOO_BIG = "the request does not fit the window"
"""So begins the reason where pins and goal alone are too big, which is no fault of the policy."""


def label(choice: Choice) -> str:
    """A choice as a user writes it: `keep_all`, `sliding_window(share=0.5)`, `my.py:HalfAndHalf(keep=0.5)`."""
    options = ", ".join(f"{name}={_option(value)}" for name, value in choice.options)
    return f"{choice.name}({options})" if options else choice.name


def _option(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_option, value))}{',' if len(value) == 1 else ''})"
    return label(value) if isinstance(value, Choice) else repr(value)


def run_row(run: Run, judgement: Judgement, metrics: Iterable[Metric], events_kept: bool) -> dict[str, Any]:
    """The row of a run in the table of runs."""
    spec = run.spec
    start = next((event.detail for event in run.events if event.site == "run"), {})
    row = {
        "run_id": spec.run_id, "spec": repr(spec), "version": spec.version, "scenario": spec.scenario,
        "horizon": spec.horizon, "kind": spec.kind, "difficulty": spec.difficulty, "input": spec.input,
        "input_digest": run.setup.input_digest, "orchestrator": label(spec.orchestrator), "policy": label(spec.policy),
        "model": label(spec.model), "view_budget": float(spec.view_budget), "budget_tokens": start.get("budget", 0),
        "seed": spec.seed, "setting": spec.setting, "strikes": repr(spec.strikes) if spec.strikes else "",
        "verdict": judgement.outcome, "violated": judgement.violated,
        "verdicts": _encode({verdict.name: verdict.outcome for verdict in judgement.verdicts}).decode(),
        "harness_error": any(verdict.harness_error for verdict in judgement.verdicts),
        "ending": run.ending, "reason": run.reason or _failure(run), "digest": run.digest, "events_kept": events_kept,
    }  # fmt: skip
    return {**row, **{metric.name: metric(run) for metric in metrics}}


def _failure(run: Run) -> str:
    """Why a policy brought the run to an end, as a journal tells it; empty where none did, or nobody can tell."""
    for line in reading_of(run).lines_of("Finished"):
        reason = str(line.entry.get("reason", ""))
        if line.entry.get("rule") in ("compaction", "offer") and not reason.startswith(TOO_BIG):
            return FAILED + reason
    return ""


def call_rows(run: Run) -> list[dict[str, Any]]:
    """One row for each model request."""
    run_id = run.spec.run_id
    return [
        {
            "run_id": run_id, "number": call.number, "nth": call.nth, "life": call.life, "at_ms": call.at_ms,
            "tools": call.tools, "length": call.length, "shared": call.shared, "input": call.input,
            "cached": call.cached, "output": call.output, "tool_bytes": call.tool_bytes, "answered": call.answered,
            "answered_before": call.answered_before, "compaction": bool(call.compaction), "reason": call.compaction,
            "error": call.error, "status": call.status,
        }
        for call in model_calls(run)
    ]  # fmt: skip


def effect_rows(run: Run) -> list[dict[str, Any]]:
    """One row for each effect, lost ones at the end."""
    run_id = run.spec.run_id
    return [
        {
            "run_id": run_id, "number": effect.number, "event": effect.event, "tool": effect.tool,
            "intent": effect.intent, "key": effect.key, "call_id": effect.call_id, "effect": effect.effect,
            "life": effect.life, "at_ms": effect.at_ms, "fate": effect.fate,
        }
        for effect in effect_fates(run)
    ]  # fmt: skip


def event_rows(run: Run) -> list[dict[str, Any]]:
    """One row for each event."""
    run_id, why = run.spec.run_id, _reasons(run)
    return [
        {
            "run_id": run_id, "number": event.number, "life": event.life, "at_ms": event.at_ms,
            "site": event.site, "nth": event.nth, "kind": event.kind, "detail": _encode(event.detail).decode(),
            "why": _encode(why[event.number]).decode() if event.number in why else "",
        }
        for event in run.events
    ]  # fmt: skip


def _reasons(run: Run) -> dict[int, list[dict[str, Any]]]:
    """What the journal says of its own entries, by the event that wrote them."""
    reasons: dict[int, list[dict[str, Any]]] = {}
    for line in reading_of(run).lines or ():
        found = line.entry
        entry = {
            "type": found.get("type", ""),
            "rule": found.get("rule", ""),
            "facts": {**(found.get("facts") or {}), **({"reason": found["reason"]} if found.get("reason") else {})},
        }
        reasons.setdefault(line.written, []).append(entry)
    return reasons
