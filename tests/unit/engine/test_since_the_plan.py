"""What is looked at again between the plan and the step: (plan, what happened since, outcome, writes).

An apply may be days younger than its plan. Each row makes a plan, lets something happen, carries the plan out, and says
how the step ends and what was written. Nothing else may have been written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.datasets.digest import digest_of, row_digest
from reconciler.datasets.rows import parse_row
from reconciler.engine import operations
from reconciler.engine.operations import World
from reconciler.model import marks
from reconciler.model.asked import WHOLE, Asked
from reconciler.model.events import Outcome
from reconciler.model.observation import JobError, ObservedFile, ObservedJob
from reconciler.model.resource import DesiredRun
from reconciler.planning.graph import build_graph
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Account, Cloud, Fault
from tests.support.applies import carry_out
from tests.support.estate import ESTATE, SORTER, TRIAGE, edited, facts_of, load_text
from tests.unit.planning.test_leftovers import NO_TRIAGE, NOTHING_KEPT, live

BARE = edited(NO_TRIAGE, NOTHING_KEPT)
ONLY_TRIAGE = ESTATE[: ESTATE.index("chains:")] + ESTATE[ESTATE.index("jobs:") : ESTATE.index("deployments:")]
PATIENT = edited(ONLY_TRIAGE, ("    training: tickets\n", "    training: tickets\n    retries: 2\n"))
PRUNE = Asked(prune=True)
FILE = "dataset.tickets@sweden"
DROPPED = ServiceError("connection dropped")
NO_LIST = ServiceError("the list is down", status=503)
COUNTED = ("upload", "create_job", "cancel_job", "delete_file", "delete_model", "forget_job")


def run_of(text: str = ONLY_TRIAGE) -> DesiredRun:
    specs = load_text(text)
    return next(r for a, r in build_graph(specs, facts_of(specs)).runs.items() if str(a) == TRIAGE)


RUN = run_of()
NAME = marks.file_name("tickets", RUN.ingredients.training, "acme")


@dataclass
class Scene:
    """A cloud, the specs that are planned and applied, and what a row notes on the way."""

    cloud: Cloud
    text: str = ONLY_TRIAGE
    asked: Asked = WHOLE
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def sweden(self) -> Account:
        return self.cloud["sweden"]

    def world(self) -> World:
        return self.cloud.world(load_text(self.text))

    def run(self, id: str, status: str = "running", **changes: Any) -> ObservedJob:
        """A run with the wanted mark that somebody else has started; it reads our file, if there is one."""
        file = next((f.id for f in self.sweden.file_list.values() if f.filename == NAME), None)
        job = ObservedJob(
            id, status, 1_800_000_000 + len(self.sweden.job_list), None, str(RUN.base), None, RUN.suffix, file, None,
            None, {}, None, None,
        )  # fmt: skip
        self.sweden.job_list[id] = replace(job, **changes)
        return self.sweden.job_list[id]

    def file(self, id: str, created_at: int, status: str = "processed") -> ObservedFile:
        file = ObservedFile(id, NAME, status, 1, "fine-tune", created_at)
        self.sweden.file_list[id] = file
        return file

    def at(self, method: str, call: int, happens: Callable[[], object]) -> None:
        """Let something happen right before that call (from 1) of a method of the account."""
        original, count = getattr(self.sweden, method), [0]

        def called(*arguments: Any, **named: Any) -> Any:
            count[0] += 1
            if count[0] == call:
                happens()
            return original(*arguments, **named)

        setattr(self.sweden, method, called)


def nothing() -> Scene:
    return Scene(Cloud(load_text(ONLY_TRIAGE)))


def converged(text: str = ESTATE) -> Cloud:
    cloud = live(text)
    for account in cloud.accounts.values():
        account.arm.writes.clear()
    return cloud


def left_the_specs() -> Scene:
    """The triage job and its deployment have left the specs, and what is theirs goes."""
    return Scene(converged(), BARE, PRUNE)


def two_runs() -> Scene:
    """Two unfinished runs with one mark: the plan cancels the younger one."""
    scene = nothing()
    scene.sweden.hold = True
    scene.file("file-1", 1)
    scene.run("ftjob-elder")
    scene.run("ftjob-younger")
    return scene


def two_files() -> Scene:
    """A file that stands there twice, the younger of which is spare."""
    scene = Scene(converged(ONLY_TRIAGE))
    first = next(f for f in scene.sweden.file_list.values() if f.filename == NAME)
    scene.file("file-spare", first.created_at + 5)
    return scene


def patient() -> Scene:
    """Two more attempts are left for a run that fails."""
    return Scene(Cloud(load_text(PATIENT)), PATIENT)


def rows_read() -> Scene:
    """A service that reads what is sent."""
    scene = nothing()
    scene.sweden.reads = True
    return scene


def tagged(**tags: str) -> Callable[[Scene], None]:
    def happens(scene: Scene) -> None:
        raw = scene.sweden.arm.raw["triage"]
        scene.sweden.arm.raw["triage"] = {**raw, "tags": {**raw["tags"], **tags}}

    return happens


def the_elder_failed(scene: Scene) -> None:
    scene.sweden.end("ftjob-elder", "failed")


def the_elder_was_cancelled(scene: Scene) -> None:
    scene.sweden.end("ftjob-elder", "cancelled")


def the_younger_failed(scene: Scene) -> None:
    scene.sweden.end("ftjob-younger", "failed")


def a_late_elder_rival_is_listed(scene: Scene) -> None:
    """Our run is followed when the lists first show one that somebody had started before."""
    scene.sweden.hold = True

    def rival() -> None:
        scene.run("ftjob-rival", created_at=1)

    scene.at("progress", 1, rival)
    scene.at("progress", 2, lambda: setattr(scene.sweden, "hold", False))


def its_data_is_refused(scene: Scene) -> None:
    scene.sweden.failure = JobError("invalid_training_file", "No.")
    scene.sweden.ends["tickets"] = deque(["failed"] * 3)


def the_bill_is_unpaid(scene: Scene) -> None:
    its_data_is_refused(scene)
    scene.sweden.failure = JobError("exceeded_quota", "Creating this job would exceed your hard limit.")


def an_accident_of_the_service(scene: Scene) -> None:
    scene.sweden.ends["tickets"] = deque(["failed", "succeeded"])


def the_elder_file_left(scene: Scene) -> None:
    del scene.sweden.file_list[next(id for id in scene.sweden.file_list if id != "file-spare")]


def somebody_reads_the_spare(scene: Scene) -> None:
    scene.run("ftjob-reader", training_file="file-spare", suffix="theirs")
    scene.sweden.hold = True


def somebody_reads_the_file(scene: Scene) -> None:
    file = next(id for id, f in scene.sweden.file_list.items() if f.filename.startswith("tickets"))
    scene.run("ftjob-reader", training_file=file, suffix="theirs")
    scene.sweden.hold = True


def a_younger_copy_is_read(scene: Scene) -> None:
    """Somebody sends the same file after ours, and starts to train on it, before we look."""

    def rival() -> None:
        scene.file("file-younger", 1_900_000_000)
        scene.run("ftjob-reader", "pending", training_file="file-younger", suffix="theirs")
        scene.sweden.hold = True

    scene.at("files", 2, rival)  # the first look is the one before our own upload
    scene.at("create_job", 1, lambda: setattr(scene.sweden, "hold", False))


def an_elder_copy_stands_there(scene: Scene) -> None:
    scene.at("files", 2, lambda: scene.file("file-elder", 1))


def an_elder_copy_is_still_checked(scene: Scene) -> None:
    """A run that is created before the service has checked its file would be refused."""
    scene.at("files", 2, lambda: scene.file("file-elder", 1, "running"))
    scene.at("files", 5, lambda: scene.file("file-elder", 1))
    scene.at("create_job", 1, lambda: _assert_checked(scene))


def _assert_checked(scene: Scene) -> None:
    assert scene.sweden.file_list["file-elder"].status == "processed"


def the_run_was_started(scene: Scene) -> None:
    scene.run("ftjob-theirs")


def it_was_cloned(scene: Scene) -> None:
    scene.run("ftjob-clone", base_model="gpt-4.1-mini-2025-04-14")
    scene.sweden.hold = True


def the_list_goes_down(scene: Scene) -> None:
    """Right after the create, for longer than a read is retried."""
    scene.at("create_job", 1, lambda: scene.sweden.fail("jobs", *[Fault(NO_LIST)] * 7))


def the_answer_is_a_conflict(scene: Scene) -> None:
    scene.sweden.fail("create_job", Fault(ServiceError("another", status=409, code="ResourceExists"), heard=True))


def the_day_is_full(scene: Scene) -> None:
    words = "The maximum of 8 fine-tuning requests per day."
    scene.sweden.fail("create_job", *[Fault(ServiceError(words, status=429, code="daily_rate_limit_exceeded"))] * 9)


def the_list_forgets_suffixes(scene: Scene) -> None:
    jobs = scene.sweden.jobs
    scene.sweden.hold = True
    scene.sweden.jobs = lambda: [replace(j, suffix=None) for j in jobs()]  # type: ignore[method-assign]


def the_create_is_dated_late(scene: Scene) -> None:
    create = scene.sweden.create_job

    def late(request: Any) -> ObservedJob:
        job = create(request)
        return replace(job, created_at=job.created_at + 1_000_000)

    scene.sweden.create_job = late  # type: ignore[method-assign]


def a_person_cancels_it(scene: Scene) -> None:
    def cancelled() -> None:
        scene.sweden.end(next(iter(scene.sweden.job_list)), "cancelled")

    scene.sweden.hold = True
    scene.at("progress", 1, cancelled)


def the_model_is_served(scene: Scene) -> None:
    model = next(m for m in scene.sweden.model_list if m.endswith("-triage"))
    body = {"sku": {"name": "Standard"}, "properties": {"model": {"name": model}}, "tags": {}}
    scene.cloud["chicago"].arm.put("portal", body)


def the_model_stays(scene: Scene) -> None:
    refused = ServiceError("in use", status=409, code="conflict")
    scene.sweden.fail("delete_model", Fault(refused))


@dataclass(frozen=True)
class Row:
    why: str
    plan: Callable[[], Scene]
    since: Callable[[Scene], None]
    step: str
    outcome: str
    """The result, and a code or a word of its detail where that matters."""
    writes: Mapping[str, int] = field(default_factory=dict)
    served: tuple[str, ...] = ()
    """Writes to deployments: method and name."""


TRAINS = {"upload": 1, "create_job": 1}
ROWS = [
    Row("protected since", left_the_specs, tagged(**{marks.TAG_PROTECT: "true"}), SORTER, "failed protected"),
    Row("another estate's since", left_the_specs, tagged(**{marks.TAG_ESTATE: "other"}), SORTER, "failed name-clash"),
    Row("the winner failed", two_runs, the_elder_failed, f"{TRIAGE}#", "unchanged ftjob-younger is running"),
    Row("the winner was cancelled", two_runs, the_elder_was_cancelled, f"{TRIAGE}#", "unchanged ftjob-younger"),
    Row("the loser ended by itself", two_runs, the_younger_failed, f"{TRIAGE}#", "unchanged ftjob-younger is failed"),
    Row("nothing happened", two_runs, lambda _: None, f"{TRIAGE}#", "cancelled ftjob-younger", {"cancel_job": 1}),
    Row("the rows changed", rows_read, lambda _: None, FILE, "failed dataset-lock"),
    Row(
        "an elder rival is listed late",
        nothing,
        a_late_elder_rival_is_listed,
        TRIAGE,
        "trained",
        {**TRAINS, "cancel_job": 1},
    ),
    Row("its data is at fault", patient, its_data_is_refused, TRIAGE, "failed run-failed", TRAINS),
    Row("the bill is unpaid", patient, the_bill_is_unpaid, TRIAGE, "failed run-failed", TRAINS),
    Row("an accident", patient, an_accident_of_the_service, TRIAGE, "trained", {"upload": 1, "create_job": 2}),
    Row("the elder file left", two_files, the_elder_file_left, FILE, "unchanged it is needed"),
    Row("the spare file is read", two_files, somebody_reads_the_spare, FILE, "unchanged it is needed"),
    Row("the spare file is spare", two_files, lambda _: None, FILE, "destroyed file-spare", {"delete_file": 1}),
    Row(
        "a younger copy is read",
        nothing,
        a_younger_copy_is_read,
        FILE,
        "uploaded",
        TRAINS,
    ),
    Row(
        "an elder copy is listed",
        nothing,
        an_elder_copy_stands_there,
        FILE,
        "unchanged file-elder, which somebody else sent",
        {**TRAINS, "delete_file": 1},
    ),
    Row(
        "an elder copy is still checked",
        nothing,
        an_elder_copy_is_still_checked,
        FILE,
        "unchanged file-elder, which somebody else sent",
        {**TRAINS, "delete_file": 1},
    ),
    Row("somebody started it", nothing, the_run_was_started, TRIAGE, "trained", {"upload": 1}),
    Row("it was cloned", nothing, it_was_cloned, TRIAGE, "failed run-impostor", {"upload": 1}),
    Row("the list fails after the create", nothing, the_list_goes_down, TRIAGE, "trained", TRAINS),
    Row("a conflict that was heard", nothing, the_answer_is_a_conflict, TRIAGE, "trained", TRAINS),
    Row("the day's limit is reached", nothing, the_day_is_full, TRIAGE, "failed training-daily", {"upload": 1}),
    Row(
        "the list lacks the mark",
        nothing,
        the_list_forgets_suffixes,
        TRIAGE,
        "failed mark-lost",
        {**TRAINS, "cancel_job": 1},
    ),
    Row("the create is dated late", nothing, the_create_is_dated_late, TRIAGE, "trained", TRAINS),
    Row("a person cancels it", nothing, a_person_cancels_it, TRIAGE, "failed run-cancelled", TRAINS),
    Row(
        "the model is served",
        left_the_specs,
        the_model_is_served,
        f"{TRIAGE}#",
        "failed model-in-use",
        served=("DELETE triage",),
    ),
    Row("the model stays", left_the_specs, the_model_stays, f"{TRIAGE}#", "failed ", served=("DELETE triage",)),
    Row("a file came into use", left_the_specs, somebody_reads_the_file, FILE, "unchanged ftjob-reader reads it",
        {"delete_model": 1, "forget_job": 1}, ("DELETE triage",)),
]  # fmt: skip


def told(outcome: Outcome) -> str:
    """The result, the codes and the detail in one line."""
    return " ".join([outcome.result.value, *(d.code.id for d in outcome.diagnostics), outcome.detail])


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.why)
def test_since_the_plan(row: Row) -> None:
    scene = row.plan()
    world = scene.world()
    made = operations.plan(world, scene.asked, parallelism=1)
    before = {name: scene.sweden.calls[name] for name in COUNTED}
    row.since(scene)
    story = carry_out(scene.cloud, world, made, wait=row.plan is not two_runs)  # those runs never end
    steps = [o for o in story.outcomes if o.step.startswith(row.step)]
    assert steps, [o.step for o in story.outcomes]
    assert told(steps[0]).startswith(row.outcome), told(steps[0])
    written = {name: n for name in COUNTED if (n := scene.sweden.calls[name] - before[name])}
    assert written == row.writes
    served = [f"{method} {name}" for a in scene.cloud.accounts.values() for method, name, _ in a.arm.writes]
    assert tuple(served) == row.served


def test_a_second_try_starts_from_what_is_there_by_then() -> None:
    """The first write is not heard, and somebody edits the deployment before the second."""
    cloud = converged()
    text = edited(ESTATE, ("    capacity: 10\n", "    capacity: 20\n"))
    refused: list[str] = []

    def refuse(_method: str, name: str) -> ServiceError | None:
        if refused or name != "triage":
            return None
        refused.append(name)
        raw = cloud["sweden"].arm.raw[name]
        cloud["sweden"].arm.raw[name] = {**raw, "tags": {**raw["tags"], "owner": "ana"}}
        return ServiceError("oops", status=500)

    cloud["sweden"].arm.refuse = refuse
    world = cloud.world(load_text(text))
    carry_out(cloud, world, operations.plan(world, parallelism=1))
    live_now = cloud["sweden"].arm.raw["triage"]
    assert (live_now["sku"]["capacity"], live_now["tags"].get("owner")) == (20, "ana")


def test_the_rows_that_were_planned_are_the_rows_that_are_sent(tmp_path: Path) -> None:
    """The same rows pass; a row that was edited since the plan does not."""
    file = tmp_path / "tickets.jsonl"
    file.write_bytes(b'{"a":1}\n{"a":2}\n')
    scene = rows_read()
    digest = digest_of(b"".join(row_digest(parse_row(line)) for line in file.read_bytes().splitlines()))
    facts = {"tickets": replace(facts_of(load_text(ONLY_TRIAGE))["tickets"], file=file, digest=digest)}
    world = scene.world()
    world = replace(world, facts={**world.facts, **facts})
    made = operations.plan(world, parallelism=1)
    before = file.read_bytes()
    file.write_bytes(b'{"a":1}\n{"a":3}\n')
    assert carry_out(scene.cloud, world, made).results[FILE].value == "failed"
    assert scene.sweden.file_list == {}
    file.write_bytes(before)
    assert carry_out(scene.cloud, world, made).results[FILE].value == "uploaded"


def test_the_file_of_somebody_else_is_not_taken_back_when_training_is_refused() -> None:
    """We gave way to his file; the service then refuses to train. Only what we sent goes."""
    scene = nothing()
    world = scene.world()
    target = replace(world.targets["sweden"], may_refuse_training=True)
    world = replace(world, targets={**world.targets, "sweden": target})
    made = operations.plan(world, parallelism=1)
    an_elder_copy_stands_there(scene)
    scene.sweden.fail("create_job", Fault(ServiceError("no", status=403, code="training_not_available")))
    story = carry_out(scene.cloud, world, made)
    assert story.results[TRIAGE].value == "failed"
    assert list(scene.sweden.file_list) == ["file-elder"]


@pytest.mark.parametrize("code", ["daily_rate_limit_exceeded", "insufficient_quota"])
def test_what_is_refused_for_good_is_sent_once(code: str) -> None:
    scene = nothing()
    scene.sweden.fail("create_job", *[Fault(ServiceError("no more", status=429, code=code))] * 9)
    world = scene.world()
    story = carry_out(scene.cloud, world, operations.plan(world, parallelism=1))
    assert story.results[TRIAGE].value == "failed"
    assert len(scene.sweden.faults["create_job"]) == 8
