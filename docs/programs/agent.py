"""Can be killed anywhere: a reply is on disk before it is acted on, and a call has one key for good."""

import json
import os
from pathlib import Path
from urllib.request import Request, urlopen

VENDOR, TOOLS = os.environ["OPENAI_BASE_URL"], os.environ["LONGHAUL_TOOLS_URL"]
KEY = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
STATE = Path(os.environ["LONGHAUL_STATE"], "messages.json")


def ask(url, body=None, headers=KEY):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"content-type": "application/json", **headers})) as answer:
        return json.load(answer)


def keep(messages):
    STATE.with_suffix(".new").write_text(json.dumps(messages))
    STATE.with_suffix(".new").replace(STATE)
    return messages


shown = [{"name": t["name"], "description": t["description"], "parameters": t["schema"]} for t in ask(TOOLS)]
request = {"model": os.environ["LONGHAUL_MODEL"], "tools": [{"type": "function", "function": f} for f in shown]}
goal = {"role": "user", "content": os.environ["LONGHAUL_GOAL"]}
messages = json.loads(STATE.read_text()) if STATE.exists() else [goal]
while messages[-1]["role"] != "assistant" or "tool_calls" in messages[-1]:
    answered = {message.get("tool_call_id") for message in messages}
    for call in [call for message in messages for call in message.get("tool_calls", [])]:
        if call["id"] not in answered:
            name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
            result = ask(f"{TOOLS}/{name}", arguments, {"Idempotency-Key": call["id"], "X-Call-Id": call["id"]})
            text = result["content"] or result["error"]
            messages = keep([*messages, {"role": "tool", "tool_call_id": call["id"], "content": text}])
    reply = ask(f"{VENDOR}/chat/completions", {**request, "messages": messages})["choices"][0]["message"]
    messages = keep([*messages, {name: value for name, value in reply.items() if value is not None}])
print(messages[-1]["content"])
