"""The control row without a model: the fixed work graph executed by a plain program. It shows what the job itself costs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fakes.models.reader import Reader
from fakes.work import Work
from harness.host import Host
from harness.types import Message, Request, shown
from harness.vector import Vector


def program(work: Work) -> Callable[[Host], Coroutine[Any, Any, str]]:
    """An orchestrator that does the work with its own full memory and never asks a model."""

    async def run(host: Host) -> str:
        plan = Reader(work)
        record = Vector((Message("user", host.goal),))
        while True:
            step = plan(Request(record, host.tools), 0)
            record = record.append(Message("assistant", step.text, step.calls))
            if not step.calls:
                return step.text
            for call in step.calls:
                result = await host.tool(call, key=call.id)
                record = record.append(Message("tool", shown(result), call_id=call.id))

    return run
