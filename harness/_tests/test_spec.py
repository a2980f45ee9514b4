"""The repr is the repro: what a spec prints reads back as the same spec, and nothing else reads as one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import faults
from harness._tests.small import HERE, KeepAll
from harness.errors import UsageError
from harness.faults import CrashBefore, RateLimit, Strike, TornAppend
from harness.spec import (
    VERSION,
    Choice,
    Fault,
    Model,
    Orchestrator,
    Policy,
    Spec,
    check_spec,
    choice_of,
    limits_for,
    parse,
)
from harness.types import Limits


@dataclass(frozen=True)
class HalfAndHalf:
    """A stranger's policy with options of all literal types."""

    keep: float = 0.5
    words: tuple[str, ...] = ("a", "b'c")
    on: bool = True
    nothing: None = None

    def __call__(self, view: Any, budget: int) -> Any:
        return view


@dataclass(frozen=True)
class Pipeline:
    """A stranger's policy made of policies."""

    stages: tuple[Any, ...] = ()
    last: Any = None

    def __call__(self, view: Any, budget: int) -> Any:
        return view


def _sites(fault: Any) -> list[str]:
    """Where a fault can strike, as a spec writes it."""
    kinds = getattr(fault, "SITES", ("model", "disk:append", "tool"))
    return [f"{kind}:it's" if kind in ("tool", "query") else kind for kind in kinds]


_texts = st.text(max_size=8)
_numbers = st.integers(-(10**6), 10**6)
_counts = st.integers(0, 10**6)
_literals = st.one_of(
    _texts, _numbers, st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False),
    st.lists(_numbers, max_size=3).map(tuple),
)  # fmt: skip
_options = st.dictionaries(st.sampled_from(["keep", "share", "text", "role", "name"]), _literals, max_size=3)
_choices = st.builds(lambda name, options: (name, options), st.text(min_size=1, max_size=12), _options)
_faults = st.one_of(
    st.sampled_from([fault() for fault in faults.FAULTS]),
    st.builds(RateLimit, st.one_of(st.none(), _numbers)),
    st.builds(TornAppend, st.floats(0, 1)),
    st.builds(CrashBefore, st.sampled_from(["none", "half", "all_but_last_byte", "all"])),
    _choices.map(lambda choice: Fault(choice[0], **choice[1])),
)
_times = st.one_of(st.none(), st.integers(1, 9))
_strikes = _faults.flatmap(
    lambda fault: st.builds(Strike, st.sampled_from(_sites(fault)), st.integers(1, 99), st.just(fault), _times)
)
_specs = st.builds(
    Spec,
    _texts,
    horizon=st.integers(1, 9_999),
    kind=st.sampled_from(["deduplicating", "queryable", "blind"]),
    difficulty=st.integers(0, 9),
    input=_texts,
    input_digest=_texts,
    orchestrator=_choices.map(lambda choice: Orchestrator(choice[0], **choice[1])),
    policy=_choices.map(lambda choice: Policy(choice[0], **choice[1])),
    model=st.builds(Model, st.text(min_size=1, max_size=12), format=_texts, stream=st.booleans()),
    view_budget=st.one_of(st.integers(1, 10**6), st.floats(0.01, 4)),
    limits=st.one_of(st.none(), st.builds(Limits, turns=_counts, tokens=_counts)),
    strikes=st.lists(_strikes, max_size=3),
    seed=_numbers,
    setting=st.sampled_from(["sim", "wire", "process"]),
)


@given(_specs)
def test_what_a_spec_prints_reads_back_as_the_same_spec(spec: Spec) -> None:
    again = parse(repr(spec))
    assert again == spec
    assert repr(again) == repr(spec)
    assert again.run_id == spec.run_id
    assert parse(f"\n  {spec!r}  \n") == spec


def test_a_plain_spec_prints_what_differs_from_the_default_and_its_version() -> None:
    assert (
        repr(Spec("pay_invoices", horizon=40, kind="queryable"))
        == f"Spec('pay_invoices', kind='queryable', version={VERSION})"
    )


