"""Faults of the host: its disk, its clock, and a second process, H01 to H10."""

from __future__ import annotations

from typing import Any

from harness.catalogue.entry import Entry
from harness.catalogue.hazard import AT_BOOT, Hazard, Shape
from harness.faults import (
    ClockJump,
    CrashBefore,
    DamagedJournal,
    DiskRefuses,
    NewerJournal,
    NoSpace,
    ShortWrite,
    Slow,
    Strike,
    SyncFailed,
)
from harness.faults.sites import BOOT, DISK
from harness.spec import Spec

DERIVED = "follows from the interface; no single report"
WRITES = ("disk:append", "disk:flush", "disk:truncate")
FILES = "turmoil-fs and ALICE: what file systems may do between a write and a power cut"


def at(site: str, fault: Any, nth: int = 4) -> Spec:
    """Four turns of paying invoices, and this fault at a site."""
    return Spec("pay_invoices", horizon=4, strikes=(Strike(site, nth, fault),))


def at_boot(fault: Any) -> Spec:
    """Four turns of paying invoices, a crash before the third request, and this fault before the second life."""
    return Spec("pay_invoices", horizon=4, strikes=(Strike("model", 3, CrashBefore()), Strike("boot", 2, fault)))


def _forward(fault: Any) -> bool:
    return bool(fault.ms > 0)


HOST_HAZARDS: tuple[Hazard, ...] = (
    Hazard(
        Entry(
            "H01", "no space left",
            "The write fails, the exception is logged, and the work goes on without a record.",
            "Stop before anything unrecorded happens; the journal stays a whole prefix and the run can be resumed.",
            "FoundationDB and turmoil inject a full disk at the k-th write",
        ),
        "store", "surface", (Shape(NoSpace(), WRITES),), at("disk:append", NoSpace()),
    ),
    Hazard(
        Entry(
            "H02", "fsync fails once",
            "It is called again, says yes, and the pages that it dropped are taken for durable.",
            "Treat it as a crash: trust nothing since the last good one, open the file anew and rebuild.",
            "the fsync failures that PostgreSQL met in 2018",
        ),
        "store", "surface", (Shape(SyncFailed(), ("disk:flush",)),), at("disk:flush", SyncFailed()),
    ),
    Hazard(
        Entry(
            "H03", "a short write",
            "Half a record is in the file, and the next one is appended to it.",
            "Write the rest, or cut the half off before anything else is written.", FILES,
        ),
        "store", "surface", (Shape(ShortWrite(), ("disk:append",)), Shape(ShortWrite(0.0), ("disk:append",))),
        at("disk:append", ShortWrite()),
    ),
    Hazard(
        Entry(
            "H04", "a flipped bit in what was durable",
            "The damaged record is skipped, and everything after it is replayed on a state that never was.",
            "Refuse with the offset; only a torn last record may be cut off.", "proma#1048, gen-code#364",
        ),
        "store", "surface", (Shape(DamagedJournal(), BOOT), Shape(DamagedJournal(0.5), BOOT)),
        at_boot(DamagedJournal()), modes=AT_BOOT,
    ),
    Hazard(
        Entry(
            "H05", "the clock jumps",
            "An hour back makes a wait an hour longer, an hour forward spends every deadline at once.",
            "Measure waits and deadlines by a clock that only moves on; use the other one for stamps, never for order.",
            DERIVED,
        ),
        "host", "mask",
        (
            Shape(ClockJump(), ("model", "tool", "sleep", "disk:append")),
            Shape(ClockJump(3_600_000), ("model", "tool", "sleep", "disk:append"), "surface", when=_forward),
        ),
        at("model", ClockJump(), 2),
    ),
    Hazard(
        Entry(
            "H06", "two processes resume one run",
            "Both write the journal and both act; each believes that it is alone.",
            "One epoch a process; what an older one writes or does is refused.", DERIVED, pending="fencing",
        ),
        "host", "mask",
    ),
    Hazard(
        Entry(
            "H07", "frozen for ten minutes, and on",
            "The machine was paused, another process took over, and the first one finishes its step.",
            "Check the lease before each effect.", DERIVED, pending="fencing",
        ),
        "host", "surface",
    ),
    Hazard(
        Entry(
            "H08", "the state directory may not be touched",
            "A read-only mount or another owner ends in a traceback, or in a run without a record.",
            "Say which file and why, before anything is done.", DERIVED,
        ),
        "store", "surface", (Shape(DiskRefuses(), DISK), Shape(DiskRefuses("EACCES"), DISK)),
        at("disk:append", DiskRefuses()),
    ),
    Hazard(
        Entry(
            "H09", "a journal from tomorrow",
            "A record of an unknown type is dropped as noise, and with it what a newer release decided.",
            "Refuse, or keep it as it is; never drop it.", DERIVED,
        ),
        "store", "surface", (Shape(NewerJournal(), BOOT),), at_boot(NewerJournal()), modes=AT_BOOT,
    ),
    Hazard(
        Entry(
            "H10", "a slow disk",
            "Every flush takes five seconds, and deadlines of calls run out while the process stands still.",
            "Flush only what must be durable, and judge a call by when its answer came.", DERIVED,
        ),
        "store", "mask", (Shape(Slow(5_000), DISK, lasting="mask"),), at("disk:flush", Slow(5_000)),
    ),
)  # fmt: skip
