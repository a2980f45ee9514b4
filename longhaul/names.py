"""Readable names: of a spec, for test ids and progress bars."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

from harness.faults import CrashAfter, CrashBefore, Strike, TornAppend
from harness.spec import Choice, Spec

_PLAIN = Spec("")


def short_name(spec: Spec) -> str:
    """What sets a spec apart from the default one: `pay_invoices-queryable-tool:pay_invoice#3-after`."""
    parts = [stem(spec.scenario)]
    parts += [str(getattr(spec, name)) for name in ("kind", "setting") if getattr(spec, name) != getattr(_PLAIN, name)]
    parts += [_choice(getattr(spec, name)) for name in ("orchestrator", "policy", "model") if _differs(spec, name)]
    parts += [f"{label}{getattr(spec, name)}" for name, label in _NUMBERS if _differs(spec, name)]
    return "-".join([*parts, *map(_strike, spec.strikes), *(["heal"] if spec.heal else [])])


_NUMBERS = (("horizon", "h"), ("view_budget", "v"), ("seed", "s"), ("spare_tools", "t"))


def _differs(spec: Spec, name: str) -> bool:
    return bool(getattr(spec, name) != getattr(_PLAIN, name))


def stem(name: str) -> str:
    """The last part of `path/to/file.py:Name`: its Name, for a constant SCENARIO the file's."""
    path, colon, attribute = name.rpartition(":")
    if not colon:
        return name
    return Path(path).stem if attribute in ("SCENARIO", "run") else attribute


def _choice(chosen: Choice) -> str:
    options = ",".join(f"{name}={value}" for name, value in chosen.options)
    return f"{stem(chosen.name)}({options})" if options else stem(chosen.name)


def _strike(strike: Strike) -> str:
    times = "" if strike.times == 1 else "-for-ever" if strike.times is None else f"-{strike.times}x"
    chance = f"-chance{strike.chance}" if strike.chance < 1 else ""
    recovery = "-in-recovery" if strike.recovery else ""
    return f"{strike.site}#{strike.nth}-{_moment(strike.fault)}{times}{chance}{recovery}"


def _moment(fault: object) -> str:
    match fault:
        case CrashBefore(survive=survive):
            return "before" if survive == "none" else f"before-{survive}"
        case CrashAfter(survive=survive):
            return "after" if survive == "none" else f"after-{survive}"
        case TornAppend():
            return "torn"
        case Choice():
            return _choice(fault)
    chosen = (
        [item for item in fields(fault) if getattr(fault, item.name) != item.default] if is_dataclass(fault) else []
    )
    options = ",".join(f"{item.name}={getattr(fault, item.name)}" for item in chosen)
    return f"{type(fault).__name__}({options})" if options else type(fault).__name__
