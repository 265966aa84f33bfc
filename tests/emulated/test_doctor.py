"""`reconciler doctor` and the calendar of `reconciler status`, against services that are well, ill or not there."""

from __future__ import annotations

import base64
import json
import socket
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.providers import azure
from tests.emulated.conftest import Bench
from tests.emulated.test_openai import TWIN
from tests.emulated.test_preflight import ACCOUNT
from tests.emulated.test_rules import forbid, limits, words
from tests.emulated.test_rules import triage as triage  # the fixture


def checks(bench: Bench, target: str = "sweden") -> dict[str, str]:
    """Topic -> verdict, the worst of each."""
    shown = json.loads(bench.run("doctor", "--format", "json").out)
    found: dict[str, str] = {}
    order = ("fine", "note", "unknown", "wrong")
    for check in next(t for t in shown["targets"] if t["name"] == target)["checks"]:
        before = found.get(check["topic"], "fine")
        found[check["topic"]] = max(before, check["verdict"], key=order.index)
    return found


def test_all_is_well(bench: Bench) -> None:
    result = bench.run("doctor")
    assert result.status == 0, result.out
    assert result.out.endswith("3 targets: nothing is wrong.\n")
    assert "may plan and apply" in result.out
    assert all(len(line) <= 80 for line in result.out.splitlines())
    assert set(checks(bench).values()) == {"fine"}


def test_it_changes_nothing(triage: Bench) -> None:
    assert triage.apply().status == 0
    heard = len([r for r in triage.requests() if r["method"] != "GET"])
    assert triage.run("doctor").status == 0
    assert len([r for r in triage.requests() if r["method"] != "GET"]) == heard


def test_how_full_it_is(triage: Bench) -> None:
    limits(triage, quota=30)
    assert triage.apply().status == 0
    result = triage.run("doctor")
    assert result.status == 0
    assert "OpenAI.Standard.gpt-4.1-nano-finetune 30 of 30" in result.out
    assert "1 of 32, fine-tuned 1 of 10" in result.out
    assert "2 of 100" in result.out, "files"
    assert checks(triage)["quota"] == "note"


def test_who_only_reads(triage: Bench) -> None:
    triage.plan()
    triage.http.put(f"/_emulator/accounts/{ACCOUNT}", json={"readers_only": True}).raise_for_status()
    result = triage.run("doctor")
    assert result.status == 1
    assert "may not: to upload, to train, to deploy" in words(result.out)
    assert "Something is wrong on sweden." in result.out


def test_reads_that_are_refused_are_unknown(triage: Bench) -> None:
    forbid(triage, "/(usages|permissions)$")
    result = triage.run("doctor")
    assert result.status == 0
    assert "Usages Reader" in words(result.out)
    assert {t for t, v in checks(triage).items() if v == "unknown"} == {"quota", "permissions"}


@pytest.mark.parametrize(("status", "said"), [(401, "az login"), (403, "needed roles: see docs/azure.md")])
def test_credentials_that_are_not_taken(triage: Bench, status: int, said: str) -> None:
    triage.plan()
    forbid(triage, "/subscriptions/", status)
    result = triage.run("doctor")
    assert result.status == 1
    assert said in words(result.out)
    assert "Traceback" not in result.out + result.err
    assert checks(triage)["reachable"] == "wrong"


def test_no_emulator_there(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("RECONCILER_EMULATOR", f"http://127.0.0.1:{taken.getsockname()[1]}")
        result = bench.run("doctor")
    assert result.status == 1
    assert "[emulator-unreachable]" in result.err


def token(**claims: Any) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJ0eXAi.{payload}.c2VjcmV0"


@pytest.fixture
def cloud(triage: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The emulator as if it were the cloud: a login of somebody's, and a clock that is compared."""
    triage.plan()
    monkeypatch.delenv("RECONCILER_EMULATOR")
    monkeypatch.delenv("AZURE_OPENAI_API_KEY", raising=False)
    public = azure.CLOUDS["public"]
    here = azure.Cloud(triage.url, public.resource_manager_scope, public.data_scope, public.authority)
    monkeypatch.setitem(azure.CLOUDS, "public", here)
    login = SimpleNamespace(token=token(upn="ana@contoso.example", tid="3333"), expires_on=2**31)
    credential = SimpleNamespace(get_token=lambda *_scopes, **_more: login)
    monkeypatch.setattr(azure, "default_credential", lambda *_: credential)
    return triage


def test_who_is_logged_in(cloud: Bench) -> None:
    cloud.clock(1)
    result = cloud.run("doctor")
    assert "login ana@contoso.example, tenant 3333" in result.out
    assert "c2VjcmV0" not in result.out + result.err
    assert "clock" in result.out


def test_a_clock_that_is_not_in_step(cloud: Bench) -> None:
    cloud.http.post("/_emulator/advance", json={"seconds": 3600}).raise_for_status()
    result = cloud.run("doctor")
    assert result.status == 1
    assert "behind the service's" in result.out


def test_the_data_plane_by_key(cloud: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "top-secret")
    result = cloud.run("doctor")
    assert "data plane by API key" in words(result.out)
    assert "top-secret" not in result.out + result.err


def test_nobody_is_logged_in(cloud: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.core.exceptions import ClientAuthenticationError

    def refuse(*_scopes: str, **_more: object) -> None:
        raise ClientAuthenticationError("no credential found\nand pages of hints")

    monkeypatch.setattr(azure, "default_credential", lambda *_: SimpleNamespace(get_token=refuse))
    result = cloud.run("doctor")
    assert result.status == 1
    assert "no token: no credential found. az login" in words(result.out)
    assert "pages of hints" not in result.out
    assert checks(cloud) == {"reachable": "unknown", "identity": "wrong"}


def test_a_cloud_that_does_not_answer(cloud: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.reader.Backoff", lambda: SimpleNamespace(attempts=1))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setitem(azure.CLOUDS, "public", azure.Cloud(nowhere, "s", "s", "login.example"))
        result = cloud.run("doctor")
    assert result.status == 1
    assert "Connection refused" in words(result.out)
    assert "Traceback" not in result.out + result.err


@pytest.mark.usefixtures("before_the_closing")
def test_the_platform(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in (bench.folder / "specs").iterdir():
        file.unlink()
    (bench.folder / "specs/all.yaml").write_text(TWIN)
    result = bench.run("doctor")
    assert result.status == 0, result.out
    assert "fine-tuning on OpenAI: trained until 2027-01-06" in words(result.out)
    status = bench.run("status")
    assert "2027-01-06" in status.out
    monkeypatch.delenv("RECONCILER_EMULATOR")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    result = bench.run("doctor")
    assert result.status == 1
    assert "OPENAI_API_KEY is not set" in result.out


def test_the_calendar_of_status(triage: Bench) -> None:
    assert triage.apply().status == 0
    result = triage.run("status")
    assert result.status == 0
    calendar = result.out.partition("calendar\n")[2].splitlines()
    assert words(calendar[0]).startswith("2029-10-14")
    assert "training ends gpt-4.1-nano-2025-04-14" in words(calendar[0])
    assert any("serving ends the model of triage" in words(line) for line in calendar)
    assert all(len(line) <= 80 for line in calendar)
