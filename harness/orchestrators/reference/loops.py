"""Whether the model goes round in circles: the same calls with the same outcome, turn after turn, or every other turn.

Two turns are remembered and two numbers, so that it costs the same in the tenth turn and in the ten thousandth.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

Turn: TypeAlias = tuple[tuple[str, str, str], ...]
"""The calls of one turn as (name, arguments, what the model was told)."""


class Loop(msgspec.Struct, frozen=True, gc=False):
    """The last two turns, and how many in a row were equal to the one before (`same`) or to the one before that (`swing`)."""

    before: Turn = ()
    last: Turn = ()
    same: int = 0
    swing: int = 0

    @property
    def laps(self) -> int:
        """How often the latest turn, or the latest pair of turns, repeated what was before."""
        return max(self.same, self.swing // 2)

    @property
    def fresh_lap(self) -> bool:
        """Whether the latest turn completed a lap: the second turn of a pair does, the first does not."""
        return self.same > 0 or self.swing % 2 == 0


def turned(loop: Loop, turn: Turn) -> Loop:
    """The loop after one more turn."""
    return Loop(
        loop.last,
        turn,
        loop.same + 1 if turn == loop.last else 0,
        loop.swing + 1 if turn == loop.before else 0,
    )
