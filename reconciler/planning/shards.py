"""Which targets can be planned apart: parts of an estate that need nothing of each other.

Two targets belong together when a deployment on one serves a model of the other, and when they share a subscription's
quota in a region.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.specs.deployment import ChainRef
from reconciler.specs.estate import Specs
from reconciler.specs.job import JobRef
from reconciler.specs.target import AzureTarget

MATRIX = 256
"""Jobs that a matrix of GitHub's may have; https://docs.github.com/en/actions/reference/limits"""


@dataclass(frozen=True, slots=True)
class Shard:
    targets: tuple[str, ...]
    """By name."""
    resources: int
    """Runs and deployments that the specs want there."""

    @property
    def name(self) -> str:
        """`sweden`, or `sweden+2`; no two shards have the same."""
        others = len(self.targets) - 1
        return self.targets[0] + (f"+{others}" if others else "")


def shards(specs: Specs, most: int = MATRIX) -> tuple[Shard, ...]:
    """Every target in one shard, the largest shards first; more parts than `most` are put together evenly."""
    resources = Counter(entry.spec.target for entry in specs.jobs.values())
    resources.update(target for entry in specs.deployments.values() for target in entry.spec.targets)
    groups = sorted(_components(specs), key=lambda g: (-sum(resources[t] for t in g), g))
    packed: list[list[str]] = [[] for _ in range(min(most, len(groups)))]
    weights = [0] * len(packed)
    for group in groups:
        lightest = min(range(len(packed)), key=lambda n: (weights[n], len(packed[n]), n))
        packed[lightest] += group
        weights[lightest] += sum(resources[t] for t in group)
    made = [Shard(tuple(sorted(group)), weight) for group, weight in zip(packed, weights, strict=True)]
    return tuple(sorted(made, key=lambda s: (-s.resources, s.targets)))


def _components(specs: Specs) -> list[list[str]]:
    joined = {name: name for name in specs.targets}

    def first(name: str) -> str:
        while joined[name] != name:
            name = joined[name]
        return name

    for one, other in _ties(specs):
        joined[max(first(one), first(other))] = min(first(one), first(other))
    groups = defaultdict(list)
    for name in sorted(specs.targets):
        groups[first(name)].append(name)
    return list(groups.values())


def _ties(specs: Specs) -> Iterator[tuple[str, str]]:
    """Pairs of targets that belong together."""
    for job in specs.jobs.values():
        if isinstance(job.spec.base_model, JobRef):
            yield specs.jobs[job.spec.base_model.job].spec.target, job.spec.target
    for deployment in specs.deployments.values():
        model = deployment.spec.model
        if isinstance(model, ChainRef | JobRef):
            job_name = specs.chains[model.chain][-1] if isinstance(model, ChainRef) else model.job
            home = specs.jobs[job_name].spec.target
            yield from ((home, target) for target in deployment.spec.targets)
    sharing: dict[tuple[str, str], str] = {}
    for name, target in specs.targets.items():
        if isinstance(target.spec, AzureTarget):
            yield sharing.setdefault((target.spec.subscription, target.spec.region), name), name
