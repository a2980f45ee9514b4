"""What a process knows of the journal that it wrote itself: the state after each of its records.

Reading a journal back gives the same by definition; when thousands of runs resume from prefixes of one journal, looking it
up spares folding it thousands of times. Only exploration offers the place to keep it (`Host.memory`).
"""

from __future__ import annotations

from harness.orchestrators.reference.entries import REQUESTS, Entry, Replied
from harness.orchestrators.reference.restore import Restored
from harness.orchestrators.reference.state import State


class Recollection:
    """The records of one journal, from its first byte on, and what followed from each."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._data = b""
        self._size = 0
        self._ids: list[str] = []
        self._after: dict[int, tuple[int, int, State]] = {}

    def add(self, frame: bytes, entry: Entry, state: State) -> None:
        """One more record was framed, and this is the state after it."""
        self._frames.append(frame)
        self._size += len(frame)
        if isinstance(entry, Replied):
            self._ids.extend(call.id for call in entry.reply.calls)
        barrier = int(frame.split(b" ", 3)[2])
        self._after[self._size] = (barrier + 1, len(self._ids), state)

    def restored(self, data: bytes) -> Restored | None:
        """What reading `data` gives, where its whole records are the first ones of this journal; else None."""
        size = data.rfind(b"\n") + 1
        known = self._after.get(size)
        if known is None or not self._journal().startswith(data[:size]):
            return None
        barrier, ids, state = known
        return Restored(size, barrier, frozenset(REQUESTS).union(self._ids[:ids]), state)

    def _journal(self) -> bytes:
        if len(self._data) < self._size:
            self._data = b"".join(self._frames)
        return self._data
