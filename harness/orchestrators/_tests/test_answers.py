"""What the model and the tools send back: wrong counts, odd endings, nothing at all, too much, and no clear word."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from harness.faults import (
    CutAnswer,
    EmptyAnswer,
    EmptyResult,
    ErrorInOk,
    HollowAnswer,
    HugeResult,
    MidstreamError,
    OddText,
    StopReason,
    Strike,
    TruncatedArguments,
    WrongUsage,
)
from harness.orchestrators._tests.test_doubt import finished, paid_once, reading
from harness.orchestrators._tests.test_reference import entries
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.orchestrators.reference.answers import clipped, sound_reply, sound_result, told
from harness.orchestrators.reference.restore import restore
from harness.orchestrators.reference.state import State
from harness.run import Run
from harness.tokens import count_tokens
from harness.types import Limits, Reply, Result, ToolCall, Usage

RESULTS: dict[str, Any] = {
    "error in ok": Result('{"error": "upstream unavailable"}'),
    "null": Result(None),  # type: ignore[arg-type]
    "number": Result(5),  # type: ignore[arg-type]
    "object": Result({"a": 1}),  # type: ignore[arg-type]
    "list": Result(["paid 2."]),  # type: ignore[arg-type]
    "status": Result("x", status="partial"),  # type: ignore[arg-type]
    "bytes": Result("x", bytes=None),  # type: ignore[arg-type]
    "stamp": Result("x", fetched_at="now"),  # type: ignore[arg-type]
    "error": Result("", error=None),  # type: ignore[arg-type]
}
REPLIES: dict[str, Any] = {
    "nulls": Reply(None, None, None, None),  # type: ignore[arg-type]
    "call of nulls": Reply("x", (ToolCall(None, None, None),), "calls"),  # type: ignore[arg-type]
    "text": Reply(5, stop="end"),  # type: ignore[arg-type]
    "arguments": Reply("", (ToolCall("a", "pay", {"invoice": 1}),), "calls"),  # type: ignore[arg-type]
    "list": Reply("x", [], "?", Usage(None, 1, 1.5)),  # type: ignore[arg-type]
}
USAGES: dict[str, Usage | None] = {
    "none": None,
    "zero": Usage(0, 0, 0),
    "negative": Usage(-5, -5, -5),
    "huge": Usage(10**30, 10**30, 10**30),
    "cached": Usage(10, 10**9, 10),
}


@dataclasses.dataclass(frozen=True)
class Gives:
    """A passage that answers with one of the values above, whatever happened."""

    what: str

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        """Let it happen, and answer."""
        answer = await proceed()
        if self.what.startswith("usage "):
            return msgspec.structs.replace(answer, usage=USAGES[self.what.removeprefix("usage ")])
        return RESULTS[self.what] if isinstance(answer, Result) else REPLIES[self.what]


def state_of(run: Run) -> State:
    """The state that the journal of a run folds to."""
    return restore(run.journal, "").state


@pytest.mark.parametrize("usage", USAGES)
def test_an_absurd_count_of_the_vendor_moves_no_budget(usage: str) -> None:
    clean = state_of(run_reference(invoices()))
    run = run_reference(invoices(), strikes=(Strike("model", 1, Gives(f"usage {usage}")),))
    assert paid_once(run)
    assert clean.tokens <= state_of(run).tokens <= clean.tokens + run.limits.max_output
    assert clean.cost - 200 <= state_of(run).cost <= clean.cost + 5 * run.limits.max_output


def test_a_budget_holds_though_the_vendor_counts_nothing() -> None:
    limits = Limits(tokens=1_400)
    strikes = (Strike("model", 1, WrongUsage(0), None),)
    run, honest = (run_reference(invoices(12), limits=limits, strikes=given) for given in (strikes, ()))
    assert finished(run)[1].startswith("budget of tokens")
    assert run.passages["model"] == honest.passages["model"]


@pytest.mark.parametrize("fault", [HollowAnswer(), CutAnswer(), StopReason("refusal"), StopReason("content_filter"),
                                   StopReason("a_word_of_2031"), EmptyAnswer(), TruncatedArguments()])  # fmt: skip
def test_an_answer_that_never_gets_usable_parks_the_session_soon(fault: Any) -> None:
    run = run_reference(invoices(), strikes=(Strike("model", 2, fault, None),))
    assert finished(run)[0] == "parked"
    assert run.passages["model"] <= 4
    assert len(run.world.effects) == 1


@pytest.mark.parametrize("fault", [HollowAnswer(), CutAnswer(), StopReason("refusal"), StopReason("a_word_of_2031"),
                                   EmptyAnswer(), TruncatedArguments(), StopReason("pause_turn")])  # fmt: skip
def test_work_goes_on_once_answers_are_usable_again(fault: Any) -> None:
    run = run_reference(invoices(), heal=True, strikes=(Strike("model", 2, fault, None),))
    assert paid_once(run)
    assert len(run.world.effects) == 4


@pytest.mark.parametrize("fault", [HollowAnswer(), CutAnswer(), StopReason("a_word_of_2031"), MidstreamError(),
                                   StopReason("pause_turn")])  # fmt: skip
def test_one_unusable_answer_costs_time_only(fault: Any) -> None:
    for nth in (2, 5):
        assert paid_once(run_reference(invoices(), strikes=(Strike("model", nth, fault),))), nth


def test_a_paused_turn_is_sent_back_and_goes_on() -> None:
    run = run_reference(invoices(2), strikes=(Strike("model", 3, StopReason("pause_turn")),))
    assert finished(run)[0] == "completed"
    assert entries(run, "Nudged") == []
    assert [line["reply"].get("stop", "end") for line in entries(run, "Replied")][-2:] == ["pause_turn", "end"]


def test_an_answer_that_filled_the_window_leads_to_a_shorter_request() -> None:
    run = run_reference(invoices(12), strikes=(Strike("model", 12, StopReason("model_context_window_exceeded")),))
    assert entries(run, "Compacted")[0]["reason"].startswith("the request did not fit the window")
    assert run.ending == "returned"


def test_unusable_answers_count_as_turns() -> None:
    run = run_reference(invoices(), limits=Limits(turns=4, tries=9), strikes=(Strike("model", 1, CutAnswer(), None),))
    assert finished(run)[1].startswith("budget of turns: 4 used")


def test_an_answer_cut_in_the_middle_of_a_summary_is_no_summary() -> None:
    from harness.orchestrators._tests.test_compaction import FIRST, PRESSED

    run = run_reference(invoices(12), strikes=(Strike("model", FIRST, StopReason("length")),), **PRESSED)
    assert paid_once(run)
    assert [line["error"] for line in entries(run, "Failed")] == ["CutAnswer"]


# what tools say


def test_a_mutating_call_that_answers_with_nothing_is_shown_as_done() -> None:
    run = run_reference(invoices(1), strikes=(Strike("tool:pay", 1, EmptyResult()),), limits=Limits(turns=2))
    assert entries(run, "Returned")[0]["told"] == "done, no output"


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
@pytest.mark.parametrize("happened", [True, False])
def test_an_error_in_a_result_that_is_ok_leaves_the_call_in_doubt(kind: Any, happened: bool) -> None:
    fault = Gives("error in ok") if happened else ErrorInOk()
    run = run_reference(invoices(kind=kind), strikes=(Strike("tool:pay", 2, fault),))
    assert paid_once(run)
    assert "upstream unavailable" in entries(run, "Failed")[0]["message"]


def test_an_error_in_a_result_of_a_tool_that_reads_is_shown_as_an_error() -> None:
    run = run_reference(reading(), strikes=(Strike("tool:pay", 2, ErrorInOk()),), limits=Limits(turns=4))
    assert entries(run, "Returned")[1]["told"] == "error: upstream unavailable, nothing was done"


@pytest.mark.parametrize("fault", [HugeResult(2_000_000), HugeResult(20_000), OddText("long_line")])
def test_a_huge_result_is_kept_whole_and_shown_in_part(fault: Any) -> None:
    run = run_reference(invoices(), strikes=(Strike("tool:pay", 2, fault),))
    assert paid_once(run)
    kept = entries(run, "Returned")[1]
    assert len(kept["result"]["content"]) >= 20_000
    shown = next(message.content for message in state_of(run).view if message.content.startswith("paid 2."))
    assert count_tokens(len(shown)) <= 4_100
    assert kept["told"] == shown
    assert "characters are left out here" in shown


def test_a_result_larger_than_a_small_window_is_clipped_to_fit() -> None:
    run = run_reference(invoices(window=4_000), strikes=(Strike("tool:pay", 2, HugeResult(20_000)),))
    assert paid_once(run)
    assert not entries(run, "Failed")


@pytest.mark.parametrize("kind", ["nul", "surrogate", "ansi", "long_line"])
@pytest.mark.parametrize("site", ["model", "tool:pay"])
def test_odd_text_passes_through(kind: Any, site: str) -> None:
    run = run_reference(invoices(), strikes=(Strike(site, 2, OddText(kind)),))
    assert paid_once(run)
    assert state_of(run).finished is not None


@pytest.mark.parametrize("result", RESULTS)
def test_a_result_of_the_wrong_type_does_not_make_the_journal_illegible(result: str) -> None:
    run = run_reference(invoices(), heal=True, strikes=(Strike("tool:pay", 2, Gives(result)),))
    assert run.ending == "returned"
    assert state_of(run).finished is not None


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
def test_a_status_that_nobody_knows_leaves_the_call_in_doubt(kind: Any) -> None:
    assert paid_once(run_reference(invoices(kind=kind), strikes=(Strike("tool:pay", 2, Gives("status")),)))


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_of_the_wrong_type_does_not_make_the_journal_illegible(reply: str) -> None:
    run = run_reference(invoices(), heal=True, strikes=(Strike("model", 2, Gives(reply)),))
    assert run.ending == "returned"
    assert state_of(run).finished is not None
    sound = sound_reply(REPLIES[reply])
    assert msgspec.convert(msgspec.to_builtins(sound), Reply) == sound


def test_a_sound_result_stays_the_very_same() -> None:
    result = Result("x", fetched_at=5)
    assert sound_result(result) == result
    assert told(result, True, 4_000) == ""


def test_a_text_is_clipped_to_its_share_in_whole_characters() -> None:
    for text in ("x" * 5_000, "ä" * 5_000, "\U0001f600" * 5_000):
        short = clipped(text, 500)
        assert count_tokens(len(short.encode())) <= 540
        assert short[:100] == text[:100]
        assert short[-100:] == text[-100:]
    assert clipped("x" * 1_600, 500) == ""
    lines = [f"fact.{number} = value.{number}" for number in range(500)]
    short = clipped("\n".join(lines), 500).split("\n")
    assert [line for line in short if line not in lines and "left out" not in line] == []
