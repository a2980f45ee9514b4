"""A control: the plain loop around a model, in memory, without journal, retry, deadline or compaction.

It forgets everything in a crash and starts over, so the checks of exactly-once must fail on it.
"""

from __future__ import annotations

from harness.host import Host
from harness.types import Message, Request, shown


async def run(host: Host) -> str:
    """Ask, call, repeat, until the model asks for no more calls."""
    messages = [Message("user", host.goal, pinned=True)]
    while True:
        reply = await host.model(Request(tuple(messages), host.tools))
        messages.append(Message("assistant", reply.text, reply.calls))
        if not reply.calls:
            return reply.text
        for call in reply.calls:
            result = await host.tool(call, key=call.id)
            messages.append(Message("tool", shown(result), call_id=call.id))
