"""What a run of mutmut came to, and which of the survivors nobody has justified."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

KILLED_SHARE_LEAST = 0.90

FATES = {0: "survived", 1: "killed", 3: "killed", 5: "survived", 33: "survived", 36: "timeout", 24: "timeout",
         -24: "timeout", 152: "timeout", 255: "timeout", -9: "crashed", -11: "crashed", 37: "killed"}  # fmt: skip
"""What mutmut's exit codes mean to us. A mutant that no test reaches (5, 33) survives; one that hangs is noticed."""

NOTICED = ("killed", "timeout", "crashed")


@dataclass(frozen=True)
class Result:
    """The figures of one run: mutants by fate, and the share that was noticed (0 to 1). `unfinished` were not tried."""

    mutants: int
    killed: int
    timeout: int
    crashed: int
    survived: int
    unfinished: int
    share: float

    def __str__(self) -> str:
        lost = f", {self.unfinished} not tried" if self.unfinished else ""
        return (
            f"{self.mutants} mutants: {self.killed} killed, {self.timeout} hung, {self.crashed} crashed, "
            f"{self.survived} survived{lost}: {self.share:.1%} noticed"
        )


@dataclass(frozen=True)
class Survivor:
    """One mutant that nothing noticed: the module, and the changed lines as they were and as they are."""

    module: str
    right: str
    wrong: str


def fates(folder: Path) -> dict[str, str]:
    """The fate of every mutant by name, from the files that mutmut leaves; `unfinished` for one that was not tried."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.meta")):
        for name, code in json.loads(path.read_text())["exit_code_by_key"].items():
            found[name] = FATES.get(code, "unfinished")
    return found


def summed(found: Iterable[str]) -> Result:
    """The figures of some fates."""
    count = Counter(found)
    tried = sum(count.values()) - count["unfinished"]
    noticed = sum(count[fate] for fate in NOTICED)
    return Result(
        mutants=sum(count.values()), killed=count["killed"], timeout=count["timeout"], crashed=count["crashed"],
        survived=count["survived"], unfinished=count["unfinished"], share=round(noticed / tried, 4) if tried else 0.0,
    )  # fmt: skip


def survivors(found: dict[str, str], difference: Callable[[str], str]) -> Iterator[Survivor]:
    """The survivors as changed lines; `difference` gives the unified diff of a mutant."""
    for name, fate in found.items():
        if fate == "survived":
            yield survivor_of(name, difference(name))


def survivor_of(name: str, difference: str) -> Survivor:
    """A survivor from its mutant's name and unified diff: numbers in names change with every line, the lines do not."""
    lines = [line for line in difference.splitlines() if not line.startswith(("---", "+++"))]
    module = name.rpartition(".")[0]
    sides = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Survivor(module, *sides)


def justified(path: Path) -> dict[Survivor, str]:
    """The survivors that may live, and why. Raises `ValueError` for one without a reason, or given twice."""
    reasons: dict[Survivor, str] = {}
    for group in tomllib.loads(path.read_text()).get("group", []):
        why = group.get("why", "").strip()
        if not why:
            raise ValueError(f"{path.name}: a group of survivors has no `why`: {group}")
        for module, right, wrong in group["survivors"]:
            survivor = Survivor(module, right, wrong)
            if survivor in reasons:
                raise ValueError(f"{path.name}: {survivor} stands there twice")
            reasons[survivor] = why
    return reasons


def as_toml(unexplained: Iterable[Survivor]) -> str:
    """Survivors as a group to be justified and pasted into the file."""
    rows = "".join(
        f"    {json.dumps([one.module, one.right, one.wrong], ensure_ascii=False)},\n" for one in unexplained
    )
    return f'[[group]]\nwhy = ""\nsurvivors = [\n{rows}]\n'


def written(result: Result, **more: object) -> str:
    """The result as the file that is committed."""
    return json.dumps({**more, **asdict(result)}, indent=2) + "\n"
