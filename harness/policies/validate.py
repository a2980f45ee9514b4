"""What a policy may not do to a view: drop a pin, make it bigger, cut a call from its result, state facts nobody stated.

The first two are errors of the policy and end the run by name. A cut pair is repaired by dropping both sides, counted and
named: sent as it is, the vendor would refuse the next request, and every one after it. A line `name = value` in a message
of the policy's own that stands nowhere in the old view was made up by whoever wrote the summary: it is taken out, and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from harness.plain import plain_repr
from harness.tokens import view_tokens
from harness.types import Message, View


class PolicyError(Exception):
    """A policy broke the contract of views; the message names the policy, what it did, and what to do."""


@dataclass(frozen=True)
class Checked:
    """A view that may be shown: `repaired` counts the messages dropped to mend cut pairs, `problems` names the cuts.

    `invented` are the lines that were taken out because nobody had ever stated them.
    """

    view: tuple[Message, ...]
    repaired: int
    problems: tuple[str, ...]
    invented: tuple[str, ...] = ()


def validated(policy: str, before: View, after: object, budget: int) -> Checked:
    """Check what a policy made of a view. Raises `PolicyError`; `budget` is in tokens and only named in messages."""
    view = as_messages(policy, after)
    shown = set(view)
    missing = [message for message in before if message.pinned and message not in shown]
    if missing:
        raise PolicyError(
            f"{policy} returned a view without the pinned message {missing[0].content[:60]!r}; keep every message whose "
            "`pinned` is true"
        )
    size, limit = view_tokens(view), view_tokens(before)
    if size > limit:
        raise PolicyError(
            f"{policy} returned a bigger view: {size} tokens of {limit}, for a budget of {budget}; return the same view "
            "where nothing can be dropped"
        )
    added = _added(before, view) if size > budget else 0
    if added > budget:
        raise PolicyError(
            f"{policy} put {added} tokens of its own into the view, for a budget of {budget}; summarise shorter"
        )
    whole, problems = whole_pairs(view)
    honest, invented = without_inventions(before, whole)
    return Checked(honest, len(view) - len(whole), problems, invented)


FACT = " = "
PROGRESS = "done"
"""The name under which a summary says what is finished, in words of its own: a statement about the work, no fact of it."""

NOTHING_LEFT = "(Nothing of this summary could be verified.)"


def without_inventions(before: View, after: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """The new view without facts in the policy's own messages that stand nowhere in the old one, and those lines."""
    stating = [message for message in after if message.role != "tool" and FACT in message.content]
    own = set(stating).difference(before) if stating else ()
    if not own:
        return tuple(after), ()
    stated = {line.rstrip() for message in before for line in message.content.split("\n") if FACT in line}
    honest: list[Message] = []
    invented: list[str] = []
    for message in after:
        lines = message.content.split("\n") if message in own else []
        made_up = [line for line in lines if _is_fact(line) and not _stated(line, stated, before)]
        if made_up:
            invented += made_up
            left = "\n".join(line for line in lines if line not in made_up).strip()
            message = replace(message, content=left or NOTHING_LEFT)
        honest.append(message)
    return tuple(honest), tuple(invented)


def _is_fact(line: str) -> bool:
    return FACT in line and line.partition(FACT)[0] != PROGRESS


def _stated(line: str, stated: set[str], before: View) -> bool:
    """Whether a line stands in the old view, as a line or within one, with or without a bullet before it."""
    fact = line.strip(" -*\t\r")
    return line.rstrip() in stated or any(fact in message.content for message in before)


def _added(before: View, view: View) -> int:
    """Tokens of the policy's own messages; a shortened result is not one of them."""
    return view_tokens(message for message in set(view).difference(before) if message.role != "tool")


def as_messages(policy: str, after: object) -> tuple[Message, ...]:
    """What a policy gave, as a view. Raises `PolicyError` where it is something else than messages with text."""
    if not isinstance(after, Sequence) or isinstance(after, str):
        raise PolicyError(f"{policy} returned {plain_repr(after):.80}; a policy returns a sequence of messages")
    wrong = next((item for item in after if not (isinstance(item, Message) and isinstance(item.content, str))), after)
    if wrong is not after:
        shown = plain_repr(wrong)
        raise PolicyError(
            f"{policy} returned a view that holds {shown:.80}; a view holds Message values only, with text"
        )
    return tuple(after)


def whole_pairs(view: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """The view without calls that lost a result and results that lost their call, and a sentence for each cut."""
    kept: list[Message] = []
    problems: list[str] = []
    position = 0
    while position < len(view):
        message = view[position]
        if message.calls:
            results = _results(view, position)
            if len(results) == len(message.calls):
                kept += [message, *results]
                position += len(results)
            else:
                problems.append(f"the calls {', '.join(call.id for call in message.calls)} lost a result")
                position += _results_after(view, position)
        elif message.role == "tool":
            problems.append(f"the result of {message.call_id} lost its call")
        else:
            kept.append(message)
        position += 1
    return tuple(kept), tuple(problems)


def _results(view: Sequence[Message], position: int) -> tuple[Message, ...]:
    """The results that follow a message with calls, as far as they answer its calls in order."""
    calls = view[position].calls
    following = view[position + 1 : position + 1 + len(calls)]
    pairs = zip(calls, following, strict=False)
    answers = [message for call, message in pairs if message.role == "tool" and message.call_id == call.id]
    return tuple(answers)


def _results_after(view: Sequence[Message], position: int) -> int:
    """How many messages right after a cut call are results of it."""
    ids = {call.id for call in view[position].calls}
    count = 0
    for message in view[position + 1 :]:
        if message.role != "tool" or message.call_id not in ids:
            break
        count += 1
    return count
