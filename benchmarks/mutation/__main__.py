"""`python -m benchmarks.mutation [--kept] [--write]`: break the reference mechanically; exit 1 where too much passes."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.mutation.results import (
    KILLED_SHARE_LEAST,
    Survivor,
    as_toml,
    fates,
    justified,
    summed,
    survivors,
    written,
)

HERE = Path(__file__).parent
LEFT = Path("mutants")
COMMAND = ("mutmut", "run", "--max-children", "1")


@dataclass(frozen=True)
class Judged:
    """What is printed, and the exit code."""

    text: str
    code: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run mutmut, or judge what it left; 0 where 90 % are noticed and every survivor is justified, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("--kept", action="store_true", help="judge the results in mutants/ and run nothing")
    parser.add_argument("--write", action="store_true", help="keep the figures in result.json")
    asked = parser.parse_args(arguments)
    if not asked.kept:
        shutil.rmtree(LEFT, ignore_errors=True)  # mutmut takes up an old folder, and does not notice changed tests
        subprocess.run([sys.executable, "-m", *COMMAND], check=True)
    found = fates(LEFT)
    judgement = judged(found, justified(HERE / "survivors.toml"), difference)
    print(judgement.text)
    if asked.write:
        tool = f"mutmut {version('mutmut')}"
        (HERE / "result.json").write_text(written(summed(found.values()), tool=tool, command=" ".join(COMMAND)))
    return judgement.code


def judged(found: dict[str, str], reasons: dict[Survivor, str], difference: Callable[[str], str]) -> Judged:
    """The figures, the survivors that nobody justified, and the justified ones that are gone."""
    result = summed(found.values())
    alive = tuple(dict.fromkeys(survivors(found, difference)))
    unexplained = [one for one in alive if one not in reasons]
    gone = [one for one in reasons if one not in alive]
    told = [str(result)]
    if unexplained:
        told += [f"{len(unexplained)} survivors are not justified; kill them, or say why in survivors.toml:", ""]
        told.append(as_toml(unexplained))
    if gone:
        told.append(f"{len(gone)} survivors that are justified live no more; take them out of survivors.toml")
        told += [f"  {one.module}: {one.wrong}" for one in gone]
    failed = result.share < KILLED_SHARE_LEAST or result.unfinished or unexplained
    return Judged("\n".join(told), 1 if failed else 0)


def difference(name: str) -> str:
    """The unified diff of a mutant."""
    done = subprocess.run([sys.executable, "-m", "mutmut", "show", name], capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
