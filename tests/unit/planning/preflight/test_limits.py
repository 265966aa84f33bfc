"""Numbers of deployments and runs in one account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.catalog import account_limits
from reconciler.planning.changes import Action
from tests.support.accounts import Cloud
from tests.support.estate import CHAT_US, SECOND, TRIAGE
from tests.unit.planning.preflight.bench import blocked, codes_of, plan

PLAIN = (
    "deployments:\n",
    'deployments:\n  plain:\n    model: {name: gpt-4.1-mini, version: "2025-04-14"}\n    sku: Standard\n'
    "    targets: {sweden: {}}\n",
)
MORE = (
    "deployments:\n",
    "deployments:\n  more:\n    model: {job: triage}\n    sku: Standard\n    targets: {sweden: {}}\n",
)


@pytest.fixture
def documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a small estate can reach: three deployments, two of them fine-tuned, three runs."""
    small = replace(account_limits.BY_PROVIDER["azure"], deployments=3, fine_tuned_deployments=2, jobs=3)
    monkeypatch.setitem(account_limits.BY_PROVIDER, "azure", small)


@pytest.mark.usefixtures("documented")
def test_a_deployment_of_a_base_model_still_fits() -> None:
    assert blocked(plan(PLAIN)) == {}


@pytest.mark.usefixtures("documented")
def test_one_deployment_of_a_fine_tuned_model_too_many() -> None:
    made = plan(MORE)
    assert blocked(made) == {"deployment.more@sweden": "sweden takes 2 deployments of fine-tuned models"}
    assert codes_of(made) == ["account-limit"]


@pytest.mark.usefixtures("documented")
def test_what_the_specs_say_was_raised_counts() -> None:
    region = "    region: swedencentral\n"
    made = plan(MORE, (region, region + "    limits: {fine_tuned_deployments: 3}\n"))
    assert blocked(made) == {}


@pytest.mark.usefixtures("documented")
def test_an_account_that_holds_more_has_had_its_limit_raised() -> None:
    def arrange(cloud: Cloud) -> None:
        raw = cloud["sweden"].arm.raw
        for n in range(3):
            raw[f"other-{n}"] = {**raw["triage"], "name": f"other-{n}", "tags": {}}

    assert blocked(plan(MORE, arrange=arrange)) == {}


@pytest.mark.usefixtures("documented")
def test_one_run_too_many_blocks_what_serves_it_and_sends_no_file() -> None:
    made = plan(("n_epochs: 2", "n_epochs: 4"), ("training: tickets", "training: january"))
    assert sorted(blocked(made)) == [
        "deployment.support-chat@chicago",
        "deployment.support-chat@sweden",
        "deployment.triage@sweden",
        SECOND,
        TRIAGE,
    ]
    assert blocked(made)[CHAT_US] == f"it needs {SECOND}, which is blocked"
    assert not [c for c in made.changes if c.action is Action.UPLOAD]


QUEUES = [(1, 0, 0), (3, 0, 0), (4, 0, 1), (3, 2, 2), (6, 5, 6)]


@pytest.mark.parametrize(("new", "busy", "waiting"), QUEUES)
def test_how_many_runs_will_queue(new: int, busy: int, waiting: int) -> None:
    jobs = "".join(
        f"  j{n}: {{target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: january, seed: {n}}}\n"
        for n in range(new)
    )

    def arrange(cloud: Cloud) -> None:
        account = cloud["sweden"]
        account.hold = True
        done = next(iter(account.job_list.values()))
        for n in range(busy):
            id = f"theirs-{n}"
            account.job_list[id] = replace(done, id=id, status="running", suffix="theirs", fine_tuned_model=None)

    made = plan(("jobs:\n", "jobs:\n" + jobs), arrange=arrange)
    told = [d.detail for d in made.diagnostics if d.code.id == "runs-queue"]
    assert blocked(made) == {}
    assert bool(told) is bool(waiting)
    if told:
        assert f"{waiting} run{'s queue' if waiting > 1 else ' queues'} behind {new + busy - waiting}" in told[0]


def test_developer_runs_have_slots_of_their_own() -> None:
    jobs = "".join(
        f"  j{n}: {{target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: january, seed: {n}, "
        f"training_type: {kind}}}\n"
        for n, kind in enumerate(["developer"] * 5 + ["standard"] * 3)
    )
    assert "runs-queue" not in codes_of(plan(("jobs:\n", "jobs:\n" + jobs)))
