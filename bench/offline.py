"""One plan from files, in a process of its own: `python bench/offline.py ours|peer FOLDER`; see plans.py.

The peak of memory, in MB, goes to FOLDER/peak.
"""

from __future__ import annotations

import sys
from pathlib import Path


def ours(root: Path) -> None:
    """The specs and the training file as the command line reads them, the services' lists from files."""
    from reconciler.__main__ import collect_less

    collect_less()
    import orjson

    from reconciler.api.estate import load
    from reconciler.cli.plan import document
    from reconciler.model.observation import Observation, ObservedAccount
    from reconciler.planning.planfile import WHOLE
    from reconciler.planning.planner import make_plan
    from reconciler.providers.arm import read_deployment
    from reconciler.providers.dataplane import read_job, read_model
    from reconciler.render import plan as render_plan
    from reconciler.render.text import Style

    estate = load(root)
    jobs, models, deployments = (
        tuple(map(read, orjson.loads((root / f"{name}.json").read_bytes())))
        for name, read in (("jobs", read_job), ("models", read_model), ("deployments", read_deployment))
    )
    account = ObservedAccount("a", "swedencentral", "")
    observed = Observation("sweden", 0, account, jobs=jobs, models=models, deployments=deployments)
    made = make_plan(estate.specs, estate.facts, {"sweden": observed})
    assert not made.changes
    assert "No changes" in render_plan.render(document(made, root, WHOLE), Style(False))


def peer(root: Path) -> None:
    """octodns-sync, as its console script does it."""
    from octodns.cmds.sync import main

    sys.argv = ["octodns-sync", "--config-file", str(root / "config.yaml")]
    main()


if __name__ == "__main__":
    case, folder = sys.argv[1:]
    {"ours": ours, "peer": peer}[case](Path(folder))
    status = Path("/proc/self/status").read_text()
    (Path(folder) / "peak").write_text(str(int(status.split("VmHWM:")[1].split()[0]) / 1024))
