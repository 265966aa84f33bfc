"""Options that several commands share, and the values they make."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from reconciler.cli.completion import complete_address, complete_target
from reconciler.engine import PARALLELISM
from reconciler.model.address import KINDS, Address
from reconciler.model.asked import Asked
from reconciler.model.selection import Selection
from reconciler.render.text import Style

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


def _gathers(function: F, name: str, make: Callable[..., Any], *options: str) -> F:
    """The command with one value in place of what those options say."""

    @functools.wraps(function)
    def command(**given: Any) -> Any:
        said = {option: given.pop(option) for option in options}
        return function(**given, **{name: make(**said)})

    return cast(F, command)


def root_argument(function: F) -> F:
    return click.argument("root", type=click.Path(path_type=Path), default=DEFAULT_ROOT)(function)


def no_color_option(function: F) -> F:
    """Gives the command a `terminal`."""
    function = _gathers(function, "terminal", Terminal, "no_color")
    return click.option("--no-color", is_flag=True, help="Never use colour (NO_COLOR does the same).")(function)


def where_options(function: F) -> F:
    """Gives the command a `where`."""
    function = _gathers(function, "where", Where, "embedded", "emulator_url")
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


def timeout_option(function: F) -> F:
    """Gives the command a `timeout` in seconds, or None."""
    return click.option("--timeout", callback=duration_seconds, metavar="TIME", help="Give up after 90s, 15m, 2h ...")(
        function
    )


def policy_option(function: F) -> F:
    return click.option(
        "--policy",
        "policies",
        multiple=True,
        metavar="CMD",
        help="Ask this command too: the JSON plan on its standard input, any exit status but 0 refuses. Repeatable. "
        "[env: RECONCILER_POLICY, one a line]",
    )(function)


def selection_options(function: F) -> F:
    """Gives the command a `selection`."""
    return _selecting(_gathers(function, "selection", selection, "addresses", "targets"))


def _selecting(function: F) -> F:
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


def asked_options(function: F) -> F:
    """Gives the command what it is `asked`."""
    keys = ("addresses", "targets", "prune", "allow_large_change", "allow_over_budget")
    function = _gathers(function, "asked", _asked, *keys)
    for option in (_allow_over_budget, _allow_large_change, _prune, _selecting):
        function = option(function)
    return function


def _asked(addresses: tuple[str, ...], targets: tuple[str, ...], **more: bool) -> Asked:
    return Asked(selection(addresses, targets), **more)


def _prune(function: F) -> F:
    return click.option(
        "--prune",
        is_flag=True,
        help="Destroy what the estate owns and nothing wants any more; never what is protected.",
    )(function)


def _allow_large_change(function: F) -> F:
    return click.option(
        "--allow-large-change",
        is_flag=True,
        help="Apply though more than 30 % of the deployments are deleted, recreated or cut.",
    )(function)


def _allow_over_budget(function: F) -> F:
    return click.option(
        "--allow-over-budget",
        is_flag=True,
        help="Apply though training or hosting costs more than `budget` allows.",
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
