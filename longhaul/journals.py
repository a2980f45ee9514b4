"""Journal files of the reference orchestrator, read whole: every record, every entry, and what is torn off at the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.journal import JournalError, Record, decode
from harness.orchestrators.reference.entries import Entry, decode_entries, encode


@dataclass(frozen=True)
class Journal:
    """The whole records of a file, the entries in them, and the bytes of a torn tail behind them."""

    records: tuple[Record, ...]
    entries: list[Entry]
    size: int
    torn: int

    def byte_after(self, entries: int) -> int:
        """Where the record after so many entries begins, or would."""
        return self.records[entries].offset if entries < len(self.records) else self.size

    @property
    def not_kept(self) -> Record | None:
        """The first record that holds something which today's entries do not keep, such as a field of a newer release."""
        pairs = zip(self.records, self.entries)
        return next((record for record, entry in pairs if encode(entry) != record.json), None)


def journal_in(path: Path, session: str = "") -> Journal:
    """Read a file. Raises `UsageError` with the path for one that is no journal, corrupt, foreign, or of a newer version."""
    data = path.read_bytes()
    try:
        whole = decode(data)
        if data and not whole.records:
            raise UsageError("it holds no whole record: it is no journal, or its first record is torn")
        entries = decode_entries(whole.records, session)
    except UsageError as error:
        kind = JournalError if isinstance(error, JournalError) else UsageError
        raise kind(f"{path}: {error}") from None
    return Journal(whole.records, entries, whole.size, len(data) - whole.size)
