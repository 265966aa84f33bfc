"""Targets, runs and deployments as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.model import marks
from reconciler.model.observation import Observation, ObservedDeployment, ObservedJob, Phase
from reconciler.model.resource import ResourceGraph
from reconciler.providers.base import RunProgress
from reconciler.render.plan import value
from reconciler.render.text import Style, clean, pad, plural, width

_PHASE_COLOR = {Phase.SUCCEEDED: "green", Phase.FAILED: "red", Phase.CANCELLED: "red", Phase.PAUSED: "yellow"}
_STATE_COLOR = {"Succeeded": "green", "Failed": "red"}


def render(
    graph: ResourceGraph,
    observed: Mapping[str, Observation],
    progress: Mapping[str, RunProgress],
    style: Style,
) -> str:
    """One block a target; `progress` is keyed by job id."""
    blocks = [_target(graph, o, progress, style) for _, o in sorted(observed.items())]
    return "\n\n".join(blocks) + "\n"


def _target(graph: ResourceGraph, o: Observation, progress: Mapping[str, RunProgress], style: Style) -> str:
    head = style(o.target, "bold")
    if o.account is None:
        return f"{head}  {style('not readable', 'red')}"
    account = o.account.id.rstrip("/").rpartition("/")[2]
    facts = f"{o.account.region} · {account} · {plural(o.objects, 'object')}"
    lines = [f"{head}  {style(facts, 'dim')}"]
    by_name = o.account.serves_by_name
    runs = [_run(graph, job, progress.get(job.id), by_name=by_name) for job in _own_runs(graph, o)]
    deployments = [_deployment(graph, d) for d in sorted(o.deployments, key=lambda d: d.name)]
    if runs:
        lines.append(style("  runs", "dim"))
        lines += _table(runs, style)
    if deployments:
        lines.append(style("  deployments", "dim"))
        lines += _table(deployments, style)
    if not runs and not deployments:
        lines.append(style("  nothing yet", "dim"))
    return "\n".join(lines)


def _own_runs(graph: ResourceGraph, o: Observation) -> list[ObservedJob]:
    adopted = {id for target, id in graph.adopted() if target == o.target}
    own = [j for j in o.jobs if marks.is_estates(j.mark, graph.estate) or adopted & {j.id, j.fine_tuned_model}]
    return sorted(own, key=lambda j: j.order)


def _run(
    graph: ResourceGraph, job: ObservedJob, progress: RunProgress | None, *, by_name: bool
) -> tuple[tuple[str, str], ...]:
    ids = (job.id, job.fine_tuned_model)
    names = [str(a) for a, run in graph.runs.items() if (run.adopt in ids if run.adopt else job.mark in run.marks)]
    words = []
    if progress and progress.step is not None:
        words.append(f"step {progress.step}" + (f" of {progress.total}" if progress.total else ""))
        if progress.loss is not None:
            words.append(f"loss {progress.loss:.3g}")
    if job.trained_tokens:
        words.append(f"{job.trained_tokens:,} tokens")
    if by_name and job.fine_tuned_model:
        words.append(job.fine_tuned_model)
    if job.error:
        words.append(str(job.error))
    name = names[0] if names else f"{job.suffix or job.id} (not in the specs)"
    return ((name, ""), (job.status, _PHASE_COLOR.get(job.phase, "cyan")), (" · ".join(words), "dim"))


def _deployment(graph: ResourceGraph, d: ObservedDeployment) -> tuple[tuple[str, str], ...]:
    mark = d.mark
    owner = "" if mark and mark.estate == graph.estate else "another estate's" if mark else "not managed"
    model = value("model", d.model_name)
    run = next((str(a) for a, r in graph.runs.items() if marks.find_mark(d.model_name) in r.marks), "")
    serves = f"{model}" + (f" ({run})" if run else "")
    sku = f"{d.sku} {d.capacity or ''}".strip()
    return (
        (d.name, ""),
        (d.provisioning_state, _STATE_COLOR.get(d.provisioning_state, "cyan")),
        (sku, ""),
        (serves, "dim"),
        (owner, "yellow"),
    )


def _table(rows: Sequence[Sequence[tuple[str, str]]], style: Style) -> Iterable[str]:
    rows = [[(clean(text), color) for text, color in row] for row in rows]
    columns = [max(width(row[i][0]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [style(pad(t, c), *([color] if color else [])) for (t, color), c in zip(row, columns, strict=True)]
        yield "    " + "  ".join(cells).rstrip()
