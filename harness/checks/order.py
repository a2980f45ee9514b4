"""The journal is a sequence: nothing in it goes back, and nothing is numbered twice."""

from __future__ import annotations

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.lines import Line
from harness.checks.record import Reading
from harness.history import Event


class _OrderMonotone(Fold):
    """I12: of the records that are left, no one knows of fewer flushes than the one before it, each recorded resume counts
    one life more, and no summary is recorded twice under one number.
    """

    name = "order_monotone"
    wants = (("disk:append", "done"),)
    reads = ("Resumed", "Condensed")
    journaled = True

    def see(self, event: Event, reading: Reading) -> None:
        """A line that knows of less than the one before it was found when it was filed."""
        file = reading.file
        self.premises = len(file.lines)
        if file.fell >= 0 and not self.witness:
            line = file.lines[file.fell]
            before = next(file.lines[n] for n in range(file.fell - 1, -1, -1) if not file.lines[n].gone)
            self.witness = (
                f"the {line.type} written at event {line.written} knows of {line.barrier} flushes, and the {before.type} "
                f"before it (event {before.written}) of {before.barrier}"
            )

    def read(self, index: int, reading: Reading) -> None:
        """Compare a numbered line with the last of its kind."""
        lines = reading.file.lines
        if not self.witness and not lines[index].gone:
            resumed = lines[index].type == "Resumed"
            self.witness = self._resumed(index, reading) if resumed else self._condensed(index, lines)

    def _resumed(self, index: int, reading: Reading) -> str:
        lines, earlier = reading.file.lines, reading.file.latest("Resumed")
        life = lines[index].entry.get("life")
        last = next((line for place, line in earlier if place < index and not line.gone), None)
        if last is None or not isinstance(life, int) or life == last.entry.get("life", 0) + 1:
            return ""
        return (
            f"the resume written at event {lines[index].written} counts life {life}, and the one before it (event "
            f"{last.written}) life {last.entry.get('life')}"
        )

    def _condensed(self, index: int, lines: list[Line]) -> str:
        nth = lines[index].entry.get("nth")
        for n in range(index - 1, -1, -1):
            line = lines[n]
            if line.gone:
                continue
            if line.type in ("Compacting", "Compacted"):
                break
            if line.type == "Condensed" and line.entry.get("nth") == nth:
                again = lines[index].written
                return f"answer {nth} to the policy was recorded at event {line.written} and again at event {again}"
        return ""


order_monotone = FoldedCheck(_OrderMonotone)
