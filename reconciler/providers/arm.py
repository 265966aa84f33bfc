"""Resource Manager: the `Serving` port of an Azure OpenAI account.

Wire: Microsoft.CognitiveServices 2025-09-01 (azure-rest-api-specs). Writes go through azure-mgmt-cognitiveservices,
each sent once; a PUT starts from the raw live object, so that fields this version does not know survive.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from reconciler.model.marks import TAG_PREFIX
from reconciler.model.observation import History, JobError, ObservedAccount, ObservedDeployment
from reconciler.providers import activity
from reconciler.providers.base import DeploymentWrite, Tell
from reconciler.providers.decoding import Item, parsed_or_none
from reconciler.providers.errors import ServiceError, from_body
from reconciler.providers.offers import Offers
from reconciler.providers.once import Once
from reconciler.providers.reader import Reader, part
from reconciler.providers.retry import Sleep

API_VERSION = "2025-09-01"
UNSETTLED = "unsettled"
"""The code of our own error for an operation that does not end."""
_READ_ONLY = ("id", "name", "type", "etag", "systemData")
_READ_ONLY_PROPERTIES = (
    "provisioningState",
    "callRateLimit",
    "rateLimits",
    "capabilities",
    "dynamicThrottlingEnabled",
    "currentCapacity",
    "deploymentState",
    "scaleSettings",
)


class ArmAccount:
    """One account and its deployments. `client` makes the SDK's client on the first write."""

    def __init__(
        self,
        reader: Reader,
        account_id: str,
        client: Callable[[], Any],
        *,
        poll: float,
        sleep: Sleep,
        longest: float = 1800.0,
    ) -> None:
        """`longest`: seconds that one write may take before it is given up."""
        self.reader = reader
        self.account_id = account_id
        self.offers = Offers(reader, account_id)
        self._sdk = Once(client)
        self._poll = poll
        self._sleep = sleep
        self._longest = longest
        self._endpoint = ""

    @property
    def endpoint(self) -> str:
        """The data plane's, as the last look at the account showed it; looks where none has."""
        return self._endpoint or self.account().endpoint

    @property
    def sdk(self) -> Any:
        return self._sdk()

    def close(self) -> None:
        """Close the SDK's connections, if there are any."""
        self._sdk.close()

    def account(self) -> ObservedAccount:
        found = self.reader.decode(read_account, self.reader.get(self.account_id), "the account")
        self._endpoint = found.endpoint
        return found

    def deployments(self) -> list[ObservedDeployment]:
        return self.reader.by_link(f"{self.account_id}/deployments", "deployment", read_deployment)

    def deployment(self, name: str) -> ObservedDeployment | None:
        try:
            found = self.reader.get(f"{self.account_id}/deployments/{part(name)}")
        except ServiceError as error:
            if error.missing:
                return None
            raise
        return self.reader.decode(read_deployment, found, f"deployment {name}")

    def history(self, name: str) -> History:
        writes = activity.read(self.reader, f"{self.account_id}/deployments/{name}")
        return History(writes, read_at=self.reader.service_time or int(time.time()))

    def write(
        self, name: str, write: DeploymentWrite, live: ObservedDeployment | None, tell: Tell = lambda _words: None
    ) -> None:
        # All of our own tags are written anew: a record that got shorter must not keep its old second part.
        # Keys have no case: one that is there in another spelling is set anew, not beside it.
        anew = {k.lower() for k in write.tags}
        others = {
            k: v
            for k, v in (live.tags if live else {}).items()
            if not k.lower().startswith(TAG_PREFIX) and k.lower() not in anew
        }
        tags = others | {k: v for k, v in write.tags.items() if v is not None}
        if live and write.fields.keys() <= {"sku", "capacity"}:
            body = {"tags": tags} | ({"sku": _sku(write.fields, live)} if write.fields else {})
            self._send(self.sdk.deployments.begin_update, name, body, tell)
        else:
            model = write.fields.get("model")
            named = self.offers.named(model, write.base, tell) if model else {}
            body = put_body(write.fields, named, tags, live)
            self._send(self.sdk.deployments.begin_create_or_update, name, body, tell)

    def delete(self, name: str, tell: Tell = lambda _words: None) -> None:
        self._send(self.sdk.deployments.begin_delete, name, None, tell)

    def _send(self, begin: Callable[..., Any], name: str, body: Mapping[str, Any] | None, tell: Tell) -> None:
        """Send one write, and wait for it; once more with a new token where the old one had expired."""
        answer = self.reader.proven(lambda: self._once(begin, name, body))
        self._wait(name, answer, tell)

    def _once(self, begin: Callable[..., Any], name: str, body: Mapping[str, Any] | None) -> Any:
        from azure.core.exceptions import AzureError, HttpResponseError

        *_, group, _, _, _, account = self.account_id.split("/")
        content = [] if body is None else [io.BytesIO(orjson.dumps(body))]
        headers = {} if body is None else {"content_type": "application/json"}
        try:
            return begin(group, account, name, *content, polling=False, cls=_whole_answer, **headers).result()
        except HttpResponseError as error:
            raise _refusal(error, self.reader.service) from error
        except AzureError as error:
            raise ServiceError(f"no whole answer: {error.message}", service=self.reader.service) from error
        except ServiceError:
            raise
        except Exception as error:  # the SDK decodes before we do, and raises whatever it meets
            raise self.reader.not_whole(f"the SDK cannot read it ({type(error).__name__})") from error

    def _wait(self, name: str, answer: Any, tell: Tell) -> None:
        """Follow the operation that a write began: its status URL where there is one, then the deployment."""
        waited = 0.0
        operation = (answer.headers if answer is not None else {}).get("Azure-AsyncOperation")
        while operation:
            word, status = self._operation(operation)
            if word == "Succeeded":
                break
            if word in ("Failed", "Canceled") or status.get("error"):
                raise from_body(200, status, {}, service=self.reader.service, fallback=f"the operation ended as {word}")
            waited = self._pause(waited, f"the operation on {name} is {word}", tell)
        while (live := self.deployment(name)) is not None and not live.settled:
            waited = self._pause(waited, f"{name} is {live.provisioning_state}", tell)
        if live and live.provisioning_state != "Succeeded":
            why = live.failure or JobError("", f"the deployment ended as {live.provisioning_state}")
            raise ServiceError(why.message or why.code, service=self.reader.service, status=200, code=why.code)

    def _operation(self, url: str) -> tuple[str, Mapping[str, Any]]:
        """The state of an operation; a gateway may not know yet what it has just been asked to do."""
        try:
            status = self.reader.get(url)
        except ServiceError as error:
            if error.status != 404:
                raise
            return "not known yet", {}
        return _state(Item(status, "the operation").shown_text("status")) or "without a status", status

    def _pause(self, waited: float, state: str, tell: Tell) -> float:
        """Wait a little more; the seconds that were waited in all."""
        longest = f"{self._longest / 60:.0f} min" if self._longest >= 120 else f"{self._longest:.0f} s"
        if waited >= self._longest:
            message = f"{state} after {longest}"
            raise ServiceError(message, service=self.reader.service, status=200, code=UNSETTLED)
        tell(f"{state}, {longest} at most")
        self._sleep(self._poll)
        return waited + max(self._poll, 0.1)


