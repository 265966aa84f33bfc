"""Money as people read it: beside each change, and the sums below a plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reconciler.model.events import Outcome
from reconciler.model.money import ZERO, Amount, about, amount_words, at_least, words
from reconciler.planning.costs.cost import Hosting
from reconciler.planning.costs.costformat import ChangeCostPart, ChangeHostingPart, PlanCostPart
from reconciler.render.text import plural

MONTHLY = "a month without usage"


def beside(cost: ChangeCostPart | None, currency: str) -> str:
    """`about $6.10`, `$1,241 a month`, `+$1,241 a month`; empty for a change that costs nothing."""
    if cost is None:
        return ""
    return _monthly(cost.hosting, currency) if cost.hosting else _once(cost, currency)


def _once(cost: ChangeCostPart, currency: str) -> str:
    if cost.training is None:
        return "cost unknown"
    known = Decimal(cost.training)
    return at_least(known, currency) if cost.at_least else about(known, currency)


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
        once = (
            about(training.known, cost.currency) + " once" if training.exact else _sum(training, cost.currency, "once")
        )
        told.append(f"Training {once}{_left(training, 'run')}.")
    if before != ZERO or after != ZERO:
        moved = _moved(cost.hosting.delta, cost.currency)
        told.append(f"Hosting {_sum(after, cost.currency, MONTHLY)}{moved}{_left(after, 'deployment')}.")
    return told


def hosting(now: Hosting) -> str:
    """`Hosting $2,482 a month without usage.`; empty where nothing costs anything."""
    amount = now.total
    return f"Hosting {_sum(amount, now.currency, MONTHLY)}{_left(amount, 'deployment')}." if amount != ZERO else ""


def spent(outcomes: Sequence[Outcome], amount: Amount, currency: str) -> str:
    """`Trained on 172,482 tokens for about $0.98.`; empty where nothing was trained."""
    tokens = sum(o.trained_tokens or 0 for o in outcomes)
    if not tokens or not amount.known:
        return ""
    paid = about(amount.known, currency) if amount.exact else amount_words(amount, currency)
    return f"Trained on {tokens:,} tokens for {paid}."


def _sum(amount: Amount, currency: str, when: str) -> str:
    """`$6.10 once`, `at least $6.10 once`, `cost unknown`."""
    return f"{amount_words(amount, currency)} {when}" if amount.exact or amount.known else "cost unknown"


def _left(amount: Amount, thing: str) -> str:
    """`; 2 runs are not priced in full`, `; target chicago is not counted`; empty where all is known."""
    targets = sorted(name for name in amount.unknown if name.startswith("target "))
    others = len(amount.unknown) - len(targets)
    left = [f"{plural(others, thing)} {'is' if others == 1 else 'are'} not priced in full"] if others else []
    left += [f"{name} is not counted" for name in targets]
    return "".join(f"; {clause}" for clause in left)


def _moved(delta: str | None, currency: str) -> str:
    """`, unchanged`, `, $1,241 more than now`; empty where nobody knows."""
    if delta is None:
        return ""
    change = Decimal(delta)
    if not change:
        return ", unchanged"
    return f", {words(abs(change), currency)} {'more' if change > 0 else 'less'} than now"
