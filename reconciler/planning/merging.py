"""The parts of a plan that was made on several machines, as one plan."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from reconciler.model.money import Amount, total
from reconciler.planning.costs.costformat import HostingPart, PlanCostPart, amount_part
from reconciler.planning.covering import differences
from reconciler.planning.plan import rank
from reconciler.planning.plandigest import changes_digest
from reconciler.planning.planformat import ChangePart, DigestPart, PlanDocument, SummaryPart, TargetPart
from reconciler.planning.scopeformat import ScopePart

T = TypeVar("T")


def merge(parts: Sequence[PlanDocument]) -> PlanDocument:
    """One plan; raises `ValueError` where the parts do not belong together or overlap."""
    first, *others = parts
    if not others:
        return first
    _check(parts)
    changes = sorted(_changes(parts), key=lambda c: rank(c.type, c.action, c.key))
    targets = _targets(parts)
    asked = {name for p in parts for name in p.asked.target}
    whole = asked == {t.name for t in targets}
    counts = {name: sum(getattr(p.summary, name) for p in parts) for name in SummaryPart.model_fields}
    digest = changes_digest(first.estate, {t.name: t.account for t in targets}, changes)
    diagnostics = _once((d for p in parts for d in p.diagnostics), lambda d: d.model_dump_json())
    unset = _once((x for p in parts for x in p.unset), lambda x: (x.address, x.name))
    return first.model_copy(
        update={
            "asked": first.asked.model_copy(update={"target": () if whole else tuple(sorted(asked))}),
            "complete": all(p.complete for p in parts),
            "errored": any(p.errored for p in parts),
            "observed_at": min(p.observed_at for p in parts),
            "targets": targets,
            "scope": _scope([p.scope for p in parts if p.scope], whole=whole),
            "digest": DigestPart(specs=first.digest.specs, changes=digest),
            "summary": SummaryPart(**counts),
            "cost": _cost([p.cost for p in parts if p.cost]),
            "resource_changes": tuple(changes),
            "orphans": _once((o for p in parts for o in p.orphans), lambda o: (o.address, o.name)),
            "leftovers": _once((x for p in parts for x in p.leftovers), lambda x: (x.kind, x.target, x.name)),
            **({"unset": unset} if unset else {}),
            "resource_drift": _once((d for p in parts for d in p.resource_drift), lambda d: (d.address, d.cause)),
            "diagnostics": tuple(sorted(diagnostics, key=lambda d: d.as_diagnostic().sort_key)),
        }
    )


def _changes(parts: Sequence[PlanDocument]) -> Iterable[ChangePart]:
    """Every change once; two parts that show one thing must approve the same."""
    found: dict[str, ChangePart] = {}
    for change in (c for part in parts for c in part.resource_changes):
        words = differences(found.setdefault(change.key, change), change)
        if words:
            raise ValueError(f"they differ on {change.address}: {words[0]}")
    return found.values()


def _check(parts: Sequence[PlanDocument]) -> None:
    first = parts[0]
    seen: set[str] = set()
    for part in parts:
        if part.estate != first.estate:
            raise ValueError(f"one is of the estate {first.estate}, another of {part.estate}")
        if part.digest.specs != first.digest.specs:
            raise ValueError("they were made from different specs")
        if part.asked.model_copy(update={"target": ()}) != first.asked.model_copy(update={"target": ()}):
            raise ValueError("they were made with different options")
        if not part.asked.target:
            raise ValueError("one is of the whole estate already")
        if both := seen.intersection(part.asked.target):
            raise ValueError(f"two of them are of target {min(both)}")
        seen.update(part.asked.target)


def _scope(parts: Sequence[ScopePart], *, whole: bool) -> ScopePart | None:
    """Each part speaks of targets of its own."""
    if not parts:
        return None
    unread = tuple(sorted({name for p in parts for name in p.unread}))
    return parts[0].model_copy(
        update={
            "whole": whole and not (unread or parts[0].select or parts[0].left),
            "target": () if whole else tuple(sorted(name for p in parts for name in p.target)),
            "targets": tuple(sorted({name for p in parts for name in p.targets} - set(unread))),
            "unread": unread,
            "runs": sum(p.runs for p in parts),
            "deployments": sum(p.deployments for p in parts),
        }
    )


def _targets(parts: Sequence[PlanDocument]) -> tuple[TargetPart, ...]:
    """Each part looked at every target; one is complete only if everybody could read all of it."""
    found: dict[str, TargetPart] = {}
    for target in (t for part in parts for t in part.targets):
        before = found.get(target.name, target)
        update = {
            "objects": max(before.objects, target.objects),
            "complete": before.complete and target.complete,
        }
        found[target.name] = target.model_copy(update=update)
    return tuple(found[name] for name in sorted(found))


def _cost(parts: Sequence[PlanCostPart]) -> PlanCostPart | None:
    """Each part knows what everything costs now, and what its own changes cost."""
    if not parts:
        return None
    amounts = [(p.training.as_amount(), p.hosting.before.as_amount(), p.hosting.after.as_amount()) for p in parts]
    unknown = frozenset(name for _, before, _ in amounts for name in before.unknown)
    now = Amount(max(before.known for _, before, _ in amounts), unknown)
    then = total([now, *(Amount(after.known - before.known, after.unknown) for _, before, after in amounts)])
    deltas = [p.hosting.delta for p in parts]
    delta = Amount(sum((Decimal(d) for d in deltas if d is not None), Decimal(0)))
    return parts[0].model_copy(
        update={
            "training": amount_part(total(training for training, _, _ in amounts)),
            "hosting": HostingPart(
                before=amount_part(now),
                after=amount_part(then),
                delta=None if None in deltas else amount_part(delta).amount,
            ),
        }
    )


def _once(things: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    return tuple({key(thing): thing for thing in things}.values())
