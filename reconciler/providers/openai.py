"""The OpenAI platform, and services that speak its protocol: a `Target` without deployments.

Wire: OpenAI's OpenAPI document (github.com/openai/openai-openapi), files, fine-tuning jobs, models.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import httpx2

from reconciler.model.catalog import limits
from reconciler.model.identity import Identity
from reconciler.model.observation import ObservedAccount
from reconciler.providers.base import Pace, RunRequest, Target
from reconciler.providers.dataplane import DataPlane
from reconciler.providers.errors import ServiceError
from reconciler.providers.http import openai_client
from reconciler.providers.keys import checked, variable, way_out
from reconciler.providers.reader import Reader
from reconciler.providers.retry import Now, Sleep
from reconciler.providers.sending import PURPOSE
from reconciler.specs.target import OpenAITarget

SERVICE = "OpenAI"
KEY = "OPENAI_API_KEY"
TRAINING_FILES = {"purpose": PURPOSE, "limit": "10000"}
"""The query of OpenAI's list of files: a project may hold thousands that are no training data."""


def api_key(target: str) -> str | None:
    """Of this target's own variable, else of the vendor's usual one."""
    return os.environ.get(variable(KEY, target))


def connect(
    name: str,
    spec: OpenAITarget,
    client: httpx2.Client,
    *,
    pace: Pace,
    sleep: Sleep,
    emulator: str | None,
    now: Now = time.monotonic,
) -> Target:
    """The target's port. `emulator` is the URL that stands in for the platform, whatever the spec says."""
    url = f"{emulator}/v1" if emulator else spec.url
    service = SERVICE if emulator or not spec.base_url else httpx2.URL(url).host
    scope = {"OpenAI-Project": spec.project, "OpenAI-Organization": spec.organization}

    proof = PlatformKey("emulator" if emulator else api_key(name), scope, service, variable(KEY, name))
    help = way_out(variable(KEY, name))
    training = DataPlane(
        connect=lambda: Reader(client, url, proof, service=service, params={}, sleep=sleep, now=now, way_out=help),
        client=lambda: openai_client(url, client, proof, {}),
        body=job_body,
        one_request=limits.OPENAI.file_bytes,
        # A compatible service may know neither, and refuse a limit beyond its own.
        files_query=None if spec.base_url and not emulator else TRAINING_FILES,
        takes_unchecked=True,  # `status` of a file is deprecated there; a job says what is wrong with its files
    )
    account = ObservedAccount(spec.project or "default project", region=SERVICE, endpoint=url, serves_by_name=True)
    return Target(
        name,
        None,
        limits.OPENAI,
        lambda: account,
        training,
        None,
        pace,
        may_refuse_training=True,
        identity=lambda: Identity("emulator") if emulator else proof.identity(),
        skew=lambda: None if emulator else training.reader.skew,
        ahead=lambda: training.reader.skew,
    )


class PlatformKey:
    """The platform's key, and the project and organization that it is used for."""

    def __init__(self, key: str | None, scope: Mapping[str, str | None], service: str, variable: str = KEY) -> None:
        """`variable` is where the key comes from, for messages."""
        self._key = key
        self._variable = variable
        self._scope = {name: value for name, value in scope.items() if value}
        self._service = service

    def key(self) -> str:
        if not self._key:
            raise ServiceError(
                f"{KEY} is not set",
                service=self._service,
                status=401,
                code="no_api_key",
                not_sent=True,
                way_out=way_out(self._variable),
            )
        return checked(self._key, self._variable)

    def identity(self) -> Identity:
        self.key()
        return Identity("API key", " ".join(self._scope.values()))

    def __call__(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.key()}", **self._scope}

    def renew(self) -> bool:
        return False


def job_body(request: RunRequest) -> dict[str, Any]:
    """Arguments of `fine_tuning.jobs.create`; what is absent is left to the service."""
    body: dict[str, Any] = {
        "model": request.base_model,
        "training_file": request.training_file,
        "suffix": request.suffix,
        "method": request.method_body(),
        "metadata": dict(request.metadata),
    }
    if request.validation_file:
        body["validation_file"] = request.validation_file
    if request.seed is not None:
        body["seed"] = request.seed
    return body
