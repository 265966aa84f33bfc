"""Deployments in Resource Manager: which account serves which model, with what capacity.

https://learn.microsoft.com/rest/api/aiservices/accountmanagement/deployments
"""

import re
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from reconciler.emulator import accounts, activity, catalog, models, offers, operations, policies, quota
from reconciler.emulator.accounts import ACCOUNT, ARM, invalid
from reconciler.emulator.catalog import BaseModel
from reconciler.emulator.errors import Json, Refusal
from reconciler.emulator.records import Account, Deployment
from reconciler.emulator.wire import Call, Endpoint, listed, reply, whole_number

PAGE = 20
READ_ONLY = frozenset(
    {"provisioningState", "capabilities", "rateLimits", "callRateLimit", "dynamicThrottlingEnabled", "currentCapacity"}
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def _put(call: Call) -> Response:
    """Create or replace. What the body leaves out goes back to its default."""
    account, name, body = accounts.find(call), call.params["deployment"], call.json()
    if not _NAME.fullmatch(name):
        raise invalid(f"'{name}' is not a valid deployment name.", "InvalidResourceName")
    present = account.deployments.get(name.lower())
    properties = accounts.section(body, "properties")
    sku = _sku(accounts.section(body, "sku"))
    model = _model(accounts.section(properties, "model"))
    _check_switches(call, account, present, model, sku)
    operations.check_free(account)
    base, fine_tuned = _deployable(call, account, model)
    if sku["name"] not in offers.skus(call.store.state, account.location, base):
        raise _not_supported(model)
    policies.check(account, properties.get("raiPolicyName") or policies.BUILT_IN[0])
    _check_limits(call, account, present, base, fine_tuned, sku)
    deployment = Deployment(
        name=present.name if present else name,
        sku=sku,
        properties=_writable(properties) | {"model": model},
        tags=accounts.tags_of(body),
        stamp=accounts.stamp(call, present.stamp if present else None),
        etag=accounts.new_etag(),
        state="Accepted" if present else "Creating",
        used_at=call.now,
        base=base.name,
        fine_tuned=fine_tuned,
        failure=_ordered_failure(call),
    )
    if call.struck_by("no_effect"):
        deployment.state = "Succeeded"
        return reply(render(account, deployment), 200)
    account.deployments[name.lower()] = deployment
    activity.record(call, account, deployment.name, "write")
    headers = operations.begin(call, account, "update" if present else "create", deployment)
    return reply(render(account, deployment), 200 if present else 201, headers)


def _ordered_failure(call: Call) -> Json | None:
    rule = call.struck_by("fail_provisioning")
    return {"code": rule.code, "message": rule.message} if rule else None


def _sku(given: Json) -> Json:
    known = {sku.lower(): sku for sku in catalog.SKUS}
    name = given.get("name")
    if not isinstance(name, str) or name.lower() not in known:
        raise invalid(f"The sku name '{name}' is not supported. Use one of {', '.join(catalog.SKUS)}.", "InvalidSku")
    return given | {"name": known[name.lower()], "capacity": _capacity(given.get("capacity", 1))}


def _capacity(value: Any) -> int:
    """A whole number, or the same as a string."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 999_999_999:
        raise invalid(f"The capacity '{value}' is not a whole number above 0.", "InvalidCapacity")
    return value


def _model(given: Json) -> Json:
    for name in ("format", "name"):
        if not isinstance(given.get(name), str) or not given[name]:
            raise invalid(f"'properties.model.{name}' is required.")
    for name in ("version", "source"):
        if not isinstance(given.get(name, ""), str | None):
            raise invalid(f"'properties.model.{name}' must be a string.")
    return {name: value for name, value in given.items() if name != "callRateLimit" and value is not None}


def _writable(properties: Json) -> Json:
    """What the client may set: everything but what is ours, unknown members too."""
    defaults = {"versionUpgradeOption": "OnceNewDefaultVersionAvailable", "raiPolicyName": "Microsoft.Default"}
    given = {name: value for name, value in properties.items() if name not in READ_ONLY and value is not None}
    return defaults | given


def _check_switches(call: Call, account: Account, present: Deployment | None, model: Json, sku: Json) -> None:
    """Some accounts refuse to change the model under a serving name."""
    switches = call.store.state.switches.get(account.name.lower(), {})
    if present is None or not switches.get("refuse_model_change"):
        return
    if present.properties["model"]["name"].lower() == model["name"].lower():
        return
    if present.sku["capacity"] != sku["capacity"]:
        raise invalid("Cannot change capacity and model at the same time for deployment.", "InvalidResourceProperties")
    raise invalid("The model of deployment cannot be changed.", "CannotChangeDeploymentModel")


def _deployable(call: Call, account: Account, model: Json) -> tuple[BaseModel, bool]:
    """The base model behind what is to be deployed, and whether it was fine-tuned. Completes name and version."""
    owner = _owner(call, account, model)
    fine_tuned = models.find(owner.space, model["name"]) if owner else None
    if fine_tuned:
        base = catalog.by_id(fine_tuned.base)
        if base is None or model.get("version", "1") != "1":
            raise _not_supported(model)
        model |= {"name": fine_tuned.checkpoint_id if _is_checkpoint(model["name"]) else fine_tuned.id, "version": "1"}
    else:
        base = catalog.by_name(model["name"], model.get("version"))
        if base is None:
            raise _not_supported(model)
        model |= {"name": base.name, "version": base.version}
    if base.format != model["format"]:
        raise Refusal(500, "", "")  # the service says no more (microsoft-foundry skill, fine-tuning, pitfalls)
    if base.retired(call.now):
        raise _not_supported(model)
    return base, fine_tuned is not None


def _is_checkpoint(name: str) -> bool:
    return name.lower().startswith("ftchkpt-")


def _owner(call: Call, account: Account, model: Json) -> Account | None:
    """The account that holds the model: the deployment's own, or the one that `source` names."""
    source = str(model.get("source") or account.id).rstrip("/").lower()
    everywhere = call.store.state.accounts.values()
    return next((other for other in everywhere if other.id.lower() == source), None)


def _not_supported(model: Json) -> Refusal:
    return invalid(
        f"The model 'Publisher: {model.get('publisher', '')}, Format: {model['format']}, Name: {model['name']}, "
        f"Version: {model.get('version', '')}, Source: {model.get('source', '')}, "
        f"SourceAccount: {model.get('sourceAccount', '')}' of account deployment is not supported.",
        "DeploymentModelNotSupported",
    )


def _check_limits(
    call: Call, account: Account, present: Deployment | None, base: BaseModel, fine_tuned: bool, sku: Json
) -> None:
    limits = call.store.state.limits
    others = [deployment for deployment in account.deployments.values() if deployment is not present]
    for count, limit in (
        (len(others), limits.deployments),
        (sum(d.fine_tuned for d in others) if fine_tuned else -1, limits.fine_tuned_deployments),
    ):
        if count >= limit:
            raise invalid(
                f"The number of deployments of the resource has reached its limit of {limit}.", "DeploymentLimitReached"
            )
    quota.check(call.store.state, account, present, quota.usage_name(sku["name"], base.name, fine_tuned), sku)


def _patch(call: Call) -> Response:
    """Tags and SKU only, as the contract has it; everything else needs a PUT."""
    account, body = accounts.find(call), call.json()
    deployment = _existing(call, account)
    if set(body) - {"tags", "sku"}:
        raise invalid("Only 'tags' and 'sku' can be patched.", "InvalidRequestContent")
    operations.check_free(account)
    sku = _sku(deployment.sku | accounts.section(body, "sku"))
    usage = quota.usage_name(sku["name"], deployment.base, deployment.fine_tuned)
    quota.check(call.store.state, account, deployment, usage, sku)
    tags = accounts.tags_of(body) if "tags" in body else deployment.tags
    deployment.sku, deployment.tags, deployment.state = sku, tags, "Accepted"
    deployment.stamp, deployment.etag = accounts.stamp(call, deployment.stamp), accounts.new_etag()
    activity.record(call, account, deployment.name, "write")
    return reply(render(account, deployment), 200, operations.begin(call, account, "update", deployment))


def _existing(call: Call, account: Account) -> Deployment:
    deployment = account.deployments.get(call.params["deployment"].lower())
    if deployment is None:
        raise Refusal(
            404,
            "ResourceNotFound",
            f"The Resource 'Microsoft.CognitiveServices/accounts/{account.name}/deployments/"
            f"{call.params['deployment']}' was not found.",
        )
    return deployment


def _get(call: Call) -> Response:
    account = accounts.find(call)
    return reply(render(account, _existing(call, account)))


def _list(call: Call) -> Response:
    account = accounts.find(call)
    ours = [d for d in account.deployments.values() if listed(call, d.stamp.created_at)]
    start = whole_number(call, "$skiptoken", 0, 0, 100_000)
    body: Json = {"value": [render(account, deployment) for deployment in ours[start : start + PAGE]]}
    if len(ours) > start + PAGE:
        version = quote(call.query.get("api-version", "2025-09-01"), safe="")
        body["nextLink"] = f"{call.base_url}{call.path}?api-version={version}&%24skiptoken={start + PAGE}"
    return reply(body)


def _delete(call: Call) -> Response:
    account = accounts.find(call)
    deployment = account.deployments.get(call.params["deployment"].lower())
    if deployment is None:
        return Response(status_code=204)
    operations.check_free(account)
    deployment.state = "Deleting"
    activity.record(call, account, deployment.name, "delete")
    return Response(status_code=202, headers=operations.begin(call, account, "delete", deployment))


def _skus(call: Call) -> Response:
    _existing(call, accounts.find(call))
    kind = "Microsoft.CognitiveServices/accounts/deployments"
    capacity = {"minimum": 1, "maximum": 1_000_000, "step": 1, "default": 1}
    names = [sku for sku in catalog.SKUS if sku != "GlobalBatch"]
    return reply({"value": [{"resourceType": kind, "sku": {"name": n}, "capacity": capacity} for n in names]})


def render(account: Account, deployment: Deployment) -> Json:
    capacity = deployment.sku["capacity"]
    rates = (("request", 10, capacity), ("token", 60, capacity * 1000))
    own: Json = {
        "provisioningState": deployment.state,
        "capabilities": {"chatCompletion": "true", "area": "EUR", "responses": "true", "assistants": "true"},
        "rateLimits": [{"key": key, "renewalPeriod": period, "count": count} for key, period, count in rates],
        "currentCapacity": capacity,
    }
    if deployment.state == "Failed" and deployment.failure:
        own["provisioningError"] = deployment.failure
    return {
        "id": f"{account.id}/deployments/{deployment.name}",
        "name": deployment.name,
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        "sku": deployment.sku,
        "tags": deployment.tags,
        "etag": deployment.etag,
        "systemData": accounts.system_data(deployment.stamp),
        "properties": deployment.properties | own,
    }


_ONE = f"{ACCOUNT}/deployments/{{deployment}}"
ROUTES = (
    Endpoint("PUT", _ONE, _put, ARM),
    Endpoint("PATCH", _ONE, _patch, ARM),
    Endpoint("GET", _ONE, _get, ARM),
    Endpoint("DELETE", _ONE, _delete, ARM),
    Endpoint("GET", f"{_ONE}/skus", _skus, ARM),
    Endpoint("GET", f"{ACCOUNT}/deployments", _list, ARM),
)
