"""The composition root: specs, datasets and the vendors behind the targets are joined here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.options import Terminal, Where
from reconciler.cli.training_data import load_datasets
from reconciler.datasets.facts import DatasetFacts
from reconciler.datasets.reading import Reader
from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.errors import DiagnosticsError
from reconciler.providers.hosts import may_receive_credentials
from reconciler.specs.base import Entry
from reconciler.specs.estate import Specs
from reconciler.specs.parse import load
from reconciler.specs.target import AzureTarget
from reconciler.specs.target import Target as TargetSpec

if TYPE_CHECKING:
    import httpx2

    from reconciler.engine.context import Stop
    from reconciler.engine.operations import World
    from reconciler.providers.base import Target

ALLOW_HOSTS = "RECONCILER_ALLOW_HOSTS"
STATE_FOLDER = ".reconciler"
EMBEDDED_SPEED = 60.0
"""Virtual seconds a second of an emulator inside the process: a run of ten minutes takes ten seconds."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What can be known without a network."""

    specs: Specs
    facts: Mapping[str, DatasetFacts]
    diagnostics: tuple[Diagnostic, ...]


def load_offline(root: Path, *, every_dataset: bool = False, tokens: bool | None = None, cached: bool = True) -> Loaded:
    """Specs and the facts of the datasets that jobs use; raises `DiagnosticsError` with every problem.

    `tokens` are counted unless every dataset is checked, which then takes them only where a row could be too long.
    """
    specs, problems = load(root)
    tokens = not every_dataset if tokens is None else tokens
    facts, wrong = load_datasets(specs, every=every_dataset, tokens=tokens, reader=Reader(cached=cached))
    found = [*problems, *_check_hosts(specs), *wrong]
    if has_errors(found):
        raise DiagnosticsError(found)
    return Loaded(specs, facts, tuple(found))


def _check_hosts(specs: Specs) -> Iterator[Diagnostic]:
    """A host that a spec alone names must not receive credentials, unless the operator allows it outside the specs."""
    allowed = [h.strip() for h in os.environ.get(ALLOW_HOSTS, "").split(",") if h.strip()]
    for entry in specs.targets.values():
        address = entry.spec.address
        if address and not may_receive_credentials(address[1], entry.spec.provider, allowed):
            key, url = address
            detail = f"{url} would receive the operator's credentials. {codes.ENDPOINT_REFUSED.way_out}"
            yield codes.ENDPOINT_REFUSED.at(entry.place.value(key), detail)


@contextmanager
def connected(loaded: Loaded, where: Where, terminal: Terminal, stop: Stop) -> Iterator[World]:
    """The world of one command: its targets are connected, to the cloud or to an emulator."""
    from reconciler.engine.operations import World

    with ExitStack() as stack:
        emulator = stack.enter_context(_emulator(where))
        if emulator:
            banner = f"emulator in force: {emulator} · nothing here reaches a cloud"
            click.echo(terminal.err(banner, "yellow"), err=True)
        targets = [t for _, t in sorted(loaded.specs.targets.items())]
        yield World(loaded.specs, loaded.facts, stack.enter_context(_targets(targets, emulator, stop)))


@contextmanager
def _emulator(where: Where) -> Iterator[str | None]:
    """The URL of the emulator in force, started here if it lives inside the process."""
    if not where.embedded:
        yield where.emulator_url.rstrip("/") if where.emulator_url else None
        return
    if where.emulator_url:
        raise click.UsageError("--emulator and --emulator-url (or RECONCILER_EMULATOR) do not go together.")
    try:
        from reconciler.emulator.server import Embedded
    except ImportError as error:
        raise DiagnosticsError([codes.EMULATOR_MISSING.at(detail=codes.EMULATOR_MISSING.way_out)]) from error
    state = Path(STATE_FOLDER) / "emulator.json"
    try:
        state.parent.mkdir(exist_ok=True)
        embedded = Embedded(state, EMBEDDED_SPEED)
    except (OSError, ValueError) as error:
        raise DiagnosticsError(
            [codes.EMULATOR_STATE.at(detail=f"{state}: {error}. {codes.EMULATOR_STATE.way_out}")]
        ) from error
    with embedded as emulator:
        yield emulator.url


@contextmanager
def _targets(specs: Iterable[Entry[TargetSpec]], emulator: str | None, stop: Stop) -> Iterator[Mapping[str, Target]]:
    import httpx2

    from reconciler.providers import azure, openai
    from reconciler.providers.base import Pace

    # An emulator's lists do not lag and its days are short.
    pace = Pace(poll=0.5, settle=0.0, events=1.0) if emulator else Pace()
    limits = httpx2.Limits(max_connections=64, max_keepalive_connections=64)
    with httpx2.Client(timeout=httpx2.Timeout(60.0, connect=10.0), limits=limits, trust_env=not emulator) as client:
        entries = list(specs)
        if emulator:
            for entry in entries:
                if isinstance(entry.spec, AzureTarget):
                    _ensure_account(client, emulator, entry.spec)
        targets = {}
        for e in entries:
            vendor: Any = azure if isinstance(e.spec, AzureTarget) else openai
            targets[e.name] = vendor.connect(e.name, e.spec, client, pace=pace, sleep=stop.sleep, emulator=emulator)
        try:
            yield targets
        finally:
            for target in targets.values():
                target.close()


def _ensure_account(client: httpx2.Client, emulator: str, spec: AzureTarget) -> None:
    """Create the account that a target names in the emulator, by ordinary PUT, unless it is there."""
    import httpx2

    url = f"{emulator}{spec.account_id}?api-version=2025-09-01"
    headers = {"Authorization": "Bearer emulator"}
    body = {"location": spec.region, "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}}
    try:
        if client.get(url, headers=headers).status_code == 404:
            client.put(url, headers=headers, json=body).raise_for_status()
    except httpx2.HTTPError as error:
        detail = f"{emulator}: {error}. Start one with: reconciler emulator --port N"
        raise DiagnosticsError([codes.EMULATOR_UNREACHABLE.at(detail=detail)]) from error
