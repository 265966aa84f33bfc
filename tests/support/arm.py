"""Resource Manager in memory: the real `ArmAccount` over a transport and an SDK that keep raw JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import httpx2
import orjson

from reconciler.providers.arm import ArmAccount
from reconciler.providers.errors import ServiceError
from reconciler.providers.reader import Reader

GPT = (("gpt-4.1", "2025-04-14"), ("gpt-4.1-mini", "2025-04-14"), ("gpt-4.1-nano", "2025-04-14"))
OSS = {"format": "OpenAI-OSS", "name": "gpt-oss-20b", "version": "1"}
_PATH = re.compile(r"/deployments(?:/(?P<name>[^/]+))?$")


class ArmMemory:
    """The deployments of one account, as Resource Manager would show them."""

    def __init__(self, account_id: str, region: str) -> None:
        self.account_id = account_id
        self.region = region
        self.raw: dict[str, dict[str, Any]] = {}
        self.models: list[dict[str, Any]] = [{"format": "OpenAI", "name": n, "version": v} for n, v in GPT] + [OSS]
        """The base models that the account lists, and its own fine-tuned ones."""
        self.writes: list[tuple[str, str, dict[str, Any]]] = []
        """Method, name and body of each write that was heard."""
        self.log: list[dict[str, Any]] = []
        """The subscription's activity log, the oldest first."""
        self.log_refused = False
        self.refuse: Callable[[str, str], ServiceError | None] = lambda method, name: None
        """Called before each write; its error is raised in place of the write."""
        self.deployments = self  # the SDK's client has its operations under that name

    def serving(self) -> ArmAccount:
        client = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        reader = Reader(client, "https://arm.test", _Nobody(), service="ARM", params={}, sleep=lambda _: None)
        return ArmAccount(reader, self.account_id, lambda: self, poll=0.0, sleep=lambda _: None)

    def put(self, name: str, body: dict[str, Any]) -> None:
        """Store a deployment as the service would after a PUT."""
        properties = {**body["properties"], "provisioningState": "Succeeded"}
        id = f"{self.account_id}/deployments/{name}"
        self.raw[name] = {**body, "id": id, "name": name, "properties": properties}

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        path = unquote(request.url.path)
        if path.endswith("/eventtypes/management/values"):
            return self._logged(str(request.url))
        if path.endswith("/models"):
            return httpx2.Response(200, json={"value": self.models})
        found = _PATH.search(path)
        if found is None:
            body = {"id": path, "location": self.region, "properties": {"endpoint": "https://data.test/"}}
            return httpx2.Response(200, json=body)
        name = found["name"]
        if name is None:
            return httpx2.Response(200, json={"value": list(self.raw.values())})
        if name in self.raw:
            return httpx2.Response(200, json=self.raw[name])
        return httpx2.Response(404, json={"error": {"code": "DeploymentNotFound", "message": "not there"}})

    def record(
        self, name: str, operation: str, by: str = "apply@contoso.example", at: str = "2027-01-16T08:00:00Z"
    ) -> None:
        """Enter a write or a delete in the activity log."""
        word = {"value": f"Microsoft.CognitiveServices/accounts/deployments/{operation}"}
        entry = {"operationName": word, "status": {"value": "Succeeded"}, "caller": by, "eventTimestamp": at}
        self.log.append({**entry, "resourceId": f"{self.account_id}/deployments/{name}"})

    def _logged(self, url: str) -> httpx2.Response:
        if self.log_refused:
            error = {"code": "AuthorizationFailed", "message": "no right to read the log"}
            return httpx2.Response(403, json={"error": error})
        mine = [e for e in self.log if f"'{e['resourceId']}'".lower() in unquote(url).lower()]
        return httpx2.Response(200, json={"value": mine}, headers={"Date": "Sat, 16 Jan 2027 11:46:40 GMT"})

    def begin_create_or_update(self, _group: str, _account: str, name: str, body: Any, **_: Any) -> _Poller:
        return self._write("PUT", name, orjson.loads(body.read()))

    def begin_update(self, _group: str, _account: str, name: str, body: Any, **_: Any) -> _Poller:
        return self._write("PATCH", name, orjson.loads(body.read()))

    def begin_delete(self, _group: str, _account: str, name: str, **_: Any) -> _Poller:
        return self._write("DELETE", name, {})

    def _write(self, method: str, name: str, body: dict[str, Any]) -> _Poller:
        error = self.refuse(method, name)
        if error:
            raise error
        self.writes.append((method, name, body))
        self.record(name, "delete" if method == "DELETE" else "write")
        if method == "PUT":
            self.put(name, body)
        elif method == "PATCH":
            self.raw[name] = {**self.raw[name], **body}
        else:
            self.raw.pop(name, None)
        return _Poller()


class _Poller:
    def result(self) -> None:
        return None


class _Nobody:
    """Proves nothing: the account in memory does not ask who it is."""

    def __call__(self) -> Mapping[str, str]:
        return {}

    def renew(self) -> bool:
        return False
