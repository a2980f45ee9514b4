"""Orchestrators of strangers: hopeless ones, and some that are wrong in a way that no loop of `broken` is."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec

from harness.host import Host
from harness.types import Message, Reply, Request, shown


async def raises_at_once(host: Host) -> str:
    """Never gets anywhere."""
    raise RuntimeError("no configuration")


async def never_returns(host: Host) -> str:
    """Waits for nothing."""
    await asyncio.get_running_loop().create_future()
    return "never"


async def asks_for_ever(host: Host) -> str:
    """Asks the same thing again and again."""
    while True:
        await host.model(Request((Message("user", host.goal),), host.tools))


async def returns_at_once(host: Host) -> str:
    """Says that it is done."""
    return "all done"


def no_coroutine(host: Host) -> str:
    """A plain function."""
    return "all done"


async def asks_nonsense(host: Host) -> str:
    """A view of something else than messages."""
    return (await host.model(Request((host.goal,), host.tools))).text  # type: ignore[arg-type]


async def forgets_results(host: Host) -> str:
    """Answers only the first call of a turn that an error follows: the request has an orphan."""
    messages = [Message("user", host.goal, pinned=True)]
    while True:
        reply = await host.model(Request(tuple(messages), host.tools))
        messages.append(Message("assistant", reply.text, reply.calls))
        if not reply.calls:
            return reply.text
        for call in reply.calls:
            result = await host.tool(call, key=call.id)
            if result.status == "ok":
                messages.append(Message("tool", shown(result), call_id=call.id))


class _Notes:
    """Lines of JSON on disk, read without a thought for damage."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.read = [json.loads(line) for line in host.read().splitlines()]

    def note(self, **entry: Any) -> None:
        """Append and flush one line."""
        self._host.append(json.dumps(entry).encode() + b"\n")
        self._host.flush()


async def trusts_its_file(host: Host) -> str:
    """Resumes from its notes, and dies of a half-written one."""
    notes = _Notes(host)
    return await _from(host, notes, [msgspec.convert(entry["message"], Message) for entry in notes.read])


async def notes_and_starts_over(host: Host) -> str:
    """Writes everything down and reads nothing of it."""
    return await _from(host, _Notes(host), [])


async def _from(host: Host, notes: _Notes, view: list[Message]) -> str:
    def say(message: Message) -> None:
        view.append(message)
        notes.note(message=msgspec.to_builtins(message))

    if not view:
        say(Message("user", host.goal, pinned=True))
    while view[-1].role != "assistant" or view[-1].calls:
        answered = {message.call_id for message in view}
        for call in [call for message in view for call in message.calls if call.id not in answered]:
            say(Message("tool", shown(await host.tool(call, key=call.id)), call_id=call.id))
        reply: Reply = await host.model(Request(tuple(view), host.tools))
        say(Message("assistant", reply.text, reply.calls))
    return view[-1].content
