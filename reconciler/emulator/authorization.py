"""Who may do what: everybody is a contributor, unless an account is told to have readers only.

https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource
"""

import re

from starlette.responses import Response

from reconciler.emulator import accounts
from reconciler.emulator.accounts import ACCOUNT, ARM
from reconciler.emulator.errors import Json, Refusal, Surface
from reconciler.emulator.records import State
from reconciler.emulator.wire import Call, Endpoint, reply

_OPENAI = "Microsoft.CognitiveServices/accounts/OpenAI"
CONTRIBUTOR: Json = {
    "actions": [
        "Microsoft.CognitiveServices/*/read",
        "Microsoft.CognitiveServices/accounts/deployments/write",
        "Microsoft.CognitiveServices/accounts/deployments/delete",
    ],
    "notActions": [],
    "dataActions": [f"{_OPENAI}/*"],
    "notDataActions": [],
}
READER: Json = {"actions": ["*/read"], "notActions": [], "dataActions": [f"{_OPENAI}/*/read"], "notDataActions": []}
_ACCOUNT_IN_PATH = re.compile(r"/accounts/([^/]+)", re.IGNORECASE)


def refusal(state: State, surface: Surface, method: str, path: str) -> Refusal | None:
    """Why a caller may not do it: on an account that has readers only, nothing is written."""
    found = _ACCOUNT_IN_PATH.search(path)
    if method in ("GET", "HEAD") or not found or not _readers_only(state, found[1]):
        return None
    if surface is Surface.ARM:
        words = f"The client 'emulator' does not have authorization to perform this action over scope '{path}'."
        return Refusal(403, "AuthorizationFailed", words)
    words = f"The principal `emulator` lacks the required data action to perform `{method} {path}` operation."
    return Refusal(401, "PermissionDenied", words)


def _readers_only(state: State, account: str) -> bool:
    return bool(state.switches.get(account.lower(), {}).get("readers_only"))


def _permissions(call: Call) -> Response:
    account = accounts.find(call)
    role = READER if _readers_only(call.store.state, account.name) else CONTRIBUTOR
    return reply({"value": [role]})


ROUTES = (Endpoint("GET", f"{ACCOUNT}/providers/Microsoft.Authorization/permissions", _permissions, ARM),)
