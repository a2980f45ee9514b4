"""A stranger's scenario: water every plant once; too much water kills."""

import json

from longhaul import Parameters, Reply, Request, Scenario, Setup, Tool, ToolCall, World

PLANT = {"type": "object", "properties": {"plant": {"type": "integer"}}, "required": ["plant"]}


def water(world: World, arguments: dict, key: str) -> tuple[World, str]:
    plant = f"plant {arguments['plant']}"
    return world.put(plant, world.get(plant, 0) + 1), f"{plant} is watered"


def gardener(request: Request, nth: int) -> Reply:
    done = sum(message.role == "tool" for message in request.messages)
    goal = int(request.messages[0].content.split()[1])
    call = ToolCall(f"can-{done}-{nth}", "water", json.dumps({"plant": done}))
    return Reply("all green") if done == goal else Reply(calls=(call,), stop="calls")


def build(parameters: Parameters) -> Setup:
    count = parameters.horizon - 1
    tool = Tool("water", "Water one plant.", PLANT, "irreversible", parameters.kind, ("plant",), run=water)
    return Setup(f"Water {count} plants.", World(), (tool,), lambda profile: gardener,
                 lambda world: None if list(world.state.values()) == [1] * count else f"watered: {dict(world.state)}",
                 expected=tuple(("water", str(plant)) for plant in range(count)))  # fmt: skip


SCENARIO = Scenario("water_plants", build, ("deduplicating", "queryable"))
