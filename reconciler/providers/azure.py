"""Azure OpenAI: clouds, credentials, and a `Target` that joins the data plane with Resource Manager."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import uuid4

import httpx2

from reconciler.model.catalog import limits
from reconciler.model.identity import Identity
from reconciler.providers import github_identity, http
from reconciler.providers.allowances import ArmAllowances
from reconciler.providers.arm import API_VERSION as ARM_API_VERSION
from reconciler.providers.arm import ArmAccount
from reconciler.providers.base import Pace, RunRequest, Target
from reconciler.providers.claims import identity_of
from reconciler.providers.dataplane import DataPlane
from reconciler.providers.errors import ServiceError, misdirected
from reconciler.providers.hosts import allowed_hosts, may_receive_credentials, same_machine, shown
from reconciler.providers.http import openai_client
from reconciler.providers.keys import variable, way_out
from reconciler.providers.proof import LOGIN, Bearer, Key, Proof
from reconciler.providers.reader import Reader
from reconciler.providers.retry import Budget, Now, Sleep
from reconciler.specs.target import AzureTarget

KEY = "AZURE_OPENAI_API_KEY"
DATA_API_VERSION = "2025-04-01-preview"
"""The first with training types and methods, and the last dated one with file import and upload in parts."""
TRAINING_TYPES = {
    "standard": "Standard",
    "data_zone": "DataZoneStandard",
    "global": "GlobalStandard",
    "developer": "developerTier",
}
"""The spec's word -> `trainingType` on the wire (azure-ai-docs, how-to/fine-tuning).

The page on training types names data zones, and no page their word: it is the SKU's, as global training's is.
"""


@dataclass(frozen=True, slots=True)
class Cloud:
    resource_manager: str
    resource_manager_scope: str
    data_scope: str
    authority: str


CLOUDS = {
    "public": Cloud(
        "https://management.azure.com",
        "https://management.azure.com/.default",
        "https://cognitiveservices.azure.com/.default",
        "login.microsoftonline.com",
    ),
    "usgov": Cloud(
        "https://management.usgovcloudapi.net",
        "https://management.core.usgovcloudapi.net/.default",
        "https://cognitiveservices.azure.us/.default",
        "login.microsoftonline.us",
    ),
    "china": Cloud(
        "https://management.chinacloudapi.cn",
        "https://management.chinacloudapi.cn/.default",
        "https://cognitiveservices.azure.cn/.default",
        "login.chinacloudapi.cn",
    ),
}


@dataclass(frozen=True, slots=True)
class EmulatorToken:
    """A credential that the emulator takes; each token it gives is a new one."""

    token: str = ""
    expires_on: int = 2**31

    def get_token(self, *scopes: str, **kwargs: Any) -> EmulatorToken:
        return EmulatorToken(f"emulator-{uuid4().hex[:8]}")


@cache
def default_credential(cloud: str, tenant: str | None) -> Any:
    """The identity of a GitHub Actions run, where there is one; else `DefaultAzureCredential`."""
    from azure.identity import DefaultAzureCredential

    from reconciler.providers.azure_transport import AzureTransport

    # Its pages of warnings would reach the terminal; what went wrong comes as an exception too.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    logging.getLogger("azure").propagate = False
    transport = AzureTransport()
    if github_identity.available():
        return github_identity.credential(cloud, CLOUDS[cloud].authority, tenant, os.environ, transport=transport)
    options: dict[str, Any] = {"authority": CLOUDS[cloud].authority, "transport": transport}
    if tenant:
        options |= {"additionally_allowed_tenants": [tenant], "workload_identity_tenant_id": tenant}
    return DefaultAzureCredential(**options)


def api_key(target: str) -> str | None:
    """The data plane's key: of this target's own variable, else of the vendor's usual one."""
    return os.environ.get(variable(KEY, target))


