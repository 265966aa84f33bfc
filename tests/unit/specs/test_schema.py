"""The JSON Schema and the parser accept and refuse the same files.

A schema sees one file and no meaning. What it cannot say is `CANNOT_SAY` here: references to things that are not
there, circles, other accounts, one name or key written twice, the estate named in exactly one file, aliases of
models, room for a suffix, keys that do not go together, hosts. It also sees values, not their spelling: see
`test_what_a_schema_cannot_say`.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, validators

from reconciler.cli.schema import schema_json
from reconciler.model import codes
from reconciler.model.diagnostics import Severity
from reconciler.model.errors import DiagnosticsError
from reconciler.specs.documents import parse
from reconciler.specs.parse import TOP_KEYS, load
from reconciler.specs.schema import schema

PROJECT = Path(__file__).parents[3]
SCHEMA = schema()
CANNOT_SAY = {
    codes.TAGS_TOO_MANY,
    codes.DANGLING_REFERENCE,
    codes.REFERENCE_CYCLE,
    codes.OTHER_ACCOUNT,
    codes.TARGET_SHARED,
    codes.DUPLICATE_NAME,
    codes.DUPLICATE_KEY,
    codes.MODEL_ALIAS,
    codes.SUFFIX_TOO_LONG,
    codes.SPEC_COMBINATION,
    codes.SPEC_ESTATE,
    codes.ENDPOINT_REFUSED,
    codes.NO_DEPLOYMENTS,
    codes.FILE_UNREADABLE,
    codes.FILE_OUTSIDE,
}


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[Any]:
    """As ECMAScript and editors have it: `$` is the end, not a place before a last newline."""
    if isinstance(value, str) and not re.search(pattern.replace("$", r"\Z"), value):
        yield from validators.validator_for({}).VALIDATORS["pattern"](validator, "(?!)", value, _schema)


VALIDATOR: Any = validators.extend(Draft7Validator, {"pattern": _pattern})(SCHEMA)  # type: ignore[no-untyped-call]

TARGET = {
    "provider": "azure",
    "subscription": "11111111-1111-1111-1111-111111111111",
    "resource_group": "rg-llm",
    "account": "aoai-sweden",
    "region": "swedencentral",
}
GOOD: dict[str, Any] = {
    "version": 1,
    "estate": "acme",
    "budget": {"training": 50, "hosting": 1241.5},
    "prices": "../prices.yaml",
    "targets": {"sweden": TARGET, "platform": {"provider": "openai", "project": "proj_1"}},
    "datasets": {"rows": {"file": "rows.jsonl"}, "valid": {"file": "valid.jsonl", "format": "chat"}},
    "jobs": {
        "triage": {
            "target": "sweden",
            "base_model": "gpt-4.1-nano-2025-04-14",
            "suffix": "triage",
            "training": "rows",
            "validation": "valid",
            "method": "supervised",
            "hyperparameters": {"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": 0.5},
            "seed": 7,
            "training_type": "global",
            "retries": 1,
            "generation": 2,
        },
        "child": {"target": "sweden", "base_model": {"job": "triage", "checkpoint": 20}, "training": "rows"},
    },
    "chains": {
        "support": {
            "target": "sweden",
            "base_model": "gpt-4.1-mini-2025-04-14",
            "hyperparameters": {"n_epochs": 2},
            "stages": [
                {"name": "2026-01", "training": "rows"},
                {"name": "2026-02", "training": "rows", "hyperparameters": {"n_epochs": 1}, "seed": None},
            ],
        },
        "tone": {
            "base_model": {"job": "triage"},
            "training": "rows",
            "stages": [{"name": "one", "target": "sweden"}, {"name": "two", "target": "sweden"}],
        },
    },
    "deployments": {
        "support-chat": {
            "model": {"chain": "support", "stage": "2026-01"},
            "sku": "Standard",
            "capacity": 50,
            "content_filter": "Microsoft.DefaultV2",
            "version_upgrade": "NoAutoUpgrade",
            "tags": {"team": "support"},
            "strategy": "in_place",
            "protect": True,
            "targets": {"sweden": {"capacity": 20}},
        },
        "triage": {"model": {"job": "triage"}, "targets": {"sweden": {"sku": "GlobalStandard"}}},
        "base": {"model": {"name": "gpt-4.1-mini", "version": "2025-04-14"}, "sku": "X", "targets": {"sweden": {}}},
    },
}


def parser_accepts(text: str, folder: Path, estate: bool = True) -> bool:
    """Whether the parser has nothing against the file that a schema could know."""
    folder.mkdir(exist_ok=True)
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    # References are checked as they are for a whole root: some other file has the estate.
    (folder / "b.yaml").write_text("version: 1\n" + ("" if estate else "estate: other\n"), encoding="utf-8")
    try:
        load(folder)
    except DiagnosticsError as error:
        return {d.code for d in error.diagnostics if d.severity is Severity.ERROR} <= CANNOT_SAY
    return True


def verdicts(text: str, folder: Path) -> tuple[bool, bool]:
    document, problems = parse(text, "a.yaml", folder / "a.yaml")
    assert document is not None
    assert not problems
    data = document.data
    estate = isinstance(data, dict) and "estate" in data
    return VALIDATOR.is_valid(data), parser_accepts(text, folder, estate)


# Documents that are nearly right


def _paths(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield at
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in children:
        yield from _paths(child, (*at, step))


def _properties(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that the schema describes, wherever it stands."""
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            if "title" in value:
                yield key, value
        for value in node.values():
            yield from _properties(value)
    elif isinstance(node, list):
        for value in node:
            yield from _properties(value)


