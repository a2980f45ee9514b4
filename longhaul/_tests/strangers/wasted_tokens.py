"""A stranger's metric: tokens of the requests that got no answer."""

from longhaul import Metric, Run


def wasted_tokens(run: Run) -> int:
    """Input tokens of requests that were never answered."""
    answered = {event.nth for event in run.events if event.site == "model" and event.kind == "reply"}
    asked = [event for event in run.events if event.site == "model" and event.kind == "request"]
    return sum(event.detail["tokens"] for event in asked if event.nth not in answered)


WASTED = Metric("wasted_tokens", "tokens", "lower", wasted_tokens, int)
