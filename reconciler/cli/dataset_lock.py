"""`reconciler dataset lock`: writes `datasets.lock`, so that plans need no training file."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.api.training_data import Loading, shown_path
from reconciler.cli.options import root_argument
from reconciler.datasets.facts import DatasetFacts
from reconciler.datasets.lock import LockEntry, file_sha256, lock_bytes, path_key
from reconciler.datasets.reading import Reader
from reconciler.datasets.scan import Request
from reconciler.model import codes
from reconciler.model.catalog.encodings import DEFAULT
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.errors import DiagnosticsError
from reconciler.render.text import clean, plural
from reconciler.specs.estate import Specs
from reconciler.specs.parse import load


@click.command()
@root_argument
@click.option(
    "--copy",
    "copies",
    multiple=True,
    metavar="NAME=FILE",
    help="A local copy of the file behind the dataset's url, to be counted. Repeatable.",
)
@click.option("--no-cache", is_flag=True, help="Read every training file again.")
def lock(root: Path, copies: tuple[str, ...], no_cache: bool) -> None:
    """Write ROOT/datasets.lock: what a plan needs to know of each training file. Commit it.

    What is not here (a git-LFS pointer, a file elsewhere) keeps the entry that it has.
    """
    specs, _ = load(root)
    loading = Loading(specs, tokens=True, reader=Reader(cached=not no_cache))
    old, loading.entries = loading.entries, {}
    kept: dict[str, LockEntry] = {}
    problems: list[Diagnostic] = []
    for name, entry in sorted(specs.datasets.items()):
        key = _key(specs, loading, name)
        if key in old and not _is_here(specs, name):
            kept[key] = old[key]
            continue
        problems += loading.dataset(entry)
        facts = loading.facts.get(name)
        if facts and facts.present:
            kept[key] = _entry(facts)
    for name, file in _copies(copies, specs):
        kept[specs.datasets[name].spec.url] = _copy(specs, name, file, loading.reader, problems)
    if has_errors(problems):
        raise DiagnosticsError(problems)
    loading.lock.write_bytes(lock_bytes(kept))
    for key, locked in sorted(kept.items()):
        click.echo(f"{clean(key)}: {plural(locked.rows, 'row')} · {locked.tokens:,} tokens · sha256:{locked.digest}")
    click.echo(f"{clean(shown_path(loading.lock.resolve()))}: {plural(len(kept), 'entry', 'entries')}.")


def _key(specs: Specs, loading: Loading, name: str) -> str:
    entry = specs.datasets[name]
    if entry.spec.url:
        return entry.spec.url
    return path_key(loading.lock.resolve(), (entry.place.document.file.parent / entry.spec.file).resolve())


def _is_here(specs: Specs, name: str) -> bool:
    from reconciler.datasets.pointer import read_pointer

    entry = specs.datasets[name]
    file = entry.place.document.file.parent / entry.spec.file
    return not entry.spec.url and file.is_file() and read_pointer(file) is None


def _entry(facts: DatasetFacts) -> LockEntry:
    return LockEntry(
        sha256=file_sha256(facts.file),
        digest=facts.digest,
        rows=facts.rows,
        bytes=facts.bytes,
        format=facts.format,
        tokens=facts.tokens or 0,
        longest=facts.longest or 0,
        encoding=facts.encoding,
        images=facts.images,
    )


def _copies(copies: tuple[str, ...], specs: Specs) -> list[tuple[str, Path]]:
    found = []
    for text in copies:
        name, equals, file = text.partition("=")
        if not equals or name not in specs.datasets or not specs.datasets[name].spec.url:
            raise click.UsageError(f"--copy takes NAME=FILE with the name of a dataset that has a url, not {text}.")
        found.append((name, Path(file)))
    return found


def _copy(specs: Specs, name: str, file: Path, reader: Reader, problems: list[Diagnostic]) -> LockEntry:
    spec = specs.datasets[name].spec
    scan, wrong = reader.read(file.resolve(), shown_path(file.resolve()), Request(spec.format, DEFAULT))
    problems += wrong
    if scan is None or scan.errors:
        raise DiagnosticsError(problems)
    if f"sha256:{scan.digest}" != spec.digest:
        at = specs.datasets[name].place.value("digest")
        detail = f"{file} has sha256:{scan.digest}; the spec has {spec.digest}."
        problems.append(codes.DATASET_LOCK.at(at, detail, address=f"dataset.{name}"))
    return _entry(scan.facts(name, file.resolve()))
