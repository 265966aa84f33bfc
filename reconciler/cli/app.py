"""The command line: the group of commands, and every way in which a command can end."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from keyword import iskeyword

import click

from reconciler import __version__
from reconciler.cli.options import Terminal
from reconciler.model.errors import DiagnosticsError, ReconcilerError
from reconciler.render import diagnostics as render_diagnostics

FAILED, USAGE, INTERRUPTED = 1, 64, 130

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
        assert isinstance(command, click.Command)
        return command


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names may have more characters than the terminal
    sys.exit(run(sys.argv[1:]))


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
    except ReconcilerError:  # the time ran out before there was a plan
        click.echo("Stopped: the time is up, and nothing was begun.", err=True)
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted: nothing more is done.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; the interpreter must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return 0
