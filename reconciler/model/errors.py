"""Exceptions that carry diagnostics.

    ReconcilerError             everything the tool raises on purpose
    ├── DiagnosticsError        the user is told `diagnostics` and the command ends with 1
    └── Stopped                 the operator, or the timeout, wants the command to end

Services have a tree of their own in `providers/errors.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.diagnostics import Diagnostic, in_order


class ReconcilerError(Exception):
    """Base of every exception that is raised on purpose."""


class DiagnosticsError(ReconcilerError):
    """One or more problems that the user can mend."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("; ".join(f"{d.code.id}: {d.detail or d.code.summary}" for d in self.diagnostics))


class Stopped(ReconcilerError):
    """The operator, or the timeout, wants the apply to end; what was begun at the services goes on there."""
