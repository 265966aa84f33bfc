"""The hidden first line by which our comments and issues are found again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

_LINE = re.compile(r"\A<!-- reconciler (\{[^\r\n]{0,4000}\}) -->(?:\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class Marker:
    """What a comment or an issue is about. One `kind`, `root` and `scope` has one comment on a pull request."""

    kind: str
    """plan, apply or drift."""
    root: str
    """The spec root as the workflow names it: known even where the specs cannot be read."""
    scope: str = ""
    """What limits it, such as targets; empty for the whole estate."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the next run wants to know: `digest`, `state` and so on."""

    def __str__(self) -> str:
        document = {"kind": self.kind, "root": self.root, "scope": self.scope, "facts": dict(self.facts)}
        text = orjson.dumps(document).decode().replace("--", "-\\u002d")  # two dashes could end the HTML comment
        return f"<!-- reconciler {text} -->"

    def same(self, other: Marker | None) -> bool:
        """Whether both are about the same thing."""
        mine = (self.kind, self.root, self.scope)
        return other is not None and mine == (other.kind, other.root, other.scope)


def read_marker(body: str | None) -> Marker | None:
    """The marker on the first line, or None. A marker alone proves nothing: look at the author as well."""
    found = _LINE.match(body or "")
    if not found:
        return None
    try:
        document = orjson.loads(found.group(1))
        facts = {str(k): str(v) for k, v in document["facts"].items()}
        return Marker(str(document["kind"]), str(document["root"]), str(document["scope"]), facts)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
