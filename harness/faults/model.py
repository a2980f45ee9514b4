"""Faults of the model: answers that are empty, hollow, cut or odd, and refusals of the vendor that no wait can mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import msgspec

from harness.errors import ContextTooLong, InvalidRequest, ServerFailed
from harness.faults.sites import MODEL, Legal, one_of, text, whole
from harness.faults.strike import Passage, Proceed, brief
from harness.types import Reply, Result, Usage


@dataclass(frozen=True)
class EmptyAnswer:
    """The model ends its turn with nothing: no text and no call."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        reply: Reply = await proceed()
        return msgspec.structs.replace(reply, text="", calls=(), stop="end")


@dataclass(frozen=True)
class HollowAnswer:
    """A 200 whose body is `{}`: no text, no call, no stop reason, no usage."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        return Reply(stop="")


@dataclass(frozen=True)
class CutAnswer:
    """The stream ends cleanly in the middle: half of the text, the last call's arguments cut, no stop reason."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        reply: Reply = await proceed()
        calls = reply.calls
        if calls:
            arguments = calls[-1].arguments
            calls = (*calls[:-1], msgspec.structs.replace(calls[-1], arguments=arguments[: len(arguments) // 2]))
        return msgspec.structs.replace(reply, text=reply.text[: len(reply.text) // 2], calls=calls, stop="")


@dataclass(frozen=True)
class MidstreamError:
    """Status 200, a part of the answer, and then an error event in the stream: only its type tells what it is."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {"error_type": one_of("overloaded_error", "server_error")}

    error_type: str = "overloaded_error"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        raise ServerFailed("an error event ended the stream", 200, self.error_type)


@dataclass(frozen=True)
class EarlyStop:
    """The model says that it is done, and stops, with work still open."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {"text": text()}

    text: str = "All done."

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        reply: Reply = await proceed()
        return msgspec.structs.replace(reply, text=self.text, calls=(), stop="end")


WITHHELD = ("refusal", "content_filter")
"""Stop reasons that come without an answer."""


@dataclass(frozen=True)
class StopReason:
    """The answer ends for another reason: refusal, content_filter, pause_turn, or a word that nobody knows yet."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {"reason": text()}

    reason: str = "refusal"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        reply: Reply = await proceed()
        if self.reason in WITHHELD:
            return msgspec.structs.replace(reply, text="", calls=(), stop=self.reason)
        return msgspec.structs.replace(reply, stop=self.reason)


@dataclass(frozen=True)
class WrongUsage:
    """The vendor counts wrong: no usage at all (None), or so many `tokens` of input and of output, zero for one."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {"tokens": whole(none=True)}

    tokens: int | None = None

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        reply: Reply = await proceed()
        usage = None if self.tokens is None else Usage(self.tokens, 0, self.tokens)
        return msgspec.structs.replace(reply, usage=usage)


@dataclass(frozen=True)
class ModelGone:
    """404: the vendor retired the model."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise InvalidRequest("there is no such model any more", 404, "not_found_error")


@dataclass(frozen=True)
class ContextOverflow:
    """400: the vendor finds the request too long, though by its documented window it would fit."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise ContextTooLong("the prompt is too long", 400, "context_length_exceeded")


ODD = {
    "nul": "before\x00after",
    "surrogate": "half a pair: \ud83d",
    "ansi": "\x1b[31mred\x1b[0m\x1b[2J",
    "long_line": "x" * 1_000_000,
}


@dataclass(frozen=True)
class OddText:
    """Text that breaks naive writers: NUL, a lone surrogate, terminal escapes, a line of a megabyte. At a tool: its result."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = ("model", "tool")
    LEGAL: ClassVar[dict[str, Legal]] = {"kind": one_of(*ODD)}

    kind: Literal["nul", "surrogate", "ansi", "long_line"] = "nul"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        answer: Reply | Result = await proceed()
        odd = ODD[self.kind]
        if isinstance(answer, Reply):
            return msgspec.structs.replace(answer, text=f"{answer.text}\n{odd}")
        return msgspec.structs.replace(answer, content=f"{answer.content}\n{odd}", bytes=answer.bytes + 1 + len(odd))
