"""What stands beside `estate`: budget and prices, with the place of whatever is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.model.errors import DiagnosticsError
from reconciler.specs.parse import load
from tests.support.estate import ESTATE, edited, load_files, load_text

HEAD = "estate: acme\n"
MINI = "gpt-4.1-mini-2025-04-14"
PRICES = f"""\
version: 1
currency: USD
azure:
  as_of: 2026-10-01
  source: our contract
  training:
    - {{models: [{MINI}], price: 5.20}}
"""


def with_prices(prices: str | bytes, named: str = "prices.yaml", file: str = "prices.yaml") -> dict[str, str | bytes]:
    return {"1.yaml": edited(ESTATE, (HEAD, HEAD + f"prices: {named}\n")), file: prices}


def problems(files: dict[str, str | bytes]) -> list[tuple[str, str]]:
    with pytest.raises(DiagnosticsError) as caught:
        load_files(files)
    return [
        (d.code.id, f"{d.range.path}:{d.range.line}:{d.range.column}" if d.range else "")
        for d in caught.value.diagnostics
    ]


def test_a_budget_keeps_what_was_written() -> None:
    specs = load_text(edited(ESTATE, (HEAD, HEAD + "budget: {training: 0.1, hosting: 5000}\n")))
    assert specs.budget is not None
    assert (specs.budget.spec.limit("training"), specs.budget.spec.limit("hosting")) == (Decimal("0.1"), Decimal(5000))
    assert str(specs.budget.place.value("hosting")) == "specs/1.yaml:3"


@pytest.mark.parametrize(
    ("budget", "code", "place"),
    [
        ("{training: -1}", "spec-value", "specs/1.yaml:3:20"),
        ("{training: much}", "spec-value", "specs/1.yaml:3:20"),
        ("{train: 1}", "spec-unknown-key", "specs/1.yaml:3:10"),
        ("50", "spec-value", "specs/1.yaml:3:9"),
    ],
)
def test_wrong_budgets(budget: str, code: str, place: str) -> None:
    assert problems({"1.yaml": edited(ESTATE, (HEAD, HEAD + f"budget: {budget}\n"))}) == [(code, place)]


@pytest.mark.parametrize("key", ["budget: {training: 1}", "prices: prices.yaml", "retention: {models: 1}", "budget:"])
def test_they_stand_in_the_file_of_the_estate(key: str) -> None:
    found = problems({"1.yaml": ESTATE, "2.yaml": f"version: 1\n{key}\n"})
    assert found == [("spec-estate-key", "specs/2.yaml:2:1")]


def test_prices_among_the_specs_are_no_spec() -> None:
    specs = load_files(with_prices(PRICES))
    assert specs.prices.price("azure", "training", model=MINI, region="anywhere") == Decimal("5.2")
    assert specs.prices.price("azure", "hosting", model=MINI, sku="Standard") == Decimal("1.7")


def test_prices_that_nobody_names_are_a_spec_with_unknown_keys() -> None:
    found = problems({"1.yaml": ESTATE, "prices.yaml": PRICES})
    assert {code for code, _ in found} == {"spec-unknown-key"}


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("price: 5.20", "price: -1", "spec-value", "specs/prices.yaml:7:50"),
        ("price: 5.20", "price: free", "spec-value", "specs/prices.yaml:7:50"),
        (", price: 5.20", "", "spec-missing-key", "specs/prices.yaml:7:7"),
        ("models:", "model:", "spec-unknown-key", "specs/prices.yaml:7:8"),
        ("currency: USD", "currency: dollars", "spec-value", "specs/prices.yaml:2:11"),
        ("  source: our contract\n", "", "spec-missing-key", "specs/prices.yaml:3:1"),
        ("azure:", "azur:", "spec-unknown-key", "specs/prices.yaml:3:1"),
        ("version: 1", "version: 2", "spec-value", "specs/prices.yaml:1:10"),
        ("currency: USD", "currency: USD: 1", "yaml-syntax", "specs/prices.yaml:2:14"),
    ],
)
def test_wrong_prices(old: str, new: str, code: str, place: str) -> None:
    assert problems(with_prices(edited(PRICES, (old, new)))) == [(code, place)]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("nowhere.yaml", "file-unreadable"),
        (".", "file-unreadable"),
        ("../../outside.yaml", "file-outside"),
        ("/etc/passwd", "file-outside"),
        ("[a]", "spec-value"),
        ("5", "spec-value"),
        ('""', "spec-value"),
        ('"a\\x00b"', "spec-value"),
        ("x" * 4000, "file-unreadable"),
    ],
)
def test_files_that_cannot_be_prices(named: str, code: str) -> None:
    assert problems({"1.yaml": edited(ESTATE, (HEAD, HEAD + f"prices: {named}\n"))}) == [(code, "specs/1.yaml:3:9")]


def test_a_link_out_of_the_repository(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(PRICES)
    root = tmp_path / "repository" / "specs"
    root.mkdir(parents=True)
    (root.parent / ".git").mkdir()
    (root / "prices.yaml").symlink_to(outside)
    (root / "1.yaml").write_text("version: 1\nestate: acme\nprices: prices.yaml\n")
    with pytest.raises(DiagnosticsError) as caught:
        load(root)
    assert {d.code.id for d in caught.value.diagnostics} == {"file-outside"}
