"""A real HTTP/1.1 server on 127.0.0.1: it sends what an answer says, chunk by chunk, and ends as it says.

Framing is that of h11, an answer is a `WireAnswer`. What stands behind it is one coroutine function `respond`.
"""

from __future__ import annotations

import asyncio
import errno
import importlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec

from harness.errors import UsageError
from harness.settings.vendor import Reset
from harness.wire import Chunk, WireAnswer

HOST = "127.0.0.1"
BODY_BYTES_MAX = 64 * 1024 * 1024
HEAD_BYTES_MAX = 64 * 1024
BACKLOG = 512


@dataclass(frozen=True)
class Incoming:
    """A request. `path` is without the query, headers have names in lower case (the last of a name counts)."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Outgoing:
    """An answer, and its body as it comes: that iterator may raise `Reset`, or never end."""

    answer: WireAnswer
    body: AsyncIterator[bytes]


Respond: TypeAlias = Callable[[Incoming], Awaitable[Outgoing]]


def outgoing(answer: WireAnswer) -> Outgoing:
    """An answer of our own, of which nothing is timed: sent whole, closed without a word, or never ended."""
    return Outgoing(answer, _at_once(answer))


def as_json(status: int, value: Any, *headers: tuple[str, str]) -> Outgoing:
    """A JSON document as an answer."""
    try:
        body = msgspec.json.encode(value)
    except UnicodeEncodeError:  # half of a character can be written escaped only
        body = json.dumps(value).encode()
    kept = (("content-type", "application/json"), ("content-length", str(len(body))), *headers)
    return outgoing(WireAnswer(status, kept, (Chunk(body),)))


async def _at_once(answer: WireAnswer) -> AsyncIterator[bytes]:
    for chunk in answer.chunks:
        yield chunk.data
    if answer.ends == "reset":
        raise Reset
    if answer.ends == "silent":
        await asyncio.get_running_loop().create_future()


class Loopback:
    """The server. Raises `UsageError` where h11 is not installed or the port is taken."""

    def __init__(self, respond: Respond, port: int = 0) -> None:
        try:
            self._h11: Any = importlib.import_module("h11")
        except ImportError as error:
            raise UsageError(f"a loopback server needs h11 ({error}); run: pip install longhaul[program]") from None
        self._respond = respond
        self._open: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"

    async def listen(self) -> None:
        """Take connections from now on, whenever the loop runs."""
        self._server = await asyncio.start_server(self._connected, sock=self._socket, backlog=BACKLOG)

    def drop(self) -> None:
        """End every connection where it is, with a reset."""
        for task, writer in list(self._open.items()):
            task.cancel()
            _reset(writer)

    def close(self) -> None:
        """Drop all, and give the port back."""
        self.drop()
        if self._server is not None:
            self._server.close()
        self._socket.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        try:
            await _Connection(self._h11, reader, writer).serve(self._respond)
        except Reset:
            _reset(writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            del self._open[task]
            writer.close()


class _Connection:
    """One connection, request after request."""

    def __init__(self, h11: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._h11 = h11
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES_MAX)

    async def serve(self, respond: Respond) -> None:
        """Answer until either side has enough. Raises `Reset` where the connection is to be cut."""
        h11 = self._h11
        while True:
            try:
                incoming = await self._read()
                if incoming is None:
                    return
                await self._send(await respond(incoming), incoming.method)
            except h11.RemoteProtocolError as error:
                await self._refuse(error)
                return
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _read(self) -> Incoming | None:
        """The next request; None where nobody is there any more. Raises `RemoteProtocolError` for what is no HTTP."""
        h11, request, body = self._h11, None, bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._writer.write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
                self._http.receive_data(await self._reader.read(65_536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > BODY_BYTES_MAX:
                    raise h11.RemoteProtocolError("the body is too large", error_status_hint=413)
            elif isinstance(event, h11.EndOfMessage):
                return _incoming(request, bytes(body))
            else:  # closed between two requests
                return None

    async def _send(self, out: Outgoing, method: str) -> None:
        h11, answer = self._h11, out.answer
        if answer.status:
            head = h11.Response(status_code=answer.status, headers=_headers(answer))
            self._writer.write(self._http.send(head))
        async for data in out.body:
            if answer.status and method != "HEAD":
                self._writer.write(self._http.send(h11.Data(data=data)))
                await self._writer.drain()
        if answer.status:
            self._writer.write(self._http.send(h11.EndOfMessage()))
            await self._writer.drain()

    async def _refuse(self, error: Any) -> None:
        """Tell a client that what it sent is no HTTP, where it can still be told."""
        h11 = self._h11
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        said = f"{error}\n".encode()
        headers = [("content-length", str(len(said))), ("connection", "close")]
        with suppress(h11.LocalProtocolError):
            head = self._http.send(h11.Response(status_code=error.error_status_hint, headers=headers))
            self._writer.write(head + self._http.send(h11.Data(data=said)))
            await self._writer.drain()


def _incoming(request: Any, body: bytes) -> Incoming:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers}
    path = urlsplit(request.target.decode("latin-1")).path  # without the address, which a client of a proxy names too
    return Incoming(request.method.decode(), path if path.startswith("/") else "/", headers, body)


def _headers(answer: WireAnswer) -> list[tuple[str, str]]:
    """The headers; a length that is a lie is only told where the connection breaks before it is reached."""
    honest = answer.ends != "complete" or dict(answer.headers).get("content-length") == str(len(answer.body))
    return [(name, value) for name, value in answer.headers if honest or name != "content-length"]


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close without a word: what was not sent is thrown away, and the other side is told that it was."""
    plug = writer.get_extra_info("socket")
    if plug is not None and not writer.transport.is_closing():
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _bound(port: int) -> socket.socket:
    plug = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        plug.bind((HOST, port))
    except OSError as error:
        plug.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            taken = "is taken by another process" if error.errno == errno.EADDRINUSE else "needs more rights"
            raise UsageError(f"port {port} {taken}; give another one, or --port 0 for any that is free") from None
        raise
    return plug
