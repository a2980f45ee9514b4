"""Virtual time: jumps, ties, deadlocks, large times, and an order that does not depend on memory addresses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from harness.clock import SPINS_MAX, VirtualLoop, task_names, wall_seconds

DAY_MS = 86_400_000


def run(coroutine: Coroutine[Any, Any, Any], now_ms: int = 0) -> tuple[Any, VirtualLoop]:
    loop = VirtualLoop(now_ms)
    task = loop.run(coroutine)
    assert task.done()
    value = task.result()
    loop.bury()
    return value, loop


def loop_of_this_task() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def test_a_day_of_sleep_takes_no_time() -> None:
    started = wall_seconds()
    _, loop = run(asyncio.sleep(86_400))
    assert loop.now_ms == DAY_MS
    assert wall_seconds() - started < 1


def test_a_lone_sleeper_jumps_without_a_turn_of_the_loop() -> None:
    async def sleeper() -> int:
        await loop_of_this_task().sleep_ms(5)
        return loop_of_this_task().now_ms

    coroutine = sleeper()
    assert run(coroutine)[0] == 5


def test_sleepers_wake_in_the_order_of_their_times_and_ties_in_the_order_they_lay_down() -> None:
    log: list[tuple[int, int]] = []

    async def sleeper(number: int, ms: int) -> None:
        await loop_of_this_task().sleep_ms(ms)
        log.append((loop_of_this_task().now_ms, number))

    async def main() -> None:
        await asyncio.gather(*(sleeper(number, ms) for number, ms in enumerate([30, 10, 20, 10, 0, 30, -5])))

    run(main())
    assert log == [(0, 4), (0, 6), (10, 1), (10, 3), (20, 2), (30, 0), (30, 5)]


@pytest.mark.parametrize("now_ms", [0, 10**12, 10**13])
def test_a_millisecond_is_a_millisecond_however_late_it_is(now_ms: int) -> None:
    async def ticker() -> list[int]:
        seen = []
        for _ in range(50):
            await asyncio.sleep(0.001)
            seen.append(loop_of_this_task().now_ms - now_ms)
        return seen

    assert run(ticker(), now_ms)[0] == list(range(1, 51))


@pytest.mark.parametrize("now_ms", [0, 10**12, 10**13])
def test_a_timeout_fires_when_it_is_due_however_late_it_is(now_ms: int) -> None:
    async def waits() -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(45):
                await asyncio.get_running_loop().create_future()
        return loop_of_this_task().now_ms - now_ms

    assert run(waits(), now_ms)[0] == 45_000


def test_a_fraction_of_a_millisecond_is_rounded_up() -> None:
    _, loop = run(asyncio.sleep(0.0101))
    assert loop.now_ms == 11


def test_a_cancelled_timer_does_not_move_time() -> None:
    async def quick() -> int:
        async with asyncio.timeout(3_600):
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.003)
        return loop_of_this_task().now_ms

    assert run(quick())[0] == 5


def test_only_cancelled_timers_left_means_stuck() -> None:
    async def waits() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(5, print).cancel()
        await loop.create_future()

    loop = VirtualLoop()
    loop.run(waits())
    assert (loop.stuck, loop.now_ms) == (True, 0)
    loop.bury()


def test_nobody_waiting_for_anything_is_stuck_and_names_the_tasks() -> None:
    async def waits_for(lock: asyncio.Lock) -> None:
        async with lock:
            await asyncio.get_running_loop().create_future()

    async def main() -> None:
        lock = asyncio.Lock()
        await asyncio.gather(waits_for(lock), waits_for(lock))

    loop = VirtualLoop()
    task = loop.run(main())
    assert loop.stuck
    assert not task.done()
    names = list(task_names(loop.waiting()))
    loop.bury()
    assert [name.partition(" at ")[0].rpartition(".")[2] for name in names] == ["main", "waits_for", "waits_for"]
    assert [name.split()[0] for name in names] == sorted(name.split()[0] for name in names)


def test_a_loop_that_spins_without_passing_the_door_is_stuck() -> None:
    turns = 0

    async def spins() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    loop = VirtualLoop()
    loop.run(spins())
    loop.bury()
    assert loop.stuck
    assert turns == SPINS_MAX


def test_whoever_passes_the_door_does_not_spin() -> None:
    async def busy() -> str:
        for turn in range(SPINS_MAX + 10):
            if turn % 1_000 == 0:
                loop_of_this_task().spins = 0
            await asyncio.sleep(0)
        return "done"

    assert run(busy())[0] == "done"


def test_after_a_halt_nothing_is_stepped_again() -> None:
    log: list[str] = []

    async def sibling() -> None:
        await asyncio.sleep(0.001)
        log.append("sibling")

    async def main() -> None:
        task = asyncio.ensure_future(sibling())
        await asyncio.sleep(0.001)
        log.append("main")
        assert not task.cancelled()
        loop_of_this_task().halt()
        await asyncio.sleep(0)
        log.append("after")

    loop = VirtualLoop()
    loop.run(main())
    loop.bury()
    assert log in (["main"], ["sibling", "main"])
    assert "after" not in log


def test_what_is_ready_in_the_same_turn_as_a_halt_is_not_stepped() -> None:
    log: list[str] = []

    async def step(name: str) -> None:
        log.append(name)
        if name == "b":
            loop_of_this_task().halt()

    async def main() -> None:
        await asyncio.gather(*(step(name) for name in "abcd"))
        log.append("gathered")

    loop = VirtualLoop()
    loop.run(main())
    loop.bury()
    assert log == ["a", "b"]


def _order_of_done(garbage: int) -> list[str]:
    """The order in which `asyncio.wait` hands out tasks that end together, with other memory in use before each."""
    kept: list[Any] = []

    async def ends(number: int) -> None:
        await asyncio.sleep(1)

    async def main() -> list[str]:
        tasks = []
        for number in range(60):
            kept.append([bytearray(garbage * (number % 7)) for _ in range(number % 5)])
            tasks.append(asyncio.ensure_future(ends(number)))
        done, pending = await asyncio.wait(tasks)
        assert not pending
        return [task.get_name() for task in done]

    return list(run(main())[0])


def test_asyncio_wait_gives_the_same_order_wherever_tasks_lie_in_memory() -> None:
    orders = {tuple(_order_of_done(garbage)) for garbage in (1, 100, 1_000, 5_000)}
    assert len(orders) == 1


def test_a_cancelled_group_cancels_in_the_same_order_wherever_tasks_lie_in_memory() -> None:
    def order(garbage: int) -> tuple[int, ...]:
        log: list[int] = []
        kept: list[Any] = []

        async def member(number: int) -> None:
            try:
                await asyncio.sleep(10 if number != 30 else 1)
                raise ValueError
            except asyncio.CancelledError:
                log.append(number)
                raise

        async def main() -> None:
            try:
                async with asyncio.TaskGroup() as group:
                    for number in range(40):
                        kept.append(bytearray(garbage * (number % 7)))
                        group.create_task(member(number))
            except* ValueError:
                pass

        run(main())
        return tuple(log)

    assert len({order(garbage) for garbage in (1, 333, 4_444)}) == 1


def test_tasks_are_named_by_age_in_each_loop() -> None:
    async def main() -> list[str]:
        tasks = [asyncio.ensure_future(asyncio.sleep(0)) for _ in range(3)]
        return [task.get_name() for task in tasks]

    assert run(main())[0] == run(main())[0]


def test_burying_closes_coroutines_oldest_first_whatever_they_do() -> None:
    log: list[int] = []

    async def stubborn(number: int) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            log.append(number)
            await asyncio.sleep(1)

    async def main() -> None:
        await asyncio.gather(*(stubborn(number) for number in range(3)))

    loop = VirtualLoop()
    loop.run(main())
    loop.bury()
    assert log == [0, 1, 2]
    assert loop.is_closed()


@pytest.mark.parametrize("timers", range(8))
def test_how_many_timers_somebody_set_does_not_decide_the_order_of_tasks(timers: int) -> None:
    async def ordered() -> list[str]:
        for _ in range(timers):
            asyncio.get_running_loop().call_later(1, print).cancel()
        names = {asyncio.create_task(asyncio.sleep(0), name=str(index)) for index in range(5)}
        done, _ = await asyncio.wait(names)
        return [task.get_name() for task in done]

    def order(set_before: bool) -> list[str]:
        loop = VirtualLoop()
        loop.ages = timers if set_before else 0
        result: list[str] = loop.run(ordered()).result()
        loop.bury()
        return result

    assert order(True) == order(False)
    assert len(order(True)) == 5


def test_what_is_handed_to_a_thread_is_done_at_once_where_that_was_asked_for() -> None:
    async def handed() -> tuple[int, str]:
        loop = asyncio.get_running_loop()
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, lambda: 1 // 0)
        return await asyncio.to_thread(len, "four"), threading.current_thread().name

    loop = VirtualLoop()
    loop.do_at_once()
    assert loop.run(handed()).result() == (4, threading.main_thread().name)
    loop.bury()
