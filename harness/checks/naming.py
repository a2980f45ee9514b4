"""No failure is swallowed."""

from __future__ import annotations

from msgspec import Struct, field, json

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import ENDINGS, Reading
from harness.history import Event


class _Unnamed(Struct, frozen=True):
    """An error that no journal told of so far: the words that would name it, and whether a write and a flush went by."""

    event: int
    site: str
    error: str
    words: tuple[bytes, ...]
    written: bool = False
    flushed: bool = False


class _ErrorNamed(Fold):
    """I25: an error that a door gave to the orchestrator is named in what that life journals afterwards, by its class, type
    or message, provided that it went on to write something and made that durable.

    It is a search in bytes, and so judges journals in any format.
    """

    name = "error_named"
    wants = (
        ("model", "error"), ("tool", "error"), ("query", "error"), ("human", "error"), ("disk:append", "done"),
        ("disk:flush", "done"), *(("life", ending) for ending in ENDINGS),
    )  # fmt: skip
    containers = ("unnamed",)

    unnamed: list[_Unnamed] = field(default_factory=list)

    def see(self, event: Event, reading: Reading) -> None:
        """An error waits to be named until its life ends."""
        if event.kind == "error":
            self.unnamed.append(_Unnamed(event.number, event.site, event.detail["error"], _words(event)))
        elif not self.unnamed:
            return
        elif event.site == "disk:append":
            self._written(reading.written)
        elif event.site == "disk:flush":
            self.unnamed = [
                _Unnamed(one.event, one.site, one.error, one.words, one.written, one.written) for one in self.unnamed
            ]
        else:
            self._ended(event)

    def _written(self, data: bytes) -> None:
        rest = []
        for one in self.unnamed:
            if any(word in data for word in one.words):
                self.premises += 1
            else:
                rest.append(_Unnamed(one.event, one.site, one.error, one.words, True, one.flushed))
        self.unnamed = rest

    def _ended(self, event: Event) -> None:
        swallowed = [one for one in self.unnamed if one.flushed]
        self.premises += len(swallowed)
        if swallowed and not self.witness:
            one = swallowed[0]
            self.witness = (
                f"{one.site} failed with {one.error} at event {one.event}, and nothing that life {event.life} journaled "
                f"up to event {event.number} names it"
            )
        self.unnamed = []


def _words(event: Event) -> tuple[bytes, ...]:
    """What names an error, as it may stand in a journal: plain, or inside of a JSON string."""
    detail = event.detail
    words = [str(detail[name]) for name in ("error", "type", "message") if detail.get(name)]
    plain = [word.encode("utf-8", "surrogatepass") for word in words]
    return tuple(dict.fromkeys([*plain, *(json.encode(word)[1:-1] for word in words if word.isprintable())]))


error_named = FoldedCheck(_ErrorNamed)
