"""The judgement of `doctor`: what is fine, worth a note, unknown and wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.engine.checkup import examine
from reconciler.model.allowance import Permissions, Question, Usage
from reconciler.model.catalog import account_limits
from reconciler.model.checkup import Checkup, Login, Verdict
from reconciler.model.identity import Identity
from reconciler.planning.checkup import check_up
from reconciler.planning.planner import make_plan
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Cloud, Fault
from tests.support.allowances import READER
from tests.support.estate import ESTATE, edited, facts_of, load_text
from tests.support.live import build

ANA = Login(Identity("login", "ana@contoso.example", "1", "3333"))
DENIED = ServiceError("not allowed", status=403, code="AuthorizationFailed")


def examined(
    arrange: Callable[[Cloud], object] = lambda cloud: None, login: Login = ANA, text: str = ESTATE
) -> Checkup:
    """Sweden's."""
    cloud = build(text, "converged", [])
    arrange(cloud)
    specs = load_text(text)
    observed, _ = examine(cloud.world(specs), 1)
    made = make_plan(specs, facts_of(specs), observed)
    return next(c for c in check_up(specs, made, observed, dict.fromkeys(specs.targets, login)) if c.target == "sweden")


def lines(checkup: Checkup, topic: str) -> list[tuple[str, str]]:
    return [(line.verdict.value, line.text) for line in checkup.lines if line.topic == topic]


def test_all_is_well() -> None:
    found = examined()
    assert found.healthy
    assert {line.verdict for line in found.lines} == {Verdict.FINE}
    assert [line.topic for line in found.lines] == [
        *("reachable", "identity", "region", "permissions", "quota", "quota", "files", "runs", "deployments"),
        *("retirement", "retirement"),
    ]
    assert lines(found, "identity") == [("fine", "login ana@contoso.example, tenant 3333")]
    assert lines(found, "quota")[0] == ("fine", "OpenAI.Standard.gpt-4.1-mini-finetune 0 of 1,000")
    assert lines(found, "files") == [("fine", "4 of 100, 0.2 of 1,000 MB")]
    assert lines(found, "runs") == [("fine", "3 of 100, 0 under way; 3 train at a time")]
    assert lines(found, "deployments") == [("fine", "2 of 32, fine-tuned 2 of 10")]


@pytest.mark.parametrize(
    ("skew", "expected"),
    [
        (None, []),
        (0.4, [("fine", "in step with the service's")]),
        (-59.0, [("fine", "in step with the service's")]),
        (90.0, [("note", "this machine's is 90 s behind the service's")]),
        (-301.0, [("wrong", "this machine's is 301 s ahead of the service's")]),
    ],
)
def test_clocks(skew: float | None, expected: list[tuple[str, str]]) -> None:
    assert lines(examined(login=replace(ANA, skew=skew)), "clock") == expected


def test_nobody_is_logged_in() -> None:
    def arrange(cloud: Cloud) -> None:
        cloud["sweden"].fail("account", Fault(ServiceError("no token: none found", status=401)))

    found = examined(arrange, Login(None, "no token: none found. az login."))
    assert not found.healthy
    assert [line.topic for line in found.lines] == ["reachable", "identity"]
    assert lines(found, "reachable") == [("unknown", "not asked, for nobody is logged in")]
    verdict, text = lines(found, "identity")[0]
    assert verdict == "wrong"
    assert text.startswith("no token: none found. az login")


@pytest.mark.parametrize("read", ["account", "jobs"])
def test_a_target_that_is_not_reached(read: str) -> None:
    down = ServiceError("management.azure.com did not answer in time", service="Azure Resource Manager")
    found = examined(lambda cloud: cloud["sweden"].fail(read, Fault(down)))
    assert not found.healthy
    assert "did not answer in time" in lines(found, "reachable")[0][1]
    assert bool(lines(found, "files")) is (read == "jobs"), "what was read is shown"


def test_an_identity_that_only_reads() -> None:
    def arrange(cloud: Cloud) -> None:
        cloud["sweden"].allowances.role = READER

    assert lines(examined(arrange), "permissions") == [
        ("wrong", "may not: to upload, to train, to deploy, to delete deployments "
                  "(role Cognitive Services OpenAI Contributor)")
    ]  # fmt: skip


def test_an_identity_that_may_nothing() -> None:
    def arrange(cloud: Cloud) -> None:
        cloud["sweden"].allowances.role = Permissions((), by_key=True)

    ((verdict, text),) = lines(examined(arrange), "permissions")
    assert verdict == "wrong"
    assert "to read the account" in text
    assert "to upload" not in text, "the key may do it"


def test_what_may_not_be_asked_is_unknown_and_not_wrong() -> None:
    def arrange(cloud: Cloud) -> None:
        cloud["sweden"].allowances.refused = {Question.QUOTA: DENIED, Question.PERMISSIONS: DENIED}

    found = examined(arrange)
    assert found.healthy
    assert lines(found, "permissions")[0][0] == lines(found, "quota")[0][0] == "unknown"
    assert "Cognitive Services Usages Reader" in lines(found, "quota")[0][1]


def test_what_is_nearly_full_is_worth_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(account_limits.BY_PROVIDER["azure"], jobs=3, fine_tuned_deployments=2)
    monkeypatch.setitem(account_limits.BY_PROVIDER, "azure", small)

    def arrange(cloud: Cloud) -> None:
        allowances = cloud["sweden"].allowances
        allowances.quota = [Usage(u.name, 950, 1000) for u in allowances.quota]

    found = examined(arrange)
    assert found.healthy
    noted = {line.topic for line in found.lines if line.verdict is Verdict.NOTE}
    assert noted == {"quota", "runs", "deployments"}


def test_a_raised_limit_counts() -> None:
    region = "    region: swedencentral\n"
    text = edited(ESTATE, (region, region + "    limits: {files: 500, deployments: 64}\n"))
    found = examined(text=text)
    assert lines(found, "files") == [("fine", "4 of 500, 0.2 of 1,000 MB")]
    assert lines(found, "deployments")[0][1].startswith("2 of 64")


def test_an_api_version_that_is_retired() -> None:
    found = examined(login=replace(ANA, api_version="2023-07-01-preview"))
    assert lines(found, "api-version") == [("wrong", "2023-07-01-preview was retired on 2024-07-01")]
    assert lines(examined(login=replace(ANA, api_version="v1")), "api-version") == [("fine", "v1")]


DATES = [
    (None, 2_000_000_000, "fine", "trained until"),
    (None, 1_000_000_000, "note", "not trained since 2001-09-09"),
]


@pytest.mark.parametrize(("serving", "training", "verdict", "text"), DATES)
def test_retirement(serving: int | None, training: int | None, verdict: str, text: str) -> None:
    def arrange(cloud: Cloud) -> None:
        models = cloud["sweden"].allowances.models
        models[:] = [replace(m, fine_tune_ends=training, inference_ends=serving) for m in models]

    found = lines(examined(arrange), "retirement")
    assert len(found) == 2
    assert all(v == verdict and text in t for v, t in found)


def test_a_model_that_serves_and_is_retired_is_wrong() -> None:
    text = edited(ESTATE, ("model: {job: triage}", 'model: {name: gpt-4.1-nano, version: "2025-04-14"}'))

    def arrange(cloud: Cloud) -> None:
        models = cloud["sweden"].allowances.models
        models[:] = [replace(m, inference_ends=1_000_000_000) for m in models]

    found = examined(arrange, text=text)
    assert ("wrong", "gpt-4.1-nano-2025-04-14: not served since 2001-09-09") in lines(found, "retirement")
    assert not found.healthy
