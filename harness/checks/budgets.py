"""Caps hold over the whole run, across crashes, with at most one request in flight over them."""

from __future__ import annotations

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.history import Event


class _BudgetsHold(Fold):
    """I24: no request is sent once the turns or tokens of the run are used up.

    Turns are answered requests with tools; tokens are the input of every request, answered or not, and the output of
    every answer, as counted at the door. A crash may lose one answer: it allows one turn and one output more.
    """

    name = "budgets_hold"
    wants = (("model", "request"), ("model", "reply"))

    turns: int = 0
    tokens: int = 0
    asking: bool = False

    def see(self, event: Event, reading: Reading) -> None:
        """Add up, and look at the caps before each request."""
        detail = event.detail
        if event.kind == "reply":
            self.tokens += detail["usage"]["output"]
            self.turns += self.asking
            return
        limits, deaths = reading.head.limits, len(reading.deaths)
        self.premises += 1
        if not self.witness:
            over = _over("turns", self.turns, limits.turns, deaths) or _over(
                "tokens", self.tokens, limits.tokens, deaths * limits.max_output
            )
            if over:
                self.witness = f"event {event.number} (life {event.life}) {over}"
        self.tokens += detail["tokens"]
        self.asking = detail["tools"] > 0


def _over(name: str, used: int, limit: int, lost: int) -> str:
    if not limit or used < limit + lost:
        return ""
    allowed = f"at most {limit + lost} are allowed, one answer for each crash included"
    return f"sent a request after {used} {name} were used; {allowed}"


budgets_hold = FoldedCheck(_BudgetsHold)
