"""A plan as people read it: what is done, to what, why; quiet about what does not change."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from reconciler.model import marks
from reconciler.model.observation import ObservedDeployment
from reconciler.planning.changes import Action, Change, FieldChange, Unknown
from reconciler.planning.drift import Cause, Drift
from reconciler.planning.plan import Plan
from reconciler.render.text import Style, clean, duration, pad, plural, when

INDENT = " " * 13
COLUMNS = 80
_LOOK: dict[Action, tuple[str, str]] = {
    Action.UPLOAD: ("^", "green"),
    Action.TRAIN: ("+", "green"),
    Action.RETRY: ("+", "green"),
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "red"),
    Action.DELETE: ("-", "red"),
    Action.CANCEL: ("-", "red"),
    Action.WAIT: ("…", "cyan"),
    Action.PARKED: ("…", "yellow"),
    Action.BLOCKED: ("!", "red"),
}


def render(plan: Plan, style: Style, seconds: float | None = None) -> str:
    """The whole plan; `seconds` is how long the look at the targets took."""
    parts = [_header(plan, style, seconds)]
    drifts = [d for d in plan.drift if d.cause is not Cause.FAILED]  # the change says it better
    if drifts:
        parts.append("\n\n".join(_drift(d, style) for d in drifts))
    uploads = [_upload(c, style) for c in plan.changes if c.action is Action.UPLOAD]
    if uploads:
        parts.append("\n".join(uploads))
    parts += ["\n".join(_change(c, style)) for c in plan.changes if c.action is not Action.UPLOAD]
    kept = _kept(plan)
    if kept:
        parts.append("\n".join(style(line, "dim") for line in kept))
    parts.append(_summary(plan, style))
    return "\n\n".join(parts) + "\n"


def _header(plan: Plan, style: Style, seconds: float | None) -> str:
    took = f" in {duration(seconds)}" if seconds is not None else ""
    seen = f"{plural(plan.targets, 'target')} · {plural(plan.objects, 'object')} observed{took}"
    return style(f"estate {clean(plan.estate)} · {seen}", "dim")


def _change(change: Change, style: Style) -> Iterator[str]:
    symbol, color = _LOOK[change.action]
    where = f" on {change.target}" if change.address.kind != "deployment" else ""
    if change.action is Action.DELETE and isinstance(change.live, ObservedDeployment):
        where = f"  {change.live.name}" if change.live.name != change.address.name else ""
    word = pad(change.action.value, 8)
    yield f"  {style(f'{symbol} {word}', color)} {style(clean(str(change.address)), 'bold')}{style(where, 'dim')}"
    facts = [*change.notes, *(f"shared with {a}" for a in change.also)]
    yield from _wrapped(" · ".join(facts))
    yield from _fields(change.fields, style, created=change.action is Action.CREATE)
    at = f" ({change.reason.at})" if change.reason.at else ""
    for line in _wrapped(f"because {change.reason.text}{at}"):
        yield style(line, "dim")


def _wrapped(text: str) -> list[str]:
    """The text in lines that fit 80 columns; an address or a path is never cut."""
    return textwrap.wrap(
        clean(text),
        COLUMNS,
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _upload(change: Change, style: Style) -> str:
    """One line, for what needs the file says the rest; and why it is sent once more."""
    symbol, color = _LOOK[change.action]
    name = style(pad(clean(str(change.address)), 34), "bold")
    facts = f"{' · '.join(change.notes)} to {change.target}"
    line = f"  {style(f'{symbol} {pad(change.action.value, 8)}', color)} {name} {style(clean(facts), 'dim')}"
    why = [] if change.reason.code == "needed" else _wrapped(f"because {change.reason.text}")
    return "\n".join([line, *(style(w, "dim") for w in why)])


def _fields(fields: tuple[FieldChange, ...], style: Style, *, created: bool) -> Iterator[str]:
    column = max((len(f.field) for f in fields), default=0) + 3
    for f in fields:
        name = pad(clean(f.field), column)
        after = value(f.field, f.after)
        if created:
            yield f"{INDENT}{name}{after}"
        else:
            yield f"{INDENT}{name}{value(f.field, f.before)} {style('->', 'yellow')} {after}"


def value(field: str, raw: Any) -> str:
    """A field's value in few words: a model by its mark and suffix, an account by its name."""
    if raw is None:
        return "(none)"
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, Unknown):
        return str(raw)
    text = clean(str(raw))
    if field == "model" and (mark := marks.find_mark(text)):
        return "…-" + text[text.lower().index(mark) :]
    if field == "model" and text.startswith("ftchkpt-"):
        return text[:16] + "…"
    if field == "source" and "/" in text:
        return text.rstrip("/").rpartition("/")[2]
    return text


def _kept(plan: Plan) -> list[str]:
    """What the estate owns, nothing wants, and this plan leaves alone."""
    going = {c.key for c in plan.changes if c.action is Action.DELETE}
    kept = [o for o in plan.orphans if f"{o.address}#{o.live.name}" not in going]
    lines = [f"  {pad(o.live.name, 34)} on {o.target}: {o.why}{' (protected)' if o.protected else ''}" for o in kept]
    return ["Kept, though nothing wants it any more (--prune destroys it):", *map(clean, lines)] if kept else []


def _drift(drift: Drift, style: Style) -> str:
    lines = [f"  {style(f'! {pad(drift.cause, 8)}', 'yellow')} {style(clean(str(drift.address)), 'bold')}"]
    column = max((len(f.field) for f in drift.fields), default=0) + 3
    for f in drift.fields:
        before, after = value(f.field, f.before), value(f.field, f.after)
        lines.append(f"{INDENT}{pad(clean(f.field), column)}{before} last applied   {after} live")
    if drift.by:
        lines.append(INDENT + style(clean(f"by {drift.by}, {when(drift.at)}"), "dim"))
    return "\n".join(lines)


def _summary(plan: Plan, style: Style) -> str:
    if not plan.changes:
        if not plan.complete:
            return style("Nothing to do on the targets that could be read; not all of them could.", "bold", "yellow")
        counts = [(len(plan.graph.runs), "run"), (len(plan.graph.deployments), "deployment")]
        what = " and ".join(plural(n, word) for n, word in counts if n) or "Nothing is wanted, and nothing"
        verb = "match" if sum(n for n, _ in counts) > 1 else "matches"
        done = style("No changes.", "bold", "green")
        return f"{done} {what} on {plural(plan.targets, 'target')} {verb} the specs."
    numbers = {
        "train": plan.count(Action.TRAIN, Action.RETRY),
        "add": plan.count(Action.CREATE, Action.REPLACE),
        "change": plan.count(Action.UPDATE),
        "destroy": plan.count(Action.DELETE, Action.REPLACE),
    }
    line = "Plan: " + ", ".join(f"{n} to {word}" for word, n in numbers.items()) + "."
    more = {
        "to upload": plan.count(Action.UPLOAD),
        "to wait for": plan.count(Action.WAIT),
        "to cancel": plan.count(Action.CANCEL),
        "parked": plan.count(Action.PARKED),
        "blocked": plan.count(Action.BLOCKED),
    }
    also = ", ".join(f"{n} {words}" for words, n in more.items() if n)
    return style(line, "bold") + (f" Also {also}." if also else "")
