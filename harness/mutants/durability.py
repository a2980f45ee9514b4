"""Bugs in what is on disk when."""

from __future__ import annotations

from harness.faults import CrashAfter, CrashBefore, NoSpace, ShortWrite, Strike, SyncFailed
from harness.mutants.grounds import CLEAN, JOURNAL, RESTORE, SHELL, paying
from harness.mutants.mutant import Change, Ground, Mutant

FLUSH_FAILED = "            self._cut_back(lambda data: durable_size(data, self._journal.barrier))\n            raise\n"
"""What is done after a flush that failed."""

MUTANTS = (
    Mutant(
        "no_flush",
        "nothing is ever flushed",
        (Change(SHELL, "            self.host.flush()\n", "            pass\n"),),
        "decision_durable",
        CLEAN,
    ),
    Mutant(
        "late_flush",
        "an intent is flushed after its call, not before it",
        (
            Change(
                SHELL,
                "        if command.flush:\n            self.flush()\n        self.write()\n",
                "        self.write()\n",
            ),
        ),
        "write_ahead",
        CLEAN,
    ),
    Mutant(
        "effect_before_intent",
        "a call is made first and noted as begun afterwards",
        (
            Change(
                SHELL,
                "        self.note(Called(rule=command.rule, facts=command.facts, intents=command.intents))\n",
                "        outcomes = [await self._call(intent) for intent in command.intents]\n"
                "        self.note(Called(rule=command.rule, facts=command.facts, intents=command.intents))\n"
                "        for outcome in outcomes:\n"
                "            self.note(outcome)\n"
                "        return\n",
            ),
        ),
        "write_ahead",
        CLEAN,
    ),
    Mutant(
        "result_not_flushed",
        "a request shows outcomes that are not durable yet",
        (
            Change(
                SHELL,
                "        self.note(Asked(rule=what, tokens=tokens))\n        self.flush()\n",
                "        self.note(Asked(rule=what, tokens=tokens))\n        self.write()\n",
            ),
        ),
        "write_ahead",
        CLEAN,
    ),
    Mutant(
        "torn_tail_kept",
        "a torn last record is skipped and not cut off",
        (Change(SHELL, "host.truncate(restored.size)", "host.now()"),),
        "journal_whole",
        (Ground(paying(kind="queryable"), ("disk:append",)),),
    ),
    Mutant(
        "flush_error_swallowed",
        "a failed flush is taken for one that went through",
        (Change(SHELL, FLUSH_FAILED, "            pass\n"),),
        "decision_durable",
        (Ground(paying(Strike("disk:flush", 4, NoSpace(), None)), progress=False),),
    ),
    Mutant(
        "write_error_swallowed",
        "a failed write is taken for one that went through",
        (
            Change(
                SHELL,
                "            self._cut_back(whole_size)\n            raise\n",
                "            return\n",
            ),
        ),
        "decision_durable",
        (Ground(paying(Strike("disk:append", 4, NoSpace())), progress=False),),
    ),
    Mutant(
        "short_write_left",
        "what a failed write left stays in the journal",
        (Change(SHELL, "            self._cut_back(whole_size)\n            raise\n", "            raise\n"),),
        "journal_whole",
        (Ground(paying(Strike("disk:append", 2, ShortWrite())), progress=False),),
    ),
    Mutant(
        "sync_tried_again",
        "after a flush that failed the next one is believed",
        (
            Change(
                SHELL,
                FLUSH_FAILED,
                "            self.host.flush()\n",
            ),
        ),
        "effect_once",
        tuple(
            Ground(
                paying(Strike("disk:flush", 4, SyncFailed()), Strike("tool:pay_invoice", 3, crash), kind="queryable"),
                progress=False,
            )
            for crash in (CrashBefore(), CrashAfter())
        ),
    ),
    Mutant(
        "no_checksum",
        "records are believed without their checksum",
        (Change(JOURNAL, "whole = barrier >= 0 and frame(json, barrier)[:-1] == line", "whole = barrier >= 0"),),
        "journal_whole",
        (Ground(paying(kind="queryable"), ("disk:append",), survive="bit_flip"),),
    ),
    Mutant(
        "cut_too_much",
        "more than the torn tail is cut off",
        (Change(SHELL, "host.truncate(restored.size)", "host.truncate(restored.size - 1)"),),
        "durable_kept",
        (Ground(paying(kind="queryable"), ("disk:append",)),),
    ),
    Mutant(
        "barriers_forgotten",
        "a new life counts its flushes from the start",
        (Change(RESTORE, "records.records[-1].barrier + 1 if", "0 if"),),
        "order_monotone",
        (Ground(paying(), ("disk:append",)),),
    ),
    Mutant(
        "last_record_forgotten",
        "a new life does not know the newest record",
        (Change(RESTORE, "fold(entries)", "fold(entries[:-1])"),),
        "recovery_idempotent",
        (Ground(paying(), ("disk:append",)),),
    ),
    Mutant(
        "outcomes_forgotten",
        "a new life makes all calls of the turn again",
        (
            Change(
                RESTORE,
                "    return Restored(",
                "    last = max((n for n, entry in enumerate(entries) if isinstance(entry, Replied)), default=0)\n"
                '    entries = [e for n, e in enumerate(entries) if n < last or type(e).__name__ != "Returned"]\n'
                "    return Restored(",
            ),
        ),
        "bounded_reexecution",
        (Ground(paying(), ("disk:append",)),),
    ),
)
