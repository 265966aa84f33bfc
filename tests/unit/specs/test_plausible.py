"""Values that are spelled well and can hardly work are told at `validate`, where they stand."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from reconciler.specs.parse import load
from tests.support.estate import ESTATE, edited, write_files
from tests.unit.specs.test_parse import place

REGION = "    region: swedencentral\n"


def problems(text: str) -> list[Diagnostic]:
    """Of a spec file, warnings too."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), {"1.yaml": text})
        os.chdir(folder)
        try:
            return list(load(Path("specs"))[1])
        except DiagnosticsError as error:
            return list(error.diagnostics)
        finally:
            os.chdir(here)


@pytest.mark.parametrize(
    ("sku", "hint"),
    [("GlobalStandrad", 'did you mean "GlobalStandard"?'), ("Standart", 'did you mean "Standard"?'), ("Turbo", "")],
)
def test_a_sku_that_nobody_knows_is_a_warning_with_a_guess(sku: str, hint: str) -> None:
    (told,) = problems(edited(ESTATE, ("    sku: Standard\n    capacity: 50", f"    sku: {sku}\n    capacity: 50")))
    assert (told.code.id, told.severity.value, told.hint) == ("sku-unknown", "warning", hint)
    assert told.range
    assert told.range.text.strip() == f"sku: {sku}"


@pytest.mark.parametrize("sku", ["standard", "developer", "DataZoneBatch"])
def test_known_ones_in_any_case(sku: str) -> None:
    assert problems(edited(ESTATE, ("    sku: Standard\n    capacity: 50", f"    sku: {sku}\n    capacity: 50"))) == []


VERSIONS = [
    ("2024-13-01", "spec-value", "month 13"),
    ("2025-02-30-preview", "api-version-unfit", "no such day"),
    ("2022-12-01", "api-version-unfit", "before training runs"),
    ("2025-04-01-preview", "", "the default"),
    ("2024-10-21", "", "training runs, and nothing here needs more"),
    ("2027-01-01", "", "newer than this release"),
    ("v1", "", "no date"),
]


@pytest.mark.parametrize(("version", "code", "why"), VERSIONS)
def test_versions_of_the_interface(version: str, code: str, why: str) -> None:
    found = problems(edited(ESTATE, (REGION, f"{REGION}    api_version: {version}\n")))
    assert [p.code.id for p in found] == ([code] if code else []), why
    assert all("api_version" in (p.range.text if p.range else "") for p in found)


@pytest.mark.parametrize("needs", ["training_type: global", "method: dpo"])
def test_a_version_without_what_a_job_needs(needs: str) -> None:
    text = edited(ESTATE, (REGION, f"{REGION}    api_version: 2024-10-21\n"), ("tickets\n", f"tickets\n    {needs}\n"))
    told = [p for p in problems(text) if p.code.id == "api-version-unfit"]
    assert len(told) == 1
    assert "which job." in told[0].detail


def tags(number: int, length: int) -> str:
    listed = ", ".join(f'k{n}: "{"v" * length}"' for n in range(number))
    return f"tags: {{{listed}}}"


@pytest.mark.parametrize(
    ("number", "length", "fits"), [(40, 1, True), (47, 1, False), (50, 1, False), (20, 200, True), (25, 256, False)]
)
def test_tags_that_do_not_fit_beside_ours(number: int, length: int, fits: bool) -> None:
    """Ours repeat those of the spec: long ones count twice."""
    found = problems(edited(ESTATE, ("    tags: {team: support}", f"    {tags(number, length)}")))
    assert {p.code.id for p in found} == (set() if fits else {"tags-too-many"})
    assert fits or place(found[0]).startswith("specs/1.yaml:")


NANO = "base_model: gpt-4.1-nano-2025-04-14"
OPEN = [
    ("Ministral-3B", "", "base_model"),
    ("gpt-oss-20b", "standard", "training_type"),
    ("gpt-oss-20b", "global", ""),
    ("Qwen3-32B", "", "base_model"),
    ("gpt-4.1-nano-2025-04-14", "standard", ""),
    ("model-of-tomorrow", "", ""),
]


@pytest.mark.parametrize(("model", "kind", "at"), OPEN)
def test_training_types_that_a_model_does_not_have(model: str, kind: str, at: str) -> None:
    typed = f"\n    training_type: {kind}" if kind else ""
    found = [p for p in problems(edited(ESTATE, (NANO, f"base_model: {model}{typed}"))) if p.code.id != "model-alias"]
    assert [p.code.id for p in found] == (["training-type-unfit"] if at else [])
    if at:
        assert found[0].hint == "training_type: global"
        assert "by the table of 2" in found[0].detail
        assert found[0].range
        assert found[0].range.text.strip().startswith(f"{at}:")
