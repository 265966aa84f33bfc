"""What can be known of an estate without a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.api.training_data import load_datasets
from reconciler.datasets.facts import DatasetFacts
from reconciler.datasets.reading import Reader
from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.errors import DiagnosticsError
from reconciler.providers.hosts import STORAGE_DOMAINS, allowed_hosts, may_hold_rows, may_receive_credentials
from reconciler.specs.estate import Specs
from reconciler.specs.parse import load as load_specs
from reconciler.specs.target import AzureTarget

if TYPE_CHECKING:
    from reconciler.planning.left import Base

USUAL_BASE = "@{usual}"
"""No name that git has."""


@dataclass(frozen=True, slots=True)
class Estate:
    """Specs, the facts of their datasets by name, and the remarks that are no errors."""

    specs: Specs
    facts: Mapping[str, DatasetFacts]
    diagnostics: tuple[Diagnostic, ...]
    base: Base | None = None
    """The specs to which these are compared, for what has left them."""


def load(
    root: Path | str = "specs",
    *,
    every_dataset: bool = False,
    tokens: bool | None = None,
    cached: bool = True,
    base: str | None = None,
) -> Estate:
    """Read the specs below a folder and the training files that they use.

    `every_dataset` reads those too that no job uses; `tokens` are counted unless every dataset is checked, which then
    takes them only where a row could be too long; `cached` may be switched off to read every file anew. `base` is a
    commit, or a folder with a checkout of it: plans warn of targets that have left the specs since (`api.base`);
    `USUAL_BASE` is the last commit that was pushed, else HEAD, if there is one.
    Raises `DiagnosticsError` with every problem when there is an error among them.
    """
    specs, problems = load_specs(Path(root))
    counted = not every_dataset if tokens is None else tokens
    facts, wrong = load_datasets(specs, every=every_dataset, tokens=counted, reader=Reader(cached=cached))
    found = [*problems, *_check_hosts(specs), *wrong]
    if has_errors(found):
        raise DiagnosticsError(found)
    return Estate(specs, facts, tuple(found), _read_base(specs, base) if base else None)


def _read_base(specs: Specs, base: str) -> Base | None:
    from reconciler.api.base import read_base, read_usual_base  # validate starts without it

    return read_usual_base(specs) if base == USUAL_BASE else read_base(specs, base)


def _check_hosts(specs: Specs) -> Iterator[Diagnostic]:
    """A host that a spec alone names receives neither credentials nor SAS tokens, unless the operator allows it."""
    allowed = allowed_hosts()
    for entry in specs.targets.values():
        address = entry.spec.address
        if address and not may_receive_credentials(address[1], entry.spec.provider, allowed):
            key, url = address
            detail = f"{url} would receive the operator's credentials. {codes.ENDPOINT_REFUSED.way_out}"
            yield codes.ENDPOINT_REFUSED.at(entry.place.value(key), detail)
    for dataset in specs.datasets.values():
        url = dataset.spec.url
        if url and not may_hold_rows(url, _clouds(specs, dataset.name), allowed):
            yield codes.DATASET_URL_REFUSED.at(dataset.place.value("url"), codes.DATASET_URL_REFUSED.way_out)


def _clouds(specs: Specs, dataset: str) -> Iterable[str]:
    """The Azure clouds that would import a dataset; every cloud, while no job uses it."""
    jobs = [job.spec for job in specs.jobs.values() if dataset in (job.spec.training, job.spec.validation)]
    targets = [specs.targets[job.target].spec for job in jobs if job.target in specs.targets]
    return {t.cloud for t in targets if isinstance(t, AzureTarget)} or STORAGE_DOMAINS
