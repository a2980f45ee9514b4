"""Every built-in policy: keeps the pins, never grows a view, is pure, and (but for the control) cuts no pair."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.policies import POLICIES, Pipeline
from harness.policies.drive import YIELDS_MAX, Condense, Final, drive
from harness.policies.drop_all import DropAll
from harness.policies.keep_all import KeepAll
from harness.policies.mask_observations import MaskObservations
from harness.policies.prompts import SUMMARY
from harness.policies.sliding_window import SlidingWindow
from harness.policies.summarize import Summarize
from harness.policies.summarize_last_four import SummarizeLastFour
from harness.policies.truncate_tool_output import TruncateToolOutput
from harness.policies.validate import PolicyError, validated, whole_pairs
from harness.tokens import message_tokens, view_tokens
from harness.types import Message, Reply, ToolCall, View
from harness.vector import Vector

GOAL = Message("user", "goal = test", pinned=True)


def exchange(number: int, results: tuple[str, ...]) -> list[Message]:
    calls = tuple(ToolCall(f"c{number}.{index}", "read", f'{{"n": {number}}}') for index in range(len(results)))
    asked = Message("assistant", f"turn {number}", calls)
    return [asked, *(Message("tool", text, call_id=call.id) for call, text in zip(calls, results, strict=True))]


@st.composite
def views(draw: st.DrawFn) -> Vector[Message]:
    """Views as an orchestrator makes them: a pinned goal, exchanges with results of any size, now and then a user."""
    messages = [GOAL]
    sizes = st.integers(0, 900)
    for number in range(draw(st.integers(0, 8))):
        results = tuple("x" * draw(sizes) for _ in range(draw(st.integers(0, 3))))
        messages += (
            exchange(number, results) if results else [Message("user", f"go on {number}", pinned=draw(st.booleans()))]
        )
    return Vector(messages, message_tokens)


def outcome(policy: object, view: View, budget: int, summary: str = "short") -> View:
    """What a policy makes of a view, with every request to the model answered by the same summary."""
    replies: list[tuple[str, Reply]] = []
    while True:
        step = drive(policy, view, budget, replies)
        if isinstance(step, Final):
            return step.view
        replies.append((step.digest, Reply(summary)))


@pytest.mark.parametrize("kind", POLICIES, ids=lambda kind: kind.__name__)
@given(view=views(), budget=st.integers(1, 2_000))
def test_a_policy_keeps_pins_and_never_grows_a_view(kind, view, budget):
    checked = validated(repr(kind()), view, outcome(kind(), view, budget), budget)
    assert view_tokens(checked.view) <= view.weight
    assert whole_pairs(checked.view) == (checked.view, ())
    assert checked.repaired == 0 or kind is SummarizeLastFour


@pytest.mark.parametrize("kind", POLICIES, ids=lambda kind: kind.__name__)
@given(view=views(), budget=st.integers(1, 2_000))
def test_a_policy_is_pure(kind, view, budget):
    assert tuple(outcome(kind(), view, budget)) == tuple(outcome(kind(), Vector(view, message_tokens), budget))


@pytest.mark.parametrize("kind", POLICIES, ids=lambda kind: kind.__name__)
def test_the_name_of_a_policy_is_the_name_of_its_file(kind):
    file = kind.__module__.rpartition(".")[2]
    assert file.replace("_", "") == kind.__name__.lower()


def long_view(turns: int = 10, size: int = 300) -> Vector[Message]:
    messages = [GOAL, *(message for number in range(turns) for message in exchange(number, ("y" * size,)))]
    return Vector(messages, message_tokens)


def test_keep_all_returns_the_very_view():
    view = long_view()
    assert KeepAll()(view, 1) is view


def test_drop_all_leaves_the_pins():
    assert DropAll()(long_view(), 1) == (GOAL,)


def test_sliding_window_keeps_the_goal_and_the_newest_exchanges_whole():
    view = long_view()
    kept = SlidingWindow(share=0.5)(view, view.weight)
    assert kept[0] == GOAL
    assert tuple(kept[1:]) == tuple(view[len(view) - len(kept) + 1 :])
    assert view_tokens(kept) <= view.weight // 2


def test_sliding_window_shows_the_newest_exchange_even_where_it_does_not_fit():
    view = Vector([GOAL, *exchange(1, ("a" * 200,)), *exchange(2, ("b" * 3_000,))], message_tokens)
    kept = SlidingWindow(share=0.5)(view, 1_000)
    assert tuple(kept) == (GOAL, *view[-2:])
    assert SlidingWindow(share=0.5)(Vector(kept, message_tokens), 1_000) == tuple(kept)


def test_truncation_keeps_head_and_tail_and_says_how_much_went():
    view = Vector([GOAL, *exchange(1, ("a" * 300 + "b" * 500 + "c" * 300,))], message_tokens)
    text = TruncateToolOutput(keep=0)(view, 1)[2].content
    assert text == "a" * 200 + "[... 800 bytes cut ...]\n" + "c" * 100


def test_truncation_cuts_whole_lines_so_that_no_value_is_halved():
    lines = [f"invoice {number} = {number * 11}.00 to Acme" for number in range(40)]
    view = Vector([GOAL, *exchange(1, ("\n".join(lines),))], message_tokens)
    kept = TruncateToolOutput(keep=0)(view, 1)[2].content.splitlines()
    marker = next(index for index, line in enumerate(kept) if line.startswith("[... "))
    assert kept[:marker] == lines[:marker]
    assert kept[marker + 1 :] == lines[marker + 1 - len(kept) :]
    assert 0 < marker < len(kept) - 1 < len(lines)


def test_truncation_leaves_the_newest_results_whole():
    view = long_view(4, 900)
    cut = [len(message.content) < 900 for message in TruncateToolOutput(keep=2)(view, 1) if message.role == "tool"]
    assert cut == [True, True, False, False]


def test_masking_names_what_was_there():
    masked = MaskObservations(keep=1)(long_view(3), 1)
    assert masked[2].content == '[result of read {"n": 0} omitted: 300 bytes]'
    assert masked[6].content == "y" * 300
    assert MaskObservations(keep=1)(masked, 1) is masked


def test_a_summary_stands_between_pins_and_the_newest_exchanges():
    view = long_view()
    step = drive(Summarize(), view, 5_000, ())
    assert isinstance(step, Condense)
    assert step.view[-1] == Message("user", SUMMARY)
    shorter = outcome(Summarize(), view, 5_000, "rule = x")
    assert [message.content[:30] for message in shorter[:2]] == ["goal = test", "Summary of the work so far:\nru"]
    assert tuple(shorter[2:]) == tuple(view[-4:])


def test_a_summary_that_is_longer_than_what_it_stands_for_is_not_used():
    view = long_view()
    assert outcome(Summarize(), view, 5_000, "z" * 9_000) is view


def test_the_control_cuts_a_pair_which_is_repaired_counted_and_named():
    view = Vector([GOAL, *exchange(1, ("y" * 200,)), *exchange(2, ("u" * 100, "v", "w", "x"))], message_tokens)
    checked = validated("control", view, outcome(SummarizeLastFour(), view, 500), 500)
    assert checked.repaired == 4
    assert checked.problems[0] == "the result of c2.0 lost its call"


def test_a_pipeline_stops_at_the_first_stage_that_is_enough():
    view = long_view()
    stages = Pipeline((MaskObservations(keep=1), Summarize()))
    assert isinstance(drive(stages, view, 4 * view.weight, ()), Final)
    assert isinstance(drive(stages, view, 100, ()), Condense)


@dataclass(frozen=True)
class Impure:
    """Yields another view every time it is run."""

    seen: list

    def __call__(self, view, budget):
        self.seen.append(1)
        yield (Message("user", f"request {len(self.seen)}"),)
        return view


def test_an_impure_policy_is_refused_by_name():
    policy, view = Impure([]), long_view(1)
    step = drive(policy, view, 10, ())
    with pytest.raises(PolicyError, match="is impure: its request 0 is another one on a re-run"):
        drive(policy, view, 10, [(step.digest, Reply("a"))])


def endless(view, budget):
    while True:
        yield (Message("user", "again"),)


def test_a_policy_that_never_ends_is_refused():
    replies: list[tuple[str, Reply]] = []
    with pytest.raises(PolicyError, match=f"asked the model {YIELDS_MAX} times"):
        for _ in range(YIELDS_MAX + 1):
            step = drive(endless, long_view(1), 10, replies)
            replies.append((step.digest, Reply("more")))


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ((Message("user", "else"),), "without the pinned message 'goal = test'"),
        ((GOAL, Message("user", "z" * 99_000)), "returned a bigger view"),
        ("text", "a policy returns a sequence of messages"),
        ((GOAL, "text"), "a view holds Message values only"),
        (None, "a policy returns a sequence of messages"),
    ],
)
def test_a_view_that_breaks_the_contract_is_refused_with_the_reason(after, says):
    with pytest.raises(PolicyError, match=says):
        validated("P()", long_view(), after, 100)


def test_a_summary_beyond_the_budget_is_refused():
    with pytest.raises(PolicyError, match="tokens of its own into the view, for a budget of 50"):
        validated("P()", long_view(), (GOAL, Message("user", "z" * 400)), 50)