def test_a_whole_budget_and_a_budget_of_one_token_are_not_the_same_spec() -> None:
    share, token = Spec("x", view_budget=1.0), Spec("x", view_budget=1)
    assert repr(share) != repr(token)
    assert isinstance(parse(repr(share)).view_budget, float)
    assert isinstance(parse(repr(token)).view_budget, int)


def test_the_run_id_is_twelve_hex_digits_that_every_field_changes() -> None:
    specs = [
        Spec("x"),
        Spec("y"),
        Spec("x", seed=1),
        Spec("x", horizon=41),
        Spec("x", strikes=(Strike("model", 1, CrashBefore()),)),
    ]
    ids = [spec.run_id for spec in specs]
    assert len(set(ids)) == len(ids)
    assert all(len(run_id) == 12 and int(run_id, 16) >= 0 for run_id in ids)


def test_a_strangers_object_prints_as_its_file_and_fields() -> None:
    spec = Spec("x", policy=HalfAndHalf(keep=0.25))  # type: ignore[arg-type]
    assert spec.policy.name.endswith("test_spec.py:HalfAndHalf")
    assert dict(spec.policy.options) == {"keep": 0.25, "words": ("a", "b'c"), "on": True, "nothing": None}
    assert parse(repr(spec)) == spec


def test_a_policy_made_of_policies_prints_them_all_by_file() -> None:
    spec = Spec("x", policy=Pipeline(stages=(HalfAndHalf(), KeepAll()), last=HalfAndHalf()))  # type: ignore[arg-type]
    assert parse(repr(spec)) == spec
    assert repr(spec).count("test_spec.py:HalfAndHalf") == 2
    assert "small.py:KeepAll" in repr(spec)


def test_a_file_in_the_current_directory_is_named_relative_to_it() -> None:
    choice = choice_of("Policy", KeepAll())
    relative = os.path.relpath(HERE / "small.py", Path.cwd())
    expected = relative if not relative.startswith("..") else str(HERE / "small.py")
    assert choice == Choice("Policy", f"{expected}:KeepAll")


def test_a_class_a_function_and_a_name_are_choices_too() -> None:
    assert choice_of("Policy", KeepAll).name.endswith("small.py:KeepAll")
    assert choice_of("Policy", choice_of).name.endswith("spec.py:choice_of")
    assert choice_of("Policy", "keep_all") == Choice("Policy", "keep_all")


