"""What is checked before a target is connected: keys that two targets would share."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.api.connect import connect
from reconciler.api.estate import load
from reconciler.model.errors import DiagnosticsError

SPEC = """\
version: 1
estate: acme
targets:
  prod-eu: {provider: openai, project: proj_one}
  prod.eu: {provider: openai, project: proj_two}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "estate.yaml").write_text(SPEC)
    monkeypatch.delenv("OPENAI_API_KEY_PROD_EU", raising=False)
    monkeypatch.delenv("RECONCILER_EMULATOR", raising=False)
    return tmp_path


def test_one_variable_is_the_key_of_one_target(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY_PROD_EU", "sk-of-one-of-them")
    with pytest.raises(DiagnosticsError) as caught, connect(load(root)):
        pass
    (told,) = caught.value.diagnostics
    assert told.code.id == "key-shared"
    assert "OPENAI_API_KEY_PROD_EU would be the key of prod-eu and of prod.eu" in told.detail
    assert told.range is not None
    assert told.range.path.endswith("estate.yaml")
    assert "sk-of" not in told.detail


def test_names_alone_do_no_harm(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-usual")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY_PROD_EU", "of another vendor")
    with connect(load(root)) as world:
        assert set(world.targets) == {"prod-eu", "prod.eu"}


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_used_is_told_by_its_name(
    root: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "nonsense://user:secret@proxy")
    with pytest.raises(DiagnosticsError) as caught, connect(load(root)):
        pass
    (told,) = caught.value.diagnostics
    assert told.code.id == "http-settings"
    assert name in told.detail
    assert "secret" not in told.detail