PATHS = [path for path in _paths(GOOD) if path]
EXAMPLES: dict[str, list[Any]] = {}
for _key, _node in _properties(SCHEMA):
    EXAMPLES.setdefault(_key, []).extend(v for v in _node["examples"] if v not in EXAMPLES[_key])

# No whole floats: a schema takes 1.0 for 1. No control characters: the reader stops at them before any key is seen.
TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f", exclude_categories=["Cc"])
)
SINGLE: list[Any] = [
    *(None, True, 0, 1, 11, 51, 257, 1_000_001, 1_000_000_001, 2**31 - 1, 2**31, 10**40, -0.5, 0.5, 100.5),
    *("", "a", "auto", "openai", "A", "-a", "a/b", "a/b/c", "a\n", "a\x01", "v1", "https://x"),
    *("x" * 63, "x" * 64, "x" * 65, "x" * 128, "x" * 201, "x" * 257, "x" * 4_097),
    *([], {}, [{}], {"a": 1}, {"job": "triage"}, {"name": "a"}, {"A": {}}),
]
KEYS = ["", "a", "no", "A", "a\n", "x" * 63, "x" * 64, "x" * 65, "base_model"]
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(SINGLE),
    TEXT,
    st.lists(st.integers(-3, 300), max_size=2),
    st.dictionaries(TEXT, TEXT, max_size=2),
)


@st.composite
def near_misses(draw: st.DrawFn) -> dict[str, Any]:
    """The good document after one to three changes, each of which may or may not break it."""
    document = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, document)
    return document


def _change(draw: st.DrawFn, document: dict[str, Any]) -> None:
    *above, last = draw(st.sampled_from(PATHS))
    parent: Any = document
    for step in above:
        try:
            parent = parent[step]
        except (KeyError, IndexError, TypeError):
            return
    if not isinstance(parent, dict | list) or not parent:
        return
    match draw(st.sampled_from(["replace", "remove", "known key", "example", "any key", "repeat"])):
        case "replace" if isinstance(parent, dict):
            parent[last] = draw(VALUES)
        case "replace":
            parent[0] = draw(VALUES)
        case "remove" if isinstance(parent, dict):
            parent.pop(last, None)
        case "remove" if isinstance(parent, list):
            parent.pop()
        case "known key" if isinstance(parent, dict):
            parent[draw(st.sampled_from(sorted(EXAMPLES)))] = draw(VALUES)
        case "example" if isinstance(parent, dict):
            key = draw(st.sampled_from(sorted(EXAMPLES)))
            parent[key] = copy.deepcopy(draw(st.sampled_from(EXAMPLES[key])))
        case "any key" if isinstance(parent, dict):
            parent[draw(TEXT)] = draw(VALUES)
        case "repeat" if isinstance(parent, list) and parent:
            parent.append(copy.deepcopy(parent[0]))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=near_misses())
