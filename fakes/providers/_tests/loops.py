"""Loops that talk to the vendor's side of the model door themselves, in the bytes of each format."""

from __future__ import annotations

import json
from typing import Any

from fakes.providers import provider
from harness.host import Host
from harness.settings.vendor import VendorDoor

HEADERS = {"authorization": "Bearer k", "anthropic-version": "2026-10-21"}
ASK: dict[str, Any] = {"role": "user", "content": "go"}
RESULT: dict[str, Any] = {"type": "tool_result", "tool_use_id": "c1", "content": "done"}
BODIES: dict[str, list[dict[str, Any]]] = {
    "openai-chat": [
        {"model": "m", "messages": [ASK]},
        {"model": "m", "messages": [ASK, {"role": "tool", "tool_call_id": "c1", "content": "done"}]},
    ],
    "openai-responses": [
        {"model": "m", "input": [ASK]},
        {"model": "m", "input": [ASK, {"type": "function_call_output", "call_id": "c1", "output": "done"}]},
    ],
    "anthropic": [
        {"model": "m", "max_tokens": 99, "messages": [ASK]},
        {"model": "m", "max_tokens": 99, "messages": [ASK, {"role": "user", "content": [RESULT]}]},
    ],
}
"""A good request, and one with a result that nobody asked for."""


async def _told(host: Host, name: str) -> str:
    """Sends both, whole and streamed, and keeps the status and the words of each answer in its journal."""
    door = VendorDoor(host, provider(name))
    for body in BODIES[name]:
        for streamed in (False, True):
            answer = await door(json.dumps({**body, "stream": streamed}).encode(), HEADERS)
            data = b"".join([data async for data in door.sent(answer)])
            error = json.loads(data)["error"]["message"] if answer.status != 200 else ""
            host.append(f"{answer.status} {answer.streamed} {error}\n".encode())
    host.flush()
    return "told"


async def chat(host: Host) -> str:
    """Chat Completions."""
    return await _told(host, "openai-chat")


async def responses(host: Host) -> str:
    """Responses."""
    return await _told(host, "openai-responses")


async def messages(host: Host) -> str:
    """Messages."""
    return await _told(host, "anthropic")
