"""The keys that stand beside `estate`, in the one file that names it: what holds for the whole estate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.prices import package_prices, read_table
from reconciler.specs.base import Entry, Strict, described, validate
from reconciler.specs.budget import Budget
from reconciler.specs.documents import Document, Located, read
from reconciler.specs.estate import Specs
from reconciler.specs.prices import PriceFile
from reconciler.specs.retention import Retention

ESTATE_KEYS = ("budget", "prices", "retention")
ESTATE_MODELS: dict[str, type[Strict]] = {"budget": Budget, "retention": Retention}
PATH = described(r"^[^\x00-\x1f\x7f]+$", "Expected a path without control characters.")
MAX_PATH = 4096


def read_estate_keys(specs: Specs, document: Document) -> Iterator[Diagnostic]:
    """Take over what the document says for the whole estate; it must name the estate too."""
    data: Mapping[str, Any] = document.data
    for key in ESTATE_KEYS:
        if key not in data:
            continue
        place = document.at(key)
        if "estate" not in data:
            detail = f"`{key}` stands in the file that says `estate: NAME`."
            yield codes.SPEC_ESTATE_KEY.at(place.range(), detail)
        elif data[key] is None:
            continue
        elif key == "budget":
            budget, problems = validate(Budget, data[key], place)
            yield from problems
            specs.budget = Entry(key, budget, place) if budget else None
        elif key == "retention":
            retention, problems = validate(Retention, data[key], place)
            yield from problems
            specs.retention = retention or specs.retention
        else:
            yield from _prices(specs, data[key], place)


def price_file(document: Document) -> Path | None:
    """The file that the document's `prices` names, which may lie among the specs and is none of them."""
    named = document.data.get("prices") if isinstance(document.data, Mapping) else None
    if not isinstance(named, str) or len(named) > MAX_PATH or not re.match(PATH.replace("$", r"\Z"), named):
        return None
    try:
        return (document.file.parent / named).resolve()
    except (OSError, RuntimeError):
        return None


def _prices(specs: Specs, named: Any, place: Located) -> Iterator[Diagnostic]:
    file = price_file(place.document)
    if file is None:
        yield codes.SPEC_VALUE.at(place.value(), "Expected the path of a file, relative to this one.")
        return
    if not file.is_relative_to(specs.repository):
        yield codes.FILE_OUTSIDE.at(place.value(), f"{named} leads out of the repository.")
        return
    if not _is_file(file):
        yield codes.FILE_UNREADABLE.at(place.value(), f"{named} is not a file; the path is relative to this spec.")
        return
    shown = str(Path(place.document.path).parent / named)
    document, problems = read(file, shown)
    yield from problems
    if document:
        prices, wrong = validate(PriceFile, document.data, document.at())
        yield from wrong
        if prices:
            specs.prices = read_table(prices.model_dump(exclude_none=True)).before(package_prices())


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a name that is too long
        return False
