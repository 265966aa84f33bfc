"""Which models deployments serve, in any account that was looked at: those are never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.observation import ObservedCheckpoint, ObservedDeployment

STEP = ":ckpt-step-"
"""In the name of a checkpoint's model, between the final model's name and the step."""
_CHECKPOINT_ID = "ftchkpt-"


def is_of(name: str, model: str) -> bool:
    """Whether a name is that of a fine-tuned model or of one of its checkpoints, in whatever case."""
    name, model = name.lower(), model.lower()
    return name == model or name.startswith(model + STEP)


class InUse:
    """The deployments of every account, by what they serve. Names of fine-tuned models are unique everywhere."""

    def __init__(
        self, deployments: Iterable[tuple[str, ObservedDeployment]], checkpoints: Iterable[ObservedCheckpoint]
    ) -> None:
        """`deployments` come with the names of their targets."""
        models = {c.id.lower(): c.model for c in checkpoints}
        self.served = [(models.get(d.model_name.lower(), d.model_name), t, d) for t, d in deployments]
        self.unidentified = [(t, d) for name, t, d in self.served if name.lower().startswith(_CHECKPOINT_ID)]
        """Those that serve a checkpoint of a run that is not listed, which may be any run's."""

    def of(self, model: str) -> Iterator[tuple[str, ObservedDeployment]]:
        return ((t, d) for name, t, d in self.served if is_of(name, model))