def connect(
    name: str,
    spec: AzureTarget,
    client: httpx2.Client,
    *,
    pace: Pace,
    sleep: Sleep,
    emulator: str | None,
    now: Now = time.monotonic,
) -> Target:
    """The target's ports. `emulator` is the URL that stands in for the cloud, whatever the spec says."""
    cloud = CLOUDS[spec.cloud]
    base = emulator or cloud.resource_manager
    credential: Callable[[], Any] = EmulatorToken if emulator else lambda: default_credential(spec.cloud, spec.tenant)
    budget = Budget()
    manager = Bearer(credential, cloud.resource_manager_scope)
    reader = Reader(
        client,
        base,
        manager,
        service="Azure Resource Manager",
        params={"api-version": ARM_API_VERSION},
        way_out=LOGIN,
        sleep=sleep,
        now=now,
        budget=budget,
    )
    account = ArmAccount(
        reader,
        spec.account_id,
        lambda: _management_client(spec.subscription, base, manager),
        poll=min(pace.poll, 5.0),
        sleep=sleep,
        longest=pace.writes,
    )
    key = None if emulator else api_key(name)
    bearer = Bearer(credential, cloud.data_scope)
    proof: Proof = Key("api-key", key, variable(KEY, name)) if key else bearer
    endpoint = _Endpoint(account, spec, emulator)
    training = DataPlane(
        connect=lambda: Reader(
            client,
            endpoint.url(),
            proof,
            service="Azure OpenAI",
            params=endpoint.params,
            way_out=way_out(variable(KEY, name)) if key else LOGIN,
            sleep=sleep,
            now=now,
            budget=budget,
        ),
        client=lambda: _openai_client(endpoint, key, bearer, client),
        body=lambda request: job_body(request, dated=endpoint.dated),
        forgets_jobs=endpoint.dated,  # v1 has no DELETE for jobs
    )
    return Target(
        name,
        spec.region,
        limits.AZURE,
        account.account,
        training,
        account,
        pace,
        allowances=ArmAllowances(reader, spec.account_id, spec.region, account.offers, by_key=bool(key)),
        identity=lambda: _identity(manager, by_key=bool(key), emulated=bool(emulator)),
        skew=lambda: None if emulator else reader.skew,  # an emulator has a time of its own
        ahead=lambda: reader.skew,
        api_version=spec.api_version or DATA_API_VERSION,
        probe=lambda deployment: training.ask(deployment, dated=endpoint.dated),
    )


def _identity(manager: Bearer, *, by_key: bool, emulated: bool) -> Identity:
    if emulated:
        return Identity("emulator")
    return replace(identity_of(manager.token()), data_plane="API key" if by_key else "")


class _Endpoint:
    """Where the data plane is: read from the live account, not guessed from its name; on the vendor's hosts only."""

    def __init__(self, account: ArmAccount, spec: AzureTarget, emulator: str | None) -> None:
        self._account = account
        self._override = None if emulator else spec.endpoint
        self._emulator = emulator
        api_version = spec.api_version or DATA_API_VERSION
        self.dated = api_version != "v1"
        self.params = {"api-version": api_version} if self.dated else {}
        self._root = ""

    def url(self) -> str:
        self._root = self._root or (self._override or self._account.endpoint).rstrip("/")
        if not self._root:
            raise ServiceError("the account has no endpoint yet", service="Azure Resource Manager", status=404)
        self._check(self._root)
        return f"{self._root}/openai" if self.dated else f"{self._root}/openai/v1"

    def _check(self, root: str) -> None:
        """Resource Manager's answer is no reason to send rows and credentials anywhere."""
        if self._emulator:
            fine = same_machine(root, self._emulator)
        else:
            fine = may_receive_credentials(root, "azure", allowed_hosts())
        if not fine:
            raise misdirected(f"the account's endpoint is on {shown(root)}", "Azure OpenAI")


def job_body(request: RunRequest, *, dated: bool) -> dict[str, Any]:
    """Arguments of `fine_tuning.jobs.create`; what is absent is left to the service."""
    body: dict[str, Any] = {
        "model": request.base_model,
        "training_file": request.training_file,
        "suffix": request.suffix,
    }
    if request.validation_file:
        body["validation_file"] = request.validation_file
    if request.seed is not None:
        body["seed"] = request.seed
    if request.training_type:
        body["extra_body"] = {"trainingType": TRAINING_TYPES[request.training_type]}
    if dated and request.method == "supervised":
        if request.hyperparameters:
            body["hyperparameters"] = dict(request.hyperparameters)
        return body
    body["method"] = request.method_body()
    if not dated and request.metadata:
        body["metadata"] = dict(request.metadata)
    return body


def _openai_client(endpoint: _Endpoint, key: str | None, bearer: Bearer, client: httpx2.Client | None = None) -> Any:
    proof: Proof = Key("api-key", key) if key else bearer
    return openai_client(endpoint.url(), client or http.client(), proof, endpoint.params)


def _management_client(subscription: str, base: str, proof: Bearer) -> Any:
    from azure.core.pipeline import policies
    from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient

    from reconciler.providers.azure_transport import AzureTransport

    class Authentication(policies.SansIOHTTPPolicy):  # type: ignore[type-arg]
        def on_request(self, request: Any) -> None:
            request.http_request.headers.update(proof())

    never_asked: Any = EmulatorToken()  # the policy below proves who we are
    return CognitiveServicesManagementClient(
        never_asked,
        subscription,
        base_url=base,
        # Without the policies that send again, follow redirects or register providers by themselves.
        policies=[
            policies.RequestIdPolicy(),
            policies.UserAgentPolicy(sdk_moniker="reconciler"),
            policies.ContentDecodePolicy(),
            Authentication(),
        ],
        transport=AzureTransport(connection_timeout=10, read_timeout=120),
    )
