"""The server says over a real socket what an answer says, and nothing else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from harness.errors import UsageError
from harness.settings.program.loopback import Incoming, Loopback, Outgoing, Respond, as_json, outgoing
from harness.settings.vendor import Reset
from harness.wire import Chunk, Killed, WireAnswer

PLAIN = b"GET /x?y=1 HTTP/1.1\r\nHost: a\r\nX-Name: One\r\n\r\n"


def served(respond: Respond, client: Callable[[str, int], Awaitable[bytes]]) -> bytes:
    """What a client got from a server with this behind it."""

    async def both() -> bytes:
        server = Loopback(respond)
        await server.listen()
        try:
            return await asyncio.wait_for(client("127.0.0.1", server.port), 5)
        finally:
            server.close()
            await asyncio.sleep(0)

    return asyncio.run(both())


def sends(data: bytes, much: int = -1) -> Callable[[str, int], Awaitable[bytes]]:
    """A client that sends this and reads to the end (or so many bytes)."""

    async def client(host: str, port: int) -> bytes:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(data)
        try:
            return await (reader.read() if much < 0 else reader.readexactly(much))
        finally:
            writer.close()

    return client


async def echo(incoming: Incoming) -> Outgoing:
    """The request as it was understood."""
    return as_json(200, [incoming.method, incoming.path, incoming.headers.get("x-name"), incoming.body.decode()])


def test_a_request_is_understood_and_a_connection_serves_several() -> None:
    post = b"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    said = served(echo, sends(PLAIN + post))
    assert said.count(b"HTTP/1.1 200") == 2
    assert b'["GET","/x","One",""]' in said and said.endswith(b'["POST","/p",null,"hi"]')


def test_what_is_no_http_gets_a_400() -> None:
    assert served(echo, sends(b"hello there\r\n\r\n")).startswith(b"HTTP/1.1 400")


def answering(answer: WireAnswer, body: AsyncIterator[bytes] | None = None) -> Respond:
    """A server that always says the same."""

    async def respond(_incoming: Incoming) -> Outgoing:
        return Outgoing(answer, body) if body is not None else outgoing(answer)

    return respond


def test_a_reset_is_a_reset_before_the_head_and_in_the_body() -> None:
    with pytest.raises(ConnectionResetError):
        served(answering(WireAnswer(0, ends="reset")), sends(PLAIN))
    half = WireAnswer(200, (("content-length", "10"),), (Chunk(b"12345"),), "reset")
    with pytest.raises(ConnectionResetError):
        served(answering(half), sends(PLAIN))


def test_chunks_come_in_their_own_time_and_an_end_that_is_missing_is_clean() -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.sleep(0.05)
        yield b"two"

    streamed = WireAnswer(200, (("content-type", "text/event-stream"),), streamed=True)
    close = PLAIN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    said = served(answering(streamed, slowly()), sends(close))
    assert b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n" in said
    short = WireAnswer(200, (("content-length", "10"),), (Chunk(b"12345"),))
    assert served(answering(short), sends(close)).endswith(b"5\r\n12345\r\n0\r\n\r\n")


def test_one_that_is_silent_says_nothing_for_ever() -> None:
    with pytest.raises(TimeoutError):

        async def impatient(host: str, port: int) -> bytes:
            return await asyncio.wait_for(sends(PLAIN)(host, port), 0.2)

        served(answering(WireAnswer(0, ends="silent")), impatient)


def test_half_an_answer_arrives_before_the_end_of_a_life_is_noticed() -> None:
    async def dies() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.get_running_loop().create_future()

    head = len(b"HTTP/1.1 200 \r\ncontent-length: 8\r\n\r\n")
    answer = WireAnswer(200, (("content-length", "8"),), ends=Killed())
    assert served(answering(answer, dies()), sends(PLAIN, head + 4)).endswith(b"half")


def test_a_port_that_is_taken_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is taken by another process; give another one, or --port 0"):
            Loopback(echo, port)


def test_a_client_that_hangs_up_in_the_middle_harms_nobody() -> None:
    async def rude(host: str, port: int) -> bytes:
        _, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhi")
        writer.close()
        return await sends(PLAIN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))(host, port)

    assert b"200" in served(echo, rude)


def test_a_reset_while_sending_ends_that_connection_only() -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield b"abc"
        raise Reset

    with pytest.raises(ConnectionResetError):
        served(answering(WireAnswer(200), cut()), sends(PLAIN))


def test_half_of_a_character_is_sent_escaped_because_there_is_no_other_way():
    assert as_json(200, {"content": "a\ud83d"}).answer.body == b'{"content": "a\\ud83d"}'
    assert as_json(200, {"content": "ä"}).answer.body == '{"content":"ä"}'.encode()
