"""Content filters that the account does not have."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View, touches
from reconciler.specs.base import did_you_mean

BUILT_IN = "microsoft."
"""Every account has the vendor's own; their names start so."""


def check_filters(view: View) -> Iterator[Finding]:
    for change, desired in view.deploys(also_stopped=True):
        name, known = desired.content_filter, view.allowance(change.target).filters
        if name is None or known is None or not touches(change, "content_filter") or is_built_in(name):
            continue
        if name.lower() in (k.lower() for k in known):
            continue
        own = [k for k in known if not is_built_in(k)]
        there = f"Of its own it has: {', '.join(own)}." if own else "It has none of its own."
        code = codes.FILTER_MISSING
        told = code.at(
            desired.place.value("content_filter"),
            f'{change.target} has no content filter "{name}". {there} {code.way_out}',
            hint=did_you_mean(name, list(known)),
            address=str(desired.address),
        )
        yield Finding(told, (change.key,), f"{change.target} has no content filter {name}")


def is_built_in(name: str) -> bool:
    return name.lower().startswith(BUILT_IN)
