"""The console script, and `python -m reconciler`."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its status."""
    leave_the_working_folder()
    collect_less()  # before the imports, which make most of what there is to look through
    try:
        from reconciler.cli.app import main as command_line

        command_line()
    except KeyboardInterrupt:  # while it was imported
        sys.exit(130)
    finally:
        gc.freeze()  # the interpreter looks for garbage once more at its end, when all memory is given back anyway


def leave_the_working_folder() -> None:
    """Import nothing from there: a pull request writes it. `python -m` and an empty PYTHONPATH entry put it first.

    With `python -m` the working folder has already decided what `reconciler` is: in a checkout that others write to,
    call the console script, or `python -I -m reconciler`.
    """
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:  # the folder was deleted
        here = ""
    sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != here]


def collect_less() -> None:
    """Specs and plans are large graphs of values that live to the end: looking through them for garbage is in vain."""
    gc.set_threshold(300_000, 50, 100)


if __name__ == "__main__":
    main()
