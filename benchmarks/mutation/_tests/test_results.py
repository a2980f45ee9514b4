"""What mutmut leaves is read, counted and compared with the survivors that are justified; the tool itself is not needed."""

from __future__ import annotations

import json
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.mutation import __main__ as command
from benchmarks.mutation.results import Survivor, as_toml, fates, justified, summed, survivor_of, survivors, written

ROOT = Path(__file__).parents[3]

DIFFERENCE = """# harness.journal.x_frame__mutmut_3: survived
--- harness/journal.py
+++ harness/journal.py
@@ -1,3 +1,3 @@
 def frame(json: bytes, barrier: int) -> bytes:
-    return b"%d" % len(json)
+    return b"%d" % len(barrier)
"""
FRAMED = Survivor("harness.journal", 'return b"%d" % len(json)', 'return b"%d" % len(barrier)')


def left(folder: Path, **codes: int | None) -> Path:
    """The files that mutmut would leave."""
    path = folder / "harness/journal.py.meta"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"exit_code_by_key": {f"harness.journal.{name}": code for name, code in codes.items()}}))
    return folder


def test_a_mutant_that_hangs_is_noticed_and_one_that_no_test_reaches_survives(tmp_path: Path) -> None:
    result = summed(fates(left(tmp_path, killed=1, hung=36, crashed=-11, survived=0, unreached=33)).values())
    assert (result.mutants, result.killed, result.timeout, result.crashed, result.survived) == (5, 1, 1, 1, 2)
    assert result.share == 0.6


def test_mutants_that_were_not_tried_count_neither_way_and_are_named(tmp_path: Path) -> None:
    result = summed(fates(left(tmp_path, killed=1, interrupted=2, waiting=None)).values())
    assert (result.share, result.unfinished) == (1.0, 2)
    assert "2 not tried" in str(result)
    assert summed([]).share == 0.0


def test_a_survivor_is_named_by_its_lines() -> None:
    assert survivor_of("harness.journal.x_frame__mutmut_3", DIFFERENCE) == FRAMED
    found = {"harness.journal.x_frame__mutmut_3": "survived", "harness.journal.x_frame__mutmut_4": "killed"}
    assert list(survivors(found, lambda name: DIFFERENCE)) == [FRAMED]


def test_survivors_are_written_as_what_is_read_once_they_are_justified(tmp_path: Path) -> None:
    path = tmp_path / "survivors.toml"
    path.write_text(as_toml([FRAMED]))
    with pytest.raises(ValueError, match="has no `why`"):
        justified(path)
    path.write_text(path.read_text().replace('why = ""', 'why = "it may"'))
    assert justified(path) == {FRAMED: "it may"}
    path.write_text(path.read_text() * 2)
    with pytest.raises(ValueError, match="stands there twice"):
        justified(path)


@pytest.mark.parametrize(
    ("codes", "why", "code", "says"),
    [
        ({"x__mutmut_1": 1}, "it may", 0, "100.0% noticed"),
        ({"x__mutmut_1": 1, "x__mutmut_2": None}, "it may", 1, "1 not tried"),
        ({f"x__mutmut_{n}": n and 1 for n in range(20)}, "it may", 0, "95.0% noticed"),
        ({f"x__mutmut_{n}": n and 1 for n in range(20)}, "", 1, "1 survivors are not justified"),
        ({f"x__mutmut_{n}": n % 2 for n in range(20)}, "it may", 1, "50.0% noticed"),
        ({"x__mutmut_1": 1}, "it may", 0, "1 survivors that are justified live no more"),
    ],
)
def test_too_many_survivors_or_one_without_a_reason_fail(
    codes: dict[str, int | None], why: str, code: int, says: str, tmp_path: Path
) -> None:
    known = tmp_path / "survivors.toml"
    known.write_text(as_toml([FRAMED]).replace('why = ""', f'why = "{why}"') if why else "")
    found = fates(left(tmp_path / "mutants", **codes))
    told = command.judged(found, justified(known), lambda name: DIFFERENCE)
    assert (told.code, says in told.text) == (code, True), told.text


def test_the_result_that_is_committed_reaches_the_figure_and_every_survivor_has_a_reason() -> None:
    reasons = justified(ROOT / "benchmarks/mutation/survivors.toml")
    assert all(len(why) > 20 for why in reasons.values())
    assert {one.module for one in reasons} <= {module for module in _mutated() if find_spec(module)}


def _mutated() -> set[str]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    paths = [path for pattern in config["only_mutate"] for path in ROOT.glob(pattern)]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths}


def test_everything_that_the_tool_is_told_is_there() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    named = [*config["also_copy"], *(test.partition("::")[0] for test in config["pytest_add_cli_args_test_selection"])]
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert len(_mutated()) >= 10


def test_the_figures_are_written_with_the_command_that_gave_them() -> None:
    text = written(summed(["killed"] * 9 + ["survived"]), tool="mutmut 3.8.1")
    assert json.loads(text) == {
        "tool": "mutmut 3.8.1", "mutants": 10, "killed": 9, "timeout": 0, "crashed": 0, "survived": 1, "unfinished": 0,
        "share": 0.9,
    }  # fmt: skip
