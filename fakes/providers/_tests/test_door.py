"""Behind the vendor's side the model door keeps its history, and the vendor's words are what the loop reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness._tests.small import small
from harness.run import execute
from harness.spec import Orchestrator

LOOPS = Path(__file__).parent / "loops.py"
WORDS = {
    "chat": "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    "responses": "No tool call found for function call output with call_id c1.",
    "messages": "messages.1.content.0: unexpected `tool_use_id` found in `tool_result` blocks: c1. Each `tool_result` "
    "block must have a corresponding `tool_use` block in the previous message.",
}


@pytest.mark.parametrize("loop", WORDS)
def test_a_refused_history_is_kept_as_it_was_sent_and_said_in_the_vendors_words(loop: str) -> None:
    run = execute(small(Orchestrator(f"{LOOPS}:{loop}")))
    assert run.ending == "returned", run.reason
    refused = f"400 False {WORDS[loop]}"
    assert run.journal.decode().splitlines() == ["200 False ", "200 True ", refused, refused]
    asked = [event for event in run.events if (event.site, event.kind) == ("model", "request")]
    told = [event.detail for event in run.events if event.site == "model" and event.kind != "request"]
    assert [event.detail["length"] for event in asked] == [1, 1, 2, 2]
    assert ["error" in detail for detail in told] == [False, False, True, True]
    assert "unexpected `tool_use_id`" in told[2]["message"]
