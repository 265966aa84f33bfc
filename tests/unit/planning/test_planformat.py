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
from reconciler.planning.planformat import changes_digest, read_document, read_saved, schema
from tests.cases.test_cases import CASES, HERE, plan_case
from tests.support.plans import written

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


def test_the_digest_is_of_what_is_done_and_not_of_how_it_is_told() -> None:
    shown = json.loads(SAMPLE.read_text())
    digest = changes_digest("acme", shown["resource_changes"])
    assert digest == shown["digest"]["changes"]
    told = [c | WORDS for c in reversed(shown["resource_changes"])]
    assert changes_digest("acme", told) == digest
    for path in (("key",), ("action",), ("change", "after", "x"), ("change", "after_unknown", "x")):
        other = copy.deepcopy(shown["resource_changes"])
        place = other[0]
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = "destroy"
        assert changes_digest("acme", other) != digest, path
    assert changes_digest("acme-test", shown["resource_changes"]) != digest


def test_runs_that_get_on_leave_the_digest_as_it_is() -> None:
    case = yaml.safe_load((HERE / "run_under_way" / "case.yaml").read_text())
    shown = json.loads(written(plan_case(case).plan))
    others = [c for c in shown["resource_changes"] if c["action"] != "wait"]
    assert len(others) == len(shown["resource_changes"]) - 1
    assert changes_digest("acme", others) == shown["digest"]["changes"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"{}", b'{"resource_changes": 1}'])
def test_what_is_no_plan_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        read_saved(raw)
