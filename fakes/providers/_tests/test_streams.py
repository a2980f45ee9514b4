"""Every stream has the vendor's order, whatever is streamed; and a stream that has not is noticed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.providers import PROVIDERS, provider
from fakes.providers._tests.grammar import problems, read, said
from harness.errors import ServerFailed
from harness.types import Reply, Request, ToolCall, Usage
from harness.wire import Asked, Chunk

NAMES = [one.name for one in PROVIDERS]
SAMPLE = Reply(
    "I pay both of them now.",
    (ToolCall("c1", "pay", '{"to":"Ann","sum":1000}'), ToolCall("c2", "pay", '{"to":"Bob","sum":2}')),
    "calls",
    Usage(100, 64, 7),
)
OVERLOADED = ServerFailed("an error event ended the stream", 200, "overloaded_error")


def stream(name: str, outcome: Any, counts: bool = True) -> tuple[Chunk, ...]:
    """The events that a provider sends."""
    sent = provider(name).answer(outcome, Asked(Request(()), "m", True, counts), 0)
    assert (sent.status, sent.streamed, sent.ends) == (200, True, "complete")
    return sent.chunks


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
calls = st.lists(st.builds(ToolCall, st.sampled_from(["c1", "c2"]), st.just("pay"), texts), max_size=3).map(tuple)
replies = st.builds(
    Reply,
    texts,
    calls,
    st.sampled_from(["end", "calls", "length", "refusal", "content_filter", "a word of tomorrow", ""]),
    st.none() | st.just(Usage(9, 0, 1)),
)


@pytest.mark.parametrize("name", NAMES)
@given(reply=replies)
def test_every_stream_has_the_vendors_order(name: str, reply: Reply) -> None:
    chunks = stream(name, reply)
    if chunks:
        assert problems(name, chunks) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_error_in_a_stream_comes_in_its_middle_and_ends_it(name: str) -> None:
    chunks = stream(name, OVERLOADED)
    assert problems(name, chunks) == []
    assert len(chunks) > 2
    assert b"error" in chunks[-1].data
    assert "Let me " in chunks[-2].data.decode()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reply", [Reply("half of it", stop=""), Reply("so:", SAMPLE.calls, "")], ids=["text", "calls"])
def test_a_cut_stream_is_the_whole_one_without_its_end(name: str, reply: Reply) -> None:
    whole = [data for _, data in read(stream(name, Reply(reply.text, reply.calls, "end")))]
    cut = [data for _, data in read(stream(name, reply))]
    assert problems(name, stream(name, reply)) == []
    assert len(cut) < len(whole)
    assert [_told(one) for one in cut] == [_told(one) for one in whole[: len(cut)]]


def _told(data: dict[str, Any]) -> Any:
    """What an event tells but for its ids."""
    return data.get("choices"), data.get("delta"), data.get("type"), data.get("index")


@pytest.mark.parametrize("name", NAMES)
def test_an_event_that_is_missing_is_noticed(name: str) -> None:
    chunks = stream(name, SAMPLE)
    unnoticed = [at for at in range(len(chunks)) if _unnoticed(name, (*chunks[:at], *chunks[at + 1 :]))]
    assert unnoticed == []


@pytest.mark.parametrize("name", NAMES)
def test_an_event_that_comes_twice_is_noticed(name: str) -> None:
    chunks = stream(name, SAMPLE)
    unnoticed = [at for at in range(len(chunks)) if _unnoticed(name, (*chunks[: at + 1], *chunks[at:]))]
    assert unnoticed == []


@pytest.mark.parametrize("name", NAMES)
def test_two_events_in_the_wrong_order_are_noticed(name: str) -> None:
    chunks = stream(name, SAMPLE)
    for at in range(len(chunks) - 1):
        swapped = (*chunks[:at], chunks[at + 1], chunks[at], *chunks[at + 2 :])
        assert swapped == chunks or not _unnoticed(name, swapped), at


def _unnoticed(name: str, chunks: tuple[Chunk, ...]) -> bool:
    """Whether a stream looks right and its deltas add up to what the whole one says."""
    return problems(name, chunks) == [] and said(name, chunks) == said(name, stream(name, SAMPLE))


def test_usage_is_told_only_where_it_is_asked_for() -> None:
    told = [data for _, data in read(stream("openai-chat", SAMPLE))[:-1]]
    assert [one["usage"] for one in told[:-1]] == [None] * (len(told) - 1)
    assert (told[-1]["choices"], told[-1]["usage"]["prompt_tokens_details"]["cached_tokens"]) == ([], 64)
    untold = [data for _, data in read(stream("openai-chat", SAMPLE, counts=False))[:-1]]
    assert not any("usage" in one for one in untold)
