"""`make acceptance ACCOUNT=... REGION=... MODEL=... BUDGET=1`: prints a page of verdicts."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from tests.acceptance.life import Account, Life, Refused
from tests.acceptance.probes import Findings, live, page


def main(arguments: list[str]) -> int:
    """0: nothing contradicted and all removed; 1: something was; 2: refused, nothing begun; 130: stopped."""
    parser = argparse.ArgumentParser(prog="make acceptance")
    for name in ("--account", "--region", "--model"):
        parser.add_argument(name, required=True)
    parser.add_argument("--budget", required=True, type=float)
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found, status = Findings(), 0
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder), Account(asked.account, asked.region, asked.model))
        try:
            live(life, Decimal(str(asked.budget)), found, lambda words: print(words, file=sys.stderr, flush=True))
        except Refused as error:
            print(error, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            status = 130
    print(page(found, asked.model))
    return status or int(found.contradicted or not found.removed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
