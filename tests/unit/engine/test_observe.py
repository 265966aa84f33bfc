"""One look at every target: what cannot be read is a problem of that target alone."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from reconciler.engine import operations
from reconciler.engine.observe import observe
from reconciler.engine.pool import make_pool
from reconciler.model.observation import Observation, ObservedAccount, ObservedDeployment
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Cloud, Fault
from tests.support.applies import apply
from tests.support.estate import ESTATE, load_text


def look(cloud: Cloud) -> dict[str, Observation]:
    return operations.look(cloud.world(load_text(ESTATE)), 1)


def test_everything_is_seen() -> None:
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    sweden = look(cloud)["sweden"]
    counts = (len(sweden.files), len(sweden.jobs), len(sweden.models), len(sweden.deployments), sweden.objects)
    assert counts == (4, 3, 3, 2, 12)
    assert sweden.complete


@pytest.mark.parametrize("read", ["account", "files", "jobs", "models"])
def test_what_cannot_be_read_makes_that_target_incomplete(read: str) -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].fail(read, Fault(ServiceError("down", status=503)))
    seen = look(cloud)
    assert not seen["sweden"].complete
    assert [p.code.id for p in seen["sweden"].problems] == ["service-error"]
    assert seen["chicago"].complete


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ServiceError("not there", status=404), "target-missing"),
        (ServiceError("who are you", status=401), "target-auth"),
        (ServiceError("no route"), "target-unreachable"),
    ],
)
def test_an_account_that_cannot_be_read(error: ServiceError, code: str) -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].fail("account", Fault(error))
    assert [p.code.id for p in look(cloud)["sweden"].problems] == [code]


@pytest.mark.parametrize(("version", "code"), [("2022-12-01", "api-version-unanswered"), ("", "list-missing")])
def test_a_404_to_every_list_is_told_once_where_a_version_is_why(version: str, code: str) -> None:
    cloud = Cloud(load_text(ESTATE))
    for read in ("files", "jobs", "models"):
        cloud["sweden"].fail(read, *[Fault(ServiceError("Resource not found", service="Azure", status=404))] * 3)
    world = cloud.world(load_text(ESTATE))
    targets = {**world.targets, "sweden": replace(world.targets["sweden"], api_version=version)}
    problems = operations.look(replace(world, targets=targets), 1)["sweden"].problems
    assert {p.code.id for p in problems} == {code}
    assert len(problems) == (1 if version else 3)
    assert (version in problems[0].detail, "base_url" in problems[0].detail) == (True, not version)


def test_an_account_in_another_region_is_not_the_one_that_is_meant() -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].arm.region = "West Europe"
    seen = look(cloud)["sweden"]
    assert ([p.code.id for p in seen.problems], seen.complete) == (["target-region"], False)


def test_the_name_of_a_region_may_be_spelled_for_people() -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].arm.region = "Sweden Central"
    assert look(cloud)["sweden"].complete


def test_a_model_that_the_list_leaves_out_is_asked_for_by_name() -> None:
    """Lists lag; a model that is only not listed yet must not be called deleted."""
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    cloud["sweden"].models = list  # type: ignore[method-assign]
    assert len(look(cloud)["sweden"].models) == 3


def test_models_of_others_are_not_asked_for() -> None:
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    account = cloud["sweden"]
    for id, job in list(account.job_list.items()):
        account.job_list[id] = replace(job, suffix="theirs", fine_tuned_model=f"theirs-{id}")
    account.models = list  # type: ignore[method-assign]
    account.model = None  # type: ignore[assignment, method-assign]
    assert look(cloud)["sweden"].models == ()


def test_looking_changes_nothing() -> None:
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    before = cloud.snapshot()
    look(cloud)
    assert cloud.snapshot() == before


def test_a_slow_account_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweden's answer comes only after chicago's lists have been asked for."""
    targets = Cloud(load_text(ESTATE)).world(load_text(ESTATE)).targets
    sweden, chicago = targets["sweden"], targets["chicago"]
    assert chicago.serving
    asked = threading.Event()
    deployments = chicago.serving.deployments

    def listed() -> list[ObservedDeployment]:
        asked.set()
        return deployments()

    def slow() -> ObservedAccount:
        assert asked.wait(10)
        return sweden.account()

    monkeypatch.setattr(chicago.serving, "deployments", listed)
    with make_pool(4) as pool:
        seen = observe({"sweden": replace(sweden, account=slow), "chicago": chicago}, "acme", pool)
    assert all(observation.complete for observation in seen.values())
