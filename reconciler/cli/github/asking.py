"""What `--args` and `--targets` of the `github` commands ask for: the options of the command line, parsed by it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import click

from reconciler.cli import options
from reconciler.cli.options import Where
from reconciler.model.asked import Asked
from reconciler.model.selection import Selection


@dataclass(frozen=True, slots=True)
class Wanted:
    """One plan's options, as the command line reads them."""

    asked: Asked
    policies: tuple[str, ...]
    parallelism: int
    where: Where


@dataclass(frozen=True, slots=True)
class Looked:
    """The options of a look for drift."""

    selection: Selection
    parallelism: int
    where: Where


def words(arguments: str, targets: str) -> list[str]:
    """The options in one string, as a shell would part them, and `--target` for every target."""
    try:
        parted = shlex.split(arguments)
    except ValueError as error:
        raise click.UsageError(f"--args {arguments}: {error}") from error
    return parted + [word for name in targets.split() for word in ("--target", name)]


def for_plan(extra: Sequence[str]) -> Wanted:
    """Raises `click.UsageError` for what `reconciler plan` does not know."""
    made: Wanted = _plan.main(list(extra), prog_name="--args", standalone_mode=False)
    return made


def for_drift(extra: Sequence[str]) -> Looked:
    """Raises `click.UsageError` for what `reconciler drift` does not know."""
    made: Looked = _drift.main(list(extra), prog_name="--args", standalone_mode=False)
    return made


@click.command(add_help_option=False)
@options.asked_options
@options.policy_option
@options.parallelism_option
@options.where_options
def _plan(asked: Asked, policies: tuple[str, ...], parallelism: int, where: Where) -> Wanted:
    return Wanted(asked, policies, parallelism, where)


@click.command(add_help_option=False)
@options.selection_options
@options.parallelism_option
@options.where_options
def _drift(selection: Selection, parallelism: int, where: Where) -> Looked:
    return Looked(selection, parallelism, where)
