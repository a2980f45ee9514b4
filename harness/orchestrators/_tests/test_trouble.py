"""Errors by their kind, a window that is too small, a clock that jumps, tools that vanish, disks that refuse, bad journals."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from harness.checks import SAFETY, effect_once, judge
from harness.checks.durability import write_ahead
from harness.errors import ContextTooLong, DiskFailed, InvalidRequest, RateLimited
from harness.faults import (
    ClockJump,
    ContextOverflow,
    CrashAfter,
    CrashBefore,
    DamagedJournal,
    DiskRefuses,
    FailAfter,
    HugeResult,
    ModelGone,
    NewerJournal,
    NoSpace,
    QuotaExceeded,
    RateLimit,
    ServerError,
    ShortWrite,
    StopReason,
    Strike,
    SyncFailed,
    ToolGone,
    TornAppend,
    Unauthorized,
)
from harness.journal import JournalError, decode, frame
from harness.orchestrators._tests.test_compaction import FIRST, PRESSED, SUMMARIZE
from harness.orchestrators._tests.test_doubt import finished, paid_once
from harness.orchestrators._tests.test_reference import entries
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.orchestrators.reference.restore import restore
from harness.orchestrators.reference.squeeze import squeezed
from harness.run import Run
from harness.tokens import view_tokens
from harness.types import Answer, Limits, Message, ToolCall

OVERFULL = StopReason("model_context_window_exceeded")


def requests(run: Run) -> list[Any]:
    """Every request that went out."""
    return [event for event in run.events if event.site == "model" and event.kind == "request"]


def after_error(run: Run, site: str) -> list[str]:
    """Where something passed after the first error of a site."""
    first = next(event for event in run.events if event.site == site and event.kind == "error")
    return [event.site for event in run.events[first.number :] if event.site not in ("life", "run", "boot")]


# errors by their kind


@pytest.mark.parametrize("fault", [Unauthorized(401), Unauthorized(403), ModelGone(), QuotaExceeded()])
def test_what_only_a_person_can_mend_is_not_tried_again(fault: Any) -> None:
    run = run_reference(invoices(), strikes=(Strike("model", 2, fault, None),))
    assert finished(run)[0] == "parked"
    assert "a person can" in finished(run)[1]
    assert run.passages["model"] == 2


def test_a_quota_that_says_when_it_is_back_is_waited_for() -> None:
    run = run_reference(invoices(), strikes=(Strike("model", 2, Raises("back soon")),))
    assert paid_once(run)


def test_a_malformed_request_stays_the_end() -> None:
    run = run_reference(invoices(), heal=True, strikes=(Strike("model", 2, Raises("malformed"), None),))
    assert finished(run) == ("failed", "InvalidRequest: messages: no")
    assert run.passages["model"] == 2


ERRORS: dict[str, Exception] = {
    "back soon": RateLimited("spent", 429, "insufficient_quota", 5_000),
    "malformed": InvalidRequest("messages: no", 400, "invalid_request_error"),
    "conflict": InvalidRequest("key was used before", 409, "IdempotencyKeyConflict"),
    "too long": ContextTooLong("too long", 400),
    "disk": DiskFailed("input/output error", error_type="EIO"),
}


@dataclasses.dataclass(frozen=True)
class Raises:
    """A passage that fails with one of the errors above, after what passed took effect or not."""

    what: str
    after: bool = False

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        """Fail."""
        if self.after:
            await proceed()
        raise ERRORS[self.what]


@pytest.mark.parametrize("fault", [QuotaExceeded("request_too_large"), ContextOverflow()])
def test_a_request_that_is_too_large_is_made_shorter_and_sent_once_more(fault: Any) -> None:
    run = run_reference(invoices(12), strikes=(Strike("model", 10, fault),))
    assert len(entries(run, "Compacted")) == 1
    before, after = requests(run)[9:11]
    assert after.detail["tokens"] < before.detail["tokens"]
    forever = run_reference(invoices(12), strikes=(Strike("model", 10, fault, None),))
    assert forever.passages["model"] == 11
    assert finished(forever)[0] == ("failed" if isinstance(fault, ContextOverflow) else "parked")


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("site", ["tool:pay", "query:pay"])
def test_a_refusal_says_nothing_about_an_attempt_before_it(site: str, after: bool) -> None:
    kind: Any = "queryable" if site == "query:pay" else "deduplicating"
    lost = FailAfter() if after else CrashBefore()
    nth = 1 if site == "query:pay" else 3
    run = run_reference(
        invoices(kind=kind), strikes=(Strike("tool:pay", 2, lost), Strike(site, nth, Raises("conflict")))
    )
    assert paid_once(run)
    assert run.passages["human"] == 1


def test_a_refusal_of_a_first_attempt_is_told_to_the_model_by_its_name() -> None:
    run = run_reference(invoices(), strikes=(Strike("tool:pay", 2, Unauthorized()),))
    assert paid_once(run)
    assert "did not happen: the tool refuses: AuthenticationFailed" in entries(run, "Returned")[1]["result"]["error"]


@pytest.mark.parametrize("site", ["model", "policy", "tool:pay", "query:pay", "human"])
@pytest.mark.parametrize("fault", [ServerError(), RateLimit(), Unauthorized(), Raises("conflict")])
def test_every_error_at_a_door_stands_in_the_journal_by_class_and_message(site: str, fault: Any) -> None:
    kind: Any = {"query:pay": "queryable", "human": "blind"}.get(site, "deduplicating")
    lost = (Strike("tool:pay", 2, CrashAfter()),) if kind != "deduplicating" else ()
    strike = Strike("model", FIRST, fault) if site == "policy" else Strike(site, 1 if lost else 2, fault)
    run = run_reference(invoices(12, kind), strikes=(*lost, strike), **(PRESSED if site == "policy" else {}))
    error = next(event.detail for event in run.events if event.kind == "error")
    named = [(line["error"], line["message"]) for line in entries(run, "Failed")]
    assert (error["error"], error["message"]) in named


# the window


@pytest.mark.parametrize("policy", [SUMMARIZE, None])
@pytest.mark.parametrize("window", [1_300, 1_500, 1_800])
def test_a_request_that_cannot_fit_is_never_sent(window: int, policy: Any) -> None:
    chosen = {"policy": policy} if policy else {}
    run = run_reference(invoices(90, window=window), view_budget=10_000, horizon=150, **chosen)
    assert run.ending == "returned"
    sizes = [event.detail["tokens"] + event.detail["max_output"] for event in requests(run)]
    assert max(sizes) <= window
    assert [event for event in run.events if event.site == "model" and event.kind == "error"] == []


def test_a_summary_request_that_cannot_fit_gives_way_to_the_emergency() -> None:
    """One exchange makes the view so long that no request with all of it can be sent, the summary's neither."""
    setup = invoices(6, window=3_000)
    strikes = tuple(Strike("tool:pay", nth, HugeResult(4_000)) for nth in (1, 2, 3))
    run = run_reference(setup, policy=SUMMARIZE, view_budget=100_000, strikes=strikes)
    assert max(event.detail["tokens"] + event.detail["max_output"] for event in requests(run)) <= 3_000
    assert finished(run)[0] == "completed"


