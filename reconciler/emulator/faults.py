"""Faults to order: what goes wrong, with which requests, how often.

A rule names a fault and the requests it strikes: by method, by a regular expression that is searched in the path, after
`skip` matching requests, `count` times (null: always). The first rule that strikes a request is the only one.
"""

import re
import threading
from dataclasses import asdict, dataclass
from typing import Any

from reconciler.emulator.errors import Json

WIRE_FAULTS = {
    "status": "an error status instead of the work",
    "status_after": "the work, then an error status",
    "delay": "the work, after `delay` real seconds (every other fault can have a delay too)",
    "drop_before": "the connection closed without an answer, nothing done",
    "drop_after": "the work, then the connection closed without an answer",
    "reset_before": "a TCP reset, nothing done",
    "reset_after": "the work, then a TCP reset",
    "cut_body": "the work, then half of the answer's body",
}
SERVICE_FAULTS = {
    "forget_suffix": "a job created without the suffix that was asked for",
    "no_effect": "a deployment PUT that answers 200 and changes nothing",
    "fail_provisioning": "a deployment write that ends as Failed, with `code` and `message`",
    "fail_run": "a job that fails in the middle of its run, with `code` and `message`",
    "pause_run": "a job that pauses itself in the middle of its run, as one that reaches its cost cap",
    "preempt_run": "a job that loses its machine in the middle of its run, and queues again by itself",
}
KINDS = WIRE_FAULTS | SERVICE_FAULTS


@dataclass
class Rule:
    """One line of what was ordered; times in real seconds."""

    fault: str
    method: str = ""
    path: str = ""
    skip: int = 0
    count: int | None = 1
    status: int = 500
    retry_after: float | None = None
    delay: float = 0.0
    code: str = "internalFailure"
    message: str = "The service failed by order of the emulator's faults."
    seen: int = 0
    hits: int = 0

    def strikes(self, method: str, path: str) -> bool:
        if self.method.upper() not in ("", method) or not re.search(self.path, path, re.IGNORECASE):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.count is not None and self.hits >= self.count):
            return False
        self.hits += 1
        return True


class Faults:
    """The rules in force, and how long bearer tokens live (virtual seconds)."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.token_seconds: float | None = None
        self._first_seen: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def take(self, method: str, path: str) -> Rule | None:
        """The rule that strikes this request."""
        with self._lock:
            return next((rule for rule in self.rules if rule.strikes(method, path)), None)

    def expired(self, token: bytes, now: float) -> bool:
        if self.token_seconds is None:
            return False
        with self._lock:
            return now - self._first_seen.setdefault(token, now) > self.token_seconds

    def limit_tokens(self, seconds: float | None) -> None:
        with self._lock:
            self.token_seconds = seconds
            self._first_seen.clear()

    def clear(self) -> None:
        self.rules = []
        self.limit_tokens(None)

    def described(self) -> list[Json]:
        return [asdict(rule) for rule in self.rules]


def rule(order: Any) -> Rule:
    """A rule from its JSON. Raises ValueError with what is wrong."""
    if not isinstance(order, dict):
        raise ValueError("a rule must be an object")
    for name, value in order.items():
        if name not in _TYPES:
            raise ValueError(f"unknown key '{name}'; keys: {', '.join(_TYPES)}")
        if isinstance(value, bool) or not isinstance(value, _TYPES[name]):
            raise ValueError(f"'{name}' has the wrong type")
    if order.get("fault") not in KINDS:
        raise ValueError(f"unknown fault '{order.get('fault')}'; faults: {', '.join(KINDS)}")
    if not 400 <= order.get("status", 500) <= 599 or order.get("delay", 0) < 0:
        raise ValueError("'status' must be an error status, 'delay' not negative")
    try:
        re.compile(order.get("path", ""))
    except re.error as error:
        raise ValueError(f"'path' is no regular expression: {error}") from None
    return Rule(**order)


_TYPES: dict[str, Any] = {
    **dict.fromkeys(("fault", "method", "path", "code", "message"), str),
    **dict.fromkeys(("skip", "status"), int),
    "count": int | None,
    "delay": int | float,
    "retry_after": int | float | None,
}
