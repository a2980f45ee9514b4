"""What a stranger adds to a report: metrics from a file of their own, and a price book."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from harness import resolve
from harness.errors import UsageError
from harness.metrics import BOOKS, METRICS, Metric, Prices


def metrics_named(names: Iterable[str]) -> tuple[Metric, ...]:
    """The built-in metrics and those that `path/to/file.py:NAME` names. Raises `UsageError` for what is no `Metric`."""
    own = [(name, resolve.from_file(name, "metric")) for name in names]
    for name, found in own:
        if not isinstance(found, Metric):
            raise UsageError(f"metric {name!r} is a {type(found).__name__}; it must be a harness.metrics.Metric")
    return (*METRICS, *(found for _, found in own))


class _Book(msgspec.Struct, forbid_unknown_fields=True):
    read: float = 1.0
    write: float = 1.0
    output: float = 5.0


def load_prices(path: Path | str) -> tuple[Prices, ...]:
    """Price books from a JSON file: `{"mine": {"read": 0.1, "write": 1.25, "output": 4}}`.

    Each price is in prices of one uncached input token. Raises `UsageError` with file and problem.
    """
    path = Path(path)
    try:
        books = msgspec.json.decode(path.read_bytes(), type=dict[str, _Book])
    except OSError as error:
        raise UsageError(f"cannot read prices {path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UsageError(
            f'prices {path}: {error}; write {{"mine": {{"read": 0.1, "write": 1.25, "output": 5}}}}, prices of one '
            f"uncached input token"
        ) from None
    taken = sorted({*books} & {book.name for book in BOOKS})
    if taken:
        raise UsageError(f"prices {path}: {taken[0]!r} is a built-in price book; give yours another name")
    bad = [name for name, book in books.items() if min(book.read, book.write, book.output) < 0]
    if bad or not books:
        raise UsageError(f"prices {path}: {f'{bad[0]!r} has a negative price' if bad else 'there is no book in it'}")
    return tuple(Prices(name, book.read, book.write, book.output) for name, book in books.items())
