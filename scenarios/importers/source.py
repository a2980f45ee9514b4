"""A file as JSON values: one a line, the elements of one array, or one document; plain or gzipped.

Lines are read one at a time and can be read again by their place, so that a file of spans is put in order without being held
in memory. A document is held as its bytes, and its elements are decoded one at a time.
"""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from harness.errors import UsageError

GZIP = b"\x1f\x8b"
_DECODER = msgspec.json.Decoder()
_BROKEN = (msgspec.DecodeError, UnicodeError, RecursionError)
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One JSON value of a file: its line (or element) number from 1, and where its bytes are."""

    number: int
    start: int
    length: int


@dataclass
class Source:
    """An opened file. `lines` says whether it has one value a line; `skipped` are sentences on the lines left out."""

    path: Path
    stream: IO[bytes]
    lines: bool
    skip_broken: bool = False
    skipped: list[str] = field(default_factory=list)
    _elements: list[msgspec.Raw] = field(default_factory=list)
    _last: tuple[Entry, Any] | None = None
    _parts: tuple[Entry, list[dict[str, Any]]] | None = None

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def values(self) -> Iterator[tuple[Entry, Any]]:
        """Every value with its place. Raises `UsageError` at a broken line, unless those are left out."""
        if not self.lines:
            for number, raw in enumerate(self._elements, 1):
                yield Entry(number, number - 1, 0), _DECODER.decode(raw)
            return
        self.stream.seek(0)
        start = 0
        for number, line in enumerate(self.stream, 1):
            entry = Entry(number, start, len(line))
            start += len(line)
            if line.strip():
                try:
                    value = _DECODER.decode(line)
                except _BROKEN as error:
                    self._broken(number, error)
                    continue
                yield entry, value

    def value(self, entry: Entry) -> Any:
        """The value at a place, read again; the last one is remembered, because it may hold many spans."""
        if self._last is None or self._last[0] != entry:
            self._last = (entry, self._again(entry))
        return self._last[1]

    def part(self, place: tuple[Entry, int], parts: Callable[[Any], Iterable[dict[str, Any]]]) -> dict[str, Any]:
        """One of the parts of a value, by its number from 0: the parts of the last value are remembered as well."""
        entry, number = place
        if self._parts is None or self._parts[0] != entry:
            self._parts = (entry, list(parts(self.value(entry))))
        return self._parts[1][number]

    def _again(self, entry: Entry) -> Any:
        if not self.lines:
            return _DECODER.decode(self._elements[entry.start])
        self.stream.seek(entry.start)
        return _DECODER.decode(self.stream.read(entry.length))

    def refuse(self, entry: Entry, what: str) -> None:
        """A value that is none of its format: an error, or left out where broken ones are."""
        self._broken(entry.number, what)

    def refuse_conversation(self, name: str, what: str) -> None:
        """A conversation of several values that cannot be one: an error, or left out where broken ones are."""
        self._refuse(f"conversation {name!a}", what)

    def _broken(self, number: int, what: object) -> None:
        self._refuse(f"{'line' if self.lines else 'element'} {number}", what)

    def _refuse(self, where: str, what: object) -> None:
        sentence = f"{self.path}, {where} is broken ({what})"
        if not self.skip_broken:
            raise UsageError(f"{sentence}; mend it, or leave out what is broken with --skip-broken")
        self.skipped.append(sentence)


def opened(path: str | Path, skip_broken: bool = False) -> Source:
    """Open a file, for a `with`, and find out how its values lie. Raises `UsageError` for one that holds no JSON."""
    place = Path(path)
    if not place.is_file():
        raise UsageError(f"no file {str(path)!r}; name a trace, or a folder of traces")
    stream = _plain(place)
    try:
        return _found_out(place, stream, skip_broken)
    except BaseException:
        stream.close()
        raise


def _found_out(path: Path, stream: IO[bytes], skip_broken: bool) -> Source:
    first = _first_line(stream)
    if not first:
        raise UsageError(f"{path} is empty; a trace holds at least one conversation")
    if _is_json(first) and (_has_more(stream) or not first.lstrip().startswith(b"[")):
        return Source(path, stream, True, skip_broken)
    if not _is_json(first) and _is_json(_first_line_after(stream)):
        return Source(path, stream, True, skip_broken)
    stream.seek(0)
    return Source(path, stream, False, skip_broken, _elements=_document(path, stream.read()))


def _plain(path: Path) -> IO[bytes]:
    """The file, unpacked where it is gzipped; what was unpacked is a file without a name."""
    stream = path.open("rb")
    magic = stream.read(2)
    stream.seek(0)
    if magic != GZIP:
        return stream
    unpacked = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115  lives as long as its source
    try:
        with gzip.open(stream) as packed:
            while chunk := packed.read(_CHUNK):
                unpacked.write(chunk)
    except (OSError, EOFError, zlib.error) as error:
        unpacked.close()
        raise UsageError(f"{path} cannot be read: {error}") from None
    finally:
        stream.close()
    unpacked.seek(0)
    return unpacked


def _first_line(stream: IO[bytes]) -> bytes:
    """The next line that is not blank."""
    return next((line for line in stream if line.strip()), b"")


def _first_line_after(stream: IO[bytes]) -> bytes:
    """The next line if it is a whole object; a pretty-printed document has no such line early on."""
    line = _first_line(stream)
    return line if line.startswith(b"{") else b""


def _has_more(stream: IO[bytes]) -> bool:
    return bool(_first_line(stream))


def _is_json(line: bytes) -> bool:
    if not line:
        return False
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except _BROKEN:
        return False
    return True


def _document(path: Path, text: bytes) -> list[msgspec.Raw]:
    """The elements of an array, or the one document."""
    try:
        if text.lstrip().startswith(b"["):
            return msgspec.json.decode(text, type=list[msgspec.Raw])
        return [msgspec.json.decode(text, type=msgspec.Raw)]
    except _BROKEN as error:
        at = _line_of(text, str(error))
        raise UsageError(f"{path} is no JSON ({error}{at}); `longhaul inspect --help` lists what is read") from None


def _line_of(text: bytes, message: str) -> str:
    """In words, the line of `(byte N)` in a decoder's message."""
    number = message.rpartition("(byte ")[2].rstrip(")")
    return f", line {text.count(bytes([10]), 0, int(number)) + 1}" if number.isdigit() else ""
