"""Options that several commands share, and the values they make."""

from __future__ import annotations

import fnmatch
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler.cli.completion import complete_address, complete_target
from reconciler.engine import PARALLELISM
from reconciler.model import codes
from reconciler.model.address import KINDS, Address
from reconciler.model.errors import DiagnosticsError
from reconciler.model.selection import Selection
from reconciler.render.text import Style
from reconciler.specs.base import did_you_mean
from reconciler.specs.estate import Specs

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_ROOT = "specs"


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where words go: results to standard output, messages to standard error."""

    no_color: bool

    @property
    def out(self) -> Style:
        return Style(self._colored(sys.stdout))

    @property
    def err(self) -> Style:
        return Style(self._colored(sys.stderr))

    def _colored(self, stream: Any) -> bool:
        if self.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return bool(stream.isatty()) or bool(os.environ.get("FORCE_COLOR"))


def can_ask() -> bool:
    """Somebody sits there: CI systems may bring a terminal, and nobody to answer."""
    return sys.stdin.isatty() and not os.environ.get("CI")


@dataclass(frozen=True, slots=True)
class Where:
    """Which services stand behind the targets."""

    embedded: bool
    emulator_url: str | None


def root_argument(function: F) -> F:
    return click.argument("root", type=click.Path(path_type=Path), default=DEFAULT_ROOT)(function)


def no_color_option(function: F) -> F:
    return click.option("--no-color", is_flag=True, help="Never use colour (NO_COLOR does the same).")(function)


def where_options(function: F) -> F:
    function = click.option(
        "--emulator-url",
        envvar="RECONCILER_EMULATOR",
        metavar="URL",
        help="Send every target's traffic to this emulator. [env: RECONCILER_EMULATOR]",
    )(function)
    return click.option(
        "--emulator", "embedded", is_flag=True, help="Run an emulator inside, with its state under .reconciler/."
    )(function)


def parallelism_option(function: F) -> F:
    return click.option(
        "--parallelism",
        type=click.IntRange(1, 100),
        default=PARALLELISM,
        show_default=True,
        metavar="N",
        help="Steps at the same time; 1 does one after the other.",
    )(function)


def prune_option(function: F) -> F:
    return click.option(
        "--prune",
        is_flag=True,
        help="Destroy what the estate owns and nothing wants any more; never what is protected.",
    )(function)


def policy_option(function: F) -> F:
    return click.option(
        "--policy",
        "policies",
        multiple=True,
        metavar="CMD",
        help="Ask this command too: the JSON plan on its standard input, any exit status but 0 refuses. Repeatable. "
        "[env: RECONCILER_POLICY, one a line]",
    )(function)


def safeguard_options(function: F) -> F:
    """What stands between a plan and the first write: `policies` as given, `allow_large_change` and `_over_budget`."""
    function = click.option(
        "--allow-over-budget",
        is_flag=True,
        help="Apply though training or hosting costs more than `budget` allows.",
    )(policy_option(function))
    return click.option(
        "--allow-large-change",
        is_flag=True,
        help="Apply though more than 30 % of the deployments are deleted, recreated or cut.",
    )(function)


def selection_options(function: F) -> F:
    function = click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="NAME",
        shell_complete=complete_target,
        help="Only changes on this target. Repeatable.",
    )(function)
    return click.option(
        "--select",
        "addresses",
        multiple=True,
        metavar="ADDRESS",
        shell_complete=complete_address,
        help="Only these addresses (globs) and what they need. Repeatable.",
    )(function)


def format_option(*formats: str) -> Callable[[F], F]:
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Form of the result.",
    )


def selection(addresses: tuple[str, ...], targets: tuple[str, ...]) -> Selection:
    """Raises a usage error for a target that is an address."""
    for name in targets:
        if name.startswith(tuple(f"{kind}." for kind in KINDS)):
            raise click.UsageError(f"--target takes the name of a target; {name} is an address: use --select {name}.")
    for address in addresses:
        try:
            Address.parse(address)
        except ValueError:
            if not any(c in address for c in "*?["):
                raise click.UsageError(
                    f"{address} is not an address. Addresses are dataset.NAME, job.NAME, job.CHAIN/STAGE "
                    "and deployment.NAME@TARGET, or a glob of one."
                ) from None
    return Selection(addresses, targets)


def duration_seconds(_context: click.Context, _option: click.Parameter, text: str | None) -> float | None:
    """`90`, `90s`, `15m` or `2h` as seconds."""
    if text is None:
        return None
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    try:
        seconds = float(number) * units[unit]
    except ValueError:
        seconds = -1
    if not 0 < seconds < 10**9:
        raise click.BadParameter(f"{text} is not a time such as 90s, 15m or 2h")
    return seconds


def check_selection(selection: Selection, specs: Specs, more: Iterable[Address] = ()) -> None:
    """Raises `DiagnosticsError` for a target, or an address, that neither the specs nor `more` have."""
    problems = []
    for name in selection.targets:
        if name not in specs.targets:
            words = sorted(specs.targets)
            detail = f'There is no target "{name}". There are: {", ".join(words)}.'
            problems.append(codes.UNKNOWN_ADDRESS.at(detail=detail))
    known = [str(a) for a in (*specs.addresses(), *more)]
    for pattern in selection.addresses:
        if not fnmatch.filter(known, pattern):
            hint = did_you_mean(pattern, known)
            problems.append(
                codes.UNKNOWN_ADDRESS.at(detail=f"Nothing is called {pattern}.", hint=hint, address=pattern)
            )
    if problems:
        raise DiagnosticsError(problems)
