"""The activity log of a subscription: who wrote or deleted a resource, also one that is no more.

https://learn.microsoft.com/rest/api/monitor/activity-logs/list: entries are kept for 90 days, and come minutes late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from reconciler.model.observation import ObservedWrite
from reconciler.providers.dates import read_date
from reconciler.providers.decoding import Item
from reconciler.providers.reader import Reader

API_VERSION = "2015-04-01"
DAYS = 89
"""A little less than the service keeps: it refuses to look further back."""
_DONE = ("succeeded", "accepted")


def read(reader: Reader, resource_id: str) -> tuple[ObservedWrite, ...]:
    """The writes and deletes of one resource, oldest first."""
    subscription = resource_id.split("/")[2]
    since = (datetime.now(UTC) - timedelta(days=DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {
        "api-version": API_VERSION,
        "$filter": f"eventTimestamp ge '{since}' and resourceUri eq '{resource_id}'",
        "$select": "caller,eventTimestamp,operationName,resourceId,status",
    }
    path = f"/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    events = reader.by_link(f"{path}?{urlencode(query, quote_via=quote)}", "event", lambda item: item)
    return tuple(sorted(_writes(events, resource_id), key=lambda w: (w.time, w.at)))


def _writes(events: Iterable[Item], resource_id: str) -> Iterator[ObservedWrite]:
    for event in events:
        operation = _word(event, "operationName").rpartition("/")[2]
        ours = (event.shown_text("resourceId") or resource_id).rstrip("/").lower() == resource_id.lower()
        if operation not in ("write", "delete") or _word(event, "status") not in _DONE or not ours:
            continue
        at = event.shown_text("eventTimestamp")
        time = read_date(at)
        if time is not None:
            yield ObservedWrite(operation == "delete", event.shown_text("caller"), at, time)


def _word(event: Item, key: str) -> str:
    """The value of a localizable string, in lower case."""
    return event.shown_item(key).shown_text("value").lower()
