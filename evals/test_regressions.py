"""Every plan that broke something once is replayed for ever: the reference passes it, and who still fails it is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.spec import VERSION, Choice, Orchestrator, Spec
from harness.swarm import demands
from longhaul.grid import REFERENCE
from longhaul.search.failing import judged
from longhaul.search.regressions import Regression, read, read_all, regression, save, text_of
from longhaul.trial import assert_survives

FOLDER = Path(__file__).parent / "regressions"
KEPT = dict(read_all(FOLDER))


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_what_broke_once_is_survived_for_ever(kept: Regression, subject: Choice) -> None:
    spec = replace(kept.spec, orchestrator=subject)
    assert_survives(spec, demands(spec))


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("name", [name for name, kept in KEPT.items() if kept.loser])
def test_who_is_said_to_fail_still_fails(name: str) -> None:
    kept = KEPT[name]
    assert kept.loser is not None
    failed = judged(replace(kept.spec, orchestrator=kept.loser)).failed
    assert kept.check in [verdict.name for verdict in failed], f"{name}: {kept.loser!r} passes {kept.check} by now"


def test_there_are_regressions_of_the_reference_and_of_the_controls() -> None:
    assert sum(kept.loser is None for kept in KEPT.values()) >= 5
    assert {kept.loser.name for kept in KEPT.values() if kept.loser} == {"naive", "replay"}


@pytest.mark.parametrize("name", KEPT)
def test_a_file_has_the_name_and_the_text_of_what_it_holds(name: str) -> None:
    path = FOLDER / f"{name}.spec"
    assert KEPT[name].name == path.name
    assert text_of(KEPT[name]) == path.read_text(encoding="utf-8")


def test_what_is_saved_is_read_back_with_its_loser(tmp_path: Path) -> None:
    spec = Spec("pay_invoices", horizon=1, orchestrator=Orchestrator("mutant", name="no_flush"))
    kept = regression(spec, "decision_durable", "nothing is\never flushed")
    path = save(kept, tmp_path / "new")
    assert read(path) == kept
    assert (kept.spec.orchestrator, kept.loser) == (REFERENCE, spec.orchestrator)
    assert "# fails: decision_durable mutant(name='no_flush')\n" in path.read_text(encoding="utf-8")
    assert save(replace(kept, why="another reason"), tmp_path / "new") == path
    assert read(path) == kept


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("garbage", "the first line must be a comment"),
        ("# effect_once\nSpec('pay_invoices')", "the first line must be a comment"),
        ("# effect_twice: why\nSpec('pay_invoices')", "there is no check 'effect_twice'; there are effect_once"),
        ("# effect_once: why\ngarbage(", "not a spec"),
        ("# effect_once: why\n", "not a spec"),
        (f"# effect_once: why\nSpec('pay_invoices', version={VERSION - 1})", f"suite version {VERSION - 1}, this is"),
        ("# effect_once: why\nSpec('pay_invoices', strikes=(Strike('tool', 1, Hang()),))", "no site 'tool'"),
        ("# effect_once: why\nSpec('pay_invoices', strikes=(Strike('tool:pay', 1, Hang()),))", "has no tool 'pay'"),
        ("# effect_once: why\nSpec('pay_invoice')", "pay_invoice"),
        ("# effect_once: why\nSpec('pay_invoices', orchestrator=Orchestrator('naive'))", "# fails: effect_once naive"),
        ("# effect_once: why\n# fails: window_kept naive\nSpec('pay_invoices')", "must name 'effect_once'"),
        ("# effect_once: why\n# fails: effect_once\nSpec('pay_invoices')", "and an orchestrator"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_refused_by_name(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "bad.spec"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read(path)
    assert str(path) in str(refused.value)
    assert problem in str(refused.value)


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "bad.spec").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"bad\.spec: .*decode"):
        read(tmp_path / "bad.spec")
