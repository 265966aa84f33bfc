"""`/_emulator`: the emulator's own controls. They need no credentials, and stay out of the request log.

GET    /_emulator                      version, virtual time, speed, accounts, projects
POST   /_emulator/clock                {"speed": X}
POST   /_emulator/advance              {"seconds": N}
GET    /_emulator/requests             the log, filtered by ?method= and ?path= (a part of the path); DELETE clears it
POST   /_emulator/reset                forget everything but the clock
POST   /_emulator/lag                  {"seconds": N}: lists trail creates by so many virtual seconds
PUT    /_emulator/limits               any of limits.Limits; GET shows them
PUT    /_emulator/quota                {"subscription", "location", "name": a usage name, "limit"}
PUT    /_emulator/regions/NAME         {"untrainable": [model ids], "unserved": {model id: [SKUs]},
                                      "retired": [model ids that only existing customers train on]}: what it lacks
PUT    /_emulator/accounts/NAME        {"refuse_model_change": true, "readers_only": true}
PUT    /_emulator/projects/NAME        {"training_not_available": true}
PUT    /_emulator/logins               {"keys": [...], "tokens": [...]}: who is let in, by one proof; {} for anybody
POST   /_emulator/faults               [rule, ...], or {"rules": [...], "token_seconds": N}; see faults.py; GET, DELETE
"""

from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import orjson
from starlette.responses import Response

from reconciler.emulator import quota
from reconciler.emulator.errors import Json, Refusal, Surface
from reconciler.emulator.faults import KINDS, rule
from reconciler.emulator.logins import Logins
from reconciler.emulator.wire import Call, Endpoint, iso, reply

CONTROL = (Surface.CONTROL,)
_MOST_SECONDS = 100 * 365 * 86400


def _about(call: Call) -> Response:
    state = call.store.state
    return reply(
        {
            "version": _version(),
            "now": call.now,
            "time": iso(call.now),
            "speed": call.store.clock.speed,
            "lag": state.lag,
            "accounts": [
                {
                    "name": account.name,
                    "id": account.id,
                    "location": account.location,
                    "switches": state.switches.get(account.name.lower(), {}),
                }
                for account in state.accounts.values()
            ],
            "projects": list(state.projects),
        }
    )


def _version() -> str:
    try:
        return version("finetune-reconciler")
    except PackageNotFoundError:
        return "unknown"


def _number(call: Call, name: str) -> float:
    return _checked(call.json().get(name), name)


