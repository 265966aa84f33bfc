"""What is in a training file, for people: rows, tokens and how they spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.datasets.facts import DatasetFacts
from reconciler.datasets.statistics import Statistics
from reconciler.render.text import Style, clean, pad, plural

_BAR, _WIDTH, _BINS = "█▏▎▍▌▋▊▉", 40, 10
_SHOWN_LABELS = 12


def line(facts: DatasetFacts, shown: str, style: Style) -> str:
    """One line on a file that can be used."""
    size = f"{facts.rows:,} {facts.format} {'row' if facts.rows == 1 else 'rows'}"
    tokens = f" · {facts.tokens:,} tokens" if facts.tokens is not None else ""
    return f"{style('ok', 'green')}  {clean(shown)}: {size}{tokens} · digest {style('sha256:' + facts.digest, 'dim')}\n"


def statistics(facts: DatasetFacts, found: Statistics, shown: str, limit: int | None, model: str, style: Style) -> str:
    return "\n".join(_lines(facts, found, shown, limit, model, style)) + "\n"


def _lines(
    facts: DatasetFacts, found: Statistics, shown: str, limit: int | None, model: str, style: Style
) -> Iterator[str]:
    yield style(clean(shown), "bold")
    yield f"  rows       {facts.rows:,} {facts.format} · {facts.bytes / 1e6:,.1f} MB"
    yield f"  digest     sha256:{facts.digest}"
    spread = f"median {found.quantile(0.5):,} · p95 {found.quantile(0.95):,}"
    longest = f"longest {found.longest[0]:,} (line {found.longest[1]:,})"
    yield f"  tokens     {found.tokens:,} in {facts.encoding} · {spread} · {longest}"
    if limit is not None and (over := found.rows_over(limit)):
        cut = found.tokens - found.billed(limit)
        cut_off = f"{plural(over, 'row')} over the {limit:,} of {model}: about {cut:,} tokens are cut off"
        yield f"             {style(cut_off, 'yellow')}"
    if facts.images:
        yield f"  images     {facts.images:,}, not counted: no vendor says how it counts them for training"
    if any(found.turns):
        turns = sorted(found.turns)
        middle = _median(found.turns)
        yield f"  messages   {turns[0]} to {turns[-1]} a row, median {middle}"
    if found.labels:
        yield from _labels(found.labels)
    yield ""
    yield "  tokens a row"
    yield from _histogram(found.lengths, style)


def _median(counts: Counter[int]) -> int:
    half, seen = sum(counts.values()) / 2, 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= half:
            return value
    return 0


def _labels(labels: Counter[str]) -> Iterator[str]:
    yield f"  labels     {len(labels)} different answers"
    for label, rows in labels.most_common(_SHOWN_LABELS):
        yield f"             {pad(clean(label), 24)} {rows:>8,}"
    if len(labels) > _SHOWN_LABELS:
        yield f"             and {len(labels) - _SHOWN_LABELS} more"


def _histogram(lengths: Counter[int], style: Style) -> Iterator[str]:
    """Bars over bins of equal, round width."""
    if not lengths:
        return
    longest = max(lengths)
    step = _round_up(max(1, -(-(longest + 1) // _BINS)))
    bins: Counter[int] = Counter()
    for length, rows in lengths.items():
        bins[length // step] += rows
    most = max(bins.values())
    digits = len(f"{(max(bins) + 1) * step:,}")
    for index in range(max(bins) + 1):
        rows = bins[index]
        name = f"{index * step:>{digits},} - {(index + 1) * step - 1:>{digits},}"
        yield f"  {name}  {style(pad(_bar(rows / most), _WIDTH), 'cyan')} {rows:>8,}".rstrip()


def _bar(share: float) -> str:
    eighths = round(share * _WIDTH * 8) or (1 if share else 0)
    return _BAR[0] * (eighths // 8) + (_BAR[eighths % 8] if eighths % 8 else "")


def _round_up(value: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50, ..."""
    power: int = 10 ** (len(str(value)) - 1)
    return next(nice * power for nice in (1, 2, 5, 10) if nice * power >= value)
