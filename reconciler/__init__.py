"""GitOps for fine-tuned models: YAML specs in git, plan and apply against live services, no state file.

    from reconciler import apply, drift, load, plan

See `reconciler.api.public` for what these take and give, and docs/python.md for examples.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.api.public import Applied, DriftReport, Estate, apply, drift, load, plan
    from reconciler.model.address import Address
    from reconciler.model.diagnostics import Diagnostic, Severity
    from reconciler.model.errors import DiagnosticsError
    from reconciler.model.events import Event, Outcome, Result
    from reconciler.planning.changes import Action, Change, FieldChange, Reason
    from reconciler.planning.drift import Cause, Drift, Finding
    from reconciler.planning.plan import Plan
    from reconciler.planning.scope import Scope

__version__ = "0.1.0"
_HOMES = {
    "api.public": ("Applied", "DriftReport", "Estate", "apply", "drift", "load", "plan"),
    "model.address": ("Address",),
    "model.diagnostics": ("Diagnostic", "Severity"),
    "model.errors": ("DiagnosticsError",),
    "model.events": ("Event", "Outcome", "Result"),
    "planning.changes": ("Action", "Change", "FieldChange", "Reason"),
    "planning.drift": ("Cause", "Drift", "Finding"),
    "planning.plan": ("Plan",),
    "planning.scope": ("Scope",),
}
__all__ = [
    "Action",
    "Address",
    "Applied",
    "Cause",
    "Change",
    "Diagnostic",
    "DiagnosticsError",
    "Drift",
    "DriftReport",
    "Estate",
    "Event",
    "FieldChange",
    "Finding",
    "Outcome",
    "Plan",
    "Reason",
    "Result",
    "Scope",
    "Severity",
    "__version__",
    "apply",
    "drift",
    "load",
    "plan",
]


def __getattr__(name: str) -> Any:
    """What is offered is imported on first use: the command line and the emulator start without it."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"reconciler.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
