"""GitOps for fine-tuned models: YAML specs in git, plan and apply against live services, no state file.

    from reconciler import apply, drift, load, plan

See `reconciler.api.public` for what these take and give.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.api.public import Applied, DriftReport, Estate, apply, drift, load, plan

__version__ = "0.1.0"
__all__ = ["Applied", "DriftReport", "Estate", "__version__", "apply", "drift", "load", "plan"]


def __getattr__(name: str) -> Any:
    """The API is imported on first use: the command line and the emulator start without it."""
    if name in __all__:
        return getattr(import_module("reconciler.api.public"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
