"""A live run beside the spec of the job that is to adopt it: what differs, as far as it can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.model import normal
from reconciler.model.marks import FileMark
from reconciler.model.observation import ObservedFile, ObservedJob
from reconciler.model.resource import DesiredRun
from reconciler.planning.changes import FieldChange

UNTOLD = "(not told)"


def compare_run(
    run: DesiredRun, base: str | None, job: ObservedJob, files: Iterable[ObservedFile]
) -> tuple[FieldChange, ...]:
    """From the live value to the spec's. `base` is the model that the spec starts from, None where it is not known.

    Only what the spec fixes is compared; of the data, only what carries a digest in its name.
    """
    names = {f.id: f.filename for f in files}
    return tuple(_differences(run, base, job, names))


def _differences(run: DesiredRun, base: str | None, job: ObservedJob, names: dict[str, str]) -> Iterator[FieldChange]:
    if base and not normal.same_model(base, job.base_model):
        yield FieldChange("base_model", job.base_model, base)
    for key, wanted in sorted(run.ingredients.hyperparameters.items()):
        live = job.hyperparameters.get(key)
        if live != wanted:
            yield FieldChange(key, UNTOLD if live in (None, "auto", -1) else live, wanted)
    yield from _data("training", job.training_file, run.training, run.ingredients.training, names)
    yield from _data("validation", job.validation_file, run.validation, run.ingredients.validation, names)


def _data(
    field: str, id: str | None, dataset: str | None, digest: str | None, names: dict[str, str]
) -> Iterator[FieldChange]:
    wanted: Any = f"{dataset} (sha256:{digest[:16]}…)" if dataset and digest else None
    if id is None or digest is None:
        if id or digest:
            yield FieldChange(field, names.get(id or "", id), wanted)
        return
    mark = FileMark.read(names.get(id, ""))
    if mark is None or mark.digest16 != digest[:16]:
        live = names.get(id) or f"{id} (deleted)"
        yield FieldChange(field, live if mark else f"{live}, of unknown content", wanted)
