"""Claude Code session JSONL: one record a line, `{type: user | assistant | system | ..., message, uuid, sessionId}`.

Shape: public descriptions (microsoft/amplifier `ai_working/claude_code_logging`, chrisguillory/claude-session-mcp
`CLAUDE.md`) of versions up to 2.1, read in November 2026; the vendor promises nothing. One answer is written as several
records with the same `message.id`. `compact_boundary` begins a compaction, the record with `isCompactSummary` holds its
summary. Side chains (sub-agents) are conversations of their own. Branches by «redo from here» are read as one chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scenarios.importers.chat import message_of
from scenarios.importers.format import Format, count_of, first_dict
from scenarios.importers.shape import wrong_event
from scenarios.importers.source import Source
from scenarios.importers.trajectory import Trajectory, text_of, trajectory

KINDS = ("user", "assistant", "system", "summary", "file-history-snapshot", "queue-operation", "attachment", "progress")
_USAGE = {
    "in": "input_tokens", "out": "output_tokens", "cache_read": "cache_read_input_tokens",
    "cache_write": "cache_creation_input_tokens",
}  # fmt: skip


def matches(value: Any) -> bool:
    """A record with a message, or one of a session."""
    given = first_dict(value)
    if given.get("type") not in KINDS or "run_type" in given:
        return False
    return isinstance(given.get("message"), dict) or "sessionId" in given or "leafUuid" in given


@dataclass
class _Chain:
    """One chain of records: the session itself, or a sub-agent."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    answer: str = ""


def read(source: Source) -> Iterator[Trajectory]:
    """The session, and each of its side chains."""
    chains: dict[str, _Chain] = {}
    session, model, version = "", "", ""
    seen: set[str] = set()
    for entry, value in source.values():
        record = first_dict(value)
        name = str(record.get("uuid") or "")
        if name and name in seen:
            continue
        seen.add(name)
        session = session or str(record.get("sessionId") or "")
        version = version or str(record.get("version") or "")
        model = model or _model(record)
        side = f"/{record.get('agentId') or 'side'}" if record.get("isSidechain") else ""
        problem = _take(chains.setdefault(side, _Chain()), record)
        if problem:
            source.refuse(entry, problem)
    for side, chain in chains.items():
        if any(message["role"] == "assistant" for message in chain.messages):
            own = (session or source.path.name.partition(".")[0]) + side
            yield trajectory(own, chain.messages, chain.events, model=model, harness=f"claude-code {version}".strip())


def _model(record: dict[str, Any]) -> str:
    named = first_dict(record.get("message")).get("model")
    return named if isinstance(named, str) and not named.startswith("<") else ""


def _take(chain: _Chain, record: dict[str, Any]) -> str:
    """Put a record into its chain; what is wrong with it, in words, where it cannot be."""
    kind = record.get("type")
    if kind == "system":
        return _boundary(chain, record)
    if kind in ("user", "assistant") and isinstance(record.get("message"), dict):
        if record.get("isCompactSummary"):
            _summary(chain, text_of(first_dict(record["message"]).get("content")))
        else:
            _said(chain, record)
    return ""


def _boundary(chain: _Chain, record: dict[str, Any]) -> str:
    subtype = record.get("subtype")
    data = first_dict(record.get("compactMetadata") or record.get("microcompactMetadata"))
    known = {"pre_tokens": data.get("preTokens"), "trigger": data.get("trigger")}
    told = {key: value for key, value in known.items() if value is not None}
    if subtype == "compact_boundary":
        chain.events.append({"at": len(chain.messages), "kind": "compaction", **told})
    elif subtype == "microcompact_boundary":
        key = next((key for key in ("compactedToolIds", "evictedToolCallIds") if data.get(key)), "")
        event = {
            "at": len(chain.messages),
            "kind": "microcompaction",
            "evicted_tool_call_ids": data.get(key, []),
            **told,
        }
        problem = wrong_event(event)
        if problem:
            return problem.replace("evicted_tool_call_ids", key)
        chain.events.append(event)
    return ""


def _summary(chain: _Chain, text: str) -> None:
    """The summary belongs to the boundary just before it; older versions wrote no boundary."""
    last = chain.events[-1] if chain.events else {}
    if last.get("kind") == "compaction" and last["at"] == len(chain.messages) and "summary" not in last:
        last["summary"] = text
    else:
        chain.events.append({"at": len(chain.messages), "kind": "compaction", "summary": text})


def _said(chain: _Chain, record: dict[str, Any]) -> None:
    inner = record["message"]
    answer = str(inner.get("id") or "") if record["type"] == "assistant" else ""
    for message in message_of({"role": record["type"], **inner}):
        last = chain.messages[-1] if chain.messages else {}
        if answer and answer == chain.answer and last.get("role") == "assistant":
            chain.messages[-1] = _joined(last, message)
        else:
            if record.get("isMeta"):
                message["injected"] = True
            usage = first_dict(inner.get("usage"))
            if answer and usage:
                message["usage"] = {key: count_of(usage.get(name)) for key, name in _USAGE.items()}
            chain.messages.append(message)
    chain.answer = answer


def _joined(first: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Two parts of one answer."""
    said = "\n".join(filter(None, (first["content"], more["content"])))
    calls = [*first.get("tool_calls", ()), *more.get("tool_calls", ())]
    return {**first, "content": said, **({"tool_calls": calls} if calls else {})}


FORMAT = Format("claude-code", "Claude Code session JSONL: {type, message, sessionId} on each line", matches, read)
