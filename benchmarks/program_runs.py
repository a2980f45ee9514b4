"""What it costs to put a program on trial: one run with a SIGKILL, and a hundred sessions at once on one server."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.figure import Figure, bound_figure
from benchmarks.timing import best_of, wall_seconds
from harness.faults import CrashAfter, Strike
from harness.run import execute
from harness.spec import Orchestrator, Spec

REACH_SECONDS = 3.0
SESSIONS = 100
AGENT = Path(__file__).parents[1] / "docs" / "programs" / "agent.py"
NEEDED = "json, os, pathlib, urllib.request"
GOAL = "the goal = pay_invoices\nPay every open invoice with pay_invoice, exactly once each."


def figures(_folder: Path, rounds: int = 5, sessions: int = SESSIONS) -> Iterator[Figure]:
    """The fewest seconds of a killed run beyond two imports of its subject; then the sessions, and what became of them."""
    program = Orchestrator("program", command=f"{sys.executable} {AGENT}")
    strikes = (Strike("tool:pay_invoice", 2, CrashAfter()),)
    spec = Spec("pay_invoices", 6, orchestrator=program, setting="process", strikes=strikes)
    imports = [sys.executable, "-c", f"import {NEEDED}"]
    best = best_of(
        {
            "fresh": partial(wall_seconds, partial(subprocess.run, imports, check=True)),
            "killed": partial(wall_seconds, partial(execute, spec)),
        },
        rounds,
    )
    beyond, fresh = best["killed"] - 2 * best["fresh"], best["fresh"]
    yield Figure(
        "a program with one SIGKILL, beyond its own imports", f"{beyond:.2f} s", f"{fresh:.2f} s",
        f"{best['killed'] / fresh:.1f}", f"<= {REACH_SECONDS:g} s", beyond <= REACH_SECONDS,
    )  # fmt: skip
    seconds, said = served(sessions)
    lost = sessions - sum(": pass: " in line for line in said)
    yield bound_figure(f"sessions mixed or lost, of {sessions} at once on one server", lost, 0, "")
    yield Figure("the same, all of them (wall)", f"{seconds:.1f} s", "", "", "", None)


def served(sessions: int) -> tuple[float, list[str]]:
    """Seconds of so many sessions at once, and what the server says of each at its end."""
    with _server() as (server, url), ThreadPoolExecutor(sessions) as pool:
        seconds = wall_seconds(lambda: list(pool.map(lambda number: _agent(f"{url}/s/n{number}"), range(sessions))))
        server.send_signal(signal.SIGINT)
        assert server.stdout is not None
        said = server.stdout.read()
    return seconds, [line for line in said.splitlines() if re.match(r"n\d+: ", line)]


@contextmanager
def _server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    line = [sys.executable, "-m", "longhaul", "serve", "--horizon", "6"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://[\d.:]+", server.stdout.readline())
            assert found is not None
            yield server, found[0].rstrip(":;")
        finally:
            server.kill()


def _ask(url: str, body: Any = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    sent = {"content-type": "application/json", "authorization": "Bearer any", **headers}
    with urlopen(Request(url, data, sent)) as answer:
        return json.load(answer)


def _agent(base: str) -> None:
    """The whole job in one session."""
    shown = [
        {"name": tool["name"], "description": tool["description"], "parameters": tool["schema"]}
        for tool in _ask(f"{base}/tools")
    ]
    tools = [{"type": "function", "function": function} for function in shown]
    messages: list[dict[str, Any]] = [{"role": "user", "content": GOAL}]
    while messages[-1]["role"] != "assistant":
        told = _ask(f"{base}/v1/chat/completions", {"model": "m", "messages": messages, "tools": tools})
        reply = {name: value for name, value in told["choices"][0]["message"].items() if value is not None}
        messages.append(reply)
        for call in reply.get("tool_calls", []):
            path, arguments = f"{base}/tools/{call['function']['name']}", json.loads(call["function"]["arguments"])
            result = _ask(path, arguments, **{"Idempotency-Key": call["id"]})
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result["content"]})
