"""What starting, reading and planning cost, as ratios against floors of the same run.

Each case and its floor run in turn; the ratio is taken pair by pair and the median is shown. CPU is user plus system.
`ROUNDS` and `RESOURCES` in the environment change the size.
"""

from __future__ import annotations

import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from reconciler.__main__ import collect_less
from reconciler.datasets.scan import DatasetFacts
from reconciler.model import marks
from reconciler.model.fingerprint import canonical_json
from reconciler.model.observation import Observation, ObservedAccount, ObservedDeployment, ObservedJob, ObservedModel
from reconciler.planning.diff import wanted_fields
from reconciler.planning.graph import build_graph
from reconciler.planning.planner import make_plan
from reconciler.specs.documents import parse
from reconciler.specs.estate import Specs
from reconciler.specs.parse import load

ROUNDS = int(os.environ.get("ROUNDS", "5"))
RESOURCES = int(os.environ.get("RESOURCES", "10000"))
SPEC = """\
version: 1
estate: small
targets:
  sweden:
    provider: azure
    subscription: 11111111-1111-1111-1111-111111111111
    resource_group: rg
    account: aoai-sweden
    region: swedencentral
datasets:
  rows: {file: rows.jsonl}
jobs:
  one: {target: sweden, base_model: gpt-4.1-mini-2025-04-14, training: rows}
"""
ROW = '{"messages": [{"role": "user", "content": "Question %d"}, {"role": "assistant", "content": "Answer"}]}\n'


def main() -> None:
    collect_less()
    print(f"{'what':58} {'ours':>9} {'floor':>9} {'ratio':>6}  bound")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".git").mkdir()
        (root / "all.yaml").write_text(SPEC)
        (root / "rows.jsonl").write_text("".join(ROW % i for i in range(12)))
        validate(root)
        first_request(root)
    positions()
    planning(RESOURCES, show=True)
    growth()


def report(what: str, ours: list[float], floor: list[float], bound: float) -> None:
    ratio = statistics.median(a / b for a, b in zip(ours, floor, strict=True))
    mark = "" if ratio <= bound else "  over"
    a, b = statistics.median(ours) * 1000, statistics.median(floor) * 1000
    print(f"{what:58} {a:7.0f}ms {b:7.0f}ms {ratio:6.2f}  {bound}{mark}")


