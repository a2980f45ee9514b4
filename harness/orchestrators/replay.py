"""A control: steps remembered by name and replayed, the way durable-execution engines do it.

Every finished step is saved and flushed; on resume, finished steps answer from the journal. A step that was under way is
simply run again, under a new key: at least once, which is what those engines promise. So it must repeat an effect when it
is killed between the effect and its record.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from harness.host import Host
from harness.types import Message, Reply, Request, Result, shown


class _Step(msgspec.Struct, frozen=True):
    name: str
    reply: Reply | None = None
    result: Result | None = None


class _Steps:
    """The steps of one session; a torn last line is cut off."""

    def __init__(self, host: Host) -> None:
        self._host = host
        data = host.read()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            host.truncate(whole)
        lines = data[:whole].splitlines()
        self._done = {step.name: step for step in (msgspec.json.decode(line, type=_Step) for line in lines)}

    async def step(self, name: str, act: Callable[[], Awaitable[_Step]]) -> _Step:
        """The remembered outcome of a step, or run it now and remember it."""
        if name not in self._done:
            self._done[name] = await act()
            self._host.append(msgspec.json.encode(self._done[name]) + b"\n")
            self._host.flush()
        return self._done[name]


async def run(host: Host) -> str:
    """The naive loop, each of its steps remembered."""
    steps = _Steps(host)
    messages = [Message("user", host.goal, pinned=True)]
    for turn in range(host.limits.turns):

        async def ask(name: str = f"ask-{turn}") -> _Step:
            return _Step(name, reply=await host.model(Request(tuple(messages), host.tools)))

        reply = (await steps.step(f"ask-{turn}", ask)).reply
        assert reply is not None
        messages.append(Message("assistant", reply.text, reply.calls))
        if not reply.calls:
            return reply.text
        for index, call in enumerate(reply.calls):
            name = f"call-{turn}-{index}"

            async def act(name: str = name, call=call) -> _Step:  # type: ignore[no-untyped-def]
                return _Step(name, result=await host.tool(call, key=f"{name}@{host.now()}"))

            result = (await steps.step(name, act)).result
            assert result is not None
            messages.append(Message("tool", shown(result), call_id=call.id))
    return "out of turns"
