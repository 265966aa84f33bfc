"""A spec root to specs: one namespace, every problem at once, and nothing from outside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from reconciler.specs.estate import Specs
from reconciler.specs.parse import load
from tests.support.estate import ESTATE, edited, load_files, load_text, write_files


def problems(*texts: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(DiagnosticsError) as caught:
        load_text(*texts)
    return caught.value.diagnostics


def problem(*texts: str) -> Diagnostic:
    (only,) = problems(*texts)
    return only


def place(found: Diagnostic) -> str:
    assert found.range is not None
    return f"{found.range.path}:{found.range.line}:{found.range.column}"


def everything(specs: Specs) -> tuple[object, ...]:
    return (
        specs.estate,
        {n: e.spec for n, e in specs.targets.items()},
        {n: e.spec for n, e in specs.datasets.items()},
        {n: e.spec for n, e in specs.jobs.items()},
        specs.chains,
        {n: e.spec for n, e in specs.deployments.items()},
    )


def test_one_namespace_whatever_the_files() -> None:
    """The same entries in one file, or in several in folders, are the same specs."""
    top, _, deployments = ESTATE.partition("deployments:")
    split = {"a/top.yaml": top, "b/deep/er.yml": "version: 1\ndeployments:" + deployments}
    assert everything(load_files(split)) == everything(load_text(ESTATE))


def test_what_is_no_spec_file_is_not_read() -> None:
    files = {"a.yaml": ESTATE, "notes.txt": "{", ".hidden.yaml": "{", ".git/b.yaml": "{", "a.yaml.bak": "{"}
    assert load_files(files).files == 1


def test_all_problems_at_once_in_the_order_of_the_files() -> None:
    wrong = edited(ESTATE, ("training: tickets", "trainin: tickets"), ("capacity: 50", "capacity: lots"))
    found = problems(wrong, "version: 2\nnonsense: 1\n")
    assert [(p.code.id, place(p)) for p in found] == [
        ("spec-missing-key", "specs/1.yaml:35:3"),
        ("spec-unknown-key", "specs/1.yaml:38:5"),
        ("spec-value", "specs/1.yaml:44:15"),
        ("spec-version", "specs/2.yaml:1:10"),
        ("spec-unknown-key", "specs/2.yaml:2:1"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("    hyperparameters:", "    hyperparamters:", 'did you mean "hyperparameters"?'),
        ("{n_epochs: 2}", "{n_epoch: 2}", 'did you mean "n_epochs"?'),
        ("capacity: 20", "capactiy: 20", 'did you mean "capacity"?'),
        ("region: northcentralus", "region: northcentralus\n    acount: x", 'did you mean "account"?'),
        ("deployments:", "deployment:", 'did you mean "deployments"?'),
        ("model: {chain: support}", "model: {chain: support, stge: x}", 'did you mean "stage"?'),
    ],
)
def test_did_you_mean(old: str, new: str, hint: str) -> None:
    """A key that nobody knows is answered with the one that was meant, at every level of the language."""
    found = [p for p in problems(edited(ESTATE, (old, new))) if p.code.id == "spec-unknown-key"]
    assert hint in {p.hint for p in found}


def test_an_unknown_key_of_a_chain_is_told_once_and_not_once_a_stage() -> None:
    found = problem(edited(ESTATE, ("    validation: valid", "    validation: valid\n    colour: red")))
    assert (found.code.id, place(found)) == ("spec-unknown-key", "specs/1.yaml:29:5")


DUPLICATES = [
    ("jobs:\n  triage: {}\n", "specs/2.yaml:3:3", "specs/1.yaml:35:3", "jobs of two files"),
    ("targets:\n  sweden: {}\n", "specs/2.yaml:3:3", "specs/1.yaml:5:3", "targets of two files"),
    ("chains:\n  triage: {}\n", "specs/2.yaml:3:3", "specs/1.yaml:35:3", "a chain and a job: its stages are jobs"),
]


@pytest.mark.parametrize(("section", "again", "first", "why"), DUPLICATES)
def test_a_name_twice_is_shown_at_both_places(section: str, again: str, first: str, why: str) -> None:
    found = problem(ESTATE, f"version: 1\n{section}")
    ((word, there),) = found.related
    assert (found.code.id, place(found), word, f"{there.path}:{there.line}:{there.column}") == (
        "duplicate-name",
        again,
        "first",
        first,
    ), why


def test_two_stages_of_one_name_are_shown_at_both_places() -> None:
    found = problem(edited(ESTATE, ("name: 2026-02", "name: 2026-01")))
    assert (found.code.id, place(found)) == ("duplicate-name", "specs/1.yaml:32:16")
    assert found.related[0][1].line == 31


def test_a_job_and_a_dataset_may_share_a_name() -> None:
    load_text(edited(ESTATE, ("tickets", "triage")))


ESTATES = [
    ("version: 1\n", ["spec-estate"], "no estate at all"),
    ("version: 1\nestate: a\nestate: b\n", ["duplicate-key"], "two in one file are one key twice"),
    ("version: 1\nestate: Big\n", ["spec-name"], "capital letters"),
    ("version: 1\nestate: 7\n", ["spec-name"], "a number is no name"),
    ("version: 1\nestate:\n", ["spec-name"], "nothing is no name"),
    ("version: 1\nestate: " + "a" * 64 + "\n", ["spec-name"], "64 characters"),
]


@pytest.mark.parametrize(("text", "ids", "why"), ESTATES)
def test_the_estate_needs_one_name(text: str, ids: list[str], why: str) -> None:
    assert [p.code.id for p in problems(text)] == ids, why


def test_an_estate_named_in_two_files_is_shown_at_both_places() -> None:
    found = problem(ESTATE, "version: 1\nestate: acme\n")
    assert (found.code.id, place(found), found.related[0][1].path) == (
        "spec-estate",
        "specs/2.yaml:2:9",
        "specs/1.yaml",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("datasets:\n", "no version"),
        ("version: 2\n", "a version of the future"),
        ("version: 1.0\n", "equal to 1 and written otherwise"),
        ("", "an empty file"),
        ("# a note\n", "a file of comments"),
        ("version: true\n", "equal to 1 in Python and no version"),
        ('version: "1"\n', "a string"),
        ("[1]\n", "a list"),
        ("just words\n", "words"),
    ],
)
def test_every_file_says_its_version(text: str, why: str) -> None:
    assert [p.code.id for p in problems(ESTATE, text)] == ["spec-version"], why


NAMES = [
    ("a", True, "one character"),
    ("2026-01", True, "a month"),
    ("a.b-c", True, "dots and dashes inside"),
    ("a" * 63, True, "the longest"),
    ("a" * 64, False, "longer"),
    ("-a", False, "a dash first"),
    ("a.", False, "a dot last"),
    ("A", False, "capitals"),
    ("a_b", False, "underscores"),
    ("a/b", False, "the slash is for stages"),
    ('"a\\n"', False, "a line end"),
    ("ä", False, "letters beyond ASCII"),
]


@pytest.mark.parametrize(("name", "good", "why"), NAMES)
def test_names(name: str, good: bool, why: str) -> None:
    text = f"version: 1\nestate: acme\ndatasets:\n  {name}: {{file: x.jsonl}}\n"
    if good:
        assert load_text(text).datasets, why
    else:
        assert problem(text).code.id == "spec-name", why


VALUES = [
    ("capacity: 50", "capacity: 0", "nothing is no capacity"),
    ("capacity: 50", "capacity: 2.5", "capacity is whole"),
    ("capacity: 50", 'capacity: "50"', "nothing is coerced"),
    ("{n_epochs: 3}", "{n_epochs: 0}", "no epoch"),
    ("{n_epochs: 3}", "{n_epochs: true}", "a truth value is no number"),
    ("{n_epochs: 3}", "{learning_rate_multiplier: 1e400}", "infinity"),
    ("training: tickets", "training: tickets\n    seed: -1", "a seed below zero"),
    ("training: tickets", "training: tickets\n    suffix: UPPER", "capitals in a suffix"),
    ("training: tickets", "training: tickets\n    method: telepathy", "a method that is none"),
    ("subscription: 1111", "subscription: x111", "a subscription is a UUID"),
    ("provider: azure\n    subscription: 2", "provider: azur\n    subscription: 2", "a provider that is none"),
    ("{file: tickets.jsonl}", "tickets.jsonl", "a dataset is a mapping"),
    ("targets:\n      sweden: {}\n      chicago", "targets:\n      sweden: []\n      chicago", "a target is a mapping"),
    ("tags: {team: support}", "tags: {team: 7}", "tags are strings"),
]


@pytest.mark.parametrize(("old", "new", "why"), VALUES)
def test_values_that_do_not_fit(old: str, new: str, why: str) -> None:
    assert {p.code.id for p in problems(edited(ESTATE, (old, new)))} == {"spec-value"}, why


def test_a_union_is_told_as_the_user_wrote_it() -> None:
    """pydantic names the branch of a union in its paths; no user wrote that."""
    found = problem(edited(ESTATE, ("model: {job: triage}", "model: {name: gpt-4.1-mini}")))
    assert (found.code.id, found.hint) == ("spec-missing-key", "needs version")
    assert "<" not in found.detail


def test_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("version: 1\nestate: stolen\n")
    inside = tmp_path / "repo"
    inside.mkdir()
    root = write_files(inside, {"a.yaml": ESTATE})
    (root / "b.yaml").symlink_to(outside)
    with pytest.raises(DiagnosticsError) as caught:
        load(root)
    assert [p.code.id for p in caught.value.diagnostics] == ["file-outside"]


def test_a_link_inside_the_repository_is_followed(tmp_path: Path) -> None:
    root = write_files(tmp_path, {})
    (tmp_path / "real.yaml").write_text(ESTATE)
    (root / "a.yaml").symlink_to(tmp_path / "real.yaml")
    assert load(root)[0].estate == "acme"


def test_the_repository_is_the_folder_of_the_root_where_there_is_no_git(tmp_path: Path) -> None:
    root = tmp_path / "a" / "specs"
    root.mkdir(parents=True)
    (root / "a.yaml").write_text(ESTATE)
    assert load(root)[0].repository == (tmp_path / "a").resolve()


def test_a_link_in_a_circle_is_told(tmp_path: Path) -> None:
    root = write_files(tmp_path, {"a.yaml": ESTATE})
    (root / "b.yaml").symlink_to("b.yaml")
    with pytest.raises(DiagnosticsError):
        load(root)


@pytest.mark.parametrize("what", ["an empty folder", "a file", "nothing"])
def test_a_root_without_specs(tmp_path: Path, what: str) -> None:
    root = tmp_path / "specs"
    if what == "an empty folder":
        root.mkdir()
    elif what == "a file":
        root.write_text(ESTATE)
    with pytest.raises(DiagnosticsError) as caught:
        load(root)
    assert [p.code.id for p in caught.value.diagnostics] == ["no-specs"]


def test_one_bad_file_does_not_hide_the_problems_of_the_others() -> None:
    with pytest.raises(DiagnosticsError) as caught:
        load_files({"1.yaml": "a: [", "2.yaml": b"\xff", "3.yaml": "version: 3\n", "4.yaml": ESTATE})
    ids = [p.code.id for p in caught.value.diagnostics]
    assert ids == ["yaml-syntax", "file-encoding", "spec-version"]
