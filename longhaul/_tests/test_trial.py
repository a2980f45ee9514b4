"""A broken run tells its spec, the violated invariant and its last events; a sound one returns."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from harness._tests.small import small
from harness.checks import SAFETY
from harness.faults import CrashAfter, Strike
from harness.run import Run
from harness.spec import Spec, parse
from longhaul.trial import Broken, assert_all_survive, assert_survives, crash_specs, listening, repro

BLIND = small("naive", kind="blind")
DUPLICATES = small("naive", kind="blind", strikes=(Strike("tool:pay", 1, CrashAfter()),))


def test_a_sound_run_is_returned() -> None:
    run = assert_survives(small("reference"))
    assert isinstance(run, Run) and run.completed


def test_a_broken_run_prints_what_a_person_needs() -> None:
    with pytest.raises(Broken) as caught:
        assert_survives(DUPLICATES)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("fail: effect_once: ")
    command = next(line for line in lines if line.startswith("longhaul repro "))
    assert parse(shlex.split(command)[2]) == DUPLICATES
    assert lines[-1].endswith("returned")
    assert len(lines) == lines.index(command) + 3 + 15


def test_a_strike_that_never_fires_proves_nothing() -> None:
    with pytest.raises(Broken, match="invalid: planned strike never fired"):
        assert_survives(small("reference", strikes=(Strike("tool:pay", 99, CrashAfter()),)))


def test_a_group_tells_the_first_failure_and_names_the_others() -> None:
    specs = crash_specs(BLIND)
    with pytest.raises(Broken) as caught:
        assert_all_survive(specs)
    text = str(caught.value)
    assert f"of {len(specs)} specs broke; the first:" in text.splitlines()[0]
    assert text.count("longhaul repro") == 1
    assert text.splitlines()[-1].startswith("... and ") and "Spec(" in text.splitlines()[-2]
    assert_all_survive(crash_specs(small("reference")), SAFETY)


def test_listeners_hear_every_run_and_only_inside() -> None:
    heard: list[str] = []
    with listening(lambda run, judgement: heard.append(f"{run.spec.kind} {judgement.outcome}")):
        assert_survives(small("reference"))
        with pytest.raises(Broken):
            assert_survives(DUPLICATES)
    assert_survives(small("reference"))
    assert heard == ["deduplicating pass", "blind fail"]


def test_the_command_survives_a_shell() -> None:
    spec = Spec("it's.py:X", policy="p")
    for made in (spec, Spec("plain"), DUPLICATES):
        assert shlex.split(repro(made)) == ["longhaul", "repro", repr(made)]


def test_the_strangers_loop_survives_every_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    for kind in ("deduplicating", "queryable"):
        clean = Spec("strangers/water_plants.py:SCENARIO", kind=kind, horizon=6, orchestrator="strangers/my_loop.py:run",
                     policy="strangers/half_and_half.py:HalfAndHalf")  # fmt: skip
        specs = crash_specs(clean)
        assert len(specs) > 80
        assert_all_survive(specs)
