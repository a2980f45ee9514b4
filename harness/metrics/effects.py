"""What became of every effect: the world's ledger, held against what the scenario expects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from harness.checks.record import reading_of
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run

Fate: TypeAlias = Literal["ok", "duplicated", "lost", "unexpected", "recovered"]

FATES_WRONG = ("duplicated", "lost", "unexpected")
"""The fates that must not be."""


@dataclass(frozen=True)
class EffectFate:
    """One effect, or (fate `lost`, event and number 0) one that should have happened and did not.

    One that was told from outside has a tool `outside:NAME`. `number` is its place in the world's ledger, `event` that in
    the history, `effect` is write or irreversible.
    """

    number: int
    event: int
    tool: str
    intent: str
    key: str
    call_id: str
    effect: str
    life: int
    at_ms: int
    fate: Fate


@lru_cache(maxsize=2)
def effect_fates(run: Run) -> tuple[EffectFate, ...]:
    """Every effect in the order it happened, then the lost ones.

    duplicated: the same irreversible deed (tool, intent) had happened before. unexpected: irreversible, of a tool of the
    scenario, and not among the deeds that it expects. recovered: the passage that did it ended without a result (crash,
    error), and it was not done again. lost: expected, never happened, although the run returned.
    """
    found: dict[tuple[str, str], int] = {}
    rows: list[EffectFate] = []
    expected = set(run.setup.expected)
    known = {tool.name for tool in run.setup.tools} | {tool for tool, _ in expected}
    for row, has_result in sorted(_happened(run), key=lambda pair: pair[0].event):
        deed = (row.tool, row.intent)
        if row.effect == "irreversible" and deed in found:
            row = replace(row, fate="duplicated")
            first = rows[found[deed]]
            rows[found[deed]] = replace(first, fate="ok") if first.fate == "recovered" else first
        elif row.effect == "irreversible" and expected and row.tool in known and deed not in expected:
            row = replace(row, fate="unexpected")
        elif not has_result:
            row = replace(row, fate="recovered")
        found.setdefault(deed, len(rows))
        rows.append(row)
    if run.ending == "returned":
        done = {(tool.removeprefix("outside:"), intent) for tool, intent in found}
        lost = [deed for deed in run.setup.expected if deed not in done]
        rows += [EffectFate(0, 0, tool, intent, "", "", "", 0, 0, "lost") for tool, intent in lost]
    return tuple(rows)


def _happened(run: Run) -> list[tuple[EffectFate, bool]]:
    inside = [
        (_seen(call.name, event), call.result is not None) for call in reading_of(run).calls for event in call.effects
    ]
    if not run.spec.orchestrator.is_program:
        return inside
    return inside + [(_seen(event.site, event), True) for event in run.events if event.site.startswith("outside:")]


def _seen(tool: str, event: Event) -> EffectFate:
    detail = event.detail
    return EffectFate(
        detail["number"], event.number, tool, detail["intent"], detail["key"], detail["id"], detail["effect"],
        event.life, event.at_ms, "ok",
    )  # fmt: skip


def dup_effects(run: Run) -> int:
    """Effects of irreversible tools whose tool and intent had already happened in this run."""
    return _count(run, "duplicated")


def lost_effects(run: Run) -> int:
    """Deeds that the scenario expects and that never happened, although the run returned."""
    return _count(run, "lost")


def unexpected_effects(run: Run) -> int:
    """Irreversible deeds that the scenario does not expect; 0 where it expects none by name."""
    return _count(run, "unexpected")


def recovered_effects(run: Run) -> int:
    """Effects whose passage ended without a result, and which were not done again."""
    return _count(run, "recovered")


def _count(run: Run, fate: Fate) -> int:
    return sum(effect.fate == fate for effect in effect_fates(run))
