"""What the rest of the tool knows of a training file, whether its bytes are here or not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What a plan needs to know of a training file."""

    name: str
    file: Path
    """Empty for a dataset that a service imports from a `url`."""
    digest: str
    """SHA-256 over the SHA-256s of the rows in canonical form; 64 hex digits."""
    rows: int
    """0 when only the digest is known."""
    bytes: int
    """Of the file on disk."""
    format: str = "chat"
    """chat, preference, reinforcement or completion."""
    tokens: int | None = None
    """Of all rows, in `encoding`, images left out; None when nobody asked."""
    longest: int | None = None
    """Tokens of the longest row."""
    encoding: str = ""
    images: int = 0
    """Rows' images: no service says how it counts them for training, so they are not among the tokens."""
    present: bool = True
    """Whether the bytes are here; without them the other facts come from `datasets.lock`, and nothing can be sent."""
    url: str = ""
    sas_env: str = ""
    """Name of the environment variable with the SAS token that goes with `url`; the token itself is kept nowhere."""
