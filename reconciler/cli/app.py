"""The command line: the group of commands, and every way in which a command can end."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from keyword import iskeyword

import click

from reconciler import __version__
from reconciler.cli import streams
from reconciler.cli.options import Terminal
from reconciler.model.errors import DiagnosticsError, ReconcilerError, Stopped
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render.text import clean

FAILED, CHANGES, USAGE, INTERRUPTED = 1, 2, 64, 130

_WORK = ("apply", "destroy", "import", "github", "emulator")
"""Commands whose status tells what they did, also where nobody could hear of it."""

COMMANDS = (
    "validate", "plan", "show", "apply", "destroy", "import", "drift", "status", "doctor", "output", "dataset",
    "emulator", "schema", "targets", "explain", "completion", "init", "github",
)  # fmt: skip


class _Commands(click.Group):
    """Commands are imported when they are called: `validate` must not pay for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command = getattr(import_module(f"reconciler.cli.{name}"), name)
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "color": True}
)
@click.version_option(__version__, "--version", prog_name="reconciler")
def cli() -> None:
    """GitOps for fine-tuned models: specs in git, plan and apply against live state, no state file."""


def main() -> None:
    """The program's command line; exits."""
    # We bring no pydantic plugins; looking for them reads the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    outputs = streams.prepare()
    arguments = sys.argv[1:]
    status = run(arguments)
    failure = streams.lost(*outputs)
    if failure:
        status = _unheard(failure, arguments, status)
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """One command; its exit status. Usage errors are 64, so that a typo never reads as "changes" (2)."""
    try:
        cli.main(arguments, prog_name="reconciler", standalone_mode=False)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        error.show()
        return FAILED
    except DiagnosticsError as error:
        terminal = Terminal("--no-color" in arguments)
        click.echo(render_diagnostics.render(error.diagnostics, terminal.err), nl=False, err=True, color=True)
        return FAILED
    except Stopped:  # the time ran out before there was a plan
        click.echo("Stopped: the time is up, and nothing was begun.", err=True)
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted: nothing more is done.", err=True)
        return INTERRUPTED
    except (OSError, MemoryError, ReconcilerError) as error:
        click.echo(f"Error: {_refused(error)}", err=True)
        return FAILED
    return 0


def _refused(error: Exception) -> str:
    """The words for what the machine did not give: a file, room on a disk, memory, an answer."""
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    if not isinstance(error, OSError):
        return clean(str(error))
    named = [error.filename] if isinstance(error.filename, str) else []
    return clean(": ".join([*named, error.strerror or str(error) or type(error).__name__]))


def _unheard(failure: OSError, arguments: list[str], status: int) -> int:
    """The status after words were lost. Who has read enough, as `head` has, is told nothing."""
    if failure.errno != errno.EPIPE:
        click.echo(f"Error: the output could not be written: {_refused(failure)}", err=True)
    return FAILED if status in (0, CHANGES) and not (arguments and arguments[0] in _WORK) else status
