"""Bugs in what is done with the model's answers."""

from __future__ import annotations

from harness.faults import (
    ClockJump,
    ContextOverflow,
    EarlyStop,
    MalformedArguments,
    OddText,
    ReusedCallId,
    StopReason,
    Strike,
    TruncatedArguments,
)
from harness.mutants.grounds import CALLS, COMPLETION, FAILURES, PAY, RESTORE, SHELL, paying
from harness.mutants.mutant import Change, Ground, Mutant

MUTANTS = (
    Mutant(
        "acts_on_partial",
        "calls of an answer that was cut off are made",
        (Change(CALLS, "if state.reply is not None and state.reply.stop not in WHOLE:", "if False:"),),
        "whole_answers",
        (Ground(paying(Strike("model", 2, TruncatedArguments()))),),
    ),
    Mutant(
        "unknown_stop_ignored",
        "an answer that ended oddly is taken for the end",
        (
            Change(COMPLETION, "elif not useful(reply):", "elif not reply.text:"),
            Change(COMPLETION, "elif reply.stop in WHOLE:", "elif True:"),
        ),
        "no_lost_effect",
        (Ground(paying(Strike("model", 2, StopReason("brand_new")), Strike("model", 2, EarlyStop()))),),
    ),
    Mutant(
        "reused_id_aliased",
        "a call with the id of an earlier one keeps that id",
        (Change(SHELL, "if call.id in self._ids:", "if False:"),),
        "transcript_well_formed",
        (Ground(paying(Strike("model", 2, ReusedCallId()))),),
    ),
    Mutant(
        "odd_text_fatal",
        "a text that is no unicode ends the process",
        (Change(SHELL, "except UnicodeEncodeError:", "except KeyError:"),),
        "ending_sane",
        (Ground(paying(Strike("model", 2, OddText("surrogate")))),),
    ),
    Mutant(
        "overflow_is_the_end",
        "a full view is not compacted, the session fails",
        (Change(FAILURES, 'if failure.remedy == "none":', 'if failure.remedy in ("none", "shrink"):'),),
        "no_lost_effect",
        (Ground(paying(Strike("model", 4, ContextOverflow()), horizon=12, policy="mask_observations")),),
    ),
    Mutant(
        "clock_used_for_order",
        "the journal is put in the order of its time stamps",
        (
            Change(SHELL, "stamped = replace(entry, at=now)", "stamped = replace(entry, at=self.host.now())"),
            Change(RESTORE, "fold(entries)", "fold(sorted(entries, key=lambda entry: entry.at))"),
        ),
        "effect_once",
        (Ground(paying(Strike("model", 2, ClockJump())), (*PAY, "model")),),
    ),
    Mutant(
        "arguments_unchecked",
        "calls are made with arguments off the schema",
        (Change(CALLS, "    return validate(call.arguments)", '    return ""'),),
        "whole_answers",
        (Ground(paying(Strike("model", 2, MalformedArguments()))),),
    ),
)
