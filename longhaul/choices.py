"""What a user writes for a choice: `sliding_window`, `sliding_window(keep=12)`, `path/to/file.py:Name`, or `all`."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable

from harness.errors import UsageError
from harness.spec import Choice


def choice(role: str, text: str) -> Choice:
    """The choice that a text names, with literal options in parentheses."""
    name, bracket, rest = text.strip().partition("(")
    if not bracket:
        return Choice(role, name)
    try:
        call = ast.parse(f"options({rest}", mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            raise ValueError("options are written name=value")
        options = {str(item.arg): ast.literal_eval(item.value) for item in call.keywords}
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"cannot read {role.lower()} {text!r}: {error}; write name, or name(option=value)") from None
    return Choice(role, name, tuple(sorted(options.items())))


def seeds(text: str) -> tuple[int, ...]:
    """`5` means the seeds 0 to 4, `5..9` five others; `3,7` means just these (`3,` is the one seed 3)."""
    try:
        if ".." in text:
            first, _, last = text.partition("..")
            return _filled(tuple(range(int(first), int(last) + 1)), text)
        if "," in text:
            return tuple(int(part) for part in text.split(",") if part.strip())
        count = int(text)
    except ValueError:
        raise UsageError(
            f"seeds are {text!r}; write a count such as 5 (seeds 0 to 4), a range such as 5..9, or a list such as 3,7"
        ) from None
    return _filled(tuple(range(count)), text)


def _filled(found: tuple[int, ...], text: str) -> tuple[int, ...]:
    if not found:
        raise UsageError(f"seeds are {text!r}; at least one is needed")
    return found


SHARE_MAX = 10
"""A view budget up to this is a share of the scenario's working set, a bigger one a number of tokens."""


def view_budget(text: str) -> float | int:
    """`0.5` or `2` is a share of the scenario's working set, `8000` a number of tokens."""
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f"view budget is {text!r}; write a share such as 0.5, or tokens such as 8000") from None
    return int(value) if SHARE_MAX < value < math.inf else value


def split(texts: Iterable[str]) -> tuple[str, ...]:
    """Every item of repeated options and of comma-separated ones, in order, once; commas in parentheses do not count."""
    items: dict[str, None] = {}
    for text in texts:
        depth, item = 0, ""
        for letter in f"{text},":
            depth += (letter == "(") - (letter == ")")
            if letter == "," and not depth:
                items.update({item.strip(): None} if item.strip() else {})
                item = ""
            else:
                item += letter
    return tuple(items)


def pick(given: Iterable[str], everything: Callable[[], Iterable[str]]) -> tuple[str, ...]:
    """The items given, `all` standing for everything there is; nothing given is everything too."""
    picked: dict[str, None] = {}
    for item in split(given) or ("all",):
        picked.update(dict.fromkeys(everything()) if item == "all" else {item: None})
    return tuple(picked)
