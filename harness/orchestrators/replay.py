"""A control: steps remembered by name and replayed, the way durable-execution engines do it.

Every finished step is saved and flushed; on resume, finished steps answer from the journal. A step that fails is tried
again with backoff, and a step that was under way is simply run again, each under a new key: at least once, which is what
those engines promise. So it must repeat an effect when it is killed between the effect and its record, or when the answer
is lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from harness.errors import ConnectionLost, InvalidRequest, RateLimited, ServerFailed, TimedOut
from harness.host import Host
from harness.types import Message, Reply, Request, Result, ToolCall, shown

PASSING = (RateLimited, ServerFailed, ConnectionLost, TimedOut)
"""Failures after which a step is worth another try."""

BACKOFF_MS = 1_000


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
            self._done[name] = await self._patiently(act)
            self._host.append(msgspec.json.encode(self._done[name]) + b"\n")
            self._host.flush()
        return self._done[name]

    async def _patiently(self, act: Callable[[], Awaitable[_Step]]) -> _Step:
        """Try a step as often as the limits allow; the last failure is let out."""
        for tried in range(1, self._host.limits.tries):
            try:
                return await act()
            except PASSING as error:
                asked = error.retry_after_ms or 0
                await self._host.sleep(asked if asked > 0 else BACKOFF_MS * tried)
        return await act()


async def run(host: Host) -> str:
    """The naive loop within the caps of its limits, each of its steps remembered."""
    steps = _Steps(host)
    messages = [Message("user", host.goal, pinned=True)]
    tokens = 0
    for turn in range(host.limits.turns):
        if tokens >= host.limits.tokens:
            return "out of tokens"
        step = await steps.step(f"ask-{turn}", partial(_ask, host, tuple(messages), f"ask-{turn}"))
        reply = step.reply
        assert reply is not None
        tokens += reply.usage.input + reply.usage.output if reply.usage else 0
        messages.append(Message("assistant", reply.text, reply.calls))
        if not reply.calls:
            return reply.text
        for index, call in enumerate(reply.calls):
            name = f"call-{turn}-{index}"
            result = (await steps.step(name, partial(_call, host, call, name))).result
            assert result is not None
            messages.append(Message("tool", shown(result), call_id=call.id))
    return "out of turns"


async def _ask(host: Host, view: tuple[Message, ...], name: str) -> _Step:
    reply = await host.model(Request(view, host.tools), host.limits.model_timeout_ms)
    if not reply.text and not reply.calls:
        raise ServerFailed("the answer is empty")
    return _Step(name, reply=reply)


async def _call(host: Host, call: ToolCall, name: str) -> _Step:
    try:
        result = await host.tool(call, f"{name}@{host.now()}", host.limits.tool_timeout_ms)
    except InvalidRequest as error:
        result = Result(status="error", error=error.message)
    return _Step(name, result=result)
