"""Policies: `view, budget -> view`, one file each; a policy that needs the model is a generator that yields to it."""

from __future__ import annotations

from harness.policies.drop_all import DropAll
from harness.policies.keep_all import KeepAll
from harness.policies.mask_observations import MaskObservations
from harness.policies.pipeline import Pipeline
from harness.policies.sliding_window import SlidingWindow
from harness.policies.summarize import Summarize
from harness.policies.summarize_last_four import SummarizeLastFour
from harness.policies.truncate_tool_output import TruncateToolOutput

POLICIES = (
    KeepAll,
    DropAll,
    SlidingWindow,
    TruncateToolOutput,
    MaskObservations,
    Summarize,
    Pipeline,
    SummarizeLastFour,
)
"""The built-in policies; the name of each is the name of its file."""
