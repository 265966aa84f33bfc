"""Names of models that stand in the specs as they are, against what the account has.

Source of the facts: the data plane's list of models, and a question for each fine-tuned base that it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes, normal
from reconciler.model.catalog.models import is_fine_tuned
from reconciler.model.observation import Observation
from reconciler.model.resource import DesiredRun
from reconciler.planning.changes import Change
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View
from reconciler.specs.base import did_you_mean

CHECKPOINT = ":ckpt-step-"
"""Between a model's name and the step of a checkpoint of it, which no list shows."""
MOST_SHOWN = 5


def check_names(view: View) -> Iterator[Finding]:
    for change, run in view.trains():
        observation = view.observed[change.target]
        if isinstance(run.base, str) and observation.models:
            if is_fine_tuned(run.base):
                yield from _tuned_base(change, run, run.base, observation)
            elif view.provider(change.target) == "openai":
                yield from _base(run, run.base, observation)


def _tuned_base(change: Change, run: DesiredRun, base: str, observation: Observation) -> Iterator[Finding]:
    wanted = base.partition(CHECKPOINT)[0].lower()
    if wanted in {m.id.lower() for m in observation.models}:
        return
    own = [m.id for m in observation.models if is_fine_tuned(m.id) and m.can_fine_tune is not False]
    listed = ", ".join(own[:MOST_SHOWN]) + (f", and {len(own) - MOST_SHOWN} more" if len(own) > MOST_SHOWN else "")
    there = f"Fine-tuned models there: {listed}." if own else "It has no fine-tuned models."
    code = codes.BASE_MISSING
    detail = f"{change.target} does not have {base}. {there} {code.way_out}"
    told = code.at(run.place.value("base_model"), detail, hint=did_you_mean(base, own), address=str(run.address))
    yield Finding(told, (change.key,), f"{change.target} does not have its base model")


def _base(run: DesiredRun, base: str, observation: Observation) -> Iterator[Finding]:
    """Only where the service lists base models at all."""
    listed = [m.id for m in observation.models if not is_fine_tuned(m.id)]
    if listed and not any(normal.may_be_same_model(base, id) for id in listed):
        code = codes.MODEL_UNLISTED
        detail = f"{run.target} lists {len(listed)} base models, and not {base}. {code.way_out}"
        hint = did_you_mean(base, listed)
        yield Finding(code.at(run.place.value("base_model"), detail, hint=hint, address=str(run.address)))
