"""What graph and functional API share: the model and the tools."""

from __future__ import annotations

from typing import Annotated, Any

from langchain_core.tools import InjectedToolCallId, StructuredTool
from langchain_openai import ChatOpenAI
from pydantic import create_model

from harness.subjects.doors import Surroundings, call, tools
from harness.subjects.langgraph.options import Options

_TYPES = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict}


def chat_model(around: Surroundings, options: Options) -> Any:
    """The chat model; URL and key are in the environment, where the client looks for them."""
    return ChatOpenAI(model=around.model, temperature=0, max_retries=options.max_retries, timeout=options.timeout)


def structured_tools(around: Surroundings, options: Options) -> list[Any]:
    """The tools of the scenario, each from its JSON schema."""
    return [_tool(around, shown, options.key == "call-id") for shown in tools(around)]


def _tool(around: Surroundings, shown: dict[str, Any], keyed: bool) -> Any:
    name, schema = shown["name"], shown["schema"]

    def plain(**arguments: Any) -> str:
        return call(around, name, arguments)

    def with_key(tool_call_id: Annotated[str, InjectedToolCallId], **arguments: Any) -> str:
        return call(around, name, arguments, tool_call_id)

    return StructuredTool.from_function(
        with_key if keyed else plain, name=name, description=shown["description"],
        args_schema=_with_call_id(name, schema) if keyed else schema,
    )  # fmt: skip


def _with_call_id(name: str, schema: dict[str, Any]) -> Any:
    """A model of the arguments and the id of their call. An id can only be injected where the schema is a model."""
    required = schema.get("required", ())
    fields: dict[str, Any] = {
        field: (_TYPES.get(about.get("type"), Any), ... if field in required else None)
        for field, about in schema.get("properties", {}).items()
    }
    return create_model(name, tool_call_id=(Annotated[str, InjectedToolCallId], ...), **fields)