@example(document=GOOD)
def test_schema_and_parser_agree(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "agree"
    by_schema, by_parser = verdicts(json.dumps(document, ensure_ascii=False), folder)
    told = [e.message for e in VALIDATOR.iter_errors(document)]
    assert by_schema == by_parser, told


def _single_changes(path: tuple[str | int, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """At `path`: each value instead, the key left out, each name as its key."""
    *above, last = path

    def fresh() -> tuple[dict[str, Any], Any]:
        document = copy.deepcopy(GOOD)
        parent: Any = document
        for step in above:
            parent = parent[step]
        return document, parent

    for value in SINGLE:
        document, parent = fresh()
        parent[last] = value
        yield f"{value!r:.80} instead", document
    document, parent = fresh()
    parent.pop(last)
    yield "left out", document
    for name in KEYS if isinstance(last, str) else ():
        document, parent = fresh()
        parent[name] = parent.pop(last)
        yield f"called {name:.80}", document


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_schema_and_parser_agree_on_every_single_change(path: tuple[str | int, ...], tmp_path: Path) -> None:
    for change, document in _single_changes(path):
        by_schema, by_parser = verdicts(json.dumps(document), tmp_path / "specs")
        assert by_schema == by_parser, change


def test_the_near_misses_are_of_both_kinds() -> None:
    """Otherwise the property above would hold of a schema that refuses everything."""
    seen: list[bool] = []

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(near_misses())
    def look(document: dict[str, Any]) -> None:
        seen.append(VALIDATOR.is_valid(document))

    look()
    assert seen.count(True) > 20
    assert seen.count(False) > 20


JOB = "version: 1\nestate: acme\njobs: {a: {target: t, base_model: m-2025-04-14, training: d, %s}}\n"
CHAIN = "version: 1\nestate: acme\nchains: {c: {base_model: m-2025-04-14, %s}}\n"
DEPLOYMENT = "version: 1\nestate: acme\ndeployments: {%s}\n"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        pytest.param("version: 1\nestate: acme\njobs:\n", True, id="an empty section is nothing"),
        pytest.param("version: '1'\nestate: acme\n", False, id="the version is a number"),
        pytest.param("version: true\nestate: acme\n", False, id="true is not 1"),
        pytest.param("", False, id="an empty file has no version"),
        pytest.param("- version: 1\n", False, id="a list is no spec file"),
        pytest.param("version: 1\nestate: yes\n", True, id="yes is a name like any other"),
        pytest.param("version: 1\nestate: null\n", False, id="null is no name"),
        pytest.param("version: 1\nestate: 2026\n", False, id="a number is no name"),
        pytest.param("version: 1\nestate: 012\n", True, id="012 is text"),
        pytest.param("version: 1\nestate: 2026-01\n", True, id="2026-01 is text"),
        pytest.param(JOB % "seed: 012", False, id="012 is no number"),
        pytest.param(JOB % "seed: 0x1f", False, id="0x1f is no number"),
        pytest.param(JOB % "seed: ~", True, id="a seed may be null"),
        pytest.param(JOB % "retries: null", False, id="retries may not"),
        pytest.param(JOB % "hyperparameters: {learning_rate_multiplier: 1e-5}", True, id="1e-5 is a number"),
        pytest.param(JOB % "hyperparameters: {learning_rate_multiplier: 2}", True, id="a whole number is a number"),
        pytest.param(JOB % "hyperparameters: {learning_rate_multiplier: .inf}", False, id=".inf is text"),
        pytest.param(
            JOB % "hyperparameters: {learning_rate_multiplier: 1e999}", False, id="no infinity by the back door"
        ),
        pytest.param(JOB % "hyperparameters: {learning_rate_multiplier: 0}", False, id="no learning at all"),
        pytest.param(JOB % 'seed: "7"', False, id="nothing is coerced"),
        pytest.param(JOB % "seed: true", False, id="true is no number"),
        pytest.param(JOB % 'suffix: "a\\n"', False, id="an end is an end"),
        pytest.param(CHAIN % "target: t, training: d, stages: [{name: s}]", True, id="the chain has it all"),
        pytest.param(CHAIN % "stages: [{name: s, target: t, training: d}]", True, id="the stage has it all"),
        pytest.param(
            CHAIN % "target: t, stages: [{name: s, training: d}, {name: r}]", False, id="a stage lacks training"
        ),
        pytest.param(CHAIN % "target: t, training: d, stages: []", False, id="a chain of nothing"),
        pytest.param(
            CHAIN % "target: t, training: d, name: n, stages: [{name: s}]", False, id="a chain has no name key"
        ),
        pytest.param(CHAIN % "target: t, training: 5, stages: [{name: s, training: d}]", False, id="a wrong default"),
        pytest.param(
            CHAIN % "target: t, training: d, stages: [{name: s, base_model: m-2025-04-14}]",
            False,
            id="a stage has no base",
        ),
        pytest.param(DEPLOYMENT % "ab: {model: {job: a}, targets: {t: {sku: S}}}", True, id="a SKU on the target"),
        pytest.param(
            DEPLOYMENT % "ab: {model: {job: a}, targets: {t: {sku: S}, u: {}}}", False, id="one target without"
        ),
        pytest.param(
            DEPLOYMENT % "ab: {model: {job: a}, sku: S, targets: {t: {sku: null}}}", False, id="a SKU taken away"
        ),
        pytest.param(DEPLOYMENT % "ab: {model: {job: a}, sku: S, targets: {t: }}", False, id="a target needs {}"),
        pytest.param(DEPLOYMENT % "a: {model: {job: a}, sku: S, targets: {t: {}}}", False, id="a name of one letter"),
        pytest.param(DEPLOYMENT % "ab: {model: {job: a, chain: c}, sku: S, targets: {t: {}}}", False, id="two models"),
        pytest.param(
            DEPLOYMENT % "ab: {model: {job: a}, sku: S, targets: {t: {model: {job: b}}}}", False, id="one model"
        ),
    ],
)
def test_the_rules_by_example(text: str, right: bool, tmp_path: Path) -> None:
    assert verdicts(text, tmp_path / "specs") == (right, right)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(JOB % "seed: 7.0", id="a float that is whole"),
        pytest.param("version: 1.0\nestate: acme\n", id="a version that is a float"),
        pytest.param(
            "version: 1\njobs: {a: {target: none, base_model: m-2025-04-14, training: none}}\n", id="references"
        ),
        pytest.param(JOB.replace("m-2025-04-14", "{job: a}") % "seed: 7", id="a circle"),
        pytest.param(CHAIN % "target: t, training: d, stages: [{name: s}, {name: s}]", id="two stages of one name"),
        pytest.param(JOB.replace("m-2025-04-14", "gpt-4.1-mini") % "seed: 7", id="an alias of a model"),
        pytest.param("version: 1\n", id="no estate in any file"),
    ],
)
def test_what_a_schema_cannot_say(text: str, tmp_path: Path) -> None:
    document, _ = parse(text, "a.yaml", tmp_path)
    assert document is not None
    assert VALIDATOR.is_valid(document.data)
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(DiagnosticsError):
        load(tmp_path)


