"""Profiles by name: the built-in ones, and those of a file, `path/to/profiles.toml:NAME`.

    [mine]
    like = "mid"                    # what is not said is as there; "perfect" where this is left out
    window = 64000                  # tokens
    latent = {ceiling = 0.95, half_tokens = 40000, steepness = 1.2}
    places = {primacy = 0.2}
    skills = {summary = 0.85}

Numbers that cannot be are refused by name: shares outside of 0 to 1, sizes that are not above 0 or too large to be meant,
keys that do not exist. Only `half_tokens` may be `inf`: a curve that does not fall.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from math import inf, isnan
from pathlib import Path
from typing import Any

from fakes.models.profile import PROFILES, Curve, Pace, Places, Profile, Skills
from harness.errors import UsageError
from harness.resolve import unknown

_PARTS: dict[str, type[Curve | Places | Skills | Pace]] = {
    "literal": Curve, "latent": Curve, "interference": Curve, "places": Places, "skills": Skills, "pace": Pace,
}  # fmt: skip
_SHARES = {"ceiling", *(item.name for item in fields(Skills))}
_ZERO_TOO = {"primacy", "recency", "tokens", "tokens_most"}
_LARGEST = 1_000_000_000
_MOST = {"steepness": 20, "primacy": 1_000, "recency": 1_000, "tokens": 100_000, "tokens_most": 100_000}
"""What no number may be above; within these the law stays far from what floats can hold."""


def profile(name: str) -> Profile:
    """The profile of a name. Raises `UsageError` with what exists, or with what is wrong in a file."""
    return _named(name, ())


def _named(name: str, before: tuple[str, ...]) -> Profile:
    """The profile of a name; `before` are those of files that are like each other and, the last one, like this one."""
    path, colon, own = name.rpartition(":")
    if colon:
        if not path or not own:
            lacking = "the file before" if not path else "the name of a profile behind"
            raise UsageError(f"model profile {name!r} lacks {lacking} the colon; write path/to/profiles.toml:NAME")
        if name in before:
            raise UsageError(f"profiles are like each other in a circle: {' is like '.join((*before, name))}")
        tables = _tables(path)
        if own not in tables:
            raise UsageError(f"{path} has no profile {own!r}; it has {', '.join(tables) or 'none'}")
        return _profile(path, own, tables[own], (*before, name))
    for known in PROFILES:
        if known.name == name:
            return known
    raise unknown("model profile", name, [known.name for known in PROFILES])


def profiles_in(path: str) -> Mapping[str, Profile]:
    """All profiles of a file. Raises `UsageError`."""
    return {own: _named(f"{path}:{own}", ()) for own in _tables(path)}


@lru_cache(maxsize=8)
def _tables(path: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no file of profiles {path!r}") from None
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} is no TOML file of profiles: {error}") from None


def _profile(path: str, own: str, table: Any, before: tuple[str, ...]) -> Profile:
    where = f"{path}, profile {own!r}"
    if not isinstance(table, dict):
        raise UsageError(f"{where}: {table!r} is no table; write [{own}] and its numbers below")
    like = _named(str(table.get("like", "perfect")), before)
    strange = sorted(table.keys() - {"like", "window", *_PARTS})
    if strange:
        raise UsageError(f"{where}: no key {strange[0]!r}; there are like, window, {', '.join(_PARTS)}")
    window = table.get("window", like.window)
    if type(window) is not int or window < 1:
        raise UsageError(f"{where}: window is {window!r}; it must be a whole number of tokens, at least 1")
    _check_most(f"{where}: window", "window", window)
    parts = {name: _part(f"{where}, {name}", getattr(like, name), table.get(name, {})) for name in _PARTS}
    made = replace(like, name=f"{path}:{own}", window=window, **parts)
    _check_pace(where, made.pace)
    return made


def _check_pace(where: str, pace: Pace) -> None:
    if pace.most_ms < pace.mean_ms:
        raise UsageError(
            f"{where}: most_ms, which 95 % of the answers stay below, is {pace.most_ms}, below mean_ms, the mean of all, "
            f"{pace.mean_ms}; raise most_ms or lower mean_ms"
        )
    if pace.tokens_most < pace.tokens:
        raise UsageError(
            f"{where}: tokens_most, which 90 % of the answers stay below, is {pace.tokens_most}, below tokens, which half "
            f"of them do, {pace.tokens}; raise tokens_most or lower tokens"
        )
    if pace.tokens_most > 20 * pace.tokens > 0:
        raise UsageError(
            f"{where}: tokens_most is {pace.tokens_most}, more than 20 times tokens, {pace.tokens}; the longest answers "
            "would fit no window"
        )
    if pace.most_ms > 3.8 * pace.mean_ms:
        raise UsageError(f"{where}: most_ms is {pace.most_ms}; a log-normal time has its 95 % below 3.8 times its mean")


def _part(where: str, before: Any, given: Any) -> Any:
    if not isinstance(given, dict):
        raise UsageError(f"{where}: {given!r} is no table of numbers")
    known = [item.name for item in fields(before)]
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"{where}: no key {name!r}; there are {', '.join(known)}")
        _check(f"{where}: {name}", name, value)
        if isinstance(before, Pace) and type(value) is not int:
            raise UsageError(f"{where}: {name} is {value!r}; it must be a whole number")
    return replace(before, **given)


def _check(where: str, name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
        raise UsageError(f"{where} is {value!r}; it must be a number")
    if name in _SHARES and not 0 <= value <= 1:
        raise UsageError(f"{where} is {value!r}; it is a share, from 0 to 1")
    if value < 0 or (value == 0 and name not in _ZERO_TOO | _SHARES):
        raise UsageError(f"{where} is {value!r}; it must be above 0")
    if name == "half_tokens" and value < 1:
        raise UsageError(f"{where} is {value!r}; it must be at least 1 token")
    _check_most(where, name, value)


def _check_most(where: str, name: str, value: float) -> None:
    most = _MOST.get(name, _LARGEST)
    if value > most and (name, value) != ("half_tokens", inf):
        no_end = ", or inf" if name == "half_tokens" else ""
        raise UsageError(f"{where} is {value!r:.40}; it must be at most {most}{no_end}")
