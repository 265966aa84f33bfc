"""Accounts in Resource Manager: create or update, read, list, delete, keys.

https://learn.microsoft.com/rest/api/aiservices/accountmanagement/accounts
"""

from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from starlette.responses import Response

from reconciler.emulator.errors import Json, Refusal, Surface
from reconciler.emulator.records import Account, Stamp
from reconciler.emulator.wire import Call, Endpoint, iso, new_id, reply

PROVIDER = "/providers/Microsoft.CognitiveServices"
SUBSCRIPTION = "/subscriptions/{subscription}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/{{group}}"
ACCOUNT = f"{GROUP}{PROVIDER}/accounts/{{account}}"
ARM = (Surface.ARM,)


def invalid(message: str, code: str = "InvalidResourceProperties") -> Refusal:
    return Refusal(400, code, message)


def find(call: Call) -> Account:
    """The account that the path names, in its own subscription and resource group."""
    account = call.store.state.accounts.get(call.params["account"].lower())
    if account is None or not _lives_in(account, call.params):
        raise Refusal(
            404,
            "ResourceNotFound",
            f"The Resource 'Microsoft.CognitiveServices/accounts/{call.params['account']}' under resource group "
            f"'{call.params['group']}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        )
    return account


def _lives_in(account: Account, params: dict[str, str]) -> bool:
    group = params.get("group", account.group)
    return (account.subscription.lower(), account.group.lower()) == (params["subscription"].lower(), group.lower())


def stamp(call: Call, before: Stamp | None) -> Stamp:
    """Who writes: the caller says so in a header, for there are no real identities here."""
    who = call.headers.get("x-emulator-user") or "emulator"
    if before is None:
        return Stamp(who, call.now, who, call.now)
    return Stamp(before.created_by, before.created_at, who, call.now)


def system_data(stamp: Stamp) -> Json:
    return {
        "createdBy": stamp.created_by,
        "createdByType": "User",
        "createdAt": iso(stamp.created_at),
        "lastModifiedBy": stamp.modified_by,
        "lastModifiedByType": "User",
        "lastModifiedAt": iso(stamp.modified_at),
    }


def new_etag() -> str:
    return f'"{new_id("")}"'


def tags_of(body: Json) -> dict[str, str]:
    tags = body.get("tags") or {}
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise invalid("Tags must be pairs of strings.", "InvalidTags")
    if len(tags) > 50 or any(len(key) > 512 or len(value) > 256 for key, value in tags.items()):
        raise invalid("At most 50 tags; names up to 512 and values up to 256 characters.", "InvalidTags")
    return dict(tags)


def section(body: Json, name: str) -> Json:
    """An object member of a body; absent counts as empty."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(f"'{name}' must be an object.", "InvalidRequestContent")
    return dict(value)


def render(call: Call, account: Account) -> Json:
    endpoint = f"{call.base_url}/accounts/{account.name}/"
    own: Json = {
        "provisioningState": "Succeeded",
        "endpoint": endpoint,
        "endpoints": {"OpenAI Language Model Instance API": endpoint},
        "dateCreated": iso(account.stamp.created_at),
        "isMigrated": False,
    }
    identity = {"identity": _shown_identity(account, account.identity)} if account.identity else {}
    return identity | {
        "id": account.id,
        "name": account.name,
        "type": "Microsoft.CognitiveServices/accounts",
        "location": account.location,
        "kind": account.kind,
        "sku": account.sku,
        "tags": account.tags,
        "etag": account.etag,
        "systemData": system_data(account.stamp),
        "properties": {"customSubDomainName": account.name.lower(), "publicNetworkAccess": "Enabled"}
        | account.properties
        | own,
    }


def _put(call: Call) -> Response:
    body = call.json()
    name = call.params["account"]
    present = call.store.state.accounts.get(name.lower())
    if present and not _lives_in(present, call.params):
        raise Refusal(
            409,
            "CustomDomainInUse",
            f"Please pick a different name. The subdomain name '{name.lower()}' is not available as it's already used "
            "by a resource.",
        )
    location = _location(body, present)
    account = Account(
        name=present.name if present else name,
        subscription=present.subscription if present else call.params["subscription"],
        group=present.group if present else call.params["group"],
        location=location,
        kind=str(body.get("kind") or (present.kind if present else "OpenAI")),
        sku=section(body, "sku") or {"name": "S0"},
        properties=section(body, "properties"),
        tags=tags_of(body),
        stamp=stamp(call, present.stamp if present else None),
        etag=new_etag(),
        identity=_identity(body),
    )
    if present:
        account.policies, account.keys = present.policies, present.keys
        account.deployments, account.operations, account.space = present.deployments, present.operations, present.space
    call.store.state.accounts[name.lower()] = account
    return reply(render(call, account), 200 if present else 201)


_TENANT = "99999999-9999-9999-9999-999999999999"


def _identity(body: Json) -> Json | None:
    """As it was asked for; what the service adds is made when it is shown."""
    identity = section(body, "identity")
    words = {word.strip().lower() for word in str(identity.get("type", "None")).split(",")}
    if not words <= {"none", "systemassigned", "userassigned"}:
        raise invalid(f"The identity type '{identity['type']}' is not valid.", "InvalidRequestContent")
    section(identity, "userAssignedIdentities")
    return None if words == {"none"} else identity


def _shown_identity(account: Account, identity: Json) -> Json:
    def made(name: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{account.id}{name}".lower()))

    shown: Json = {"type": identity["type"]}
    if "systemassigned" in identity["type"].lower():
        shown |= {"principalId": made("/identity"), "tenantId": _TENANT}
    users = identity.get("userAssignedIdentities") or {}
    if users:
        shown["userAssignedIdentities"] = {
            name: {"principalId": made(name), "clientId": made(f"{name}/client")} for name in users
        }
    return shown


def _location(body: Json, present: Account | None) -> str:
    given = body.get("location")
    if not given and present:
        return present.location
    if not isinstance(given, str) or not given.strip():
        raise invalid("The location property is required for this definition.", "LocationRequired")
    location = given.replace(" ", "").lower()
    if present and present.location != location:
        raise Refusal(
            409,
            "InvalidResourceLocation",
            f"The resource '{present.name}' already exists in location '{present.location}'. A resource with the same "
            f"name cannot be created in location '{location}'.",
        )
    return location


def _patch(call: Call) -> Response:
    account, body = find(call), call.json()
    tags = tags_of(body) if "tags" in body else account.tags
    sku, properties = section(body, "sku"), section(body, "properties")
    if "identity" in body:
        account.identity = _identity(body)
    account.tags, account.sku, account.properties = tags, account.sku | sku, account.properties | properties
    account.stamp, account.etag = stamp(call, account.stamp), new_etag()
    return reply(render(call, account))


def _get(call: Call) -> Response:
    return reply(render(call, find(call)))


def _list(call: Call) -> Response:
    ours = [account for account in call.store.state.accounts.values() if _lives_in(account, call.params)]
    return reply({"value": [render(call, account) for account in ours]})


def _delete(call: Call) -> Response:
    name = call.params["account"].lower()
    account = call.store.state.accounts.get(name)
    if account is None or not _lives_in(account, call.params):
        return Response(status_code=204)
    if account.deployments:
        raise Refusal(
            409,
            "CannotDeleteResource",
            "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: "
            f"'{account.id}/deployments/{next(iter(account.deployments.values())).name}'.",
        )
    del call.store.state.accounts[name]
    return Response(status_code=200)


def _keys(call: Call) -> Response:
    account = find(call)

    def key(name: str) -> str:
        return sha256(f"{account.id.lower()} {name} {account.keys.get(name, 0)}".encode()).hexdigest()[:32]

    return reply({name: key(name) for name in ("key1", "key2")})


def _regenerate(call: Call) -> Response:
    account, name = find(call), str(call.json().get("keyName")).lower()
    if name not in ("key1", "key2"):
        raise invalid("'keyName' must be Key1 or Key2.", "InvalidRequestContent")
    account.keys[name] = account.keys.get(name, 0) + 1
    return _keys(call)


def _account_skus(call: Call) -> Response:
    find(call)
    sku = {"name": "S0", "tier": "Standard"}
    return reply({"value": [{"resourceType": "Microsoft.CognitiveServices/accounts", "sku": sku}]})


def _skus(call: Call) -> Response:
    """What accounts can be made as: az cognitiveservices account list-skus."""
    kinds = ("OpenAI", "AIServices")
    one = {"resourceType": "accounts", "name": "S0", "tier": "Standard", "restrictions": []}
    return reply({"value": [one | {"kind": k, "locations": [place.upper()]} for k in kinds for place in places(call)]})


def places(call: Call) -> list[str]:
    """The regions that are there: three, those of the accounts, and those that were told what they lack."""
    state = call.store.state
    return sorted({*_REGIONS, *state.regions, *(account.location for account in state.accounts.values())})


_REGIONS = ("eastus2", "northcentralus", "swedencentral")
ROUTES = (
    Endpoint("PUT", ACCOUNT, _put, ARM),
    Endpoint("PATCH", ACCOUNT, _patch, ARM),
    Endpoint("GET", ACCOUNT, _get, ARM),
    Endpoint("DELETE", ACCOUNT, _delete, ARM),
    Endpoint("POST", f"{ACCOUNT}/listKeys", _keys, ARM),
    Endpoint("POST", f"{ACCOUNT}/regenerateKey", _regenerate, ARM),
    Endpoint("GET", f"{ACCOUNT}/skus", _account_skus, ARM),
    Endpoint("GET", f"{SUBSCRIPTION}{PROVIDER}/skus", _skus, ARM),
    Endpoint("GET", f"{GROUP}{PROVIDER}/accounts", _list, ARM),
    Endpoint("GET", f"{SUBSCRIPTION}{PROVIDER}/accounts", _list, ARM),
)
