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

    Where several show one change, the one counts that covers what `new` does; where none does alone, each field counts
    that one of them shows: two merges in a row, one of a new model and one of a capacity, are both approved.
    """
    usable = [p for p in plans if p.estate == new.estate and p.has_befores]
    wanted = {c.key: c for c in new.writing}
    shown: dict[str, list[ChangePart]] = {}
    for plan in usable:
        for change in plan.resource_changes:
            if not _account(plan, new, change.target):
                shown.setdefault(change.key, []).append(change)
    return with_changes(new, [_best(wanted.get(key), changes) for key, changes in shown.items()])


def _best(new: ChangePart | None, shown: Sequence[ChangePart]) -> ChangePart:
    """Of several approved changes of one thing, the newest first, what covers the newer plan's, as far as they do."""
    if new is None or len(shown) == 1:
        return shown[0]
    covering = next((c for c in shown if not _transition(c, new)), None)
    if covering is None and new.type == "deployment" and (near := [c for c in shown if _nearer(c, new)]):
        return _composed(new, [c for c in near if c.action is near[0].action])
    return covering or shown[0]


def _composed(new: ChangePart, shown: Sequence[ChangePart]) -> ChangePart:
    """The newest change with each field from the one that covers it, and what any of them shows beside these."""
    chosen = {name: change for change in shown for name in _names(change.change)}
    for name in _names(new.change):
        chosen[name] = next((c for c in shown if not list(_field(c, new, name))), shown[0])

    def side(key: str) -> dict[str, Any]:
        return {n: values[n] for n, c in chosen.items() if n in (values := getattr(c.change, key) or {})}

    update = {key: side(key) for key in ("after", "after_unknown", "made_by")} | {"before": side("before") or None}
    return shown[0].model_copy(update={"change": shown[0].change.model_copy(update=update)})


def differences(one: ChangePart, other: ChangePart) -> list[str]:
    """How two parts of one plan differ on a change that both show; empty where each covers the other."""
    return [*_transition(one, other), *_transition(other, one)]


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
    if new.type == "deployment" and new.change.at_once and not new.needs:
        return list(_at_once(old, new))
    if new.type == "deployment" and new.change.at_once and not new.needs:
        return list(_at_once(old, new))
    if new.type == "deployment":
        names = _names(new.change) | (_names(old.change) if new.action is not Action.UPDATE else set())
        return [*_at_once(old, new), *(words for name in sorted(names) for words in _field(old, new, name))]
    return [*_ingredients(old.change.after, new.change.after), *_started(old, new)]


def _nearer(old: ChangePart, new: ChangePart) -> bool:
    """Whether the newer action is the approved one, or what an apply that was stopped has left of it."""
    rest = _NEARER.get((old.action, new.action))
    return old.action is new.action or (rest is not None and rest(new.change))


def _at_once(old: ChangePart, new: ChangePart) -> Iterator[str]:
    """What would be written before the run that the rest waits for, and was not approved as that."""
    now, was = new.change.at_once, old.change.at_once
    if now is None:
        return
    if was is None or was.name != now.name:
        yield f"{now.name} is written at once now, {was.name if was else 'nothing'} was approved"
        return
    told = new.change if new.needs else new.change.model_copy(update={"before": {}, "after": {}})
    for name, value in now.after.items():
        if name not in was.after or not same(name, was.after[name], value):
            if name in told.after:
                continue  # told as a value of the whole change
            yield f"{name} is {_text(now.after, name)} at once now, {_text(was.after, name)} was approved"
        elif name not in (told.before or {}) and not same(name, was.before.get(name), now.before.get(name)):
            seen, then = _text(now.before, name), _text(was.before, name)
            yield f"{name} is {seen} live now; the plan was made when it was {then}"


def _names(values: ValuesPart) -> set[str]:
    return {*(values.before or {}), *values.after, *values.after_unknown}


def _field(old: ChangePart, new: ChangePart, name: str) -> Iterator[str]:
    """How one field of a deployment differs from what was approved: its value after, the run that makes it, before.

    A field that needs no change any more is progress, but for what is created: nothing of that is there yet.
    """
    was, now = old.change, new.change
    there, here = was.made_by.get(name), now.made_by.get(name)
    if name in {*now.after, *now.after_unknown} or new.action in (Action.CREATE, Action.REPLACE):
        if (there and there.identity) != (here and here.identity):
            yield f"{name} comes from {_maker(here)} now, {_maker(there)} was approved"
        elif not (here and name in was.after_unknown) and not _wanted(was, now, name):
            yield f"{name} is {_after(now, name)} now, {_after(was, name)} was approved"
    if not _as_before(old, new, name):
        now_live, then_live = _text(now.before or {}, name), _text(was.before or {}, name)
        yield f"{name} is {now_live} live now; the plan was made when it was {then_live}"


def _maker(maker: MakerPart | None) -> str:
    if maker is None:
        return "no run"
    step = f" at step {maker.checkpoint}" if maker.checkpoint is not None else ""
    return f"{maker.job}{step} ({maker.fingerprint[:10]})"


def _wanted(was: ValuesPart, now: ValuesPart, name: str) -> bool:
    """Whether a field is to have the approved value, known or not."""
    if name in now.after_unknown or name in was.after_unknown:
        return name in was.after_unknown and name in now.after_unknown
    return (name in was.after) == (name in now.after) and same(name, was.after.get(name), now.after.get(name))


def _after(values: ValuesPart, name: str) -> str:
    return "not known before the training" if name in values.after_unknown else _text(values.after, name)


def _as_before(old: ChangePart, new: ChangePart, name: str) -> bool:
    """Whether a field's live value is still the one that was seen, as far as the plan that was approved shows it."""
    deleted = (old.action, new.action) == (Action.REPLACE, Action.CREATE)
    created = old.action is Action.CREATE and name == "name"
    if deleted or created or name in NOT_LIVE or name not in _names(old.change):
        return True
    live, done = (new.change.before or {}).get(name), old.change.at_once
    if done and name in done.after and same(name, done.after[name], live):
        return True  # written at once, as approved
    return same(name, (old.change.before or {}).get(name), live)


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
