"""Faults of the model and its vendor, F01 to F27."""

from __future__ import annotations

from typing import Any

from harness.catalogue.entry import Entry
from harness.catalogue.hazard import Hazard, Shape
from harness.faults import (
    ContextOverflow,
    CrashAfter,
    CutAnswer,
    CutArguments,
    CutStream,
    DuplicateCallIds,
    EarlyStop,
    EmptyAnswer,
    EmptyObject,
    ErrorEvent,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    HangAfter,
    HollowAnswer,
    HtmlBody,
    MalformedArguments,
    MidstreamError,
    ModelGone,
    OddText,
    OneBadCall,
    Overloaded,
    QuotaExceeded,
    RateLimit,
    RateLimitHeaders,
    RetryAfter,
    ReusedCallId,
    SameCallAgain,
    ServerError,
    SilentAnswer,
    Slow,
    SlowDrip,
    StopReason,
    Strike,
    TruncatedArguments,
    Unauthorized,
    WrongType,
    WrongUsage,
)
from harness.faults.sites import ANSWERED, MODEL, TOOL, WIRE
from harness.spec import Spec
from harness.types import Limits

DERIVED = "follows from the interface; no single report"


def at_model(fault: Any, nth: int = 2) -> Spec:
    """Four turns of paying invoices, and this fault at one of the answers; the second asks for payments."""
    return Spec("pay_invoices", horizon=4, strikes=(Strike("model", nth, fault),))


def _absurd(fault: Any) -> bool:
    return (fault.retry_after_ms or 0) > Limits().retry_wait_ms


def _absurd_on_wire(fault: Any) -> bool:
    return bool(fault.form in ("seconds", "milliseconds", "date") and fault.ms > Limits().retry_wait_ms)


def _too_slow(fault: Any) -> bool:
    """Fewer than eight bytes a second, or a drip without an end."""
    return bool(fault.lasting or fault.size * 1_000 < 8 * fault.every_ms)


def _beyond_deadline(fault: Any) -> bool:
    return bool(fault.ms >= Limits().model_timeout_ms - 10_000)


