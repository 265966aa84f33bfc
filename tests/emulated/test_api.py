"""The Python API, as a program would use it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import reconciler
from reconciler import apply, drift, load, plan
from reconciler.model.errors import DiagnosticsError
from reconciler.model.events import Event, StepFinished
from tests.emulated.conftest import Bench


def test_load_plan_apply_and_drift(bench: Bench) -> None:
    estate = load("specs")
    assert len(plan(estate, emulator=bench.url, select=["job.triage"]).changes) == 3
    events: list[Event] = []
    applied = apply(estate, emulator=bench.url, on_event=events.append)
    assert applied.converged
    assert {e.outcome.step for e in events if isinstance(e, StepFinished)} == {c.key for c in applied.plan.changes}
    assert plan(estate, emulator=bench.url).changes == ()
    assert not drift(estate, emulator=bench.url).drifted

    account = f"/subscriptions/{'1' * 8}-1111-1111-1111-{'1' * 12}/resourceGroups/rg-secondlap-llm-eu/providers"
    url = f"{account}/Microsoft.CognitiveServices/accounts/aoai-secondlap-sweden/deployments/support-chat"
    live = bench.http.get(url, params={"api-version": "2025-09-01"}).json()
    edited = {"sku": {"name": "Standard", "capacity": 33}, "tags": live["tags"]}
    bench.http.patch(url, params={"api-version": "2025-09-01"}, json=edited).raise_for_status()
    report = drift(estate, emulator=bench.url)
    found = report.findings[0].drift
    assert report.drifted
    assert report.complete
    assert (str(found.address), found.cause) == ("deployment.support-chat@sweden", "edited")
    assert [(f.field, f.before, f.after) for f in found.fields] == [("capacity", 50, 33)]


def test_what_is_wrong_is_an_exception_with_diagnostics(bench: Bench) -> None:
    bench.edit("specs/triage.yaml", "n_epochs: 4", "n_epochs: many")
    with pytest.raises(DiagnosticsError) as refused:
        load("specs")
    assert [d.code.id for d in refused.value.diagnostics] == ["spec-value"]


def test_importing_it_is_light() -> None:
    program = "import reconciler, sys; assert 'pydantic' not in sys.modules; print(reconciler.__version__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == reconciler.__version__


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError):
        _ = reconciler.nothing
