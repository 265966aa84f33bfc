"""What an approval covers: one law for saved plans, for plans on pull requests and for the parts of a plan.

An approved plan is a set of transitions: for each thing the account, the action and its values before and after and,
where a model is not known yet, the fingerprint of the run that makes it. A newer plan is covered when each of its
transitions is among them, or nearer to its end: what is done already is no transition any more, and a deployment that
was to be deleted and created may have been deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from reconciler.planning.changes import Action
from reconciler.planning.diff import same
from reconciler.planning.plandigest import changes_digest
from reconciler.planning.planformat import NOT_LIVE, ChangePart, MakerPart, PlanDocument, ValuesPart

_FOLLOWS = ("fingerprint", "suffix")
"""What is made from a run's other ingredients."""
_NEARER: dict[tuple[Action, Action], Callable[[ValuesPart], bool]] = {
    (Action.TRAIN, Action.RETRY): lambda now: now.before is not None,
    (Action.CREATE, Action.UPDATE): lambda now: now.before is not None,
    (Action.REPLACE, Action.CREATE): lambda now: now.before is None,
    (Action.REPLACE, Action.UPDATE): lambda now: "model" not in {*now.after, *now.after_unknown},
}
"""Approved and newer actions of which the second is the rest of the first, and the sign that a part of it is done."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the newer plan would do and nobody approved."""

    address: str
    """Empty where the plan as a whole is meant."""
    words: str
    """A clause without a full stop."""
    key: str = ""


def covers(saved: PlanDocument, new: PlanDocument) -> tuple[Difference, ...]:
    """What `new` would do that `saved` does not show; empty where the approval of `saved` covers all of it."""
    if saved.estate != new.estate:
        return (Difference("", f"the plan is one of the estate {saved.estate}, the specs are of {new.estate}"),)
    if not saved.has_befores:
        words = (
            f"the plan has the format {saved.format_version}, which does not say from which values its changes start; "
            "make it anew: reconciler plan --out FILE"
        )
        return (Difference("", words),)
    shown = {c.key: c for c in saved.resource_changes}
    found = []
    for change in new.writing:
        moved = _account(saved, new, change.target) or _transition(shown.get(change.key), change)
        if moved:
            found.append(Difference(change.address, "; ".join(moved), change.key))
    return tuple(found)


def together(new: PlanDocument, plans: Sequence[PlanDocument]) -> PlanDocument:
    """`new` with the changes that `plans` show instead of its own; of several plans the newest comes first.

    Where two of them show one change, the one counts that covers what `new` does.
    """
    usable = [p for p in plans if p.estate == new.estate and p.has_befores]
    wanted = {c.key for c in new.writing}
    shown: dict[str, ChangePart] = {}
    covering: dict[str, ChangePart] = {}
    for plan in usable:
        left = {d.key for d in covers(plan, new)}
        for change in plan.resource_changes:
            if not _account(plan, new, change.target):
                shown.setdefault(change.key, change)
                if change.key in wanted - left:
                    covering.setdefault(change.key, change)
    return with_changes(new, (shown | covering).values())


def with_changes(plan: PlanDocument, changes: Iterable[ChangePart]) -> PlanDocument:
    """The plan with other changes, and their digest."""
    listed = tuple(changes)
    digest = changes_digest(plan.estate, plan.accounts, listed)
    update = {"resource_changes": listed, "digest": plan.digest.model_copy(update={"changes": digest})}
    return plan.model_copy(update=update)


def _account(saved: PlanDocument, new: PlanDocument, target: str) -> list[str]:
    there, here = saved.accounts.get(target, ""), new.accounts.get(target, "")
    return [] if there == here else [f"target {target} is {here or 'nothing'} now, {there or 'nothing'} was approved"]


def _transition(old: ChangePart | None, new: ChangePart) -> list[str]:
    """What differs between one approved change and the newer one with the same key."""
    if old is None or not _nearer(old, new):
        return [f"{new.action.value} is new, because {new.reason}"]
    if old.target != new.target:
        return [f"it is on {new.target} now, {old.target} was approved"]
    if new.type == "deployment":
        return [*_makers(old, new), *_fields(old, new), *_befores(old, new)]
    return [*_ingredients(old.change.after, new.change.after), *_started(old, new)]


