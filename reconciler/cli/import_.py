"""`reconciler import`: takes a live deployment or run into the estate."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

import click

from reconciler.api.estate import load
from reconciler.cli import options
from reconciler.cli.completion import complete_address
from reconciler.cli.compose import connected
from reconciler.engine import importing, operations
from reconciler.engine.context import Stop
from reconciler.engine.operations import World
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.asked import Asked
from reconciler.model.errors import DiagnosticsError
from reconciler.model.observation import ObservedJob
from reconciler.model.resource import DesiredRun, ResourceGraph
from reconciler.model.selection import Selection
from reconciler.planning.changes import FieldChange
from reconciler.planning.comparison import compare_run
from reconciler.planning.graph import build_graph
from reconciler.planning.selecting import check_selection
from reconciler.render.plan import value
from reconciler.render.text import Style, clean, pad
from reconciler.specs import patch
from reconciler.specs.documents import Located
from reconciler.specs.job import ADOPT


@click.command(name="import")
@click.argument("address", metavar="ADDRESS", shell_complete=complete_address)
@click.argument("id", metavar="ID")
@options.root_argument
@click.option("--from-estate", metavar="NAME", help="Take a deployment over from this estate.")
@options.where_options
@options.no_color_option
def import_(
    address: str,
    id: str,
    root: Path,
    from_estate: str | None,
    where: options.Where,
    terminal: options.Terminal,
) -> None:
    """Take what is live into the estate, under an ADDRESS that the specs below ROOT have.

    deployment.NAME@TARGET: puts the estate's tags on the live deployment ID (its name, or its Resource Manager id) and
    changes nothing else.

    job.NAME: writes `adopt: ID` into the job's spec, so that the live run ID (ftjob-..., or the id of its model) counts
    as the job's. Nothing is trained, and nothing is written to the service.
    """
    estate = load(root)
    try:
        wanted = Address.parse(address)
    except ValueError:
        raise click.UsageError(f"{address} is not an address: job.NAME or deployment.NAME@TARGET.") from None
    check_selection(Selection((address,)), estate.specs)
    graph = build_graph(estate.specs, estate.facts)
    with connected(estate, where, terminal, Stop()) as world:
        if wanted.kind == "deployment":
            _deployment(world, graph, wanted, id, from_estate, terminal.out)
        elif wanted.kind == "job":
            if from_estate is not None:
                raise click.UsageError("--from-estate goes with deployments: adopting a run takes it from nobody.")
            _job(world, graph, wanted, id, terminal.out)
        else:
            raise click.UsageError("Datasets are not imported: a file that is there under its name is used anyway.")


def _deployment(
    world: World, graph: ResourceGraph, where: Address, id: str, from_estate: str | None, style: Style
) -> None:
    desired = graph.deployments[where]
    target = world.targets[desired.target]
    done = importing.import_deployment(desired, id, target, graph.estate, from_estate)
    words = "is the estate's now; its tags say so" if done else f"belongs to the estate {graph.estate} already"
    click.echo(f"{style(clean(str(where)), 'bold')} {words}.")
    made = operations.plan(world, Asked(Selection((str(where),))))
    fields = [f for c in made.changes if c.address == where for f in c.fields]
    _differences(fields, "Live, and what the next apply makes of it:", style)
    if not fields:
        click.echo("It matches the specs.")


def _job(world: World, graph: ResourceGraph, where: Address, id: str, style: Style) -> None:
    run = graph.runs[where]
    if not re.match(ADOPT.replace("$", r"\Z"), id):
        raise click.UsageError(f"{id} is not the id of a run (ftjob-...) or of a fine-tuned model.")
    found = importing.find_run(run, id, world.targets[run.target])
    job, model = found.job, found.model
    fields = compare_run(run, _base(world, run), job, found.files) if job else ()
    at = _write(world.specs.jobs[where.name].place, id)
    shown = _shown(job, id)
    click.echo(f"{style(clean(str(where)), 'bold')} adopts {clean(id)} ({clean(shown)}): {at}")
    _differences(fields, "What it was trained with, and what the spec says:", style)
    if job and not fields:
        click.echo("What it was trained with is what the spec says, as far as the service tells.")
    if job and model and id == job.id and world.targets[run.target].serving is None:
        click.echo(f"The platform may forget runs. To depend on the model alone: reconciler import {where} {model.id}")


def _shown(job: ObservedJob | None, id: str) -> str:
    """What is known of a run beside the id that was given."""
    if job is None:
        return "a model whose run is forgotten"
    return job.status if job.id == id else f"{job.id}, {job.status}"


def _base(world: World, run: DesiredRun) -> str | None:
    if run.parent is None:
        return run.base if isinstance(run.base, str) else None
    return operations.plan(world).models.get(run.parent)


def _differences(fields: Iterable[FieldChange], head: str, style: Style) -> None:
    fields = list(fields)
    column = max((len(f.field) for f in fields), default=0) + 3
    lines = [
        f"  {pad(clean(f.field), column)}{value(f.field, f.before)} {style('->', 'yellow')} {value(f.field, f.after)}"
        for f in fields
    ]
    if lines:
        click.echo("\n".join([head, *lines]))


def _write(place: Located, id: str) -> str:
    """Write `adopt` into the spec file and leave everything else as it is; where it stands."""
    document = place.document
    changed = patch.edited(document, patch.Edit(place, ("adopt",), id))
    file = document.file
    try:
        raw = file.read_bytes()
        if changed is None or raw.decode("utf-8-sig") != document.lines.text:
            code = codes.IMPORT_EDIT
            raise DiagnosticsError([code.at(place.range(), f"{code.way_out} The line is: adopt: {id}")])
        bom = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
        file.write_bytes(bom + changed.lines.text.encode())
    except OSError as error:
        detail = f"{document.path}: {error.strerror or error}."
        raise DiagnosticsError([codes.FILE_UNREADABLE.at(place.range(), detail)]) from error
    return str(changed.key_range(*place.path, "adopt"))
