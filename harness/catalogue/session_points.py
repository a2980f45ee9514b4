"""Crash points beyond one turn, C30 to C71: compaction, snapshots, resume, waiting, and the end."""

from __future__ import annotations

from harness.catalogue.crash_point import CrashPoint
from harness.catalogue.entry import Entry
from harness.catalogue.turn_points import NO_REPORT

COMPACTION_POINTS: tuple[CrashPoint, ...] = (
    CrashPoint(
        Entry(
            "C30", "compaction begun, summary not asked for",
            "The view was cut first and the summary was to follow.",
            "Keep the old view until the new one is durable.", NO_REPORT,
        ),
        "the whole view, perhaps the note that compaction began", "begin again, or go on without", ("I14",), 1,
    ),
    CrashPoint(
        Entry(
            "C31", "summary answered, not written",
            "The view in memory was replaced by a summary that no journal holds.",
            "Journal the answer before using it; the lost call counts.",
            "hermes#32423: another window size after an interrupted compaction",
        ),
        "the whole view", "ask for the summary again; the lost call counts", ("I8", "I14"), 1,
    ),
    CrashPoint(
        Entry(
            "C32", "the record of the summary is torn",
            "The old view is gone and the new one is half: facts are lost for good.",
            "Compaction is one more record; without it whole, the old view holds.", NO_REPORT,
        ),
        "the whole view and half a summary", "cut, and go on with the old view", ("I5", "I14"), 1, True,
    ),
    CrashPoint(
        Entry(
            "C33", "summary durable, view not switched",
            "Two views are legal and the resume mixes them, or pays for a second summary.",
            "Derive the switch from the journaled summary: one winner, always the same.", NO_REPORT,
        ),
        "the whole view and the summary", "switch to the same new view, with every pin, without a request", ("I14", "I18"),
    ),
    CrashPoint(
        Entry(
            "C34", "view switched, originals not put away",
            "A pointer in the summary leads nowhere.",
            "Put the originals away under their id before the switch; delete last.", NO_REPORT, pending="pointers",
        ),
        "the new view and the originals", "originals can be reached by their pointer", ("I14", "I19"),
    ),
)  # fmt: skip

SNAPSHOT_POINTS: tuple[CrashPoint, ...] = (
    CrashPoint(
        Entry(
            "C40", "snapshot half written to its temporary name",
            "The half file is read as a snapshot.", "Read finished names only; remove leftovers.", NO_REPORT,
            pending="snapshots",
        ),
        "the old snapshot, a fragment", "use the old snapshot", ("I5", "I6"),
    ),
    CrashPoint(
        Entry(
            "C41", "snapshot renamed before it was flushed",
            "The new name is durable and its content is not: an empty snapshot.", "Flush the file, then rename it.",
            "CrashMonkey's rename bugs", pending="snapshots",
        ),
        "perhaps an empty file under the final name", "must not occur", ("I6",),
    ),
    CrashPoint(
        Entry(
            "C42", "snapshot renamed, folder not flushed",
            "The resume expects the new name and finds the old one.", "Either name must load; flush the folder.",
            NO_REPORT, pending="snapshots",
        ),
        "the old name or the new one", "load whichever is there", ("I6",),
    ),
    CrashPoint(
        Entry(
            "C43", "snapshot durable, journal not yet cut",
            "Records that the snapshot contains are applied a second time.",
            "Number the records; skip those that the snapshot knows.", NO_REPORT, pending="snapshots",
        ),
        "the new snapshot and the whole journal", "apply only what came after the snapshot", ("I1", "I6", "I12"), 0, True,
    ),
    CrashPoint(
        Entry(
            "C44", "snapshot ahead of a journal that lost its tail",
            "The session silently goes back, and does again what it did.",
            "Flush the journal before the snapshot of it; refuse a snapshot from the future.",
            "langgraph#8234: writes of one superstep under another's checkpoint", pending="snapshots",
        ),
        "a snapshot of records that are gone", "refuse, or rebuild; never go back in silence", ("I12",),
    ),
)  # fmt: skip

