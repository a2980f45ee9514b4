"""Orchestrators that do what a simulated run may not, or that will not die."""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import os
import socket
import subprocess
import threading
import time

from harness.host import Host
from harness.types import Message, Request, ToolCall

PAY = ToolCall("call-1", "pay", '{"invoice": "INV-001"}')
NOTE = ToolCall("call-2", "note", '{"text": "x"}')


async def sleeps_for_real(host: Host) -> None:
    """Blocks the thread."""
    time.sleep(60)


async def starts_a_thread(host: Host) -> None:
    """A thread of its own."""
    threading.Thread(target=print).start()


async def uses_an_executor(host: Host) -> None:
    """A thread by way of asyncio."""
    await asyncio.to_thread(print)


async def opens_a_socket(host: Host) -> None:
    """A real socket."""
    socket.socket()


async def resolves_a_name(host: Host) -> None:
    """A real look-up."""
    socket.getaddrinfo("localhost", 80)


async def starts_a_process(host: Host) -> None:
    """A real process."""
    subprocess.run(["true"])


async def starts_a_shell(host: Host) -> None:
    """A real process by way of a shell."""
    os.system("true")


async def starts_a_low_thread(host: Host) -> None:
    """A thread without the module for threads."""
    _thread.start_new_thread(print, ())


async def spins(host: Host) -> None:
    """Never gives up the thread."""
    while True:
        pass


async def spins_awaiting(host: Host) -> None:
    """Gives up the thread and never waits."""
    while True:
        await asyncio.sleep(0)


async def saves_in_finally(host: Host) -> None:
    """Writes and calls when it dies."""
    host.append(b"begun\n")
    host.flush()
    try:
        await host.tool(PAY, "key-1")
    finally:
        host.append(b"saved\n")
        host.flush()
        await host.tool(NOTE, "key-2")


async def swallows_everything(host: Host) -> None:
    """No exception ends it."""
    while True:
        try:
            await host.tool(PAY, f"key-{host.now()}")
            return
        except BaseException:
            host.append(b"still here\n")


async def writes_for_ever(host: Host) -> None:
    """No exception ends it, and it never waits."""
    while True:
        with contextlib.suppress(BaseException):
            host.append(b"still here\n")


async def gathers_exceptions(host: Host) -> None:
    """Takes the death of one call for its result, and goes on."""
    await asyncio.gather(host.tool(PAY, "key-1"), host.tool(NOTE, "key-2"), return_exceptions=True)
    await host.tool(NOTE, "key-3")


async def groups_siblings(host: Host) -> None:
    """Siblings in a group clean up when one of them dies."""

    async def pay() -> None:
        await host.tool(PAY, "key-1")

    async def clean_up() -> None:
        try:
            await host.sleep(3_600_000)
        finally:
            host.append(b"cleaned up\n")
            await host.tool(NOTE, "key-2")

    async with asyncio.TaskGroup() as group:
        group.create_task(clean_up())
        group.create_task(pay())


async def shields(host: Host) -> None:
    """Hides a call from cancellation."""
    await asyncio.shield(asyncio.ensure_future(host.tool(PAY, "key-1")))
    await host.tool(NOTE, "key-2")


async def exits(host: Host) -> None:
    """Ends the interpreter."""
    raise SystemExit(7)


async def leaves_tasks(host: Host) -> None:
    """Returns while its tasks are still under way."""
    asyncio.ensure_future(host.tool(PAY, "key-1")).add_done_callback(lambda _: host.append(b"late\n"))


async def asks_with_nonsense(host: Host) -> None:
    """A view of something else than messages."""
    await host.model(Request(("hello",), host.tools))  # type: ignore[arg-type]


async def asks_whatever_comes(host: Host) -> None:
    """Takes every exception for a bad moment of the model."""
    for _ in range(3):
        with contextlib.suppress(Exception):
            await host.model(Request((Message("user", "go"),), host.tools))
