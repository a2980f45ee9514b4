"""Metrics: pure functions of a run, each with a unit and a direction. One file for each family.

    for metric in METRICS:
        print(metric.name, metric(run), metric.unit, metric.better)

A metric of your own is a `Metric` around a function of a `Run`; put it into a file and name it `path/to/file.py:NAME`.
"""

from __future__ import annotations

from harness.metrics import conduct, effects, health, paging, recalled, resume, retention, tokens, waste
from harness.metrics.cost import BOOKS, COSTS, Prices
from harness.metrics.metric import Better, Metric, Value

METRICS: tuple[Metric, ...] = (
    Metric("completed", "yes/no", "higher", health.completed, bool),
    Metric("work_right", "share", "higher", health.work_right),
    Metric("resume_success", "yes/no", "higher", resume.resume_success, bool),
    Metric("recovery_correct", "yes/no", "higher", resume.recovery_correct, bool),
    Metric("dup_effects", "effects", "lower", effects.dup_effects, int),
    Metric("lost_effects", "effects", "lower", effects.lost_effects, int),
    Metric("unexpected_effects", "effects", "lower", effects.unexpected_effects, int),
    Metric("recovered_effects", "effects", "none", effects.recovered_effects, int),
    Metric("rework_calls", "calls", "lower", resume.rework_calls, int),
    Metric("rework_tokens", "tokens", "lower", resume.rework_tokens, int),
    Metric("boots", "lives", "none", resume.boots, int),
    Metric("bytes_written", "bytes", "lower", resume.bytes_written, int),
    Metric("tokens_total", "tokens", "lower", tokens.tokens_total, int),
    Metric("tokens_input", "tokens", "lower", tokens.tokens_input, int),
    Metric("tokens_cached", "tokens", "none", tokens.tokens_cached, int),
    Metric("tokens_output", "tokens", "lower", tokens.tokens_output, int),
    Metric("tokens_policy", "tokens", "none", tokens.tokens_policy, int),
    Metric("tokens_peak", "tokens", "lower", tokens.tokens_peak, int),
    Metric("token_slope", "tokens/step", "lower", tokens.token_slope),
    Metric("token_spikes", "steps", "lower", tokens.token_spikes, int),
    Metric("growth_class", "class", "none", tokens.growth_class, str),
    Metric("cumulative_exponent", "1", "lower", tokens.cumulative_exponent),
    Metric("tool_bytes_before", "bytes", "none", tokens.tool_bytes_before, int),
    Metric("tool_bytes_after", "bytes", "none", tokens.tool_bytes_after, int),
    *COSTS,
    Metric("compactions", "compactions", "none", health.compactions, int),
    Metric("abandoned_after_context_error", "yes/no", "lower", health.abandoned_after_context_error, bool),
    Metric("steps", "steps", "none", health.steps, int),
    Metric("tool_calls", "calls", "none", health.tool_calls, int),
    Metric("tool_success_rate", "share", "higher", health.tool_success_rate),
    Metric("retries", "tries", "lower", health.retries, int),
    Metric("hallucinated_calls", "calls", "lower", health.hallucinated_calls, int),
    Metric("reference_recall", "share", "higher", recalled.reference_recall),
    Metric("recall_in_view", "share", "higher", recalled.recall_in_view),
    Metric("recall_by_pointer", "share", "none", recalled.recall_by_pointer),
    Metric("recall_by_distance", "references", "none", recalled.recall_by_distance, str),
    Metric("questions", "questions", "lower", health.questions, int),
    Metric("virtual_seconds", "s", "lower", health.virtual_seconds),
    Metric("waste_dead", "share", "lower", waste.waste_dead),
    Metric("waste_duplicate", "share", "lower", waste.waste_duplicate),
    Metric("waste_unused_schema", "share", "none", waste.waste_unused_schema),
    Metric("waste_static", "share", "none", waste.waste_static),
    Metric("waste_overhead", "share", "none", waste.waste_overhead),
    Metric("waste_live", "share", "none", waste.waste_live),
    Metric("amplification", "times", "lower", waste.amplification),
    Metric("removals", "results", "none", paging.removals, int),
    Metric("faults", "calls", "lower", paging.faults, int),
    Metric("fault_rate", "share", "lower", paging.fault_rate),
    Metric("thrash", "faults/step", "lower", paging.thrash),
    Metric("premature_removals", "results", "lower", paging.premature_removals, int),
    Metric("compaction_reasons", "reasons", "none", paging.compaction_reasons, str),
    Metric("retention_goal", "share", "higher", retention.retention_goal),
    Metric("retention_constraint", "share", "higher", retention.retention_constraint),
    Metric("retention_identifier", "share", "higher", retention.retention_identifier),
    Metric("retention_decision", "share", "higher", retention.retention_decision),
    Metric("retention_by_compaction", "facts", "none", retention.retention_by_compaction, str),
    Metric("constraint_violations", "calls", "lower", conduct.constraint_violations, int),
    Metric("false_done", "yes/no", "lower", conduct.false_done, bool),
    Metric("step_repetition", "calls", "lower", conduct.step_repetition, int),
    Metric("pinned_visibility", "share", "higher", health.pinned_visibility),
    Metric("guardrail_rejections", "calls", "none", health.guardrail_rejections, int),
    Metric("indeterminate_named", "calls", "none", health.indeterminate_named, int),
)
"""Every metric of a run, in the order of the table's columns."""

PENDING: dict[str, str] = {
    "breaker_trips": "a circuit breaker before a tool or a vendor",
    "backpressure_refusals": "a door that refuses work while it has too much of it",
    "approvals_asked": "approvals: calls that a person must allow",
    "approvals_granted": "approvals",
    "approvals_denied": "approvals",
    "approvals_expired": "approvals",
    "checkpoints_skipped": "checkpoints of the world",
}
"""Metrics that say nothing yet, because nothing here has what they measure; by name, what they wait for."""

__all__ = ["BOOKS", "COSTS", "METRICS", "PENDING", "Better", "Metric", "Prices", "Value"]
