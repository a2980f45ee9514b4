"""What the model saw at its Nth request is put together from the history."""

from __future__ import annotations

import pytest

from harness._tests.small import small
from harness.errors import UsageError
from harness.run import execute
from longhaul.lines import COLUMNS
from longhaul.reasons import reasons
from longhaul.views import step, step_text

RUN = execute(small("naive"))


def test_a_step_is_the_whole_view() -> None:
    roles = [message.role for message in step(RUN.events, 2).view]
    assert roles == ["user", "assistant", "tool"]
    assert step(RUN.events, 2).view[0].content == RUN.setup.goal


def test_a_step_fits_the_page_and_names_every_message() -> None:
    text = step_text(step(RUN.events, 3))
    assert text.splitlines()[0].startswith("step 3: event 15, life 0, 00:00:02.300, 6 messages")
    assert text.count("\n--- ") == 6
    assert "--- 0: user" in text and ", pinned" in text
    assert max(map(len, text.splitlines())) <= COLUMNS


def test_a_step_that_never_was_is_refused_with_how_many_there_are() -> None:
    with pytest.raises(UsageError, match="there is no step 9; this run has 4 model requests"):
        step(RUN.events, 9)
    with pytest.raises(UsageError, match="no step 0"):
        step(RUN.events, 0)


def test_the_reference_says_why_and_a_strangers_journal_says_nothing() -> None:
    run = execute(small("reference"))
    known = reasons(run.events, run.tape)
    appends = [event.number for event in run.events if event.site == "disk:append" and event.kind == "done"]
    assert sorted(known) == appends
    assert any("Called (" in text for text in known.values())
    replay = execute(small("replay"))
    assert reasons(replay.events, replay.tape) == {}
