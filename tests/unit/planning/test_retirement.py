"""The retirement calendar: what ends when, for whom, and at what distance it is a notice, a warning, an error."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reconciler.engine import operations
from reconciler.model.catalog import closing
from reconciler.model.observation import Observation, ObservedAccount, ObservedModel
from reconciler.model.selection import Selection
from reconciler.planning import preflight
from reconciler.planning.plan import Plan
from reconciler.planning.planner import make_plan
from reconciler.planning.retirement import Ending, Ends, calendar
from tests.support.accounts import Cloud
from tests.support.allowances import offered
from tests.support.estate import CHAT, CHAT_US, ESTATE, TRIAGE, edited, facts_of, load_text
from tests.support.live import build

NOON = int(datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp())
MINI, NANO = "gpt-4.1-mini-2025-04-14", "gpt-4.1-nano-2025-04-14"


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def observed_at_noon(cloud: Cloud, text: str) -> dict[str, Observation]:
    seen = operations.look(cloud.world(load_text(text)), 1)
    return {name: replace(o, observed_at=NOON) for name, o in seen.items()}


def list_base(cloud: Cloud, model: str, training: int | None, serving: int | None, target: str = "sweden") -> None:
    cloud[target].model_list[model] = ObservedModel(model, None, None, 1, True, serving, training)


def endings(cloud: Cloud, text: str = ESTATE) -> tuple[Ending, ...]:
    specs, observed = load_text(text), observed_at_noon(cloud, text)
    made = make_plan(specs, facts_of(specs), observed)
    return calendar(specs, made.graph, observed, made.models)


def checked(cloud: Cloud, text: str = ESTATE, selection: Selection | None = None) -> Plan:
    specs, observed = load_text(text), observed_at_noon(cloud, text)
    made = make_plan(specs, facts_of(specs), observed)
    return preflight.check(made, specs, observed, selection or Selection())


def test_a_chain_is_one_user_of_its_base() -> None:
    cloud = build(ESTATE, "converged", [])
    day = date(2027, 8, 1)
    list_base(cloud, MINI, midnight(day), None)
    (found,) = endings(cloud)
    assert (found.day, found.what, found.kind) == (day, MINI, Ends.TRAINING)
    assert [u.label for u in found.uses] == ["chain support"]
    assert found.days_left(NOON) == 153
    assert not found.passed(NOON)
    assert found.passed(midnight(day))


def test_what_is_used_twice_is_one_line() -> None:
    cloud = build(ESTATE, "converged", [])
    list_base(cloud, MINI, 1_900_000_000, None)
    text = edited(ESTATE, ("jobs:\n", f"jobs:\n  tone: {{target: sweden, base_model: {MINI}, training: valid}}\n"))
    (found,) = endings(cloud, text)
    assert [u.label for u in found.uses] == ["chain support", "job.tone"]


def test_what_is_served_ends_with_its_own_model_wherever_it_is_served() -> None:
    cloud = build(ESTATE, "converged", [])
    account = cloud["sweden"]
    for id, model in list(account.model_list.items()):
        if "triage" not in id:
            account.model_list[id] = replace(model, inference_ends=1_900_000_000)
    (found,) = endings(cloud)
    assert (found.what, found.kind) == ("the model of support/2026-02", Ends.SERVING)
    assert [u.address for u in found.uses] == [CHAT_US, CHAT]


def test_a_sku_may_end_before_its_model() -> None:
    text = edited(
        ESTATE,
        ("deployments:\n", "deployments:\n  plain:\n    model: {name: gpt-4.1-mini, version: \"2025-04-14\"}\n"
         "    sku: Standard\n    targets: {chicago: {}}\n"),
    )  # fmt: skip
    cloud = build(ESTATE, "converged", [])
    base = offered("gpt-4.1-mini", "2025-04-14", inference_ends=1_950_000_000)
    early = tuple(replace(sku, ends=1_900_000_000) if sku.name == "Standard" else sku for sku in base.skus)
    cloud["chicago"].allowances.models = [replace(base, skus=early)]
    specs, world = load_text(text), cloud.world(load_text(text))
    observed = observed_at_noon(cloud, text)
    made = make_plan(specs, facts_of(specs), observed)
    closer = operations.look_closer(world, observed, preflight.questions(made), 1)
    found = [e for e in calendar(specs, made.graph, closer, made.models) if e.kind is Ends.SERVING]
    assert [(e.what, e.ends) for e in found] == [
        (f"{MINI} as Standard", 1_900_000_000),
        (MINI, 1_950_000_000),
    ]


DISTANCES = [(91, None), (90, "retires"), (31, "retires"), (30, "retires-soon"), (1, "retires-soon")]


@pytest.mark.parametrize(("days", "code"), DISTANCES)
def test_distances(days: int, code: str | None) -> None:
    cloud = build(ESTATE, "converged", [])
    list_base(cloud, NANO, midnight(date(2027, 3, 1) + timedelta(days)), None)
    made = checked(cloud)
    assert [d.code.id for d in made.diagnostics] == ([code] if code else [])
    assert not made.failed


def test_training_that_has_ended_matters_to_what_is_to_be_trained() -> None:
    cloud = build(ESTATE, "converged", [])
    list_base(cloud, NANO, NOON, None)
    assert checked(cloud).diagnostics == ()
    made = checked(cloud, edited(ESTATE, ("training: tickets", "training: valid")))
    assert [(d.code.id, d.address) for d in made.diagnostics] == [("model-untrainable", TRIAGE)]
    assert made.by_key()["deployment.triage@sweden"].action.value == "blocked"


def test_a_base_model_that_serves_and_no_longer_may() -> None:
    """Nothing changes, and something is wrong: calls are answered with errors."""
    text = edited(ESTATE, ("model: {job: triage}", 'model: {name: gpt-4.1-nano, version: "2025-04-14"}'))
    cloud = build(text, "converged", [])
    list_base(cloud, NANO, None, NOON)
    made = checked(cloud, text)
    assert made.changes == ()
    assert [(d.code.id, d.address) for d in made.diagnostics] == [("model-retired", "deployment.triage@sweden")]


def test_only_what_is_selected_is_spoken_of() -> None:
    cloud = build(ESTATE, "converged", [])
    list_base(cloud, NANO, midnight(date(2027, 3, 9)), None)
    assert checked(cloud, selection=Selection(("job.triage",))).diagnostics
    assert not checked(cloud, selection=Selection(("job.support/*",))).diagnostics
    assert not checked(cloud, selection=Selection((), ("chicago",))).diagnostics


PLATFORM = """\
version: 1
estate: acme
targets:
  platform: {provider: openai, project: proj_one}
