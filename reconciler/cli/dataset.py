"""`reconciler dataset`: training files by themselves, without specs; `lock` alone reads them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from reconciler.api.training_data import shown_path
from reconciler.cli.dataset_diff import diff
from reconciler.cli.dataset_lock import lock
from reconciler.cli.dataset_write import convert, split
from reconciler.cli.options import Terminal, format_option, no_color_option
from reconciler.cli.reporting import FORMATS, report
from reconciler.datasets import fit
from reconciler.datasets.formats import FORMATS as ROW_FORMATS
from reconciler.datasets.pointer import read_pointer
from reconciler.datasets.reading import Reader
from reconciler.datasets.scan import Request, Scan
from reconciler.model import codes
from reconciler.model.catalog.encodings import DEFAULT, encoding_of, row_limit, shortest
from reconciler.model.catalog.methods import models_of
from reconciler.model.diagnostics import Diagnostic, SourceRange, has_errors
from reconciler.render import dataset as render_dataset

files_argument = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
as_option = click.option(
    "--as", "row_format", type=click.Choice(ROW_FORMATS), help="Format of the rows. Default: that of most of them."
)
model_option = click.option("--model", default="", metavar="NAME", help="Base model: its encoding and its limit.")
provider_option = click.option(
    "--provider",
    type=click.Choice(("azure", "openai")),
    default="azure",
    show_default=True,
    help="Whose limits and rules.",
)
cache_option = click.option("--no-cache", is_flag=True, help="Read every file again.")


@click.group()
def dataset() -> None:
    """Check, count, compare, split, convert and lock training files."""


@dataset.command()
@files_argument
@as_option
@model_option
@provider_option
@click.option("--secrets", is_flag=True, help="Look for secrets and personal data too; slower.")
@format_option(*FORMATS)
@cache_option
@no_color_option
def check(
    files: tuple[Path, ...],
    row_format: str | None,
    model: str,
    provider: str,
    secrets: bool,
    form: str,
    no_cache: bool,
    terminal: Terminal,
) -> None:
    """Check every row of each FILE as the services would, and print its digest.

    Two files are also compared with each other: the first is taken for training, the second for validation.
    """
    reader = Reader(cached=not no_cache)
    request = Request(row_format, encoding=encoding_of(model)[0] if model else DEFAULT, secrets=secrets)
    found, problems = _read(files, request, reader)
    for file, scan in found.items():
        problems += _lengths(scan, shown_path(file), model, provider)
        problems += _vendors_own(scan, shown_path(file), provider)
    if len(files) == 2 and len(found) == 2:
        (one, first), (other, second) = found.items()
        problems += reader.leakage((first, one, shown_path(one)), (second, other, shown_path(other)))
    good = {file: scan.facts(file.stem, file) for file, scan in found.items() if not scan.errors}
    report(problems, form, terminal, {"files": {shown_path(file): _json(scan) for file, scan in found.items()}})
    if form == "text":
        for file, facts in good.items():
            click.echo(render_dataset.line(facts, shown_path(file), terminal.out), nl=False)
    if has_errors(problems):
        sys.exit(1)


@dataset.command()
@files_argument
@as_option
@model_option
@provider_option
@format_option("text", "json")
@cache_option
@no_color_option
def stats(
    files: tuple[Path, ...],
    row_format: str | None,
    model: str,
    provider: str,
    form: str,
    no_cache: bool,
    terminal: Terminal,
) -> None:
    """Rows, tokens and how they spread, turns, labels."""
    reader = Reader(cached=not no_cache)
    encoding, genuine = encoding_of(model) if model else (DEFAULT, True)
    if not genuine:
        click.echo(f"{model} has no public encoding here: tokens are estimated with {encoding}.", err=True)
    found, problems = _read(files, Request(row_format, encoding=encoding), reader)
    if form == "json":
        report(problems, form, terminal, {"files": {shown_path(file): _json(scan) for file, scan in found.items()}})
    else:
        report([p for p in problems if p.severity.value == "error"], form, terminal, {})
        limit = row_limit(model, provider) if model else None
        for file, scan in found.items():
            if scan.statistics and scan.rows:
                facts, shown = scan.facts(file.stem, file), shown_path(file)
                text = render_dataset.statistics(facts, scan.statistics, shown, limit, model, terminal.out)
                click.echo(text, nl=file != list(found)[-1])
    if has_errors(problems):
        sys.exit(1)


dataset.add_command(split)
dataset.add_command(convert)
dataset.add_command(lock)
dataset.add_command(diff)


def _read(files: tuple[Path, ...], request: Request, reader: Reader) -> tuple[dict[Path, Scan], list[Diagnostic]]:
    """Results by absolute path; pointers and what cannot be read are problems."""
    found: dict[Path, Scan] = {}
    problems: list[Diagnostic] = []
    for file in dict.fromkeys(file.resolve() for file in files):
        shown = shown_path(file)
        if file.is_file() and read_pointer(file):
            detail = f"{shown} is a git-LFS pointer. Run: git lfs pull --include {file.name}"
            problems.append(codes.DATASET_ABSENT.at(SourceRange(shown, 1, 1, 1, 1), detail))
            continue
        scan, wrong = reader.read(file, shown, request)
        problems += wrong
        if scan:
            found[file] = scan
    return found, problems


def _lengths(scan: Scan, shown: str, model: str, provider: str) -> Iterator[Diagnostic]:
    """Rows that are too long for the model; without one, for the one that reads least and trains on such rows."""
    if model:
        if (limit := row_limit(model, provider)) is not None:
            yield from fit.too_long(scan, shown, model, limit)
        return
    method = next((method for method, format in fit.FORMAT_OF_METHOD.items() if format == scan.format), "")
    if least := shortest(models_of(method, provider), provider):
        yield from fit.too_long(scan, shown, f"{least[1]} (--model names yours)", least[0])


def _vendors_own(scan: Scan, shown: str, provider: str) -> Iterator[Diagnostic]:
    at = SourceRange(shown, 1, 1, 1, 1)
    yield from (code.at(at, detail) for code, detail in fit.check_preferences(scan, provider))


def _json(scan: Scan) -> dict[str, object]:
    statistics = scan.statistics
    known: dict[str, object] = {
        "format": scan.format,
        "rows": scan.rows,
        "bytes": scan.bytes,
        "images": scan.block.images,
        "problems": dict(sorted(scan.block.findings.counts.items())),
    }
    if not scan.errors:
        known["digest"] = f"sha256:{scan.digest}"
    if statistics:
        known |= {
            "encoding": scan.encoding,
            "tokens": statistics.tokens,
            "tokens_median": statistics.quantile(0.5),
            "tokens_p95": statistics.quantile(0.95),
            "tokens_longest": statistics.longest[0],
            "line_longest": statistics.longest[1],
            "turns": {str(turns): rows for turns, rows in sorted(statistics.turns.items())},
            "labels": dict(statistics.labels) if statistics.labels else None,
        }
    return known
