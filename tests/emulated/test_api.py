"""The Python API, as a program would use it."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

import reconciler
from reconciler import apply, drift, load, plan
from reconciler.model.errors import DiagnosticsError
from reconciler.model.events import Event, StepFinished
from tests.emulated.conftest import PROJECT, Bench


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
    edited = {"sku": {"name": "GlobalStandard", "capacity": 33}, "tags": live["tags"]}
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


def test_importing_it_imports_nothing_else() -> None:
    usual = "import __future__, importlib, sys, typing; before = set(sys.modules)"
    program = f"{usual}; import reconciler; print(set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'reconciler'}"


def test_what_is_offered_can_be_imported() -> None:
    offered = {name: getattr(reconciler, name) for name in reconciler.__all__}
    assert all(value is not None for value in offered.values())
    homes = [name for names in reconciler._HOMES.values() for name in names]
    assert sorted([*homes, "__version__"]) == sorted(reconciler.__all__)


UNKNOWN: list[tuple[dict[str, Any], str]] = [
    ({"targets": ["swedne"]}, 'did you mean "sweden"?'),
    ({"select": ["job.triag"]}, 'did you mean "job.triage"?'),
    ({"select": ["job.zzz*"]}, ""),
    ({"targets": ["sweden", "job.triage"]}, ""),
]


@pytest.mark.parametrize(("limit", "hint"), UNKNOWN)
@pytest.mark.parametrize("call", [plan, apply, drift])
def test_what_the_specs_do_not_have_is_refused(bench: Bench, call: Any, limit: dict[str, Any], hint: str) -> None:
    estate = load("specs")
    with pytest.raises(DiagnosticsError) as refused:
        call(estate, **limit)
    assert [(d.code.id, d.hint) for d in refused.value.diagnostics] == [("unknown-address", hint)]
    assert bench.creates() == []


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"targets": "sweden"}, TypeError, "targets takes a list of strings, such as [\"sweden\"]; it was given 'sweden'."),
    ({"select": "job.triage"}, TypeError, "select takes a list of strings"),
    ({"select": b"job.triage"}, TypeError, "select takes a list of strings"),
    ({"select": [1]}, TypeError, "one of them is 1"),
    ({"parallelism": 0}, ValueError, "parallelism is how many steps are done at once, at least 1; it was given 0."),
    ({"parallelism": True}, ValueError, "parallelism"),
]


@pytest.mark.parametrize(("given", "error", "words"), WRONG)
@pytest.mark.parametrize("call", [plan, apply, drift])
def test_arguments_of_the_wrong_kind(
    bench: Bench, call: Any, given: dict[str, Any], error: type[Exception], words: str
) -> None:
    estate = load("specs")
    with pytest.raises(error) as refused:
        call(estate, **given)
    assert words in str(refused.value)


def test_the_emulator_of_the_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has set it believes that nothing reaches a cloud."""
    monkeypatch.setenv("RECONCILER_EMULATOR", bench.url + "/")
    estate = load("specs")
    assert plan(estate).changes
    assert bench.requests("GET")
    monkeypatch.setenv("RECONCILER_EMULATOR", "http://127.0.0.1:9")
    with pytest.raises(DiagnosticsError) as refused:
        plan(estate)
    assert [d.code.id for d in refused.value.diagnostics] == ["emulator-unreachable"]
    assert plan(estate, emulator=bench.url).changes, "an argument is asked before the environment"


@pytest.mark.parametrize("call", [plan, apply, drift])
def test_the_time_counts_from_the_call(bench: Bench, call: Any) -> None:
    rule = {"fault": "status", "status": 503, "method": "GET", "path": "/", "count": None, "retry_after": 20}
    bench.http.post("/_emulator/faults", json={"rules": [rule]}).raise_for_status()
    with pytest.raises(DiagnosticsError) as ended:
        call(load("specs"), timeout=0.3)
    assert [d.code.id for d in ended.value.diagnostics] == ["time-up"]
    assert bench.creates() == []


def test_every_example_of_the_documentation(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    page = (PROJECT / "docs/python.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(examples) == page.count("```") // 2 > 5
    namespace: dict[str, Any] = {}
    for example in examples:
        exec(compile(example, "docs/python.md", "exec"), namespace)
    told = capsys.readouterr().out
    assert "train job.triage because " in told
    assert 'error unknown-address There is no target "swedne".' in told


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError):
        _ = reconciler.nothing