def test_every_key_has_what_an_editor_shows() -> None:
    """Title, description and examples that fit; a default where absent means a value."""
    for key, node in _properties(SCHEMA):
        assert node["title"], key
        assert node["description"].endswith("."), key
        assert node["examples"], key
        alone = VALIDATOR.evolve(schema=node | {"definitions": SCHEMA["definitions"]})
        for value in [*node["examples"], *([node["default"]] if "default" in node else [])]:
            assert not list(alone.iter_errors(value)), (key, value)


def test_every_top_key_is_described() -> None:
    assert list(SCHEMA["properties"]) == TOP_KEYS


def test_every_object_refuses_unknown_keys() -> None:
    def objects(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if "object" in node.get("type", ()) and "title" in node:
                yield node
            for value in node.values():
                yield from objects(value)
        elif isinstance(node, list):
            for value in node:
                yield from objects(value)

    found = list(objects(SCHEMA))
    assert len(found) > 10
    for node in found:
        assert "additionalProperties" in node, node["title"]


def test_it_is_draft_07() -> None:
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(SCHEMA)


def test_the_file_in_the_repository_is_up_to_date() -> None:
    """`make generate` writes it."""
    assert (PROJECT / "schema" / "reconciler.schema.json").read_bytes() == schema_json()


@pytest.mark.parametrize("file", sorted((PROJECT / "specs").glob("*.yaml")), ids=lambda file: file.name)
def test_the_example_specs_name_the_schema_and_fit_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    assert first == "# yaml-language-server: $schema=../schema/reconciler.schema.json"
    assert (file.parent / first.partition("=")[2]).is_file()
    document, _ = parse(text, file.name, file)
    assert document is not None
    assert [e.message for e in VALIDATOR.iter_errors(document.data)] == []
