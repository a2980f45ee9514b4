"""Orchestrators for the tests of the settings: ones that schedule in every way, and ones that misbehave."""

from __future__ import annotations

import asyncio
import atexit
import os
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from harness import protocol
from harness._tests.small import PAYING
from harness.errors import DoorError
from harness.host import Host
from harness.types import Message, Question, Request, Scenario, Tool, ToolCall


async def group(host: Host) -> str:
    """The calls of a turn in a TaskGroup; each records its own outcome, and one waits before it calls."""
    messages = [Message("user", host.goal, pinned=True)]
    if host.read():
        host.truncate(0)
    while True:
        reply = await host.model(Request(tuple(messages), host.tools), timeout_ms=60_000)
        messages.append(Message("assistant", reply.text, reply.calls))
        if not reply.calls:
            return reply.text
        answers: dict[str, str] = {}

        async def act(call: ToolCall, late: bool, answers: dict[str, str] = answers) -> None:
            if late:
                await asyncio.sleep(0)
            result = await host.tool(call, key=f"{call.id}@{host.now()}", timeout_ms=45_000)
            answers[call.id] = result.content or result.error
            host.append(f"{call.id} {answers[call.id]}\n".encode())
            await host.sleep(7)
            host.flush()

        async with asyncio.TaskGroup() as tasks:
            for index, call in enumerate(reply.calls):
                tasks.create_task(act(call, index == 0))
        messages.extend(Message("tool", answers[call.id], call_id=call.id) for call in reply.calls)


async def first(host: Host) -> str:
    """The calls of a turn as tasks; outcomes are recorded in the order of a set of ended tasks."""
    messages = [Message("user", host.goal)]
    while True:
        reply = await host.model(Request(list(messages), (*host.tools,)))
        messages.append(Message("assistant", reply.text, reply.calls))
        if not reply.calls:
            return reply.text
        running = {asyncio.create_task(host.tool(call, call.id), name=call.id) for call in reply.calls}
        answers = {}
        while running:
            ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                answers[task.get_name()] = task.result().content
                host.append(task.get_name().encode() + b"\n")
        host.flush()
        messages.extend(Message("tool", answers[call.id], call_id=call.id) for call in reply.calls)


async def impatient(host: Host) -> str:
    """Has deadlines of its own: gives up on a call, and cancels some in the very millisecond they end."""
    said = [str(await _given_up(host, 50)), str(await _given_up(host, 500))]
    tasks = [asyncio.create_task(host.tool(ToolCall(f"t{ms}", "look", "{}"), f"t{ms}")) for ms in range(3)]
    timer = asyncio.create_task(host.sleep(100))
    await timer
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    said.extend(type(item).__name__ for item in ended)
    loop = asyncio.get_running_loop()
    handle = loop.call_later(3, host.append, b"never\n")
    loop.call_later(2, handle.cancel)
    loop.call_later(1, host.append, b"a timer\n")
    try:
        async with asyncio.timeout(4):
            await loop.create_future()
    except TimeoutError:
        said.append(f"late at {host.now()}")
    try:
        await host.query("look", "x")
    except DoorError as error:
        said.append(str(error))
    answer = await host.human(Question("well?", "pay", "nothing", "{}"))
    host.append("\n".join([*said, answer.text]).encode())
    host.flush()
    return answer.text


async def _given_up(host: Host, ms: int) -> Any:
    try:
        async with asyncio.timeout(ms / 1_000):
            return await host.tool(ToolCall(f"given-up-{ms}", "look", "{}"), f"key-{ms}")
    except TimeoutError:
        return f"gave up at {host.now()}"


async def strange(host: Host) -> str:
    """Offers a tool of its own, calls one that does not exist, cuts the journal wrongly, and hands in no messages."""
    own = Tool("think", "Think.", {"type": "object"})
    await host.model(Request((Message("user", "go"),), (own, host.tools[1])))
    said = []
    for attempt in (
        host.tool(ToolCall("x", "nothing", "{}"), "x"),
        host.model(Request(("no message",), ())),  # type: ignore[arg-type]
        host.model(Request((Message("tool", "orphan", call_id="?"),), ())),
    ):
        try:
            await attempt
        except DoorError as error:
            said.append(f"{type(error).__name__} {error.status} {error.error_type} {error}")
    try:
        host.truncate(10_000)
    except ValueError as error:
        said.append(str(error))
    return await _said(host, said)


async def stubborn(host: Host) -> str:
    """Asks until the model answers, and keeps what every failure said."""
    said = []
    for _ in range(20):
        try:
            await host.model(Request((Message("user", "go"),), host.tools), timeout_ms=5_000)
            break
        except DoorError as error:
            said.append(f"{type(error).__name__} {error.status} {error.retry_after_ms} {error}")
    return await _said(host, said)


async def _said(host: Host, said: list[str]) -> str:
    host.append("\n".join(said).encode())
    host.flush()
    return said[-1] if said else ""


async def raises(host: Host) -> None:
    """Fails by itself."""
    await host.sleep(10)
    raise KeyError("what is this")


async def waits_for_nothing(host: Host) -> None:
    """Waits for something that nobody will do."""
    await host.sleep(10)
    await asyncio.get_running_loop().create_future()


async def spins(host: Host) -> None:
    """Never waits and never passes a door."""
    while True:
        await asyncio.sleep(0)


async def exits(host: Host) -> None:
    """Ends its process."""
    await host.sleep(10)
    sys.exit(3)


async def gives_up(host: Host) -> None:
    """Cancels itself."""
    await host.sleep(10)
    raise asyncio.CancelledError


def no_coroutine(host: Host) -> str:
    """Is no coroutine function."""
    return "done"


async def dies(host: Host) -> None:
    """Ends its process without another word but the last."""
    os.write(2, b"out of memory\n")
    os._exit(4)


