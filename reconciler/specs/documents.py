"""The only YAML reader: plain data, and for every value the place where it stands.

It walks the parser's events with a stack of its own, so that nesting costs no recursion, and keeps of each event where
it stands, as one number: the events themselves are ten times as large as what they say. Scalars follow the rules of
the spec language, which are stricter than YAML 1.1: `yes`, `on`, `012` and dates are strings, `1e-5` is a number.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from reconciler.model import codes
from reconciler.model.diagnostics import Code, Diagnostic, SourceRange
from reconciler.specs.lines import Lines

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
_TOO_DEEP = f"Values may be nested {MAX_DEPTH} levels deep."
_LIBYAML_TOO_DEEP = "maximum nesting depth"
"""In the words of libyaml's own refusal, which newer versions make at 1,000 levels."""
MAX_NODES = 1_000_000
"""Values in a document once its aliases are followed."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,99})\Z")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,9})?\Z")
_INFINITE = (float("inf"), float("-inf"))
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_STR_TAG = "tag:yaml.org,2002:str"

Span: TypeAlias = int
"""Where something begins and ends: indexes into the text, packed by `_span`."""
Marks: TypeAlias = Any
"""A scalar's span; `(span, {key: (key's span, marks)})` for a mapping; `(span, [marks])` for a sequence."""


@dataclass(frozen=True, slots=True)
class Document:
    """One spec file. `path` is as the user would type it; `file` is where it was read."""

    path: str
    file: Path
    data: Any
    """None in the documents of loaded specs, whose values live on in the entries; `read_again` has it."""
    marks: Marks
    lines: Lines = field(repr=False)

    def without_data(self) -> Document:
        return replace(self, data=None)

    def read_again(self) -> Any:
        """The data, whatever has become of it."""
        again, _ = parse(self.lines.text, self.path, self.file)
        return again.data if again else None

    def range(self, *path: str | int) -> SourceRange:
        """The range of the value at `path`, or of its nearest ancestor that exists."""
        marks = self.marks
        for step in path:
            down = _down(marks, step)
            if down is None:
                break
            marks = down[1]
        return self._range(marks[0] if isinstance(marks, tuple) else marks)

    def key_range(self, *path: str | int) -> SourceRange:
        """The range of the key that holds the value at `path`."""
        *above, last = path
        marks = self.marks
        for step in above:
            down = _down(marks, step)
            if down is None:
                return self.range(*path)
            marks = down[1]
        down = _down(marks, last)
        return self._range(down[0]) if down else self.range(*path)

    def has(self, *path: str | int) -> bool:
        marks = self.marks
        for step in path:
            down = _down(marks, step)
            if down is None:
                return False
            marks = down[1]
        return True

    def at(self, *path: str | int) -> Located:
        return Located(self, path)

    def _range(self, span: Span | None) -> SourceRange:
        if span is None:  # a file without a value, such as one of comments only
            return SourceRange(self.path, 1, 1, 1, 1)
        return self.lines.between(begins(span), span & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Located:
    """A value inside a document: the `Place` that desired resources carry."""

    document: Document
    path: tuple[str | int, ...]
    defaults: tuple[str | int, ...] | None = None
    """Where keys stand that the value itself leaves out: a chain for its stages, a deployment for its targets."""

    def full(self, *path: str | int) -> tuple[str | int, ...]:
        """The path in the document of a key below this value."""
        own = (*self.path, *path)
        if self.defaults is None or not path or self.document.has(*own):
            return own
        default = (*self.defaults, *path)
        return default if self.document.has(*default) else own

    def range(self, *path: str | int) -> SourceRange:
        """The place of a key below this value; of this value's own key where `path` is empty."""
        return self.document.key_range(*self.full(*path))

    def value(self, *path: str | int) -> SourceRange:
        return self.document.range(*self.full(*path))


def _span(event: Any) -> Span:
    return int(event.start_mark.index << 32 | event.end_mark.index)


def begins(span: Span) -> int:
    """The index into the text of the first character."""
    return span >> 32


def _down(marks: Marks, step: str | int) -> tuple[Span, Marks] | None:
    if not isinstance(marks, tuple):
        return None
    inside = marks[1]
    if isinstance(inside, dict):
        found: tuple[Span, Marks] | None = inside.get(step)
        return found
    if isinstance(step, int) and 0 <= step < len(inside):
        child = inside[step]
        return (child[0] if isinstance(child, tuple) else child), child
    return None


def read(file: Path, shown: str) -> tuple[Document | None, list[Diagnostic]]:
    """Read one file; what is wrong with it comes back as diagnostics, never as an exception."""
    start = SourceRange(shown, 1, 1, 1, 1)
    try:
        if not file.is_file():
            return None, [codes.FILE_UNREADABLE.at(start, f"{shown} is not a regular file.")]
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return None, [codes.FILE_UNREADABLE.at(start, f"{shown}: {error.strerror or error}.")]
    if len(raw) > MAX_BYTES:
        return None, [codes.FILE_TOO_LARGE.at(start, f"{shown} is larger than {MAX_BYTES:,} bytes. Split it.")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [codes.FILE_ENCODING.at(SourceRange(shown, line, 1, line, 1), f"Byte {error.start} is not UTF-8.")]
    return parse(text, shown, file)


def parse(text: str, shown: str, file: Path) -> tuple[Document | None, list[Diagnostic]]:
    """Read the text of one document."""
    document = Document(shown, file, None, None, Lines(shown, text))
    reader = _Reader(document)
    try:
        data, marks = reader.read(text)
    except _Refused:
        return None, reader.problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if _LIBYAML_TOO_DEEP in (error.problem or ""):  # it scans ahead, so its limit may be met before ours
            reader.refuse(codes.YAML_TOO_DEEP, mark, _TOO_DEEP)
        else:
            reader.refuse(codes.YAML_SYNTAX, mark, _sentence(error.problem or error.context or "not YAML"))
        return None, reader.problems
    except yaml.YAMLError as error:  # the reader's own: a character that YAML does not allow
        told = _sentence(str(getattr(error, "reason", error)))
        reader.problems.append(codes.YAML_SYNTAX.at(document.lines.unprintable(), told))
        return None, reader.problems
    return Document(shown, file, data, marks, document.lines), reader.problems


def _sentence(text: str) -> str:
    first = " ".join(text.split())
    return first[:1].upper() + first[1:] + ("" if first.endswith(".") else ".")


class _Refused(Exception):
    """The document cannot be read further; the reason stands in `problems`."""


@dataclass(slots=True)
class _Frame:
    """A collection that is still open. `inside` holds the marks of its values."""

    event: Any
    data: Any
    inside: Any
    is_map: bool
    nodes_before: int
    key: str | None = None
    key_span: Span | None = None
    height: int = 0
    """Levels of collections below this one."""

    def add(self, value: Any, marks: Marks) -> None:
        if self.is_map:
            self.data[self.key] = value
            self.inside[self.key] = (self.key_span, marks)
            self.key_span = None
        else:
            self.data.append(value)
            self.inside.append(marks)


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A value that an alias may name: how many values it holds and how many levels of collections."""

    value: Any
    marks: Marks
    nodes: int
    height: int


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Diagnostic] = []
        self.anchors: dict[str, _Anchored] = {}
        self.open_anchors: set[str] = set()
        self.nodes = 0

    def refuse(self, code: Code, mark: Any, detail: str, hint: str = "") -> None:
        self.problems.append(code.at(self.document.lines.at(mark), detail, hint=hint))

    def read(self, document: str) -> tuple[Any, Marks]:
        """The first document's data and marks. Scalars come by the thousand, so they take the short way."""
        next_event, intern = _Loader(document).get_event, sys.intern
        scalar: Any = yaml.ScalarEvent
        stack: list[_Frame] = []
        top = root = _Frame(None, [], [], False, 0)
        while True:
            event = next_event()
            if type(event) is scalar:
                self.nodes += 1
                text = intern(event.value)  # most are keys, and names that stand in many places
                span = event.start_mark.index << 32 | event.end_mark.index  # `_span`, without the call
                if top.is_map and top.key_span is None:
                    if text in top.data or text == "<<" or event.tag or event.anchor:
                        self.check_key(top, event)
                    top.key, top.key_span = text, span
                    continue
                if event.tag is not None or event.anchor is not None:
                    self.check_scalar(event)
                plain = not event.style and event.tag is None
                top.add(_plain(text) if plain else text, span)
                continue
            if isinstance(event, yaml.StreamEndEvent):
                return (root.data[0], root.inside[0]) if root.data else (None, None)
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(top)
                top = self.open(event, top, len(stack))
            elif isinstance(event, yaml.CollectionEndEvent):
                done, top = top, stack.pop()
                marks = (_span(done.event), done.inside)
                if done.event.anchor is not None:
                    self.open_anchors.discard(done.event.anchor)
                    nodes = self.nodes - done.nodes_before
                    self.anchors[done.event.anchor] = _Anchored(done.data, marks, nodes, done.height + 1)
                top.height = max(top.height, done.height + 1)
                top.add(done.data, marks)
            elif isinstance(event, yaml.AliasEvent):
                self.check_not_key(top, event)
                found = self.follow(event, len(stack))
                top.height = max(top.height, found.height)
                top.add(found.value, found.marks)
            elif isinstance(event, yaml.DocumentStartEvent) and root.data:
                self.refuse(codes.YAML_SYNTAX, event.start_mark, "One document a file: begin a new file instead.")
                raise _Refused

    def open(self, event: Any, above: _Frame, depth: int) -> _Frame:
        if depth > MAX_DEPTH:
            self.refuse(codes.YAML_TOO_DEEP, event.start_mark, _TOO_DEEP)
            raise _Refused
        self.check_not_key(above, event)
        if event.tag is not None:
            self.refuse_tag(event)
        if event.anchor is not None:
            self.open_anchors.add(event.anchor)
        self.nodes += 1
        if isinstance(event, yaml.MappingStartEvent):
            return _Frame(event, {}, {}, True, self.nodes - 1)
        return _Frame(event, [], [], False, self.nodes - 1)

    def check_not_key(self, frame: _Frame, event: Any) -> None:
        if frame.is_map and frame.key_span is None:
            self.refuse(codes.YAML_KEY, event.start_mark, "A key must be a plain word, not a collection or an alias.")
            raise _Refused

    def check_key(self, frame: _Frame, event: Any) -> None:
        key = event.value
        if event.tag is not None and event.tag != _STR_TAG:
            self.refuse_tag(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(key, _span(event), 1, 0)
        if key == "<<" and not event.style:
            self.refuse(
                codes.YAML_KEY,
                event.start_mark,
                "Merge keys (<<) are not read. In a chain, every key but `stages` is a default for the stages.",
            )
        if key in frame.data:
            first = self.document._range(frame.inside[key][0])
            again = self.document._range(_span(event))
            self.problems.append(
                codes.DUPLICATE_KEY.at(again, f'"{key}" stands here twice.', related=[("first", first)])
            )

    def check_scalar(self, event: Any) -> None:
        if event.tag is not None and event.tag != _STR_TAG:
            self.refuse_tag(event)
        if event.anchor is not None:
            plain = not event.style and event.tag is None
            self.anchors[event.anchor] = _Anchored(_plain(event.value) if plain else event.value, _span(event), 1, 0)

    def follow(self, event: Any, depth: int) -> _Anchored:
        if event.anchor in self.open_anchors:
            self.refuse(codes.YAML_ALIAS, event.start_mark, f"*{event.anchor} stands inside what it names.")
            raise _Refused
        if event.anchor not in self.anchors:
            self.refuse(codes.YAML_ALIAS, event.start_mark, f"There is no &{event.anchor} above this.")
            raise _Refused
        found = self.anchors[event.anchor]
        self.nodes += found.nodes
        if depth + found.height > MAX_DEPTH:
            self.refuse(codes.YAML_TOO_DEEP, event.start_mark, _TOO_DEEP)
            raise _Refused
        if self.nodes > MAX_NODES:
            self.refuse(codes.YAML_ALIAS, event.start_mark, f"The aliases make more than {MAX_NODES:,} values.")
            raise _Refused
        return found

    def refuse_tag(self, event: Any) -> None:
        self.refuse(codes.YAML_TAG, event.start_mark, f"{event.tag} is not read. Remove the tag.")


def _plain(text: str) -> Any:
    """The value of a plain scalar."""
    first = text[:1]
    if first in "0123456789-+.":
        if _INT.match(text):
            return int(text)
        if first and _FLOAT.match(text) and not text.lstrip("+-").isdigit():
            number = float(text)
            return text if number in _INFINITE else number
    return _WORDS.get(text, text)