REFUSALS: tuple[Hazard, ...] = (
    Hazard(
        Entry(
            "F01", "429 with a wait, in all its forms",
            "The wait is ignored, or slept through inside of the client where nothing else can go on, or forgotten in a crash.",
            "Read the wait once, journal the time before which nothing is sent, cap absurd waits and park beyond the cap.",
            "measured: one vendor's client sleeps hours inside the call, the other gives up above 120 s",
        ),
        "model", "mask",
        (
            Shape(RateLimit(), ANSWERED), Shape(RateLimit(None), MODEL), Shape(RateLimit(0), MODEL),
            Shape(RateLimit(-1_000), MODEL), Shape(RateLimit(10**12), MODEL, "surface", when=_absurd),
            Shape(RetryAfter(), WIRE), Shape(RetryAfter("milliseconds", 300), WIRE), Shape(RetryAfter("date"), WIRE),
            Shape(RetryAfter("absent"), WIRE), Shape(RetryAfter("words"), WIRE), Shape(RetryAfter(ms=0), WIRE),
            Shape(RetryAfter(ms=-5_000), WIRE), Shape(RetryAfter(ms=86_400_000), WIRE, "surface", when=_absurd_on_wire),
            Shape(RateLimitHeaders(), WIRE, lasting="mask"), Shape(RateLimitHeaders(True), WIRE, lasting="mask"),
        ),
        at_model(RateLimit(20_000)),
    ),
    Hazard(
        Entry(
            "F02", "429 that no wait mends",
            "A spent quota or a request that is too large has the status of a rate limit, and is tried again for nothing.",
            "Look at the error's type: park for a spent quota; for a request that is too large compact, then try once.",
            "shell_gpt#653; dev-proxy's page on spend limits; measured: a client tries three times before it says so",
        ),
        "model", "surface",
        (Shape(QuotaExceeded(), MODEL), Shape(QuotaExceeded("request_too_large"), MODEL)),
        at_model(QuotaExceeded()),
    ),
    Hazard(
        Entry(
            "F03", "529 or 503: overloaded",
            "Every session retries in step and keeps the vendor down, or the run is failed for a minute's outage.",
            "Exponential backoff with jitter, a cap on tries, then park and not fail.",
            "anthropic-sdk-typescript#616",
        ),
        "model", "mask",
        (
            Shape(ServerError(529), ANSWERED), Shape(ServerError(503), ANSWERED), Shape(Overloaded(), WIRE),
            Shape(Overloaded(False), WIRE, "surface"), Shape(Overloaded(None), WIRE),
        ),
        at_model(ServerError(529)),
    ),
    Hazard(
        Entry(
            "F04", "500, 502 or 504, often as HTML",
            "A gateway's page is read as JSON and the parser's exception ends the run.",
            "Classify by status before the body is parsed; treat it like any other 5xx.",
            "claude-code#8123; measured: a client lets the parser's own exception out",
        ),
        "model", "mask",
        (
            Shape(ServerError(500), ANSWERED), Shape(ServerError(502), MODEL), Shape(ServerError(504), MODEL),
            Shape(HtmlBody(), WIRE), Shape(HtmlBody(504, "application/json"), WIRE), Shape(HtmlBody(200), WIRE),
            Shape(HtmlBody(200, "application/json"), WIRE), Shape(HtmlBody(200, "text/event-stream"), WIRE),
        ),
        at_model(ServerError(502)),
    ),
    Hazard(
        Entry(
            "F23", "the model is gone",
            "A retired model answers 404 for ever, and a retry loop burns its tries on it.",
            "Do not retry a 404; end or park and name the model.", "the vendor's list of error types",
        ),
        "model", "surface", (Shape(ModelGone(), MODEL),), at_model(ModelGone()),
    ),
    Hazard(
        Entry(
            "F24", "401 or 403 in the middle of a run",
            "A key that was rotated fails the run for good, and its work is lost with it.",
            "Do not retry; park with the reason, and go on where it stopped once a person has mended it.",
            "the vendor's list of error types",
        ),
        "model", "surface", (Shape(Unauthorized(), ANSWERED), Shape(Unauthorized(403), ANSWERED)),
        at_model(Unauthorized()),
    ),
    Hazard(
        Entry(
            "F25", "context overflow",
            "The request that would summarise is itself too long, so the session can neither go on nor shrink.",
            "Compact once at once, with room reserved for the summary's own request; else end and say so.",
            "claude-code#4006, claude-code#9400",
        ),
        "model", "surface", (Shape(ContextOverflow(), MODEL),), at_model(ContextOverflow()),
    ),
)  # fmt: skip

