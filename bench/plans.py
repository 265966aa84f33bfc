"""What looking at the services, planning from files and showing a plan cost, against the vendors' SDKs and octoDNS.

Planning is a process of its own, with its own peak of memory; it and its peer take turns, and medians are shown.
`ROUNDS` and `RESOURCES` in the environment change the size. octoDNS is in the extra `bench`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import orjson
from core import RESOURCES, ROUNDS, ROW, cpu, in_sync, observation, process, report, write_specs

from reconciler.__main__ import collect_less
from reconciler.api.estate import load
from reconciler.cli.plan import document as plan_document
from reconciler.cli.plan import markdown
from reconciler.engine.observe import observe
from reconciler.engine.operations import READS
from reconciler.engine.pool import make_pool
from reconciler.planning.planfile import WHOLE
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planner import make_plan
from reconciler.providers import azure
from reconciler.providers.base import Pace, Target
from reconciler.providers.http import LIMITS
from reconciler.render import plan as render_plan
from reconciler.render.markdown.page import COMMENT, size
from reconciler.render.text import Style
from reconciler.specs.target import AzureTarget

TARGETS = 40
LATENCY = 0.05
"""Seconds."""
PAGES = 40
"""Times that each list is read, one after the other."""
OFFLINE = Path(__file__).with_name("offline.py")
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"


def main() -> None:
    collect_less()
    print(f"{'what':58} {'ours':>9} {'floor':>9} {'ratio':>6}  bound")
    looks()
    pages()
    with tempfile.TemporaryDirectory() as folder:
        whole(Path(folder))
    rendering()


@contextmanager
def service(delay: float) -> Iterator[str]:
    """The address of a service that answers after `delay` seconds."""
    command = [sys.executable, str(Path(__file__).with_name("service.py")), str(delay * 1000)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        yield running.stdout.readline().strip()
        running.communicate()


def connect(url: str, client: httpx2.Client, count: int) -> dict[str, Target]:
    named = {f"t{n}": f"aoai-{n}" for n in range(count)}
    specs = {
        name: AzureTarget(
            provider="azure", subscription=SUBSCRIPTION, resource_group="rg", account=account, region="swedencentral"
        )
        for name, account in named.items()
    }
    return {
        name: azure.connect(name, spec, client, pace=Pace(), sleep=time.sleep, emulator=url)
        for name, spec in specs.items()
    }


def looks() -> None:
    """The account, then deployments, files, jobs and models of each target, over new connections each time."""
    walls = []
    with service(LATENCY) as url:
        for _ in range(ROUNDS + 1):
            with httpx2.Client(limits=LIMITS, trust_env=False) as client, make_pool(READS) as pool:
                targets = connect(url, client, TARGETS)
                begun = time.perf_counter()
                observed = observe(targets, "acme", pool)
                walls.append(time.perf_counter() - begun)
                assert all(o.complete for o in observed.values())
    report(f"a look at {TARGETS} targets, 5 reads each | one answer", walls[1:], [LATENCY] * ROUNDS, 8.0)


def pages() -> None:
    """Lists as the tool reads them, and as the vendors' SDKs do: over the same wire, into values."""
    import openai

    with service(0.0) as url, httpx2.Client(trust_env=False) as client:
        target = connect(url, client, 1)["t0"]
        target.account()
        assert target.serving is not None
        manager = azure._management_client(SUBSCRIPTION, url, azure.Bearer(azure.EmulatorToken, ""))
        tuning = openai.OpenAI(base_url=f"{url}/openai", api_key="key")
        pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
            "deployments": (target.serving.deployments, lambda: list(manager.deployments.list("rg", "aoai-0"))),
            "jobs": (target.training.jobs, lambda: tuning.fine_tuning.jobs.list(limit=100).data),
            "files": (target.training.files, lambda: tuning.files.list(limit=100).data),
        }
        for name, (ours, theirs) in pairs.items():
            count = len(ours())
            assert count == len(theirs())
            found = [
                (cpu(lambda read=ours: _often(read)), cpu(lambda read=theirs: _often(read))) for _ in range(ROUNDS)
            ]
            spent, floor = ([seconds / PAGES for seconds in column] for column in zip(*found, strict=True))
            report(f"a page of {count} {name} | the vendor's SDK", spent, floor, 0.3)
        manager.close()
        tuning.close()


