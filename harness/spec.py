"""Every value that decides a run, frozen. The repr is code that reproduces it; `parse` reads it back without `eval`.

    Spec('pay_invoices', kind='queryable', strikes=(Strike('model', 2, CrashBefore()),), version=1)

What a user picks by name (policy, orchestrator, model profile, a fault of their own) is a `Choice`: a name or
`path/to/file.py:Name`, and literal options.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import hashlib
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, Literal

from harness import faults
from harness.errors import UsageError
from harness.faults import Strike
from harness.spare_tools import SPARE_TOOLS_MAX
from harness.types import Kind, Limits, Setup

VERSION = 1
"""Version of the suite: specs of another version are other experiments and are never compared."""

HORIZON_MAX = 100_000
"""A job of so many turns still fits into memory."""

Setting = Literal["sim", "wire", "process", "live"]


PROGRAM = "program"
"""The name under which a program is an orchestrator: `Orchestrator('program', command='python my_agent.py')`."""


@dataclass(frozen=True, repr=False)
class Choice:
    """Something picked by name, with options: `Policy('sliding_window', keep=12)`, `Policy('my.py:HalfAndHalf')`."""

    role: str
    name: str
    options: tuple[tuple[str, Any], ...] = ()

    def __repr__(self) -> str:
        options = "".join(f", {name}={value!r}" for name, value in self.options)
        return f"{self.role}({self.name!r}{options})"

    @property
    def is_program(self) -> bool:
        """Whether this orchestrator is a program, which passes no `host`."""
        return self.role == "Orchestrator" and self.name == PROGRAM


def _choose(role: str, name: str, /, **options: Any) -> Choice:
    return Choice(role, name, tuple(sorted(options.items())))


Policy = partial(_choose, "Policy")
Orchestrator = partial(_choose, "Orchestrator")
Model = partial(_choose, "Model")
Fault = partial(_choose, "Fault")


def choice_of(role: str, thing: Any) -> Choice:
    """Name an object: a `Choice` and a plain name stay, a stranger's object becomes `file.py:Name` with its fields.

    Raises `UsageError` for what cannot be found again by file and name: a lambda, a local class, a built-in value.
    """
    if isinstance(thing, Choice):
        return thing
    if isinstance(thing, str):
        return Choice(role, thing)
    kind = thing if inspect.isclass(thing) or inspect.isfunction(thing) else type(thing)
    if kind.__module__ == "builtins":
        raise UsageError(
            f"{role.lower()} is {thing!r}; it must be a name, path/to/file.py:Name, or an object of your own"
        )
    if "<" in kind.__qualname__:
        raise UsageError(
            f"{role.lower()}: {kind.__qualname__.rpartition('.')[2]} is defined inside of a function; "
            "a spec can only name what stands at the top level of a file"
        )
    options: tuple[tuple[str, Any], ...] = ()
    if dataclasses.is_dataclass(thing) and not inspect.isclass(thing):
        options = tuple(sorted((f.name, _option_of(role, getattr(thing, f.name))) for f in fields(thing)))
    package, _, module = kind.__module__.rpartition(".")
    if package == "harness.policies":
        return Choice(role, module, options)
    return Choice(role, f"{_relative(inspect.getsourcefile(kind) or '?')}:{kind.__qualname__}", options)


def _option_of(role: str, value: Any) -> Any:
    """An option as it is where it prints as a literal; an object of a stranger as a choice of the same role."""
    if isinstance(value, (tuple, list)):
        return tuple(_option_of(role, item) for item in value)
    return value if value is None or isinstance(value, (bool, int, float, str, bytes)) else choice_of(role, value)


def _named(strike: Any) -> Any:
    """A strike whose fault prints as code: a built-in one as it is, a stranger's object as `Fault('file.py:Name')`."""
    if not isinstance(strike, Strike) or type(strike.fault) in faults.FAULTS:
        return strike
    return dataclasses.replace(strike, fault=choice_of("Fault", strike.fault))


