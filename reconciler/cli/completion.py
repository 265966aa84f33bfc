"""`reconciler completion`: the script for a shell, and what it completes from the specs."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.model.errors import DiagnosticsError
from reconciler.specs.estate import Specs
from reconciler.specs.parse import load

_VARIABLE = "_RECONCILER_COMPLETE"
_BASH = "COMP_WORDBREAKS=${COMP_WORDBREAKS//@/}  # deployment.NAME@TARGET is one word\n"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands, options, addresses and targets in SHELL.

    \b
    bash:  eval "$(reconciler completion bash)"        in ~/.bashrc
    zsh:   eval "$(reconciler completion zsh)"         in ~/.zshrc
    fish:  reconciler completion fish | source         in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root()
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(root.command, {}, "reconciler", _VARIABLE).source()
    click.echo((_BASH if shell == "bash" else "") + script)


def complete_target(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of targets."""
    specs = _specs(context)
    return [name for name in sorted(specs.targets) if name.startswith(incomplete)] if specs else []


def complete_address(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Addresses of everything that the specs have."""
    specs = _specs(context)
    return [a for a in sorted(map(str, specs.addresses())) if a.startswith(incomplete)] if specs else []


def _specs(context: click.Context) -> Specs | None:
    """What the command line would load; nothing, without a word, when it does not load."""
    # Where an option still lacks its value, click leaves the words before it unread.
    folders = [word for word in context.args if Path(word).is_dir()]
    try:
        return load(Path(folders[0] if folders else context.params.get("root") or "specs"))[0]
    except (DiagnosticsError, OSError):
        return None
