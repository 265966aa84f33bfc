"""What the `github` commands share: the run they are in, our comments, and how a refusal of GitHub's ends."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
import httpx2

from reconciler.cli.options import DEFAULT_ROOT
from reconciler.github import outputs
from reconciler.github.client import Client
from reconciler.github.comments import BOT, LIMIT, Comments
from reconciler.github.issues import Issues
from reconciler.github.marker import Marker
from reconciler.github.outputs import inert
from reconciler.github.run import Run, read_run
from reconciler.model import codes
from reconciler.model.diagnostics import Code, Diagnostic
from reconciler.providers import http
from reconciler.providers.errors import ServiceError
from reconciler.render import annotations as notes
from reconciler.render.diagnostics import as_json

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
_REFUSED = (401, 403, 404, 410)


@dataclass(frozen=True)
class Hub:
    """GitHub as one run sees it. Without a token nothing is written there, and the log says so."""

    run: Run
    client: Client | None
    comments: Comments | None
    issues: Issues | None

    def comment(self, number: int, marker: Marker, body: str, *, anew: bool = True) -> bool:
        """Put a sticky comment; whether the job may go on. Without `anew` only one that is there is edited."""
        if self.comments is None:
            tell(codes.GITHUB_OUTSIDE.at(detail=codes.GITHUB_OUTSIDE.way_out))
            return True
        comments = self.comments
        post, fine = attempt(lambda: comments.put(number, marker, body, anew=anew))
        if post and post.author != comments.author:
            detail = f"{post.author} wrote it, {comments.author} was expected. {codes.GITHUB_AUTHOR.way_out}"
            tell(codes.GITHUB_AUTHOR.at(detail=detail))
        return fine

    def tell(self, found: Iterable[Diagnostic]) -> None:
        """In the log, as annotations of the run."""
        annotate(notes.lines([as_json(d) for d in found]))

    def summary(self, markdown: str) -> None:
        """For people who look at the run; the job goes on without it."""
        try:
            outputs.write_summary(self.run, markdown)
        except OSError as error:
            tell(codes.FILE_UNWRITABLE.at(detail=f"{self.run.summary_file}: {error.strerror or error}."))

    def outputs(self, values: Mapping[str, str]) -> None:
        outputs.write_outputs(self.run, values)


@contextmanager
def hub(author: str) -> Iterator[Hub]:
    run = read_run(os.environ)
    with http.made(lambda: httpx2.Client(timeout=httpx2.Timeout(30.0, connect=10.0))) as connection:
        client = Client(connection, run.api_url, run.repository, run.token) if run.repository and run.token else None
        yield Hub(run, client, Comments(client, author) if client else None, Issues(client, author) if client else None)


def attempt(
    call: Callable[[], T], *, lenient: bool = True, failed: Code = codes.GITHUB_FAILED
) -> tuple[T | None, bool]:
    """What a call to GitHub gave, and whether the job may go on: if `lenient`, also where the token only reads.

    `failed` tells what the refusal of GitHub's means.
    """
    try:
        return call(), True
    except ServiceError as error:
        facts = f"{error.status or 'no answer'}"
        if lenient and error.status in _REFUSED:
            tell(codes.GITHUB_READ_ONLY.at(detail=f"{error.message}. {codes.GITHUB_READ_ONLY.way_out}", facts=facts))
            return None, True
        tell(failed.at(detail=f"{error.message.rstrip('.')}. {failed.way_out}", facts=facts))
        return None, False


def tell(diagnostic: Diagnostic) -> None:
    """In the log, as an annotation of the run."""
    click.echo(notes.render([diagnostic]), nl=False)


@contextmanager
def log() -> Iterator[None]:
    """Whatever is said until the end, on either stream, stands in the log and gives no commands to the CI."""
    with redirect_stderr(sys.stdout), inert(_write):
        yield


def _write(text: str) -> None:
    click.echo(text, nl=False)
    sys.stdout.flush()


def annotate(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def marker(kind: str, root: Path, arguments: Sequence[str], facts: Mapping[str, str]) -> Marker:
    return Marker(kind, root.as_posix(), scope(arguments), facts)


def scope(arguments: Sequence[str]) -> str:
    """What limits a plan, as one text; equal for the plan on a pull request and the apply after its merge."""
    return shlex.join(arguments)


def root_argument(function: F) -> F:
    kind = click.Path(path_type=Path)
    return click.argument("root", type=kind, default=DEFAULT_ROOT, envvar=_variable("root"))(function)


def option(*names: str, **attributes: Any) -> Callable[[F], F]:
    """An option that the action sets through the environment: no shell ever parses what a workflow passes."""
    name = names[0].partition("/")[0].removeprefix("--").replace("-", "_")
    return click.option(*names, envvar=_variable(name), **attributes)


def _variable(name: str) -> str:
    return f"RECONCILER_CI_{name.upper()}"


def author_option(function: F) -> F:
    return option(
        "--author",
        default=BOT,
        show_default=True,
        metavar="LOGIN",
        help="Who writes with this token; nobody else's comments are trusted.",
    )(function)


def common_options(function: F) -> F:
    function = author_option(function)
    function = option(
        "--args",
        "arguments",
        default="",
        metavar="OPTIONS",
        help="Further options of the command itself, in one string: --args '--target sweden --prune'.",
    )(function)
    return option("--targets", default="", metavar="NAMES", help="Only these targets; names, parted by spaces.")(
        function
    )


def world_options(function: F) -> F:
    function = option(
        "--base",
        type=click.Path(path_type=Path, file_okay=False),
        help="A checkout of the base: plan warns of targets that have left the specs, and offline it is live already.",
    )(function)
    return option("--offline", is_flag=True, help="Ask no service: look at an emulator in which --base was applied.")(
        function
    )


def footer(run: Run, *parts: str) -> str:
    """The last line of a comment; our own words, and links to this run."""
    link = [f"[log]({run.url})"] if run.url else []
    return "<sub>" + " · ".join([*(p for p in parts if p), *link]) + "</sub>"


COMMENT_LIMIT = LIMIT
SUMMARY_LIMIT = outputs.SUMMARY_LIMIT
