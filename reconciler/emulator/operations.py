"""Long-running writes of Resource Manager: one at a time in an account, done after some virtual seconds."""

from urllib.parse import quote

from starlette.responses import Response

from reconciler.emulator.accounts import ARM, PROVIDER, SUBSCRIPTION
from reconciler.emulator.errors import Json, Refusal
from reconciler.emulator.records import Account, Deployment, Operation
from reconciler.emulator.store import Store
from reconciler.emulator.wire import Call, Endpoint, iso, new_id, reply

SECONDS = 10.0
_KEPT = 100


def under_way(account: Account) -> Operation | None:
    return next((operation for operation in account.operations.values() if operation.status == "InProgress"), None)


def check_free(account: Account) -> None:
    """Refuse a write while another one is under way in the account."""
    if under_way(account):
        raise Refusal(
            409,
            "RequestConflict",
            f"Another operation is being performed on the parent resource '{account.id}'. Please try again later.",
        )


def begin(call: Call, account: Account, kind: str, deployment: Deployment) -> dict[str, str]:
    """Start a write; returns the headers that let the client follow it."""
    operation = Operation(new_id(""), kind, deployment.name.lower(), call.now, call.now + SECONDS)
    account.operations[operation.id] = operation
    for old in list(account.operations)[:-_KEPT]:
        del account.operations[old]
    url = (
        f"{call.base_url}/subscriptions/{account.subscription}{PROVIDER}/locations/{account.location}"
        f"/operationStatuses/{operation.id}?api-version={quote(call.query.get('api-version', '2025-09-01'), safe='')}"
    )
    return {"Azure-AsyncOperation": url, "Retry-After": "0"}


def settle(store: Store, now: float) -> bool:
    """Finish the writes that are due, and remove the deployments whose time is up."""
    changed = False
    for account in store.state.accounts.values():
        operation = under_way(account)
        if operation and operation.due <= now:
            _finish(account, operation)
            changed = True
        for key, deployment in list(account.deployments.items()):
            if _expired(store, deployment, now):
                del account.deployments[key]
                changed = True
    return changed


def _finish(account: Account, operation: Operation) -> None:
    operation.status = "Succeeded"
    deployment = account.deployments.get(operation.deployment)
    if deployment is None:
        return
    if operation.kind == "delete":
        del account.deployments[operation.deployment]
    elif deployment.failure:
        deployment.state, operation.status, operation.error = "Failed", "Failed", deployment.failure
    else:
        deployment.state = "Succeeded"


def _expired(store: Store, deployment: Deployment, now: float) -> bool:
    """Developer-tier deployments live a day; a fine-tuned model that nobody calls loses its deployment after 15."""
    if deployment.state != "Succeeded":
        return False
    limits = store.state.limits
    if deployment.sku["name"].lower() == "developertier":
        return now >= deployment.stamp.created_at + limits.developer_seconds
    return deployment.fine_tuned and now >= deployment.used_at + limits.idle_seconds


def _status(call: Call) -> Response:
    for account in call.store.state.accounts.values():
        operation = account.operations.get(call.params["operation"])
        if operation:
            return reply(_render(call, operation), headers={"Retry-After": "0"})
    raise Refusal(404, "OperationNotFound", "The operation does not exist, or is too old to be remembered.")


def _render(call: Call, operation: Operation) -> Json:
    body: Json = {
        "id": call.path,
        "name": operation.id,
        "status": operation.status,
        "startTime": iso(operation.started_at),
    }
    if operation.status != "InProgress":
        body["endTime"] = iso(operation.due)
    if operation.error:
        body["error"] = operation.error
    return body


ROUTES = (
    Endpoint("GET", f"{SUBSCRIPTION}{PROVIDER}/locations/{{location}}/operationStatuses/{{operation}}", _status, ARM),
)
