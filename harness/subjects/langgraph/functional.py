"""The agent in the functional API: a loop that is an `@entrypoint`, of `@task`s whose results are kept."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import add_messages

from harness.subjects.doors import Surroundings
from harness.subjects.langgraph.options import Options
from harness.subjects.langgraph.parts import chat_model, structured_tools
from harness.subjects.langgraph.thread import checkpoints, lived


def run(around: Surroundings, options: Options) -> str:
    """One life; the model's last words."""
    tools = structured_tools(around, options)
    tools_by_name = {tool.name: tool for tool in tools}
    model = chat_model(around, options).bind_tools(tools)

    @task
    def call_model(messages: list[Any]) -> Any:
        return model.invoke(messages)

    @task
    def call_tool(asked: dict[str, Any]) -> Any:
        return tools_by_name[asked["name"]].invoke(asked)

    with SqliteSaver.from_conn_string(checkpoints(around)) as saver:

        @entrypoint(checkpointer=saver)
        def agent(messages: list[Any]) -> Any:
            reply = call_model(messages).result()
            while reply.tool_calls:
                results = [call_tool(asked) for asked in reply.tool_calls]
                messages = add_messages(messages, [reply, *(result.result() for result in results)])
                reply = call_model(messages).result()
            return add_messages(messages, reply)

        ended = lived(agent, [HumanMessage(around.goal)], around, options)
    return str(ended[-1].content)
