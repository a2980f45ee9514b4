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
from harness.types import Limits, Parameters, Scenario, Setup, Tool
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
    size = text_bytes(played.goal) + sum(text_bytes(message.get("content") or "") for message in messages)
    return Setup(
        goal=played.goal,
        world=World(),
        tools=tuple(_tool(name, played) for name in played.tools),
        model=lambda _: Recorded(played),
        check=lambda _: None,
        working_set=count_tokens(size),
        claims_completion=False,
        input_digest=digest,
        limits=Limits(turns=len(played.replies) + 10, tokens=0, compute_ms=0, output_bytes=1 << 30),
    )


def _tool(name: str, played: Recording) -> Tool:
    return Tool(name, "A recorded tool.", {"type": "object"}, run=partial(_play, played, name))


def _play(played: Recording, name: str, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    """The recorded answer; a call that was made several times gets its answers in order."""
    asked = place(name, given)
    answers = played.answers.get(asked, (None,))
    count = world.get(asked, 0)
    answer = answers[min(count, len(answers) - 1)]
    if answer is None:
        raise ToolError("the recording holds no answer to this call")
    return world.put(asked, count + 1), answer


SCENARIO = Scenario("recorded", build)
