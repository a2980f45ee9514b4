"""The values that pass the door: messages, calls, replies, results, tools, and what a scenario sets up.

All of them are frozen. Times are integer milliseconds of virtual time, sizes are UTF-8 bytes, tokens are counted by
`harness.tokens`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from harness.world import World

Role = Literal["system", "user", "assistant", "tool"]
Effect = Literal["read", "write", "irreversible"]
Kind = Literal["deduplicating", "queryable", "blind"]
Expected = Literal["mask", "surface", "out_of_contract"]
"""What is right under a fault: to finish as if nothing had been, to end or park by naming it, or whatever can be done."""


class ToolCall(Struct, frozen=True, gc=False):
    """One call a model asks for. `arguments` is the JSON text as the model wrote it: it may be malformed."""

    id: str
    name: str
    arguments: str


class Message(Struct, frozen=True, omit_defaults=True, gc=False):
    """One message of a view. A `tool` message answers the call named by `call_id`; `pinned` ones are never dropped."""

    role: Role
    content: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    pinned: bool = False


View: TypeAlias = Sequence[Message]
"""What the model is shown this turn: a projection of the record, never the record itself."""


class Usage(Struct, frozen=True, gc=False):
    """Tokens of one answered request: `cached` is the part of `input` read from the prompt cache."""

    input: int
    cached: int
    output: int


class Reply(Struct, frozen=True, omit_defaults=True, gc=False):
    """What a model answered. `stop` is the reason it ended: end, calls, length, or a vendor's newer word."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    stop: str = "end"
    usage: Usage | None = None


class Result(Struct, frozen=True, omit_defaults=True, gc=False):
    """What a tool answered. `version` counts the world's mutations, `fetched_at` is virtual ms, `bytes` the full size."""

    content: str = ""
    status: Literal["ok", "error"] = "ok"
    error: str = ""
    fetched_at: int = 0
    version: int = 0
    duration_ms: int = 0
    bytes: int = 0
    truncated: bool = False


def shown(result: Result) -> str:
    """What a model reads of a result: its content, or `error: ` and the reason."""
    return result.content if result.status == "ok" else f"error: {result.error}"


class Question(Struct, frozen=True):
    """A question to a human: about which call of which tool, under which idempotency key."""

    text: str
    tool: str = ""
    key: str = ""
    arguments: str = ""


class Answer(Struct, frozen=True):
    """A human's answer. `happened` says whether the effect that was asked about took place; `result` is what it gave."""

    text: str
    happened: bool | None = None
    result: Result | None = None


@dataclass(frozen=True)
class Tool:
    """A tool as the model sees it, and (inside the harness only) what it does.

    `run(world, arguments, key)` returns the new world and a `Result` or plain text; raising `ToolError` refuses the call
    before any effect. `kind` is applied by the harness around `run`: a deduplicating tool answers a known key with the
    first result, a queryable one can be asked by key, a blind one offers neither. `intent` names the arguments that make
    two effects the same deed. `data` marks a tool that moves much data and may take `Limits.data_timeout_ms`.
    """

    name: str
    description: str
    schema: dict[str, Any]
    effect: Effect = "read"
    kind: Kind = "deduplicating"
    intent: tuple[str, ...] = ()
    duration_ms: int = 100
    data: bool = False
    undo: str = ""
    run: Callable[[World, dict[str, Any], str], tuple[World, Result | str]] | None = None


class Request(Struct, frozen=True):
    """What is sent to a model: the view, the tools it may call (none = a request for text only), the output reserved."""

    messages: View
    tools: tuple[Tool, ...] = ()
    max_output: int = 1024


Model: TypeAlias = Callable[[Request, int], Reply]
"""`(request, nth) -> reply`, pure; `nth` is how often this very request was answered before in this run."""


class Limits(Struct, frozen=True, kw_only=True):
    """Caps of one run. Tokens and cost count every request, answered or not; `0` means no cap.

    Cost is in units of one uncached input token. Waiting for people does not count into `compute_ms`.
    """

    turns: int = 30
    tokens: int = 150_000
    compute_ms: int = 30 * 60_000
    cost: int = 0
    tries: int = 3
    tool_timeout_ms: int = 45_000
    data_timeout_ms: int = 8 * 60_000
    model_timeout_ms: int = 2 * 60_000
    retry_wait_ms: int = 10 * 60_000
    max_output: int = 1024
    lives: int = 16
    output_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Parameters:
    """What a spec says about a scenario: size, kind of tool, difficulty, input, seed.

    `spare_tools` are put into the setup after it was built: a scenario need not look at them.
    """

    horizon: int = 40
    kind: Kind = "deduplicating"
    difficulty: int = 0
    input: str = "generated"
    seed: int = 0
    spare_tools: int = 0


@dataclass(frozen=True)
class Setup:
    """One built scenario: everything a run starts from.

    `check(world)` returns None where the final world is right, else one sentence that says what is wrong. `model` makes
    the fake model of a profile. `working_set` is the tokens of all messages a fault-free keep-everything run shows.
    `expected` lists the deeds (`tool`, `intent`) that must have happened exactly once. `human` answers questions; the
    default tells the truth about the world. `program` does the same work without a model, where that makes sense. `limits`
    stand in for the defaults where the horizon does not tell the size of the job. `drift(world, tool, arguments)` is what
    somebody else does to the thing that a call is about: the changed world, and the name of the thing. `right(world)` is the
    share of the work that is right in a final world, 1 where `check` has nothing to say: it tells nearly from hardly.
    """

    goal: str
    world: World
    tools: tuple[Tool, ...]
    model: Callable[[str], Model]
    check: Callable[[World], str | None]
    working_set: int = 8_000
    expected: tuple[tuple[str, str], ...] = ()
    human: Callable[[World, Question], Answer] | None = None
    program: Callable[[Any], Any] | None = None
    claims_completion: bool = True
    input_digest: str = ""
    limits: Limits | None = None
    drift: Callable[[World, str, dict[str, Any]], tuple[World, str]] | None = None
    right: Callable[[World], float] | None = None


@dataclass(frozen=True)
class Scenario:
    """The constant `SCENARIO` of a scenario file: a name, and how to build it from the parameters of a spec.

    `kinds` are the kinds of tool that make a difference here; `crashes` says whether its crash points are enumerated.
    `contract` says by the id of a fault where something else is expected here than the catalogue says, and why.
    """

    name: str
    build: Callable[[Parameters], Setup]
    kinds: tuple[Kind, ...] = ("deduplicating",)
    contract: Mapping[str, tuple[Expected, str]] = field(default_factory=dict, hash=False)
    crashes: bool = True


class Policy(Protocol):
    """Shrinks a view to a budget of tokens: returns a view, or is a generator that yields views to a model.

    A generator yields a view, is sent the model's `Reply`, and returns the final view. Returning the same object means
    that there is nothing to do. An attribute `trigger` (share of the budget, default 0.75) says from when on it is asked.

    A method `offer(view, tools, budget) -> tools` decides which definitions are offered with a request; without it all are.
    It is asked for every request, and must be a pure function: a resumed run asks it again. It may leave tools out and
    shorten what is said of one; calls are held against the true schema, and one of a tool that was not offered is refused.
    """

    def __call__(self, view: View, budget: int) -> Any:
        """Return the view to show from now on."""
