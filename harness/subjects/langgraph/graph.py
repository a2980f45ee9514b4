"""The agent as a graph: a model node and a `ToolNode`, in turns, until the model asks for no tool."""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from harness.subjects.doors import Surroundings
from harness.subjects.langgraph.options import Options
from harness.subjects.langgraph.parts import chat_model, structured_tools
from harness.subjects.langgraph.thread import checkpoints, lived


def run(around: Surroundings, options: Options) -> str:
    """One life; the model's last words."""
    tools = structured_tools(around, options)
    model = chat_model(around, options).bind_tools(tools)

    def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", agent)
    builder.add_node("tools", ToolNode(tools))
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", tools_condition)
    builder.add_edge("tools", "agent")
    with SqliteSaver.from_conn_string(checkpoints(around)) as saver:
        graph = builder.compile(checkpointer=saver)
        ended = lived(graph, {"messages": [{"role": "user", "content": around.goal}]}, around, options)
    return str(ended["messages"][-1].content)