def _often(read: Callable[[], Any]) -> None:
    for _ in range(PAGES):
        read()


def whole(root: Path) -> None:
    """From files to the words on the screen, everything in sync; both sides are read from files."""
    write_estate(root / "ours", RESOURCES)
    write_zone(root / "peer", RESOURCES)
    cases = {"ours": root / "ours", "peer": root / "peer"}
    spent: dict[str, list[float]] = {name: [] for name in cases}
    peaks: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, folder in cases.items():
            spent[name].append(process(sys.executable, str(OFFLINE), name, str(folder)))
            peaks[name].append(float((folder / "peak").read_text()))
            (folder / "peak").unlink()
    count = f"{RESOURCES:,}"
    report(f"the whole offline plan of {count} resources | octodns-sync", spent["ours"], spent["peer"], 0.35)
    ours, peer = (statistics.median(peaks[name]) for name in cases)
    mark = "" if ours <= 1.2 * peer else "  over"
    print(f"{'   its peak of memory':58} {ours:7.0f}MB {peer:7.0f}MB {ours / peer:6.2f}  1.2{mark}")


def write_estate(root: Path, size: int) -> None:
    """Specs, a training file, and the lists of the services as they come."""
    (root / ".git").mkdir(parents=True)
    (root / "rows.jsonl").write_text("".join(ROW % i for i in range(12)))
    write_specs(root, size)
    estate = load(root)
    live = observation(estate.specs, dict(estate.facts))
    lists = {
        "jobs": [
            {"id": j.id, "status": j.status, "created_at": j.created_at, "finished_at": j.finished_at,
             "model": j.base_model, "fine_tuned_model": j.fine_tuned_model, "suffix": j.suffix, "hyperparameters": {},
             "training_file": "file-1", "trained_tokens": 1, "error": None}
            for j in live.jobs
        ],
        "models": [{"id": m.id, "fine_tune": m.job, "created_at": m.created_at} for m in live.models],
        "deployments": [
            {"id": d.id, "name": d.name, "sku": {"name": d.sku, "capacity": d.capacity}, "tags": dict(d.tags),
             "properties": {"provisioningState": "Succeeded",
                            "model": {"format": d.model_format, "name": d.model_name, "version": d.model_version}}}
            for d in live.deployments
        ],
    }  # fmt: skip
    for name, items in lists.items():
        (root / f"{name}.json").write_bytes(orjson.dumps(items))


def write_zone(root: Path, size: int) -> None:
    """The same number of DNS records, twice: as they are wanted, and as they are."""
    root.mkdir()
    provider = "{{class: octodns.provider.yaml.YamlProvider, directory: {}, default_ttl: 300}}"
    (root / "config.yaml").write_text(
        f"providers:\n  wanted: {provider.format(root / 'wanted')}\n  live: {provider.format(root / 'live')}\n"
        "zones:\n  example.com.: {sources: [wanted], targets: [live]}\n"
    )
    records = "".join(
        f"r{n:06}:\n  ttl: 300\n  type: A\n  value: 10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}\n" for n in range(size)
    )
    for side in ("wanted", "live"):
        (root / side).mkdir()
        (root / side / "example.com.yaml").write_text("---\n" + records)


def text(document: PlanDocument) -> str:
    return render_plan.render(document, Style(True))


def rendering() -> None:
    """Everything is still to be made: as many changes as resources."""
    specs, facts, observed = in_sync(RESOURCES)
    nothing = {name: replace(o, jobs=(), models=(), deployments=()) for name, o in observed.items()}
    plan = make_plan(specs, facts, nothing)
    assert len(plan.changes) > RESOURCES
    document = plan_document(plan, Path("specs"), WHOLE)
    forms: dict[str, Callable[[], object]] = {
        "JSON": lambda: plan_document(plan, Path("specs"), WHOLE).as_bytes(),
        "text": lambda: text(document),
        "Markdown": lambda: markdown(document),
    }
    assert size(markdown(document)) <= COMMENT
    for (name, render), bound in zip(forms.items(), (1.0, 1.5, 1.5), strict=True):
        pairs = [(cpu(render), cpu(lambda: make_plan(specs, facts, nothing))) for _ in range(ROUNDS)]
        spent, floor = (list(column) for column in zip(*pairs, strict=True))
        report(f"{len(plan.changes):,} changes as {name} | planning them", spent, floor, bound)


if __name__ == "__main__":
    main()
