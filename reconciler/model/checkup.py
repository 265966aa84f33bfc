"""What `doctor` found out about one target, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.identity import Identity


class Verdict(StrEnum):
    FINE = "fine"
    NOTE = "note"
    """Worth knowing; nothing stands still because of it."""
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: a word for what, and a sentence without its full stop."""

    topic: str
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Checkup:
    target: str
    provider: str
    lines: tuple[Line, ...]

    @property
    def healthy(self) -> bool:
        return all(line.verdict is not Verdict.WRONG for line in self.lines)


@dataclass(frozen=True, slots=True)
class Login:
    """Who asked a target, and how its clock stands to ours; `refused` says why there is nobody."""

    identity: Identity | None
    refused: str = ""
    skew: float | None = None
    """Seconds by which the service is ahead."""
    api_version: str = ""
    """Of the data plane; empty where there is only one."""
