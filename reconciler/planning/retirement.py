"""The retirement calendar: until when what the specs use can be trained and served, by the live lists of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from reconciler.model import normal
from reconciler.model.address import Address
from reconciler.model.catalog.api_versions import ENDS as API_VERSION_ENDS
from reconciler.model.catalog.models import base_of
from reconciler.model.diagnostics import SourceRange
from reconciler.model.observation import Observation
from reconciler.model.resource import DesiredDeployment, DesiredRun, NamedModel, ResourceGraph
from reconciler.planning.closing import closes
from reconciler.planning.existing import last_days
from reconciler.specs.estate import Specs
from reconciler.specs.target import AzureTarget


class Ends(StrEnum):
    """What ends; the value completes "until 2027-04-14"."""

    STARTING = "trained by new customers"
    """By subscriptions that have not trained on the model before; the others go on until it is not trained at all."""
    TRAINING = "trained"
    SERVING = "served"
    ANSWERING = "answered"


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """Who is affected: a chain, a job, a deployment or a target, as people call it."""

    target: str
    label: str
    address: str
    at: SourceRange


@dataclass(frozen=True, slots=True, order=True)
class Ending:
    """One day in the calendar. `ends` is in Unix seconds."""

    ends: int
    what: str
    kind: Ends
    uses: tuple[Use, ...]

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.ends, UTC).date()

    def days_left(self, now: int) -> int:
        """Whole days; negative once it has passed."""
        return (self.day - datetime.fromtimestamp(now, UTC).date()).days

    def passed(self, now: int) -> bool:
        return self.ends <= now


def calendar(
    specs: Specs,
    graph: ResourceGraph,
    observed: Mapping[str, Observation],
    models: Mapping[Address, str],
    *,
    by_table: bool = False,
) -> tuple[Ending, ...]:
    """Every known end of what the specs use, soonest first. `models`: of the wanted runs that have one.

    `by_table`: whether the vendors' pages are asked where the live lists give no day.
    """
    calendar = _Calendar(specs, graph, observed, models, by_table)
    found: dict[tuple[int, str, Ends], set[Use]] = {}
    for ends, what, kind, use in calendar.endings():
        found.setdefault((ends, what, kind), set()).add(use)
    return tuple(sorted(Ending(*key, tuple(sorted(uses))) for key, uses in found.items()))


_Found = tuple[int, str, Ends, Use]


class _Calendar:
    def __init__(
        self,
        specs: Specs,
        graph: ResourceGraph,
        observed: Mapping[str, Observation],
        models: Mapping[Address, str],
        by_table: bool,
    ) -> None:
        self.specs = specs
        self.by_table = by_table
        self.graph = graph
        self.observed = observed
        self.models = models
        self.listed = {name: {m.id.lower(): m for m in o.models} for name, o in observed.items()}
        self.stage_of = {job: chain for chain, stages in specs.chains.items() for job in stages}

    def endings(self) -> Iterator[_Found]:
        for name in self.specs.targets:
            yield from self._target(name)
        for run in self.graph.runs.values():
            yield from self._run(run)
        for deployment in self.graph.deployments.values():
            yield from self._deployment(deployment)

    def _target(self, name: str) -> Iterator[_Found]:
        entry = self.specs.targets[name]
        use = Use(name, f"target {name}", f"target {name}", entry.place.range())
        closing = closes(self.specs, name)
        if closing:
            yield _midnight(closing), "fine-tuning on OpenAI", Ends.TRAINING, use
        version = entry.spec.api_version if isinstance(entry.spec, AzureTarget) else None
        if version in API_VERSION_ENDS:
            at = Use(name, use.label, use.address, entry.place.value("api_version"))
            yield _midnight(API_VERSION_ENDS[version]), f"api-version {version}", Ends.ANSWERING, at

    def _run(self, run: DesiredRun) -> Iterator[_Found]:
        if isinstance(run.base, str):
            yield from self._training(run, run.base)
        account = self.observed[run.target].account
        model = self.models.get(run.address)
        if model and account and account.serves_by_name and run.address in self.graph.heads:
            live = self.listed[run.target].get(model.lower())
            if live and live.inference_ends:
                yield live.inference_ends, f"the model of {run.address.name}", Ends.SERVING, self._user(run)

    def _training(self, run: DesiredRun, base: str) -> Iterator[_Found]:
        provider = self.specs.targets[run.target].spec.provider
        days = last_days(self.observed[run.target], base, provider, by_table=self.by_table)
        closing = closes(self.specs, run.target)
        if days.existing and (closing is None or days.existing < closing):
            yield _midnight(days.existing), f"{base}{days.aged}", Ends.TRAINING, self._user(run)
        if provider == "azure" and days.new and days.existing and days.new < days.existing:
            yield _midnight(days.new), f"{base}{days.aged}", Ends.STARTING, self._user(run)

    def _deployment(self, desired: DesiredDeployment) -> Iterator[_Found]:
        allowance = self.observed[desired.target].allowance
        if isinstance(desired.model, NamedModel):
            what = f"{desired.model.name}-{desired.model.version}"
            live, offered = self.listed[desired.target].get(what.lower()), allowance.base_model(what)
            place = desired.place.value("model")
        else:
            run = self.graph.runs[desired.model.address]
            what, model = f"the model of {run.address.name}", self.models.get(run.address, "")
            live, offered = self.listed[run.target].get(model.lower()), allowance.tuned_from(base_of(model))
            place = desired.place.range()
        use = Use(desired.target, str(desired.address), str(desired.address), place)
        own = offered if offered and not offered.base else None  # of its like, only the SKUs say something
        ends = _earliest(live.inference_ends if live else None, own.inference_ends if own else None)
        if ends:
            yield ends, what, Ends.SERVING, use
        sku = offered.sku(normal.sku(desired.sku)) if offered else None
        if sku and sku.ends and (ends is None or sku.ends < ends):
            yield sku.ends, f"{what} as {sku.name}", Ends.SERVING, use

    def _user(self, run: DesiredRun) -> Use:
        """A chain for all its stages: they stand and fall with one base model."""
        chain = self.stage_of.get(run.address.name)
        label = f"chain {chain}" if chain else str(run.address)
        return Use(run.target, label, str(run.address), run.place.value("base_model"))


def _earliest(*ends: int | None) -> int | None:
    return min((e for e in ends if e), default=None)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
