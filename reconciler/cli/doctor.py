"""`reconciler doctor`: are the targets reached, by whom, what may they do there, and how full is it?"""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from reconciler.api.estate import load
from reconciler.cli import options
from reconciler.cli.compose import connected
from reconciler.cli.stopping import stoppable
from reconciler.engine.checkup import examine
from reconciler.planning.checkup import check_up
from reconciler.planning.planner import make_plan
from reconciler.render import doctor as render_doctor
from reconciler.render.text import visible_json


@click.command()
@options.root_argument
@options.format_option("text", "json")
@options.timeout_option
@options.parallelism_option
@options.where_options
@options.no_color_option
def doctor(
    root: Path, form: str, timeout: float | None, parallelism: int, where: options.Where, terminal: options.Terminal
) -> None:
    """Examine every target of the specs below ROOT: login, clock, permissions, quota, limits, retirement.

    Ends with 1 when something is wrong.
    """
    estate = load(root)
    with stoppable(timeout, terminal) as stop, connected(estate, where, terminal, stop) as world:
        observed, logins = examine(world, parallelism)
    plan = make_plan(estate.specs, estate.facts, observed)
    found = check_up(estate.specs, plan, observed, logins)
    if form == "json":
        click.echo(visible_json(orjson.dumps(render_doctor.as_json(found), option=orjson.OPT_INDENT_2)))
    else:
        click.echo(render_doctor.render(found, terminal.out), nl=False)
    if not all(c.healthy for c in found):
        sys.exit(1)
