"""How a run went, whatever it was about."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.checks.record import reading_of
from harness.metrics.requests import model_calls
from harness.metrics.shown import shown_of

if TYPE_CHECKING:
    from harness.run import Run


def completed(run: Run) -> bool | None:
    """Whether the run returned and the world is right; None where the scenario claims no completion."""
    return run.completed if run.setup.claims_completion else None


def work_right(run: Run) -> float | None:
    """The share of the work that is right in the final world, by the scenario's own measure, however the run ended.

    None where the scenario has none, or claims no completion.
    """
    right = run.setup.right
    return right(run.world) if right and run.setup.claims_completion else None


def abandoned_after_context_error(run: Run) -> bool:
    """Whether the last request that was sent was refused as too long for the window: nothing was tried after it."""
    calls = model_calls(run)
    return bool(calls) and calls[-1].error == "ContextTooLong"


def steps(run: Run) -> int:
    """Answered model requests that offered tools."""
    return sum(call.step for call in model_calls(run))


def tool_calls(run: Run) -> int:
    """Passages of tool doors, failed and repeated ones included."""
    return len(reading_of(run).calls)


def tool_success_rate(run: Run) -> float | None:
    """Results with status ok, divided by the tool calls that came to an end (a crash ends none); None without any."""
    ended = [call for call in reading_of(run).calls if call.ended]
    good = sum(call.result is not None and call.result.get("status", "ok") == "ok" for call in ended)
    return good / len(ended) if ended else None


def retries(run: Run) -> int:
    """Requests with the view of one that failed and is unanswered, and tool calls with the id of one that failed."""
    failed: set[str] = set()
    count = 0
    for call in model_calls(run):
        count += call.digest in failed
        if call.error:
            failed.add(call.digest)
        elif call.answered:
            failed.discard(call.digest)
    return count + _repeated_tool_calls(run)


def _repeated_tool_calls(run: Run) -> int:
    failed: set[tuple[str, str]] = set()
    count = 0
    for call in reading_of(run).calls:
        count += (call.name, call.id) in failed
        if call.error:
            failed.add((call.name, call.id))
        elif call.result is not None:
            failed.discard((call.name, call.id))
    return count


def hallucinated_calls(run: Run) -> int:
    """Calls in the model's replies that name a tool which does not exist."""
    known = {tool.name for tool in run.setup.tools}
    replies = (event.detail["calls"] for event in run.events if event.site == "model" and event.kind == "reply")
    return sum(call["name"] not in known for calls in replies for call in calls)


def compactions(run: Run) -> int:
    """Requests that no longer begin with the whole view of the step before, seen from outside.

    The first request of a new life counts only where a legible journal tells of a compaction.
    """
    return sum(bool(call.compaction) for call in model_calls(run))


def guardrail_rejections(run: Run) -> int:
    """Calls that a model asked for and that reached no tool, while the view answers them: the orchestrator refused them."""
    passed = {call.id for call in reading_of(run).calls}
    asked = {call["id"] for step in shown_of(run).steps for call in step.replied}
    answered = (piece.message.get("call_id", "") for step in shown_of(run).steps for piece in step.new)
    return len({name for name in answered if name in asked and name not in passed})


def pinned_visibility(run: Run) -> float | None:
    """Share of the steps that show every pin of the first request, word for word (none marked: what holds the goal)."""
    steps = shown_of(run).steps
    first = steps[0].new if steps else []
    pins = {piece.text for piece in first if piece.message.get("pinned")}
    pins = pins or {piece.text for piece in first if run.setup.goal in piece.text}
    shown: Counter[str] = Counter()
    seen = answered = 0
    for step in steps:
        shown.subtract(piece.text for piece in step.gone if piece.text in pins)
        shown.update(piece.text for piece in step.new if piece.text in pins)
        answered += step.call.answered
        seen += step.call.answered and all(shown[pin] > 0 for pin in pins)
    return seen / answered if pins and answered else None


def indeterminate_named(run: Run) -> int:
    """Different calls whose outcome a person was asked about, because nothing else could tell it."""
    asked = (event.detail for event in run.events if event.site == "human" and event.kind == "question")
    return len({(detail["tool"], detail["key"]) for detail in asked if detail.get("tool")})


def questions(run: Run) -> int:
    """Questions asked to people."""
    return sum(event.site == "human" and event.kind == "question" for event in run.events)


def virtual_seconds(run: Run) -> float:
    """Virtual time from the first life to the end, waiting and restarts included."""
    return run.ended_ms / 1000
