"""Files that are no specs, or specs made to hurt: what is read at all, and how far."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import GOOD, Estate, Validate

MANY = 60_000


def nested(opening: str, closing: str, levels: int) -> str:
    return "estate: " + opening * levels + closing * levels


def aliases(levels: int, width: int) -> str:
    """Each level names the one before it several times: a few lines, width ** levels values."""
    lines = ["l0: &l0 [x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


def many(kind: str, entry: str, count: int = MANY) -> str:
    return f"version: 1\nestate: acme\n{kind}:\n" + "".join(f"  n{n:05}: {entry}\n" for n in range(count))


JUNK = [bytes(range(256)), b"\x89PNG\r\n\x1a\n" + bytes(200), b"PK\x03\x04" + b"\x00" * 50, b"\x7fELF" + b"\xff" * 64]

BYTES = [
    pytest.param(b"", "spec-version", id="nothing"),
    pytest.param(b"\n\n\n", "spec-version", id="blank lines"),
    pytest.param(b"# only a comment", "spec-version", id="a comment"),
    pytest.param(b"---\n", "spec-version", id="an empty document"),
    pytest.param(b"\x00", "yaml-syntax", id="NUL"),
    pytest.param(b"version: 1\x00\n", "yaml-syntax", id="NUL behind a value"),
    pytest.param(b"version: 1\nestate: a\x1bc\n", "yaml-syntax", id="a raw escape"),
    pytest.param(b"version: 1\nestate: a\x07\n", "yaml-syntax", id="a raw bell"),
    pytest.param(b"\xff\xfe" + "version: 1".encode("utf-16-le"), "file-encoding", id="UTF-16"),
    pytest.param("version: 1".encode("utf-32"), "file-encoding", id="UTF-32"),
    pytest.param("estate: caf\u00e9".encode("latin-1"), "file-encoding", id="Latin-1"),
    pytest.param(b"estate: \xed\xa0\x80\n", "file-encoding", id="a lone surrogate in bytes"),
    pytest.param(b'estate: "\\ud800"\n', "yaml-syntax", id="a lone surrogate by escape"),
    pytest.param(b'estate: "\\udc00\\ud800"\n', "yaml-syntax", id="a pair the wrong way round"),
    pytest.param(b'version: 1\nestate: "\\U00110000"\n', "yaml-syntax", id="beyond Unicode"),
    pytest.param(b'version: 1\nestate: "\\x00"\n', "spec-name", id="NUL by escape"),
    pytest.param(b"\xc0\xaf", "file-encoding", id="an overlong slash"),
    pytest.param(b"\xef\xbb\xbf\xef\xbb\xbfversion: 1\n", "*", id="two byte-order marks"),
    *[pytest.param(junk, "*", id=f"junk {n}") for n, junk in enumerate(JUNK)],
    pytest.param(b"x" * 1_000_001, "file-too-large", id="a byte too many"),
    pytest.param(b"#" * 999_000 + b"\n", "spec-version", id="a comment of a megabyte"),
    pytest.param(b"#" + b"\r" * 500_000, "spec-version", id="half a million line ends"),
]


@pytest.mark.parametrize(("raw", "code"), BYTES)
def test_bytes(raw: bytes, code: str, estate: Estate, validate: Validate) -> None:
    estate.spec.write_bytes(raw)
    told = validate()
    assert told.status == 1
    assert code == "*" or code in told.codes, told.err


TEXTS = [
    pytest.param("null", "spec-version", id="null"),
    pytest.param("1", "spec-version", id="a number"),
    pytest.param('"text"', "spec-version", id="a text"),
    pytest.param("[version, 1]", "spec-version", id="a list"),
    pytest.param("version", "spec-version", id="a word"),
    pytest.param("version: 2", "spec-version", id="another version"),
    pytest.param("version: 1.5", "spec-version", id="half a version"),
    pytest.param("version: true", "spec-version", id="version true"),
    pytest.param("version: [1]", "spec-version", id="version in a list"),
    pytest.param("version: {1: 1}", "spec-version", id="version in a mapping"),
    pytest.param("version: '1'", "spec-version", id="version as text"),
    pytest.param(f"version: {'9' * 200_000}", "spec-version", id="a version of 200,000 digits"),
    pytest.param(f"version: 0.{'9' * 200_000}", "spec-version", id="a fraction of 200,000 digits"),
    pytest.param("version: 1e999999999", "spec-version", id="an exponent without end"),
    pytest.param("version: -1e-999999999", "spec-version", id="an exponent with a beginning"),
    pytest.param("version: 1\n---\nversion: 1\n", "yaml-syntax", id="two documents"),
    pytest.param("%YAML 3.0\n---\nversion: 1\n", "yaml-syntax", id="YAML 3"),
    pytest.param("%TAG ! tag:x,2000:\n---\nversion: !y 1\n", "yaml-tag", id="a tag directive"),
    pytest.param("version: 1\nversion: 1\n", "duplicate-key", id="a key twice"),
    pytest.param("version: 1\nestate: {a: 1, a: 2}\n", "duplicate-key", id="a key twice inside"),
    pytest.param("version: 1\n<<: {estate: acme}\n", "yaml-key", id="a merge key"),
    pytest.param("version: 1\n? [a, b]\n: 1\n", "yaml-key", id="a list as key"),
    pytest.param("version: 1\n? {a: b}\n: 1\n", "yaml-key", id="a mapping as key"),
    pytest.param("a: &a 1\nversion: 1\n*a : 1\n", "yaml-key", id="an alias as key"),
    pytest.param("version: 1\n!!python/name:os.system estate: acme\n", "yaml-tag", id="a tag on a key"),
    pytest.param("version: 1.0\nestate: acme\n", "spec-version", id="version 1.0"),
    pytest.param("version: 1\n'': 1\n", "spec-unknown-key", id="an empty key"),
    pytest.param("version: 1\n : 1\n", "yaml-syntax", id="no key"),
    pytest.param("version: 1\n? \n", "spec-unknown-key", id="a key of nothing"),
    pytest.param("version: !!int 1\n", "yaml-tag", id="a tag for numbers"),
    pytest.param("version: 1\nestate: !!python/object/apply:os.system [id]\n", "yaml-tag", id="a command by tag"),
    pytest.param("version: 1\nestate: !!binary aGk=\n", "yaml-tag", id="binary by tag"),
    pytest.param("version: 1\njobs: !!set {a}\n", "yaml-tag", id="a set"),
    pytest.param("version: 1\nestate: !<tag:yaml.org,2002:python/name:os.system>\n", "yaml-tag", id="a full tag"),
    pytest.param("&a [*a]", "yaml-alias", id="a list inside itself"),
    pytest.param("&a {b: *a}", "yaml-alias", id="a mapping inside itself"),
    pytest.param("version: *none", "yaml-alias", id="an alias of nothing"),
    pytest.param("a: &b {c: &d {e: *b}}", "yaml-alias", id="a circle of two"),
    pytest.param(aliases(9, 9), "yaml-alias", id="a billion laughs"),
    pytest.param(aliases(30, 30), "yaml-alias", id="many more laughs"),
    pytest.param(aliases(20, 2), "yaml-alias", id="laughs by pairs"),
    pytest.param("version: 1\nestate: acme\n" + aliases(6, 9), "spec-unknown-key", id="a few laughs"),
    pytest.param(nested("[", "]", 33), "yaml-too-deep", id="one level too many"),
    pytest.param(nested("[", "]", 100_000), "yaml-too-deep", id="100,000 lists"),
    pytest.param(nested("{a: ", "}", 100_000), "yaml-too-deep", id="100,000 mappings"),
    pytest.param("[" * 400_000, "*", id="400,000 brackets left open"),
    pytest.param("]" * 400_000, "yaml-syntax", id="400,000 brackets never opened"),
    pytest.param("{" * 400_000, "*", id="400,000 braces"),
    pytest.param("- " * 400_000, "*", id="400,000 dashes"),
    pytest.param("? " * 400_000, "*", id="400,000 question marks"),
    pytest.param("\n".join(" " * n + "a:" for n in range(1_000)), "*", id="a staircase"),
    pytest.param("a: " * 300_000, "*", id="values that are keys"),
    pytest.param("!" * 400_000, "*", id="exclamation marks"),
    pytest.param("&a " * 300_000, "*", id="anchors of anchors"),
    pytest.param("'" * 399_999, "*", id="quotes"),
    pytest.param('"' + "\\" * 399_999, "*", id="backslashes"),
    pytest.param("|" + "\n" * 300_000, "*", id="a block of nothing"),
    pytest.param("estate: >\n" + " a\n" * 200_000, "*", id="a folded block"),
    pytest.param("%" * 300_000, "*", id="percent signs"),
    pytest.param("\t" * 300_000 + "version: 1", "*", id="tabs"),
    pytest.param("version: 1\n\tjobs: {}", "yaml-syntax", id="a tab as indentation"),
    pytest.param("version: 1\nestate: `acme`\n", "yaml-syntax", id="a backtick"),
    pytest.param("version: 1\nestate: @acme\n", "yaml-syntax", id="an at sign"),
    pytest.param("version: 1\nestate: {{ estate }}\n", "*", id="a template"),
    pytest.param("version: 1\n<<<<<<< HEAD\nestate: a\n=======\n>>>>>>> x\n", "yaml-syntax", id="a merge conflict"),
    pytest.param('{"version": 1, "estate": "acme",,}', "yaml-syntax", id="JSON with a comma too many"),
    pytest.param("<html><body>Sign in</body></html>", "spec-version", id="a page that asks to sign in"),
    pytest.param("import os\nos.system('id')\n", "*", id="a program"),
    pytest.param("x" * 900_000, "spec-version", id="one word"),
    pytest.param("version: 1\n" + "x" * 900_000 + ": 1\n", "*", id="one key"),
    pytest.param("version: 1\nestate: " + "x" * 900_000, "spec-name", id="one name"),
    pytest.param("version: 1\nestate: [" + "x," * 300_000 + "]", "spec-name", id="an estate of many"),
    pytest.param("version: 1\nestate: *" + "x" * 900_000, "yaml-alias", id="one alias"),
    pytest.param("version: 1\nestate: !" + "x" * 900_000 + " a", "*", id="one tag"),
    pytest.param("version: 1\nestate: acme\n" + " " * 900_000 + "x: 1", "*", id="one indentation"),
    pytest.param("version: 1\nestate: acme\n\u2028x: 1\n\u2029y: [\n", "*", id="line ends of another kind"),
    pytest.param("version: 1\n" + "".join(f"k{n}: 1\n" for n in range(MANY)), "too-many-problems", id="top keys"),
    pytest.param("version: 1\nestate: acme\n" + "jobs: 1\n" * MANY, "duplicate-key", id="one key thousands of times"),
    pytest.param(many("jobs", "1"), "too-many-problems", id="jobs that are numbers"),
    pytest.param(many("jobs", "{}", 50_000), "too-many-problems", id="jobs of nothing"),
    pytest.param(many("targets", "{}", 50_000), "too-many-problems", id="targets of nothing"),
    pytest.param(many("chains", "{}", 50_000), "too-many-problems", id="chains of nothing"),
    pytest.param(many("deployments", "{}", 50_000), "too-many-problems", id="deployments of nothing"),
    pytest.param(many("datasets", "{file: none.jsonl}", 20_000), "file-unreadable", id="datasets that are not there"),
    pytest.param(
        many("jobs", "{target: t, base_model: m-2025-04-14, training: d}", 12_000), "too-many-problems", id="references"
    ),
    pytest.param(
        "version: 1\nestate: acme\njobs: {x: {" + ", ".join(f"k{n}: 1" for n in range(MANY)) + "}}",
        "too-many-problems",
        id="thousands of unknown keys in one job",
    ),
    pytest.param(
        "version: 1\nestate: acme\nchains: {x: {target: t, base_model: m, training: d, "
        + "".join(f"k{n}: 1, " for n in range(30_000))
        + "stages: ["
        + ", ".join(f"{{name: s{n}}}" for n in range(30_000))
        + "]}}",
        "too-many-problems",
        id="thousands of unknown keys over thousands of stages",
    ),
    pytest.param(
        "version: 1\nestate: acme\njobs:\n"
        + "".join(
            f"  j{n}: {{target: t, base_model: {{job: j{(n + 1) % 9_000}}}, training: d}}\n" for n in range(9_000)
        ),
        "too-many-problems",
        id="a circle of 9,000 jobs",
    ),
]


@pytest.mark.parametrize(("text", "code"), TEXTS)
def test_texts(text: str, code: str, estate: Estate, validate: Validate) -> None:
    estate.spec.write_text(text, encoding="utf-8")
    told = validate()
    assert told.status == 1
    assert code == "*" or code in told.codes, told.err[:3000]


def test_the_good_estate_is_good(estate: Estate, validate: Validate) -> None:
    """So that the others are refused for what was done to them."""
    assert (validate().status, estate.spec.read_text()) == (0, GOOD)


@pytest.mark.parametrize("size", range(1, len(GOOD), 37))
def test_a_file_that_ends_early(size: int, estate: Estate, validate: Validate) -> None:
    estate.spec.write_text(GOOD[:size])
    validate()


def test_a_long_circle_is_found_and_cut_short(estate: Estate, validate: Validate) -> None:
    count = 6_000
    jobs = "".join(
        f"  j{n}: {{target: sweden, base_model: {{job: j{(n + 1) % count}}}, training: rows}}\n" for n in range(count)
    )
    estate.spec.write_text(GOOD.partition("jobs:")[0] + "jobs:\n" + jobs)
    assert "reference-cycle" in validate().codes


def test_thousands_of_good_jobs_are_good(estate: Estate, validate: Validate) -> None:
    jobs = "".join(
        f"  j{n}: {{target: sweden, base_model: m-2025-04-14, training: rows, seed: {n}}}\n" for n in range(10_000)
    )
    estate.spec.write_text(GOOD.partition("jobs:")[0] + "jobs:\n" + jobs)
    assert validate().status == 0
