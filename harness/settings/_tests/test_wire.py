"""The wire setting reads as `sim` does: the same events, errors and crashes; and nothing gets past it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpcore
import msgspec
import pytest

from harness.checks import judge
from harness.faults import (
    ContextOverflow,
    CrashAfter,
    CrashBefore,
    DuplicateCallIds,
    EmptyAnswer,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    HangAfter,
    MalformedArguments,
    ModelGone,
    OddText,
    QuotaExceeded,
    RateLimit,
    ServerError,
    Slow,
    Strike,
    TornAppend,
    TruncatedArguments,
    Unauthorized,
    WrongUsage,
)  # fmt: skip
from harness.run import execute
from harness.settings._tests.alike import facts, of, pair, story_without_pins
from harness.spec import Orchestrator

# what must not get through


def test_a_call_that_is_not_routed_fails_by_name() -> None:
    run = execute(of("own: escapes", setting="wire"))
    assert run.ending == "raised"
    assert "https://llm.example/v1/messages" in run.reason
    assert "not mocked" in run.reason


def test_a_call_by_httpx2_that_is_not_routed_fails_by_name_too() -> None:
    pytest.importorskip("pytest_httpx2")
    run = execute(of("own: escapes_by_httpx2", setting="wire"))
    assert (run.ending, "https://llm.example/v1/messages" in run.reason, "not mocked" in run.reason) == (
        "raised", True, True,
    )  # fmt: skip


def test_a_loop_that_brings_the_sdk_of_a_vendor_meets_the_fake_one() -> None:
    pytest.importorskip("openai")
    pytest.importorskip("pytest_httpx2")
    run = execute(of("own: brings_an_sdk", setting="wire"))
    assert (run.ending, run.passages["wire"]) == ("returned", 1), run.reason


def test_an_orphan_result_gets_the_vendors_400() -> None:
    run = execute(of("own: strange", setting="wire"))
    words = b"messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
    assert b"InvalidRequest 400 invalid_request_error Invalid parameter: " + words in run.journal


@pytest.mark.parametrize("loop", ["own: insists", "own: insists_without_a_key"])
def test_what_no_vendor_reads_cannot_be_sent_for_ever(loop: str) -> None:
    run = execute(of(loop, setting="wire"))
    assert (run.ending, run.passages["model"] > 100) == ("limit", True)


def test_without_respx_the_error_says_what_to_install(tmp_path: Path) -> None:
    """A real absence: an interpreter without site-packages, and msgspec alone beside it."""
    (tmp_path / "msgspec").symlink_to(Path(msgspec.__file__).parent)
    code = "from harness.settings.wire import live\nlive(None, None)"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[3]}"}
    run = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("harness.errors.UsageError: the wire setting needs respx")
    assert last.endswith("run: pip install longhaul[wire]")


@pytest.mark.parametrize("loop", ["naive", "own: escapes", "own: waits_for_nothing", "own: raises"])
def test_after_a_run_httpx_is_as_it_was(loop: str) -> None:
    before = httpcore.AsyncConnectionPool.handle_async_request
    execute(of(loop, setting="wire"))
    execute(of("naive", setting="wire", strikes=(Strike("model", 2, CrashBefore()),)))
    assert httpcore.AsyncConnectionPool.handle_async_request is before


# what must be the same


@pytest.mark.parametrize(
    "loop",
    [
        "naive",
        "replay",
        "reference",
        "own: group",
        "own: first",
        "own: impatient",
        "own: raises",
        "own: waits_for_nothing",
    ],
)
def test_without_faults_a_run_over_the_wire_is_the_run_of_sim(loop: str) -> None:
    sim, wire = pair(of(loop, horizon=5), "wire")
    assert wire.trace == sim.trace
    assert story_without_pins(wire) == story_without_pins(sim)
    assert facts(wire) == facts(sim)


def test_a_loop_that_brings_its_own_httpx_client_meets_the_same_vendor() -> None:
    run = execute(of("own: brings_its_own", setting="wire"))
    assert (run.ending, [event.kind for event in run.events if event.site == "model"]) == (
        "returned",
        ["request", "reply"],
    )


def test_whether_a_message_is_pinned_does_not_travel() -> None:
    sim, wire = pair(of("naive"), "wire")
    pinned = [
        [message.get("pinned") for event in run.events if event.kind == "request" for message in event.detail["new"]]
        for run in (sim, wire)
    ]
    assert True in pinned[0]
    assert True not in pinned[1]
    assert [
        (verdict.name, verdict.outcome) for verdict in judge(wire).verdicts if verdict != judge(sim)[verdict.name]
    ] == [("pins_visible", "unknown")]


FAILURES: tuple[Any, ...] = (
    *map(RateLimit, (None, 0, 1, 1_500, -5, 10**12)),
    *map(ServerError, (500, 502, 529)),
    *map(Slow, (100, 60_000)),
    *map(QuotaExceeded, ("insufficient_quota", "request_too_large")),
    *map(Unauthorized, (401, 403)),
    ModelGone(),
    ContextOverflow(),
    FailBefore(),
    FailAfter(),
    Hang(),
    HangAfter(),
)


@pytest.mark.parametrize("fault", FAILURES, ids=repr)
def test_a_failure_reaches_the_orchestrator_as_the_same_exception(fault: Any) -> None:
    """The loop keeps class, status, wait and message of every failure in its journal."""
    sim, wire = pair(of("own: stubborn", strikes=(Strike("model", 1, fault, times=3),)), "wire")
    assert facts(wire) == facts(sim)
    assert story_without_pins(wire) == story_without_pins(sim)
    assert sim.valid


@pytest.mark.parametrize("loop", ["replay", "reference"])
@pytest.mark.parametrize(
    "fault",
    [
        EmptyAnswer(),
        HallucinatedTool(),
        DuplicateCallIds(),
        MalformedArguments("trailing_comma"),
        TruncatedArguments(),
        OddText("ansi"),
        WrongUsage(),
        RateLimit(700),
        ServerError(),
        Slow(3_000),
    ],
    ids=repr,
)
def test_a_broken_answer_is_broken_in_the_same_way(loop: str, fault: Any) -> None:
    sim, wire = pair(of(loop, horizon=5, strikes=(Strike("model", 2, fault),)), "wire")
    assert story_without_pins(wire) == story_without_pins(sim)
    assert sim.valid
    assert wire.valid


@pytest.mark.parametrize("loop", ["naive", "replay", "reference", "own: group"])
@pytest.mark.parametrize("fault", [CrashBefore(), CrashAfter(), CrashAfter("half"), TornAppend()], ids=repr)
def test_a_crash_at_any_door_is_the_crash_of_sim(loop: str, fault: Any) -> None:
    spec = of(loop, horizon=4)
    for site, count in execute(spec).passages.items():
        if isinstance(fault, TornAppend) and site != "disk:append":
            continue
        for nth in range(1, count + 1):
            sim, wire = pair(replace(spec, strikes=(Strike(site, nth, fault),)), "wire")
            assert story_without_pins(wire) == story_without_pins(sim), (site, nth)
            assert facts(wire) == facts(sim), (site, nth)


def test_the_wire_is_deterministic() -> None:
    spec = of(
        "reference",
        setting="wire",
        strikes=(Strike("model", 2, RateLimit(1_500)), Strike("tool:pay", 1, CrashAfter())),
    )
    assert execute(spec).digest == execute(spec).digest
    assert spec.orchestrator == Orchestrator("reference")
