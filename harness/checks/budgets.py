"""Caps hold over the whole run, across crashes, with at most one request in flight over them."""

from __future__ import annotations

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import ENDINGS, Reading
from harness.history import Event


class _BudgetsHold(Fold):
    """I24: no request is sent once the turns, tokens, cost or computing time of the run are used up.

    Turns are answered requests with tools; tokens are the input of every request, answered or not, and the output of
    every answer, as its usage says; cost is the same in units of an uncached input token (cached ones a tenth, output
    five); computing time is what passed until the last answer, people and restarts aside. A crash may lose one answer: it
    allows one turn and one output more.
    """

    name = "budgets_hold"
    wants = (
        ("model", "request"), ("model", "reply"), ("model", "error"), ("tool", "result"), ("tool", "error"),
        ("human", "question"), ("human", "answer"), ("human", "error"), ("life", "born"),
        *(("life", ending) for ending in ENDINGS),
    )  # fmt: skip

    turns: int = 0
    tokens: int = 0
    cost: int = 0
    asking: bool = False
    worked_ms: int = 0
    not_work_ms: int = 0
    paused_ms: int = -1

    def see(self, event: Event, reading: Reading) -> None:
        """Add up, and look at the caps before each request."""
        if event.site == "model":
            if event.kind == "request":
                self._request(event, reading)
                return
            if event.kind == "reply":
                usage = event.detail["usage"] or {}
                output = usage.get("output", 0)
                self.tokens += output
                self.cost += 5 * output - usage.get("cached", 0) * 9 // 10
                self.turns += self.asking
        elif event.site in ("human", "life"):
            self._pause(event)
        self.worked_ms = event.at_ms - self.not_work_ms

    def _pause(self, event: Event) -> None:
        """Between a question and its answer, and between two lives, nobody computes."""
        if event.kind in ("question", *ENDINGS):
            self.paused_ms = event.at_ms if self.paused_ms < 0 else self.paused_ms
        elif self.paused_ms >= 0:
            self.not_work_ms += event.at_ms - self.paused_ms
            self.paused_ms = -1

    def _request(self, event: Event, reading: Reading) -> None:
        limits, deaths = reading.head.limits, len(reading.deaths)
        self.premises += 1
        if not self.witness:
            output = deaths * limits.max_output
            over = (
                _over("turns", self.turns, limits.turns, deaths)
                or _over("tokens", self.tokens, limits.tokens, output)
                or _over("cost", self.cost, limits.cost, 5 * output)
                or _over("ms of computing", self.worked_ms, limits.compute_ms, 1)
            )
            if over:
                self.witness = f"event {event.number} (life {event.life}) {over}"
        self.tokens += event.detail["tokens"]
        self.cost += event.detail["tokens"]
        self.asking = event.detail["tools"] > 0


def _over(name: str, used: int, limit: int, lost: int) -> str:
    if not limit or used < limit + lost:
        return ""
    allowed = f"at most {limit + lost} are allowed, one answer for each crash included"
    return f"sent a request after {used} {name} were used; {allowed}"


budgets_hold = FoldedCheck(_BudgetsHold)
