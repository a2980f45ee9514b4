"""The answer of `longhaul inspect` as text of at most 100 columns, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from harness.metrics.cost import BOOKS
from longhaul.lines import COLUMNS, cut, wrapped
from longhaul.traces.measure import GROWTH_CALLS, KINDS, Measured
from longhaul.traces.play import BASE, RECORDED, Played
from longhaul.traces.window import References, together

MOST = 20
"""Conversations that a table lists; the totals are over all."""

_HEADS = ("full", "x.4", "x.1", "w1.25", "w2")
_NAME = 26

FARTHEST = 128
"""The last band of a table: so many turns and more."""


def printable(text: str) -> str:
    """A text of a trace for the screen: control characters, and what changes the direction of writing, as escapes."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def short(number: float | None) -> str:
    """A number in at most seven columns."""
    if number is None:
        return "-"
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(number) >= size:
            return f"{number / (size if letter != 'k' else 1e3):.1f}{letter}"
    return f"{number:.0f}" if float(number).is_integer() else f"{number:.1f}"


def conversation(one: Measured) -> Iterator[str]:
    """One conversation in full."""
    made = " by ".join(filter(None, (one.harness, one.model))) or "harness and model not recorded"
    yield cut(printable(f"{one.id} ({made})"), COLUMNS)
    yield (
        f"calls {one.calls}, messages {one.messages}, tool results {one.results} ({one.errors} errors); input "
        f"{short(one.input)} tokens, peak {short(one.peak)}, output {short(one.output)}"
    )
    if one.vendor_input:
        share = one.vendor_input / one.input if one.input else 0
        yield f"the vendor counted {short(one.vendor_input)} input tokens, tool definitions included: {share:.2f} x ours"
    yield (
        f"slope {_slope(one)} tokens/call, growth {one.growth or f'- (fewer than {GROWTH_CALLS} calls)'}, cumulative exponent "
        f"{_exponent(one)}, jumps {one.spikes}"
    )
    yield (
        f"epochs {one.epochs}; compactions of the recorded harness {one.compactions}, microcompactions "
        f"{one.microcompactions}"
    )


def conversations(found: Sequence[Measured]) -> Iterator[str]:
    """Several conversations, the biggest first, one a row."""
    yield f"{'conversation':<44}{'calls':>6}{'input':>9}{'peak':>9}{'slope':>7} {'growth':<12}{'exp':>5}{'comp':>5}"
    for one in sorted(found, key=lambda one: -one.input)[:MOST]:
        cuts = one.compactions + one.microcompactions
        yield (
            f"{cut(printable(one.id), 43):<44}{one.calls:>6}{short(one.input):>9}{short(one.peak):>9}{_slope(one):>7} "
            f"{one.growth or '-':<12}{_exponent(one):>5}{cuts:>5}"
        )
    if len(found) > MOST:
        yield f"... and {len(found) - MOST} smaller ones"
    calls, tokens = sum(one.calls for one in found), sum(one.input for one in found)
    yield f"{len(found)} conversations, {calls} calls, {short(tokens)} input tokens"


def _slope(one: Measured) -> str:
    return short(None if one.slope is None else round(one.slope))


def _exponent(one: Measured) -> str:
    return "-" if one.exponent is None else f"{one.exponent:.2f}"


def waste(found: Sequence[Measured]) -> Iterator[str]:
    """The waste profile over all conversations."""
    whole = sum(one.input for one in found) or 1
    parts = ", ".join(f"{kind} {sum(one.waste[kind] for one in found) / whole:.1%}" for kind in KINDS)
    tools = sum(one.tools for one in found) / whole
    unique = sum(one.unique for one in found) or 1
    yield f"input by kind: {parts}"
    yield f"tool results are {tools:.1%} of the input; a token was sent {whole / unique:.1f} times on average"
    yield "dead is an estimate: tool results after the last call that names an identifier standing in them"


def policies(rows: Sequence[Played], lookup: float) -> Iterator[str]:
    """What each policy would have saved, against keeping everything, and what of the references it kept."""
    base = next((row for row in rows if row.policy == BASE), rows[0])
    yield f"{'':<{_NAME}}{'input':>7}{'':>6}{'cost by price of cached input':>35}{'com-':>6}{'reference recall':>20}"
    heads = "".join(f"{head:>7}" for head in _HEADS)
    yield f"{'policy':<{_NAME}}{'tokens':>7}{'saved':>6}{heads}{'pact':>6}{'view':>5}{'ptr':>5}{'lost':>5}{'gain':>5}"
    for row in rows:
        costs = "".join(f"{short(cost):>7}" for cost in row.costs())
        yield f"{_name(row)}{short(row.input):>7}{_saved(row, base):>6}{costs}{short(row.compactions):>6}{_recall(row, lookup)}"
    for row in rows:
        if row.failed:
            yield cut(printable(f"{row.policy} did not come to the end: {row.failed}"), COLUMNS)


