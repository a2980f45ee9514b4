"""What each level demands. Read from the top, this is the meaning of the levels."""

from __future__ import annotations

from harness.checks import SAFETY
from longhaul.conformance import catalogued, probes
from longhaul.conformance.requirement import Level, Requirement
from longhaul.conformance.subject import EXACTLY_ONCE, REPEATABLE

DONE = ("ending_sane", "world_correct")
KEPT = ("ending_sane", "no_lost_effect")
ONCE = ("effect_once", "no_lost_effect", "acknowledged_effect", "world_correct", "ending_sane")
EVERY = tuple(check.__name__ for check in SAFETY)
NEVER = tuple(name for name in EVERY if name != "error_named")
"""Guards: what must not happen in these runs either. That errors are named is a requirement of its own."""

MODEL_FAULTS = catalogued.struck("F01", "F03", "F04", "F06", "F07", "F09", at="model")
"""429, overload, 5xx, no answer, a slow one, a lost connection."""

BAD_ANSWERS = catalogued.struck("F12", "F13", "F14", "F16", "F17", plain=True)
"""Malformed calls, tools that do not exist, wrong arguments, one bad call among others, nothing at all."""

CORE = (
    Requirement(
        "completes", "CORE", "With nothing struck it does every job: the world is right, nothing twice, nothing lost.",
        (probes.clean,), ONCE,
    ),
    Requirement(
        "well_formed", "CORE", "Every request is one that a vendor takes: each call has its one result, in order.",
        (probes.clean, BAD_ANSWERS), ("transcript_well_formed",),
    ),
    Requirement("keeps_pins", "CORE", "What is pinned is in every request.", (probes.clean,), ("pins_visible",)),
    Requirement(
        "compacts", "CORE", "Where it shortens what the model is shown, pins stay and the job is still done.",
        (probes.compacting,), ("pins_visible", *DONE), needs="compaction", demanded=False,
    ),
    Requirement(
        "keeps_caps", "CORE", "Where the job needs more turns or tokens than it may use, it stops there by itself.",
        (probes.capped,), ("budgets_hold", "ending_sane"),
    ),
    Requirement(
        "outlasts_model", "CORE", "A model that fails or hangs once or twice does not keep it from its job.",
        (MODEL_FAULTS,), DONE, needs="retries",
    ),
    Requirement(
        "backs_off", "CORE", "It waits as long as a 429 says, and tries no more often than it may.",
        (probes.waits,), ("backoff_respected",), needs="retries",
    ),
    Requirement(
        "outlasts_tools", "CORE", "A tool that fails once or twice before anything happened does not either.",
        (probes.tool_faults,), DONE,
    ),
    Requirement(
        "bad_answers", "CORE", "Malformed calls, tools that do not exist and empty answers do not either.",
        (BAD_ANSWERS,), DONE,
    ),
)  # fmt: skip

DURABLE = (
    Requirement(
        "work_kept", "DURABLE", "Killed at any point, the next life finishes the job: nothing is lost.",
        (probes.killed(EXACTLY_ONCE),), KEPT, needs="journal",
    ),
    Requirement(
        "world_kept", "DURABLE", "The same where repeating does no harm: the world ends up right.",
        (probes.killed(REPEATABLE), probes.damaged(REPEATABLE)), DONE, needs="journal",
    ),
    Requirement(
        "torn_tails", "DURABLE", "The same with any part of an unflushed write on disk.",
        (probes.damaged(EXACTLY_ONCE),), KEPT, needs="journal",
    ),
    Requirement(
        "readable_journal", "DURABLE", "What it leaves on disk can be read from end to end.",
        (probes.clean, probes.killed(), probes.damaged()),
        ("journal_whole", "durable_kept", "order_monotone", "recovery_idempotent"), needs="legible journal", demanded=False,
    ),
    Requirement(
        "shown_whole", "DURABLE", "After a crash too, requests are well-formed and pins are in them.",
        (probes.killed(), probes.damaged()), ("transcript_well_formed", "pins_visible"), needs="journal",
    ),
    Requirement(
        "little_again", "DURABLE", "A crash costs it one request and the calls under way, not what was done before.",
        (probes.killed(), probes.damaged()), ("bounded_reexecution",), needs="journal",
    ),
    Requirement(
        "stays_done", "DURABLE", "Started again after its end, it gives the same answer and does nothing more.",
        (probes.ended,), ("same_outcome", *ONCE), needs="journal",
    ),
    Requirement(
        "caps_kept", "DURABLE", "A crash does not give it new turns or tokens to use.",
        (probes.capped_and_killed,), ("budgets_hold", "ending_sane"), needs="journal",
    ),
)  # fmt: skip

