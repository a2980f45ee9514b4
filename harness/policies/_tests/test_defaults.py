"""The defaults of every policy, as published by what it imitates or as chosen here: whoever changes one changes this table."""

from __future__ import annotations

import dataclasses
import re
import sys

import pytest

from harness.policies import POLICIES
from harness.policies.drop_reads_after_edit import EDITS
from harness.policies.mask_observations import MaskObservations
from harness.policies.summarize import Summarize

TRIGGER = 0.75
"""Of a policy that says none: the share of the budget from which on it is asked."""

TABLE = {
    "keep_all": {"trigger": float("inf")},
    "drop_all": {},
    "sliding_window": {"share": 0.5},
    "snip": {"first": 2, "share": 0.5},
    "truncate_tool_output": {"head": 200, "tail": 100, "keep": 2},
    "microcompact": {"run": 3, "keep": 4, "least": 120, "short": 0.5},
    "drop_old_results": {"keep": 3},  # clear_tool_uses: 3
    "prune_outputs": {"protect": 0.2, "least": 0.1},  # OpenCode: 40,000 and 20,000 of 200,000
    "mask_observations": {"keep": 4},
    "mask_observations_rolling": {"trigger": 0, "keep": 10},  # The Complexity Trap: 10 turns
    "mask_cache_aware": {"trigger": 0.5, "keep": 4, "turns": 28, "full": 0.95, "read": 0.1, "write": 1.25},
    "deduplicate": {"least": 3},
    "drop_reads_after_edit": {"edits": EDITS},
    "page_out": {"share": 0.5, "keep": 3},
    "demand_paging": {
        "share": 0.5, "share_thrashing": 0.7, "keep": 2, "thrash": 2, "window": 6, "schemas": 0.1, "schemas_least": 1_000,
        "reach": 64,
    },  # Claude Code: deferred loading from 10 % of the window on
    "fold": {"keep": 2},
    "fold_and_report": {"keep": 2},
    "keep_user_messages": {"keep": 4},
    "summarize": {"keep": 2},
    "summarize_structured": {"keep": 2},
    "summarize_anchored": {"keep": 2, "share": 0.25},
    "summarize_hierarchical": {"keep": 2, "fan": 3},
    "summarize_every_n": {"trigger": 0, "every": 21, "keep": 10},  # The Complexity Trap: 21 turns, 10 stay
    "summarize_cache_aware": {
        "trigger": 0.25, "keep": 2, "turns": 28, "full": 0.95, "answer": 500, "read": 0.1, "write": 1.25,
    },
    "summarize_keep_users": {"keep": 0},  # Codex CLI: user messages and the summary
    "condense_middle": {"first": 2, "newest": 0.5},  # OpenHands: keep_first 2, halved
    "pipeline": {"stages": (MaskObservations(), Summarize()), "enough": 0.5},
    "clear_compact_summarize": {"enough": 0.5},
    "summarize_last_four": {"last": 4},
}  # fmt: skip


def named(kind: type) -> str:
    return kind.__module__.rpartition(".")[2]


def test_the_table_is_about_every_policy():
    assert list(TABLE) == [named(kind) for kind in POLICIES]


@pytest.mark.parametrize("kind", POLICIES, ids=named)
def test_the_defaults_are_those_of_the_table(kind):
    policy = kind()
    found = {field.name: getattr(policy, field.name) for field in dataclasses.fields(policy)}
    assert {"trigger": getattr(policy, "trigger", TRIGGER), **found} == {"trigger": TRIGGER, **TABLE[named(kind)]}


@pytest.mark.parametrize("kind", POLICIES, ids=named)
def test_the_docstring_says_what_a_policy_imitates_or_that_it_is_a_bound(kind):
    bound = re.search(r"\bThe (floor|ceiling)\b", f"{sys.modules[kind.__module__].__doc__}")
    assert bound or re.search(r"\bImitates\b", f"{kind.__doc__}"), kind.__doc__
