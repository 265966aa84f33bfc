"""What one entry says of another."""

from __future__ import annotations

import pytest

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from tests.support.estate import ESTATE, edited, load_text
from tests.unit.specs.test_parse import place, problem, problems

DANGLING = [
    ("training: tickets", "training: ticket", "38:15", 'did you mean "tickets"?', "a job's training data"),
    ("validation: valid", "validation: vaild", "28:17", 'did you mean "valid"?', "a default of a chain, told there"),
    ("{chain: support}", "{chain: suport}", "42:20", 'did you mean "support"?', "a deployment's chain"),
    ("{chain: support}", "{chain: support, stage: 2026-03}", "42:36", 'did you mean "2026-02"?', "a stage"),
    ("{job: triage}", "{job: traige}", "50:18", 'did you mean "triage"?', "a deployment's job"),
    ("      chicago: {cap", "      chigaco: {cap", "48:7", 'did you mean "chicago"?', "a deployment's target"),
    ("nano-2025-04-14\n", "nano-2025-04-14\n    validation: qqq\n", "38:17", "", "nothing close: no guess"),
]


@pytest.mark.parametrize(("old", "new", "at", "hint", "why"), DANGLING)
def test_dangling_references(old: str, new: str, at: str, hint: str, why: str) -> None:
    found = problem(edited(ESTATE, (old, new)))
    assert (found.code.id, place(found), found.hint) == ("dangling-reference", f"specs/1.yaml:{at}", hint), why


def test_a_target_that_nobody_has() -> None:
    found = problems(edited(ESTATE, ("  triage:\n    target: sweden", "  triage:\n    target: swedn")))
    assert [(p.code.id, p.hint) for p in found] == [("dangling-reference", 'did you mean "sweden"?')]


def jobs(*pairs: tuple[str, str]) -> str:
    """Jobs that each start from another, or from a base model."""
    lines = ["jobs:"]
    for name, base in pairs:
        lines.append(f"  {name}: {{target: sweden, base_model: {base}, training: tickets}}")
    return "version: 1\n" + "\n".join(lines) + "\n"


def test_a_circle_is_shown_with_its_path_and_once() -> None:
    text = jobs(("b", "{job: c}"), ("c", "{job: d}"), ("d", "{job: b}"), ("a", "{job: b}"))
    (found,) = problems(ESTATE, text)
    assert found.code.id == "reference-cycle"
    assert found.detail == "job.b -> job.c -> job.d -> job.b."


def test_a_job_on_top_of_itself_is_a_circle() -> None:
    (found,) = problems(ESTATE, jobs(("a", "{job: a}")))
    assert found.detail == "job.a -> job.a."


def test_two_circles_are_two_problems() -> None:
    found = problems(ESTATE, jobs(("a", "{job: b}"), ("b", "{job: a}"), ("x", "{job: y}"), ("y", "{job: x}")))
    assert [p.detail for p in found] == ["job.a -> job.b -> job.a.", "job.x -> job.y -> job.x."]


def test_a_long_chain_of_jobs_is_no_circle() -> None:
    """500 jobs, each on top of the next by name: no recursion, no circle."""
    pairs = [(f"j{n:03}", f"{{job: j{n + 1:03}}}") for n in range(499)] + [("j499", "gpt-4.1-nano-2025-04-14")]
    assert len(load_text(ESTATE, jobs(*pairs)).jobs) == 503


def test_a_job_may_start_from_a_stage_of_a_chain() -> None:
    load_text(ESTATE, jobs(("a", "{job: support/2026-01}")))


def test_a_run_starts_from_a_model_of_its_own_account() -> None:
    found = problem(ESTATE, jobs(("a", "{job: triage}")).replace("target: sweden", "target: chicago"))
    assert found.code.id == "other-account"
    assert found.related[0][1].path == "specs/1.yaml", "the other job is shown too"


SUFFIXES = [
    ("a" * 23, True, "16 for the mark, 1 for the dash, 23: the 40 of Azure"),
    ("a" * 24, False, "one more"),
    ('""', True, "no suffix of one's own"),
]


