"""Names and texts that want to be something else: escapes, turned text, Markdown, markup, paths, numbers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.hostile.conftest import GOOD, Estate, Validate

NAMES = {
    "clear the screen": "\x1b[2J",
    "a colour": "\x1b[31mred\x1b[0m",
    "a title": "\x1b]0;owned\x07",
    "a link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "a bell": "\x07",
    "a carriage return": "good\rbad",
    "a backspace": "good\x08\x08\x08\x08bad",
    "DEL": "a\x7f",
    "C1": "a\x9b2J",
    "NEL": "a\x85b",
    "NUL": "a\x00b",
    "a line feed": "a\nb",
    "a tab": "a\tb",
    "right to left": "\u202egnp.exe",
    "isolates": "\u2066a\u2069",
    "an Arabic mark": "a\u061cb",
    "zero width": "a\u200bb",
    "a joiner": "a\u200db",
    "a byte-order mark": "\ufeffa",
    "a soft hyphen": "a\u00adb",
    "a line separator": "a\u2028b",
    "a paragraph separator": "a\u2029b",
    "annotations": "a\ufff9b\ufffb",
    "tags": "a\U000e0041\U000e007f",
    "a Cyrillic letter": "\u0430cme",
    "full width": "\uff41cme",
    "combining marks": "a" + "\u0301" * 500,
    "an emoji family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "a private character": "\ue000",
    "not a character": "a\ufdd0",
    "the last plane": "\U0010fffd",
    "Markdown": "[x](javascript:alert(1)) **b** `c` | d | # e",
    "an image": "![](https://evil.example/pixel.png)",
    "a mention": "@everyone #1",
    "markup": "<script>alert(1)</script>",
    "a comment": "--> <!-- x",
    "an entity": "&lt;a&gt;",
    "a path": "../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a Windows path": "C:\\Windows\\..",
    "a device": "con",
    "a glob": "*",
    "an address": "job.triage",
    "a target": "a@sweden",
    "a stage": "support/2026-13",
    "a shell": "$(id); `id` && id | id",
    "a format": "%s%s%n{0}{__class__}",
    "SQL": "'; DROP TABLE jobs; --",
    "a header": "a\r\nAuthorization: Bearer x",
    "a space": "a b",
    "nothing": "",
    "a space alone": " ",
    "a dot": ".",
    "two dots": "..",
    "a dash": "-",
    "a dash before": "-a",
    "a dot behind": "a.",
    "a capital": "Support",
    "an underscore": "a_b",
    "64 characters": "a" * 64,
    "10,000 characters": "a" * 10_000,
    "10,000 wide characters": "\u6f22" * 10_000,
    "300,000 characters": "a" * 300_000,
    "__proto__": "__proto__",
}
RIGHT = {"a device", "an address"}
"""Odd, and yet names."""


def yaml_text(value: str) -> str:
    """As a double-quoted scalar, everything beyond ASCII escaped: what arrives is exactly the text."""
    parts = []
    for character in value:
        code = ord(character)
        plain = 0x20 <= code < 0x7F and character not in '"\\'
        parts.append(character if plain else f"\\U{code:08x}")
    return '"' + "".join(parts) + '"'


PLACES: dict[str, Callable[[str], str]] = {
    "the estate": lambda n: GOOD.replace("estate: acme", f"estate: {n}"),
    "a target": lambda n: GOOD.replace("  platform:", f"  {n}:", 1),
    "a dataset": lambda n: GOOD.replace("  valid: {file", f"  {n}: {{file", 1),
    "a job": lambda n: GOOD.replace("  child:", f"  {n}:", 1),
    "a chain": lambda n: GOOD.replace("  support:", f"  {n}:", 1),
    "a stage": lambda n: GOOD.replace("name: 2026-02", f"name: {n}"),
    "a deployment": lambda n: GOOD.replace("  support-chat:", f"  {n}:", 1),
    "a reference": lambda n: GOOD.replace("training: rows\n", f"training: {n}\n", 1),
    "a key": lambda n: GOOD.replace("    seed:", f"    {n}:", 1),
    "a top key": lambda n: GOOD + f"{n}: 1\n",
    "a base model": lambda n: GOOD.replace("base_model: gpt-4.1-nano-2025-04-14", f"base_model: {{job: {n}}}"),
    "a file": lambda n: GOOD.replace("../data/rows.jsonl", n, 1),
    "a SKU": lambda n: GOOD.replace("sku: Standard", f"sku: {{a: {n}}}"),
    "a tag": lambda n: GOOD.replace("{team: support}", f"{{{n}: 1}}"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NAMES)
def test_a_name(name: str, place: str, estate: Estate, validate: Validate) -> None:
    text = PLACES[place](yaml_text(NAMES[name]))
    assert text != GOOD
    estate.spec.write_text(text, encoding="utf-8")
    if not validate().status:
        assert name in RIGHT, "this is no name"


@pytest.mark.parametrize("name", ["right to left", "Markdown", "a Cyrillic letter", "zero width", "combining marks"])
@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_is_not_escaped_in_the_file(name: str, place: str, estate: Estate, validate: Validate) -> None:
    """The line of the file is shown, too."""
    estate.spec.write_text(PLACES[place](json.dumps(NAMES[name], ensure_ascii=False)), encoding="utf-8")
    assert validate().status == 1


@pytest.mark.parametrize("name", ["\x1b[2J", "a\u202eb", "a\nb", "<b>", "a b", "caf\u00e9", "x" * 200, "-n"])
def test_a_file_of_that_name(name: str, estate: Estate, validate: Validate) -> None:
    """Names of files come from pull requests as well."""
    (estate.path / "specs" / f"{name}.yaml").write_text("version: 1\ncolour: red\n")
    told = validate()
    assert told.codes == {"spec-unknown-key"}


@pytest.mark.parametrize("name", ["\x1b[2J", "a\u202eb", "a\nb", "x" * 200])
def test_a_folder_of_that_name(name: str, estate: Estate, validate: Validate) -> None:
    folder = estate.path / "specs" / name
    folder.mkdir()
    (folder / "a.yaml").write_text("version: 1\ncolour: red\n")
    assert validate().codes == {"spec-unknown-key"}
    assert "no-specs" in validate(f"specs/{name}/none").codes


def test_a_name_that_is_no_utf8(estate: Estate, validate: Validate) -> None:
    (estate.path / "specs/a\udcffb.yaml").write_text("version: 1\n")
    assert validate().codes == {"file-encoding"}


@pytest.mark.parametrize("line", range(1, len(GOOD.splitlines()) + 1, 4))
def test_a_very_long_line(line: int, estate: Estate, validate: Validate) -> None:
    lines = GOOD.splitlines()
    lines[line - 1] += " # " + "x" * 50_000
    estate.spec.write_text("\n".join(lines).replace("n_epochs: 3", "n_epochs: 300"))
    assert validate().status == 1


def test_a_mistake_at_the_end_of_a_very_long_line(estate: Estate, validate: Validate) -> None:
    estate.spec.write_text("version: 1\nestate: acme\njobs: {" + " " * 50_000 + "triage: 1}\n")
    assert "specs/estate.yaml:3:50016" in validate().err
