"""The ceiling: nothing is ever dropped."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from harness.types import View


@dataclass(frozen=True)
class KeepAll:
    """Show everything, whatever it costs, until the window is full. So there is never a reason to ask."""

    trigger: ClassVar[float] = math.inf

    def __call__(self, view: View, budget: int) -> View:
        return view