def test_pins_that_do_not_fit_end_the_session_by_name() -> None:
    setup = dataclasses.replace(invoices(window=1_500), goal="x" * 5_000)
    run = run_reference(setup, view_budget=10_000)
    assert finished(run)[0] == "failed"
    assert "nothing left to drop" in finished(run)[1]
    assert "model" not in run.passages


def test_squeezing_cuts_long_results_before_it_drops_anything() -> None:
    call = ToolCall("a", "read", "{}")
    view = (Message("user", "goal", pinned=True), Message("assistant", "", (call,)),
            Message("tool", "x" * 9_000, call_id="a"), Message("assistant", "short"))  # fmt: skip
    cut = squeezed(view, 500)
    assert [message.role for message in cut] == ["user", "assistant", "tool", "assistant"]
    assert view_tokens(cut) <= 500
    dropped = squeezed(view * 40, 300, {"read"})
    assert view_tokens(dropped) <= max(300, 40 * 2 + 40)
    assert sum(message.pinned for message in dropped) == 40
    assert squeezed(view[:1], 10) == view[:1]


def test_squeezing_again_and_again_forgets_nothing_that_was_done_for_good() -> None:
    paid = [f"paid {number}." for number in range(30)]
    view = [Message("user", "goal", pinned=True)]
    for number, said in enumerate(paid):
        view += [
            Message("assistant", "", (ToolCall(str(number), "pay", "{}"),)),
            Message("tool", said, call_id=str(number)),
        ]
    for _ in range(8):
        view = list(squeezed(view, view_tokens(view) // 2))
    text = "\n".join(message.content for message in view)
    assert [said for said in paid if said not in text.splitlines()] == []


@pytest.mark.parametrize("fault", [ContextOverflow(), QuotaExceeded("request_too_large"), OVERFULL], ids=repr)
@pytest.mark.parametrize("chance", [0.3, 0.6])
def test_a_model_that_says_too_long_over_and_over_makes_no_session_do_its_work_twice(fault: Any, chance: float) -> None:
    """There comes the emergency that has nothing left to drop but what was done: that one is the end."""
    for seed in range(20):
        strike = Strike("model", 1, fault, None, chance)
        run = run_reference(invoices(12), strikes=(strike,), horizon=30, seed=seed)
        assert judge(run, SAFETY).violated == ""
        assert run.ending == "returned"


# the clock


@pytest.mark.parametrize("ms", [3_600_000, -3_600_000, 86_400_000])
@pytest.mark.parametrize("site", ["model", "tool:pay", "sleep", "disk:flush", "disk:append"])
def test_a_clock_that_jumps_neither_stretches_a_wait_nor_eats_the_budget(ms: int, site: str) -> None:
    strikes = (Strike("model", 2, RateLimit(20_000)), Strike(site, 1 if site == "sleep" else 2, ClockJump(ms)))
    clean = run_reference(invoices(), strikes=strikes[:1], limits=Limits(compute_ms=60_000))
    run = run_reference(invoices(), strikes=strikes, limits=Limits(compute_ms=60_000))
    assert paid_once(run)
    assert abs(run.ended_ms - clean.ended_ms) <= 2_000  # the jitter of the wait
    stamps = [line["at"] for line in entries(run) if "at" in line]
    assert stamps == sorted(stamps)
    assert judge(run, SAFETY).violated == ""


@pytest.mark.parametrize("ms", [3_600_000, -3_600_000])
def test_a_clock_that_jumps_while_nobody_lives_is_followed(ms: int) -> None:
    strikes = (
        Strike("model", 3, CrashBefore()),
        Strike("boot", 2, ClockJump(ms)),
        Strike("model", 4, RateLimit(5_000)),
    )
    run = run_reference(invoices(), strikes=strikes)
    assert paid_once(run)
    assert run.ended_ms < 30_000
    stamps = [line["at"] for line in entries(run) if "at" in line]
    assert stamps == sorted(stamps)


# tools that vanish


def test_a_call_in_doubt_of_a_tool_that_is_gone_is_put_to_a_person_and_not_repeated() -> None:
    gone = (Strike("tool:pay", 2, CrashAfter()), Strike("boot", 2, ToolGone("pay")))
    run = run_reference(invoices(2), strikes=gone)
    assert run.passages["tool:pay"] == 2
    assert "there is no tool 'pay' any more" in entries(run, "Waiting")[0]["question"]
    assert entries(run, "Returned")[0]["id"] == "call-1-0-1"


def test_a_call_of_a_tool_that_is_gone_and_that_did_not_happen_is_refused_with_the_reason() -> None:
    gone = (Strike("tool:pay", 2, CrashBefore()), Strike("boot", 2, ToolGone("pay")))
    run = run_reference(invoices(), strikes=gone, limits=Limits(turns=3))
    assert run.passages["tool:pay"] == 2
    assert "did not happen: there is no tool 'pay' any more" in entries(run, "Returned")[1]["result"]["error"]


def test_nobody_who_can_tell_about_a_tool_that_is_gone_parks_the_session() -> None:
    setup = dataclasses.replace(invoices(), human=lambda world, question: Answer("I do not know."))
    gone = (Strike("tool:pay", 2, CrashAfter()), Strike("boot", 2, ToolGone("pay")))
    run = run_reference(setup, strikes=gone)
    assert finished(run)[0] == "parked"
    assert (
        'pay may or may not have happened, and no person can tell: call call-3-0-2, {"invoice": 2}' in finished(run)[1]
    )


def test_a_pending_call_of_a_tool_that_is_gone_is_refused() -> None:
    gone = (Strike("disk:append", 2, TornAppend(0.9)), Strike("boot", 2, ToolGone("pay")))
    run = run_reference(invoices(), strikes=gone, limits=Limits(turns=3))
    assert any("there is no tool 'pay'" in line["result"].get("error", "") for line in entries(run, "Returned"))


# disks that refuse


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("fault", [SyncFailed(), ShortWrite(), NoSpace(), DiskRefuses(), Raises("disk")])
@pytest.mark.parametrize("site", ["disk:append", "disk:flush"])
def test_after_a_disk_error_nothing_is_done_any_more_and_the_next_life_goes_on(
    site: str, fault: Any, width: int
) -> None:
    if isinstance(fault, (SyncFailed, ShortWrite)) and site not in fault.SITES:
        pytest.skip(f"{fault} strikes {fault.SITES}")
    for kind in ("deduplicating", "queryable", "blind"):
        clean = run_reference(invoices(4, kind, width))
        for nth in range(1, clean.passages[site] + 1):
            strike = Strike(site, nth, fault)
            run = run_reference(invoices(4, kind, width), strikes=(strike,))
            assert run.ending == "returned"
            assert set(after_error(run, site)) <= {"disk:read", "disk:truncate"}, (nth, after_error(run, site))
            again = run_reference(invoices(4, kind, width), strikes=(strike,), heal=True)
            assert paid_once(again), (kind, nth)
            assert judge(again, (effect_once, write_ahead)).violated == "", (kind, nth)


@pytest.mark.parametrize("site", ["disk:append", "disk:truncate"])
def test_a_write_that_was_cut_short_leaves_no_half_record(site: str) -> None:
    """Where the cut is refused too the session is parked all the same, and the next life cuts the torn end off."""
    short = Strike("disk:append", 3, ShortWrite())
    refused = (Strike("disk:truncate", 1, DiskRefuses()),) if site == "disk:truncate" else ()
    run = run_reference(invoices(), strikes=(short, *refused))
    torn = decode(run.journal).size < len(run.journal)
    assert (run.ending, torn) == ("returned", bool(refused))
    answer = next(event.detail["answer"] for event in run.events if event.kind == "returned")
    assert "parked: interrupted system call" in answer
    assert paid_once(run_reference(invoices(), strikes=(short, *refused), heal=True))


@pytest.mark.parametrize("nth", range(1, 10))
def test_what_a_failed_flush_left_behind_is_cut_off_and_not_believed_by_the_next_life(nth: int) -> None:
    """The bytes are readable and will never be durable: a crash would take them from under the next life's feet."""
    run = run_reference(invoices(), strikes=(Strike("disk:flush", nth, SyncFailed()),))
    assert all(record.barrier < nth - 1 for record in decode(run.journal).records)


@pytest.mark.parametrize("fault", [DiskRefuses("EACCES"), Raises("disk")])
def test_a_journal_that_cannot_be_read_is_a_clear_refusal(fault: Any) -> None:
    run = run_reference(invoices(), strikes=(Strike("disk:read", 1, fault, None),))
    answer = next(event.detail["answer"] for event in run.events if event.kind == "returned")
    assert answer.startswith("parked: ")
    assert set(run.passages) == {"disk:read"}


# journals that may not be continued


@pytest.mark.parametrize("fault", [DamagedJournal(0.1), DamagedJournal(0.5), NewerJournal()])
def test_a_bad_journal_is_refused_before_any_other_door(fault: Any) -> None:
    run = run_reference(invoices(), strikes=(Strike("model", 5, CrashBefore()), Strike("boot", 2, fault)))
    assert (run.ending, run.reason.partition(":")[0]) == ("raised", "JournalError")
    second = [event.site for event in run.events if event.life == 1 and event.site not in ("life", "boot", "run")]
    assert second == ["disk:read"]


NO_ENTRIES = (b"[]", b"1", b'{"type":5}', b"{}", b'{"type":"Started"}', b"not json", b'{"type":"Asked"}')


@pytest.mark.parametrize("json_text", NO_ENTRIES)
def test_a_first_record_that_is_no_entry_is_refused_with_a_sentence(json_text: bytes) -> None:
    with pytest.raises(JournalError):
        restore(frame(json_text, 0), "")


def test_the_entries_of_a_clean_run_say_nothing_of_what_did_not_happen() -> None:
    run = run_reference(invoices())
    words = {name for record in decode(run.journal).records for name in json.loads(record.json)}
    assert not words & {"told", "remedy", "answered", "invented", "tokens_before", "repaired"}
