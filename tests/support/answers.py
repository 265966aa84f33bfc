"""Objects of answers as the providers read them; what a test leaves out is as healthy as can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.model.observation import ObservedDeployment, ObservedFile, ObservedJob, ObservedModel
from reconciler.providers import arm, dataplane
from reconciler.providers.decoding import Item


def job(raw: Mapping[str, Any]) -> ObservedJob:
    return dataplane.read_job(Item({"status": "running", "created_at": 0, **raw}, "a run"))


def file(raw: Mapping[str, Any]) -> ObservedFile:
    return dataplane.read_file(Item({"filename": "a.jsonl", "created_at": 0, **raw}, "a file"))


def model(raw: Mapping[str, Any]) -> ObservedModel:
    return dataplane.read_model(Item(raw, "a model"))


def deployment(raw: Mapping[str, Any]) -> ObservedDeployment:
    properties = {"provisioningState": "Succeeded", **(raw.get("properties") or {})}
    return arm.read_deployment(Item({"sku": {"name": "Standard"}, **raw, "properties": properties}, "a deployment"))
