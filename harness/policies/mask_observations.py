"""Old tool results give way to a line that says what was there."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from harness.policies.exchanges import tokens_of
from harness.tokens import text_bytes
from harness.types import Message, ToolCall, View


@dataclass(frozen=True)
class MaskObservations:
    """Under pressure, replace all tool results but the newest `keep` by a placeholder naming tool, arguments and size.

    Imitates observation masking as in The Complexity Trap (Lindenbauer et al. 2025), in batches and not every turn. There the
    newest 10 turns stay (see `mask_observations_rolling`); 4 results are a choice made here, for budgets below the working set.
    """

    keep: int = 4

    def __call__(self, view: View, budget: int) -> View:
        results = [index for index, message in enumerate(view) if message.role == "tool"]
        old = set(results[: -self.keep] if self.keep else results)
        calls = {call.id: call for message in view for call in message.calls}
        changed = tuple(
            _masked(message, calls.get(message.call_id)) if index in old else message
            for index, message in enumerate(view)
        )
        return changed if tokens_of(changed) < tokens_of(view) else view


def _masked(message: Message, call: ToolCall | None) -> Message:
    name = f"{call.name} {call.arguments[:60]}" if call else "a call"
    text = f"[result of {name} omitted: {text_bytes(message.content)} bytes]"
    if message.pinned or message.content.startswith("[result of ") or len(text) >= len(message.content):
        return message
    return replace(message, content=text)
