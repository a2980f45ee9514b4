"""MCP over streamable HTTP at /mcp of the loopback server: the SDK's own ASGI handler, without a web server of its own.

Each POST is one exchange (stateless, answered as JSON), so a new life needs no session of an old one, and an answer can be
cut or never come like any other of the loopback server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from harness.errors import ConnectionLost, DoorError, TimedOut
from harness.settings.program.loopback import HOST, Incoming, Outgoing, as_json, outgoing
from harness.settings.program.toolserver import Asked, sdk, tool_server
from harness.wire import Chunk, WireAnswer

LOST = "longhaul.lost"
"""The place in an ASGI scope where a lost answer is told: a future of the `DoorError`."""


class Streamable:
    """The MCP endpoint of one life. Raises `UsageError` where the SDK is not installed."""

    def __init__(
        self,
        listed: Callable[[], Awaitable[Sequence[Mapping[str, Any]]]],
        called: Callable[[Asked], Awaitable[Mapping[str, Any]]],
    ) -> None:
        self._called = called
        found = sdk()
        self._manager = found.manager(tool_server(found, listed, self._call), json_response=True, stateless=True)
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run())

    async def __call__(self, incoming: Incoming) -> Outgoing | DoorError:
        """The answer to one request, or the lost connection that stands for it."""
        if incoming.method != "POST":
            told = {
                "jsonrpc": "2.0",
                "id": None,
                "error": {"code": -32600, "message": "POST only: there is no session"},
            }
            return as_json(405, told, ("allow", "POST"))
        await asyncio.wait((self._ready, self._running), return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():  # it broke; it would run for ever
            self._running.result()
        lost: asyncio.Future[DoorError] = asyncio.get_running_loop().create_future()
        exchange = Exchange(incoming)
        serving = asyncio.create_task(
            self._manager.handle_request(_scope(incoming, lost), exchange.receive, exchange.send)
        )
        try:
            await asyncio.wait((serving, lost), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not serving.done():
                serving.cancel()
        if lost.done():
            with suppress(asyncio.CancelledError):
                await serving
            return lost.result()
        serving.result()
        return outgoing(exchange.answer())

    async def _run(self) -> None:
        """Keep the SDK's task group open, in the task that opened it, until the loop ends."""
        async with self._manager.run():
            self._ready.set_result(None)
            await asyncio.get_running_loop().create_future()

    async def _call(self, asked: Asked) -> Mapping[str, Any]:
        try:
            return await self._called(asked)
        except (ConnectionLost, TimedOut) as error:
            asked.context.request.scope[LOST].set_result(error)
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]  # it is cancelled


class Exchange:
    """One ASGI exchange with the whole body at hand, and the answer gathered."""

    def __init__(self, incoming: Incoming) -> None:
        self._body: bytes | None = incoming.body
        self._status = 500
        self._headers: list[tuple[str, str]] = []
        self._parts: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        """The body; after it nothing more comes, since nobody tells that a client went away."""
        if self._body is None:
            await asyncio.get_running_loop().create_future()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Mapping[str, Any]) -> None:
        """Take in a part of the answer."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))

    def answer(self) -> WireAnswer:
        """What was sent."""
        body = b"".join(self._parts)
        kept = [(name, value) for name, value in self._headers if name.lower() != "content-length"]
        return WireAnswer(self._status, (*kept, ("content-length", str(len(body)))), (Chunk(body),))


def _scope(incoming: Incoming, lost: asyncio.Future[DoorError]) -> dict[str, Any]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in incoming.headers.items()]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": incoming.method,
        "scheme": "http", "path": incoming.path, "raw_path": incoming.path.encode("latin-1"), "query_string": b"",
        "root_path": "", "headers": headers, "client": (HOST, 0), "server": (HOST, 0), LOST: lost,
    }  # fmt: skip
