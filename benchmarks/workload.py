"""The job that everything is measured on: one model call and one tool call with a 200-byte result, step after step."""

from __future__ import annotations

from harness.run import Run, execute_in
from harness.spec import Choice, Policy, Spec
from harness.types import Effect, Limits, Reply, Request, Setup, Tool, ToolCall
from harness.world import World

RESULT = "x" * 200
UNBOUNDED = 1 << 60
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}


class Stepper:
    """A model that asks for one call a turn, `steps` times, and then says that it is done. It reads no text."""

    latency_ms = 1_000
    window = UNBOUNDED

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def __call__(self, request: Request, nth: int) -> Reply:
        last = request.messages[-1].call_id
        step = int(last.rpartition("_")[2]) + 1 if last else 0
        if step >= self._steps:
            return Reply("done")
        arguments = f'{{"path":"src/module_{step:06d}.py"}}'
        return Reply("", (ToolCall(f"call_{step:06d}", "visit", arguments),), "calls")


def setup(steps: int, effect: Effect = "read") -> Setup:
    """The job with `steps` steps; `effect` says whether its tool reads or changes the world."""
    visit = Tool("visit", "Visit a file", SCHEMA, effect, run=lambda world, _arguments, _key: (world, RESULT))
    return Setup("visit every file", World(), (visit,), lambda _profile: Stepper(steps), lambda _world: None)


KEEP_ALL = Policy("keep_all")
BOUNDING = Policy("sliding_window")


def spec(steps: int, policy: Choice = KEEP_ALL) -> Spec:
    """The reference orchestrator on the job. Every cap is set, so that every rule looks at it, and none is ever reached.

    A bounding policy gets a view of 2,000 tokens, about 25 steps, so that it has its regular work in a short run too.
    """
    limits = Limits(turns=steps + 10, tokens=UNBOUNDED, compute_ms=UNBOUNDED, cost=UNBOUNDED, output_bytes=UNBOUNDED)
    budget = UNBOUNDED if policy == KEEP_ALL else 2_000
    return Spec("benchmark", horizon=steps, policy=policy, view_budget=budget, limits=limits)


def run_reference(steps: int, effect: Effect = "read", policy: Choice = KEEP_ALL) -> Run:
    """Run the job to its end. Raises `AssertionError` where it did not get there: a fast failure is not a figure."""
    run = execute_in(spec(steps, policy), setup(steps, effect))
    assert run.ending == "returned" and run.passages["tool:visit"] == steps, f"{run.ending}: {run.reason}"
    return run
