"""What a metric is: a name, a unit, which way is better, and a pure function of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.run import Run

Value: TypeAlias = "bool | int | float | str | None"
"""What a metric gives; None where it says nothing about this run."""

Better: TypeAlias = Literal["higher", "lower", "none"]


@dataclass(frozen=True)
class Metric:
    """One number of a run. `better` is its direction: `none` where neither way is an improvement.

    `kind` is the type of the column (bool, int, float or str). The docstring of `function` is the metric's documentation.
    """

    name: str
    unit: str
    better: Better
    function: Callable[[Run], Value]
    kind: type = float

    def __call__(self, run: Run) -> Value:
        """The metric of a run, in the type of its column. Raises `UsageError` where the function fails."""
        try:
            value = self.function(run)
            return None if value is None else self.kind(value)
        except Exception as error:
            raise UsageError(
                f"metric {self.name!r} failed: {type(error).__name__}: {error}; on {run.spec!r}"
            ) from error

    @property
    def doc(self) -> str:
        """What it means: the function's docstring on one line."""
        return " ".join((self.function.__doc__ or "").split())