SILENCES: tuple[Hazard, ...] = (
    Hazard(
        Entry(
            "F05", "200 with a hollow body",
            "The client hands on an object full of None, and the loop falls over it or takes it for the end.",
            "Check an answer for text, calls and a stop reason before it counts; otherwise it is a failed try.",
            "measured: both big vendors' clients return such an object",
        ),
        "model", "mask", (Shape(HollowAnswer(), MODEL), Shape(EmptyObject(), WIRE)), at_model(HollowAnswer()),
    ),
    Hazard(
        Entry(
            "F06", "no first byte ever",
            "A client's default of ten minutes, tried three times, is half an hour in which nothing happens.",
            "A deadline of your own for the whole request; the try counts.",
            "measured: defaults of both big vendors' clients",
        ),
        "model", "mask",
        (
            Shape(Hang(), MODEL), Shape(HangAfter(), MODEL), Shape(SilentAnswer(), WIRE),
            Shape(SilentAnswer(0.5), WIRE),
        ),
        at_model(Hang()),
    ),
    Hazard(
        Entry(
            "F07", "an answer that drips",
            "A timeout between bytes never fires while one byte a second arrives.",
            "A deadline for the whole answer, not for the gap between two chunks.",
            "measured: a read timeout of 0.5 s let a stream of 4.85 s pass",
        ),
        "model", "mask",
        (
            Shape(Slow(150_000), MODEL, when=_beyond_deadline), Shape(Slow(20_000), MODEL, lasting="mask"),
            Shape(SlowDrip(), WIRE, lasting="mask"), Shape(SlowDrip(1, 0), WIRE, lasting="mask"),
            Shape(SlowDrip(1, 1_000), WIRE, when=_too_slow), Shape(SlowDrip(lasting=True), WIRE, when=_too_slow),
        ),
        at_model(Slow(150_000)),
    ),
    Hazard(
        Entry(
            "F08", "a stream that ends too early, cleanly",
            "No exception says that the answer is only a part; what is there of it is executed.",
            "Without a terminal event there is no answer: void it, execute nothing, ask again.",
            "pi#9897, litellm#32159; measured: clients return cut streams as whole messages",
        ),
        "model", "mask",
        (
            Shape(CutAnswer(), MODEL), Shape(CutStream(), WIRE), Shape(CutStream(0), WIRE), Shape(CutStream(0.95), WIRE),
        ),
        at_model(CutAnswer()),
    ),
    Hazard(
        Entry(
            "F09", "a stream that ends in a reset",
            "The exception comes from the transport and not from the client's own family, so no handler takes it.",
            "Catch both families; whatever came before the reset is void.",
            "measured: a raw transport error comes out of one vendor's client",
        ),
        "model", "mask",
        (
            Shape(FailAfter(), MODEL), Shape(FailBefore(), MODEL), Shape(CutStream(how="reset"), WIRE),
            Shape(CutStream(0, "reset"), WIRE),
        ),
        at_model(FailAfter()),
    ),
    Hazard(
        Entry(
            "F10", "an error event inside of a 200",
            "Retry rules look at the status, which says 200, and give up on what is an overload.",
            "Classify by the type of the error; void what was shown before it.",
            "anthropic-sdk-python#1258, anthropic-sdk-python#1918",
        ),
        "model", "mask",
        (
            Shape(MidstreamError(), MODEL), Shape(MidstreamError("server_error"), MODEL), Shape(ErrorEvent(), WIRE),
            Shape(ErrorEvent("server_error", 0.9), WIRE), Shape(ErrorEvent("rate_limit_error", 0), WIRE),
        ),
        at_model(MidstreamError()),
    ),
    Hazard(
        Entry(
            "F22", "usage missing or wrong",
            "A budget that adds up the vendor's numbers stands still, or adds None to a number.",
            "Count what you send yourself; take the vendor's number only where it is there and not smaller.", DERIVED,
        ),
        "model", "mask", (Shape(WrongUsage(), MODEL), Shape(WrongUsage(0), MODEL)), at_model(WrongUsage()),
        lasting="mask",
    ),
)  # fmt: skip

CALLS: tuple[Hazard, ...] = (
    Hazard(
        Entry(
            "F11", "cut arguments that still parse",
            "An amount of 1000 is cut to 10 and paid: the JSON is valid, the meaning is not.",
            "Execute no call of an answer whose stop reason is missing or `length`.",
            "claudish#246, term-llm#449, hermes-agent#6847",
        ),
        "model", "mask",
        (Shape(TruncatedArguments(), MODEL), Shape(TruncatedArguments(""), MODEL), Shape(CutArguments(), WIRE)),
        at_model(TruncatedArguments()),
    ),
    Hazard(
        Entry(
            "F12", "arguments that are no JSON object, or two",
            "A lenient parser repairs them into something that the model never said; with a key given twice nobody knows.",
            "Parse strictly, give the error back as the call's result, and limit how often that is done.", DERIVED,
        ),
        "model", "mask",
        tuple(
            Shape(MalformedArguments(shape), MODEL)
            for shape in ("cut", "trailing_comma", "single_quotes", "nan", "duplicate_keys", "trailing_text", "two_objects")
        ),
        at_model(MalformedArguments()),
    ),
    Hazard(
        Entry(
            "F13", "a tool that does not exist",
            "A near miss is matched to the nearest tool, and that one changes the world.",
            "Answer the call with an error that lists the tools; never guess.", DERIVED,
        ),
        "model", "mask", (Shape(HallucinatedTool(), MODEL), Shape(HallucinatedTool(near_miss=True), MODEL)),
        at_model(HallucinatedTool(near_miss=True)),
    ),
    Hazard(
        Entry(
            "F14", "arguments off the schema",
            "The tool is called with them and fails half way, or worse, does not.",
            "Validate against the schema before the intent is written.", DERIVED,
        ),
        "model", "mask", (Shape(WrongType(), MODEL),), at_model(WrongType()),
    ),
    Hazard(
        Entry(
            "F15", "call ids that repeat, in one turn or over turns",
            "Results are stored by id, so one call gets the result of another, and one is never executed.",
            "Ids must be new; a repeated one gets an error or an id of your own, never the old result.", DERIVED,
        ),
        "model", "mask", (Shape(DuplicateCallIds(), MODEL), Shape(ReusedCallId(), MODEL)),
        at_model(ReusedCallId()),
    ),
    Hazard(
        Entry(
            "F16", "one bad call among parallel ones",
            "The good calls are executed and the bad one gets no result: the next request is refused.",
            "Exactly one result for every id, in the order of the calls.", "crush#1206, adk-python#4055",
        ),
        "model", "mask", (Shape(OneBadCall(), MODEL), Shape(OneBadCall(1), MODEL)), at_model(OneBadCall()),
    ),
    Hazard(
        Entry(
            "F20", "the model goes round in circles",
            "The same read with the same result is asked for until the budget is gone.",
            "Count repetitions without progress; say so to the model, then stop with the reason.", DERIVED,
        ),
        "model", "mask", (Shape(SameCallAgain(), MODEL),), at_model(SameCallAgain(), 3),
    ),
)  # fmt: skip