RESUME_POINTS: tuple[CrashPoint, ...] = (
    CrashPoint(
        Entry(
            "C50", "resuming: the journal is being read",
            "The first resume already changed something that the second one trips over.",
            "Nothing but the repair of a torn tail and the note of the resume before the state is whole.", NO_REPORT,
        ),
        "what the first crash left, perhaps the note of the resume", "resume the same way once more", ("I6", "I20"), 0, True,
    ),
    CrashPoint(
        Entry(
            "C51", "resuming: the torn tail is being cut",
            "A cut that is repeated takes a whole record too many.",
            "Cut to an offset that follows from the whole records alone.", NO_REPORT,
        ),
        "the tail, cut or not", "cut to the same place", ("I6",), 0, True,
    ),
    CrashPoint(
        Entry(
            "C52", "resuming: a tool is asked what became of a call",
            "The question itself changed something, or its lost answer is read as `it never happened`.",
            "Questions are read-only; ask again.", NO_REPORT,
        ),
        "the intent", "ask the same question again", ("I1", "I7"), 0, True,
    ),
    CrashPoint(
        Entry(
            "C53", "resuming: the outcome of an old call is written",
            "Two resumes each write an outcome, and the next request is refused for ever.",
            "One outcome for each call id, whoever writes it.",
            "codex#29773 and its relatives: orphaned or doubled tool results poison a session",
        ),
        "the intent, perhaps its outcome", "exactly one outcome for each call, ever", ("I9", "I13"), 0, True,
    ),
    CrashPoint(
        Entry(
            "C54", "the old process is not dead",
            "A paused process wakes up and writes beside its successor.",
            "A fencing token that rises with each life; refuse what carries an older one.",
            "DBOS parks the loser; no fencing was found in LangGraph", pending="fencing",
        ),
        "records of both", "whatever the older life sends is refused", ("I20",),
    ),
    CrashPoint(
        Entry(
            "C55", "resumed by changed code, prompts or tools",
            "The new code decides otherwise about what the old one wrote, and does work twice or not at all.",
            "Replay committed journals under new code; where decisions differ, pin the session or refuse it with a reason.",
            "Temporal's NondeterminismError",
        ),
        "a journal of the old code", "the same decisions, or a refusal that says why", ("I12", "I21"),
    ),
)  # fmt: skip

LATE_POINTS: tuple[CrashPoint, ...] = (
    CrashPoint(
        Entry(
            "C60", "during the wait before a retry",
            "The resume forgets the wait and the attempts, and storms a vendor that asked for patience.",
            "Journal the failure with its earliest next attempt as a date.", NO_REPORT,
        ),
        "the failed attempt and the time before which no other may go out", "wait for the rest, then try", ("I15", "I17"),
    ),
    CrashPoint(
        Entry(
            "C61", "a timer came due while the process was down",
            "The timer never fires, or fires twice.", "Keep due dates; on resume fire what is overdue, once, and say how late.",
            "Restate's persistedTimers suite", pending="durable_timers",
        ),
        "the timer", "fire once; the lateness is recorded", ("I17",),
    ),
    CrashPoint(
        Entry(
            "C62", "cancelled between an effect and its record",
            "The cancelled call is forgotten although it happened.",
            "Shield the record of what happened from the cancellation.", "pydantic-ai#7977", pending="cancellation",
        ),
        "the intent", "record the effect; no further call", ("I1", "I22"),
    ),
    CrashPoint(
        Entry(
            "C70", "final answer durable, the caller never got it",
            "The job is done again for a caller who only asks for its outcome.",
            "A finished session gives its recorded answer and does nothing.", NO_REPORT,
        ),
        "the finished session", "the same answer, without a request", ("I3", "I8"),
    ),
    CrashPoint(
        Entry(
            "C71", "crash loop: the same step kills every life",
            "Each restart runs into the same step until the budget or the patience of the operator is gone.",
            "Count the lives that ended in the same step; after a few, park the session with the reason.",
            "DBOS: a maximum of recovery attempts",
        ),
        "the same record after every life", "after a few lives park with a reason, and stay resumable", ("I23",),
    ),
)  # fmt: skip
