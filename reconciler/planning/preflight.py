"""What the accounts have room for, checked before the first byte is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.datasets.facts import DatasetFacts
from reconciler.model import codes
from reconciler.model.catalog.training_files import ACCOUNT_BYTES, ACCOUNT_FILES
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.observation import Observation
from reconciler.planning.changes import Action, Change, Reason
from reconciler.specs.estate import Specs

PURPOSE = "fine-tune"


def check_room(
    specs: Specs, observed: Mapping[str, Observation], changes: Mapping[str, Change]
) -> tuple[dict[str, Change], list[Diagnostic]]:
    """The changes, with uploads that do not fit blocked together with everything that needs them, and why."""
    problems = []
    full: set[str] = set()
    for target, observation in observed.items():
        uploads = [c for c in changes.values() if c.action is Action.UPLOAD and c.target == target]
        for detail in _no_room(specs.targets[target].spec.provider, target, observation, uploads):
            code, place = codes.ACCOUNT_FULL, specs.targets[target].place.range()
            problems.append(code.at(place, f"{detail} {code.way_out}", address=f"target {target}"))
            full |= {c.key for c in uploads}
    return _block(changes, full), problems


def _no_room(provider: str, target: str, observation: Observation, uploads: list[Change]) -> Iterator[str]:
    if not uploads or provider not in ACCOUNT_FILES:
        return
    there = [f for f in observation.files if f.purpose in (PURPOSE, "")]
    files, most_files = len(there) + len(uploads), ACCOUNT_FILES[provider]
    if files > most_files:
        yield f"{target} has {len(there)} training files and would have {files}; it takes {most_files}."
    sizes = [c.desired.bytes for c in uploads if isinstance(c.desired, DatasetFacts)]
    total, most = sum(f.bytes or 0 for f in there) + sum(sizes), ACCOUNT_BYTES[provider]
    if total > most:
        yield f"{target} would have {total / 1e6:,.0f} MB of training files; it takes {most / 1e6:,.0f} MB."


def _block(changes: Mapping[str, Change], full: set[str]) -> dict[str, Change]:
    """Block the uploads, and again and again what needs something that is blocked."""
    held = dict.fromkeys(full, "the account has no room for it")
    grows = bool(held)
    while grows:
        more = {
            c.key: f"it needs {need}, which is blocked"
            for c in changes.values()
            for need in c.needs
            if need in held and c.key not in held
        }
        held |= more
        grows = bool(more)
    return {
        key: replace(c, action=Action.BLOCKED, reason=Reason("account-full", held[key])) if key in held else c
        for key, c in changes.items()
    }
