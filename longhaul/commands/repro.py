"""`longhaul repro 'Spec(...)'`: run one spec, print its verdicts, what broke first, and its last events."""

from __future__ import annotations

import sys

import click

from harness.checks import Verdict
from harness.spec import parse
from longhaul import exits
from longhaul.lines import COLUMNS, cut
from longhaul.say import say
from longhaul.trial import story, tried


@click.command(short_help="Run one spec, as a failure printed it, and print its verdicts.")
@click.argument("spec")
def command(spec: str) -> int:
    """Run one SPEC, as a failure printed it, and print its verdicts; `-` reads it from standard input.

    Exits 1 where an invariant broke or the run says nothing, 3 where a check itself failed, else 0.
    """
    run, judgement = tried(parse(sys.stdin.read() if spec == "-" else spec))
    for verdict in judgement.verdicts:
        say(_line(verdict))
    say()
    say(story(run, judgement))
    if any(verdict.harness_error for verdict in judgement.verdicts):
        return exits.HARNESS
    return exits.WORSE if judgement.outcome in ("fail", "invalid") else exits.FINE


def _line(verdict: Verdict) -> str:
    return cut(f"{verdict.outcome:<8}{verdict.name:<24}{verdict.premises:>6}x  {verdict.witness}".rstrip(), COLUMNS)
