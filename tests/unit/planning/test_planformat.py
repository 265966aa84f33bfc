"""The format of plans is an interface: programs of others read it, and plans are read back months later."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft202012Validator

from reconciler.cli.schema import schema_json
from reconciler.planning.changes import Action
from reconciler.planning.plandigest import changes_digest, digest_of
from reconciler.planning.planformat import ChangePart
from reconciler.planning.planreading import read_document, read_saved, schema
from tests.cases.test_cases import CASES, HERE, plan_case
from tests.support.plans import fresh

PROJECT = Path(__file__).parents[3]
SAMPLE = Path(__file__).with_name("plan-1.0.json")
"""A plan of format 1.0 as it was written once: it is never made anew."""
PUBLISHED = PROJECT / "schema" / "plan.schema.json"


def plans() -> dict[str, Any]:
    """The golden plans, by case."""
    return {name: json.loads((HERE / name / "plan.json").read_text()) for name in CASES}


def closed(part: Any) -> Any:
    """The schema without room for keys that it does not name."""
    if isinstance(part, dict):
        return {k: False if k == "additionalProperties" and v is True and "properties" in part else closed(v)
                for k, v in part.items()}  # fmt: skip
    return [closed(item) for item in part] if isinstance(part, list) else part


def test_the_published_schema_is_the_one_in_the_code() -> None:
    assert PUBLISHED.read_bytes() == schema_json("plan"), "make generate"


def test_every_golden_plan_has_the_published_format_and_no_key_beyond_it() -> None:
    validator = Draft202012Validator(closed(schema()))
    for name, plan in plans().items():
        assert [e.message for e in validator.iter_errors(plan)] == [], name


def test_a_plan_of_format_1_0_is_still_read() -> None:
    raw = SAMPLE.read_bytes()
    shown = read_saved(raw)
    assert (shown.estate, shown.summary.train, shown.summary.change) == ("acme", 2, 2)
    assert shown.as_json() == orjson.loads(raw), "nothing is lost or added"


def test_the_sample_holds_the_published_schema() -> None:
    Draft202012Validator(json.loads(PUBLISHED.read_text())).validate(json.loads(SAMPLE.read_text()))


def leaves(part: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value in a plan with the way to it, but what stands below `before`, `after` and `after_unknown`."""
    yield path, part
    if path and path[-1] in ("before", "after", "after_unknown"):
        return
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in items:
        yield from leaves(value, (*path, key))


OPTIONAL = {"range", "also", "hint", "facts", "address", "related", "code", "allow_large_change"}


def ways() -> list[tuple[str | int, ...]]:
    return [path for path, _ in leaves(json.loads(SAMPLE.read_text())) if path]


@pytest.mark.parametrize("path", ways(), ids=lambda path: ".".join(map(str, path)))
def test_a_key_that_is_gone_or_of_another_type_is_refused(path: tuple[str | int, ...]) -> None:
    """The promise to readers: what the format has, it keeps."""
    for damage in (_retype, _remove):
        shown = json.loads(SAMPLE.read_text())
        place = shown
        for key in path[:-1]:
            place = place[key]
        if damage(place, path[-1]):
            with pytest.raises(ValueError):
                read_document(json.dumps(shown).encode())


def _retype(place: Any, key: str | int) -> bool:
    place[key] = {"of": "another type"} if isinstance(place[key], (str, bool, int, list)) else "a word"
    return True


def _remove(place: Any, key: str | int) -> bool:
    if isinstance(key, int) or key in OPTIONAL:
        return False
    del place[key]
    return True


def test_unknown_keys_are_kept() -> None:
    shown = json.loads(SAMPLE.read_text()) | {"cost_of_tomorrow": 1}
    assert read_saved(json.dumps(shown).encode()).as_json() == shown


@pytest.mark.parametrize("version", ["2.0", "0.9", "", None, 1])
def test_another_major_version_is_refused(version: Any) -> None:
    shown = json.loads(SAMPLE.read_text()) | {"format_version": version}
    with pytest.raises(ValueError, match="format_version"):
        read_document(json.dumps(shown).encode())


def test_a_later_minor_version_is_read() -> None:
    shown = json.loads(SAMPLE.read_text()) | {"format_version": "1.7"}
    assert read_document(json.dumps(shown).encode()).format_version == "1.7"


WORDS = {"reason": "in other words", "notes": ["2 rows"], "range": {"filename": "b.yaml", "line": 99}, "needs": ["x"]}


def sample() -> dict[str, Any]:
    """A plan of the present format with a change of a value and a run, as JSON."""
    shown: dict[str, Any] = json.loads((HERE / "stage_2_hyperparameter" / "plan.json").read_text())
    return shown


def digested(changes: list[dict[str, Any]], estate: str = "acme", accounts: dict[str, str] | None = None) -> str:
    parts = [ChangePart.model_validate_json(json.dumps(c)) for c in changes]
    shown = read_document(json.dumps(sample()).encode())
    return changes_digest(estate, shown.accounts if accounts is None else accounts, parts)


def test_the_digest_is_of_what_is_done_and_not_of_how_it_is_told() -> None:
    shown = sample()
    changes, digest = shown["resource_changes"], shown["digest"]["changes"]
    assert digested(changes) == digest
    assert digested([c | WORDS for c in reversed(changes)]) == digest
    serving = next(n for n, c in enumerate(changes) if c["change"].get("made_by"))
    model = ("change", "made_by", "model")
    ways = (
        ("key",),
        ("target",),
        ("change", "before", "x"),
        ("change", "after", "x"),
        (*model, "fingerprint"),
    )
    for path in ways:
        other = copy.deepcopy(changes)
        place = other[serving]
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = "destroy"
        assert digested(other) != digest, path
    for path, value in (
        (("action",), "destroy"),
        (("change", "after_unknown", "x"), True),
        ((*model, "checkpoint"), 3),
    ):
        other = copy.deepcopy(changes)
        place = other[serving]
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        assert digested(other) != digest, path
    assert digested(changes, estate="acme-test") != digest
    assert digested(changes, accounts={}) != digest


def test_the_digest_of_format_1_0_is_that_of_its_time() -> None:
    shown = read_saved(SAMPLE.read_bytes())
    assert digest_of(shown) == shown.digest.changes
    assert digest_of(shown.model_copy(update={"format_version": "1.1"})) != shown.digest.changes


def test_runs_that_get_on_leave_the_digest_as_it_is() -> None:
    case = yaml.safe_load((HERE / "run_under_way" / "case.yaml").read_text())
    shown = fresh(plan_case(case).plan)
    others = [c for c in shown.resource_changes if c.action is not Action.WAIT]
    assert len(others) == len(shown.resource_changes) - 1
    assert changes_digest("acme", shown.accounts, others) == shown.digest.changes


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"{}", b'{"resource_changes": 1}'])
def test_what_is_no_plan_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        read_saved(raw)
