"""Tools over MCP, by the official client, from a program that is really killed: the same doors, strikes and ledger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.checks import judge
from harness.faults import CrashAfter, FailAfter, Hang, ServerError, Strike
from harness.run import Run, execute
from harness.spec import Orchestrator, Spec

PAYER = Path(__file__).with_name("mcp_payer.py")
PAY = "tool:pay_invoice"
TOOLS = [
    ["list_invoices", "List one page of the open invoices, with amount and payee.", ["page"],
     {"effect": "read", "kind": "deduplicating"}],
    ["pay_invoice", "Pay one invoice. The money is gone at once.", ["invoice", "amount", "payee"],
     {"effect": "irreversible", "kind": "deduplicating"}],
]  # fmt: skip
REFUSED = [True, "there is no invoice 'INV-99999'"]
UNKNOWN = [-32602, "no tool 'fly'; there are list_invoices, pay_invoice"]


def paid(arguments: str, *strikes: Strike, horizon: int = 2) -> Run:
    """A run of the program that pays what is listed."""
    program = Orchestrator("program", command=f"{sys.executable} {PAYER} {arguments}")
    return execute(Spec("pay_invoices", horizon, setting="process", orchestrator=program, strikes=strikes))


def said(run: Run) -> list[Any]:
    """What the program saw: the tools, and how each call of one that pays ended."""
    answers: list[Any] = json.loads(run.events[-2].detail["answer"])
    return answers


def effects(run: Run) -> list[tuple[int, str, str]]:
    """Life, intent and key of each effect."""
    return [(event.life, event.detail["intent"], event.detail["key"]) for event in run.events if event.kind == "effect"]


@pytest.mark.parametrize("way", ["http", "legacy", "stdio"])
def test_the_official_client_lists_calls_and_is_refused(way: str):
    run = paid(f"{way} keyed")
    assert said(run)[0] == TOOLS
    assert said(run)[1:] == [[False, "paid INV-00001 = 283.90 to Fjord"], REFUSED, UNKNOWN]
    assert effects(run) == [(0, "INV-00001", "pay INV-00001")]
    assert (run.ending, judge(run)["world_correct"].outcome) == ("returned", "pass")
    assert not [event for event in run.events if event.kind == "orphans"]


@pytest.mark.parametrize("way", ["http", "stdio"])
def test_a_program_killed_after_the_effect_has_it_once_by_its_key(way: str):
    run = paid(f"{way} keyed", Strike(PAY, 2, CrashAfter()), horizon=3)
    assert effects(run) == [(0, "INV-00001", "pay INV-00001"), (0, "INV-00002", "pay INV-00002"),
                            (1, "INV-00003", "pay INV-00003")]  # fmt: skip
    assert (run.lives, run.valid, judge(run)["effect_once"].outcome) == (2, True, "pass")


def test_without_a_key_in_meta_a_call_is_blind_and_happens_again():
    run = paid("http blind", Strike(PAY, 1, CrashAfter()))
    assert [(life, intent) for life, intent, _ in effects(run)] == [(0, "INV-00001"), (1, "INV-00001")]
    assert "effect pay_invoice INV-00001 happened twice" in judge(run)["effect_once"].witness


@pytest.mark.parametrize(("way", "code"), [("http", -32001), ("stdio", -32001)])
def test_a_hang_is_a_hang_and_the_clients_own_deadline_ends_it(way: str, code: int):
    run = paid(f"{way} keyed 1", Strike(PAY, 1, Hang()))
    assert (said(run)[1], effects(run)) == (["no answer", code], [])


def test_a_failing_tool_is_an_error_for_the_model_to_read():
    run = paid("http keyed", Strike(PAY, 1, ServerError(503)))
    assert said(run)[1] == [True, "503 server_error: Internal server error"]


def test_a_lost_answer_over_stdio_is_an_error_of_the_protocol():
    run = paid("stdio keyed", Strike(PAY, 1, FailAfter()))
    assert (said(run)[1], len(effects(run))) == (["no answer", -32000], 1)


def test_a_lost_answer_over_http_is_a_connection_that_breaks():
    run = paid("http keyed", Strike(PAY, 1, FailAfter()))
    assert (run.ending, len(effects(run))) == ("raised", 1)
    assert run.reason.startswith("ProgramFailed: the program exited with status 1")


ASKS = "import os; from urllib.request import urlopen; urlopen(os.environ['LONGHAUL_MCP_URL'], b'{}', 5)"
WITHOUT = """
import sys
sys.modules["mcp"] = None
from harness.run import execute
from harness.spec import parse
execute(parse({spec!r}))
"""


def test_without_the_sdk_the_extra_that_is_missing_is_named():
    program = Orchestrator("program", command=f'{sys.executable} -c "{ASKS}"')
    spec = repr(Spec("pay_invoices", 2, setting="process", orchestrator=program))
    asked = subprocess.run([sys.executable, "-c", WITHOUT.format(spec=spec)], capture_output=True, text=True)
    assert "UsageError: tools over MCP need the official SDK, mcp 2.3 or newer" in asked.stderr
    assert "pip install 'longhaul[mcp]'" in asked.stderr


@pytest.mark.parametrize(
    ("url", "says"), [("", "LONGHAUL_TOOLS_URL is not set"), ("ftp://x", "the tool endpoint is 'ftp://x'")]
)
def test_the_stdio_server_says_what_it_needs(url: str, says: str):
    environment = {**os.environ, "LONGHAUL_TOOLS_URL": url}
    done = subprocess.run([sys.executable, "-m", "longhaul", "mcp"], env=environment, capture_output=True, text=True)
    assert (done.returncode, says in done.stderr) == (2, True)