datasets:
  tickets: {file: tickets.jsonl}
jobs:
  triage: {target: platform, base_model: gpt-4.1-mini-2025-04-14, training: tickets}
"""


def on_platform(shutdown: date, now: int, mark: str = "") -> tuple[Ending, ...]:
    specs = load_text(PLATFORM)
    ends = midnight(shutdown)
    models = [ObservedModel(MINI, None, None, 1, None, ends, ends)]
    if mark:
        models.append(ObservedModel(f"ft:{MINI}:acme:{mark}-triage:1", None, None, 1, None, ends, ends))
    account = ObservedAccount("proj_one", "OpenAI", "", serves_by_name=True)
    observed = {"platform": Observation("platform", now, account, models=tuple(models))}
    made = make_plan(specs, facts_of(specs), observed)
    return calendar(specs, made.graph, observed, made.models)


def test_openais_closing_is_in_the_calendar_and_covers_what_ends_later() -> None:
    now = midnight(date(2026, 11, 21))
    (closes,) = on_platform(date(2027, 1, 14), now)
    assert (closes.day, closes.kind) == (closing.OPENAI_TRAINING_CLOSES, Ends.TRAINING)
    early = on_platform(date(2026, 12, 14), now)
    assert [e.what for e in early] == [MINI, "fine-tuning on OpenAI"]


def test_what_openai_serves_by_name_ends_with_its_base() -> None:
    now = midnight(date(2026, 11, 21))
    specs = load_text(PLATFORM)
    mark = next(iter(make_plan(specs, facts_of(specs), {"platform": Observation("platform", now)}).graph.runs.values()))
    *_, last = on_platform(date(2027, 1, 14), now, mark.mark)
    assert (last.what, last.kind, last.day) == ("the model of triage", Ends.SERVING, date(2027, 1, 14))


def test_versions_that_azure_has_retired() -> None:
    region = "    region: swedencentral\n"
    text = edited(ESTATE, (region, region + '    api_version: "2023-07-01-preview"\n'))
    cloud = build(text, "converged", [])
    (found,) = endings(cloud, text)
    assert (found.what, found.kind, found.day) == ("api-version 2023-07-01-preview", Ends.ANSWERING, date(2024, 7, 1))
    assert [d.code.id for d in checked(cloud, text).diagnostics] == ["api-version-retired"]


def test_a_retired_base_has_two_days_and_the_list_is_asked_before_the_table() -> None:
    cloud, nano = build(ESTATE, "converged", []), "gpt-4.1-nano-2025-04-14"

    def days(what: str) -> list[tuple[Ends, str]]:
        specs, observed = load_text(ESTATE), observed_at_noon(cloud, ESTATE)
        made = make_plan(specs, facts_of(specs), observed)
        found = calendar(specs, made.graph, observed, made.models, by_table=True)
        return [(e.kind, e.day.isoformat()) for e in found if e.what == what]

    by_table = f"{nano} (by the table of 2026-08-19)"
    assert days(by_table) == [(Ends.STARTING, "2026-10-14"), (Ends.TRAINING, "2027-04-14")]
    list_base(cloud, nano, midnight(date(2028, 1, 2)), midnight(date(2028, 1, 1)))
    assert days(nano) == [(Ends.STARTING, "2028-01-01"), (Ends.TRAINING, "2028-01-02")]
    assert days(by_table) == []
