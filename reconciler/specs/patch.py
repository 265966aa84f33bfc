"""Edits of spec files as unified diffs: one value set anew, everything else left as it was written.

An edit is read again before it is offered: when the new text says anything else than the old one with that value
changed (an alias, say, would change its other users), there is no patch.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.diagnostics import SourceRange
from reconciler.specs import documents
from reconciler.specs.documents import Document, Located

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Edit:
    """A key below an entry, and the value that it should have."""

    place: Located
    path: tuple[str, ...]
    value: Any

    @property
    def where(self) -> SourceRange:
        """The place in the file: the key, or the entry that it goes into."""
        document, path = self.place.document, _path(self.place.document, self)
        return document.key_range(*path) if document.has(*path) else document.range(*path)


def diff(edits: Iterable[Edit]) -> str:
    """One unified diff for all the edits that can be made, file by file; empty when none can."""
    files: dict[str, tuple[Document, Document]] = {}
    for edit in edits:
        first, now = files.get(edit.place.document.path, (edit.place.document, edit.place.document))
        changed = edited(now, edit)
        if changed is not None:
            files[first.path] = (first, changed)
    return "".join(_unified(first, now) for _, (first, now) in sorted(files.items()))


def edited(document: Document, edit: Edit) -> Document | None:
    """The document with one value changed and nothing else; None where that cannot be done."""
    path = _path(document, edit)
    text = document.lines.text
    if document.has(*path):
        at = document.range(*path)
        start, end = document.lines.index(at.line, at.column), document.lines.index(at.end_line, at.end_column)
        text = text[:start] + _scalar(edit.value) + text[end:]
    else:
        text = _inserted(document, path, edit.value)
    changed, problems = documents.parse(text, document.path, document.file)
    if problems or changed is None or changed.data != _with(document.read_again(), path, edit.value):
        return None
    return changed


def _path(document: Document, edit: Edit) -> tuple[str | int, ...]:
    """Where the value goes: beside the entry's own keys, unless the entry is the only one that takes the default."""
    own, default = (*edit.place.path, *edit.path), (*(edit.place.defaults or ()), *edit.path)
    if document.has(*own) or edit.place.defaults is None:
        return own
    siblings = _at(document.read_again(), edit.place.path[:-1])
    alone = edit.path[0] == "model" or len(siblings) == 1
    return default if alone and document.has(*default) else own


def _at(data: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        data = data[step]
    return data


def _with(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = json.loads(json.dumps(data))  # a copy in which the users of an alias share nothing
    inside = changed
    for step in path[:-1]:
        inside = inside.setdefault(step, {}) if isinstance(inside, dict) else inside[step]
    inside[path[-1]] = value
    return changed


def _inserted(document: Document, path: tuple[str | int, ...], value: Any) -> str:
    """The text with a new key in the innermost mapping of the path that is there."""
    depth = next(n for n in range(len(path) - 1, -1, -1) if document.has(*path[:n]))
    for step in reversed(path[depth + 1 :]):
        value = {step: value}
    marks = document.marks
    for step in path[:depth]:
        marks = marks[1][step][1] if isinstance(marks[1], dict) else marks[1][step]
    text: str = document.lines.text
    if not isinstance(marks, tuple) or not isinstance(marks[1], dict):
        return text  # not a mapping: no key can be put in
    span, keys = marks
    begins = documents.begins(span)
    key = f"{path[depth]}: {_scalar(value)}"
    if not keys:
        return text[: begins + 1] + key + text[begins + 1 :]
    starts = sorted((documents.begins(found[0]), name) for name, found in keys.items())
    # What names an item of a list stays in front.
    start, _ = starts[1 if starts[0][1] == "name" and len(starts) > 1 else 0]
    newline = "\r\n" if "\r\n" in text else "\n"
    in_braces = "{" in text[begins : starts[0][0]]
    joint = ", " if in_braces else newline + " " * (document.lines.between(start, start).column - 1)
    return text[:start] + key + joint + text[start:]


def _scalar(value: Any) -> str:
    """A value on one line, plain where that reads back as the same."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(k)}: {_scalar(v)}" for k, v in value.items()) + "}"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in ("true", "false", "null"):
        return value
    return json.dumps(value, ensure_ascii=False)


def _unified(before: Document, after: Document) -> str:
    old, new = _LINE.findall(before.lines.text), _LINE.findall(after.lines.text)
    lines = difflib.unified_diff(old, new, f"a/{before.path}", f"b/{after.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