def test_what_has_no_name_of_its_own_is_refused() -> None:
    with pytest.raises(UsageError, match="<lambda> is defined inside of a function"):
        Spec("x", policy=lambda view, budget: view)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a spec: ''"),
        ("Spec(", "not a spec: 'Spec\\('"),
        ("\0", "not a spec: '\\\\x00'"),
        ("(" * 400, "not a spec: '\\(\\(\\("),
        ("-" * 20_000 + "1", "not a spec: '---"),
        ("'pay_invoices'", "not a spec but a str: .*; it starts with Spec\\(...\\)"),
        ("Strike('model', 1, CrashBefore())", "not a spec but a Strike"),
        ("Spec('x', version=99)", "the spec is of suite version 99, this is version 1; use that release"),
        ("Spec('x', version='1')", "the spec is of suite version '1', this is version 1"),
        ("Spec()", "Spec: .*missing 1 required positional argument: 'scenario'"),
        ("Spec('x', colour='red')", "Spec: .*unexpected keyword argument 'colour'"),
        ("Spec('x', horizon=1, horizon=2)", "Spec: a keyword is given twice, or with \\*\\*: horizon, horizon"),
        ("Spec('x', **{'seed': 1})", "Spec: a keyword is given twice, or with \\*\\*: None"),
        ("Spec(*'x')", "a spec holds names, literals and tuples only, not"),
        ("Spec('x', seed=2 ** 99)", "a spec holds names, literals and tuples only, not '2 \\*\\* 99'"),
        ("Spec('x', seed={1})", "a spec holds names, literals and tuples only, not '\\{1\\}'"),
        ("Spec('x', seed=print)", "a spec holds names, literals and tuples only, not 'print'"),
        ("__import__('os').system('true')", "a spec holds names, literals and tuples only"),
        ("Spec(open('x'))", "unknown name 'open' in a spec; known are ClockJump, ContextOverflow"),
        (
            "Spec('x', strikes=(Strike('model', 1, Crash()),))",
            "unknown name 'Crash' in a spec; did you mean CrashAfter",
        ),
        ("Spec('x', strikes=(Strike('model'),))", "Strike: .*missing 2 required positional arguments"),
        ("Spec('x', strikes=3)", "Spec: 'int' object is not iterable"),
        ("Spec('x', strikes=(3,))", "strikes holds 3; it must be Strike"),
        ("Spec('x', policy=3)", "policy is 3"),
        ("Spec('x', limits=3)", "limits is 3"),
        ("Spec(3)", "scenario is 3"),
    ],
)
def test_a_text_that_is_no_spec_is_refused_with_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"horizon": 0}, "horizon is 0; it must be from 1 to 100000"),
        ({"horizon": 10**12}, "horizon is 1000000000000; it must be from 1 to 100000"),
        ({"limits": Limits(turns="x")}, "limits: turns is 'x'; it must be a whole number, at least 0"),  # type: ignore[arg-type]
        ({"limits": Limits(cost=-1)}, "limits: cost is -1; it must be a whole number, at least 0"),
        ({"limits": Limits(lives=0)}, "limits: lives is 0; it must be a whole number, at least 1"),
        ({"limits": Limits(output_bytes=None)}, "limits: output_bytes is None"),  # type: ignore[arg-type]
        ({"horizon": "40"}, "horizon is '40'; it must be a whole number"),
        ({"seed": 1.5}, "seed is 1.5; it must be a whole number"),
        ({"setting": "cloud"}, "setting is 'cloud'; it must be one of sim, wire, process"),
        ({"kind": "honest"}, "kind is 'honest'; it must be one of deduplicating, queryable, blind"),
        ({"view_budget": 0}, "view_budget is 0; a share such as 0.5, or tokens such as 8000"),
        ({"view_budget": True}, "view_budget is True"),
        ({"view_budget": "half"}, "view_budget is 'half'"),
        ({"view_budget": float("nan")}, "view_budget is nan"),
        ({"strikes": (Strike("model", 0, CrashBefore()),)}, "nth and times count from 1"),
        ({"strikes": (Strike("model", 1, CrashBefore(), 0),)}, "nth and times count from 1"),
        ({"strikes": (Strike("model", "1", CrashBefore()),)}, "nth and times count from 1"),  # type: ignore[arg-type]
    ],
)
def test_impossible_values_are_refused_by_name_before_anything_runs(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_spec(Spec("x", **fields))


@given(st.text(max_size=60))
def test_any_other_text_is_a_users_mistake_and_nothing_worse(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


@pytest.mark.parametrize(
    ("horizon", "turns", "tokens", "minutes"), [(1, 30, 150_000, 30), (15, 30, 150_000, 30), (40, 80, 1_066_666, 80)]
)
def test_default_limits_grow_with_the_horizon(horizon: int, turns: int, tokens: int, minutes: int) -> None:
    limits = limits_for(Spec("x", horizon=horizon))
    assert (limits.turns, limits.tokens, limits.compute_ms) == (turns, tokens, minutes * 60_000)


def test_limits_of_the_spec_hold_as_they_are() -> None:
    assert limits_for(Spec("x", horizon=4_000, limits=Limits(turns=3))) == Limits(turns=3)


def test_the_run_id_is_the_same_in_another_process() -> None:
    spec = Spec("x", strikes=(Strike("model", 1, CrashBefore()),), policy=Policy("p", b=1, a="x"))
    program = f"from harness.spec import parse; print(parse({repr(spec)!r}).run_id)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE.parent.parent, env={**os.environ, "PYTHONHASHSEED": "77"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == spec.run_id


def test_the_order_in_which_options_are_written_does_not_matter() -> None:
    assert repr(Policy("p", b=1, a=2)) == repr(Policy("p", a=2, b=1)) == "Policy('p', a=2, b=1)"
