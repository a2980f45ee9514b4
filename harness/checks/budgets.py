"""Caps hold over the whole run, across crashes, with at most one request in flight over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.verdict import Verdict, conclude

if TYPE_CHECKING:
    from harness.run import Run


def budgets_hold(run: Run) -> Verdict:
    """I24: no request is sent once the turns or tokens of the run are used up.

    Turns are answered requests with tools; tokens are the input of every request, answered or not, and the output of
    every answer, as counted at the door. A crash may lose one answer: it allows one turn and one output more.
    """
    limits = run.limits
    turns, tokens, requests = 0, 0, 0
    turns_max, tokens_max = limits.turns, limits.tokens
    asking = False
    for event in run.events:
        if event.site == "life" and event.kind == "died":
            turns_max, tokens_max = turns_max + bool(turns_max), tokens_max + bool(tokens_max) * limits.max_output
        if event.site != "model":
            continue
        if event.kind == "request":
            over = _over(("turns", turns, turns_max), ("tokens", tokens, tokens_max))
            if over:
                return conclude("budgets_hold", requests + 1, f"event {event.number} (life {event.life}) {over}")
            requests += 1
            tokens += event.detail["tokens"]
            asking = event.detail["tools"] > 0
        elif event.kind == "reply":
            tokens += event.detail["usage"]["output"]
            turns += asking
    return conclude("budgets_hold", requests)


def _over(*caps: tuple[str, int, int]) -> str:
    for name, used, most in caps:
        if 0 < most <= used:
            allowed = f"at most {most} are allowed, one answer for each crash included"
            return f"sent a request after {used} {name} were used; {allowed}"
    return ""
