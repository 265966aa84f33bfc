"""Getting a dataset's bytes to a service: sent from here, or fetched by the service from a url."""

from __future__ import annotations

import os

from reconciler.datasets.facts import DatasetFacts
from reconciler.datasets.upload import upload_form
from reconciler.engine.context import Context
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.model.events import StepTransferred
from reconciler.model.observation import ObservedFile
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError


def send(name: str, facts: DatasetFacts, target: Target, step: str, context: Context) -> ObservedFile:
    """Create the file under `name`, once."""
    if facts.url:
        return _import(name, facts, target)

    def sent(gone: int, size: int) -> None:
        context.emit(StepTransferred(step, gone, size))

    return target.training.upload(name, upload_form(facts.file, target.limits.byte_order_mark, facts.digest), sent)


def _import(name: str, facts: DatasetFacts, target: Target) -> ObservedFile:
    """Let the service fetch the file. The SAS token goes into the request and nowhere else."""
    token = os.environ.get(facts.sas_env, "").removeprefix("?") if facts.sas_env else ""
    if facts.sas_env and not token:
        detail = f"{facts.sas_env} is not set; it should hold the SAS token for {facts.url}."
        raise DiagnosticsError([codes.SAS_MISSING.at(detail=detail, address=f"dataset.{facts.name}")])
    joint = "&" if "?" in facts.url else "?"
    try:
        return target.training.import_file(name, f"{facts.url}{joint}{token}" if token else facts.url)
    except ServiceError as error:
        if token:
            error.message = error.message.replace(token, "***")
        raise
