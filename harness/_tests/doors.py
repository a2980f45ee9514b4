"""Orchestrators that try the doors one at a time, for the tests of the host."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from harness.errors import DoorError
from harness.host import Host
from harness.types import Message, Question, Request, ToolCall
from harness.vector import Vector

GO = Message("user", "go", pinned=True)


def pay(number: int, call_id: str = "") -> ToolCall:
    """A call that pays one invoice."""
    return ToolCall(call_id or f"call-{number}", "pay", f'{{"invoice": "INV-{number:03}"}}')


async def _attempt(host: Host, work: object) -> None:
    """Journal what a door answered, in one line, with the virtual time."""
    try:
        answer = await work  # type: ignore[misc]
        said = type(answer).__name__
        said += f" {answer.status} {answer.content or answer.error}" if said == "Result" else ""
    except DoorError as error:
        said = f"{type(error).__name__} {error.status} {error.retry_after_ms} {error.message}"
    host.append(f"{host.now()} {said}\n".encode())


async def asks_four_times(host: Host) -> None:
    """Four requests, whatever comes."""
    for _ in range(4):
        await _attempt(host, host.model(Request((GO,), host.tools), timeout_ms=5_000))


async def asks_without_deadline(host: Host) -> None:
    """One request that may take for ever."""
    await host.model(Request((GO,), host.tools))


async def calls_three_at_once(host: Host) -> None:
    """Three calls in one batch."""
    await asyncio.gather(*(_attempt(host, host.tool(pay(number), f"key-{number}", 45_000)) for number in (1, 2, 3)))


async def calls_twice(host: Host) -> None:
    """The same call twice under the same key, then a query of it and of a key that was never used."""
    for _ in range(2):
        await _attempt(host, host.tool(pay(1), "key-1", 45_000))
    await _attempt(host, host.query("pay", "key-1"))
    await _attempt(host, host.query("pay", "key-2"))


async def calls_with_a_conflict(host: Host) -> None:
    """Another payload under a known key."""
    await _attempt(host, host.tool(pay(1), "key-1"))
    await _attempt(host, host.tool(pay(2), "key-1"))


async def calls_nonsense(host: Host) -> None:
    """A tool that is not there, arguments that are not JSON, of the wrong kind, and refused by the tool."""
    for name, arguments in [
        ("fly", "{}"),
        ("pay", "{"),
        ("pay", "[1]"),
        ("pay", "{}"),
        ("pay", '{"invoice": "INV-999"}'),
    ]:
        await _attempt(host, host.tool(ToolCall("call-1", name, arguments), "key-1"))


async def asks_a_person(host: Host) -> None:
    """A question about a call that happened, and one about a call that did not."""
    await _attempt(host, host.tool(pay(1), "key-1"))
    for key in ("key-1", "key-2"):
        answer = await host.human(Question("Did it happen?", "pay", key))
        host.append(f"{host.now()} {answer.happened} {answer.result.content if answer.result else ''}\n".encode())


async def loses_patience_with_a_person(host: Host) -> None:
    """Stops waiting for an answer, then waits for nothing at all."""
    try:
        async with asyncio.timeout(60):
            await host.human(Question("Are you there?"))
    except TimeoutError:
        await asyncio.get_running_loop().create_future()


async def waits_for_a_person(host: Host) -> None:
    """Waits for an answer for ever."""
    await host.human(Question("Are you there?"))


async def reads_for_ever(host: Host) -> None:
    """Passes one door again and again."""
    while True:
        host.read()


async def sleeps_for_ever(host: Host) -> None:
    """Passes one door again and again."""
    while True:
        await host.sleep(0)


async def asks_for_ever(host: Host) -> None:
    """Passes one door again and again."""
    while True:
        await host.model(Request((GO,), host.tools))


async def writes_much(host: Host) -> None:
    """More than any journal should hold."""
    while True:
        host.append(b"x" * 1_000_000)


async def asks_malformed(host: Host) -> None:
    """Views that a vendor refuses, one after the other."""
    call = pay(1)
    calling, result = Message("assistant", "", (call,)), Message("tool", "paid", call_id="call-1")
    for view in [
        (),
        (GO, calling),
        (GO, calling, GO),
        (GO, result),
        (GO, calling, result, result),
        (GO, calling, result, calling, result),
        (GO, Message("assistant", "", (call, pay(2))), Message("tool", "", call_id="call-2"), result),
        (GO, Message("user", "", (call,)), result),
        (GO, Message("user", "x" * 400_000)),
    ]:
        await _attempt(host, host.model(Request(view, host.tools)))


async def grows_a_vector(host: Host) -> None:
    """Shows a growing view as one shared vector."""
    view = Vector((GO,), None)
    for number in range(5):
        await host.model(Request(view, host.tools))
        view = view.append(Message("user", f"more {number} " + "x" * 2_000))


async def grows_a_list(host: Host) -> None:
    """Shows the same growing view as a fresh list each time."""
    view = [GO]
    for number in range(5):
        await host.model(Request(list(view), host.tools))
        view = [*view, Message("user", f"more {number} " + "x" * 2_000)]


async def asks_much_then_again(host: Host) -> None:
    """One long request in each life; the second life asks what the first asked."""
    await host.model(Request((GO, Message("user", "x" * 10_000)), host.tools))
    await host.model(Request((GO, Message("user", "x" * 10_000), Message("user", "y")), host.tools))


def no_coroutine(host: Host) -> str:
    """Not a coroutine function."""
    return "done"


class Counting:
    """An orchestrator with a method `run`, built with options."""

    def __init__(self, times: int = 1) -> None:
        self.times = times

    async def run(self, host: Host) -> None:
        """Sleep `times` times."""
        for _ in range(self.times):
            await host.sleep(1_000)


async def takes_a_new_key_when_an_answer_is_lost(host: Host) -> None:
    """Calls again under another key."""
    try:
        await host.tool(pay(1), "key-1", 45_000)
    except DoorError:
        await host.tool(pay(1, "call-9"), "key-2", 45_000)


async def keeps_its_key_when_an_answer_is_lost(host: Host) -> None:
    """Calls again under the same key."""
    try:
        await host.tool(pay(1), "key-1", 45_000)
    except DoorError:
        await host.tool(pay(1, "call-9"), "key-1", 45_000)


async def asks_and_then_takes_a_new_key(host: Host) -> None:
    """Pays in its first life, asks in the second, and pays under another key in every later one."""
    life = host.read().count(b"\n")
    host.append(b"born\n")
    host.flush()
    if life == 1:
        await host.query("pay", "key-1")
    await host.tool(pay(1), "key-1" if life == 0 else "key-2")


async def asks_about_something_else(host: Host) -> None:
    """Asks a person about another tool, and calls again."""
    try:
        await host.tool(pay(1), "key-1", 45_000)
    except DoorError:
        await host.human(Question("Was it noted?", "note", "key-1" if host.now() < 0 else ""))
        await host.tool(pay(1), "key-1")


async def _asks_in_so_many_lives(host: Host, lives: int) -> None:
    life = host.read().count(b"\n")
    host.append(b"life\n")
    host.flush()
    if life == 0:
        await _attempt(host, host.tool(pay(1), "key-1", 5_000))
    if life < lives:
        await host.human(Question("Did it happen?", "pay", "key-1"))


async def asks_in_1_lives(host: Host) -> None:
    """A question about a lost answer, and none in the next life."""
    await _asks_in_so_many_lives(host, 1)


async def asks_in_2_lives(host: Host) -> None:
    """The question again in the next life, and then no more."""
    await _asks_in_so_many_lives(host, 2)


async def asks_in_words_only(host: Host) -> None:
    """Asks a person without tool and key, and calls again."""
    try:
        await host.tool(pay(1), "key-1", 45_000)
    except DoorError:
        await host.human(Question("Was invoice 1 paid?"))
        await host.tool(pay(1), "key-1")


async def pays_twins(host: Host) -> None:
    """Two calls of the same deed at once; the life after a crash repeats the second one only."""
    again = bool(host.read())
    host.append(b"born\n")
    host.flush()
    if again:
        await host.tool(pay(1), "key-2")
    else:
        await asyncio.gather(host.tool(pay(1), "key-1"), host.tool(pay(1), "key-2"))


async def quotes_its_pin(host: Host) -> None:
    """A pin, then a summary request without it, then a view that only quotes it."""
    await host.model(Request((GO,), host.tools))
    await host.model(Request((Message("user", "Summarise."),)))
    await host.model(Request((Message("user", "So far: go; nothing done."),), host.tools))


async def shows_its_pin_again(host: Host) -> None:
    """A pin that is missed once in a summary request and comes back, and then is dropped."""
    other = Message("user", "Pay only INV-001.", pinned=True)
    await host.model(Request((GO, other), host.tools))
    await host.model(
        Request(
            (GO,),
        )
    )
    await host.model(Request((GO, other), host.tools))
    await host.model(Request((GO,), host.tools))


async def retries_at_once_in_its_next_life(host: Host) -> None:
    """Dies while it waits, and does not remember that it had to."""
    try:
        await host.model(Request((GO,), host.tools))
    except DoorError as error:
        await host.sleep(error.retry_after_ms or 0)
        await host.model(Request((GO,), host.tools))


async def grows_out_of_a_summary(host: Host) -> None:
    """Drops a pin in a summary request, and goes on from there as if nothing was missing."""
    other = Message("user", "Pay only INV-001.", pinned=True)
    await host.model(Request((GO, other), host.tools))
    await host.model(Request((GO,)))
    await host.model(Request((GO, Message("user", "more")), host.tools))


async def flushes_again(host: Host) -> None:
    """Believes the second flush after the first one failed."""
    host.read()
    host.append(b"one\n")
    try:
        host.flush()
    except DoorError:
        host.flush()
    host.read()
    await host.model(Request((GO,), host.tools))


@dataclass(frozen=True)
class Waits:
    """A stranger's fault that never answers, wherever it strikes."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        await passage.hang()


@dataclass(frozen=True)
class TakesItForAReply:
    """A stranger's fault that takes every answer for one of a model."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        return (await proceed()).text.upper()
