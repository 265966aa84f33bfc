"""Hyperparameters: what may be asked, what "auto" becomes, and how each surface shows them."""

from collections.abc import Callable
from typing import Any

from reconciler.emulator.errors import Json, Surface, bad_request

COMMON = ("batch_size", "learning_rate_multiplier", "n_epochs")
BY_METHOD = {
    "supervised": COMMON,
    "dpo": (*COMMON, "beta", "l2_multiplier"),
    "reinforcement": (*COMMON, "compute_multiplier", "eval_interval", "eval_samples", "reasoning_effort"),
}
_EFFORTS = ("default", "low", "medium", "high")


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and low <= value <= high


def _number(above: float, high: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and above < value <= high


_ALLOWED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "batch_size": (_whole(1, 256), "a whole number from 1 to 256"),
    "n_epochs": (_whole(1, 50), "a whole number from 1 to 50"),
    "learning_rate_multiplier": (_number(0, 1e6), "a number above 0"),
    "beta": (_number(0, 2), "a number above 0, at most 2"),
    "l2_multiplier": (lambda value: isinstance(value, int | float) and value >= 0, "a number from 0"),
    "compute_multiplier": (_number(1e-5, 10), "a number above 0.00001, at most 10"),
    "eval_interval": (_whole(1, 1_000_000), "a whole number from 1"),
    "eval_samples": (_whole(1, 1_000_000), "a whole number from 1"),
    "reasoning_effort": (lambda value: value in _EFFORTS, f"one of {', '.join(_EFFORTS)}"),
}


def asked(given: Any, method: str) -> Json:
    """The explicit values of a request; "auto", -1 (Azure's word for it) and null count as not given."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise bad_request("'hyperparameters' must be an object.", param="hyperparameters")
    explicit = {name: value for name, value in given.items() if value is not None and value not in ("auto", -1)}
    for name, value in explicit.items():
        if name not in BY_METHOD[method]:
            raise bad_request(f"Unknown hyperparameter for method {method}: '{name}'.", param=f"hyperparameters.{name}")
        allowed, words = _ALLOWED[name]
        if isinstance(value, bool) or not allowed(value):
            raise bad_request(f"'{name}' must be \"auto\" or {words}.", param=f"hyperparameters.{name}")
    return explicit


def resolve(explicit: Json, method: str, rows: int) -> Json:
    """Numbers for everything, by the rules of thumb that the vendors publish."""
    values: Json = {
        "n_epochs": _epochs(rows),
        "batch_size": max(1, min(256, round(rows * 0.002))),
        "learning_rate_multiplier": 1.0,
        "beta": 0.1,
        "l2_multiplier": 0.1,
        "compute_multiplier": 1.0,
        "eval_interval": 5,
        "eval_samples": 1,
        "reasoning_effort": "default",
    } | explicit
    return {name: values[name] for name in BY_METHOD[method]}


def _epochs(rows: int) -> int:
    if rows * 3 < 100:
        return min(25, 100 // max(1, rows))
    return max(1, 25_000 // rows) if rows * 3 > 25_000 else 3


def shown(explicit: Json, resolved: Json | None, method: str, surface: Surface) -> Json:
    """As a job shows them: "auto" is -1 on Azure, and a number on both once the run has started."""
    if resolved:
        return resolved
    auto: Json = dict.fromkeys(BY_METHOD[method], -1 if surface.azure else "auto")
    if surface.azure:
        auto["learning_rate_multiplier"] = 1.0
        if "reasoning_effort" in auto:
            auto["reasoning_effort"] = "default"
    return auto | explicit
