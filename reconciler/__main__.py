"""The console script, and `python -m reconciler`."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line and exit with its status."""
    collect_less()  # before the imports, which make most of what there is to look through
    from reconciler.cli.app import main as command_line

    try:
        command_line()
    finally:
        gc.freeze()  # the interpreter looks for garbage once more at its end, when all memory is given back anyway


def collect_less() -> None:
    """Specs and plans are large graphs of values that live to the end: looking through them for garbage is in vain."""
    gc.set_threshold(300_000, 50, 100)


if __name__ == "__main__":
    main()
