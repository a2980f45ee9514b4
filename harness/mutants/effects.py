"""Bugs around calls that change the world, and around calls of which nobody knows what became of them."""

from __future__ import annotations

from harness.faults import CrashAfter, ErrorInOk, HangAfter, RateLimit, Strike, ToolGone
from harness.mutants.grounds import ANY_PAYMENT, CALLS, CLEAN, DOUBT, SHELL, STATE, at_payments, paying
from harness.mutants.mutant import Change, Ground, Mutant

MUTANTS = (
    Mutant(
        "unstable_key",
        "every life has keys of its own",
        (
            Change(
                SHELL, "self.host.tool(call, intent.key,", 'self.host.tool(call, f"{intent.key}/{self.state.lives}",'
            ),
        ),
        "indeterminate_named",
        at_payments("deduplicating"),
    ),
    Mutant(
        "fresh_key_after_timeout",
        "after a timeout a call is a new one with a new key",
        (
            Change(
                SHELL,
                "self.host.tool(call, intent.key,",
                'self.host.tool(call, f"{intent.key}/{[o.failures for o in self.state.open]}",',
            ),
        ),
        "indeterminate_named",
        (Ground(paying(Strike("tool:pay_invoice", 1, HangAfter()))),),
    ),
    Mutant(
        "blind_call_repeated",
        "a call in doubt of a blind tool is repeated",
        (Change(DOUBT, 'or kind == "deduplicating"', 'or kind != "queryable"'),),
        "effect_once",
        ANY_PAYMENT,
    ),
    Mutant(
        "query_skipped",
        "a tool that could be asked is just called again",
        (
            Change(
                DOUBT,
                '    if kind == "queryable":\n',
                '    if kind == "queryable":\n        return _repeat(call, True)\n',
            ),
        ),
        "effect_once",
        ANY_PAYMENT,
    ),
    Mutant(
        "assumed_done",
        "a call in doubt is taken for done",
        (
            Change(
                DOUBT,
                '    if call.standing == "again" or kind == "deduplicating":\n',
                '    if call.standing == "doubt":\n'
                '        done = Returned(id=call.intent.call.id, result=Result(content="done"))\n'
                '        return Note(rule="doubt", entries=(done,))\n'
                '    if call.standing == "again" or kind == "deduplicating":\n',
            ),
        ),
        "acknowledged_effect",
        ANY_PAYMENT,
    ),
    Mutant(
        "person_not_asked",
        "a blind call in doubt is given up, nobody is told",
        (
            Change(
                DOUBT,
                '    return _ask_human(call, "the tool can neither be asked nor recognise a repeated key")\n',
                '    return _give_up(call, "nobody knows")\n',
            ),
        ),
        "indeterminate_named",
        ANY_PAYMENT,
    ),
    Mutant(
        "no_taken_for_yes",
        "a person's no about a call in doubt is not heard",
        (Change(STATE, "    if entry.happened:\n", "    if entry.happened is not None:\n"),),
        "no_lost_effect",
        at_payments("blind"),
    ),
    Mutant(
        "doubt_forgotten",
        "a call under way at a crash is an orphan for ever",
        (
            Change(
                STATE,
                'if call.standing in ("running", "doubt"):',
                'if call.standing == "doubt":',
            ),
        ),
        "transcript_well_formed",
        at_payments("deduplicating"),
    ),
    Mutant(
        "refusal_settles_doubt",
        "a 429 later on is taken for news of the first try",
        (
            Change(
                STATE,
                "doubtful = call.doubtful or entry.error not in REFUSALS",
                "doubtful = entry.error not in REFUSALS",
            ),
        ),
        "effect_once",
        (
            Ground(
                paying(
                    Strike("tool:pay_invoice", 1, CrashAfter()),
                    Strike("query:pay_invoice", 1, RateLimit()),
                    kind="queryable",
                )
            ),
        ),
    ),
    Mutant(
        "no_deadline_for_tools",
        "a tool that never answers is waited for for ever",
        (Change(SHELL, "self.host.tool(call, intent.key, timeout_ms=timeout_ms)", "self.host.tool(call, intent.key)"),),
        "ending_sane",
        (Ground(paying(Strike("tool:pay_invoice", 1, HangAfter()))),),
    ),
    Mutant(
        "error_in_ok_believed",
        "an error in a result that is ok counts as done",
        (Change(SHELL, "contradiction(result) if mutating else", '"" if mutating else'),),
        "acknowledged_effect",
        (Ground(paying(Strike("tool:pay_invoice", 1, ErrorInOk()))),),
    ),
    Mutant(
        "gone_tool_called",
        "a call in doubt is repeated though its tool is gone",
        (Change(DOUBT, 'return f"there is no tool {named.name!r} any more"', 'return ""'),),
        "ending_sane",
        (Ground(paying(Strike("tool:pay_invoice", 1, CrashAfter()), Strike("boot", 2, ToolGone())), progress=False),),
    ),
    Mutant(
        "one_key_a_turn",
        "the parallel calls of a turn share a key",
        (
            Change(
                CALLS,
                "{session}-{state.turn}-{index}-{crc32((call.name + call.arguments).encode()):08x}",
                "{session}-{state.turn}",
            ),
        ),
        "key_bound",
        CLEAN,
    ),
)
