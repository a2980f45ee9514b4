"""A stranger's policy, as the README shows it."""

from dataclasses import dataclass

from longhaul import View


@dataclass(frozen=True)
class HalfAndHalf:
    """Keep the pins, drop the older half."""

    def __call__(self, view: View, budget: int) -> View:
        cut = len(view) // 2
        return (*(message for message in view[:cut] if message.pinned), *view[cut:])
