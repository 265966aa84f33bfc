"""What `doctor` asks: everything that a plan may ask, of every target, and who is asking."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.engine import PARALLELISM
from reconciler.engine.operations import World, look, look_closer
from reconciler.engine.pool import make_pool
from reconciler.model.allowance import Question
from reconciler.model.checkup import Login
from reconciler.model.observation import Observation
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError


def examine(world: World, parallelism: int = PARALLELISM) -> tuple[Mapping[str, Observation], dict[str, Login]]:
    """Everything that can be seen of every target, and the logins, both by target."""
    observed = look(world, parallelism)
    reached = {name: set(Question) for name, o in observed.items() if o.account is not None}
    closer = look_closer(world, observed, reached, parallelism)
    with make_pool(parallelism) as pool:
        logins = {name: pool.submit(_login, target) for name, target in world.targets.items()}
        return closer, {name: login.result() for name, login in logins.items()}


def _login(target: Target) -> Login:
    try:
        identity, refused = target.identity(), ""
    except ServiceError as error:
        identity, refused = None, f"{error.message.rstrip('.')}. {error.way_out}".strip()
    return Login(identity, refused, target.skew(), target.api_version)
