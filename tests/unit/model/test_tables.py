"""The vendors' tables: every row has its source, and everything in them is well-formed."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import orjson
import pytest

from reconciler.datasets.fit import FORMAT_OF_METHOD
from reconciler.model.catalog import encodings, models, tables
from reconciler.providers.azure import TRAINING_TYPES

VENDORS = tables.VENDORS


def raw(vendor: str) -> dict[str, object]:
    found: dict[str, object] = orjson.loads(files(tables.__package__).joinpath(f"{vendor}.json").read_bytes())
    return found


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_source_has_a_page_and_a_day_and_is_used(vendor: str) -> None:
    found = raw(vendor)
    sources = found["sources"]
    assert isinstance(sources, dict)
    for source in sources.values():
        assert source["page"].startswith("https://")
        assert date.fromisoformat(source["as_of"]) <= date.fromisoformat(str(found["as_of"]))
    text = orjson.dumps({k: v for k, v in found.items() if k != "sources"}).decode()
    assert [name for name in sources if f'ource":"{name}"' not in text] == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_ends_ends_in_order(vendor: str) -> None:
    for ends in tables.table(vendor).retirements.values():
        assert ends.base <= ends.serving
        assert ends.training <= ends.serving


@pytest.mark.parametrize("facts", [m for found in tables.tables() for m in found.models.values()], ids=lambda m: m.id)
def test_the_words_of_the_specs(facts: tables.ModelFacts) -> None:
    assert {*(facts.methods or ())} <= FORMAT_OF_METHOD.keys()
    assert {*(facts.training_types or ())} <= TRAINING_TYPES.keys()
    assert facts.access in ("", "preview", "invitation")


def test_a_scan_counts_at_every_limit() -> None:
    assert set(encodings.LIMITS) == {limit for found in tables.tables() for _, limit in found.row_tokens}


def test_what_the_tables_know() -> None:
    oss = models.facts_of("gpt-oss-20b.ft-" + "0" * 32, "azure")
    assert oss
    assert (oss.format, oss.methods, oss.training_types) == ("OpenAI-OSS", ("supervised",), ("global",))
    glimmer = models.facts_of("muse-glimmer-30b", "azure")
    assert glimmer
    assert (glimmer.format, glimmer.access) == ("", "preview")
    ends = models.retirement_of("gpt-4.1-mini-2025-04-14", "azure")
    assert ends
    assert (ends.base, ends.training) == (date(2026, 10, 14), date(2027, 4, 14))
    assert models.facts_of("gpt-4.1-mini-2025-04-14", "compatible") is None
