"""Bugs in what the model is shown."""

from __future__ import annotations

from harness.faults import ContextOverflow, HugeResult, Slow, Strike
from harness.mutants.grounds import ANSWERS, COMPACTION, SHELL, SQUEEZE, STATE, capped, paying, renaming
from harness.mutants.mutant import Change, Ground, Mutant
from harness.types import Limits

TIGHT = Ground(renaming(horizon=12, policy="sliding_window", view_budget=0.5), progress=False)

MUTANTS = (
    Mutant(
        "pin_dropped",
        "compaction drops the goal",
        (
            Change(
                STATE,
                "view=Vector(messages, message_tokens), compacting=None",
                "view=Vector([m for m in messages if not m.pinned], message_tokens), compacting=None",
            ),
        ),
        "pins_visible",
        (TIGHT,),
    ),
    Mutant(
        "done_forgotten",
        "an emergency drops what was done for good",
        (
            Change(
                SQUEEZE,
                "    lines = [line for unit in lost for line in _done(unit, reading)]\n    count",
                "    lines: list[str] = []\n    count",
            ),
        ),
        "effect_once",
        (Ground(paying(Strike("model", 4, ContextOverflow()), horizon=12), progress=False),),
    ),
    Mutant(
        "results_out_of_order",
        "parallel results are shown in the order they came",
        (
            Change(
                STATE,
                "        for call in calls:\n            told",
                "        for call in sorted(calls, key=lambda call: list(outcomes).index(call.id)):\n            told",
            ),
        ),
        "transcript_well_formed",
        (Ground(paying(Strike("tool:pay_invoice", 1, Slow(1_000)))),),
    ),
    Mutant(
        "result_clipped",
        "the model sees only the beginning of a result",
        (Change(STATE, 'Message("tool", told, call_id', 'Message("tool", told[:40], call_id'),),
        "world_correct",
        (Ground(renaming()),),
    ),
    Mutant(
        "summary_invents",
        "a line that nobody said stands in a summary",
        (
            Change(
                STATE,
                "view=Vector(messages, message_tokens), compacting=None",
                'view=Vector([*messages, Message("user", "the new name = load_client")], message_tokens), compacting=None',
            ),
        ),
        "nothing_invented",
        (Ground(renaming(horizon=16, policy="summarize", view_budget=0.5)),),
    ),
    Mutant(
        "output_shown_again",
        "the whole view is put into the view again each turn",
        (
            Change(
                STATE,
                "            turn.append((call.name, call.arguments, told))\n",
                "            turn.append((call.name, call.arguments, told))\n"
                '        view = view.append(Message("user", "\\n".join(m.content for m in view)))\n',
            ),
        ),
        "no_lost_effect",
        (Ground(paying(horizon=12)),),
    ),
    Mutant(
        "tool_list_grows",
        "the tools are listed once more in every turn",
        (
            Change(
                SHELL,
                "request = Request(self.state.view, tools, self",
                "request = Request(self.state.view, tools * (1 + self.state.turn), self",
            ),
        ),
        "budgets_hold",
        (Ground(capped(tokens=8_000), progress=False),),
    ),
    Mutant(
        "too_long_sent",
        "a request that cannot fit the window is sent",
        (
            Change(ANSWERS, "    if len(text) * 5 <= tokens_max * 4 or", "    if True or"),
            Change(COMPACTION, "return state.overflow is not None or request > config.window", "return False"),
        ),
        "window_kept",
        (Ground(paying(Strike("tool:list_invoices", 1, HugeResult(5_000_000)), limits=Limits(tokens=0))),),
    ),
)
