"""The activity log of a subscription: who wrote or deleted which deployment, and when.

https://learn.microsoft.com/rest/api/monitor/activity-logs/list
What the service removes by itself, an idle deployment say, leaves no entry here.
"""

import re
from datetime import datetime

from starlette.responses import Response

from reconciler.emulator.accounts import ARM, SUBSCRIPTION
from reconciler.emulator.errors import Json, Refusal
from reconciler.emulator.records import Account, Activity
from reconciler.emulator.wire import Call, Endpoint, iso, new_id, reply

API_VERSION = "2015-04-01"
KEPT = 1_000
PAGE = 200
_FILTER = re.compile(
    r"\s*eventTimestamp ge '(?P<since>[^']+)'(?: and eventTimestamp le '(?P<until>[^']+)')?"
    r"(?: and (?P<by>resourceUri|resourceGroupName|resourceProvider) eq '(?P<value>[^']+)')?\s*",
    re.IGNORECASE,
)


def record(call: Call, account: Account, name: str, operation: str) -> None:
    """Note a write or a delete of a deployment; `operation` is the last word of the operation's name."""
    who = call.headers.get("x-emulator-user") or "emulator"
    log = call.store.state.activity
    log.append(Activity(new_id(""), call.now, who, operation, f"{account.id}/deployments/{name}"))
    del log[:-KEPT]


def _list(call: Call) -> Response:
    """Newest first. The filter is as narrow as the service's own."""
    if call.query.get("api-version") != API_VERSION:
        raise Refusal(400, "InvalidApiVersionParameter", f"The api-version is not supported. Use {API_VERSION}.")
    asked = _FILTER.fullmatch(call.query.get("$filter", ""))
    if asked is None:
        raise Refusal(400, "BadRequest", "The $filter is missing, or not one of the patterns that are allowed.")
    since, until = _unix(asked["since"]), _unix(asked["until"]) if asked["until"] else call.now
    subscription = f"/subscriptions/{call.params['subscription']}/".lower()
    found = [
        a
        for a in reversed(call.store.state.activity)
        if since <= a.at <= until and a.resource.lower().startswith(subscription) and _fits(a, asked)
    ]
    events = [event for a in found[:PAGE] for event in (_render(a, "Succeeded"), _render(a, "Started"))]
    return reply({"value": events})


def _unix(time: str) -> float:
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        raise Refusal(400, "BadRequest", f"'{time[:80]}' is not a time.") from None


def _fits(activity: Activity, asked: re.Match[str]) -> bool:
    by, value = (asked["by"] or "").lower(), (asked["value"] or "").lower()
    resource = activity.resource.lower()
    if by == "resourceuri":
        return resource == value.rstrip("/")
    if by == "resourcegroupname":
        return f"/resourcegroups/{value}/" in resource
    return by == "" or f"/providers/{value}/" in resource


def _render(activity: Activity, status: str) -> Json:
    operation = f"Microsoft.CognitiveServices/accounts/deployments/{activity.operation}"
    return {
        "authorization": {"action": operation, "scope": activity.resource},
        "caller": activity.by,
        "eventDataId": f"{activity.id}-{status}",
        "eventTimestamp": iso(activity.at),
        "operationName": {"value": operation, "localizedValue": operation},
        "resourceId": activity.resource,
        "status": {"value": status, "localizedValue": status},
    }


ROUTES = (Endpoint("GET", f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values", _list, ARM),)
