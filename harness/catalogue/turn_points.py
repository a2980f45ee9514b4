"""Crash points of one turn, C00 to C23: from the accepted job over the model's answer to the effect and its record."""

from __future__ import annotations

from harness.catalogue.crash_point import CrashPoint
from harness.catalogue.entry import Entry

NO_REPORT = "derived from the order of writes in one turn; no public report known"

ANSWER_POINTS: tuple[CrashPoint, ...] = (
    CrashPoint(
        Entry(
            "C00", "job accepted, nothing durable",
            "The caller was told yes while the only trace of the job was in memory; the crash makes it vanish.",
            "Say yes only after the admission record is flushed; a repeated submission under the same id starts one job.",
            "langgraph#8764: with asynchronous durability 90 of 200 killed runs had no row before their first node",
        ),
        "nothing", "start as if for the first time, under the same session id", ("I2", "I3"),
    ),
    CrashPoint(
        Entry(
            "C01", "admission durable, no turn begun",
            "The resume takes the presence of a journal for progress, or writes a second beginning.",
            "Fold the journal; begin only where it holds no beginning.", NO_REPORT,
        ),
        "goal, caps and configuration", "begin the first turn, once", ("I2", "I12"),
    ),
    CrashPoint(
        Entry(
            "C02", "before the request goes out, noted or not",
            "A noted request without an answer is taken for an answered one, or its tokens are never booked.",
            "Book the tokens before sending; without an answer on disk, send again.", NO_REPORT,
        ),
        "no answer; perhaps the note that a request was about to be sent", "send the request again", ("I8",), 1,
    ),
    CrashPoint(
        Entry(
            "C03", "request sent, no byte of the answer back",
            "The vendor worked and will bill, and the resume neither counts the lost attempt nor expects another wording.",
            "Count every attempt that was sent, answered or not; never rely on the vendor to recognise a repetition.",
            "measured: neither big vendor's client sends an idempotency header",
        ),
        "no answer", "send again; both attempts count against the budget", ("I8", "I15"), 1,
    ),
    CrashPoint(
        Entry(
            "C04", "in the middle of a streamed answer",
            "Half of the arguments parse as whole JSON and a call is made that the model never finished.",
            "Act on the terminal event only; tell whoever watched that the partial text is void.",
            "vendors' clients return cleanly cut streams as whole messages; pi#9897, litellm#32159",
        ),
        "no answer", "drop the partial answer and ask again", ("I9", "I4"), 1,
    ),
    CrashPoint(
        Entry(
            "C05", "whole answer in memory, not yet written",
            "Something acted on an answer that no journal holds; asked again, the model decides otherwise.",
            "Write and flush the answer before anything that changes the world acts on it.",
            "a prototype without the record of the answer repeated effects in 90 of 388 single crashes",
        ),
        "no answer", "ask again; the answer may differ", ("I4", "I8"), 1,
    ),
    CrashPoint(
        Entry(
            "C06", "the record of the answer is torn",
            "The half record is skipped but left in place, so that the next record runs into it and is lost with it.",
            "Length and checksum on each record; cut the file at the damage before writing on.",
            "prime-agent#1785, gen-code#364, hermes#1744",
        ),
        "half a record of the answer", "cut the torn tail, then ask again", ("I5", "I6"), 1, True,
    ),
    CrashPoint(
        Entry(
            "C07", "answer written, not flushed",
            "A write is taken for durable; what the file shows before the crash is not what it shows after it.",
            "Any prefix must be a legal journal; flush before what must not be undone.", NO_REPORT,
        ),
        "any prefix of what was written since the last flush", "go on from the prefix that is whole", ("I5",), 1,
    ),
    CrashPoint(
        Entry(
            "C08", "answer durable, not yet looked at",
            "The resume asks the model again although the answer is there, and pays for two different plans.",
            "Fold the answer in and go on with its validation.", NO_REPORT,
        ),
        "the answer", "validate it and go on; no request", ("I4", "I8"),
    ),
    CrashPoint(
        Entry(
            "C09", "verdict of a guardrail reached, not written",
            "The guard is asked a second time and says something else.",
            "Make the verdict a pure function of what is journaled, or journal it.", NO_REPORT, pending="guardrails",
        ),
        "the answer", "ask the guardrail again", ("I10",),
    ),
    CrashPoint(
        Entry(
            "C10", "approval asked for on disk, nobody told",
            "Nobody ever learns that a decision is wanted.",
            "On resume tell again, under the same approval id.", NO_REPORT, pending="approvals",
        ),
        "an open approval", "tell again; no tool runs", ("I10", "I11"),
    ),
    CrashPoint(
        Entry(
            "C11", "while a person thinks about an approval",
            "Deadlines restart with the process, or the wait is forgotten by a redeployment.",
            "Keep the deadline as a date; an expired approval is a no.", NO_REPORT, pending="approvals",
        ),
        "an open approval", "wait on until the same deadline", ("I10", "I11", "I17"),
    ),
    CrashPoint(
        Entry(
            "C12", "approval given, not written",
            "A yes that only memory held is acted on, or is applied to another call after the resume.",
            "Journal the decision first; take a second delivery of the same decision as none.",
            "openai-agents#4244", pending="approvals",
        ),
        "an open approval", "ask again, or take the decision when it is delivered again", ("I10", "I11"), 0, True,
    ),
    CrashPoint(
        Entry(
            "C13", "approved, and the call is worded anew on resume",
            "The approval of one payload lets another one through.",
            "Bind an approval to a hash of tool, arguments and policy version.", "extra#139", pending="approvals",
        ),
        "an approval of one hash", "execute that very call, or ask for a new approval", ("I10",),
    ),
)  # fmt: skip

