"""What caused the drift of a deployment that is live, from its fields, tags and state; and that of a run."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.observation import ObservedDeployment
from reconciler.model.resource import DesiredDeployment, DesiredRun
from reconciler.planning.changes import FieldChange
from reconciler.planning.diff import Difference
from reconciler.planning.drift import Cause, Drift
from reconciler.planning.runs import RunState, RunView

_RUNS = {
    RunState.CANCELLED: (Cause.CANCELLED, "the run was cancelled, by a person or by prune or destroy"),
    RunState.MODEL_DELETED: (Cause.DELETED, "its model was deleted"),
    RunState.MODEL_RETIRED: (Cause.RETIRED, "the service no longer serves its model"),
}
NEVER_UPGRADED = "NoAutoUpgrade"


def run_drift(run: DesiredRun, view: RunView) -> Iterator[Drift]:
    """What became of a run, or of its model, behind the specs."""
    if view.state in _RUNS:
        cause, detail = _RUNS[view.state]
        yield Drift(run.address, cause, detail=f"{detail} ({view.job.id})" if view.job else detail)


def deployment_drift(desired: DesiredDeployment, live: ObservedDeployment, difference: Difference) -> Iterator[Drift]:
    """The drift of one deployment, if there is any: the first cause that applies."""
    mark = live.mark
    cause, detail = None, ""
    if mark is None:
        cause, detail = Cause.UNTAGGED, "the tags that mark it as this estate's are gone"
    elif difference.drift:
        cause = Cause.UPGRADED if _is_upgrade(difference.drift, live) else Cause.EDITED
        if cause is Cause.UPGRADED:
            detail = "the service moved it to another version of the model, as its version_upgrade allows"
    elif mark.applied is None:
        cause, detail = Cause.RETAGGED, "the tags that hold what was last applied were changed and cannot be read"
    elif live.failed:
        cause, detail = Cause.FAILED, failure(live)
    if cause:
        by, at = ("", "") if cause is Cause.FAILED else (live.modified_by, live.modified_at)
        yield Drift(desired.address, cause, difference.drift, by=by, at=at, detail=detail)


def _is_upgrade(fields: tuple[FieldChange, ...], live: ObservedDeployment) -> bool:
    """The same base model in another version, nothing else, where the service may do that by itself."""
    if [f.field for f in fields] != ["model"] or live.version_upgrade == NEVER_UPGRADED:
        return False
    before, after = (str(value).lower().partition("@") for value in (fields[0].before, fields[0].after))
    return before[0] == after[0] and before[2] != after[2]


def failure(live: ObservedDeployment) -> str:
    """The vendor's words, where the object has them."""
    words = str(live.failure or "")
    ended = "was cancelled" if live.provisioning_state == "Canceled" else "failed"
    return f"its provisioning {ended}" + (f" ({words.rstrip('.')})" if words else "")
