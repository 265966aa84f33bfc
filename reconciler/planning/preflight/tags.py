"""Tags: what the specs want, what this tool writes and what others have set stand on one deployment together."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.catalog.limits import TAGS
from reconciler.model.marks import TAG_PREFIX
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View, touches

OURS = 5
"""Tags that this tool writes at least: estate, address, protection, fingerprint and what was applied."""


def check_tags(view: View) -> Iterator[Finding]:
    """New tags of the specs that do not fit beside what others have set on the live deployment."""
    for change, desired in view.deploys():
        live = change.live.tags if change.live and hasattr(change.live, "tags") else {}
        if not desired.tags or not touches(change, *(f"tags.{key}" for key in desired.tags)):
            continue
        named = {key.lower() for key in desired.tags}
        ours = max(sum(key.lower().startswith(TAG_PREFIX) for key in live), OURS)
        others = sum(not key.lower().startswith(TAG_PREFIX) and key.lower() not in named for key in live)
        if len(named) + ours + others > TAGS:
            code = codes.TAGS_TOO_MANY
            detail = (
                f"{desired.name} on {change.target} would have {len(named)} of the spec, {ours} of this tool and "
                f"{others} that others have set; Azure takes {TAGS}. {code.way_out}"
            )
            told = code.at(desired.place.range(), detail, address=str(desired.address))
            yield Finding(told, (change.key,), f"Azure takes {TAGS} tags")
