"""Tools over MCP on standard input and output, forwarded to the tool endpoint of a run (LONGHAUL_TOOLS_URL)."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from harness.errors import AuthenticationFailed, ConnectionLost, DoorError, InvalidRequest, RateLimited, ServerFailed
from harness.settings.program.toolserver import Asked, Sdk, sdk, tool_server

KINDS: Mapping[int, type[DoorError]] = {401: AuthenticationFailed, 403: AuthenticationFailed, 429: RateLimited}


def serve(url: str) -> None:
    """Serve the tools under `url` until the input ends. Raises `UsageError` where the SDK is not installed."""
    found = sdk()
    asyncio.run(_serve(found, url.rstrip("/")))


async def _serve(found: Sdk, url: str) -> None:
    client = importlib.import_module("httpx2")
    stdio_server = importlib.import_module("mcp.server.stdio").stdio_server
    async with client.AsyncClient(timeout=None, trust_env=False) as http:
        endpoint = Endpoint(http, client.HTTPError, url)
        server = tool_server(found, endpoint.listed, endpoint.called)
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())


class Endpoint:
    """The tool endpoint of a run, as the loopback server of a life has it."""

    def __init__(self, http: Any, failed: type[Exception], url: str) -> None:
        self._http, self._failed, self._url = http, failed, url

    async def listed(self) -> Sequence[Mapping[str, Any]]:
        """The tools that there are."""
        answer = await self._asked("GET", self._url)
        tools: Sequence[Mapping[str, Any]] = answer.json()
        return tools

    async def called(self, asked: Asked) -> Mapping[str, Any]:
        """The result of a call; raises the `DoorError` that the endpoint told of."""
        given = {"Idempotency-Key": asked.key, "X-Call-Id": asked.call_id}
        headers = {"content-type": "application/json", **{name: value for name, value in given.items() if value}}
        url = f"{self._url}/{quote(asked.name, safe='')}"
        answer = await self._asked("POST", url, content=asked.arguments.encode(), headers=headers)
        result: Mapping[str, Any] = answer.json()
        return result

    async def _asked(self, method: str, url: str, **more: Any) -> Any:
        try:
            answer = await self._http.request(method, url, **more)
        except self._failed as error:
            raise ConnectionLost(f"{type(error).__name__} at {url}") from None
        if answer.status_code != 200:
            raise _error_of(answer)
        return answer


def _error_of(answer: Any) -> DoorError:
    """The error that an answer other than 200 stands for."""
    status = answer.status_code
    kind = KINDS.get(status, ServerFailed if status >= 500 else InvalidRequest)
    try:
        told = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        told = {"type": "", "message": answer.text[:200]}
    waits = answer.headers.get("retry-after", "")
    return kind(told["message"], status, told["type"], int(waits) * 1_000 if waits.isdigit() else None)
