"""Content filters (RAI policies) in Resource Manager: the vendor's own, and what an account has beside them.

https://learn.microsoft.com/rest/api/aiservices/accountmanagement/rai-policies
"""

from typing import Any

from starlette.responses import Response

from reconciler.emulator import accounts
from reconciler.emulator.accounts import ACCOUNT, ARM, invalid
from reconciler.emulator.errors import Json, Refusal
from reconciler.emulator.records import Account
from reconciler.emulator.wire import Call, Endpoint, reply

BUILT_IN = ("Microsoft.Default", "Microsoft.DefaultV2")


def check(account: Account, name: Any) -> None:
    """Refuse a deployment that names a filter which the account does not have. The words are the emulator's own."""
    if _find(account, str(name)) is None:
        raise invalid(f"The content filter policy '{name}' does not exist in the account '{account.name}'.")


def _find(account: Account, name: str) -> str | None:
    known = [*BUILT_IN, *account.policies]
    return next((k for k in known if k.lower() == name.lower()), None)


def _render(account: Account, name: str) -> Json:
    kind = "SystemManaged" if name in BUILT_IN else "UserManaged"
    return {
        "id": f"{account.id}/raiPolicies/{name}",
        "name": name,
        "type": "Microsoft.CognitiveServices/accounts/raiPolicies",
        "properties": account.policies.get(name, {}) | {"type": kind},
    }


def _list(call: Call) -> Response:
    account = accounts.find(call)
    return reply({"value": [_render(account, name) for name in (*BUILT_IN, *account.policies)]})


def _get(call: Call) -> Response:
    account = accounts.find(call)
    return reply(_render(account, _named(call, account)))


def _named(call: Call, account: Account) -> str:
    name = _find(account, call.params["policy"])
    if name is None:
        raise Refusal(404, "ResourceNotFound", f"The content filter policy '{call.params['policy']}' was not found.")
    return name


def _put(call: Call) -> Response:
    account, properties = accounts.find(call), accounts.section(call.json(), "properties")
    present = _find(account, call.params["policy"])
    if present in BUILT_IN:
        raise invalid(f"'{present}' belongs to the service.")
    name = present or call.params["policy"]
    account.policies[name] = properties
    return reply(_render(account, name), 200 if present else 201)


def _delete(call: Call) -> Response:
    account = accounts.find(call)
    name = _named(call, account)
    used = [d.name for d in account.deployments.values() if d.properties.get("raiPolicyName") == name]
    if name in BUILT_IN or used:
        raise invalid(f"'{name}' is in use{': ' + ', '.join(used) if used else ''}.")
    del account.policies[name]
    return Response(status_code=204)


_ONE = f"{ACCOUNT}/raiPolicies/{{policy}}"
ROUTES = (
    Endpoint("GET", f"{ACCOUNT}/raiPolicies", _list, ARM),
    Endpoint("GET", _ONE, _get, ARM),
    Endpoint("PUT", _ONE, _put, ARM),
    Endpoint("DELETE", _ONE, _delete, ARM),
)
