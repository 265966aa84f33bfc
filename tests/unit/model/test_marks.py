"""Marks are found again after everything that services do to names, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.model import marks
from reconciler.model.marks import DeploymentMark, FileMark

MARK = "r1" + "0123456789abcd"
NEW = "r2" + "abcdefghijk234"

FOUND = [
    (f"{MARK}-support", "the suffix as it was sent"),
    (MARK, "a suffix with nothing behind the mark"),
    (f"gpt-4.1-mini-2025-04-14.ft-{'0' * 32}-{MARK}-support", "the name of a model of Azure"),
    (f"ft:gpt-4.1-mini-2025-04-14:org:{MARK}-support:Abc123", "the name of a model of OpenAI"),
    (f"ft:gpt-4.1-mini-2025-04-14:org:{MARK}-support:Abc123:ckpt-step-90", "the name of a checkpoint"),
    (f"{MARK}-supp", "a suffix cut short behind the mark"),
    (f"{MARK}-", "cut right behind it"),
    (MARK.upper(), "another case"),
    (f"{MARK}_support", "other signs behind it"),
]
LOST = [
    (None, "no suffix at all"),
    ("", "an empty one"),
    ("support", "somebody else's"),
    (MARK[:-1], "a mark cut short is another mark, or none"),
    (f"x{MARK}", "a letter before it: part of a longer word"),
    (f"{MARK}a", "a digit behind it"),
    (f"r3{MARK[2:]}", "a form that this version does not know"),
    (f"r2{MARK[2:]}", "no base32: 0, 1, 8 and 9 are none"),
    (f"r1{'g' * 14}", "no hex digits"),
]


@pytest.mark.parametrize(("name", "why"), FOUND)
def test_found(name: str, why: str) -> None:
    assert marks.find_mark(name) == MARK, why
    newer = name.replace(MARK, NEW).replace(MARK.upper(), NEW.upper())
    assert marks.find_mark(newer) == NEW, f"{why}, of version 2"


@pytest.mark.parametrize(("name", "why"), LOST)
def test_not_found(name: str | None, why: str) -> None:
    assert marks.find_mark(name) is None, why


@pytest.mark.parametrize("write", [marks.run_mark, marks.former_run_mark])
def test_a_mark_is_of_one_estate(write: Callable[[str, str], str]) -> None:
    mark = write("acme", "f" * 64)
    assert marks.find_mark(mark) == mark
    assert marks.is_estates(mark, "acme")
    assert not marks.is_estates(mark, "other")
    assert not marks.is_estates(None, "acme")


def test_the_mark_fits_where_the_shortest_limit_leaves_room() -> None:
    assert len(marks.run_suffix(marks.run_mark("a" * 63, "f" * 64), "")) == 16


@pytest.mark.parametrize(
    ("name", "dataset", "why"),
    [
        ("jan-0123456789abcdef-0123456789ab.jsonl", "jan", "as it is written"),
        ("jan-0123456789abcdef-beef.jsonl", "jan", "as older versions wrote it"),
        ("jan-0123456789abcdef-beef0.jsonl", None, "neither the long estate nor the short one"),
        ("a-b.c-0123456789abcdef-beef.jsonl", "a-b.c", "dots and dashes belong to the dataset"),
        ("x-0123456789abcdef-0123456789abcdef-beef.jsonl", "x-0123456789abcdef", "the last digest is the file's"),
        ("jan-0123456789abcdef-beef.json", None, "another ending"),
        ("jan-0123456789abcde-beef.jsonl", None, "a digit short"),
        ("-0123456789abcdef-beef.jsonl", None, "no dataset"),
        ("train.jsonl", None, "somebody else's file"),
    ],
)
def test_file_names(name: str, dataset: str | None, why: str) -> None:
    found = FileMark.read(name)
    assert (found and found.dataset) == dataset, why


def test_tags_are_read_in_any_case() -> None:
    """Resource Manager compares tag keys without regard to case, and policies rewrite them."""
    mark = DeploymentMark("acme", "deployment.a@b", "f" * 64, True, {"capacity": 1})
    assert DeploymentMark.read({k.upper(): v for k, v in mark.tags().items()}) == mark


@pytest.mark.parametrize("length", [0, 1, 200, 256, 257, 600, 5000])
def test_a_record_of_any_length_is_read_again(length: int) -> None:
    mark = DeploymentMark("acme", "deployment.a@b", applied={"tags.text": "ü" * length})
    tags = mark.tags()
    assert max(map(len, tags.values())) <= marks.TAG_VALUE_LIMIT
    assert DeploymentMark.read(tags) == mark


def broken(**changes: str | None) -> DeploymentMark | None:
    tags: dict[str, str | None] = {**DeploymentMark("acme", "deployment.a@b", applied={"x": "y" * 600}).tags()}
    tags.update({k.replace("_", "-"): v for k, v in changes.items()})
    return DeploymentMark.read({k: v for k, v in tags.items() if v is not None})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reconciler_applied": None}, "the first part is gone"),
        ({"reconciler_applied_2": None}, "a part in the middle is gone"),
        ({"reconciler_applied_3": None}, "the last part is gone"),
        ({"reconciler_applied": ""}, "the first part is empty"),
        ({"reconciler_applied": "[", "reconciler_applied_2": "1", "reconciler_applied_3": "]"}, "no mapping"),
        ({"reconciler_applied": "nonsense"}, "no JSON"),
    ],
)
def test_a_broken_record_is_none_and_the_owner_is_still_known(changes: dict[str, str | None], why: str) -> None:
    found = broken(**changes)
    assert found is not None, why
    assert (found.estate, found.applied) == ("acme", None), why


def test_without_an_estate_there_is_no_mark() -> None:
    assert DeploymentMark.read({}) is None
    assert DeploymentMark.read({"team": "support"}) is None
    assert broken(reconciler_estate=None) is None


def test_protection_is_only_what_says_so() -> None:
    found = broken(reconciler_protect="TRUE ")
    assert found is not None
    assert not found.protect