def _relative(path: str) -> str:
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except ValueError:
        return path


@dataclass(frozen=True, repr=False)
class Spec:
    """One run, whole: equal specs give equal histories, byte for byte.

    `view_budget` is a share of the scenario's working set (float) or tokens (int). `limits=None` means the documented
    defaults scaled to the horizon (`limits_for`). `input_digest` pins a tree or a recording; empty for generated input.
    `spare_tools` are offered beside those that the work needs.
    """

    scenario: str
    horizon: int = 40
    kind: Kind = "deduplicating"
    difficulty: int = 0
    input: str = "generated"
    input_digest: str = ""
    orchestrator: Choice = Choice("Orchestrator", "reference")
    policy: Choice = Choice("Policy", "keep_all")
    model: Choice = Choice("Model", "perfect")
    view_budget: float | int = 1.0
    limits: Limits | None = None
    strikes: tuple[Strike, ...] = ()
    heal: bool = False
    seed: int = 0
    setting: Setting = "sim"
    spare_tools: int = 0
    version: int = field(default=VERSION)

    def __post_init__(self) -> None:
        for role in ("orchestrator", "policy", "model"):
            object.__setattr__(self, role, choice_of(role.capitalize(), getattr(self, role)))
        object.__setattr__(self, "strikes", tuple(map(_named, self.strikes)))

    def __repr__(self) -> str:
        shown = [repr(self.scenario)]
        for item in fields(self)[1:]:
            value = getattr(self, item.name)
            if (
                item.name == "version"
                or value != item.default
                or isinstance(value, float) != isinstance(item.default, float)
            ):
                shown.append(f"{item.name}={value!r}")
        return f"Spec({', '.join(shown)})"

    @property
    def run_id(self) -> str:
        """12 hex digits of a hash of the repr; the name of this run everywhere."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]


def limits_for(spec: Spec) -> Limits:
    """The caps of a run: those of the spec, or the defaults (30 turns, 150,000 tokens, 30 minutes) scaled to its horizon.

    A job of horizon 15 fits the plain defaults. Turns and compute time grow linearly with the horizon, tokens with its
    square, because an append-only history makes cumulative input about quadratic.
    """
    if spec.limits is not None:
        return spec.limits
    factor = max(1.0, spec.horizon / 15)
    return Limits(turns=int(30 * factor), tokens=int(150_000 * factor * factor), compute_ms=int(30 * 60_000 * factor))


def limits_of(spec: Spec, setup: Setup) -> Limits:
    """The caps that hold: those of the spec, else of the setup, else the defaults for the horizon."""
    return spec.limits or setup.limits or limits_for(spec)


_NAMES: dict[str, Callable[..., Any]] = {
    "Spec": Spec,
    "Strike": Strike,
    "Limits": Limits,
    "Policy": Policy,
    "Orchestrator": Orchestrator,
    "Model": Model,
    "Fault": Fault,
    **{fault.__name__: fault for fault in faults.FAULTS},
}


def parse(text: str) -> Spec:
    """Read a spec back from its repr. Only calls of known names with literal arguments; anything else is a `UsageError`."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
        spec = _build(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"not a spec: {text[:120]!r} ({error}); paste the text that a failure printed") from None
    if not isinstance(spec, Spec):
        raise UsageError(f"not a spec but a {type(spec).__name__}: {text[:120]!r}; it starts with Spec(...)")
    if spec.version != VERSION:
        raise UsageError(f"the spec is of suite version {spec.version!r}, this is version {VERSION}; use that release")
    check_spec(spec)
    return spec


