"""Play a real trajectory back through an orchestrator and its policy: what would it have cost, what would have been lost.

`input` is FILE#ID (see `scenarios.recordings`); by default a small recording that the project generates itself. Nothing
here claims completion: a played-back model does its next recorded step whatever it is shown.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from fakes.models.recorded import Recorded, Recording, place, recording
from harness.errors import ToolError
from harness.tokens import count_tokens, text_bytes
from harness.types import Limits, Parameters, Result, Scenario, Setup, Tool
from harness.world import World
from scenarios.generated_recording import generated
from scenarios.recordings import load


def build(parameters: Parameters) -> Setup:
    """The recording of the input; the horizon bounds only a generated one."""
    if parameters.input == "generated":
        messages, digest = generated(parameters.horizon, parameters.seed), ""
    else:
        messages, digest = load(parameters.input)
    played = recording(messages)
    return Setup(
        goal=played.goal,
        world=World(),
        tools=tuple(_tool(name, played) for name in played.tools),
        model=lambda _: Recorded(played),
        check=lambda _: None,
        working_set=count_tokens(_size(played)),
        claims_completion=False,
        input_digest=digest,
        limits=Limits(turns=len(played.replies) + 10, tokens=0, compute_ms=0, output_bytes=1 << 30),
    )


def _size(played: Recording) -> int:
    """Bytes of everything that a run which keeps everything shows at its end."""
    said = sum(text_bytes(reply.text) for reply in played.replies)
    called = sum(text_bytes(call.name) + text_bytes(call.arguments) for reply in played.replies for call in reply.calls)
    heard = sum(text_bytes(result.content or result.error) for results in played.answers.values() for result in results)
    return text_bytes(played.goal) + said + called + heard


def _tool(name: str, played: Recording) -> Tool:
    return Tool(name, "A recorded tool.", {"type": "object"}, run=partial(_play, played, name))


def _play(played: Recording, name: str, world: World, given: dict[str, Any], key: str) -> tuple[World, Result]:
    """The recorded answer. The same call made several times gets its answers in order, one for each key."""
    asked = place(name, given)
    answers = played.answers.get(asked)
    if answers is None:
        raise ToolError("the recording holds no such call")
    keys: tuple[str, ...] = world.get(asked, ())
    if key not in keys:
        keys = (*keys, key)
        world = world.put(asked, keys)
    return world, answers[min(keys.index(key), len(answers) - 1)]


SCENARIO = Scenario(
    "recorded", build, contract={"F18": ("out_of_contract", "a recording has no work that could be left undone")}
)
