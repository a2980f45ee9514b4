"""The model requests of a run as the door saw them: tokens, errors, and where the view was cut.

A *step* is an answered request that offered tools; a request without tools is the policy's own (a summary).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from harness.checks.record import reading_of
from harness.tokens import text_bytes

if TYPE_CHECKING:
    from harness.run import Run

UNOBSERVED = "unobserved"
"""The reason of a compaction that no legible journal explains."""


@dataclass
class ModelCall:
    """One request and what became of it.

    `compaction` is the reason where this request no longer begins with the whole view of the one before; empty where it
    does, and for the first request of a new life unless a legible journal tells of a compaction. `tool_bytes` are the
    UTF-8 bytes of the tool messages that it shows, `offered` its tokens by the harness's own count, whatever a vendor says.
    `definitions` are the bytes of each definition that was offered, by tool; None where it was every tool, whole.
    """

    number: int
    nth: int
    life: int
    at_ms: int
    digest: str
    answered_before: int
    shared: int
    length: int
    tools: int
    input: int
    tool_bytes: int
    compaction: str = ""
    cached: int = 0
    output: int = 0
    answered: bool = False
    error: str = ""
    status: int = 0
    offered: int = 0
    definitions: dict[str, int] | None = None

    @property
    def step(self) -> bool:
        """An answered request that offered tools."""
        return self.answered and self.tools > 0

    @property
    def billed(self) -> bool:
        """Everything is billed but what the vendor refused with a status; a lost or timed-out request may be, so it is."""
        return self.status == 0


@lru_cache(maxsize=2)
def model_calls(run: Run) -> tuple[ModelCall, ...]:
    """Every request of a run, in order."""
    calls: list[ModelCall] = []
    open_calls: dict[int, ModelCall] = {}
    views = _Views(run)
    for event in run.events:
        if event.site != "model":
            continue
        detail = event.detail
        if event.kind == "request":
            shape = views.take(event.number, event.life, detail)
            call = ModelCall(
                event.number, event.nth, event.life, event.at_ms, detail["digest"], detail["answered"],
                detail["shared"], detail["length"], detail["tools"], detail["tokens"], *shape,
            )  # fmt: skip
            call.offered, call.definitions = call.input, detail.get("offered")
            calls.append(call)
            open_calls[event.nth] = call
        elif event.kind == "reply" and event.nth in open_calls:
            call = open_calls.pop(event.nth)
            usage = detail["usage"] or {}
            call.answered, call.cached, call.output = True, usage.get("cached", 0), usage.get("output", 0)
            call.input = usage.get("input", 0) or call.input  # a real vendor counts otherwise than we did before
        elif event.kind == "error" and event.nth in open_calls:
            call = open_calls.pop(event.nth)
            call.error, call.status = detail["error"], detail["status"] or 0
    return tuple(calls)


class _Views:
    """The views put together again from what each request shares with the one before.

    A policy's own request comes between two of the orchestrator's; the view before it is kept, because it is that one
    which the next request is compared with.
    """

    def __init__(self, run: Run) -> None:
        self._reasons = [
            (line.written, str(line.entry.get("reason") or UNOBSERVED))
            for line in reading_of(run).lines_of("Compacted")
        ]
        self._view: list[Any] = []
        self._bytes = [0]
        self._before: list[Any] | None = None
        self._before_length = 0
        self._life = -1
        self._number = 0

    def take(self, number: int, life: int, detail: dict[str, Any]) -> tuple[int, str]:
        """The bytes of tool messages in a request, and why the view was cut; empty where it was not."""
        if not detail["tools"] and self._before is None:
            self._before = list(self._view)
        self._extend(detail["shared"], detail["new"])
        if not detail["tools"]:
            return self._bytes[-1], ""
        reason = self._reason(number) if self._cut(detail["shared"]) else ""
        if life != self._life and reason == UNOBSERVED:
            # a new life may know less than the one before: a shorter view proves no compaction
            reason = ""
        self._before = None
        self._before_length, self._life, self._number = len(self._view), life, number
        return self._bytes[-1], reason

    def _extend(self, shared: int, new: list[Any]) -> None:
        del self._view[shared:], self._bytes[shared + 1 :]
        for message in new:
            size = text_bytes(message["content"]) if message["role"] == "tool" else 0
            self._view.append(message)
            self._bytes.append(self._bytes[-1] + size)

    def _cut(self, shared: int) -> bool:
        if self._before is None:
            return shared < self._before_length
        return self._view[: self._before_length] != self._before

    def _reason(self, number: int) -> str:
        found = [reason for written, reason in self._reasons if self._number < written < number]
        return found[-1] if found else UNOBSERVED