def _whole_answer(pipeline_response: Any, _body: Any, _headers: Any) -> Any:
    return pipeline_response.http_response


def _refusal(error: Any, service: str) -> ServiceError:
    """An SDK error as ours; the body is read raw, because the SDK's model of it drops fields."""
    response = error.response
    body = parsed_or_none(response.body()) if response is not None else None
    headers = {k.lower(): v for k, v in (response.headers if response is not None else {}).items()}
    if error.status_code is not None and error.status_code < 300:  # the SDK could not decode what came
        why = "not a whole answer: it is no JSON"
        return ServiceError(why, service=service, status=error.status_code, not_whole=True)
    return from_body(error.status_code or 0, body, headers, service=service, fallback=error.reason or error.message)


def put_body(
    fields: Mapping[str, Any], model: Mapping[str, str], tags: Mapping[str, str], live: ObservedDeployment | None
) -> dict[str, Any]:
    """The body of a PUT: the raw live object minus its read-only fields, with the fields set anew.

    `model` is how the service names the model among the fields; empty where there is none.
    """
    raw = dict(live.raw) if live else {}
    body = {k: v for k, v in raw.items() if k not in _READ_ONLY}
    properties = {k: v for k, v in (raw.get("properties") or {}).items() if k not in _READ_ONLY_PROPERTIES}
    if model:
        source = {"source": fields["source"]} if fields.get("source") else {}
        properties["model"] = {**model, **source}
    for name, wire in (("content_filter", "raiPolicyName"), ("version_upgrade", "versionUpgradeOption")):
        if name in fields:
            properties[wire] = fields[name]
    return {**body, "sku": _sku(fields, live), "properties": properties, "tags": dict(tags)}


def _sku(fields: Mapping[str, Any], live: ObservedDeployment | None) -> dict[str, Any]:
    sku = {k: v for k, v in ((live.raw.get("sku") or {}) if live else {}).items() if k in ("name", "capacity")}
    if "sku" in fields:
        sku["name"] = fields["sku"]
    if "capacity" in fields:
        sku["capacity"] = fields["capacity"]
    return sku


def read_account(item: Item) -> ObservedAccount:
    return ObservedAccount(
        id=item.text("id"),
        region=item.text("location"),
        endpoint=item.optional_item("properties").optional_text("endpoint") or "",
    )


def read_deployment(item: Item) -> ObservedDeployment:
    properties, sku, system = item.item("properties"), item.item("sku"), item.shown_item("systemData")
    model = properties.item("model")
    return ObservedDeployment(
        name=item.text("name"),
        id=item.shown_text("id"),
        model_format=model.shown_text("format"),
        model_name=model.text("name"),
        model_version=model.optional_text("version") or "",
        source=model.optional_text("source") or "",
        sku=sku.text("name"),
        capacity=sku.optional_whole("capacity"),
        content_filter=properties.optional_text("raiPolicyName") or "",
        version_upgrade=properties.optional_text("versionUpgradeOption") or "",
        tags=item.texts("tags"),
        provisioning_state=_state(properties.text("provisioningState")),
        modified_by=system.shown_text("lastModifiedBy") or system.shown_text("createdBy"),
        modified_at=system.shown_text("lastModifiedAt") or system.shown_text("createdAt"),
        failure=_failure(properties.shown_item("provisioningError")),
        raw=item.raw,
    )


def _failure(error: Item) -> JobError | None:
    code, message = error.shown_text("code"), error.shown_text("message")
    return JobError(code, message) if code or message else None


_STATES = {word.lower(): word for word in ("Succeeded", "Failed", "Canceled", "Disabled")} | {"cancelled": "Canceled"}


def _state(word: str) -> str:
    """A word in the spelling of the API, which compares without case."""
    return _STATES.get(word.lower(), word)
