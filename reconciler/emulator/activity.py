"""The activity log of a subscription: who wrote or deleted which deployment, and when.

https://learn.microsoft.com/rest/api/monitor/activity-logs/list
What the service removes by itself, an idle deployment say, leaves no entry here.
"""

import re
from datetime import UTC, datetime

from starlette.responses import Response

from reconciler.emulator.accounts import ARM, SUBSCRIPTION
from reconciler.emulator.errors import Json, Refusal
from reconciler.emulator.records import Account, Activity
from reconciler.emulator.wire import Call, Endpoint, iso, new_id, reply

KEPT = 1_000
PAGE = 200
_CLAUSE = re.compile(r"(?P<name>\w+) (?P<sign>ge|le|eq) (?P<quote>'?)(?P<value>[^']+)(?P=quote)", re.IGNORECASE)
_SELECTORS = frozenset({"resourceuri", "resourceid", "resourcegroupname", "resourceprovider", "correlationid"})
_MORE = frozenset({"caller", "status", "eventchannels", "levels"})


def record(call: Call, account: Account, name: str, operation: str) -> None:
    """Note a write or a delete of a deployment; `operation` is the last word of the operation's name."""
    who = call.headers.get("x-emulator-user") or "emulator"
    log = call.store.state.activity
    log.append(Activity(new_id(""), call.now, who, operation, f"{account.id}/deployments/{name}"))
    del log[:-KEPT]


def _list(call: Call) -> Response:
    """Newest first. The filter is as narrow as the service's own."""
    asked = _asked(call.query.get("$filter", ""))
    since, until = _unix(asked["since"]), _unix(asked["until"]) if "until" in asked else call.now
    subscription = f"/subscriptions/{call.params['subscription']}/".lower()
    found = [
        a
        for a in reversed(call.store.state.activity)
        if since <= a.at <= until and a.resource.lower().startswith(subscription)
    ]
    events = [
        _render(a, status) for a in found[:PAGE] for status in ("Succeeded", "Started") if _fits(a, status, asked)
    ]
    wanted = call.query.get("$select", "").replace(" ", "").lower().split(",")
    return reply({"value": [{k: v for k, v in e.items() if wanted == [""] or k.lower() in wanted} for e in events]})


def _asked(text: str) -> dict[str, str]:
    """The clauses of a filter by their names in lower case; times are "since" and "until", with or without quotes."""
    asked: dict[str, str] = {}
    for clause in re.split(r" and ", text.strip(), flags=re.IGNORECASE):
        found = _CLAUSE.fullmatch(clause.strip())
        name = found and _clause_name(found["name"].lower(), found["sign"].lower())
        if not found or not name or name in asked:
            raise _bad_filter()
        asked[name] = found["value"]
    if "since" not in asked or len(_SELECTORS & set(asked)) > 1:
        raise _bad_filter()
    return asked


def _bad_filter() -> Refusal:
    return Refusal(400, "BadRequest", "The $filter is missing, or not one of the patterns that are allowed.")


def _clause_name(name: str, sign: str) -> str | None:
    if name == "eventtimestamp":
        return {"ge": "since", "le": "until"}.get(sign)
    return name if sign == "eq" and name in _SELECTORS | _MORE else None


def _unix(time: str) -> float:
    """A time without an offset is in UTC."""
    try:
        said = datetime.fromisoformat(time)
    except ValueError:
        raise Refusal(400, "BadRequest", f"'{time[:80]}' is not a time.") from None
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()


def _fits(activity: Activity, status: str, asked: dict[str, str]) -> bool:
    resource = activity.resource.lower()
    group = resource.split("/")[4]
    said = {
        "resourceuri": resource,
        "resourceid": resource,
        "resourcegroupname": group,
        "resourceprovider": "microsoft.cognitiveservices",
        "correlationid": activity.id.lower(),
        "caller": activity.by.lower(),
        "status": status.lower(),
    }
    return all(said[name] == value.lower().rstrip("/") for name, value in asked.items() if name in said)


def _render(activity: Activity, status: str) -> Json:
    operation = f"Microsoft.CognitiveServices/accounts/deployments/{activity.operation}"
    _, _, subscription, _, group, *_ = activity.resource.split("/")
    return {
        "authorization": {"action": operation, "scope": activity.resource},
        "caller": activity.by,
        "category": _word("Administrative"),
        "correlationId": activity.id,
        "eventDataId": f"{activity.id}-{status}",
        "eventName": _word("EndRequest" if status == "Succeeded" else "BeginRequest"),
        "eventTimestamp": iso(activity.at),
        "id": f"{activity.resource}/events/{activity.id}-{status}",
        "level": "Informational",
        "operationId": activity.id,
        "operationName": _word(operation),
        "resourceGroupName": group,
        "resourceId": activity.resource,
        "resourceProviderName": _word("Microsoft.CognitiveServices"),
        "resourceType": _word("Microsoft.CognitiveServices/accounts/deployments"),
        "status": _word(status),
        "submissionTimestamp": iso(activity.at),
        "subscriptionId": subscription,
    }


def _word(value: str) -> Json:
    return {"value": value, "localizedValue": value}


ROUTES = (Endpoint("GET", f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values", _list, ARM),)
