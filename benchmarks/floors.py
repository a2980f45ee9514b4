"""The floors: what nobody can avoid who runs one model call and one tool call a step and writes both down.

A bare asyncio loop with one yield per await; each of the two events of a step is one orjson line and one `os.write`, about
1,067 bytes a step. `syncs` fsyncs a step are what durability costs at least.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import orjson

from benchmarks.workload import RESULT

Call = dict[str, Any]
SESSION = "session-0123456789abcdef"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def _model(step: int) -> Call:
    await asyncio.sleep(0)
    call = {"id": f"call_{step:06d}", "name": "visit", "arguments": f'{{"path":"src/module_{step:06d}.py"}}'}
    return {"role": "assistant", "content": "", "tool_calls": [call], "finish_reason": "tool_calls"}


async def _tool(call: Call) -> str:
    await asyncio.sleep(0)
    return RESULT


def _model_event(step: int, reply: Call) -> Call:
    return {
        "type": "model", "session": SESSION, "trace": TRACE, "number": 2 * step, "at_ms": step * 1_100, "attempt": 1,
        "status": 200,
        "request": {"digest": f"{step:032x}", "messages": 2 * step + 1, "tools": ["visit"], "max_output": 1_024},
        "reply": reply, "usage": {"input": 100 * step, "cached": 99 * step, "output": 20}, "latency_ms": 1_000,
    }  # fmt: skip


def _tool_event(step: int, call: Call, content: str) -> Call:
    return {
        "type": "tool", "session": SESSION, "trace": TRACE, "number": 2 * step + 1, "at_ms": step * 1_100 + 1_000, "attempt": 1,
        "call": call, "key": f"{SESSION}-{step}-0-{step:08x}", "status": "ok", "bytes": len(content),
        "version": 0, "duration_ms": 100, "truncated": False, "content": content,
    }  # fmt: skip


async def _steps(file: int, steps: int, syncs: int) -> None:
    messages: list[Call] = [{"role": "user", "content": "visit every file"}]
    for step in range(steps):
        reply = await _model(step)
        messages.append(reply)
        os.write(file, orjson.dumps(_model_event(step, reply)) + b"\n")
        if syncs > 1:
            os.fsync(file)
        call = reply["tool_calls"][0]
        content = await _tool(call)
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": content})
        os.write(file, orjson.dumps(_tool_event(step, call, content)) + b"\n")
        if syncs > 0:
            os.fsync(file)


def run_floor(path: Path, steps: int, syncs: int = 0) -> int:
    """Write `steps` steps to a new file with 0, 1 or 2 fsyncs each; return its size in bytes."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        asyncio.run(_steps(file, steps, syncs))
        return os.fstat(file).st_size
    finally:
        os.close(file)
