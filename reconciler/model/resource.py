"""What is wanted: desired runs and deployments, resolved, with the place each was written at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.catalog.models import base_of, is_fine_tuned
from reconciler.model.diagnostics import Place
from reconciler.model.fingerprint import Ingredients


@dataclass(frozen=True, slots=True)
class RunRef:
    """The model of another run, or of one of its checkpoints."""

    address: Address
    checkpoint: int | None = None


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A base model by name and version."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class DesiredRun:
    """One training run. Its identity in an account is its mark; two addresses may share it."""

    address: Address
    target: str
    base: str | RunRef
    ingredients: Ingredients
    fingerprint: str
    mark: str
    """As it is written now."""
    former_mark: str
    """As older versions wrote it: a run that carries it is the same run."""
    suffix: str
    """As the service gets it: the mark first."""
    training: str
    """The dataset's name."""
    validation: str | None
    training_type: str | None
    retries: int
    place: Place = field(compare=False, repr=False)

    @property
    def parent(self) -> Address | None:
        return self.base.address if isinstance(self.base, RunRef) else None

    @property
    def marks(self) -> tuple[str, str]:
        """Every mark by which the run is recognised."""
        return self.mark, self.former_mark

    @property
    def adopt(self) -> str | None:
        """The id of the live run or model that counts as this run; None where the mark decides."""
        return self.ingredients.adopt

    @property
    def datasets(self) -> tuple[tuple[str, str], ...]:
        """Name and digest of the data that it reads."""
        used = ((self.training, self.ingredients.training), (self.validation, self.ingredients.validation))
        return tuple((name, digest) for name, digest in used if name and digest)


@dataclass(frozen=True, slots=True)
class DesiredDeployment:
    """One deployment on one target. A field that is None is the service's business."""

    address: Address
    target: str
    name: str
    model: RunRef | NamedModel
    sku: str
    capacity: int | None
    content_filter: str | None
    version_upgrade: str | None
    tags: Mapping[str, str]
    strategy: str
    protect: bool | None
    ignore_drift: frozenset[str]
    """Fields whose live value is kept."""
    place: Place = field(compare=False, repr=False)
    former: str = field(default="", compare=False)
    """The name that earlier releases gave it; empty where it is the same."""


@dataclass(frozen=True, slots=True)
class ResourceGraph:
    """Everything wanted, runs in an order in which parents come before children."""

    estate: str
    runs: Mapping[Address, DesiredRun]
    deployments: Mapping[Address, DesiredDeployment]
    heads: frozenset[Address]
    """Runs that are wanted for themselves: standalone jobs and the last stage of each chain."""

    def root_of(self, run: DesiredRun) -> str:
        """The base model's id at the start of a run's chain."""
        while isinstance(run.base, RunRef):
            run = self.runs[run.base.address]
        return base_of(run.base)

    def checkpointed(self) -> frozenset[str]:
        """Marks, or adopted ids, of the runs of which something starts from, or serves, a checkpoint."""
        bases = [run.base for run in self.runs.values()]
        served = [d.model for d in self.deployments.values()]
        refs = [r for r in (*bases, *served) if isinstance(r, RunRef) and r.checkpoint is not None]
        runs = [self.runs[ref.address] for ref in refs]
        return frozenset(name for run in runs for name in ((run.adopt,) if run.adopt else run.marks))

    def tuned_bases(self) -> frozenset[tuple[str, str]]:
        """Targets and names of the fine-tuned models, made elsewhere, from which runs start."""
        based = ((run.target, run.base) for run in self.runs.values() if isinstance(run.base, str))
        return frozenset((target, base.partition(":ckpt-step-")[0]) for target, base in based if is_fine_tuned(base))

    def adopted(self) -> frozenset[tuple[str, str]]:
        """Targets and ids of the live runs and models that count as runs of the estate."""
        return frozenset((run.target, run.adopt) for run in self.runs.values() if run.adopt)
