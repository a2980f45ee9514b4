"""A vendor whose model asks for the agent's own shell: what it says, and what it reads back."""

import json
from typing import Any

from fakes.providers.openai_chat import OPENAI_CHAT
from fakes.providers.through import Through
from harness.errors import RateLimited
from harness.types import Reply, Tool, ToolCall, Usage

VENDOR = Through(OPENAI_CHAT, "shell")
PAY = ToolCall("call_1", "pay", '{"who":"O\'Hara"}')
KNOWN = (Tool("pay", "Pay.", {}),)


def said(*calls: ToolCall) -> list[dict[str, Any]]:
    """The calls of an answer, as they are on the wire."""
    answer = VENDOR.answer(Reply("Next: pay", calls, "calls", Usage(1, 0, 1)), None, 0)
    found: list[dict[str, Any]] = json.loads(answer.body)["choices"][0]["message"]["tool_calls"]
    return found


def read(*calls: dict[str, Any], tool: str = "shell") -> Any:
    """The request of an agent that was given these calls."""
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "done"} for call in calls]
    messages = [{"role": "user", "content": "pay"}, {"role": "assistant", "tool_calls": calls}, *results]
    offered = [{"type": "function", "function": {"name": tool, "parameters": {}}}]
    body = json.dumps({"model": "m", "messages": messages, "tools": offered}).encode()
    return VENDOR.read(body, {"authorization": "Bearer key"}, KNOWN).request


def made(identifier: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_call_becomes_a_command_of_the_agents_own_tool():
    (call,) = said(PAY)
    assert (call["id"], call["function"]["name"]) == ("call_1", "shell")
    assert json.loads(call["function"]["arguments"])["command"].startswith("longhaul-tool pay '")


def test_what_it_said_is_read_back_as_what_was_meant():
    request = read(*said(PAY))
    assert request.messages[1].calls == (PAY,)
    assert request.tools == KNOWN


def test_a_command_of_somebody_else_stays_what_it_is():
    request = read(made("2", "shell", '{"command":"ls \'"}'), made("3", "shell", "no json"), made("4", "edit", "{}"))
    assert [call.name for call in request.messages[1].calls] == ["shell", "shell", "edit"]


def test_an_agent_that_offers_no_such_tool_is_offered_nothing_in_its_place():
    assert [tool.name for tool in read(made("4", "edit", "{}"), tool="edit").tools] == ["edit"]


def test_an_error_is_that_of_the_vendor_behind_it():
    error = RateLimited("too many", 429)
    assert VENDOR.answer(error, None, 0) == OPENAI_CHAT.answer(error, None, 0)
    assert (VENDOR.name, VENDOR.path) == (OPENAI_CHAT.name, OPENAI_CHAT.path)
