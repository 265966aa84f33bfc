"""What a spec root holds, once it is read: everything that one estate wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from reconciler.model.address import Address
from reconciler.model.prices import PriceTable, package_prices
from reconciler.specs.base import Entry
from reconciler.specs.budget import Budget
from reconciler.specs.dataset import Dataset
from reconciler.specs.deployment import Deployment
from reconciler.specs.job import Job
from reconciler.specs.retention import Retention
from reconciler.specs.target import Target


@dataclass(slots=True)
class Specs:
    """Everything below one spec root. `jobs` holds the stages of chains too, as `CHAIN/STAGE`."""

    root: Path
    repository: Path
    """Files outside it are never read as datasets."""
    estate: str = ""
    files: int = 0
    targets: dict[str, Entry[Target]] = field(default_factory=dict)
    datasets: dict[str, Entry[Dataset]] = field(default_factory=dict)
    jobs: dict[str, Entry[Job]] = field(default_factory=dict)
    chains: dict[str, list[str]] = field(default_factory=dict)
    """Chain -> its stages as job names, first to last."""
    deployments: dict[str, Entry[Deployment]] = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)
    budget: Entry[Budget] | None = None
    prices: PriceTable = field(default_factory=package_prices)
    """The estate's own before the package's."""
    broken: set[tuple[str, str]] = field(default_factory=set)
    """Entries (section, name) that are there but could not be read: naming one is no second error."""

    @property
    def retired(self) -> frozenset[str]:
        """Targets that are looked at and want nothing."""
        return frozenset(name for name, entry in self.targets.items() if entry.spec.retired)

    def addresses(self) -> list[Address]:
        """Every address that the specs make."""
        return [
            *(Address("dataset", name) for name in self.datasets),
            *(Address("job", name) for name in self.jobs),
            *(Address("deployment", d.name, target) for d in self.deployments.values() for target in d.spec.targets),
        ]
