"""What a run costs: tokens x epochs x the price of a million tokens.

Validation data is not billed. Failed runs are not billed either, so only the run that succeeds counts.
Sources: learn.microsoft.com, azure/foundry/fine-tuning/cost-management; OpenAI's fine-tuning guide.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.datasets.facts import DatasetFacts
from reconciler.model.address import Address
from reconciler.model.catalog.epochs import usual_epochs
from reconciler.model.catalog.models import base_of
from reconciler.model.money import Amount, Cost, rate_words
from reconciler.model.prices import PriceTable
from reconciler.model.resource import DesiredRun, ResourceGraph
from reconciler.planning.costs.services import Service

DEFAULT_TYPE = {"azure": "standard"}
"""Where a job names no training type. On Azure the dearest: an estimate that is too low would be worse."""


@dataclass(frozen=True, slots=True)
class Run:
    """What decides the cost of one run."""

    name: str
    """Its address."""
    model: str
    """The base model at the bottom of its chain."""
    method: str
    training_type: str
    epochs: int | None
    """None: the service chooses."""
    facts: DatasetFacts


def priced_run(run: DesiredRun, model: str, facts: DatasetFacts, service: Service) -> Run:
    """`model` is the one at the bottom: see `root_models`."""
    return Run(
        name=str(run.address),
        model=model,
        method=run.ingredients.method,
        training_type=run.training_type or DEFAULT_TYPE.get(service.provider, ""),
        epochs=run.ingredients.hyperparameters.get("n_epochs"),
        facts=facts,
    )


def root_models(graph: ResourceGraph) -> dict[Address, str]:
    """The base model that each run comes down to; the graph has parents before children."""
    roots: dict[Address, str] = {}
    for address, run in graph.runs.items():
        roots[address] = base_of(run.base) if isinstance(run.base, str) else roots[run.base.address]
    return roots


def training_cost(run: Run, service: Service, prices: PriceTable) -> Cost:
    kind = "reinforcement" if run.method == "reinforcement" else "training"
    price = prices.price(service.name, kind, model=run.model, training_type=run.training_type, region=service.region)
    uncertain = Amount(unknown=frozenset({run.name}))
    if price is None:
        with_type = f" ({run.training_type} training)" if run.training_type else ""
        return Cost(uncertain, gap=f"no price is known for {run.model}{with_type} on {service}")
    if kind == "reinforcement":
        return Cost(
            uncertain, gap=f"billed by the hour, {rate_words(price, prices.currency)} each, and the grader's tokens"
        )
    if run.facts.tokens is None:
        return Cost(uncertain, rate=price, gap=f"the tokens of {run.facts.name} are not known")
    usual = usual_epochs(service.name, run.facts.rows)
    epochs = run.epochs or usual or 1
    gaps = [] if run.epochs or usual else ["priced for one epoch"]
    gaps += ["images not counted"] if run.facts.images else []
    known = Amount((price * run.facts.tokens * epochs).scaleb(-6))
    said = f"{epochs} (the usual number)" if usual and not run.epochs else f"{epochs}"
    basis = f"{run.facts.tokens:,} tokens x {said} at {rate_words(price, prices.currency)} a million"
    return Cost(known + uncertain if gaps else known, rate=price, basis=basis, gap=", ".join(gaps))
