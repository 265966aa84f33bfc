"""Every folder here is a case: edits of the small estate and live state in; `plan.txt`, `plan.json` and `plan.md` out.

`case.yaml` says why the case is there; with `drift: true` it has a `drift.txt`, with `explain: [ADDRESS]` an
`explain.txt`. The specs are those of `tests/support/estate.py`, the form of the live state is explained in
`tests/support/live.py`. `pytest tests/cases --accept` writes the golden files anew.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.datasets.facts import DatasetFacts
from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.diagnostics import has_errors
from reconciler.model.observation import Observation
from reconciler.model.selection import Selection
from reconciler.planning import preflight
from reconciler.planning.costs.budget import check_budget
from reconciler.planning.explaining.explain import explain
from reconciler.planning.findings import make_report
from reconciler.planning.plan import Plan
from reconciler.planning.planner import make_plan
from reconciler.planning.removal.teardown import make_destroy_plan
from reconciler.planning.selecting import select
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import drift as render_drift
from reconciler.render import explain as render_explain
from reconciler.render import plan as render_plan
from reconciler.render.markdown import drift as drift_markdown
from reconciler.render.markdown import plan as markdown
from reconciler.render.text import Style, width
from tests.support.accounts import at_noon
from tests.support.estate import ESTATE, edited, facts_of, load_text
from tests.support.live import build
from tests.support.plans import document, written

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/case.yaml"))


@dataclass(frozen=True)
class World:
    """What the planner sees in a case, and its plan."""

    facts: dict[str, DatasetFacts]
    observed: dict[str, Observation]
    plan: Plan


def plan_case(case: dict[str, Any]) -> World:
    before = edited(ESTATE, *_edits(case, "before"))
    after = edited(before, *_edits(case, "edit"))
    cloud = build(before, case["live"], case.get("since", []))
    for account in cloud.accounts.values():
        account.hold = True
    specs = load_text(after)
    facts, world = facts_of(specs, case.get("contents")), cloud.world(specs)
    seen = operations.look(world, 1, every_checkpoint=True)
    observed = at_noon(operations.look_further_back(world, seen, 1))
    if case.get("destroy"):
        return World(facts, observed, select(make_destroy_plan(specs, facts, observed), selection_of(case)))
    made = select(make_plan(specs, facts, observed, prune=case.get("prune", False)), selection_of(case))
    observed = dict(operations.look_closer(world, observed, preflight.questions(made), 1))
    checked = preflight.check(made, specs, observed, applying=case.get("applying", False))
    return World(facts, observed, check_budget(checked, specs.budget))


def selection_of(case: dict[str, Any]) -> Selection:
    return Selection(tuple(case.get("select", ())), tuple(case.get("target", ())))


def _edits(case: dict[str, Any], key: str) -> list[tuple[str, str]]:
    return [(e["old"], e["new"]) for e in case.get(key, [])]


def as_text(made: Plan, asked: Asked) -> str:
    plain = Style(False)
    shown = document(made, asked)
    told = render_diagnostics.render([d.as_diagnostic() for d in shown.diagnostics], plain)
    return render_plan.render(shown, plain) + (f"\n{told}" if told else "")


def as_json(made: Plan, asked: Asked) -> str:
    return json.dumps(json.loads(written(made, asked)), indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, request: pytest.FixtureRequest) -> None:
    folder = HERE / name
    case = yaml.safe_load((folder / "case.yaml").read_text())
    assert case["why"].strip(), "a case says why it is there"
    world = plan_case(case)
    made = world.plan
    assert made.failed is case.get("fails", False), "`fails` says whether the plan has errors"
    assert has_errors(made.diagnostics) is made.failed
    asked = Asked(selection_of(case), prune=case.get("prune", False), destroy=case.get("destroy", False))
    shown = document(made, asked)
    goldens = {"plan.txt": as_text(made, asked), "plan.json": as_json(made, asked), "plan.md": markdown.render(shown)}
    if case.get("drift"):
        report = make_report(made, world.observed)
        told = render_drift.as_json(report, root="specs", version="test")
        goldens |= {"drift.txt": render_drift.render(report, Style(False)), "drift.md": drift_markdown.render(told)}
    if addresses := case.get("explain"):
        goldens["explain.txt"] = render_explain.render(
            explain(made, world.facts, world.observed, addresses), Style(False)
        )
    for file, text in goldens.items():
        compare(folder / file, text, accept=request.config.getoption("--accept"))


def compare(golden: Path, shown: str, *, accept: bool) -> None:
    """Fails with the difference; `accept` writes the golden file anew."""
    if accept:
        golden.write_text(shown)
    assert golden.exists(), f"{golden.name} is missing: pytest tests/cases --accept"
    expected = golden.read_text()
    if shown != expected:
        lines = difflib.unified_diff(expected.splitlines(), shown.splitlines(), "accepted", "now", lineterm="")
        pytest.fail("\n".join(["pytest tests/cases --accept takes this over:", *lines]), pytrace=False)


def test_reports_fit_80_columns() -> None:
    """All but the lines of spec files, which are shown as they stand there."""
    wide = [
        f"{file.relative_to(HERE)}: {line}"
        for file in (*HERE.glob("**/plan.txt"), *HERE.glob("**/drift.txt"))
        for line in file.read_text().splitlines()
        if width(line) > 80 and not line.lstrip(" 0123456789").startswith("| ")
    ]
    assert wide == []


def test_every_folder_is_a_case() -> None:
    """A folder without its case.yaml would be a case that nobody runs."""
    folders = {p.name for p in HERE.iterdir() if p.is_dir() and not p.name.startswith(("_", "."))} - {"demo"}
    assert folders == set(CASES)
