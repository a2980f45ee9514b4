"""The tools of a run as an MCP server of the official SDK, whatever the transport.

An idempotency key is `_meta.idempotencyKey` of a `tools/call`, the id of the model's call `_meta.callId`; both may be
absent. The id of the JSON-RPC request is no key: it counts from 1 again in each life, so a call without a key is blind.
"""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.errors import DoorError, InvalidRequest, UsageError

NAME = "longhaul"
KEY = "idempotencyKey"
CALL_ID = "callId"
"""Names in `_meta` of a `tools/call`."""


@dataclass(frozen=True)
class Asked:
    """A call of a tool: its name, the JSON text of its arguments, and key and call id where they were given, else ''.

    `context` is the SDK's own context of the request.
    """

    name: str
    arguments: str
    key: str
    call_id: str
    context: Any


def sdk() -> Sdk:
    """The parts of the official SDK that are used. Raises `UsageError` where it is missing or is another version."""
    try:
        lowlevel = importlib.import_module("mcp.server.lowlevel")
        types = importlib.import_module("mcp_types")
        errors = importlib.import_module("mcp.shared.exceptions")
        http = importlib.import_module("mcp.server.streamable_http_manager")
    except ImportError as error:
        raise UsageError(
            f"tools over MCP need the official SDK, mcp 2.3 or newer ({error}); run: pip install 'longhaul[mcp]'"
        ) from None
    return Sdk(lowlevel.Server, types, errors.MCPError, http.StreamableHTTPSessionManager)


@dataclass(frozen=True)
class Sdk:
    """What is used of it: the low-level `Server`, the module of types, the exception that is a JSON-RPC error, and the
    manager that answers HTTP.
    """

    server: Any
    types: Any
    error: Any
    manager: Any


def tool_server(
    found: Sdk,
    listed: Callable[[], Awaitable[Sequence[Mapping[str, Any]]]],
    called: Callable[[Asked], Awaitable[Mapping[str, Any]]],
) -> Any:
    """A server of these tools.

    `listed()` gives them as `GET /tools` does, `called(asked)` a result with status, content and error, or raises the
    `DoorError` that it came to.
    """
    types = found.types

    async def on_list_tools(_context: Any, _params: Any) -> Any:
        return types.ListToolsResult(tools=[_shown(types, tool) for tool in await listed()])

    async def on_call_tool(context: Any, params: Any) -> Any:
        meta = params.meta or {}
        arguments = msgspec.json.encode(params.arguments or {}).decode()
        asked = Asked(params.name, arguments, str(meta.get(KEY, "")), str(meta.get(CALL_ID, "")), context)
        try:
            result = await called(asked)
        except DoorError as error:
            return _failed(found, error)
        failed = result["status"] == "error"
        text = result["error"] if failed else result["content"]
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=failed)

    return found.server(NAME, version="1", on_list_tools=on_list_tools, on_call_tool=on_call_tool)


def _shown(types: Any, tool: Mapping[str, Any]) -> Any:
    """A tool as MCP lists it. Whether it is idempotent is said by nobody: that depends on keys."""
    effect = tool["effect"]
    hints = types.ToolAnnotations(read_only_hint=effect == "read", destructive_hint=effect == "irreversible")
    return types.Tool(
        name=tool["name"], description=tool["description"], input_schema={"type": "object", **tool["schema"]},
        annotations=hints, meta={"effect": effect, "kind": tool["kind"]},
    )  # fmt: skip


def _failed(found: Sdk, error: DoorError) -> Any:
    """An error of the tool, for the model to read; what is no tool at all, or a lost answer, is one of the protocol."""
    types = found.types
    if not error.status:
        raise found.error(types.CONNECTION_CLOSED, f"connection lost: {error.message}")
    if isinstance(error, InvalidRequest) and error.status == 404:
        raise found.error(types.INVALID_PARAMS, error.message)
    waits = "" if error.retry_after_ms is None else f" (retry after {-(-error.retry_after_ms // 1_000)} s)"
    text = f"{error.status} {error.error_type or type(error).__name__}: {error.message}{waits}"
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)
