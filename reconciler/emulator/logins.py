"""Which keys and tokens are taken: any, until the control plane names some."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Logins:
    """`keys` stand in the header api-key, `tokens` in Authorization; None for any."""

    keys: frozenset[str] | None = None
    tokens: frozenset[str] | None = None

    @property
    def named(self) -> bool:
        return self.keys is not None or self.tokens is not None

    def refuse(self, headers: Mapping[bytes, bytes], *, by_key: bool) -> bool:
        """Whether the caller is not one of those that were named, by one proof and one only.

        `by_key`: whether the surface takes keys at all, as Resource Manager does not.
        """
        if not self.named:
            return False
        key = headers.get(b"api-key")
        if key is not None:
            ours = by_key and key.decode("latin-1") in (self.keys or ())
            return not ours or b"authorization" in headers
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        return scheme.lower() != b"bearer" or token.decode("latin-1") not in (self.tokens or ())