def _name(row: Played) -> str:
    return f"{cut(printable(row.policy), _NAME - 1):<{_NAME}}"


def by_distance(rows: Sequence[Played], lookup: float) -> Iterator[str]:
    """Recall, and what of it is gained over a window, by the turns since the newest result that held the identifier."""
    tables = [(row, _far_together(row)) for row in rows]
    least = sorted({band for _, bands in tables for band in bands})
    heads = [f"{band}+" if band == FARTHEST else str(band) if band == 1 else f"{band}-{2 * band - 1}" for band in least]
    counted = next((bands for row, bands in tables if row.policy == BASE), tables[0][1])

    def line(name: str, cells: Iterable[str]) -> str:
        return f"{name:<{_NAME}}" + "".join(f"{cell:>9}" for cell in cells)

    def block(title: str, tell: Callable[[References], str]) -> Iterator[str]:
        yield title
        for row, bands in tables:
            yield line(_name(row), (tell(bands.get(band, References())) for band in least))

    yield line("turns since the result", heads)
    yield line(f"references ({BASE})", (str(counted.get(band, References()).total) for band in least))
    yield from block(f"recall: in view + {lookup:g} x by pointer", lambda found: _percent(found.recall(lookup)))
    yield from block("gain: recall above a window of as many tokens, points", lambda found: _points(found.gain(lookup)))


def _far_together(row: Played) -> dict[int, References]:
    bands: dict[int, list[References]] = {}
    for least, found in row.bands.items():
        bands.setdefault(min(least, FARTHEST), []).append(found)
    return {least: together(several) for least, several in bands.items()}


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _points(gain: float | None) -> str:
    """Points with their sign; what rounds to none has none."""
    return "-" if gain is None else f"{round(100 * gain):+d}" if round(100 * gain) else "0"


def _saved(row: Played, base: Played) -> str:
    return f"{1 - row.input / base.input:.0%}" if base.input and row.policy not in (BASE, RECORDED) else "-"


def _recall(row: Played, lookup: float) -> str:
    found = row.references
    parts = (found.in_view, found.by_pointer, found.lost)
    shares = [_percent(part / found.total if found.total else None) for part in parts]
    return "".join(f"{cell:>5}" for cell in (*shares, _points(found.gain(lookup))))


def notes(budget: float | int, lookup: float) -> str:
    """How to read the table of policies."""
    said = f"{budget:g} x all that was said" if isinstance(budget, float) else f"{budget} tokens"
    return wrapped(
        f"view budget {said}; saved: against keep_all; cost 1 = an uncached input token, output 5, cached input at its full "
        "price, x 0.4, x 0.1, and x 0.1 with writes at 1.25 and at 2; as recorded: what the harness did itself, without "
        "tool definitions; reference recall: identifiers of tool results that were used later, at that call in view, by "
        "pointer, lost; gain: points of recall above a window of the newest tokens, as many as the view had at that call, "
        f"pointers counted {lookup:g}; summaries are written by a script that lists identifiers"
    )


def as_json(found: Iterable[Measured], rows: Iterable[Played], told: dict[str, Any]) -> dict[str, Any]:
    """Everything as plain values."""
    listed = list(rows)
    lookup = told["lookup"]
    base = next((row for row in listed if row.policy == BASE), None)
    return {
        **told,
        "tokens": "ceil(UTF-8 bytes / 3.2)",
        "dead_is": "an estimate by the last use of identifiers",
        "conversations": [_measured(one) for one in found],
        "policies": [_played(row, base, lookup) for row in listed],
    }


def _measured(one: Measured) -> dict[str, Any]:
    names = (
        "id", "model", "harness", "messages", "results", "errors", "calls", "input", "cached", "output", "peak",
        "vendor_input", "slope", "growth", "exponent", "spikes", "epochs", "compactions", "microcompactions",
        "amplification", "tools",
    )  # fmt: skip
    return {**{name: getattr(one, name) for name in names}, "waste": dict(one.waste)}


def _played(row: Played, base: Played | None, lookup: float) -> dict[str, Any]:
    costs = {book.name: cost for book, cost in zip(BOOKS, row.costs(), strict=True)}
    names = ("policy", "input", "cached", "output", "peak", "compactions", "failed")
    saved = None if base is None or not base.input else round(1 - row.input / base.input, 9)
    distances = {str(least): _references(found, lookup) for least, found in row.bands.items()}
    return {
        **{name: getattr(row, name) for name in names},
        **_references(row.references, lookup), "cost": costs, "saved": saved, "by_distance": distances,
    }  # fmt: skip


def _references(found: References, lookup: float) -> dict[str, Any]:
    return {**asdict(found), "recall": found.recall(lookup), "gain": found.gain(lookup)}
