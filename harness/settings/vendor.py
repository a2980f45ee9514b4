"""The vendor's side of the model door of one life: bytes in, and out come bytes, waits and how the connection ends.

    door = VendorDoor(host, provider)
    answer = await door(body, headers)        # strikes on `model`, then on `wire`
    async for data in door.sent(answer): ...  # in its own time; the end may be `Reset`, silence or death

Every adapter (respx, ASGI, loopback) sends through this one, so the same strikes hit all of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Never

from harness.clients.retry_after import retry_after_ms
from harness.errors import DoorError, InvalidRequest
from harness.host import Host
from harness.passage import Passage, Vendor
from harness.types import Reply, Request, Tool
from harness.wire import Asked, Killed, Provider, WireAnswer


class Reset(Exception):
    """The connection is closed here, without another word."""


class Late(Exception):
    """Nothing came for as long as the client waits for the next byte."""


class VendorDoor:
    """What stands behind the URL of a provider in one life of a run.

    The `model` door keeps the history, the digests and the strikes that it has in `sim`. Behind it every answer passes
    the site `wire` once: the payload of a strike there is the `Asked` (None where nothing could be read), what it gets
    from `proceed()` and returns a `WireAnswer`. What a fault raises there is answered as the vendor would put it.
    """

    def __init__(self, host: Host, provider: Provider) -> None:
        self._host = host
        self.provider = provider
        self._tools: tuple[Tool, ...] = host.tools
        self._nth = 0

    async def __call__(self, body: bytes, headers: Mapping[str, str], timeout_ms: int | None = None) -> WireAnswer:
        """The answer to one request, struck or not. `timeout_ms` is when the client gives up, where that is known."""
        host, provider = self._host, self.provider
        asked: Asked | None = None
        outcome: Reply | DoorError
        try:
            asked = provider.read(body, headers, self._tools)
            outcome = await host.model(self._known(asked.request), timeout_ms)
        except DoorError as error:
            outcome = error if asked is not None else await self._refused(error)

        def write(said: Reply | DoorError) -> WireAnswer:
            return provider.answer(said, asked, host._loop.now_ms)

        return await self._passed(asked, Vendor(outcome, write))

    async def sent(self, answer: WireAnswer, patience_ms: int | None = None) -> AsyncIterator[bytes]:
        """The body, chunk by chunk, each after its wait. Raises `Reset`; never ends where nothing more comes.

        `patience_ms` is how long the client waits for the next byte, where the transport does not see to that: then
        `Late` is raised.
        """
        host = self._host
        for chunk in answer.chunks:
            if chunk.after_ms:
                await self._waited(chunk.after_ms, patience_ms)
            yield chunk.data
        if isinstance(answer.ends, Killed):
            host.die("wire", self._nth, answer.ends.survive)
            await host._never()
        if answer.ends == "silent":
            await self._waited(None, patience_ms)
        if answer.ends == "reset":
            raise Reset

    async def _passed(self, asked: Asked | None, vendor: Vendor) -> WireAnswer:
        host = self._host
        self._nth, faults = host._track.enter("wire")

        async def proceed() -> WireAnswer:
            return vendor.write(vendor.said)

        try:
            passage = Passage(host, "wire", self._nth, asked, vendor=vendor)
            answer: WireAnswer = await host._passed(passage, faults, proceed)
        except DoorError as error:
            answer = vendor.write(error)
        size = sum(len(chunk.data) for chunk in answer.chunks)
        detail = {"status": answer.status, "bytes": size, "chunks": len(answer.chunks),
                  "retry_after_ms": None if answer.status == 200 else retry_after_ms(dict(answer.headers))}  # fmt: skip
        host._record("wire", self._nth, "sent", detail)
        return answer

    async def silence(self) -> Never:
        """Nothing at all, for ever."""
        await self._host._never()

    async def _waited(self, ms: int | None, patience_ms: int | None) -> None:
        """Wait so long (None: for ever), but no longer than the client does."""
        loop = self._host._loop
        if patience_ms is not None and (ms is None or ms > patience_ms):
            await loop.sleep_ms(patience_ms)
            raise Late
        await (loop.create_future() if ms is None else loop.sleep_ms(ms))

    def _known(self, request: Request) -> Request:
        """The request, with the very tools of the last one where they are equal: what is the same is compared at once."""
        if request.tools == self._tools:
            return Request(request.messages, self._tools, request.max_output)
        self._tools = request.tools
        return request

    async def _refused(self, error: DoorError) -> DoorError:
        """What the vendor refuses unread is counted at the door all the same, so that nobody can send it for ever."""
        no_message: Any = error.message
        with suppress(InvalidRequest):
            await self._host.model(Request((no_message,)))
        return error
