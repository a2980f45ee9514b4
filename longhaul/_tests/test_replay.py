"""`longhaul replay` as a user types it: exit codes, what differs and where, and every sort of file that cannot be read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from harness.faults import CrashAfter, Strike, TornAppend
from harness.journal import VERSION, decode, frame
from harness.run import execute
from harness.spec import Spec
from harness.types import Limits
from longhaul.command import main
from longhaul.goldens import beside, golden_of

SPEC = Spec("pay_invoices", horizon=4, strikes=(Strike("tool:pay_invoice", 2, CrashAfter()),))


@dataclass(frozen=True)
class Command:
    """The command in a folder, and what it said."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        """The exit code, standard output and standard error; every line fits the page."""
        code = main(["replay", *map(str, arguments)])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in err
        assert all(
            len(line) <= 100 or " " not in line.strip() for line in out.splitlines() if "--json" not in arguments
        )
        return code, out, err


@pytest.fixture
def replay(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Command(capsys)


@pytest.fixture
def journal(replay: Command) -> Path:
    """A golden journal, just recorded."""
    path = Path("paid.journal")
    assert replay("--record", "--spec", repr(SPEC), path)[0] == 0
    return path


def rewritten(path: Path, old: bytes, new: bytes) -> int:
    """Change every record that holds some bytes, checksums and all; how many did."""
    records = decode(path.read_bytes()).records
    path.write_bytes(b"".join(frame(record.json.replace(old, new), record.barrier) for record in records))
    return sum(old in record.json for record in records)


def test_a_recorded_journal_replays_and_a_folder_stands_for_its_journals(replay: Command, journal: Path) -> None:
    code, out, err = replay(journal)
    assert (code, err) == (0, "")
    assert re.fullmatch(r"paid.journal: replayed \d+ entries, \d+ decisions: 0 differ, 3 states equal\n", out)
    assert replay(".")[1] == out
    assert (
        beside(journal).read_text().splitlines()[0]
        == msgspec.json.encode({"line": "made by", "spec": repr(SPEC)}).decode()
    )


def test_a_decision_that_differs_is_shown_with_its_place(replay: Command, journal: Path) -> None:
    position = journal.read_bytes().index(b'"type":"Asked"')
    offset = journal.read_bytes().rindex(b"\n", 0, position) + 1
    tokens = next(
        json.loads(record.json)["tokens"] for record in decode(journal.read_bytes()).records if b"Asked" in record.json
    )
    rewritten(journal, b'"tokens":%d}' % tokens, b'"tokens":%d}' % (tokens + 1))
    code, out, _ = replay(journal)
    assert code == 1
    assert " decisions: 1 differs, 3 of 3 states differ" in out
    assert f"the first after entry 1 (byte {offset})" in out
    assert f"Asked(tokens={tokens + 1})" in out and f"Asked(tokens={tokens})" in out
    assert "the state after 10 entries differs in cost, tokens" in out
    shown = json.loads(replay("--json", journal)[1])[0]
    assert (shown["same"], shown["byte"], shown["differences"][0]["after"]) == (False, offset, 1)


def test_what_differs_is_accepted_once_and_said(replay: Command, journal: Path) -> None:
    rewritten(journal, b'"rule":"calls"', b'"rule":"begin"')
    assert replay(journal)[0] == 1
    code, out, _ = replay("--accept", journal)
    changes = out.count("recorded: ")
    assert code == 0 and changes > 1 and f": {changes} differ, " in out and "accepted: this is what it decides" in out
    code, out, _ = replay(journal)
    assert code == 0 and f"0 differ ({changes} accepted)" in out
    assert "nothing had to be accepted" in replay("--accept", journal)[1]


def test_a_difference_that_is_none_any_more_is_said_too(replay: Command, journal: Path) -> None:
    before = journal.read_bytes()
    rewritten(journal, b'"rule":"calls"', b'"rule":"begin"')
    replay("--accept", journal)
    journal.write_bytes(before)
    code, out, _ = replay(journal)
    assert code == 1 and "accepted as different and the same again: after entry 3" in out


def test_a_state_that_differs_where_the_decisions_agree_is_named(replay: Command, journal: Path) -> None:
    sidecar = beside(journal)
    lines = sidecar.read_text().splitlines()
    mark = json.loads(lines[-1])
    mark["digests"]["cost"] = "00000000"
    sidecar.write_text("\n".join([*lines[:-1], json.dumps(mark)]))
    code, out, _ = replay(journal)
    assert (
        code == 1
        and "0 differ, 1 of 3 states differ" in out
        and f"the state after {mark['after']} entries differs in cost" in out
    )


def test_a_session_that_would_start_otherwise_is_named(replay: Command, journal: Path) -> None:
    rewritten(journal, b"Pay every open invoice", b"Pay some open invoices")
    code, out, _ = replay(journal)
    assert code == 1 and "the session would start otherwise: goal: 'the goal = pay_invoices" in out


def test_a_record_with_a_field_that_is_not_known_is_named(replay: Command, journal: Path) -> None:
    rewritten(journal, b'"type":"Finished"', b'"type":"Finished","mood":"good"')
    code, out, _ = replay(journal)
    assert code == 1 and "holds something that today's entries do not keep" in out


def test_a_torn_tail_is_said_and_is_no_difference(replay: Command) -> None:
    torn = Spec("pay_invoices", horizon=4, limits=Limits(lives=1), strikes=(Strike("disk:append", 5, TornAppend(0.7)),))
    replay("--record", "--spec", repr(torn), "torn.journal")
    code, out, _ = replay("torn.journal")
    assert code == 0 and "a torn tail of " in out


def test_a_journal_of_ones_own_needs_its_spec_and_with_accept_becomes_a_golden(replay: Command) -> None:
    path = Path("mine.journal")
    path.write_bytes(execute(SPEC).journal)
    code, _, err = replay(path)
    assert code == 2 and "give --spec 'Spec(...)'" in " ".join(err.split())
    assert replay("--spec", repr(SPEC), path)[0] == 0
    assert not beside(path).exists()
    assert replay("--spec", repr(SPEC), "--accept", path)[0] == 0
    assert golden_of(path).spec == SPEC
    assert replay(path)[0] == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda path: path.write_bytes(b""), None),
        (lambda path: path.write_bytes(b"hello\nworld\n"), "this is not a journal"),
        (lambda path: path.write_bytes(path.read_bytes()[:40]), "it holds no whole record"),
        (lambda path: rewritten(path, b'"version":%d' % VERSION, b'"version":99'), "the journal is of version 99"),
        (lambda path: rewritten(path, b'"session":"', b'"session":"x'), "belongs to session 'x"),
        (lambda path: rewritten(path, b'"type":"Finished"', b'"type":"Danced"'), "unknown entry at byte"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"Acme", b"Bcme", 1)), "is corrupt at byte"),
        (lambda path: beside(path).write_text("{}\n"), "restore it, or write it anew with --record"),
        (lambda path: beside(path).write_text(""), "it names 0 specs"),
        (lambda path: beside(path).write_text('{"line":"made by","spec":"Spec(1"}'), "not a spec"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(replay: Command, journal: Path, change, says) -> None:
    change(journal)
    code, _, err = replay(journal)
    assert code == (2 if says else 1)
    assert (says or "") in " ".join(err.split())


def test_one_unreadable_journal_does_not_hide_the_others(replay: Command, journal: Path) -> None:
    Path("broken.journal").write_bytes(b"hello\n")
    code, out, err = replay(".")
    assert code == 2 and "paid.journal: replayed" in out and "broken.journal" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("absent.journal",), "there is no journal absent.journal"),
        (("--accept", "--record", "paid.journal"), "give one of them"),
        (("--spec", "Spec('pay_invoices')", "paid.journal", "paid.journal"), "2 are named"),
        (("--record", "new.journal"), "there is no new.golden beside it"),
        (("--record", "--spec", "Spec('pay_invoices', orchestrator='naive')", "paid.journal"), "left an empty journal"),
        (("--spec", "Spec('pay_invoices', policy='summarise')", "paid.journal"), "did you mean summarize"),
        ((), "Missing argument"),
    ],
)
def test_a_wrong_use_is_refused_with_what_to_do(replay: Command, journal: Path, arguments, says) -> None:
    before = journal.read_bytes()
    code, _, err = replay(*arguments)
    assert code == 2 and says in " ".join(err.split())
    assert journal.read_bytes() == before and not list(Path().glob("*.fresh"))


def test_an_empty_folder_is_refused(replay: Command) -> None:
    assert replay(".")[0] == 2
