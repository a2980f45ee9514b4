"""Functions of a team's own under the ledger: told of before and after, run by nobody here.

POST  /ledger/begin   {"tool", "intent"}: a call is about to be made; what strikes before an effect strikes here
POST  /ledger/done    the same again: it happened, and stands in the ledger before what strikes after an effect strikes here

Both are one passage of the site `tool:NAME`. A `done` belongs to the newest open `begin` of the life that said the same
(an older one is a call that failed, or hangs); without one it is a passage by itself. `key` may tell the function's
idempotency key; with `"kind": "deduplicating"` a second deed under it is none, because the other side drops it.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import msgspec

from harness.errors import InvalidRequest
from harness.host import Host
from harness.passage import Passage
from harness.types import Result, ToolCall
from harness.world import Visit, observe, observed_as


class Deed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a team's function is about to do, or has done. The same tool and intent twice is a duplicate."""

    tool: str
    intent: str
    key: str = ""
    kind: Literal["blind", "deduplicating"] = "blind"


class Ledger:
    """The ledger endpoint of one life."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._calls: list[_Call] = []

    async def __call__(self, place: str, body: bytes) -> Result:
        """Answer `begin` or `done`; raises the `DoorError` of a strike, or `InvalidRequest` for what cannot be read."""
        deed = self._read(body)
        return await (self._begin(deed) if place == "begin" else self._done(deed))

    def _read(self, body: bytes) -> Deed:
        try:
            deed = msgspec.json.decode(body, type=Deed)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise InvalidRequest(f"{error}; the ledger takes {WANTS}", 400, "invalid_request_error") from None
        tools = self._host._track.tools
        if not deed.tool or not deed.intent:
            raise InvalidRequest(f"tool and intent may not be empty; the ledger takes {WANTS}", 400)
        if deed.tool in tools:
            raise InvalidRequest(
                f"{deed.tool!r} is a tool of the scenario: call it at LONGHAUL_TOOLS_URL, or give yours another name",
                409,
            )
        return deed

    async def _begin(self, deed: Deed) -> Result:
        call = _Call(self._host, deed)
        self._calls.append(call)
        if self._host.dead:
            return GO
        passing = call.passing()
        await asyncio.wait((call.let_in, passing), return_when=asyncio.FIRST_COMPLETED)
        if passing.done():  # it was struck before the effect
            self._calls.remove(call)
            return passing.result()
        return GO

    async def _done(self, deed: Deed) -> Result:
        call = next((call for call in reversed(self._calls) if call.deed == deed), None)
        if call is None:
            call = _Call(self._host, deed)
        else:
            self._calls.remove(call)
        call.happened()
        return call.ended() if self._host.dead else await call.passing()


GO, RECORDED = Result("go"), Result("recorded")
WANTS = '{"tool": NAME, "intent": TEXT}, and "key": TEXT and "kind": "deduplicating" where they apply'


class _Call:
    """One passage of `tool:NAME`, from its `begin` to its `done`."""

    def __init__(self, host: Host, deed: Deed) -> None:
        self.deed = deed
        self._host = host
        self._site = f"tool:{deed.tool}"
        nth, faults = host._track.enter(self._site)
        self._nth, self._faults = nth, faults
        self._id = f"own {deed.tool} {nth}"
        self._arguments = msgspec.json.encode({"intent": deed.intent}).decode()
        told = {"id": self._id, "key": deed.key, "arguments": self._arguments, **_late(host)}
        host._record(self._site, nth, "call", told)
        self.let_in: asyncio.Future[None] = host._loop.create_future()
        self._over: asyncio.Future[None] = host._loop.create_future()
        self._passing: asyncio.Task[Result] | None = None

    def passing(self) -> asyncio.Task[Result]:
        """The passage itself, under way from the first time that it is asked for."""
        if self._passing is None:
            self._passing = asyncio.create_task(self._pass())
        return self._passing

    def happened(self) -> None:
        """The function has done its deed: that is a fact, whatever strikes now."""
        host, deed = self._host, self.deed
        visit = Visit(self._id, deed.key, host._track.life, host._loop.now_ms)
        known = deed.kind == "deduplicating" and observed_as(deed.tool, deed.key) in host._track.world.results
        if not known:
            world = observe(host._track.world, deed.tool, deed.intent, visit)
            host._track.change(world)
            told = {"number": len(world.effects), "intent": deed.intent, "id": self._id, "key": deed.key}
            host._record(self._site, self._nth, "effect", {**told, "effect": "irreversible", **_late(host)})
        self._over.set_result(None)

    def ended(self) -> Result:
        """Its end, as the caller is told of it."""
        told = {"id": self._id, **msgspec.to_builtins(RECORDED), **_late(self._host)}
        self._host._record(self._site, self._nth, "result", told)
        return RECORDED

    async def _pass(self) -> Result:
        host = self._host

        async def proceed() -> Result:
            if not self.let_in.done():
                self.let_in.set_result(None)
            await asyncio.shield(self._over)
            if host.dead:  # what comes after a death strikes nobody any more
                await host._never()
            return RECORDED

        payload = ToolCall(self._id, self.deed.tool, self._arguments)
        passage, about = Passage(host, self._site, self._nth, payload), {"id": self._id}
        await host._passed(passage, self._faults, proceed, None, about)
        return self.ended()


def _late(host: Host) -> dict[str, Any]:
    return {"late": True} if host.dead else {}
