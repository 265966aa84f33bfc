"""What all spec entries share: strict pydantic models, names, and pydantic's errors as diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.specs.documents import Located

PATTERN_WORDS: dict[str, str] = {}
"""What users read, in the terminal and in their editor, when a value misses a pattern."""


def described(pattern: str, words: str) -> str:
    """A pattern for `Field`; it must mean the same to Rust, Python and ECMAScript."""
    PATTERN_WORDS[pattern] = words
    return pattern


MAX_NAME = 63
MAX_PROBLEMS = 1_000
"""More than anybody reads at once; to look for them all would be to work for a hostile file."""
MAX_SHOWN = 80
"""Characters of a wrong name that a message repeats."""
MAX_GUESSES = 300
"""Words that a misspelling is compared with; the comparison is slow."""
NAME = described(
    r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
    f"Names have small letters, digits, dots and dashes, begin and end with a letter or digit, "
    f"and have at most {MAX_NAME} characters.",
)
_NAME = re.compile(NAME.replace("$", r"\Z"))

PRINTABLE = described(r"^[^\x00-\x1f\x7f]*$", "Expected text on one line, without control characters.")

Name = Annotated[str, Field(pattern=NAME, max_length=MAX_NAME)]


class Strict(BaseModel):
    """A spec entry: unknown keys are errors, nothing is coerced, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)


T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A named entry and the place where it was written."""

    name: str
    spec: T
    place: Located


def check_name(name: str) -> bool:
    return len(name) <= MAX_NAME and _NAME.match(name) is not None


def validate(model: type[T], data: Any, place: Located) -> tuple[T | None, list[Diagnostic]]:
    """Check plain data against a spec model; all problems at once."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False)[: MAX_PROBLEMS + 1]
        return None, _merged(_diagnose(e, model, data, place) for e in found)


def brief(value: Any) -> str:
    """A value that cannot be a name, in a message: a long text is cropped, a collection only called by its kind."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= MAX_SHOWN else f'"{value[:MAX_SHOWN]}…" ({len(value):,} characters)'
    kinds = {dict: "A mapping", list: "A list", bool: str(value).lower(), type(None): "null"}
    return kinds.get(type(value), "A number")


def _merged(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """A value that fits none of several types is one problem: what each would take stands in one sentence."""
    found: list[Diagnostic] = []
    for problem in problems:
        last = found[-1] if found else None
        if last and last.range == problem.range and {last.code, problem.code} == {codes.SPEC_VALUE}:
            detail = f"{last.detail.rstrip('.')}, or {problem.detail.removeprefix('Expected ')}"
            found[-1] = replace(last, detail=detail)
        else:
            found.append(problem)
    return found


def closest(word: str, words: list[str]) -> str | None:
    if len(word) > MAX_SHOWN:
        return None
    if len(words) > MAX_GUESSES:
        words = [w for w in words if w[:3] == word[:3]][:MAX_GUESSES]
    import difflib  # only mistakes need it

    found = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, words: list[str]) -> str:
    found = closest(word, words)
    return f'did you mean "{found}"?' if found else ""


def _diagnose(error: Any, model: type[BaseModel], data: Any, place: Located) -> Diagnostic:
    path = _data_path(error["loc"], data)
    kind = error["type"]
    document, full = place.document, place.full(*path)
    if kind == "extra_forbidden":
        words = _known_keys(model, path[:-1])
        listed = f"Known here: {', '.join(words)}." if words else ""
        at = document.key_range(*full)
        return codes.SPEC_UNKNOWN_KEY.at(at, listed, hint=did_you_mean(str(path[-1]), words))
    if kind == "missing":
        at = document.key_range(*full[:-1]) if len(full) > 1 else document.range()
        return codes.SPEC_MISSING_KEY.at(at, f"`{path[-1]}` is missing here.", hint=f"needs {path[-1]}")
    return codes.SPEC_VALUE.at(document.range(*full), _sentence(error), hint="")


def _sentence(error: Any) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "literal_error":
        return f"Expected {context['expected']}."
    if kind == "string_pattern_mismatch":
        return PATTERN_WORDS.get(context["pattern"], f"Expected text that matches {context['pattern']}.")
    if kind in ("model_type", "dict_type"):
        return "Expected a mapping: keys with values, or {} for none."
    if kind in ("value_error", "union_tag_not_found", "union_tag_invalid") and "error" in context:
        return str(context["error"])
    message = str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return f"Expected {message}." if message != error["msg"] else f"{message}."


def _data_path(loc: tuple[str | int, ...], data: Any) -> list[str | int]:
    """The path in the data: pydantic also names branches of unions and `[key]`, which no user wrote."""
    path: list[str | int] = []
    for index, step in enumerate(loc):
        if step == "[key]" or (isinstance(step, str) and step.startswith("<")):
            written = isinstance(data, Mapping) and step in data
            if not written:
                continue
        path.append(step)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            if index < len(loc) - 1:
                break
    return path


def _known_keys(model: type[BaseModel], path: list[str | int]) -> list[str]:
    """The keys of the model at `path`; empty where the annotation is not a model."""
    current: Any = model
    for step in path:
        field = (
            current.model_fields.get(str(step))
            if isinstance(current, type) and issubclass(current, BaseModel)
            else None
        )
        if field is None and isinstance(step, str | int):
            inner = _models_in(current)
            current = inner[0] if inner else None
            continue
        assert field is not None
        inner = _models_in(field.annotation)
        current = inner[0] if len(inner) == 1 else inner
    models = current if isinstance(current, list) else _models_in(current)
    return [name for m in models for name in m.model_fields]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for arg in getattr(annotation, "__args__", ()) for m in _models_in(arg)]
