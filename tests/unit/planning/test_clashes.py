"""Two estates with one short mark in one account are an error before anything is written."""

from __future__ import annotations

from itertools import count

import pytest

from reconciler.engine import operations
from reconciler.model import marks
from reconciler.model.asked import Asked
from reconciler.model.marks import DeploymentMark
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import ESTATE, edited, load_text
from tests.support.live import build


def alike(length: int) -> str:
    """Another name whose SHA-256 begins with the same hex digits as acme's, up to `length` and no further."""
    own = marks.long_mark("acme")
    names = (f"team-{n}" for n in count())
    told = ((name, marks.long_mark(name)) for name in names)
    return next(name for name, long in told if long[:length] == own[:length] and long[length] != own[length])


SHORT, FORMER = alike(5), alike(4)
OTHER = edited(ESTATE, ("estate: acme", f"estate: {SHORT}"), ("training: tickets", "training: tickets\n    seed: 3"))


def test_the_names_are_what_they_should_be() -> None:
    assert marks.estate_mark(SHORT) == marks.estate_mark("acme") != marks.estate_mark(FORMER)
    assert marks.former_estate_mark(SHORT) == marks.former_estate_mark("acme") == marks.former_estate_mark(FORMER)


@pytest.mark.parametrize("left", ["files", "deployments", "metadata"])
def test_nothing_is_written_beside_an_estate_of_the_same_short_mark(left: str) -> None:
    """Whatever tells the other estate in full: a file, the tags of a deployment, the metadata of a run."""
    cloud = build(ESTATE, "converged", ())
    account = cloud["sweden"]
    if left != "files":
        account.file_list.clear()
    if left != "deployments":
        account.arm.raw.clear()
    if left == "metadata":
        for job in account.job_list.values():
            object.__setattr__(job, "metadata", {"estate": "acme"})
    world = cloud.world(load_text(OTHER))
    made = operations.plan(world, Asked(prune=True), parallelism=1)
    assert made.refused
    assert "estate-clash" in [d.code.id for d in made.diagnostics]
    assert operations.plan(world, Asked(destroy=True), parallelism=1).refused


def test_marks_of_version_1_clash_where_there_are_any() -> None:
    cloud = build(ESTATE, "converged", ())
    other = edited(ESTATE, ("estate: acme", f"estate: {FORMER}"))
    assert "estate-clash" not in [d.code.id for d in apply(cloud, other).plan.diagnostics]
    old = f"spring-{'0' * 16}-{marks.former_estate_mark('acme')}.jsonl"
    cloud["sweden"].upload(old, ())
    assert "estate-clash" in [d.code.id for d in apply(cloud, other).plan.diagnostics]


def test_the_tags_of_other_estates_are_no_clash() -> None:
    assert DeploymentMark.read(DeploymentMark("other", "deployment.a@b").tags())
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, edited(ESTATE, ("estate: acme", "estate: other")))
    assert "estate-clash" not in [d.code.id for d in apply(cloud, ESTATE).plan.diagnostics]
