"""The derivation of each decision of a plan: what went in, what was found live, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.datasets.facts import DatasetFacts
from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.observation import Observation
from reconciler.planning.changes import Change
from reconciler.planning.derivation import Derivation, Table, decided
from reconciler.planning.explaining.runs import explain_run
from reconciler.planning.explaining.serving import explain_deployment
from reconciler.planning.near import NearRuns
from reconciler.planning.plan import Plan


def explain(
    plan: Plan, facts: Mapping[str, DatasetFacts], observed: Mapping[str, Observation], patterns: Iterable[str]
) -> tuple[Derivation, ...]:
    """By address; `patterns` are addresses or globs of them. `plan` must be the whole one of these observations."""
    patterns = list(patterns)
    graph = plan.graph
    by_address: dict[Address, Change] = {}
    for change in plan.changes:
        if change.key == str(change.address):  # not the removal of something that is one too many
            by_address |= dict.fromkeys((change.address, *change.also), change)
    wanted = [
        *(Address("dataset", name) for name in sorted(facts)),
        *sorted(graph.runs),
        *sorted(graph.deployments),
    ]
    near = NearRuns(graph, observed)
    found: list[Derivation] = []
    for address in wanted:
        if not any(address.matches(pattern) for pattern in patterns):
            continue
        decision = by_address.get(address)
        if address.kind == "dataset":
            found += _datasets(address, plan, facts[address.name], observed)
        elif address.kind == "job":
            found.append(explain_run(graph.runs[address], plan, observed, near, decision))
        else:
            found.append(explain_deployment(graph.deployments[address], plan, observed, decision))
    return tuple(found)


def _datasets(
    address: Address, plan: Plan, facts: DatasetFacts, observed: Mapping[str, Observation]
) -> Iterable[Derivation]:
    """One for each target on which a job uses the dataset."""
    users = [run for run in plan.graph.runs.values() if address.name in (run.training, run.validation)]
    names = marks.file_names(address.name, facts.digest, plan.estate)
    for target in sorted({run.target for run in users}):
        files = sorted((f for f in observed[target].files if f.filename in names), key=lambda f: f.order)
        tables = (
            Table("facts", ("", ""), (("digest", facts.digest), ("rows", f"{facts.rows:,}"), ("file name", names[0]))),
            Table("used by", ("job",), tuple((str(r.address),) for r in users if r.target == target)),
            Table(f"files of that name on {target}", ("id", "status"), tuple((f.id, f.status) for f in files)),
        )
        found = next((c for c in plan.changes if c.address == address and c.target == target), None)
        rest = "a usable file is there" if any(f.usable for f in files) else "no run that has to be trained needs it"
        yield decided(address, target, tables, found, rest)
