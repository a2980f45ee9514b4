"""The 28 invariants of the catalogue, I1 to I27 and I14b: what must hold of every run, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from harness.catalogue.entry import Entry
from harness.faults import (
    ContextOverflow,
    CrashAfter,
    CrashBefore,
    Drift,
    FailAfter,
    RateLimit,
    ReusedCallId,
    ServerError,
    Strike,
    TornAppend,
    TruncatedArguments,
)
from harness.spec import Orchestrator, Policy, Spec
from harness.types import Limits

Family = Literal["safety", "liveness", "cost", "observability", "meta"]


@dataclass(frozen=True)
class Invariant:
    """Something that must hold, after crashes and faults as well.

    `checks` are the names of the checks that judge it; `elsewhere` says where it is judged if no check of one run can.
    `example` is the smallest spec that shows it: run by a planted bug or a control it is violated (`breaks`), run by the
    reference it holds, with its premise met.
    """

    entry: Entry
    family: Family
    checks: tuple[str, ...] = ()
    example: Spec | None = None
    elsewhere: str = ""

    @property
    def id(self) -> str:
        """The id in the catalogue, I1 to I27 and I14b."""
        return self.entry.id

    @property
    def live(self) -> bool:
        """Whether it can be violated here; else `entry.pending` names the capability that is missing."""
        return self.entry.live

    @property
    def breaks(self) -> bool:
        """Whether the orchestrator of the example is one that violates it."""
        return self.example is not None and self.example.orchestrator.name != "reference"


def paying(*strikes: Strike, by: str = "reference", **fields: Any) -> Spec:
    """Four turns of paying invoices; `by` names a control, or a planted bug of the reference."""
    orchestrator = Orchestrator(by) if by in ("reference", "naive", "replay") else Orchestrator("mutant", name=by)
    return Spec("pay_invoices", horizon=4, orchestrator=orchestrator, strikes=strikes, **fields)


PAID = Strike("tool:pay_invoice", 1, CrashAfter())
"""The process dies right after the first payment."""

TORN = Strike("disk:append", 4, TornAppend())
"""The process dies in the middle of its fourth write."""

EFFECTS: tuple[Invariant, ...] = (
    Invariant(
        Entry(
            "I1", "an effect happens once",
            "After a crash or a lost answer a call is made anew under a new key, or a journaled success never happened.",
            "A key that is a pure function of the intent; unknown outcomes are asked for, not guessed.",
            "measured: LangGraph and DBOS repeat the effect in every run that is killed after it",
        ),
        "safety", ("effect_once", "acknowledged_effect", "no_lost_effect", "key_bound"), paying(PAID, by="replay"),
    ),
    Invariant(
        Entry(
            "I2", "what was acknowledged is kept",
            "The caller was told, or the journal was flushed, and the next life knows nothing of it.",
            "Acknowledge only what is durable; on resume compare with what was said.", "ALICE",
        ),
        "safety", ("durable_kept",), paying(TORN, by="cut_too_much"),
    ),
    Invariant(
        Entry(
            "I3", "one run for one id",
            "A second submission of the same job starts it again, or answers differently.",
            "The id decides: a finished run gives back its answer and does nothing.", "exactly-once submission in queues",
        ),
        "safety", ("same_outcome",), paying(by="finished_acts_again", heal=True),
    ),
    Invariant(
        Entry(
            "I4", "a decision is durable before it is acted on",
            "The effect is in the world and the answer that asked for it is not on disk; asked again, the model differs.",
            "Flush the model's answer before the first call that it asks for.",
            "a prototype without it repeated effects in 90 of 388 single crashes",
        ),
        "safety", ("decision_durable",), paying(by="no_flush"),
    ),
    Invariant(
        Entry(
            "I5", "write ahead",
            "The effect starts before its intent is durable, or a request shows a result that a crash may take back.",
            "Flush intents before calls and results before requests; cut a torn tail before writing on.",
            "prime-agent#1785, gen-code#364",
        ),
        "safety", ("write_ahead", "journal_whole"), paying(by="late_flush"),
    ),
    Invariant(
        Entry(
            "I6", "resuming twice is resuming once",
            "A crash in the middle of a resume leaves a repair half done, and the next resume repairs it again.",
            "Make every step of a resume idempotent, and read-only until it must write.", "a second crash in recovery",
        ),
        "safety", ("recovery_idempotent",),
        paying(TORN, Strike("disk:truncate", 1, CrashAfter()), by="cut_too_much"),
    ),
    Invariant(
        Entry(
            "I7", "unknown is said to be unknown",
            "A call of unknown outcome is taken for done or for not done, whichever is easier.",
            "The next action is a query, a repetition under the same key, or a question to a person. Never a new key.",
            "ACRFence, arXiv 2603.20625",
        ),
        "safety", ("indeterminate_named",), paying(PAID, by="replay", kind="queryable"),
    ),
    Invariant(
        Entry(
            "I9", "nothing acts on a part of an answer",
            "A cut answer parses, and its calls are executed.",
            "No terminal event, no call.", "pi#9897, claudish#246, litellm#32159",
        ),
        "safety", ("whole_answers",), paying(Strike("model", 2, TruncatedArguments()), by="naive"),
    ),
    Invariant(
        Entry(
            "I10", "nothing changes unapproved",
            "The payload that was approved is not the one that is executed.",
            "Bind an approval to a hash of the call and check it at the call.", "openai-agents#4244", pending="approvals",
        ),
        "safety",
    ),
    Invariant(
        Entry(
            "I11", "an approval is used once",
            "After a resume an old yes lets another call through.",
            "Mark it as used in the same record as the intent.", "agent-framework#6851", pending="approvals",
        ),
        "safety",
    ),
    Invariant(
        Entry(
            "I16", "nothing is overwritten unseen",
            "A write ignores that somebody changed the thing since it was read.",
            "Write on the condition of the version that was read; a conflict goes back to the model.",
            "lost updates, as in any database",
        ),
        "safety", ("no_silent_overwrite",),
        Spec("rename_api", horizon=6, strikes=(Strike("tool:rename_in_file", 1, Drift()),)),
    ),
)  # fmt: skip

RECORDS: tuple[Invariant, ...] = (
    Invariant(
        Entry(
            "I8", "a crash costs little",
            "One death repeats the whole session: finished turns are asked for and paid for again.",
            "Fold the journal and go on where it ends: one request and one batch of calls at the most.",
            "measured: LangGraph with durability at exit does the whole graph again",
        ),
        "cost", ("bounded_reexecution",), paying(Strike("model", 4, CrashBefore()), by="result_not_flushed"),
    ),
    Invariant(
        Entry(
            "I12", "order never runs backwards",
            "Two lives number their records alike, or time stamps decide what came first.",
            "Count records; a life goes on counting where the last one stopped.", "langgraph#8234",
        ),
        "safety", ("order_monotone",), paying(Strike("model", 3, CrashBefore())),
    ),
    Invariant(
        Entry(
            "I13", "the transcript is well-formed",
            "A call under way at a crash has no result; every later request is refused and the session is dead.",
            "Give every call exactly one result, in order, before the next request.",
            "claude-code#3003, goose#2951, codex#29773, opencode#10616",
        ),
        "safety", ("transcript_well_formed",), paying(Strike("model", 3, ReusedCallId()), by="naive"),
    ),
    Invariant(
        Entry(
            "I14", "what is pinned stays visible",
            "Compaction drops the goal or a rule, and the model works on without it.",
            "Compaction may drop anything but pins; check the view, not the policy.", "hermes#32423",
        ),
        "safety", ("pins_visible",),
        Spec(
            "rename_api", horizon=12, policy=Policy("sliding_window"), view_budget=0.5,
            orchestrator=Orchestrator("mutant", name="pin_dropped"),
        ),
    ),
    Invariant(
        Entry(
            "I14b", "nothing is invented",
            "A summary states a rule that nobody ever gave, and it is obeyed.",
            "Compare what a summary states with what the journal holds.", "codegraff#738, oh-my-openagent#1483",
        ),
        "safety", ("nothing_invented",),
        Spec(
            "rename_api", horizon=16, policy=Policy("summarize"), view_budget=0.5,
            orchestrator=Orchestrator("mutant", name="summary_invents"),
        ),
    ),
    Invariant(
        Entry(
            "I19", "a pointer leads to the same bytes",
            "An output kept outside of the view is gone or another one when it is looked up.",
            "Name it by its hash, and keep it until the run is closed.", "copilot-chat#4628", pending="pointers",
        ),
        "safety",
    ),
    Invariant(
        Entry(
            "I20", "one writer at a time",
            "A process that was thought dead writes and acts beside its successor.",
            "An epoch in every append and call; a lower one is refused.", "DBOS parks the loser", pending="fencing",
        ),
        "safety",
    ),
    Invariant(
        Entry(
            "I21", "the same journal, the same decisions",
            "New code folds an old journal into another state, and the run goes on from something that never was.",
            "No clock, chance or file in the fold; replay committed journals under every change.", "Temporal's Replayer",
        ),
        "safety", elsewhere="`longhaul replay JOURNAL` and the replay gate over committed journals",
    ),
    Invariant(
        Entry(
            "I27", "no decision on a stale summary",
            "A summary from before a change is read after it, and the change is undone or done again.",
            "Date summaries; after a change read anew.", "compaction reports of many agents", pending="stale_summaries",
        ),
        "safety",
    ),
)  # fmt: skip

LIMITS: tuple[Invariant, ...] = (
    Invariant(
        Entry(
            "I15", "waits are kept to",
            "A retry goes out before the vendor's wait is over, or three layers each try three times.",
            "One layer of retries; the earliest time and the count of tries are in the journal.",
            "measured: both big vendors' clients retry on their own",
        ),
        "safety", ("backoff_respected",), paying(Strike("model", 2, RateLimit(60_000)), by="retry_after_ignored"),
    ),
    Invariant(
        Entry(
            "I17", "timers fire once",
            "A wait is lost with its process, or fires again after it.",
            "A due date in the journal; lateness is noted.", "Restate's tests of persisted timers",
            pending="durable_timers",
        ),
        "safety",
    ),
    Invariant(
        Entry(
            "I18", "every request fits the window",
            "The request for a summary is itself too long, and the session can no longer shrink.",
            "Reserve the output and the summary's own request before the window is full.", "claude-code#4006",
        ),
        "safety", ("window_kept",), paying(Strike("model", 2, ContextOverflow())),
    ),
    Invariant(
        Entry(
            "I22", "the end is the end",
            "A finished or cancelled session is resumed and works on.",
            "The end is a record; whoever reads it does nothing.", "pydantic-ai#7977",
        ),
        "safety", ("terminality",), paying(Strike("disk:flush", 9, CrashAfter()), by="finished_acts_again"),
    ),
    Invariant(
        Entry(
            "I23", "it comes to an end",
            "Faults have passed and the run still hangs, spins, or ended with work undone and nothing said.",
            "A deadline for every wait, a branch for every ending, a reason for every stop.",
            "the second phase of TigerBeetle's simulator: all faults heal, progress is demanded",
        ),
        "liveness", ("ending_sane", "world_correct", "converges"),
        paying(Strike("tool:pay_invoice", 1, FailAfter()), by="naive"),
    ),
    Invariant(
        Entry(
            "I24", "budgets hold",
            "Every life has its turns and tokens anew, or the cap is noticed after it was passed.",
            "Count what is sent, in the journal; reserve before sending.", "token bills of looping agents",
        ),
        "safety", ("budgets_hold",), paying(by="cap_not_reserved", limits=Limits(turns=2)),
    ),
    Invariant(
        Entry(
            "I25", "faults are named",
            "An error is swallowed: the log of the run does not know what hit it.",
            "Write each failure down with its class before it is dealt with.", "diffs of injected against observed faults",
        ),
        "observability", ("error_named",), paying(Strike("model", 2, ServerError()), by="retries_stacked"),
    ),
    Invariant(
        Entry(
            "I26", "the same spec, the same history",
            "The order of a set, a clock or a random id decides, and a failure cannot be repeated.",
            "Run a share of the specs twice and compare digests; report the first event that differs.",
            "FoundationDB's unseed check, madsim",
        ),
        "meta", elsewhere="runs are repeated and their digests compared; `longhaul diff` shows the first event that differs",
    ),
)  # fmt: skip


def _number(invariant: Invariant) -> tuple[int, str]:
    name = invariant.id.removeprefix("I")
    return int(name.rstrip("b")), name


INVARIANTS: tuple[Invariant, ...] = tuple(sorted((*EFFECTS, *RECORDS, *LIMITS), key=_number))
"""Every invariant, in the order of the catalogue."""
