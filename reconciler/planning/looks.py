"""What was looked at, and what the names of the targets stand for."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.observation import Observation
from reconciler.planning.plan import Look
from reconciler.specs.estate import Specs


def looks(specs: Specs, observed: Mapping[str, Observation]) -> tuple[Look, ...]:
    """Every target that was observed, by name."""
    return tuple(
        Look(name, o.objects, o.complete, specs.targets[name].spec.where) for name, o in sorted(observed.items())
    )
