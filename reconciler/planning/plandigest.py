"""What the digests of a plan are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from reconciler.model.resource import DesiredDeployment, DesiredRun
from reconciler.planning.plan import Plan
from reconciler.planning.planformat import ChangePart, PlanDocument


def changes_digest(estate: str, accounts: Mapping[str, str], changes: Iterable[ChangePart]) -> str:
    """Of what apply would write, and from which values. Words, costs, line numbers and how far runs are leave it as it
    is.
    """
    told = [_transition(c, accounts.get(c.target, "")) for c in changes if c.action.writes]
    return _digest([estate, sorted(told, key=lambda told: str(told[0]))])


def _transition(change: ChangePart, account: str) -> list[Any]:
    values = change.change
    makers = {name: maker.identity for name, maker in values.made_by.items()}
    return [
        change.key,
        change.target,
        account,
        change.action.value,
        values.before,
        values.after,
        values.after_unknown,
        makers,
        *([values.at_once.name, values.at_once.before, values.at_once.after] if values.at_once else []),
    ]


def digest_of(plan: PlanDocument) -> str:
    """The digest that a plan's changes have; that of format 1.0 knew of no values from before."""
    if not plan.has_befores:
        told = [[c.key, c.action.value, c.change.after, c.change.after_unknown] for c in plan.writing]
        return _digest([plan.estate, sorted(told, key=lambda told: str(told[0]))])
    return changes_digest(plan.estate, plan.accounts, plan.resource_changes)


def specs_digest(plan: Plan) -> str:
    """Of everything wanted, wherever in the files it stands, and the accounts that it is wanted in."""
    runs = {str(address): _run(run) for address, run in plan.graph.runs.items()}
    deployments = {str(address): _deployment(wanted) for address, wanted in plan.graph.deployments.items()}
    return _digest([plan.estate, {t.name: t.account for t in plan.targets}, runs, deployments])


def _run(run: DesiredRun) -> list[Any]:
    """The fingerprint stands for all ingredients, the parent among them."""
    return [run.target, run.fingerprint, run.suffix, run.training, run.validation, run.training_type, run.retries]


def _deployment(wanted: DesiredDeployment) -> list[Any]:
    return [
        wanted.target,
        wanted.name,
        str(wanted.model),
        wanted.sku,
        wanted.capacity,
        wanted.content_filter,
        wanted.version_upgrade,
        dict(wanted.tags),
        wanted.strategy,
        wanted.protect,
        sorted(wanted.ignore_drift),
    ]


def _digest(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
