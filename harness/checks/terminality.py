"""After the end, nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.checks.verdict import Verdict, conclude
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run


class _Terminality(Fold):
    """I22: once `Finished` is durable, no request, call, query or question passes the door, in no life. A session that is
    only parked, until the cause is gone, has not finished."""

    name = "terminality"
    wants = (("model", "request"), ("tool", "call"), ("query", "call"), ("human", "question"))
    reads = ("Finished",)
    containers = ("ends",)
    journaled = True

    ends: list[int] = field(default_factory=list)

    def read(self, index: int, reading: Reading) -> None:
        """Note where the journal speaks of the end."""
        if reading.file.lines[index].entry.get("outcome") != "parked":
            self.ends.append(index)

    def see(self, event: Event, reading: Reading) -> None:
        """Nothing may pass once such a line is durable."""
        if not self.ends or self.witness:
            return
        lines = reading.file.lines
        durable = min((lines[index].durable for index in self.ends if lines[index].safe), default=0)
        if durable:
            self.witness = (
                f"Finished was durable at event {durable}, and event {event.number} (life {event.life}) is a "
                f"{event.kind} at {event.site}"
            )

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """The premise is a durable end."""
        return conclude(self.name, sum(reading.file.lines[index].safe for index in self.ends), self.witness)


terminality = FoldedCheck(_Terminality)
