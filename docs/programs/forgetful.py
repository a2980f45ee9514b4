"""The loop that everybody writes first: nothing on disk and no keys, so a killed payment is made again."""

import json
import os
from urllib.request import Request, urlopen

VENDOR, TOOLS = os.environ["OPENAI_BASE_URL"], os.environ["LONGHAUL_TOOLS_URL"]
KEY = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"content-type": "application/json", **KEY})) as answer:
        return json.load(answer)


shown = [{"name": t["name"], "description": t["description"], "parameters": t["schema"]} for t in ask(TOOLS)]
request = {"model": os.environ["LONGHAUL_MODEL"], "tools": [{"type": "function", "function": f} for f in shown]}
messages = [{"role": "user", "content": os.environ["LONGHAUL_GOAL"]}]
while messages[-1]["role"] != "assistant":
    reply = ask(f"{VENDOR}/chat/completions", {**request, "messages": messages})["choices"][0]["message"]
    messages.append({name: value for name, value in reply.items() if value is not None})
    for call in reply.get("tool_calls", []):
        result = ask(f"{TOOLS}/{call['function']['name']}", json.loads(call["function"]["arguments"]))
        text = result["content"] or result["error"]
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": text})
print(messages[-1]["content"])
