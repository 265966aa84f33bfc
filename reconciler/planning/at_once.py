"""What of a deployment's change waits for no run, and is done at once.

A run takes hours or days. Meanwhile the model that serves goes on serving with what the specs say of everything else;
a deployment that is gone is made again with the model that it served last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.model.catalog.models import base_of, is_fine_tuned
from reconciler.model.marks import DeploymentMark
from reconciler.model.observation import ObservedDeployment
from reconciler.model.resource import DesiredDeployment, ResourceGraph, RunRef
from reconciler.planning.changes import AtOnce, Change, FieldChange
from reconciler.planning.diff import compare, live_fields, same, wanted_of
from reconciler.planning.lineage import Earlier, Lineage

_WITH_MODEL = ("model", "source")
_BY_MODEL = ("sku", "capacity")
"""What a model of another base may not have, or counts in another way."""


class Interim:
    """`source` says how a deployment names the account of a target: None where it is its own."""

    def __init__(
        self, graph: ResourceGraph, lineage: Lineage, source: Callable[[DesiredDeployment, str], str | None]
    ) -> None:
        self.graph = graph
        self.lineage = lineage
        self.source = source

    def beside(self, desired: DesiredDeployment, live: ObservedDeployment, wanted: Mapping[str, Any]) -> AtOnce | None:
        """With what serves now; None where nothing is to be written before the model comes."""
        mark = live.mark
        back = self._put_back(desired, live)
        model = str(back.get("model", live.model_name))
        waiting = _WITH_MODEL if self._same_base(desired, model) else (*_WITH_MODEL, *_BY_MODEL)
        now = {k: v for k, v in wanted_of(desired, wanted, live).items() if k not in waiting} | back
        fields = (*compare(now, live, mark).changes, *protection(desired, mark))
        recorded = mark is not None and mark.applied is not None
        return None if recorded and not fields and not live.failed else AtOnce(live.name, fields, now, live=live)

    def again(self, desired: DesiredDeployment, wanted: Mapping[str, Any]) -> tuple[AtOnce, Earlier] | None:
        """One that is gone, with the model that it served last; None where nobody knows that.

        What is protected and recreated for each model would be locked to the old one.
        """
        earlier = self.lineage.before(desired)
        if earlier is None or (desired.protect and desired.strategy == "recreate"):
            return None
        now = {**wanted, "model": earlier.model, "source": self.source(desired, earlier.home)}
        now = {name: value for name, value in now.items() if value is not None}
        fields = tuple(FieldChange(name, None, value) for name, value in now.items())
        name = earlier.names(desired.address)[0] if desired.strategy == "versioned" else desired.name
        return AtOnce(name, fields, now, earlier.fingerprint), earlier

    def _put_back(self, desired: DesiredDeployment, live: ObservedDeployment) -> dict[str, Any]:
        """The model last applied, where somebody else wrote another one since and a write is enough.

        Where the service gave up on the last write, all of it is written again, with the model that is there.
        """
        seen = {k: v for k, v in live_fields(live).items() if k in _WITH_MODEL} if live.failed else {}
        applied = (live.mark.applied if live.mark else None) or {}
        model = applied.get("model")
        if not isinstance(model, str) or desired.strategy == "recreate":
            return seen
        if same("model", model, live_fields(live).get("model")):
            return seen
        there = "@" in model or self.lineage.serves(model)
        return {k: applied[k] for k in _WITH_MODEL if k in applied} if there else seen

    def _same_base(self, desired: DesiredDeployment, model: str) -> bool:
        """Whether the wanted model has the same base as this one; a checkpoint's id does not say its own."""
        if model.startswith("ftchkpt-"):
            return True
        if not isinstance(desired.model, RunRef) or not is_fine_tuned(model):
            return False
        return base_of(model) == self.graph.root_of(self.graph.runs[desired.model.address])


def protection(desired: DesiredDeployment, mark: DeploymentMark | None) -> list[FieldChange]:
    """The change of `protect`, which stands in the tags."""
    if desired.protect is None or mark is None or mark.protect == desired.protect:
        return []
    return [FieldChange("protect", mark.protect, desired.protect)]


def notes_on(part: AtOnce, change: Change, earlier: Earlier | None) -> tuple[str, ...]:
    """What is done at once, and what comes later."""
    done = {f.field for f in part.fields}
    words = ", ".join(f.field for f in part.fields) or "the tags of its owner"
    where = f" on {part.name}" if change.live is not part.live and part.live else ""
    now = f"at once with the model of {earlier.whose}, which served before" if earlier else f"at once{where}: {words}"
    later = ", ".join(f.field for f in change.fields if f.field == "model" or f.field not in done)
    later = "the new one beside it" if where else later
    return (now, *(f"after {need}: {later}" for need in change.needs))