async def hangs(host: Host) -> None:
    """Computes for ever."""
    await host.sleep(10)
    while True:
        pass


async def prints(host: Host) -> str:
    """Writes where it should not: to its own pipe."""
    print("this is only noise")
    os.write(host._pipe._writes, b"Z" * 100)  # type: ignore[attr-defined]
    await host.sleep(10)
    return "written"


async def cheats(host: Host) -> str:
    """Writes into the journal's file behind the door's back."""
    host.append(b"honest\n")
    os.write(host._journal, b"hidden\n")  # type: ignore[attr-defined]
    host.flush()
    return "hidden"


async def kills_its_server(host: Host) -> str:
    """Ends the process that forked it, and waits to be ended itself."""
    os.kill(os.getppid(), 9)
    await host.sleep(10)
    return "killed"


async def poisons(host: Host) -> str:
    """Leaves a mark in a module that every life has, and says how many marks there are."""
    marks = protocol.__dict__.setdefault("marks", [])
    marks.append("mark")
    host.append(f"{len(marks)}\n".encode())
    host.flush()
    await host.model(Request((Message("user", "go"),), ()))
    return "poisoned"


async def tells_the_time(host: Host) -> str:
    """Writes down what the clock says, before and after each door."""
    for turn in range(4):
        before = host.now()
        host.append(f"{before} ".encode())
        host.flush()
        if host.now() == before:
            await host.sleep(7)
        with suppress(DoorError):
            await host.tool(ToolCall(f"c{turn}", "pay", '{"invoice": "INV-001"}'), "key")
        await host.model(Request((Message("user", f"turn {turn}"),), ()))
    host.append(f"{host.now()}\n".encode())
    host.flush()
    return "told"


async def looks_around(host: Host) -> str:
    """Says where it is."""
    import found_late

    threads = len(os.listdir("/proc/self/task"))
    seconds, _ = resource.getrlimit(resource.RLIMIT_CPU)
    seen = [
        os.getcwd(),
        os.environ.get("LONGHAUL_TOLD_LATE"),
        os.environ.get("HOME"),
        found_late.WORD,
        seconds,
        threads,
    ]
    host.append("".join(f"{item}\n" for item in seen).encode())
    host.flush()
    return "seen"


async def echoes(host: Host) -> str:
    """Says half of a character wherever one can say something."""
    half = "\ud83d"
    await host.tool(ToolCall("c", "note", '{"text": "x"}'), f"key {half}")
    answer = await host.human(Question(half, "pay", half, "{}"))
    return answer.text


async def forges(host: Host) -> str:
    """Writes as many bytes as it says, but other ones, and is killed before anybody reads them."""
    os.write(host._journal, b"forged\n")  # type: ignore[attr-defined]
    os.ftruncate(host._journal, 0)  # type: ignore[attr-defined]
    host.append(b"honest\n")
    os.ftruncate(host._journal, 0)  # type: ignore[attr-defined]
    os.write(host._journal, b"forged\n")  # type: ignore[attr-defined]
    await host.sleep(10)
    return "forged"


@dataclass(frozen=True)
class Clings:
    """Would save something whatever becomes of it: in `finally`, at exit, through the door and in a file of its own."""

    path: str

    async def __call__(self, host: Host) -> str:
        """Work, and save at the end."""
        atexit.register(self.save, "exit")
        try:
            host.append(b"working\n")
            host.flush()
            await host.model(Request((Message("user", "go"),), ()))
            return "done"
        finally:
            self.save("finally")
            host.append(b"saved\n")
            host.flush()

    def save(self, what: str) -> None:
        """Leave a trace outside of the journal."""
        with open(self.path, "a") as file:
            file.write(f"{what}\n")


async def naps(host: Host) -> None:
    """Sleeps for real."""
    import time

    time.sleep(0.01)


async def escapes(host: Host) -> None:
    """Calls a vendor that nobody has routed."""
    import httpx

    async with httpx.AsyncClient() as http:
        await http.post("https://llm.example/v1/messages", json={})


KEY = {"authorization": "Bearer sk-not-a-key"}


async def brings_its_own(host: Host) -> str:
    """Talks to the vendor through an httpx client of its own, as a loop from elsewhere would."""
    import httpx

    async with httpx.AsyncClient(headers=KEY) as http:
        body = {"model": "m", "messages": [{"role": "user", "content": "go"}]}
        response = await http.post("https://api.openai.com/v1/chat/completions", json=body)
    return str(response.json()["choices"][0]["finish_reason"])


async def insists_without_a_key(host: Host) -> None:
    """Asks without a key, for ever."""
    import httpx

    async with httpx.AsyncClient() as http:
        while True:
            await http.post("https://api.openai.com/v1/chat/completions", content=b"{}")


async def insists(host: Host) -> None:
    """Sends what no vendor can read, for ever."""
    import httpx

    async with httpx.AsyncClient(headers=KEY) as http:
        while True:
            await http.post("https://api.openai.com/v1/chat/completions", content=b"what?")


PROGRAMMED = Scenario("programmed", lambda parameters: replace(PAYING.build(parameters), program=group))


async def brings_an_sdk(host: Host) -> str:
    """Asks by the client of a vendor, which is on httpx2, and would open a socket if nobody stood in between."""
    import openai

    client = openai.AsyncOpenAI(api_key="none")
    asked: Any = [{"role": "user", "content": host.goal}]
    reply = await client.chat.completions.create(model="any", messages=asked)
    return reply.choices[0].message.content or ""


async def escapes_by_httpx2(host: Host) -> None:
    """Calls somebody who is not the vendor."""
    import httpx2

    async with httpx2.AsyncClient() as client:
        await client.post("https://llm.example/v1/messages")
