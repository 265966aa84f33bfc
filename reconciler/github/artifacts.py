"""A plan that is too large for a comment, as a file of the run that made it.

https://docs.github.com/rest/actions/artifacts
"""

from __future__ import annotations

import io
import zipfile

from reconciler.github.client import SERVICE, Client
from reconciler.providers.errors import ServiceError

NAME = "reconciler-plan"
"""What the workflow calls the artifact."""
_LIMIT = 256_000_000


def fetch_plan(client: Client, run: str) -> bytes | None:
    """The plan that a run left, or None when it has expired or was never kept. Raises `ServiceError`."""
    if not run.isdecimal():
        return None
    listed = client.get(f"/actions/runs/{run}/artifacts", {"name": NAME})
    found = [a for a in listed.get("artifacts") or () if a.get("name") == NAME and not a.get("expired")]
    if not found:
        return None
    # A run that was repeated has one for each attempt; the comment was written by the latest.
    newest = max(found, key=lambda a: int(a["id"]))
    return _only_file(client.download(f"/actions/artifacts/{int(newest['id'])}/zip"))


def _only_file(archive: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            (info,) = opened.infolist()
            if info.file_size > _LIMIT:
                raise ValueError(f"{info.file_size:,} bytes are too many")
            return opened.read(info)
    except (zipfile.BadZipFile, ValueError) as error:
        raise ServiceError(f"the artifact {NAME} cannot be read: {error}", service=SERVICE) from error