def _build(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(_build(item) for item in items)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            return _call(name, [_build(arg) for arg in args], keywords)
    raise UsageError(f"a spec holds names, literals and tuples only, not {ast.unparse(node)!r}")


def _call(name: str, args: list[Any], keywords: list[ast.keyword]) -> Any:
    if name not in _NAMES:
        near = difflib.get_close_matches(name, _NAMES)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(f"unknown name {name!r} in a spec; {hint}known are {', '.join(sorted(_NAMES))}")
    given = [keyword.arg for keyword in keywords]
    if None in given or len(set(given)) < len(given):
        raise UsageError(f"{name}: a keyword is given twice, or with **: {', '.join(map(str, given))}")
    try:
        return _NAMES[name](*args, **{str(keyword.arg): _build(keyword.value) for keyword in keywords})
    except TypeError as error:
        raise UsageError(f"{name}: {error}") from None


_TYPES = (
    ("scenario", str),
    ("horizon", int),
    ("difficulty", int),
    ("input", str),
    ("input_digest", str),
    ("seed", int),
    ("spare_tools", int),
)


def check_spec(spec: Spec) -> None:
    """Refuse impossible values by name before anything runs."""
    for name, kind in _TYPES:
        value = getattr(spec, name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise UsageError(f"{name} is {value!r}; it must be {'a whole number' if kind is int else 'a text'}")
    if not 1 <= spec.horizon <= HORIZON_MAX:
        raise UsageError(f"horizon is {spec.horizon}; it must be from 1 to {HORIZON_MAX}")
    if not 0 <= spec.spare_tools <= SPARE_TOOLS_MAX:
        raise UsageError(f"spare_tools is {spec.spare_tools}; it must be from 0 to {SPARE_TOOLS_MAX}")
    if not isinstance(spec.heal, bool):
        raise UsageError(f"heal is {spec.heal!r}; it must be True or False")
    if spec.setting not in ("sim", "wire", "process", "live"):
        raise UsageError(f"setting is {spec.setting!r}; it must be one of sim, wire, process, live")
    if spec.orchestrator.is_program and spec.setting != "process":
        raise UsageError(f"setting is {spec.setting!r}; a program runs in real processes only: setting='process'")
    if spec.kind not in ("deduplicating", "queryable", "blind"):
        raise UsageError(f"kind is {spec.kind!r}; it must be one of deduplicating, queryable, blind")
    budget = spec.view_budget
    if isinstance(budget, bool) or not isinstance(budget, (int, float)) or not 0 < budget < math.inf:
        raise UsageError(f"view_budget is {budget!r}; a share such as 0.5, or tokens such as 8000")
    if spec.limits is not None:
        _check_limits(spec.limits)
    _check_model(spec.model)
    for strike in spec.strikes:
        faults.check_strike(strike)


_MODEL_OPTIONS: dict[str, tuple[type, str]] = {
    "format": (str, "the name of a format, such as 'openai-chat'"),
    "stream": (bool, "True or False"),
    "trial": (int, "a whole number, at least 0: another time at the same task (profiles that make mistakes)"),
    "window": (int, "a whole number of tokens that a request may hold, instead of the profile's own window"),
    "latency_ms": (int, "a whole number of real milliseconds (where a program is on trial)"),
    "base_url": (str, "the URL of a server (in the setting live)"),
}
"""What each option of a model may be: its type, and in words."""


def _check_model(model: Choice) -> None:
    """The options of a model say how it is reached where it is reached over a wire."""
    for name, value in model.options:
        if name not in _MODEL_OPTIONS:
            raise UsageError(f"{model!r}: no option {name!r}; a model has {', '.join(_MODEL_OPTIONS)}")
        kind, words = _MODEL_OPTIONS[name]
        least = 1 if name == "window" else 0
        if type(value) is not kind or (isinstance(value, int) and value < least):
            raise UsageError(f"{model!r}: {name} is {value!r}; it must be {words}")


def _check_limits(limits: Any) -> None:
    if not isinstance(limits, Limits):
        raise UsageError(f"limits is {limits!r}; it must be None or Limits(...)")
    for name in Limits.__struct_fields__:
        value = getattr(limits, name)
        least = 0 if name in ("turns", "tokens", "compute_ms", "cost", "retry_wait_ms") else 1
        if type(value) is not int or value < least:
            raise UsageError(f"limits: {name} is {value!r}; it must be a whole number, at least {least}")