@pytest.mark.parametrize(("suffix", "good", "why"), SUFFIXES)
def test_the_room_for_a_suffix(suffix: str, good: bool, why: str) -> None:
    text = edited(ESTATE, ("training: tickets", f"training: tickets\n    suffix: {suffix}"))
    if good:
        load_text(text)
        return
    found = problem(text)
    assert (found.code.id, found.hint, place(found)) == (
        "suffix-too-long",
        "23 characters at most",
        "specs/1.yaml:39:13",
    ), why


def test_a_name_that_is_too_long_for_the_suffix_it_becomes_is_told_at_the_name() -> None:
    found = problem(ESTATE, jobs(("a" * 24, "gpt-4.1-nano-2025-04-14")))
    assert (found.code.id, place(found)) == ("suffix-too-long", "specs/2.yaml:3:3")
    assert "the job's name by default" in found.detail


MODELS = [
    ("gpt-4.1-nano", 'did you mean "gpt-4.1-nano-2025-04-14"?', "an alias whose snapshot is known"),
    ("gpt-9", "name a dated snapshot", "an alias of a model of the future"),
    ("o4-mini", 'did you mean "o4-mini-2025-04-16"?', "reasoning models have aliases too"),
]


@pytest.mark.parametrize(("model", "hint", "why"), MODELS)
def test_an_alias_is_no_base_model(model: str, hint: str, why: str) -> None:
    found = problem(edited(ESTATE, ("gpt-4.1-nano-2025-04-14", model)))
    assert (found.code.id, found.hint) == ("model-alias", hint), why


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("gpt-3.5-turbo-0125", "a snapshot with an old date"),
        ("gpt-4.1-nano-2025-04-14.ft-" + "0" * 32 + "-x", "a fine-tuned model of Azure"),
        ("ft:gpt-4.1-mini-2025-04-14:org::abc", "a fine-tuned model of OpenAI"),
        ("Ministral-3B", "models of others never carry a date"),
    ],
)
def test_what_may_be_a_base_model(model: str, why: str) -> None:
    assert load_text(edited(ESTATE, ("gpt-4.1-nano-2025-04-14", f'"{model}"'))).jobs, why


def test_two_targets_of_one_account() -> None:
    """Resource Manager's ids have no case, so spelling does not hide it."""
    text = edited(
        ESTATE,
        ("22222222-2222-2222-2222-222222222222", "11111111-1111-1111-1111-111111111111"),
        ("rg-acme-us", "RG-ACME"),
        ("acme-chicago", "Acme-Sweden"),
    )
    found: Diagnostic = problem(text)
    assert (found.code.id, place(found), found.related[0][1].line) == ("target-shared", "specs/1.yaml:11:3", 5)


def test_a_deployment_without_a_sku_names_the_target() -> None:
    with pytest.raises(DiagnosticsError, match="target sweden"):
        load_text(edited(ESTATE, ("    sku: Standard\n    capacity: 50\n", "    capacity: 50\n")))


def test_a_deployment_whose_name_is_too_short_for_azure() -> None:
    found = problem(
        ESTATE, "version: 1\ndeployments:\n  x: {model: {job: triage}, sku: Standard, targets: {sweden: {}}}\n"
    )
    assert found.code.id == "spec-name"


@pytest.mark.parametrize(
    ("keys", "detail"),
    [
        ("training_type: data_zone", "Only Azure has training types; remove the key."),
        ("method: dpo, hyperparameters: {l2_multiplier: 0}", "Only Azure has an l2_multiplier; remove the key."),
    ],
)
def test_keys_that_only_azure_has(keys: str, detail: str) -> None:
    added = f"""\
version: 1
targets:
  project: {{provider: openai, project: proj_x}}
jobs:
  there: {{target: project, base_model: gpt-4.1-2025-04-14, training: tickets, {keys}}}
  here: {{target: sweden, base_model: gpt-4.1-2025-04-14, training: tickets, {keys}}}
"""
    found = [p for p in problems(ESTATE, added) if p.code.id == "spec-combination"]
    assert [p.detail for p in found] == [detail]


def test_the_multiplier_is_of_preference_training() -> None:
    (found,) = problems(ESTATE, jobs(("a", "gpt-4.1-2025-04-14, hyperparameters: {l2_multiplier: 0.5}")))
    assert found.detail == "`l2_multiplier` is a hyperparameter of dpo; the method is supervised."
