"""Money as people read it: beside each change, and the sums below a plan."""

from __future__ import annotations

from decimal import Decimal

from reconciler.model.money import ZERO, Amount, amount_words, words
from reconciler.planning.cost import Hosting
from reconciler.planning.costformat import ChangeCostPart, ChangeHostingPart, PlanCostPart
from reconciler.planning.planformat import ChangePart
from reconciler.render.text import plural


def beside(change: ChangePart, currency: str) -> str:
    """`about $6.10`, `$1,241 a month`, `+$1,241 a month`; empty for a change that costs nothing."""
    if change.cost is None:
        return ""
    return _monthly(change.cost.hosting, currency) if change.cost.hosting else _once(change.cost, currency)


def _once(cost: ChangeCostPart, currency: str) -> str:
    if cost.training is None:
        return "cost unknown"
    return f"{'at least' if cost.at_least else 'about'} {words(Decimal(cost.training), currency)}"


def _monthly(hosting: ChangeHostingPart, currency: str) -> str:
    if hosting.delta is None:
        after = Decimal(hosting.after or 0)
        return f"{words(after, currency)} a month" if after else "cost unknown"
    delta = Decimal(hosting.delta)
    if not delta:
        return ""
    sign = "+" if delta > 0 and Decimal(hosting.before or 0) else ""
    return f"{sign}{words(delta, currency)} a month"


def lines(cost: PlanCostPart) -> list[str]:
    """`Training about $6.10 once.` and `Hosting $2,482 a month without usage, unchanged.`"""
    told = []
    training, before, after = (p.as_amount() for p in (cost.training, cost.hosting.before, cost.hosting.after))
    if training != ZERO:
        about = "about " if training.exact else ""
        told.append(f"Training {about}{amount_words(training, cost.currency)} once{_left(training, 'run')}.")
    if before != ZERO or after != ZERO:
        month = f"{amount_words(after, cost.currency)} a month without usage"
        told.append(f"Hosting {month}, {_moved(cost.hosting.delta, cost.currency)}{_left(after, 'deployment')}.")
    return told


def hosting(now: Hosting) -> str:
    """`Hosting $2,482 a month without usage.`; empty where nothing costs anything."""
    amount = now.total
    if amount == ZERO:
        return ""
    return f"Hosting {amount_words(amount, now.currency)} a month without usage{_left(amount, 'deployment')}."


def _left(amount: Amount, thing: str) -> str:
    """`; 2 runs are not priced in full`, `; target chicago is not counted`; empty where all is known."""
    targets = sorted(name for name in amount.unknown if name.startswith("target "))
    others = len(amount.unknown) - len(targets)
    left = [f"{plural(others, thing)} {'is' if others == 1 else 'are'} not priced in full"] if others else []
    left += [f"{name} is not counted" for name in targets]
    return "".join(f"; {clause}" for clause in left)


def _moved(delta: str | None, currency: str) -> str:
    if delta is None:
        return "the difference is unknown"
    change = Decimal(delta)
    if not change:
        return "unchanged"
    return f"{words(abs(change), currency)} {'more' if change > 0 else 'less'} than now"
