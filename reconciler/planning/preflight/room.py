"""Training files: their number and their bytes."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.datasets.facts import DatasetFacts
from reconciler.model import codes
from reconciler.model.catalog.training_files import ACCOUNT_BYTES, ACCOUNT_FILES
from reconciler.model.observation import ObservedFile
from reconciler.planning.changes import Action, Change
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View
from reconciler.specs.target import AzureTarget

PURPOSE = "fine-tune"


def check_room(view: View) -> Iterator[Finding]:
    """Every upload of a target where they do not all fit."""
    for target in view.observed:
        uploads = [c for c in view.changes.values() if c.action is Action.UPLOAD and c.target == target]
        entry, code = view.specs.targets[target], codes.ACCOUNT_FULL
        for detail in _no_room(view, target, uploads):
            told = code.at(entry.place.range(), f"{detail} {code.way_out}", address=f"target {target}")
            yield Finding(told, tuple(c.key for c in uploads), "the account has no room for it")


def training_files(view: View, target: str) -> list[ObservedFile]:
    """What counts against the limits; results of runs do not."""
    return [f for f in view.observed[target].files if f.purpose in (PURPOSE, "")]


def most_files_of(view: View, target: str) -> int:
    """As documented, unless the specs say that it was raised."""
    spec = view.specs.targets[target].spec
    raised = spec.limits.files if isinstance(spec, AzureTarget) else None
    return raised or ACCOUNT_FILES[spec.provider]


def _no_room(view: View, target: str, uploads: list[Change]) -> Iterator[str]:
    provider = view.provider(target)
    if not uploads or provider not in ACCOUNT_FILES:
        return
    there = training_files(view, target)
    files, most_files = len(there) + len(uploads), most_files_of(view, target)
    if files > most_files:
        yield f"{target} has {len(there)} training files and would have {files}; it takes {most_files}."
    sizes = [c.desired.bytes for c in uploads if isinstance(c.desired, DatasetFacts)]
    total, most = sum(f.bytes or 0 for f in there) + sum(sizes), ACCOUNT_BYTES[provider]
    if total > most:
        yield f"{target} would have {total / 1e6:,.0f} MB of training files; it takes {most / 1e6:,.0f} MB."
