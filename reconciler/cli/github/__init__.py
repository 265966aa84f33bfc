"""`reconciler github ...`: what the action calls in a workflow, one command a job."""

from __future__ import annotations

import click

from reconciler.cli.github.apply import apply
from reconciler.cli.github.drift import drift
from reconciler.cli.github.plan import plan
from reconciler.cli.github.publish import publish
from reconciler.cli.github.validate import validate


@click.group()
def github() -> None:
    """Run in a workflow of GitHub Actions: comments, summaries, annotations, outputs and the issue about drift.

    The token comes from GITHUB_TOKEN, everything else from the variables that a run has.
    """


for _command in (validate, plan, publish, apply, drift):
    github.add_command(_command)
