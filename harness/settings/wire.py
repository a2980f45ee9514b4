"""The `wire` setting: as `sim`, but the model is reached by real HTTP messages in a vendor's format.

    orchestrator -> our client -> httpx -> respx route -> VendorDoor -> the model door of the same `Host`

The door stays where faults strike, requests are validated and the history is written, so a run reads the same as in
`sim`, with two differences that the wire itself makes: whether a message is pinned does not travel (so digests of
requests differ, and nothing about pins can be said), and errors carry the vendor's word (`rate_limit_exceeded`). What is
struck behind it, at the site `wire`, are the bytes of the answer.

The format is an option of the model: `Model('perfect', format='anthropic', stream=True)`; default `openai-chat`, whole.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, cast

from harness import resolve
from harness.clients import anthropic, openai
from harness.errors import UsageError
from harness.host import Host
from harness.resolve import Orchestrator
from harness.run import Live, live_in_sim
from harness.settings.routed import Respond, extra, routed
from harness.settings.vendor import VendorDoor
from harness.spec import Choice, Spec
from harness.track import Track
from harness.types import Reply, Request

MODEL = "gpt-wire"
KEY = "sk-not-a-key"

Client: TypeAlias = Callable[[Request, int | None], Coroutine[Any, Any, Reply]]

CLIENTS: dict[str, Any] = {"openai-chat": openai, "anthropic": anthropic}
"""The modules of our own clients by the format that they speak. An orchestrator may bring others as `run.clients`."""

ORIGINS = {
    "openai-chat": "https://api.openai.com",
    "openai-responses": "https://api.openai.com",
    "anthropic": "https://api.anthropic.com",
}
"""Where each vendor is, before the provider's path."""


@dataclass(frozen=True)
class Line:
    """How a model is reached: the vendor's side, the address, and our client of it (None: for this format we have none)."""

    provider: Any
    url: str
    client: Callable[[], Client] | None


def line_of(model: Choice, clients: Mapping[str, Any]) -> Line:
    """The line to a model, by one of these clients. Raises `UsageError` for a format that nobody speaks."""
    provider = resolve.provider(model)
    module = clients.get(provider.name)
    stream = bool(dict(model.options).get("stream", False))
    return Line(
        provider,
        f"{ORIGINS[provider.name]}{provider.path}",
        None if module is None else partial(_client, module, stream),
    )


def _client(module: Any, stream: bool) -> Client:
    """A client of ours. It is never closed: it never opens anything."""
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts no certificate, so that it need not load any
    client: Client = module.Client(module.open_http(KEY, nobody), MODEL, stream=stream)
    return client


class WireHost:
    """The doors of one life; that of the model goes through a client. What `Host` offers an orchestrator, and no more."""

    def __init__(self, host: Host, line: Line) -> None:
        self._client = line.client() if line.client is not None else None
        self._format = line.provider.name
        self.read, self.append, self.flush, self.truncate = host.read, host.append, host.flush, host.truncate
        self.tool, self.query, self.human = host.tool, host.query, host.human
        self.sleep, self.now = host.sleep, host.now
        self.goal, self.tools, self.limits, self.session = host.goal, host.tools, host.limits, host.session
        self.policy, self.budget, self.window, self.memory = host.policy, host.budget, host.window, host.memory

    async def model(self, request: Request, timeout_ms: int | None = None) -> Reply:
        """Ask the model over the wire. Raises the `DoorError` that the vendor's answer amounts to, or `TimedOut`."""
        if self._client is None:
            raise UsageError(
                f"host.model has no client of the format {self._format!r}; it speaks {', '.join(CLIENTS)}: "
                "bring a client of your own, or say one of those"
            )
        return await self._client(request, timeout_ms)


def live(spec: Spec, run: Orchestrator) -> Live:
    """One life over the wire. Raises `UsageError` where httpx and respx are not installed, or the format is unknown."""
    extra("respx")
    line = line_of(spec.model, getattr(run, "clients", CLIENTS))
    stranger = ":" in spec.orchestrator.name

    def live_over_wire(track: Track) -> tuple[str, str]:
        with routed(line.url, both=stranger) as respond:
            return live_in_sim(partial(_over_wire, run, line, respond), track)

    return live_over_wire


def _over_wire(run: Orchestrator, line: Line, respond: Respond, host: Host) -> Coroutine[Any, Any, Any]:
    """The orchestrator on doors of which one leads over the wire. What clients do in threads is done at once."""
    host._loop.do_at_once()
    respond(VendorDoor(host, line.provider))
    return run(cast(Host, WireHost(host, line)))
