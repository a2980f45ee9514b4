"""How a run went, whatever it was about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.record import reading_of
from harness.metrics.requests import model_calls

if TYPE_CHECKING:
    from harness.run import Run


def completed(run: Run) -> bool | None:
    """Whether the run returned and the world is right; None where the scenario claims no completion."""
    return run.completed if run.setup.claims_completion else None


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


def questions(run: Run) -> int:
    """Questions asked to people."""
    return sum(event.site == "human" and event.kind == "question" for event in run.events)


def virtual_seconds(run: Run) -> float:
    """Virtual time from the first life to the end, waiting and restarts included."""
    return run.ended_ms / 1000
