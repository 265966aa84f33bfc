"""The data plane's objects: both families' shapes, and fields that are null, empty or missing."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.observation import JobError
from reconciler.providers.base import RunProgress
from reconciler.providers.dataplane import read_file, read_job, read_model, read_progress


@pytest.mark.parametrize(
    ("error", "read", "why"),
    [
        (None, None, "null on a healthy run"),
        ({}, None, "an empty object on a healthy run"),
        ({"code": None, "message": None, "param": None}, None, "an object of nulls on a healthy run"),
        ({"code": "A", "message": "m"}, JobError("A", "m"), "an error"),
        ({"code": "", "message": "m"}, JobError("", "m"), "one without a code"),
        ("words", None, "no object"),
    ],
)
def test_errors_of_runs(error: Any, read: JobError | None, why: str) -> None:
    assert read_job({"id": "j", "error": error}).error == read, why


def test_the_suffix_stands_under_either_name() -> None:
    assert read_job({"id": "j", "suffix": "a"}).suffix == "a"
    assert read_job({"id": "j", "user_provided_suffix": "a"}).suffix == "a"
    assert read_job({"id": "j", "user_provided_suffix": "a", "suffix": None}).suffix == "a"


def test_the_mark_is_found_in_the_model_where_the_suffix_is_not_told() -> None:
    mark = "r10123456789abcd"
    assert read_job({"id": "j", "fine_tuned_model": f"gpt.ft-0-{mark}-x"}).mark == mark


def test_hyperparameters_of_either_form() -> None:
    new = {"method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2}}}, "hyperparameters": {"n_epochs": 9}}
    assert read_job({"id": "j", **new}).hyperparameters == {"n_epochs": 2}
    assert read_job({"id": "j", "hyperparameters": {"n_epochs": 9}}).hyperparameters == {"n_epochs": 9}
    assert read_job({"id": "j", "method": {"type": "dpo"}, "hyperparameters": None}).hyperparameters == {}


@pytest.mark.parametrize("created", [None, "2026-01-01", True])
def test_a_time_that_is_none(created: Any) -> None:
    assert read_job({"id": "j", "created_at": created}).created_at == 0


def test_a_file_with_nothing_but_its_id() -> None:
    file = read_file({"id": "file-1"})
    assert (file.filename, file.status, file.bytes) == ("", "processed", None)


def test_a_model_tells_when_it_ends() -> None:
    raw = {
        "id": "m",
        "created_at": 5,
        "deprecation": {"inference": 9, "fine_tune": 8},
        "capabilities": {"fine_tune": 1},
    }
    model = read_model(raw)
    assert (model.created_at, model.inference_ends, model.fine_tune_ends) == (5, 9, 8)
    bare = read_model({"id": "m", "created": 6, "deprecation": None, "capabilities": None})
    assert (bare.created_at, bare.inference_ends, bare.can_fine_tune) == (6, None, None)


def test_progress_is_the_newest_event_with_a_step() -> None:
    events = [
        {"message": "newest"},
        "nonsense",
        {"message": "step", "data": {"step": 7, "total_steps": 10, "train_loss": 0.5}},
        {"message": "older", "data": {"step": 6, "train_loss": 0.9}},
    ]
    assert read_progress(events) == RunProgress(7, 10, 0.5, "newest")


@pytest.mark.parametrize("events", [[], [{}], [{"data": None}], [{"data": {"step": None}}]])
def test_no_progress_yet(events: list[Any]) -> None:
    assert read_progress(events).step is None