def process(*command: str) -> float:
    """CPU seconds of one process, with compiled modules kept as in any installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def validate(root: Path) -> None:
    command = (sys.executable, "-m", "reconciler", "validate", str(root))
    process(*command)  # compiles the modules
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(process(*command))
        floor.append(process(sys.executable, "-c", "import yaml, orjson; from pydantic import BaseModel"))
    report("validate one small spec | import yaml, orjson, pydantic", ours, floor, 2.0)


def first_request(root: Path) -> None:
    """Against a port where nobody listens: the plan ends with its first request."""
    command = (sys.executable, "-m", "reconciler", "plan", str(root), "--emulator-url", "http://127.0.0.1:9")
    process(*command)
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(process(*command))
        floor.append(process(sys.executable, "-c", "import openai, azure.identity, azure.mgmt.cognitiveservices"))
    report("plan up to its first request | import the vendors' SDKs", ours, floor, 0.5)


def positions() -> None:
    entry = (
        "  job-{0}:\n    target: sweden\n    base_model: gpt-4.1-mini-2025-04-14\n    training: support-{0}\n"
        "    hyperparameters: {{n_epochs: 3, batch_size: auto, learning_rate_multiplier: 0.1}}\n    seed: {0}\n"
        "    gates:\n      - {{metric: full_valid_loss, max: 0.9}}\n    tags:\n      - one\n"
    )
    text = "version: 1\njobs:\n" + "".join(entry.format(i) for i in range(1000))
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(cpu(lambda: parse(text, "bench.yaml", Path("bench.yaml"))))
        floor.append(cpu(lambda: yaml.load(text, Loader=yaml.CSafeLoader)))
    report(f"{text.count(chr(10)):,} lines of YAML with positions | yaml.CSafeLoader", ours, floor, 0.8)


def planning(size: int, *, show: bool) -> float:
    specs, facts, observed = in_sync(size)
    graph = build_graph(specs, facts)
    shapes = [{**run.ingredients.as_dict(), "suffix": run.suffix} for run in graph.runs.values()]
    shapes += [{**wanted_fields(d, "model", None), "name": d.name} for d in graph.deployments.values()]
    ours, floor = [], []
    for _ in range(ROUNDS if show else 1):
        ours.append(cpu(lambda: make_plan(specs, facts, observed)))
        floor.append(cpu(lambda: [hashlib.sha256(canonical_json(shape)).hexdigest() for shape in shapes]))
    assert not make_plan(specs, facts, observed).changes
    if show:
        report(f"planning {size:,} resources in sync | canonical JSON + SHA-256", ours, floor, 10.0)
    return statistics.median(ours)


def growth() -> None:
    small, large = planning(RESOURCES, show=False), planning(RESOURCES * 10, show=False)
    print(f"{f'planning {RESOURCES * 10:,} | planning {RESOURCES:,}':58} {large:8.1f}s {small:8.1f}s "
          f"{large / small:6.1f}  10 is linear")  # fmt: skip


def in_sync(size: int) -> tuple[Specs, dict[str, DatasetFacts], dict[str, Observation]]:
    """Everything as the specs want it."""
    with tempfile.TemporaryDirectory() as folder:
        write_specs(Path(folder), size)
        specs, _ = load(Path(folder))
    facts = {"rows": DatasetFacts("rows", Path("rows.jsonl"), "0" * 64, 12, 1200)}
    return specs, facts, {"sweden": observation(specs, facts)}


def write_specs(root: Path, size: int) -> None:
    """Half runs, half deployments."""
    count = size // 2
    jobs = "".join(
        f"  j{i}: {{target: sweden, base_model: gpt-4.1-mini-2025-04-14, training: rows, seed: {i}}}\n"
        for i in range(count)
    )
    served = "".join(
        f"  d-{i}: {{model: {{job: j{i}}}, sku: Standard, capacity: 5, targets: {{sweden: {{}}}}}}\n"
        for i in range(count)
    )
    lines, blocks = jobs.splitlines(keepends=True), served.splitlines(keepends=True)
    (root / "all.yaml").write_text(SPEC.partition("jobs:")[0])
    for n in range(0, count, 2000):  # spec files are limited to a megabyte
        (root / f"part-{n}.yaml").write_text(
            "version: 1\njobs:\n" + "".join(lines[n : n + 2000]) + "deployments:\n" + "".join(blocks[n : n + 2000])
        )


def observation(specs: Specs, facts: dict[str, DatasetFacts]) -> Observation:
    graph = build_graph(specs, facts)
    names = {a: f"gpt-4.1-mini-2025-04-14.ft-{i:032x}-{r.suffix}" for i, (a, r) in enumerate(graph.runs.items())}
    jobs = tuple(
        ObservedJob(f"ftjob-{i}", "succeeded", i, i + 1, "gpt", names[a], r.suffix, None, None, 1, {}, None, None)
        for i, (a, r) in enumerate(graph.runs.items())
    )
    models = tuple(ObservedModel(name, None, "job", 1, True, None, None) for name in names.values())
    deployments = []
    for address, wanted in graph.deployments.items():
        model = names[wanted.model.address]  # type: ignore[union-attr]
        applied = wanted_fields(wanted, model, None)
        tags = marks.DeploymentMark(specs.estate, str(address), "", False, applied).tags()
        deployments.append(
            ObservedDeployment(
                wanted.name, wanted.name, "OpenAI", model, "1", "", "Standard", 5, "", "", tags, "Succeeded", "", "", {}
            )
        )
    account = ObservedAccount("a", "swedencentral", "")
    return Observation("sweden", 0, account, (), jobs, models, tuple(deployments))


if __name__ == "__main__":
    main()
