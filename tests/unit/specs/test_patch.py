"""Edits of spec files as diffs that `git apply` takes: one value changes, everything else stays as it was written."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.specs.documents import Located, parse
from reconciler.specs.patch import Edit, diff


def patched(tmp_path: Path, text: str, path: tuple[str, ...], value: Any, target: str = "sweden") -> str | None:
    """The file after `git apply`; None when no patch is offered."""
    file = tmp_path / "specs" / "x.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode())
    document, problems = parse(text, "specs/x.yaml", file)
    assert document is not None
    assert not problems
    base = ("deployments", "chat")
    made = diff([Edit(Located(document, (*base, "targets", target), defaults=base), path, value)])
    if not made:
        return None
    subprocess.run(["git", "apply", "-"], input=made.encode(), cwd=tmp_path, check=True, capture_output=True)
    return file.read_bytes().decode()


def entry(body: str) -> str:
    return f"version: 1\ndeployments:\n  chat:\n    model: {{job: x}}\n{body}"


OWN, DEFAULT = "    targets:\n      sweden: {capacity: 20}   # why\n", "    capacity: 50\n    targets:\n"
CASES = [
    (OWN, ("capacity",), 30, "    targets:\n      sweden: {capacity: 30}   # why\n", "its own key"),
    (f"{DEFAULT}      sweden: {{}}\n", ("capacity",), 30, "    capacity: 30\n    targets:\n      sweden: {}\n",
     "the entry's key, where there is one target"),
    (f"{DEFAULT}      sweden: {{}}\n      chicago: {{}}\n", ("capacity",), 30,
     f"{DEFAULT}      sweden: {{capacity: 30}}\n      chicago: {{}}\n", "not the default of the others"),
    (f"{DEFAULT}      sweden: {{sku: S}}\n      chicago: {{}}\n", ("capacity",), 30,
     f"{DEFAULT}      sweden: {{capacity: 30, sku: S}}\n      chicago: {{}}\n", "before what is there"),
    (f"{DEFAULT}      sweden:\n        sku: S   # kept\n      chicago: {{}}\n", ("capacity",), 30,
     f"{DEFAULT}      sweden:\n        capacity: 30\n        sku: S   # kept\n      chicago: {{}}\n", "its own line"),
    ("    tags: {team: a}\n    targets: {sweden: {}, chicago: {}}\n", ("tags", "team"), "b: c",
     '    tags: {team: a}\n    targets: {sweden: {tags: {team: "b: c"}}, chicago: {}}\n', "a map in between; quoted"),
    ("    targets: {sweden: {tags: {x: y}}}\n", ("tags", "team"), "yes",
     "    targets: {sweden: {tags: {team: yes, x: y}}}\n", "a word that is none of YAML's here"),
    ("    targets: {sweden: {sku: 'S'}}", ("sku",), "GlobalStandard",
     "    targets: {sweden: {sku: GlobalStandard}}", "a file that ends without a line's end"),
    ("    targets:\r\n      sweden:\r\n        sku: S\r\n", ("sku",), "T",
     "    targets:\r\n      sweden:\r\n        sku: T\r\n", "the line ends of Windows"),
    ("    targets: {sweden: {sku: S}}\n", ("sku",), "true", '    targets: {sweden: {sku: "true"}}\n', "a text"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "path", "value", "after", "why"), CASES)
def test_edits(tmp_path: Path, before: str, path: tuple[str, ...], value: Any, after: str, why: str) -> None:
    assert patched(tmp_path, entry(before), path, value) == entry(after), why


def test_the_version_of_a_model_is_the_entrys(tmp_path: Path) -> None:
    body = '    model: {name: gpt-4o, version: "2024-08-06"}\n    targets: {sweden: {}}\n'
    text = f"version: 1\ndeployments:\n  chat:\n{body}"
    after = patched(tmp_path, text, ("model", "version"), "2024-11-20")
    assert after == text.replace("2024-08-06", "2024-11-20")


REFUSED = [
    ("    targets: {sweden: &s {capacity: 1}, chicago: *s}\n", "another one shares it"),
    ("    capacity: 5\n    targets: {sweden: &s {sku: S}, chicago: *s}\n", "another one would get the key too"),
]


@pytest.mark.parametrize(("body", "why"), REFUSED)
def test_what_would_change_more_is_not_offered(tmp_path: Path, body: str, why: str) -> None:
    assert patched(tmp_path, entry(body), ("capacity",), 30) is None, why


def test_edits_of_one_file_are_one_diff(tmp_path: Path) -> None:
    text = entry("    targets:\n      sweden: {capacity: 1, sku: A}\n      chicago: {capacity: 2}\n")
    document, _ = parse(text, "specs/x.yaml", tmp_path)
    assert document is not None
    base = ("deployments", "chat")
    edits = [
        Edit(Located(document, (*base, "targets", target), defaults=base), path, value)
        for target, path, value in (
            ("sweden", ("capacity",), 3),
            ("chicago", ("capacity",), 4),
            ("sweden", ("sku",), "B"),
        )
    ]
    made = diff(edits)
    assert made.count("--- a/specs/x.yaml") == 1
    assert "+      sweden: {capacity: 3, sku: B}\n+      chicago: {capacity: 4}\n" in made
