"""Why a wanted deployment is not there: told from the activity log, for nothing else remembers what is gone.

Somebody deleted it; or it was there and nobody deleted it, so the service did: after 15 days without a call, or after
24 hours in the developer tier (learn.microsoft.com, azure/ai-foundry/openai/how-to/fine-tuning-deploy). What the log
does not know is taken for new.
"""

from __future__ import annotations

from reconciler.model import normal
from reconciler.model.observation import History
from reconciler.model.resource import DesiredDeployment, RunRef
from reconciler.planning.drift import Cause, Drift

IDLE_SECONDS = 15 * 86_400
DEVELOPER_SECONDS = 86_400


def explain_absence(desired: DesiredDeployment, history: History) -> Drift | None:
    """None when the log knows no such deployment: the specs are ahead."""
    if not history.writes:
        return None
    last = history.writes[-1]
    if last.deleted:
        return Drift(desired.address, Cause.DELETED, by=last.by, at=last.at)
    deletes = [n for n, write in enumerate(history.writes) if write.deleted]
    created = history.writes[deletes[-1] + 1 if deletes else 0]
    if normal.sku(desired.sku) == "DeveloperTier" and history.read_at - created.time >= DEVELOPER_SECONDS:
        return Drift(desired.address, Cause.EXPIRED, detail=f"{_LIFE['developer']}; the model is intact")
    if isinstance(desired.model, RunRef) and history.read_at - last.time >= IDLE_SECONDS:
        return Drift(desired.address, Cause.EXPIRED, detail=f"{_LIFE['idle']}; the model is intact")
    detail = "it was there, and the activity log does not say yet what became of it"
    return Drift(desired.address, Cause.VANISHED, detail=detail)


_LIFE = {
    "developer": "a deployment of the developer tier lives for 24 hours, then Azure removes it",
    "idle": "idle for 15 days, removed by Azure",
}
