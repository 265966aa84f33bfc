"""Targets that are retired: when nothing of the estate is left there, their entries can go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.observation import Observation
from reconciler.planning.removal.leftovers import Leftover
from reconciler.planning.removal.orphans import Orphan
from reconciler.specs.estate import Specs


def empty_targets(
    specs: Specs, observed: Mapping[str, Observation], orphans: Sequence[Orphan], leftovers: Sequence[Leftover]
) -> Iterator[Diagnostic]:
    """A notice for each retired target that was read in full and holds nothing of the estate."""
    used = {o.target for o in orphans} | {x.target for x in leftovers}
    for name in sorted(specs.retired - used):
        if observed[name].complete:
            code, place = codes.TARGET_EMPTY, specs.targets[name].place
            detail = f"The estate owns nothing on {name}. {code.way_out}"
            yield code.at(place.range("retired"), detail, address=f"target {name}")
