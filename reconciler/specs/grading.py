"""Whether a grader can work: its keys, its templates, its formula, its Python.

https://platform.openai.com/docs/guides/graders (templates, python) and the OpenAPI document of 2026-08: reinforcement
runs take string_check, text_similarity, python, score_model and multi.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.specs.base import closest, did_you_mean, validate
from reconciler.specs.documents import Located
from reconciler.specs.grader import GRADERS, Grader, LabelModel, Multi, Python, ScoreModel

SAMPLE = ("output_text", "output_json", "output_tools", "output_audio", "choices", "model", "reasoning")
"""What a template may read of an answer."""
_TEMPLATE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_SINGLE = re.compile(r"(?<!\{)\{\s*(?:sample|item)\.[^{}]*\}(?!\})")
_NAMES = re.compile(r"[A-Za-z_]\w*")
_FUNCTIONS = {"min", "max", "abs", "floor", "ceil", "exp", "sqrt", "log"}

Path = tuple[str | int, ...]
Problem = tuple[Path, str]
"""Where in the grader, and a sentence."""


def check_grader(data: Mapping[str, Any], response_format: Any, place: Located) -> Iterator[Diagnostic]:
    """Every problem of a reinforcement job's grader, at its place."""
    wrong = list(_keys(data, place, ("grader",), nested=False))
    yield from wrong
    if any(problem.code is not codes.GRADER_KEY for problem in wrong):
        return  # what follows would say the same again in other words
    for path, sentence in _useless(data, response_format):
        yield codes.GRADER_USELESS.at(place.value("grader", *path), sentence)


def _keys(data: Any, place: Located, path: Path, *, nested: bool) -> Iterator[Diagnostic]:
    """A grader by the rules of its type; the graders inside a `multi` too."""
    kinds = [kind for kind in GRADERS if not (nested and kind == "multi")]
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        hint = did_you_mean(kind, kinds) if isinstance(kind, str) else ""
        at = place.value(*path, "type") if "type" in data else place.range(*path)
        yield codes.SPEC_VALUE.at(at, f"A grader has a `type`: {', '.join(kinds)}.", hint=hint)
        return
    grader, problems = validate(GRADERS[kind], data, Located(place.document, place.full(*path)))
    yield from problems
    known = [*GRADERS[kind].model_fields]
    for key in (key for key in data if key not in known):
        yield codes.GRADER_KEY.at(
            place.range(*path, key), f"Known are {', '.join(known)}.", hint=did_you_mean(key, known)
        )
    if isinstance(grader, Multi):
        yield from _formula(grader, place, path)


def _formula(grader: Multi, place: Located, path: Path) -> Iterator[Diagnostic]:
    for name, below in grader.graders.items():
        yield from _keys(below, place, (*path, "graders", name), nested=True)
    unknown = sorted(set(_NAMES.findall(grader.calculate_output)) - grader.graders.keys() - _FUNCTIONS)
    if unknown:
        detail = f"The formula names {', '.join(unknown)}; the graders are {', '.join(sorted(grader.graders))}."
        yield codes.SPEC_COMBINATION.at(place.value(*path, "calculate_output"), detail)


def _useless(data: Mapping[str, Any], response_format: Any) -> Iterator[Problem]:
    """Why the reward would be an error, or say nothing of the answer."""
    found: list[Problem] = [*_templates(data, (), response_format)]
    for path, grader in _graders(data):
        found += [((*path, *below), sentence) for below, sentence in _of_its_kind(grader)]
    yield from found
    if not found and not _reads_the_answer(data):
        yield (), "Nothing of it reads the answer ({{sample.output_text}}), so every answer has the same reward."


def _graders(data: Mapping[str, Any]) -> Iterator[tuple[Path, Grader]]:
    if data["type"] == "multi":
        for name, below in data["graders"].items():
            yield ("graders", name), GRADERS[below["type"]].model_validate(below)
    else:
        yield (), GRADERS[data["type"]].model_validate(data)


def _of_its_kind(grader: Grader) -> Iterator[Problem]:
    if isinstance(grader, LabelModel):
        yield ("type",), "label_model gives a label, not a reward; reinforcement runs take score_model."
    elif isinstance(grader, ScoreModel) and grader.range and grader.range[0] >= grader.range[1]:
        yield ("range",), f"The range goes from {grader.range[0]:g} to {grader.range[1]:g}; the lowest score is first."
    elif isinstance(grader, Python):
        yield from ((("source",), sentence) for sentence in _source(grader.source))


def _source(source: str) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        yield f"Line {error.lineno or 1} of the source does not compile: {error.msg}."
    except (ValueError, RecursionError, MemoryError) as error:
        yield f"The source does not compile: {error}."
    else:
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        if "grade" not in functions:
            yield "The source defines no function grade(sample, item)."
        elif len((arguments := functions["grade"].args).posonlyargs + arguments.args) < 2 and not arguments.vararg:
            yield "grade takes two arguments: sample and item."


def _templates(value: Any, path: Path, response_format: Any) -> Iterator[Problem]:
    """Templates that are filled in with nothing, or not at all. Python is no template."""
    if isinstance(value, str):
        yield from ((path, sentence) for sentence in _text(value, response_format))
    elif isinstance(value, Mapping):
        for key, below in value.items():
            if key not in ("source", "name", "calculate_output"):
                yield from _templates(below, (*path, key), response_format)
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            yield from _templates(below, (*path, index), response_format)


def _text(text: str, response_format: Any) -> Iterator[str]:
    if single := _SINGLE.search(text):
        yield f"{single[0]} is filled in with nothing: a template has two braces on each side."
    for template in _TEMPLATE.findall(text):
        space, _, rest = template.partition(".")
        name = re.split(r"[.\[]", rest)[0]
        if space not in ("sample", "item"):
            yield f"{{{{{template}}}}} is neither sample.… nor item.…, which are all that a template reads."
        elif space == "sample" and name not in SAMPLE:
            guess = closest(name, [*SAMPLE])
            meant = f" Did you mean sample.{guess}?" if guess else ""
            yield f"An answer has no {name or 'field without a name'}; it has {', '.join(SAMPLE[:3])}.{meant}"
        elif name == "output_json" and space == "sample" and response_format is None:
            yield "sample.output_json is there only with a `response_format`; without one it is sample.output_text."


def _reads_the_answer(data: Any) -> bool:
    if isinstance(data, str):
        return any(template.startswith("sample.") for template in _TEMPLATE.findall(data))
    if isinstance(data, Mapping):
        return data.get("type") == "python" or any(map(_reads_the_answer, data.values()))
    return isinstance(data, list | tuple) and any(map(_reads_the_answer, data))
