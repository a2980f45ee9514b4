"""What a program finds in its environment: where vendor and tools are, a dummy key, and little of its caller's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from harness.host import Host
from harness.settings.program.subject import Arguments, Subject

KEPT = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TERM", "VIRTUAL_ENV")
"""What is kept of the caller's environment. Proxies, keys and settings of other tools are not."""

MARK = "LONGHAUL_RUN"
"""The name under which every process of a run can be told from others, whatever group it moved to."""

MODEL = "gpt-longhaul"


def environment(host: Host, subject: Subject, url: str, places: Mapping[str, str]) -> dict[str, str]:
    """The environment of one life; `places` has the run's mark, port, state folder and number of the life."""
    kept = {name: os.environ[name] for name in (*KEPT, *subject.keep) if name in os.environ}
    key = f"sk-longhaul-{host.session}"
    own = {
        "OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": key, "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": key,
        "LONGHAUL_TOOLS_URL": f"{url}/tools", "LONGHAUL_HUMAN_URL": f"{url}/human", "LONGHAUL_GOAL": host.goal,
        "LONGHAUL_MCP_URL": f"{url}/mcp", "LONGHAUL_LEDGER_URL": f"{url}/ledger",
        "LONGHAUL_SESSION": host.session, "LONGHAUL_MODEL": MODEL, "LONGHAUL_STATE": places["state"],
        "LONGHAUL_LIFE": places["life"], "LONGHAUL_PORT": places["port"], MARK: places["mark"],
    }  # fmt: skip
    filled = {name: fill(value, {**places, "url": url, "key": key}) for name, value in subject.env}
    return {**kept, **own, **filled}


def fill(text: str, places: Mapping[str, str]) -> str:
    """A text of a subject file with `{port}`, `{state}`, `{url}` and the like filled in; other braces stay."""
    for name, value in places.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def filled(arguments: Arguments, places: Mapping[str, str]) -> list[str]:
    """A command line with its places filled in."""
    return [fill(word, places) for word in arguments]


def state_folder(folder: Path) -> Path:
    """The folder that outlives every life of a run."""
    state = folder / "state"
    state.mkdir()
    return state
