"""Marks: the names, suffixes and tags by which live objects are recognised, written and read in this one place.

There is no state file, so these forms are the tool's memory: changing one makes it forget. A new form gets a new
version and the old one stays readable. A short form finds things; a long one, where there is room, tells whose.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

TAG_ESTATE = "reconciler-estate"
TAG_ADDRESS = "reconciler-address"
TAG_FINGERPRINT = "reconciler-fingerprint"
TAG_PROTECT = "reconciler-protect"
TAG_APPLIED = "reconciler-applied"
TAG_PREFIX = "reconciler-"
TAG_VALUE_LIMIT = 256
"""Characters in one ARM tag value (learn.microsoft.com, azure-resource-manager/management/tag-resources)."""

MARK_LENGTH = 16
_MARK = re.compile(r"(?:^|[^a-z0-9])(r1[0-9a-f]{14}|r2[a-z2-7]{14})(?=$|[^a-z0-9])")
_ESTATE = slice(2, 6)
"""Where the estate stands in a run's mark, in both versions."""
LONG = 12
"""Hex digits of an estate's name, where there is room for them: 48 bits."""
_FORMER = 4
_FILE = re.compile(r"^(?P<dataset>.+)-(?P<digest>[0-9a-f]{16})-(?P<estate>[0-9a-f]{4}|[0-9a-f]{12})\.jsonl$")


@lru_cache(256)
def long_mark(estate: str) -> str:
    """12 hex digits that stand for the estate in the names of files."""
    return hashlib.sha256(estate.encode()).hexdigest()[:LONG]


@lru_cache(256)
def estate_mark(estate: str) -> str:
    """4 characters of base32 (20 bits) that stand for the estate in the marks of runs."""
    return _base32(hashlib.sha256(estate.encode()).digest(), 4)


def former_estate_mark(estate: str) -> str:
    """The same in version 1, which is still read: 4 hex digits (16 bits)."""
    return long_mark(estate)[:_FORMER]


def same_short(one: str, other: str) -> bool:
    """Whether two estates, given in their long form, have one `estate_mark`."""
    return one[:5] == other[:5]  # 20 bits


def run_mark(estate: str, fingerprint: str) -> str:
    """`r2<estate, 4><fingerprint, 10>` in base32 (20 and 50 bits): 16 characters, first in the suffix, so that
    truncation spares them. `fingerprint` is hex.
    """
    return f"r2{estate_mark(estate)}{_base32(bytes.fromhex(fingerprint[:16]), 10)}"


def former_run_mark(estate: str, fingerprint: str) -> str:
    """Version 1, by which older runs are recognised for ever: `r1<estate, 4 hex><fingerprint, 10 hex>`."""
    return f"r1{former_estate_mark(estate)}{fingerprint[:10]}"


def _base32(raw: bytes, length: int) -> str:
    return b32encode(raw).decode().lower()[:length]


def run_suffix(mark: str, suffix: str) -> str:
    return f"{mark}-{suffix}" if suffix else mark


@lru_cache(1_024)
def find_mark(name: str | None) -> str | None:
    """The mark inside a suffix or a model's name, or None."""
    found = _MARK.search(name.lower()) if name else None
    return found.group(1) if found else None


def suffix_of(name: str | None) -> str:
    """What follows the mark in a suffix or a model's name: the suffix of the spec."""
    found = _MARK.search(name.lower()) if name else None
    return name[found.end(1) :].lstrip("-").partition(":")[0] if name and found else ""


def is_estates(mark: str | None, estate: str) -> bool:
    """Whether a run's mark, of either version, names the estate in short."""
    if mark is None:
        return False
    return mark[_ESTATE] == (former_estate_mark(estate) if mark.startswith("r1") else estate_mark(estate))


def file_name(dataset: str, digest: str, estate: str) -> str:
    """`<dataset>-<digest, 16 hex>-<estate, 12 hex>.jsonl`; `digest` is 64 hex digits."""
    return f"{dataset}-{digest[:16]}-{long_mark(estate)}.jsonl"


def file_names(dataset: str, digest: str, estate: str) -> tuple[str, str]:
    """Every name by which the file is recognised: as it is written now, and with the 4 hex digits of version 1."""
    return file_name(dataset, digest, estate), f"{dataset}-{digest[:16]}-{former_estate_mark(estate)}.jsonl"


@dataclass(frozen=True, slots=True)
class FileMark:
    dataset: str
    digest16: str
    estate: str
    """12 hex digits of the estate's name, or the 4 of version 1."""

    @classmethod
    def read(cls, filename: str) -> FileMark | None:
        found = _FILE.match(filename)
        return cls(found["dataset"], found["digest"], found["estate"]) if found else None

    @property
    def content(self) -> tuple[str, str]:
        """What two names of one file have in common."""
        return self.dataset, self.digest16

    @property
    def is_long(self) -> bool:
        """Whether it tells the estate for sure."""
        return len(self.estate) == LONG

    def is_of(self, estate: str) -> bool:
        """Whether it names the estate, as far as it says."""
        return long_mark(estate).startswith(self.estate)


@dataclass(frozen=True, slots=True)
class DeploymentMark:
    """What the tags of a deployment say about its owner and about what was last applied to it."""

    estate: str
    address: str
    fingerprint: str = ""
    """Of the run whose model is served; empty for a base model."""
    protect: bool = False
    applied: Mapping[str, Any] | None = None
    """The values last applied, by spec field; None when the tags are missing or broken."""

    def tags(self) -> dict[str, str]:
        tags = {TAG_ESTATE: self.estate, TAG_ADDRESS: self.address, TAG_PROTECT: str(self.protect).lower()}
        if self.fingerprint:
            tags[TAG_FINGERPRINT] = self.fingerprint
        text = orjson.dumps(self.applied or {}, option=orjson.OPT_SORT_KEYS).decode()
        for start in range(0, len(text), TAG_VALUE_LIMIT):
            part = start // TAG_VALUE_LIMIT + 1
            tags[TAG_APPLIED if part == 1 else f"{TAG_APPLIED}-{part}"] = text[start : start + TAG_VALUE_LIMIT]
        return tags

    @classmethod
    def read(cls, tags: Mapping[str, str]) -> DeploymentMark | None:
        """None when no estate owns the object by its tags. Tag keys have no case on Azure."""
        lower = {k.lower(): v for k, v in tags.items()}
        if TAG_ESTATE not in lower:
            return None
        return cls(
            estate=lower[TAG_ESTATE],
            address=lower.get(TAG_ADDRESS, ""),
            fingerprint=lower.get(TAG_FINGERPRINT, ""),
            protect=lower.get(TAG_PROTECT, "") == "true",
            applied=_read_applied(lower),
        )


def _read_applied(tags: Mapping[str, str]) -> Mapping[str, Any] | None:
    parts = [tags.get(TAG_APPLIED)]
    while (more := tags.get(f"{TAG_APPLIED}-{len(parts) + 1}")) is not None:
        parts.append(more)
    if parts[0] is None:
        return None
    try:
        value = orjson.loads("".join(p for p in parts if p is not None))
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
