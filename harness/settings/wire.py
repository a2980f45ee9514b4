"""The `wire` setting: as `sim`, but the model is reached by real HTTP messages in a vendor's format.

    orchestrator -> our client -> httpx -> respx route -> wire script -> the model door of the same `Host`

The door stays where faults strike, requests are validated and the history is written, so a run reads the same as in
`sim`, with two differences that the wire itself makes: whether a message is pinned does not travel (so digests of
requests differ, and nothing about pins can be said), and errors carry the vendor's word (`rate_limit_exceeded`).
Everything runs in the virtual loop; a call to any other address is refused by respx, by name, and a real socket by the
guard.
"""

from __future__ import annotations

import importlib
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, cast

from harness.clients.openai import BASE_URL, OpenAIClient, open_http
from harness.errors import UsageError
from harness.host import Host
from harness.resolve import Orchestrator
from harness.run import Live, live_in_sim
from harness.settings.vendor import VendorDoor
from harness.spec import Spec
from harness.track import Track
from harness.types import Reply, Request

MODEL = "gpt-wire"
KEY = "sk-not-a-key"
PROVIDER = "fakes.providers.openai_chat"


class WireHost:
    """The doors of one life; that of the model goes through a client. What `Host` offers an orchestrator, and no more."""

    def __init__(self, host: Host, client: OpenAIClient) -> None:
        self._client = client
        self.read, self.append, self.flush, self.truncate = host.read, host.append, host.flush, host.truncate
        self.tool, self.query, self.human = host.tool, host.query, host.human
        self.sleep, self.now = host.sleep, host.now
        self.goal, self.tools, self.limits, self.session = host.goal, host.tools, host.limits, host.session
        self.policy, self.budget, self.window, self.memory = host.policy, host.budget, host.window, host.memory

    async def model(self, request: Request, timeout_ms: int | None = None) -> Reply:
        """Ask the model over the wire. Raises the `DoorError` that the vendor's answer amounts to, or `TimedOut`."""
        return await self._client(request, timeout_ms)


def live(_spec: Spec, run: Orchestrator) -> Live:
    """One life over the wire. Raises `UsageError` where httpx and respx are not installed."""
    respx = _extra("respx")

    def live_over_wire(track: Track) -> tuple[str, str]:
        with respx.mock(assert_all_called=False) as router:
            route = router.post(f"{BASE_URL}/chat/completions")
            return live_in_sim(partial(_over_wire, run, route), track)

    return live_over_wire


def _extra(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"the wire setting needs {name} ({error}); run: pip install longhaul[wire]") from None


def _over_wire(run: Orchestrator, route: Any, host: Host) -> Coroutine[Any, Any, Any]:
    """The orchestrator on doors of which one leads over the wire. The client is never closed: it never opens anything."""
    route.mock(side_effect=_vendor(host))
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts no certificate, so that it need not load any
    return run(cast(Host, WireHost(host, OpenAIClient(open_http(KEY, nobody), MODEL))))


def _vendor(host: Host) -> Callable[[Any], Awaitable[Any]]:
    """What stands behind the route: the vendor's door of this life."""
    httpx = _extra("httpx")
    door = VendorDoor(host, importlib.import_module(PROVIDER).OPENAI_CHAT)

    async def respond(request: Any) -> Any:
        answer = await door(
            request.content, dict(request.headers), _milliseconds(request.extensions["timeout"]["read"])
        )
        if answer.status == 0 and answer.ends == "reset":
            raise httpx.ReadError("connection reset by peer", request=request)
        if answer.status == 0 and answer.ends == "silent":
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    return respond


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000)