EFFECT_POINTS: tuple[CrashPoint, ...] = (
    CrashPoint(
        Entry(
            "C14", "intent written, not flushed",
            "The effect starts before its intent is safe: after the crash nothing says that it may have happened.",
            "Flush the intent of everything that changes the world before the call.",
            "a prototype without durable intents repeated effects",
        ),
        "perhaps the intent", "begin the call, under the same key where the intent is there", ("I1", "I5"), 1,
    ),
    CrashPoint(
        Entry(
            "C15", "intent durable, effect not begun",
            "The resume cannot know that nothing happened and calls again under a fresh key.",
            "Treat the call as in doubt: query by its key, repeat under the same key, or name it to a person.", NO_REPORT,
        ),
        "the intent", "settle the doubt; never guess, never a fresh key", ("I1", "I7"),
    ),
    CrashPoint(
        Entry(
            "C16", "inside an effect of several parts",
            "Three of seven files are written and the resume does all seven again, or none.",
            "An undo or redo log inside of the tool, or the whole under the same key.", NO_REPORT,
            pending="multi_part_effects",
        ),
        "the intent", "repeat the whole under the same key, and say what was partial", ("I1", "I16"),
    ),
    CrashPoint(
        Entry(
            "C17", "effect done, its answer lost on the way",
            "The world has changed and nobody on this side knows: a repetition doubles the effect.",
            "As for C15; the result of the repetition must be that of the first.",
            "tapir-archicad-mcp#23, agentmail-mcp#49 (two e-mails), databricks ai-dev-kit#80",
        ),
        "the intent", "settle the doubt; the first result counts", ("I1", "I7"),
    ),
    CrashPoint(
        Entry(
            "C18", "result in memory, not yet written",
            "At-least-once steps are run again here, because the record of success comes after the effect.",
            "A key that survives the crash, or a query, before anything is repeated.",
            "measured: LangGraph 10 of 10 and DBOS 5 of 5 repeat the effect here",
        ),
        "the intent", "settle the doubt", ("I1",),
    ),
    CrashPoint(
        Entry(
            "C19", "the record of a result is torn",
            "Half a result is read as none, left in place, and swallows the next record.",
            "Cut the tail, then settle the doubt.", "as C06; seen where torn tails are ignored and not cut",
        ),
        "the intent and half a result", "cut, then settle the doubt", ("I5", "I6"), 1, True,
    ),
    CrashPoint(
        Entry(
            "C20", "result written, not flushed",
            "A request goes out that contains a result which the disk may still lose.",
            "Flush results before the next request that shows them.", NO_REPORT,
        ),
        "any prefix: the result is there or not", "as for a lost result, or as for a durable one", ("I5",), 1,
    ),
    CrashPoint(
        Entry(
            "C21", "some of several parallel calls have results",
            "The whole batch is run again, or the results are put under the wrong calls.",
            "One intent and one result for each call; run only what has none, show results in the order of calls.",
            "langgraph#8039: writes of parallel steps and the step itself are stored in no fixed order",
        ),
        "intents of the batch, results of some of it", "settle only the calls without a result", ("I1", "I13"), 1,
    ),
    CrashPoint(
        Entry(
            "C22", "result durable, what follows from it not",
            "State that is derived from results is stored apart and lags behind them.",
            "Derive it: fold the journal, keep nothing beside it.", NO_REPORT,
        ),
        "the result", "fold, and go on with the next request", ("I12", "I14"),
    ),
    CrashPoint(
        Entry(
            "C23", "looked for changes, write still to come",
            "Somebody else changed the resource while the process was down, and the write overwrites it.",
            "Make the write conditional on the version that was read; on a conflict read again.", NO_REPORT,
        ),
        "the version that was read", "write on condition of that version", ("I16",),
    ),
)  # fmt: skip
