"""Which api-versions there are, and what is said to others.

Resource Manager: the folders of azure-rest-api-specs (cognitiveservices, resource-manager). The data plane:
https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle, read in November 2026.
"""

import re
from collections.abc import Mapping

from reconciler.emulator.errors import Refusal, Surface, bare

_COGNITIVE = """
    2017-04-18 2021-04-30 2021-10-01 2022-03-01 2022-10-01 2022-12-01 2023-05-01 2024-10-01 2025-06-01
    2025-09-01 2025-12-01 2026-03-01 2026-05-01 2026-07-01 2023-10-01-preview 2024-04-01-preview 2024-06-01-preview
    2025-04-01-preview 2025-07-01-preview 2025-10-01-preview 2026-01-15-preview 2026-07-15-preview"""
ARM = {
    "microsoft.cognitiveservices": frozenset(_COGNITIVE.split()),
    "microsoft.insights": frozenset({"2015-04-01"}),
    "microsoft.authorization": frozenset({"2015-07-01", "2018-07-01", "2022-04-01", "2022-05-01-preview"}),
}
"""By namespace; the last one in a path is the one that answers."""
_DATED = """
    2022-12-01 2023-05-15 2024-02-01 2024-06-01 2024-10-21 2023-09-15-preview 2023-10-01-preview
    2024-02-15-preview
    2024-03-01-preview 2024-04-01-preview 2024-05-01-preview 2024-07-01-preview 2024-08-01-preview 2024-09-01-preview
    2024-10-01-preview 2024-12-01-preview 2025-01-01-preview 2025-02-01-preview 2025-03-01-preview
    2025-04-01-preview"""
DATED = frozenset(_DATED.split())
_FIRST_WITH_FINE_TUNING = "2023-09-15"
_NAMESPACE = re.compile(r"/providers/([^/]+)/([^/]+)", re.IGNORECASE)


def refusal(surface: Surface, path: str, query: Mapping[str, str]) -> Refusal | None:
    """What the service says to the request's api-version; None where it takes it, or the path is not its own."""
    version = query.get("api-version")
    if surface is Surface.ARM:
        return _of_resource_manager(path, version)
    if surface is Surface.V1 and version not in (None, "v1", "preview"):
        return Refusal(400, "BadRequest", "api-version query parameter is not allowed when using /v1 path")
    if surface is not Surface.DATED:
        return None
    too_old = "/fine_tuning/" in path.lower() and (version or "")[:10] < _FIRST_WITH_FINE_TUNING
    return bare(404) if version not in DATED or too_old else None


def _of_resource_manager(path: str, version: str | None) -> Refusal | None:
    named = _NAMESPACE.findall(path)
    known = ARM.get(named[-1][0].lower()) if named else None
    if known is None or version in known:
        return None
    if not version:
        return Refusal(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    namespace, kind = named[-1]
    return _unknown_type(namespace, kind, version)


def _unknown_type(namespace: str, kind: str, version: str) -> Refusal:
    supported = ",".join(sorted(ARM[namespace.lower()]))
    return Refusal(
        400,
        "InvalidResourceType",
        f"The resource type '{kind}' could not be found in the namespace '{namespace}' for api version '{version}'. "
        f"The supported api-versions are '{supported}'.",
    )


def unknown(surface: Surface, method: str, path: str, version: str) -> Refusal:
    """What the service says to a path that it does not have, and that an api-version cannot mend."""
    if surface is Surface.OPENAI:
        return Refusal(404, "404", f"Invalid URL ({method} {path})", platform_code="unknown_url")
    named = _NAMESPACE.findall(path)
    if surface is not Surface.ARM or not named:
        return bare(404)
    namespace, kind = named[-1]
    if namespace.lower() not in ARM:
        return Refusal(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    return Refusal(404, "InvalidResourceType", _unknown_type(namespace, kind, version).message)