def _nearer(old: ChangePart, new: ChangePart) -> bool:
    """Whether the newer action is the approved one, or what an apply that was stopped has left of it."""
    rest = _NEARER.get((old.action, new.action))
    return old.action is new.action or (rest is not None and rest(new.change))


def _makers(old: ChangePart, new: ChangePart) -> Iterator[str]:
    """Whether a model comes from the run that was approved, whether it is trained by now or not."""
    for name, maker in new.change.made_by.items():
        shown = old.change.made_by.get(name)
        if shown is None or shown.identity != maker.identity:
            was = _maker(shown) if shown else "a model that no run makes"
            yield f"{name} comes from {_maker(maker)} now, {was} was approved"
    for name in old.change.made_by.keys() - new.change.made_by.keys():
        if name in {*new.change.after, *new.change.after_unknown}:
            yield f"{name} comes from no run now, {_maker(old.change.made_by[name])} was approved"


def _maker(maker: MakerPart) -> str:
    step = f" at step {maker.checkpoint}" if maker.checkpoint is not None else ""
    return f"{maker.job}{step} ({maker.fingerprint[:10]})"


def _fields(old: ChangePart, new: ChangePart) -> Iterator[str]:
    """Values that are wanted now and were not approved. A field that needs no change any more is progress, but for what
    is created: nothing of that is there yet.
    """
    was, now = old.change, new.change
    if new.action in (Action.CREATE, Action.REPLACE):
        for name in sorted({*was.after, *was.after_unknown} - {*now.after, *now.after_unknown}):
            yield f"{name} is nothing now, {_text(was.after, name)} was approved"
    for name in now.after_unknown:
        if name not in was.after_unknown:
            yield f"{name} is not known before the training now, {_text(was.after, name)} was approved"
    for name, value in now.after.items():
        if name in was.after_unknown and name in now.made_by:
            continue  # it is known by now; `_makers` compares the runs
        if name not in was.after or not same(name, was.after[name], value):
            yield f"{name} is {_text(now.after, name)} now, {_text(was.after, name)} was approved"


def _befores(old: ChangePart, new: ChangePart) -> Iterator[str]:
    """Live values that moved since, elsewhere than to the approved ones."""
    if (old.action, new.action) == (Action.REPLACE, Action.CREATE):
        return  # it was deleted, as approved
    was, now = old.change.before or {}, new.change.before or {}
    shown = {*was, *old.change.after, *old.change.after_unknown}
    names = was.keys() if new.action is Action.DELETE else {*now, *new.change.after, *new.change.after_unknown}
    for name in sorted(names & shown - NOT_LIVE):
        if name == "name" and old.action is Action.CREATE:
            continue  # it is there by now
        if not same(name, was.get(name), now.get(name)):
            yield f"{name} is {_text(now, name)} live now; the plan was made when it was {_text(was, name)}"


def _started(old: ChangePart, new: ChangePart) -> Iterator[str]:
    """Whether what is live is what was seen; a run that was approved with new attempts may have failed since."""
    was, now = old.change.before, new.change.before
    if old.action is new.action and was != now:
        yield f"{_all(now)} is live now; the plan was made when it was {_all(was)}"


def _ingredients(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """How two runs, or what else has one key, differ in what goes into them."""
    if was == now:
        return
    from deepdiff import DeepDiff  # slow to import, and rarely needed

    levels = [level for found in DeepDiff(was, now, view="tree").values() for level in found]
    moved = {".".join(map(str, level.path(output_format="list"))): level for level in levels}
    if "fingerprint" in moved:
        if not moved.keys() - _FOLLOWS:
            yield "the run that it starts from is another one"
        moved = {path: level for path, level in moved.items() if path not in _FOLLOWS}
    for path, level in sorted(moved.items()):
        yield f"{path} is {_word(level.t2)} now, {_word(level.t1)} was approved"


def _text(values: Mapping[str, Any], name: str) -> str:
    return _word(values.get(name))


def _all(values: Mapping[str, Any] | None) -> str:
    return " ".join(_word(v) for v in values.values()) if values else "nothing"


def _word(value: Any) -> str:
    try:
        return "nothing" if value is None else orjson.dumps(value).decode().strip('"')
    except TypeError:  # DeepDiff's mark for a value that one side lacks
        return "nothing"
