"""How much of what is needed later is still in the view, or can be reached from it.

Exact where the scenario knows every demand (`demanded.py`: facts, when the work comes to the item that needs them); of
recordings, and of scenarios that know nothing, by the identifiers that calls use later (`recall.py`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from harness.metrics.demanded import demanded
from harness.metrics.recall import Recall, recall
from harness.metrics.shown import shown_of

if TYPE_CHECKING:
    from harness.run import Run


@lru_cache(maxsize=2)
def recall_of(run: Run) -> Recall:
    """The recall of a run, counted once."""
    shown = shown_of(run)
    return recall(run.events) if shown.demands is None else demanded(shown, shown.demands)


def recall_in_view(run: Run) -> float | None:
    """Share of the references to earlier tool results that stood in the view: facts when their item was due, by every demand;
    else identifiers at the request that used them."""
    found = recall_of(run)
    return found.share(found.in_view)


def recall_by_pointer(run: Run) -> float | None:
    """Share of the references that were gone from the view while a call that had returned them was shown."""
    found = recall_of(run)
    return found.share(found.by_pointer)


def reference_recall(run: Run) -> float | None:
    """in view + p_lookup x by pointer, as a share of the references; p_lookup is the skill of the run's profile (1 where
    demands are unknown): pointing at everything is worth what a model makes of it.
    """
    demands = shown_of(run).demands
    return recall_of(run).score(demands.lookup if demands else 1.0)


def recall_by_distance(run: Run) -> str | None:
    """References in view, by pointer and lost, by the turns since the newest result that held them, in bands from 1, 2, 4,
    8, ... turns on; JSON."""
    bands = recall_of(run).bands
    return msgspec.json.encode({str(least): counts for least, counts in bands.items()}).decode() if bands else None