def _checked(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_SECONDS:
        raise Refusal(400, "BadRequest", f"'{name}' must be a number from 0 to {_MOST_SECONDS}")
    return float(value)


def _clock(call: Call) -> Response:
    call.store.clock.set_speed(_number(call, "speed"))
    return _now(call)


def _advance(call: Call) -> Response:
    call.store.clock.advance(_number(call, "seconds"))
    call.store.settle()
    return _now(call)


def _now(call: Call) -> Response:
    now = call.store.clock.now()
    return reply({"now": now, "time": iso(now), "speed": call.store.clock.speed})


def _requests(call: Call) -> Response:
    found = call.store.requests.find(call.query.get("method", ""), call.query.get("path", ""))
    return reply({"requests": [asdict(entry) for entry in found]})


def _forget_requests(call: Call) -> Response:
    call.store.requests.clear()
    return Response(status_code=204)


def _reset(call: Call) -> Response:
    call.store.reset()
    return Response(status_code=204)


def _switch_account(call: Call) -> Response:
    """Switches of an account, which need not exist yet: {"refuse_model_change": true, "readers_only": true}."""
    switches = call.store.state.switches.setdefault(call.params["account"].lower(), {})
    return _switched(call.json(), switches, "refuse_model_change", "readers_only")


def _switch_project(call: Call) -> Response:
    """Switches of an OpenAI project: {"training_not_available": true}."""
    switches = call.store.state.project_switches.setdefault(call.params["project"], {})
    return _switched(call.json(), switches, "training_not_available")


def _switched(changes: Json, switches: Json, *known: str) -> Response:
    for name, value in changes.items():
        if name not in known or not isinstance(value, bool):
            raise Refusal(400, "BadRequest", f"'{name}' is no switch, or not set to true or false. Known: {known}")
    switches.update(changes)
    return reply(switches)


def _logins(call: Call) -> Response:
    """The keys and tokens that are taken; what is absent is refused, and an empty object takes any."""
    said = call.json()
    lists = {name: said.get(name, []) for name in ("keys", "tokens")}
    known = set(said) <= set(lists)
    if not known or not all(isinstance(n, list) and all(isinstance(v, str) for v in n) for n in lists.values()):
        raise Refusal(400, "BadRequest", "Needed: keys and tokens (lists of text)")
    named = {name: frozenset(values) for name, values in lists.items()} if said else {}
    call.store.logins = Logins(**named)
    return reply(lists)


def _lag(call: Call) -> Response:
    call.store.state.lag = _number(call, "seconds")
    return reply({"seconds": call.store.state.lag})


def _show_faults(call: Call) -> Response:
    faults = call.store.faults
    return reply({"rules": faults.described(), "token_seconds": faults.token_seconds, "kinds": KINDS})


def _order_faults(call: Call) -> Response:
    """Adds rules: a list of them, or an object {"rules": [...], "token_seconds": N or null}."""
    try:
        order = orjson.loads(call.body)
        if isinstance(order, list):
            order = {"rules": order}
        if not isinstance(order, dict) or not isinstance(order.get("rules", []), list):
            raise ValueError("neither a list nor an object with 'rules'")
        rules = [rule(item) for item in order.get("rules", [])]
    except ValueError as error:
        raise Refusal(400, "BadRequest", f"Not a list of fault rules: {error}") from None
    if "token_seconds" in order:
        seconds = order["token_seconds"]
        call.store.faults.limit_tokens(None if seconds is None else _checked(seconds, "token_seconds"))
    call.store.faults.rules += rules
    return _show_faults(call)


def _clear_faults(call: Call) -> Response:
    call.store.faults.clear()
    return Response(status_code=204)


def _quota(call: Call) -> Response:
    """Sets one limit: {"subscription", "location", "name" (a usage name), "limit"}."""
    body = call.json()
    names = [body.get(name) for name in ("subscription", "location", "name")]
    limit = body.get("limit")
    if not all(isinstance(name, str) for name in names) or isinstance(limit, bool) or not isinstance(limit, int):
        raise Refusal(400, "BadRequest", "Needed: subscription, location and name (strings), limit (a whole number)")
    call.store.state.quota[quota.key(*map(str, names))] = limit
    return reply(call.store.state.quota)


def _region(call: Call) -> Response:
    """What a region does not offer; replaces what was said before."""
    body = call.json()
    untrainable, unserved, retired = (body.get("untrainable", []), body.get("unserved", {}), body.get("retired", []))
    lists = [untrainable, retired, *unserved.values()] if isinstance(unserved, dict) else [None]
    if not all(isinstance(names, list) and all(isinstance(n, str) for n in names) for names in lists):
        raise Refusal(400, "BadRequest", "Needed: untrainable, retired (lists of models), unserved (models with SKUs)")
    lacks = {"untrainable": untrainable, "unserved": unserved, "retired": retired}
    call.store.state.regions[call.params["location"].lower()] = lacks
    return reply(call.store.state.regions)


def _limits(call: Call) -> Response:
    if call.body:
        changes: dict[str, Any] = call.json()
        try:
            call.store.state.limits = call.store.state.limits.changed(changes)
        except (TypeError, ValueError) as error:
            raise Refusal(400, "BadRequest", str(error)) from None
    return reply(asdict(call.store.state.limits))


ROUTES = (
    Endpoint("GET", "/_emulator", _about, CONTROL),
    Endpoint("POST", "/_emulator/clock", _clock, CONTROL),
    Endpoint("POST", "/_emulator/advance", _advance, CONTROL),
    Endpoint("GET", "/_emulator/requests", _requests, CONTROL),
    Endpoint("DELETE", "/_emulator/requests", _forget_requests, CONTROL),
    Endpoint("POST", "/_emulator/reset", _reset, CONTROL),
    Endpoint("POST", "/_emulator/lag", _lag, CONTROL),
    Endpoint("PUT", "/_emulator/logins", _logins, CONTROL),
    Endpoint("GET", "/_emulator/limits", _limits, CONTROL),
    Endpoint("PUT", "/_emulator/limits", _limits, CONTROL),
    Endpoint("GET", "/_emulator/faults", _show_faults, CONTROL),
    Endpoint("POST", "/_emulator/faults", _order_faults, CONTROL),
    Endpoint("DELETE", "/_emulator/faults", _clear_faults, CONTROL),
    Endpoint("PUT", "/_emulator/quota", _quota, CONTROL),
    Endpoint("PUT", "/_emulator/regions/{location}", _region, CONTROL),
    Endpoint("PUT", "/_emulator/accounts/{account}", _switch_account, CONTROL),
    Endpoint("PUT", "/_emulator/projects/{project}", _switch_project, CONTROL),
)
