"""What a new life knows: the journal read, checked and folded. A pure function of its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from harness.journal import decode
from harness.orchestrators.reference.entries import REQUESTS, Replied, decode_entries
from harness.orchestrators.reference.state import State, fold


@dataclass(frozen=True)
class Restored:
    """The state after the whole records of a journal.

    `size` is what the file must be cut to (its own size where nothing is torn), `barrier` the number of flushes that the
    next record knows of, `ids` every call id that is taken.
    """

    size: int
    barrier: int
    ids: frozenset[str]
    state: State


def restore(data: bytes, session: str) -> Restored:
    """Read a journal. Raises `JournalError` where it is damaged, of another session, or of another version."""
    records = decode(data)
    entries = decode_entries(records.records, session)
    barrier = records.records[-1].barrier + 1 if records.records else 0
    replies = (entry.reply for entry in entries if isinstance(entry, Replied))
    ids = frozenset(REQUESTS).union(call.id for reply in replies for call in reply.calls)
    return Restored(records.size, barrier, ids, fold(entries))


def durable_size(data: bytes, barrier: int) -> int:
    """How much of a journal was flushed for certain, by a life that went through `barrier` flushes."""
    records = decode(data)
    return next((record.offset for record in records.records if record.barrier >= barrier), records.size)


def whole_size(data: bytes) -> int:
    """How much of a journal is whole records; what is behind them was cut short."""
    return decode(data).size
