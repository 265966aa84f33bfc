"""Who asks a service: never a secret, only what a person needs to recognise the login."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """`how` says by what means; the others are empty where they are not known."""

    how: str = "nobody in particular"
    name: str = ""
    """A user's principal name, or an application's id."""
    object_id: str = ""
    tenant: str = ""
    data_plane: str = ""
    """Another means by which the data plane is reached."""
