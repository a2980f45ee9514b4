"""A stranger's orchestrator: each message is a line of the journal, a call's id is its key, doubt is asked about."""

import msgspec

from longhaul import Host, Message, Request


async def run(host: Host) -> str:
    saved = host.read()
    host.truncate(saved.rfind(b"\n") + 1)
    view = [msgspec.json.decode(line, type=Message) for line in saved.split(b"\n")[:-1]]
    queryable = {tool.name for tool in host.tools if tool.kind == "queryable"}

    def note(message: Message) -> None:
        view.append(message)
        host.append(msgspec.json.encode(message) + b"\n")
        host.flush()

    resumed = bool(view) or note(Message("user", host.goal, pinned=True))
    while view[-1].role != "assistant" or view[-1].calls:
        answered = {message.call_id for message in view}
        for call in [call for message in view for call in message.calls if call.id not in answered]:
            known = await host.query(call.name, call.id) if resumed and call.name in queryable else None
            result = known or await host.tool(call, key=call.id)
            note(Message("tool", result.content or result.error, call_id=call.id))
        resumed = False
        reply = await host.model(Request(tuple(view), host.tools))
        note(Message("assistant", reply.text, reply.calls))
    return view[-1].content
