"""Why a deployment is written: every cause, the first one with its place. Reasons explain and never decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from reconciler.model.address import Address
from reconciler.model.marks import DeploymentMark
from reconciler.model.resource import DesiredDeployment, RunRef
from reconciler.planning.changes import Reason
from reconciler.planning.diff import Difference
from reconciler.planning.drift import Cause, Drift
from reconciler.planning.reasons import Root

_TAGS_GONE = Reason("tags-removed", "the tags that mark it as this estate's are gone; they are written again")


def why_absent(desired: DesiredDeployment, gone: Drift | None) -> Reason:
    """Why it is made: what took it away, where that is known."""
    at = desired.place.range()
    if gone is None:
        return Reason("absent", f"{desired.target} has no deployment of that name", at)
    if gone.cause is Cause.DELETED:
        when = f" on {gone.at[:10]}" if gone.at else ""
        return Reason(gone.cause.value, f"{gone.by or 'somebody'} deleted it{when}", at)
    return Reason(gone.cause.value, gone.detail, at)


class ServingReasons:
    """`root` says why the run of an address is trained, where it is."""

    def __init__(self, chains: Mapping[str, Sequence[str]], root: Callable[[Address], Root | None]) -> None:
        self.chains = chains
        self.root = root

    def why(self, desired: DesiredDeployment, difference: Difference, mark: DeploymentMark | None) -> Reason:
        """At least one field, or `protect`, is written."""
        first, *others = self._causes(desired, difference, mark)
        return Reason(first.code, ", and ".join(r.text for r in (first, *others)), first.at)

    def _causes(
        self, desired: DesiredDeployment, difference: Difference, mark: DeploymentMark | None
    ) -> Iterator[Reason]:
        if mark is None:
            yield _TAGS_GONE
            return
        applied = mark.applied or {}
        drifted = {f.field for f in difference.drift}
        left = [f.field for f in difference.changes if f.after is None]
        own = [f.field for f in difference.changes if f.field not in drifted or applied.get(f.field) != f.after]
        own = [name for name in own if name not in left]
        if "model" in own and isinstance(desired.model, RunRef):
            yield self._serves(desired.model, desired)
            own = [name for name in own if name not in ("model", "source")]
        if own:
            yield Reason("spec", f"{', '.join(own)} changed", desired.place.range(*own[0].split(".", 1)))
        if drifted:
            were = "was" if len(drifted) == 1 else "were"
            yield Reason("drift", f"{', '.join(sorted(drifted))} {were} changed outside the specs")
        if left:
            yield Reason("spec", f"{', '.join(left)} left the specs", desired.place.range())
        if desired.protect is not None and mark.protect != desired.protect:
            yield Reason("protect", "protect changed", desired.place.range("protect"))

    def _serves(self, model: RunRef, desired: DesiredDeployment) -> Reason:
        """Why it serves another model: the head of its chain moved, or its run is trained again."""
        name, at = model.address.name, desired.place.range("model")
        chain, slash, stage = name.partition("/")
        root = self.root(model.address)
        if model.checkpoint is not None:
            return Reason("model", f"it serves job {name} at step {model.checkpoint}", at)
        if root and not root.is_new:
            what = f"stage {stage} of chain {chain}" if slash else f"job {name}"
            return Reason("model", f"it serves {what}, which is retrained ({root.words})", root.at)
        if not slash:
            return Reason("model", f"it serves job {name}, whose model is another one now", at)
        if self.chains[chain][-1] == name:
            first = ", which is trained first" if root else ""
            text = f"it serves chain {chain}, whose head is {stage} now{first}"
            return Reason("model", text, root.at if root else at)
        return Reason("model", f"it serves stage {stage} of chain {chain}", at)
