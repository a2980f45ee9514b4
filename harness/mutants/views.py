"""Bugs in what the model is shown."""

from __future__ import annotations

from harness.faults import Slow, Strike
from harness.mutants.grounds import SHELL, STATE, capped, paying, renaming
from harness.mutants.mutant import Change, Ground, Mutant

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
        "results_out_of_order",
        "parallel results are shown in the order they came",
        (
            Change(
                STATE,
                "        for call in calls:\n            result = outcomes[call.id]\n",
                "        for name, result in returned:\n            call = next(c for c in calls if c.id == name)\n",
            ),
        ),
        "transcript_well_formed",
        (Ground(paying(Strike("tool:pay_invoice", 1, Slow(1_000)))),),
    ),
    Mutant(
        "result_clipped",
        "the model sees only the beginning of a result",
        (
            Change(
                STATE,
                'Message("tool", shown(result), call_id=call.id)',
                'Message("tool", shown(result)[:40], call_id=call.id)',
            ),
        ),
        "world_correct",
        (Ground(renaming()),),
    ),
    Mutant(
        "summary_invents",
        "a line that nobody said stands in a summary",
        (
            Change(
                STATE,
                "condensed=(*state.condensed, entry)",
                "condensed=(*state.condensed, replace(entry, reply=replace(entry.reply, text=entry.reply.text + "
                '"\\nthe new name = load_client")))',
            ),
        ),
        "world_correct",
        (Ground(renaming(horizon=16, policy="summarize", view_budget=0.5)),),
    ),
    Mutant(
        "output_shown_again",
        "the whole view is put into the view again each turn",
        (
            Change(
                STATE,
                '            view = view.append(Message("tool", shown(result), call_id=call.id))\n',
                '            view = view.append(Message("tool", shown(result), call_id=call.id))\n'
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
                "request = Request(self.state.view, self.host.tools, self",
                "request = Request(self.state.view, self.host.tools * (1 + self.state.turn), self",
            ),
        ),
        "budgets_hold",
        (Ground(capped(tokens=8_000), progress=False),),
    ),
)
