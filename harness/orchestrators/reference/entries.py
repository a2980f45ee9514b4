"""Journal entries: facts in the past tense, each with the rule and the facts that caused it.

`at` is virtual milliseconds; it is stamped by the shell, and the only clock that `decide` and `evolve` ever see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import msgspec

from harness.journal import VERSION, JournalError, Record
from harness.types import Limits, Message, Reply, Result, ToolCall


class _Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type", tag=True, omit_defaults=True):
    at: int = 0
    rule: str = ""
    facts: dict[str, Any] | None = None


class Started(_Entry, frozen=True, kw_only=True, gc=False):
    """The first record: whose journal this is, of which version, and the goal and caps that hold to the end."""

    session: str
    version: int
    goal: str
    limits: Limits
    policy: str
    budget: int


class Resumed(_Entry, frozen=True, kw_only=True, gc=False):
    """A new life took over: whatever was under way is in doubt."""

    life: int


class Asked(_Entry, frozen=True, kw_only=True, gc=False):
    """A request is about to be sent: its input tokens count from now on, answered or not."""

    tokens: int


class Replied(_Entry, frozen=True, kw_only=True, gc=False):
    """The model answered the view. `reused` are calls whose id the model had used before; they got an id of our own.

    `told` is what the view shows of a text that is too long for it; empty where it shows the text itself.
    """

    reply: Reply
    reused: tuple[str, ...] = ()
    told: str = ""


REQUESTS = ("model", "policy")
"""What failures call requests; no call may have such an id."""


Remedy = Literal["again", "shrink", "person", "none"]
"""What may help after a failure: trying again, a shorter request, a person (key, quota, model), or nothing."""


class Failed(_Entry, frozen=True, kw_only=True, gc=False):
    """A request (`what` is "model" or "policy") or a call (`what` is its id) failed; not to be tried before `not_before`.

    `answered`: the model did answer, with `tokens` of output, and the answer cannot be used.
    """

    what: str
    error: str
    message: str
    not_before: int = 0
    remedy: Remedy = "again"
    answered: bool = False
    tokens: int = 0


class Intent(msgspec.Struct, frozen=True, gc=False):
    """One call about to be made, and its idempotency key."""

    call: ToolCall
    key: str


class Called(_Entry, frozen=True, kw_only=True, gc=False):
    """Calls are about to be made."""

    intents: tuple[Intent, ...]


class Returned(_Entry, frozen=True, kw_only=True, gc=False):
    """A call has its outcome. `told` is what the view shows instead of the result, where that is too long or says nothing."""

    id: str
    result: Result
    told: str = ""


class Waiting(_Entry, frozen=True, kw_only=True, gc=False):
    """A call is indeterminate and nobody but a person can tell: the person is being asked."""

    id: str
    question: str


class Answered(_Entry, frozen=True, kw_only=True, gc=False):
    """The person said whether the effect happened (None: cannot tell), and if so what it gave."""

    id: str
    happened: bool | None
    text: str
    result: Result | None = None
    told: str = ""


class Compacting(_Entry, frozen=True, kw_only=True, gc=False):
    """A policy that asks the model began; view and budget stay as they are until it is through."""

    tokens: int
    budget: int


class Condensed(_Entry, frozen=True, kw_only=True, gc=False):
    """The model answered the policy's `nth` request."""

    nth: int
    digest: str
    reply: Reply


class Compacted(_Entry, frozen=True, kw_only=True, gc=False):
    """The view was rewritten: `view` holds ranges of the old one as (start, stop), and new messages.

    `repaired` counts messages dropped to mend cut pairs, `invented` are facts of a summary that nobody had ever stated.
    """

    view: tuple[tuple[int, int] | Message, ...]
    dropped: int
    tokens_before: int
    tokens_after: int
    reason: str
    repaired: int = 0
    invented: tuple[str, ...] = ()


class Warned(_Entry, frozen=True, kw_only=True, gc=False):
    """80 % of a cap is used."""

    cap: str
    used: int
    limit: int


class Nudged(_Entry, frozen=True, kw_only=True, gc=False):
    """The model answered nothing, or went round in circles, and was told so."""

    text: str


class Finished(_Entry, frozen=True, kw_only=True, gc=False):
    """The end: completed, failed, or parked (to be taken up again once the cause is gone)."""

    outcome: str
    answer: str = ""
    reason: str = ""


Entry: TypeAlias = (
    Started | Resumed | Asked | Replied | Failed | Called | Returned | Waiting | Answered | Compacting | Condensed
    | Compacted | Warned | Nudged | Finished
)  # fmt: skip

encode = msgspec.json.Encoder().encode
"""An entry as JSON."""

_decode = msgspec.json.Decoder(Entry).decode


def decode_entries(records: Iterable[Record], session: str) -> list[Entry]:
    """The entries of a journal. Raises `JournalError` for another session's, a newer version's, or unknown entries."""
    entries: list[Entry] = []
    for record in records:
        if not entries:
            _check_first(record, session)
        try:
            entries.append(_decode(record.json))
        except msgspec.DecodeError as error:
            raise JournalError(
                f"unknown entry at byte {record.offset}: {error}; was it written by another version?"
            ) from None
    return entries


class _First(msgspec.Struct):
    type: str
    session: str = ""
    version: int = 0


def _check_first(record: Record, session: str) -> None:
    try:
        first = msgspec.json.decode(record.json, type=_First)
    except msgspec.DecodeError as error:
        raise JournalError(f"the first record is no entry ({error}); name another file, nothing was changed") from None
    if first.type != "Started":
        raise JournalError(f"the journal begins with {first.type!r}, not with Started: its first records are missing")
    if first.version > VERSION:
        raise JournalError(
            f"the journal is of version {first.version}, this code reads up to {VERSION}; use a newer release"
        )
    if session and first.session != session:
        raise JournalError(
            f"the journal belongs to session {first.session!r}, not to {session!r}; give it its own file"
        )
