"""The grounds of the mutants, walked by the clean reference: what it does there is right, at every crash point of them."""

from __future__ import annotations

import pytest

from harness.checks import CHECKS, SAFETY, judge
from harness.mutants import MUTANTS, Ground
from harness.mutants.trying import specs_of
from harness.run import execute

GROUNDS = tuple(dict.fromkeys(ground for mutant in MUTANTS for ground in mutant.grounds))


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda ground: f"{ground.spec.run_id}-{'-'.join(ground.crashes)}")
def test_the_clean_reference_fails_no_check_on_a_ground(ground: Ground) -> None:
    checks = CHECKS if ground.progress else SAFETY
    judged = ((spec, judge(execute(spec), checks)) for spec in specs_of(ground))
    assert [(spec, judgement.violated) for spec, judgement in judged if judgement.outcome == "fail"] == []