ENDINGS: tuple[Hazard, ...] = (
    Hazard(
        Entry(
            "F17", "an empty turn",
            "It is taken for the end, or asked again for ever.",
            "Ask again a few times and say what is missing; then stop with the reason.", DERIVED,
        ),
        "model", "mask", (Shape(EmptyAnswer(), MODEL),), at_model(EmptyAnswer()),
    ),
    Hazard(
        Entry(
            "F18", "it says that it is done",
            "The model ends with work open, and nobody but the world can tell.",
            "A list of what is to be done outside of the model, and a check before the run ends; without one, no promise.",
            DERIVED,
        ),
        "model", "out_of_contract", (Shape(EarlyStop(), MODEL),), at_model(EarlyStop()), lasting="out_of_contract",
    ),
    Hazard(
        Entry(
            "F19", "a stop reason without a branch",
            "A refusal is taken for an answer, a pause for the end, a new word for success.",
            "A branch for each known reason; an unknown one executes nothing and is named.",
            "the clients' own lists of stop reasons",
        ),
        "model", "surface",
        (
            Shape(StopReason(), MODEL), Shape(StopReason("content_filter"), MODEL),
            Shape(StopReason("pause_turn"), MODEL), Shape(StopReason("model_context_window_exceeded"), MODEL),
            Shape(StopReason("a_word_of_tomorrow"), MODEL),
        ),
        at_model(StopReason("pause_turn")),
    ),
    Hazard(
        Entry(
            "F21", "asked again, it decides otherwise",
            "After a crash the answer is asked for once more and is another one; what was begun is done twice.",
            "Make the answer durable before acting on it; after a crash never rely on hearing the same again.",
            "ACRFence, arXiv 2603.20625",
        ),
        "model", "mask", (Shape(CrashAfter(), MODEL),), at_model(CrashAfter()),
    ),
    Hazard(
        Entry(
            "F26", "text that breaks writers",
            "A NUL, half a surrogate pair, terminal escapes or a line of a megabyte make the journal unreadable.",
            "Mend the text before it is written, clip what is too long, and say that it was clipped.", DERIVED,
        ),
        "model", "mask",
        (
            Shape(OddText(), (*MODEL, *TOOL), lasting="mask"), Shape(OddText("ansi"), (*MODEL, *TOOL), lasting="mask"),
            Shape(OddText("surrogate"), (*MODEL, *TOOL), lasting="mask"), Shape(OddText("long_line"), TOOL),
            Shape(OddText("long_line"), MODEL, "surface"),
        ),
        at_model(OddText("surrogate")),
    ),
    Hazard(
        Entry(
            "F27", "instructions in what a tool gave back",
            "Text from outside is taken for an order: a right is granted, an approval is implied.",
            "Rights and approvals come from people only, never out of text.", DERIVED, pending="permissions",
        ),
        "model", "mask",
    ),
)  # fmt: skip

MODEL_HAZARDS: tuple[Hazard, ...] = tuple(
    sorted((*REFUSALS, *SILENCES, *CALLS, *ENDINGS), key=lambda hazard: hazard.id)
)
