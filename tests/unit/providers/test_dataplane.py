"""The data plane's objects: both families' shapes, and fields that are null, empty or missing."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from reconciler.model.observation import JobError
from reconciler.providers.base import RunProgress
from reconciler.providers.dataplane import DataPlane, read_checkpoint, read_progress
from reconciler.providers.decoding import Item, NotWhole
from reconciler.providers.openai import PlatformKey
from reconciler.providers.reader import Reader
from tests.support import answers


@pytest.mark.parametrize(
    ("error", "read", "why"),
    [
        (None, None, "null on a healthy run"),
        ({}, None, "an empty object on a healthy run"),
        ({"code": None, "message": None, "param": None}, None, "an object of nulls on a healthy run"),
        ({"code": "A", "message": "m"}, JobError("A", "m"), "an error"),
        ({"code": "", "message": "m"}, JobError("", "m"), "one without a code"),
        ("words", JobError("", "words"), "a text"),
        (["words"], None, "no object"),
    ],
)
def test_errors_of_runs(error: Any, read: JobError | None, why: str) -> None:
    assert answers.job({"id": "j", "error": error}).error == read, why


def test_the_suffix_stands_under_either_name() -> None:
    assert answers.job({"id": "j", "suffix": "a"}).suffix == "a"
    assert answers.job({"id": "j", "user_provided_suffix": "a"}).suffix == "a"
    assert answers.job({"id": "j", "user_provided_suffix": "a", "suffix": None}).suffix == "a"


def test_the_mark_is_found_in_the_model_where_the_suffix_is_not_told() -> None:
    mark = "r10123456789abcd"
    assert answers.job({"id": "j", "fine_tuned_model": f"gpt.ft-0-{mark}-x"}).mark == mark


def test_hyperparameters_of_either_form() -> None:
    new = {"method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2}}}, "hyperparameters": {"n_epochs": 9}}
    assert answers.job({"id": "j", **new}).hyperparameters == {"n_epochs": 2}
    assert answers.job({"id": "j", "hyperparameters": {"n_epochs": 9}}).hyperparameters == {"n_epochs": 9}
    assert answers.job({"id": "j", "method": {"type": "dpo"}, "hyperparameters": None}).hyperparameters == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": None}, "has no `id`"),
        ({"id": 7}, "`id` of a run is the number 7"),
        ({"status": None}, "has no `status`"),
        ({"status": ["running"]}, "`status` of a run is a list"),
        ({"created_at": None}, "has no `created_at`"),
        ({"created_at": "2026-01-01"}, "`created_at` of a run is a text, not a time in Unix seconds"),
        ({"created_at": True}, "`created_at` of a run is true or false"),
        ({"created_at": 1_790_000_000_000}, "not a time in Unix seconds"),
        ({"created_at": -1}, "not a time in Unix seconds"),
        ({"fine_tuned_model": {"id": "m"}}, "`fine_tuned_model` of a run is an object"),
        ({"suffix": 7}, "`suffix` of a run is the number 7"),
        ({"training_file": ["file-1"]}, "`training_file` of a run is a list"),
    ],
)
def test_what_a_decision_rests_on_must_be_there(change: dict[str, Any], says: str) -> None:
    with pytest.raises(NotWhole, match=re.escape(says)):
        answers.job({"id": "j", **change})


@pytest.mark.parametrize("odd", [None, 7, "x", ["x"], {"x": ["y"]}, True, 1e300])
@pytest.mark.parametrize(
    "field",
    ["finished_at", "trained_tokens", "estimated_finish", "error", "metadata", "seed", "method", "hyperparameters"],
)
def test_what_is_only_shown_is_left_out(field: str, odd: Any) -> None:
    assert answers.job({"id": "j", field: odd}).id == "j"


@pytest.mark.parametrize("change", [{"filename": None}, {"created_at": None}, {"status": 7}, {"expires_at": "soon"}])
def test_a_file_that_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(NotWhole):
        answers.file({"id": "file-1", **change})


def test_a_file_with_nothing_but_what_is_needed() -> None:
    found = answers.file({"id": "file-1", "bytes": "many", "purpose": None, "status": None})
    assert (found.status, found.bytes, found.purpose) == ("processed", None, "")


@pytest.mark.parametrize(
    "change", [{"step_number": "seven"}, {"step_number": None}, {"fine_tuned_model_checkpoint": None}]
)
def test_a_checkpoint_that_is_none(change: dict[str, Any]) -> None:
    raw = {"id": "ftchkpt-1", "step_number": 7, "fine_tuned_model_checkpoint": "m:ckpt-step-7"}
    assert read_checkpoint("j", Item(raw, "a checkpoint")).step == 7
    with pytest.raises(NotWhole):
        read_checkpoint("j", Item({**raw, **change}, "a checkpoint"))


def test_a_model_tells_when_it_ends() -> None:
    raw = {
        "id": "m",
        "created_at": 5,
        "deprecation": {"inference": 9, "fine_tune": 8},
        "capabilities": {"fine_tune": True},
    }
    model = answers.model(raw)
    assert (model.created_at, model.inference_ends, model.fine_tune_ends) == (5, 9, 8)
    bare = answers.model({"id": "m", "created": 6, "deprecation": None, "capabilities": None})
    assert (bare.created_at, bare.inference_ends, bare.can_fine_tune) == (6, None, None)


def test_progress_is_the_newest_event_with_a_step() -> None:
    events = [
        {"message": "newest"},
        {"message": "step", "data": {"step": 7, "total_steps": 10, "train_loss": 0.5}},
        {"message": "older", "data": {"step": 6, "train_loss": 0.9}},
    ]
    assert read_progress(items(events)) == RunProgress(7, 10, 0.5, "newest")


def items(events: list[Any]) -> list[Item]:
    return [Item(event, "an event") for event in events]


@pytest.mark.parametrize("events", [[], [{}], [{"data": None}], [{"data": {"step": None}}], [{"data": {"step": "7"}}]])
def test_no_progress_yet(events: list[Any]) -> None:
    assert read_progress(items(events)).step is None


@pytest.mark.parametrize("unchecked", [True, False])
def test_a_run_may_read_a_file_that_is_not_checked_yet_where_the_service_says_so(unchecked: bool) -> None:
    """OpenAI's `status` of a file is deprecated: a job may name a file as soon as it is uploaded."""

    def answer(_request: httpx2.Request) -> httpx2.Response:
        files = [{"id": f"file-{s}", "filename": "a", "created_at": 1, "status": s} for s in ("uploaded", "pending")]
        return httpx2.Response(200, json={"object": "list", "data": files, "has_more": False})

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    reader = Reader(client, "https://x.test", PlatformKey("k", {}, "X"), service="X", params={}, sleep=lambda _: None)
    plane = DataPlane(lambda: reader, lambda: pytest.fail("no write"), lambda _: {}, takes_unchecked=unchecked)
    assert [(f.usable, f.in_preparation) for f in plane.files()] == [(unchecked, not unchecked), (False, True)]
