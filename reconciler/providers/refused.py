"""What stands inside an error of Resource Manager's: errors in errors, and which policy it was.

Wire: learn.microsoft.com, azure/azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy
(`additionalInfo`, and "Policy identifiers" in the message).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from reconciler.model.catalog.denials import denial

Error = Mapping[str, Any]
MOST_POLICIES = 3
MOST_LETTERS = 120
_IDENTIFIERS = re.compile(r"Policy identifiers?:\s*'(\[.*?\])'", re.DOTALL)


def inner_errors(error: Error) -> list[Error]:
    """The errors of its `details`, one level deep."""
    return list(_mappings(error.get("details")))


def telling_code(error: Error, inner: Sequence[Error]) -> str:
    """Its code; where that only says that something inside failed, the code inside that says who refused."""
    said = [_text(e.get("code") or e.get("type")) for e in (error, *inner)]
    return next((code for code in said if denial(0, code, "")), said[0])


def policies_in(errors: Iterable[Error], message: str) -> str:
    """`Policy "Allowed models", assigned as "prod rules".` of each policy that is named; empty where none is."""
    named = dict.fromkeys([*_violations(errors), *_identifiers(message)])
    return " ".join(f"Policy {words}." for words in list(named)[:MOST_POLICIES])


def _violations(errors: Iterable[Error]) -> Iterator[str]:
    for error in errors:
        for more in _mappings(error.get("additionalInfo")):
            info = more.get("info")
            if more.get("type") == "PolicyViolation" and isinstance(info, Mapping):
                policy = info.get("policyDefinitionDisplayName") or info.get("policyDefinitionName")
                assigned = info.get("policyAssignmentDisplayName") or info.get("policyAssignmentName")
                yield from _named(policy, assigned)


def _identifiers(message: str) -> Iterator[str]:
    found = _IDENTIFIERS.search(message)
    try:
        listed = orjson.loads(found[1]) if found else []
    except orjson.JSONDecodeError:
        return
    for one in _mappings(listed):
        policy, assigned = (one.get(key) for key in ("policyDefinition", "policyAssignment"))
        yield from _named(*(part.get("name") if isinstance(part, Mapping) else None for part in (policy, assigned)))


def _named(policy: Any, assigned: Any) -> Iterator[str]:
    words = [f'"{_text(policy)}"'] if _text(policy) else []
    if _text(assigned):
        words.append(f'assigned as "{_text(assigned)}"')
    if words:
        yield ", ".join(words)


def _mappings(value: Any) -> Iterator[Error]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else iter(())


def _text(value: Any) -> str:
    return str(value)[:MOST_LETTERS] if isinstance(value, str | int) else ""