EXACT = (
    *(
        Requirement(
            f"once_{kind}", "EXACT", f"Killed at any point, it does nothing twice and nothing too little; {tools}.",
            (probes.killed(EXACTLY_ONCE, kind), probes.damaged(EXACTLY_ONCE, kind)), ONCE, NEVER,
        )
        for kind, tools in (
            ("deduplicating", "tools know their keys"),
            ("queryable", "tools can be asked"),
            ("blind", "tools know nothing"),
        )
    ),
    Requirement(
        "doubt_named", "EXACT", "A call whose outcome it cannot know is asked about or repeated under its own key.",
        (probes.killed(EXACTLY_ONCE), probes.lost_answers), ("indeterminate_named",),
    ),
    Requirement(
        "lost_answers", "EXACT", "An effect of which the answer was lost is neither repeated nor given up.",
        (probes.lost_answers,), ONCE, NEVER,
    ),
    Requirement(
        "acts_on_whole", "EXACT", "Nothing is done on the word of an answer that is hollow, malformed or cut off.",
        (catalogued.struck("F05", "F08", "F10", "F11", "F12"),), ("whole_answers", *ONCE), NEVER,
    ),
    Requirement(
        "intent_first", "EXACT", "Its decisions and intents are durable before it acts, outcomes before it shows them.",
        (probes.clean, probes.killed(), probes.damaged()), ("decision_durable", "write_ahead"), needs="legible journal",
        demanded=False,
    ),
    Requirement(
        "ends_for_good", "EXACT", "Once it has ended it does nothing more, in no life.",
        (probes.clean, probes.killed()), ("terminality",), needs="legible journal", demanded=False,
    ),
)  # fmt: skip

ADVERSARIAL = (
    Requirement(
        "masks_faults", "ADVERSARIAL", "Every fault of the catalogue that can be masked is masked.",
        (catalogued.masked,), ONCE, NEVER,
    ),
    Requirement(
        "surfaces_faults", "ADVERSARIAL", "Under the others it may stop or refuse; nothing happens twice all the same.",
        (catalogued.surfaced,), ("effect_once",), NEVER,
    ),
    Requirement(
        "masks_in_recovery", "ADVERSARIAL", "Faults that strike while it recovers from a crash are masked too.",
        (catalogued.in_recovery,), ONCE, NEVER, needs="journal",
    ),
    Requirement(
        "goes_on", "ADVERSARIAL", "Once what failed for ever is repaired and it is started again, it does the job.",
        (catalogued.repaired,), ("converges",), NEVER, needs="journal",
    ),
    Requirement(
        "mixed_faults", "ADVERSARIAL", "Crashes and faults of every kind together: it keeps its promises, and goes on.",
        (catalogued.mixed,), ("converges", "effect_once"), NEVER, needs="journal", drawn=True,
    ),
    Requirement(
        "names_errors", "ADVERSARIAL", "What went wrong is named in its journal, whatever format that has.",
        (catalogued.masked, catalogued.surfaced), ("error_named",), needs="journal",
    ),
    Requirement(
        "killed_again", "ADVERSARIAL", "A second crash, while it recovers or later, changes nothing of all this.",
        (probes.killed_twice,), (*ONCE, "indeterminate_named", "transcript_well_formed"), NEVER, needs="journal",
    ),
    Requirement(
        "mangled_tails", "ADVERSARIAL", "Unflushed writes that survive out of order, or with a bit flipped, are cut off.",
        (probes.mangled,), ONCE, NEVER, needs="journal",
    ),
    Requirement(
        "trouble_in_doubt", "ADVERSARIAL", "Faults while it finds out what happened do not make it guess.",
        (probes.troubled_recovery,), (*ONCE, "indeterminate_named"), NEVER, needs="journal",
    ),
    Requirement(
        "faults_that_stay", "ADVERSARIAL", "What fails for ever ends the run by itself, in order, with nothing twice.",
        (probes.faults_that_stay,), ("ending_sane", "budgets_hold", "backoff_respected", "effect_once"), NEVER,
    ),
    Requirement(
        "crash_loops", "ADVERSARIAL", "A step that kills every life is given up, by itself and with a reason.",
        (probes.crash_loops,), ("ending_sane", "effect_once"), NEVER, needs="journal",
    ),
)  # fmt: skip

REQUIREMENTS: tuple[Requirement, ...] = (*CORE, *DURABLE, *EXACT, *ADVERSARIAL)
"""Everything that any level demands, level by level."""


def demanded_by(level: Level) -> tuple[Requirement, ...]:
    """What one level demands beyond the levels before it."""
    return tuple(requirement for requirement in REQUIREMENTS if requirement.level == level)
