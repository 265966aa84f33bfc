"""The composition root: an estate's targets and the vendors behind them are joined here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from reconciler.api.estate import Estate
from reconciler.engine.context import Stop
from reconciler.engine.operations import World
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.providers import azure, http, openai
from reconciler.providers.base import Pace, Target
from reconciler.providers.errors import ServiceError
from reconciler.providers.keys import own_variable
from reconciler.specs.target import AzureTarget

EMULATED = Pace(poll=0.5, settle=0.0, heard=0.0, events=1.0)
"""An emulator's lists do not lag unless they are told to, and its days are short.

Runs that two operators create within one second tie in their dates, but without a lag whoever came second lists both
and settles it by their ids. So a settle time would cost each create a second, and buy nothing.
"""
USUAL_SPEED = 60.0
EMULATOR = "RECONCILER_EMULATOR"


@contextmanager
def connect(estate: Estate, *, emulator: str | None = None, stop: Stop | None = None) -> Iterator[World]:
    """The estate with its targets connected: to the cloud, or all of them to the emulator at a URL.

    Without a URL the variable RECONCILER_EMULATOR decides; "" is the cloud, whatever that says.
    """
    emulator = (os.environ.get(EMULATOR, "") if emulator is None else emulator).rstrip("/") or None
    stop = stop or Stop()
    if not emulator:
        _check_keys(estate)
    with _client(emulator) as client:
        pace = EMULATED.faster(_speed(client, emulator)) if emulator else Pace()
        targets: dict[str, Target] = {}
        for name, entry in sorted(estate.specs.targets.items()):
            spec: Any = entry.spec
            if emulator and isinstance(spec, AzureTarget):
                _ensure_account(client, emulator, spec)
            vendor = azure if isinstance(spec, AzureTarget) else openai
            targets[name] = vendor.connect(
                name, spec, client, pace=pace, sleep=stop.sleep, now=stop.now, emulator=emulator
            )
        try:
            yield World(estate.specs, estate.facts, targets, estate.base, estate.diagnostics)
        finally:
            for target in targets.values():
                target.close()


def _check_keys(estate: Estate) -> None:
    """The names of variables are not as fine as those of targets. Raises `DiagnosticsError`."""
    takers: dict[str, list[str]] = {}
    for name, entry in sorted(estate.specs.targets.items()):
        vendor = azure if isinstance(entry.spec, AzureTarget) else openai
        takers.setdefault(own_variable(vendor.KEY, name), []).append(name)
    shared = {v: names for v, names in takers.items() if len(names) > 1 and os.environ.get(v)}
    if shared:
        code = codes.KEY_SHARED
        raise DiagnosticsError(
            code.at(
                estate.specs.targets[names[1]].place.range(),
                f"{variable} would be the key of {' and of '.join(names)}. {code.way_out}",
            )
            for variable, names in shared.items()
        )


def _client(emulator: str | None) -> httpx2.Client:
    """Ours; raises `DiagnosticsError` for an emulator's address, a proxy or a certificate file that cannot be used."""
    if not emulator:
        return http.made(http.client)
    try:
        if not httpx2.URL(emulator).host:
            raise httpx2.InvalidURL("the address names no host")
        return http.client(emulator)
    except (ValueError, OSError, ImportError, httpx2.InvalidURL) as error:
        raise DiagnosticsError([codes.EMULATOR_UNREACHABLE.at(detail=f"{emulator}: {error}.")]) from error


def _speed(client: httpx2.Client, emulator: str) -> float:
    """How fast the emulator's clock runs; what stands still is waited for as if it ran."""
    try:
        speed = client.get(f"{emulator}/_emulator").json()["speed"]
        return float(speed) or USUAL_SPEED
    except (httpx2.HTTPError, ValueError, TypeError, KeyError):  # whoever needs it is told when it does not answer
        return USUAL_SPEED


def _ensure_account(client: httpx2.Client, emulator: str, spec: AzureTarget) -> None:
    """Create the account that a target names in the emulator, by ordinary PUT, unless it is there."""
    url = f"{emulator}{spec.account_id}?api-version=2025-09-01"
    headers = {"Authorization": "Bearer emulator"}
    body = {"location": spec.region, "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}}
    try:
        if client.get(url, headers=headers).status_code == 404:
            client.put(url, headers=headers, json=body).raise_for_status()
    except (httpx2.HTTPError, ServiceError) as error:
        detail = f"{emulator}: {error}. Start one with: reconciler emulator --port N"
        raise DiagnosticsError([codes.EMULATOR_UNREACHABLE.at(detail=detail)]) from error
