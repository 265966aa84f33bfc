"""Graders that can work, and graders whose reward would be an error or the same for every answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.model import codes
from reconciler.model.diagnostics import Severity
from reconciler.specs.documents import Located, parse
from reconciler.specs.grading import check_grader

CHECK = {"type": "string_check", "name": "g", "input": "{{sample.output_text}}", "reference": "x", "operation": "eq"}
SCORE = {"type": "score_model", "name": "s", "model": "o4-mini", "input": [{"role": "user", "content": "{{item.q}} {{sample.output_text}}"}]}  # fmt: skip # noqa: E501
LABEL = {**SCORE, "type": "label_model", "labels": ["a", "b"], "passing_labels": ["a"]}
FORMAT = {"type": "json_schema"}


def python(source: str) -> dict[str, Any]:
    return {"type": "python", "name": "p", "source": source}


def multi(formula: str = "g", **graders: Any) -> dict[str, Any]:
    return {"type": "multi", "graders": graders or {"g": CHECK}, "calculate_output": formula}


def problems(grader: dict[str, Any], response_format: Any = None) -> list[tuple[str, str, int]]:
    """(code, sentence and hint, line) of each."""
    document, _ = parse(yaml.safe_dump({"grader": grader}, sort_keys=False, width=1_000), "e.yaml", Path("e.yaml"))
    assert document
    found = check_grader(grader, response_format, Located(document, ()))
    return [(p.code.id, f"{p.detail} {p.hint}", p.range.line if p.range else 0) for p in found]


@pytest.mark.parametrize(
    ("grader", "response_format"),
    [
        (CHECK, None),
        ({**CHECK, "input": "{{ sample.output_json.answer }}"}, FORMAT),
        ({**CHECK, "input": "{{sample.output_tools[0].function.name}}"}, None),
        ({**CHECK, "pass_threshold": 0.5}, None),
        ({**CHECK, "reference": '{"a": {"b": 1}}'}, None),
        (SCORE, None),
        ({**SCORE, "range": [-1, 5]}, None),
        (python("def grade(sample, item):\n    return float(len(sample['output_text']))"), None),
        (python("import re\ndef grade(sample: dict, item: dict, **_) -> float:\n    return 1.0"), None),
        (python("def grade(*args):\n    return '{sample.output_text}'"), None),
        ({**multi("0.5 * g + 0.5 * s", g=CHECK, s=SCORE), "pass_threshold": 0.65}, None),
    ],
)
def test_graders_that_can_work(grader: dict[str, Any], response_format: Any) -> None:
    assert problems(grader, response_format) == []


@pytest.mark.parametrize(
    ("grader", "says"),
    [
        ({**CHECK, "input": "{{sample.output_txt}}"}, "Did you mean sample.output_text?"),
        ({**CHECK, "input": "{{sample}} {{sample.output_text}}"}, "no field without a name"),
        ({**CHECK, "input": "{{answer}} {{sample.output_text}}"}, "{{answer}} is neither sample.… nor item.…"),
        ({**CHECK, "input": "{sample.output_text}"}, "two braces"),
        ({**CHECK, "reference": "{item.answer}"}, "two braces"),
        ({**CHECK, "input": "{{sample.output_json.answer}}"}, "only with a `response_format`"),
        ({**CHECK, "input": "{{item.answer}}"}, "Nothing of it reads the answer"),
        (LABEL, "label_model gives a label"),
        ({**SCORE, "range": [1, 0]}, "from 1 to 0"),
        ({**SCORE, "range": [1, 1]}, "from 1 to 1"),
        (python("def grade(sample, item)\n    return 1"), "Line 1 of the source does not compile: expected ':'."),
        (python("def score(sample, item):\n    return 1"), "defines no function grade"),
        (python("def grade(sample):\n    return 1"), "two arguments"),
        (python("class A:\n    def grade(self, sample, item):\n        return 1"), "defines no function grade"),
        (python("x = 1\0"), "does not compile"),
        (python("(" * 500 + ")" * 500), "does not compile"),
        (multi(g={**CHECK, "input": "{{sample.output}}"}), "An answer has no output;"),
        (multi(g=python("pass")), "defines no function grade"),
    ],
)
def test_graders_that_cannot_work(grader: dict[str, Any], says: str) -> None:
    ((code, sentence, line),) = problems(grader)
    assert code == "grader-useless"
    assert says in sentence
    assert line > 1 or "reads the answer" in sentence


def test_a_key_that_the_documents_do_not_have_is_sent_with_a_warning() -> None:
    ((code, sentence, _),) = problems({**CHECK, "referense": "x"})
    assert code == "grader-key"
    assert 'did you mean "reference"?' in sentence


def test_what_is_wrong_with_the_keys_comes_first() -> None:
    assert {code for code, _, _ in problems({"type": "string_check", "input": "{sample.x}"})} == {"spec-missing-key"}
    assert [code for code, _, _ in problems({**CHECK, "type": "string_chek"})] == ["spec-value"]
    assert [code for code, _, _ in problems(multi("g + h"))] == ["spec-combination"]


def test_the_severities() -> None:
    assert codes.GRADER_USELESS.severity is Severity.ERROR
    assert codes.GRADER_KEY.severity is Severity.WARNING
