"""The estate that `make demo` applies, edited as a team edits it: whoever does not know the tool can explain each plan.

Every folder of `demo/` is an edit, with the plan that a pull request with it shows. The estate has been applied whole
before, to accounts in memory. `pytest tests/cases --accept` writes the golden files anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.api.estate import Estate, load
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.engine.operations import World
from reconciler.model.asked import Asked
from reconciler.model.observation import Observation
from reconciler.planning.plan import Plan
from reconciler.render.markdown import plan as markdown
from tests.cases.test_cases import as_json, as_text, compare
from tests.support.accounts import Cloud, at_noon
from tests.support.plans import document

HERE = Path(__file__).parent / "demo"
PROJECT = Path(__file__).parents[2]
EDITS = sorted(path.parent.name for path in HERE.glob("*/case.yaml"))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example estate, in which the test works."""
    (tmp_path / ".git").mkdir()
    for name in ("specs", "data"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look is at the same moment, so that plans are the same bytes every day."""
    look = operations.look

    def at_the_moment(*arguments: Any, **options: Any) -> Mapping[str, Observation]:
        return at_noon(look(*arguments, **options))

    monkeypatch.setattr(operations, "look", at_the_moment)


def world(cloud: Cloud, estate: Estate) -> World:
    targets = {name: cloud[name].target() for name in estate.specs.targets}
    return World(estate.specs, estate.facts, targets)


def edit(repository: Path, file: str, old: str, new: str, copy: str = "") -> None:
    """Replace one text in a file, or in a new one that starts as a copy."""
    text = (repository / (copy or file)).read_text()
    assert old in text, f"{old!r} does not stand in {copy or file}"
    (repository / file).write_text(text.replace(old, new, 1))


def plan_of(repository: Path, case: dict[str, Any]) -> Plan:
    """The plan of the edited estate, after the unedited one was applied."""
    before = load("specs")
    for change in case["edits"]:
        edit(repository, **change)
    after = load("specs")
    cloud = Cloud(after.specs)
    applied = world(cloud, before)
    operations.apply(applied, operations.plan(applied, parallelism=1), lambda _: None, Stop(), parallelism=1)
    assert not operations.plan(applied, parallelism=1).changes, "applied whole"
    return operations.plan(world(cloud, after), Asked(prune=case.get("prune", False)), 1)


@pytest.mark.parametrize("name", EDITS)
def test_edit(name: str, repository: Path, request: pytest.FixtureRequest) -> None:
    case = yaml.safe_load((HERE / name / "case.yaml").read_text())
    made = plan_of(repository, case)
    asked = Asked(prune=case.get("prune", False))
    assert not made.failed
    page = markdown.render(document(made, asked))
    goldens = {"plan.txt": as_text(made, asked), "plan.json": as_json(made, asked), "plan.md": page}
    for file, shown in goldens.items():
        compare(HERE / name / file, shown, accept=request.config.getoption("--accept"))


def test_every_edit_has_a_plan_to_explain() -> None:
    assert {p.name for p in HERE.iterdir()} == set(EDITS)
    assert len(EDITS) >= 8
