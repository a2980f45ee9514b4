"""Plans that broke something once, kept in files and replayed for ever.

    # effect_once: an argument named twice was executed with its last value
    # fails: effect_once naive
    Spec('pay_invoices', horizon=4, strikes=(...), version=1)

The first line names the invariant and says what went wrong. The reference passes every such spec; where the second line
stands, the orchestrator that it names still fails it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness import resolve
from harness.checks import CHECKS
from harness.errors import UsageError
from harness.faults import check_sites
from harness.run import build
from harness.spec import Choice, Spec, parse
from longhaul.choices import choice
from longhaul.grid import REFERENCE

SUFFIX = ".spec"
FAILS = "# fails: "


@dataclass(frozen=True)
class Regression:
    """A spec with the reference on trial, the invariant that broke in it, and why; and who still fails it, if anybody."""

    spec: Spec
    check: str
    why: str
    loser: Choice | None = None

    @property
    def name(self) -> str:
        """The name of its file: the invariant, and a hash of the spec."""
        return f"{self.check}-{self.spec.run_id}{SUFFIX}"


def regression(spec: Spec, check: str, why: str) -> Regression:
    """What is kept of a failing spec; who failed it is named unless it was the reference."""
    loser = None if spec.orchestrator == REFERENCE else spec.orchestrator
    return Regression(replace(spec, orchestrator=REFERENCE), check, " ".join(why.split()), loser)


def text_of(kept: Regression) -> str:
    """The file of a regression."""
    loser = [f"{FAILS}{kept.check} {named(kept.loser)}"] if kept.loser else []
    return "\n".join([f"# {kept.check}: {kept.why}", *loser, repr(kept.spec), ""])


def save(kept: Regression, folder: Path) -> Path:
    """Write a regression into a folder under its own name; one that is there already stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / kept.name
    if not path.exists():
        path.write_text(text_of(kept), encoding="utf-8")
    return path


def read(path: Path) -> Regression:
    """Read a regression back. Raises `UsageError` that names the file and what is wrong with it."""
    try:
        return _read(path.read_text(encoding="utf-8"))
    except (UsageError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None


def read_all(folder: Path) -> Iterator[tuple[str, Regression]]:
    """Every regression of a folder with the name of its file, in the order of the names."""
    return ((path.stem, read(path)) for path in sorted(folder.glob(f"*{SUFFIX}")))


def named(chosen: Choice) -> str:
    """A choice as it is written on the command line: `mutant(name='no_flush')`."""
    options = ", ".join(f"{name}={value!r}" for name, value in chosen.options)
    return f"{chosen.name}({options})" if options else chosen.name


def _read(text: str) -> Regression:
    comments = [line for line in text.splitlines() if line.startswith("#")]
    check, _, why = comments[0].removeprefix("# ").partition(": ") if comments else ("", "", "")
    if not why:
        raise UsageError("the first line must be a comment, `# check: what went wrong`")
    losers = [line.removeprefix(FAILS) for line in comments[1:] if line.startswith(FAILS)]
    _check_known(check)
    if any(not loser.startswith(f"{check} ") for loser in losers):
        raise UsageError(f"`{FAILS}{losers[0]}` must name {check!r}, the check of the first line, and an orchestrator")
    spec = parse("\n".join(line for line in text.splitlines() if not line.startswith("#")))
    if spec.orchestrator != REFERENCE:
        raise UsageError(f"the spec names {spec.orchestrator!r}; write `{FAILS}{check} {named(spec.orchestrator)}`")
    check_sites(spec, build(resolve.scenario(spec.scenario), spec))
    loser = choice("Orchestrator", losers[0].partition(" ")[2]) if losers else None
    return Regression(spec, check, why, loser)


def _check_known(name: str) -> None:
    known = [check.__name__ for check in CHECKS]
    if name not in known:
        raise UsageError(f"there is no check {name!r}; there are {', '.join(known)}")
