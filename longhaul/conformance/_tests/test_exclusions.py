"""Known failures are tolerated by name and with a reason, marked where they carry a level, and can only become fewer."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.spec import Choice
from longhaul.conformance.exclusions import NOTHING, Exclusions, read_exclusions, stale, stale_error, written
from longhaul.conformance.levels import conformance_of
from longhaul.conformance.requirement import Conformance
from longhaul.conformance.requirements import REQUIREMENTS
from longhaul.conformance.table import headline, shape, text
from longhaul.tiers import Tier

SOME = tuple(item for item in REQUIREMENTS if item.name in ("completes", "keeps_caps", "bad_answers", "once_queryable"))
NAIVE = ("keeps_caps", "bad_answers", "once_queryable")


def naive(exclusions: Exclusions = NOTHING, tier: Tier = "smoke") -> Conformance:
    """The naive control, by few requirements."""
    return conformance_of(Choice("Orchestrator", "naive"), tier, exclusions, SOME)


def test_a_tolerated_failure_lifts_the_level_and_marks_it() -> None:
    found = naive(Exclusions(dict.fromkeys(NAIVE, "known")))
    assert found.level == "ADVERSARIAL"
    assert headline(found) == "naive reaches ADVERSARIAL with 3 exclusions"
    assert {item.requirement.name for item in found.findings if item.outcome == "excluded"} == set(NAIVE)
    assert "keeps_caps (CORE, tolerated): " in text(found)
    assert [check["outcome"] for check in shape(found)["checks"] if check["level"]].count("excluded") == 3


def test_only_exclusions_that_the_level_rests_on_are_counted() -> None:
    found = naive(Exclusions({"keeps_caps": "known", "bad_answers": "known"}))
    assert (found.level, found.exclusions) == ("DURABLE", 2)
    assert headline(found).startswith(
        "naive reaches DURABLE with 2 exclusions: CORE reached, DURABLE reached, EXACT failed"
    )


def test_a_check_can_be_tolerated_wherever_it_decides() -> None:
    caps = Exclusions({"budgets_hold": "counted elsewhere"})
    outcomes = {item.requirement.name: item.outcome for item in naive(caps).findings}
    assert outcomes == {"completes": "pass", "keeps_caps": "excluded", "bad_answers": "fail", "once_queryable": "fail"}
    assert stale(naive(caps), caps) == ()


def test_an_entry_that_no_longer_fails_is_to_be_removed() -> None:
    kept = Exclusions({"keeps_caps": "known", "completes": "was worse once", "pins_visible": "never mind"})
    found = naive(kept, "pr")
    assert stale(found, kept) == ("completes", "pins_visible")
    assert stale_error(found, kept) == "completes, pins_visible no longer fail; remove it, exclusions only shrink"
    assert stale_error(naive(kept), kept) == "", "a sample cannot know"


def test_what_is_written_is_read_again_and_only_shrinks(tmp_path: Path) -> None:
    path = tmp_path / "known.txt"
    path.write_text(written(naive(), NOTHING))
    first = read_exclusions(path)
    assert tuple(first.reasons) == NAIVE
    assert first.reasons["keeps_caps"].startswith("budgets_hold: event ")
    path.write_text("keeps_caps: our reason\ncompletes: was worse once\n")
    path.write_text(written(naive(), read_exclusions(path)))
    assert read_exclusions(path).reasons == {"keeps_caps": "our reason"}, "new failures are not added"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", "keeps_cap: x\n", "unknown requirement or check 'keeps_cap'; did you mean keeps_caps"),
        ("a.txt", "keeps_caps\n", "keeps_caps has no reason"),
        ("a.txt", "keeps_caps: x\nkeeps_caps: y\n", "keeps_caps is given twice"),
        (
            "a.toml",
            "[exclusions]\neffect_onc = 'x'\n",
            "unknown requirement or check 'effect_onc'; did you mean effect_once",
        ),
        ("a.toml", "[exclusions]\neffect_once = 3\n", "the reason of effect_once is 3; it must be a text"),
        ("a.toml", "[excluded]\neffect_once = 'x'\n", "holds excluded; it must be one table [exclusions]"),
        ("a.toml", "", "holds nothing; it must be one table [exclusions]"),
        ("a.toml", "[", "is no TOML"),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused(tmp_path: Path, name: str, content: str, says: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UsageError, match=says.replace("[", r"\[")):
        read_exclusions(path)


def test_both_forms_mean_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# ours\n\nkeeps_caps: we count elsewhere: see billing\n")
    (tmp_path / "a.toml").write_text('[exclusions]\nkeeps_caps = "we count elsewhere: see billing"\n')
    assert read_exclusions(tmp_path / "a.txt") == read_exclusions(tmp_path / "a.toml")
