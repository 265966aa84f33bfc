"""A plan as people read it: what is done, to what, why; quiet about what does not change."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.model import marks
from reconciler.planning.changes import Action, Unknown
from reconciler.planning.drift import GONE, Cause
from reconciler.planning.planformat import ChangePart, DriftPart, LeftoverPart, OrphanPart, PlanDocument, UnsetPart
from reconciler.render import cost, scope
from reconciler.render.text import Style, clean, pad, plural, when, width

LEFT = "Left as it is, for the specs do not set it any more:"
UNWANTED = "Kept, though nothing wants it any more (--prune destroys it):"
PROTECTED = "Kept, because it is protected:"
UNREAD_KEPT = "Kept, because its target could not be read in full:"
INDENT = " " * 13
COLUMNS = 80
LOOK: dict[Action, tuple[str, str]] = {
    Action.UPLOAD: ("^", "green"),
    Action.TRAIN: ("+", "green"),
    Action.RETRY: ("+", "green"),
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "red"),
    Action.DELETE: ("-", "red"),
    Action.REMOVE: ("-", "yellow"),
    Action.CANCEL: ("-", "red"),
    Action.WAIT: ("…", "cyan"),
    Action.PARKED: ("…", "yellow"),
    Action.BLOCKED: ("!", "red"),
}


def render(plan: PlanDocument, style: Style, seen: str = "") -> str:
    """The whole plan; `seen` says when the targets were looked at, or how long that took."""
    parts = [_header(plan, style, seen)]
    if drifts := drifted(plan):
        parts.append("\n\n".join(_drift(d, style) for d in drifts))
    uploads = [_upload(c, style) for c in plan.resource_changes if c.action is Action.UPLOAD]
    if uploads:
        parts.append("\n".join(uploads))
    in_a_line = (Action.UPLOAD, Action.REMOVE)
    currency = plan.cost.currency if plan.cost else "USD"
    parts += ["\n".join(_change(c, style, currency)) for c in plan.resource_changes if c.action not in in_a_line]
    removals = [_removal(c, style) for c in plan.resource_changes if c.action is Action.REMOVE]
    if removals:
        parts.append("\n".join(removals))
    if orphans := _kept(plan):
        parts.append("\n".join(style(line, "dim") for line in orphans))
    if stays := left(plan.unset):
        parts.append("\n".join([LEFT, *(style(line, "dim") for line in stays)]))
    parts.append(_summary(plan, style))
    return "\n\n".join(parts) + "\n"


def _header(plan: PlanDocument, style: Style, seen: str) -> str:
    seen = f"{plural(len(plan.targets), 'target')} · {plural(plan.objects, 'object')} observed {seen}".rstrip()
    return style(f"estate {clean(plan.estate)} · {seen}", "dim")


def _change(change: ChangePart, style: Style, currency: str = "USD") -> Iterator[str]:
    symbol, color = LOOK[change.action]
    where = f" on {change.target}" if change.type != "deployment" else ""
    word = pad(change.action.value, 8)
    address, where, price = clean(subject(change)), clean(where), cost.beside(change.cost, currency)
    gap = " " * max(2, COLUMNS - len(INDENT) - width(address + where + price)) if price else ""
    yield f"  {style(f'{symbol} {word}', color)} {style(address, 'bold')}{style(where, 'dim')}{gap}{price}"
    unpriced = [change.cost.gap] if change.cost and change.cost.gap else []
    facts = [*notes(change), *(f"shared with {a}" for a in change.also), *unpriced]
    yield from _wrapped(" · ".join(facts))
    yield from _fields(change, style)
    at = f" ({change.range.filename}:{change.range.line})" if change.range else ""
    for line in _wrapped(f"because {change.reason}{at}"):
        yield style(line, "dim")


def subject(change: ChangePart) -> str:
    """What the change is made to: of a job, which may stay wanted, the one run or model that goes."""
    id = (change.change.before or {}).get("id")
    if change.type != "job" or not id or change.action not in (Action.DELETE, Action.CANCEL):
        return change.address
    return f"run {id}" if change.action is Action.CANCEL else f"model {value('model', id)}"


def notes(change: ChangePart) -> list[str]:
    """Its notes, and whose the subject is."""
    name = subject(change)
    if name == change.address:
        return list(change.notes)
    return [f"of {change.address}", *(note for note in change.notes if note not in (name, name.partition(" ")[2]))]


def _wrapped(text: str, indent: str = INDENT) -> list[str]:
    """The text in lines that fit 80 columns; an address or a path is never cut."""
    return textwrap.wrap(
        clean(text),
        COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _upload(change: ChangePart, style: Style) -> str:
    """One line, for what needs the file says the rest; and why it is sent once more."""
    symbol, color = LOOK[change.action]
    name = style(pad(clean(change.address), 34), "bold")
    facts = f"{' · '.join(change.notes)} to {change.target}"
    line = f"  {style(f'{symbol} {pad(change.action.value, 8)}', color)} {name} {style(clean(facts), 'dim')}"
    why = [] if change.action_reason == "needed" else _wrapped(f"because {change.reason}")
    return "\n".join([line, *(style(w, "dim") for w in why)])


def _removal(change: ChangePart, style: Style) -> str:
    """One line: files cost little to send again."""
    symbol, color = LOOK[change.action]
    name = style(pad(clean(change.address), 34), "bold")
    when = " once trained" if change.action_reason == "trained" and change.needs else ""
    facts = style(clean(f"from {change.target}{when}"), "dim")
    return f"  {style(f'{symbol} {pad(change.action.value, 8)}', color)} {name} {facts}"


def _fields(change: ChangePart, style: Style) -> Iterator[str]:
    column = max((len(f.field) for f in change.fields), default=0) + 3
    # What is live has a model: without one before, a blocked change was to make something new.
    new = change.action is Action.BLOCKED and any(f.field == "model" and f.before is None for f in change.fields)
    for f in change.fields:
        name = pad(clean(f.field), column)
        before, after = value(f.field, f.before), value(f.field, f.after)
        if change.action is Action.CREATE or new:
            yield f"{INDENT}{name}{after}"
        elif change.action is Action.DELETE:
            yield f"{INDENT}{name}{before}"
        else:
            arrow = style("->", "yellow")
            if width(f"{INDENT}{name}{before} -> {after}") <= COLUMNS:
                yield f"{INDENT}{name}{before} {arrow} {after}"
            else:  # the values begin in one column
                yield f"{INDENT}{name}{before}"
                yield f"{INDENT}{' ' * (width(name) - 3)}{arrow} {after}"


def sides(indent: str, name: str, before: str, after: str) -> Iterator[str]:
    """What was last applied and what is live, side by side or one above the other."""
    line = f"{indent}{name}{before} last applied   {after} live"
    if width(line) <= COLUMNS:
        yield line
    else:
        yield f"{indent}{name}{before} last applied"
        yield f"{indent}{' ' * width(name)}{after} live"


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


def kept(plan: PlanDocument) -> list[OrphanPart]:
    """What the estate owns, nothing wants, and this plan leaves alone."""
    going = {c.key for c in plan.resource_changes if c.action is Action.DELETE}
    return [o for o in plan.orphans if f"{o.address}#{o.name}" not in going]


def in_use(plan: PlanDocument) -> list[LeftoverPart]:
    """What pruning spares, because it is in use or may be."""
    return [x for x in plan.leftovers if x.kept and not x.spared] if prunes(plan) else []


def left_behind(plan: PlanDocument) -> str:
    """What pruning would take, in numbers; empty where it does."""
    takes = Counter(x.kind for x in plan.leftovers if not x.kept)
    if not takes or prunes(plan):
        return ""
    counts = ", ".join(plural(n, kind) for kind, n in sorted(takes.items()))
    return f"Left from earlier specs: {counts} (--prune takes what nothing needs)."


def prunes(plan: PlanDocument) -> bool:
    return plan.asked.prune or plan.asked.destroy


def _kept(plan: PlanDocument) -> list[str]:
    lines = []
    for head in (UNWANTED, PROTECTED, UNREAD_KEPT):
        names = [f"  {pad(o.name, 34)} on {o.target}{_why(o, plan)}" for o in kept(plan) if _head(o, plan) == head]
        lines += [head, *map(clean, names)] if names else []
    if used := in_use(plan):
        lines.append("Kept, because it is in use or may be:")
        for x in used:
            told = clean(f"{x.kind} {value(x.kind, x.name)} on {x.target}: {x.kept}")
            lines += textwrap.wrap(told, COLUMNS, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    more = left_behind(plan)
    return [*lines, more] if more else lines


def _head(orphan: OrphanPart, plan: PlanDocument) -> str:
    if orphan.protected:
        return PROTECTED
    return UNREAD_KEPT if orphan.unread and prunes(plan) else UNWANTED


def left(parts: Iterable[UnsetPart]) -> list[str]:
    """A line or more for each deployment with fields that left the specs."""
    lines = []
    for part in parts:
        told = clean(f"{part.address}: {left_words(part)}")
        lines += textwrap.wrap(told, COLUMNS, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    return lines


def left_words(part: UnsetPart) -> str:
    """`capacity 60, content_filter Microsoft.DefaultV2`."""
    return ", ".join(f"{name} {value(name, live)}" for name, live in part.fields.items())


def _why(orphan: OrphanPart, plan: PlanDocument) -> str:
    return "" if plan.asked.destroy else f": {orphan.reason}"


def drifted(plan: PlanDocument) -> list[DriftPart]:
    """What changed outside the specs on what is live: what failed or is gone has a change that says it better."""
    elsewhere = (Cause.FAILED, *GONE)
    return [d for d in plan.resource_drift if d.address.startswith("deployment.") and d.cause not in elsewhere]


def _drift(drift: DriftPart, style: Style) -> str:
    lines = [f"  {style(f'! {pad(clean(drift.cause), 8)}', 'yellow')} {style(clean(drift.address), 'bold')}"]
    column = max((len(f.field) for f in drift.fields), default=0) + 3
    for f in drift.fields:
        before, after = value(f.field, f.before), value(f.field, f.after)
        lines += sides(INDENT, pad(clean(f.field), column), before, after)
    if drift.by:
        lines.append(INDENT + style(clean(f"by {drift.by}, {when(drift.at)}"), "dim"))
    return "\n".join(lines)


def _summary(plan: PlanDocument, style: Style) -> str:
    if not plan.resource_changes:
        told = "\n".join(_wrapped(nothing_to_do(plan), ""))
        head = next(h for h in (NONE, DESTROYED, UNREAD) if told.startswith(h))
        color = {NONE: ["green"], UNREAD: ["yellow"]}.get(head, [])
        return style(head, "bold", *color) + told.removeprefix(head)
    also = ", ".join(in_words(plan, ALSO))
    line = f"Plan: {', '.join(in_words(plan, COUNTED, zeros=True))}."
    counted = [style(line, "bold")]
    if also:
        more = f"Also {also}."
        counted = [f"{counted[0]} {more}"] if width(f"{line} {more}") <= COLUMNS else [*counted, more]
    sums = [*(cost.lines(plan.cost) if plan.cost else []), scope.limits(scope.scope_of(plan))]
    return "\n".join([*counted, *(w for s in sums for w in _wrapped(s, ""))])


NONE, DESTROYED, UNREAD = "No changes", "Nothing to destroy", "Nothing to do"


def nothing_to_do(plan: PlanDocument) -> str:
    """What a plan without changes says of what it looked at."""
    seen = scope.scope_of(plan)
    head = DESTROYED if plan.asked.destroy else NONE if plan.complete else UNREAD
    if not seen.whole:
        return scope.nothing(head, seen)
    if plan.asked.destroy:
        return f"{head}."
    what = scope.counted(seen) or "Nothing is wanted, and nothing"
    verb = "match" if seen.runs + seen.deployments > 1 else "matches"
    return f"{head}. {what} on {plural(len(plan.targets), 'target')} {verb} the specs."


COUNTED = {"train": "to train", "add": "to add", "change": "to change", "destroy": "to destroy"}
ALSO = {
    "upload": "to upload",
    "remove": "to remove",
    "wait": "to wait for",
    "cancel": "to cancel",
    "parked": "parked",
    "blocked": "blocked",
}


def in_words(plan: PlanDocument, words: Mapping[str, str], *, zeros: bool = False) -> list[str]:
    """`1 to train` and so on: the parts of the summary that `words` name."""
    counts = {name: getattr(plan.summary, name) for name in words}
    return [f"{n:,} {words[name]}" for name, n in counts.items() if n or zeros]
