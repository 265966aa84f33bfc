"""The plan that a run of the plan workflow left as an artifact: what people approve when they merge.

https://docs.github.com/rest/actions/artifacts
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from reconciler.github.client import SERVICE, Client
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_saved
from reconciler.providers.errors import ServiceError

_LIMIT = 256_000_000
"""Bytes of a plan; a fuller archive is not opened."""


class NoPlan(Exception):
    """Why a run approves nothing; a clause for people."""


def artifact_name(world: str, root: str, scope: str) -> str:
    """What the plan workflow calls its artifact: one for each world, spec root and set of options."""
    about = hashlib.sha256(f"{root}\n{scope}".encode()).hexdigest()[:8]
    return f"reconciler-plan-{world}-{about}"


def kept_plan(client: Client, run: int, name: str) -> PlanDocument:
    """The plan that a run left. Raises `NoPlan` where it left none that holds, `ServiceError` where GitHub fails."""
    found = [a for a in client.items(f"/actions/runs/{run}/artifacts", "artifacts", {"name": name}) if _is(a, name)]
    if not found:
        raise NoPlan(f"its run kept no artifact {name}: was it planned with the same root and options?")
    # A run that was repeated has one for each attempt; the latest attempt is the one that ended well.
    newest = max(found, key=lambda a: int(a["id"]))
    if newest.get("expired"):
        raise NoPlan(f"the artifact {name} has expired")
    try:
        archive = client.download(f"/actions/artifacts/{int(newest['id'])}/zip")
    except ServiceError as error:
        if error.status in (404, 410):
            raise NoPlan(f"the artifact {name} is gone") from error
        raise
    return _read(archive, newest, name)


def _is(artifact: Mapping[str, Any], name: str) -> bool:
    if not isinstance(artifact.get("id"), int):
        raise ServiceError("an artifact has no id", service=SERVICE)
    return artifact.get("name") == name


def _read(archive: bytes, artifact: Mapping[str, Any], name: str) -> PlanDocument:
    digest = artifact.get("digest")
    if digest and digest != f"sha256:{hashlib.sha256(archive).hexdigest()}":
        raise NoPlan(f"the artifact {name} does not have the digest that GitHub names")
    try:
        return read_saved(_only_file(archive))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        raise NoPlan(f"the artifact {name} holds no plan: {error}") from error


def _only_file(archive: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        (info,) = opened.infolist()
        if info.file_size > _LIMIT:
            raise ValueError(f"{info.file_size:,} bytes are too many")
        return opened.read(info)
