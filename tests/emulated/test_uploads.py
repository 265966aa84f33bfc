"""Files on their way: in parts, from a url, and refused by the service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.model.catalog import limits
from reconciler.providers import openai, sending
from tests.emulated.conftest import PROJECT, Bench
from tests.emulated.test_openai import TWIN, listed

SECRET = "sv=2026&sig=top-secret"


@pytest.fixture
def twin(bench: Bench, monkeypatch: pytest.MonkeyPatch, before_the_closing: None) -> Bench:
    """The twin on OpenAI, with files that count as large."""
    for file in (bench.folder / "specs").iterdir():
        file.unlink()
    (bench.folder / "specs/all.yaml").write_text(TWIN)
    small = replace(limits.OPENAI, file_bytes=50_000)
    monkeypatch.setattr(openai, "limits", SimpleNamespace(OPENAI=small))
    monkeypatch.setattr(sending, "PART_BYTES", 16_384)
    return bench


def test_a_large_file_goes_in_parts(twin: Bench) -> None:
    rule = {"fault": "status", "status": 500, "method": "POST", "path": "/parts$", "skip": 2, "count": 2}
    twin.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    result = twin.apply()
    assert result.status == 0, result.err
    parts = [r for r in twin.requests("POST") if r["path"].endswith("/parts")]
    assert sum(1 for r in parts if r["status"] >= 500) == 2, "two parts were lost"
    whole = [r for r in twin.requests("POST") if r["path"].endswith("/complete")]
    assert len(whole) == 3, "three of the four files are over the limit"
    file = next(f for f in listed(twin, "files") if str(f["filename"]).startswith("2026-08"))
    content = twin.http.get(f"/v1/files/{file['id']}/content", headers={"OpenAI-Project": "proj_one"}).content
    assert content.count(b"\n") == 67, "the parts came together in order"


class _Blob(BaseHTTPRequestHandler):
    """A storage account that wants its token."""

    rows = (PROJECT / "data/triage-train.jsonl").read_bytes()

    def do_GET(self) -> None:
        allowed = parse_qs(urlsplit(self.path).query).get("sig") == ["top-secret"]
        self.send_response(200 if allowed else 403)
        self.end_headers()
        if allowed:
            self.wfile.write(self.rows)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def blob() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Blob) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/rows.jsonl"
        server.shutdown()
        thread.join()


@pytest.fixture
def remote(bench: Bench, blob: str) -> Bench:
    """The classifier's training file lies at a url."""
    (bench.folder / "specs/support.yaml").unlink()
    digest = bench.run("dataset", "check", "data/triage-train.jsonl").out.split("sha256:")[1][:64]
    place = f"{{url: {blob}, digest: sha256:{digest}, sas_env: RECONCILER_SAS_BLOB}}"
    bench.edit("specs/triage.yaml", "triage-train:\n    file: ../data/triage-train.jsonl", f"triage-train: {place}")
    return bench


def test_azure_fetches_a_file_and_the_token_is_told_to_nobody(remote: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_SAS_BLOB", SECRET)
    planned = remote.run("plan", "--out", "plan.json")
    result = remote.apply()
    assert result.status == 0, result.err
    assert remote.actions() == {}
    told = planned.out + planned.err + result.out + result.err + (remote.folder / "plan.json").read_text()
    assert "top-secret" not in told


def test_a_missing_token_is_asked_for_by_name(remote: Bench) -> None:
    result = remote.apply()
    assert result.status == 1
    assert "sas-missing" in result.err
    assert "RECONCILER_SAS_BLOB" in result.err


def test_a_wrong_token_is_the_services_refusal(remote: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_SAS_BLOB", "sig=wrong-secret")
    result = remote.apply()
    assert result.status == 1
    assert "file-refused" in result.err or "service-error" in result.err
    assert "wrong-secret" not in result.out + result.err


@pytest.mark.parametrize(
    ("rows", "check"),
    [
        (b"".join(_Blob.rows.splitlines(keepends=True)[:3]), "dataset-too-few-rows"),
        (_Blob.rows + b"not a row\n", "row-json"),
        (_Blob.rows + b'{"messages": [{"role": "user", "content": "Hello?"}]}\n', "row-assistant"),
    ],
)
def test_the_services_verdict_on_rows_that_we_never_saw(
    remote: Bench, monkeypatch: pytest.MonkeyPatch, rows: bytes, check: str
) -> None:
    """It names the check that would have found it, is not tried again, and asks for other data, not for a retry."""
    monkeypatch.setenv("RECONCILER_SAS_BLOB", SECRET)
    monkeypatch.setattr(_Blob, "rows", rows)
    for result in (remote.apply(), remote.run("plan")):
        assert result.status == 1
        told = " ".join(result.err.split())
        assert "[run-failed]" in told
        assert f"our check {check} looks for" in told
        assert "Correct the data" in told
        assert "`generation`" not in told
    assert len(remote.creates()) == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("RECONCILER_SAS_BLOB", "GITHUB_TOKEN", "spec-value"),
        ("RECONCILER_SAS_BLOB", "RECONCILER_SASX", "spec-value"),
        ("RECONCILER_SAS_BLOB", "X_RECONCILER_SAS_A", "spec-value"),
        ("http://127.0.0.1", "https://evil.example", "dataset-url-refused"),
        ("http://127.0.0.1", "http://evil.example", "dataset-url-refused"),
        ("http://127.0.0.1", "https://acme.blob.core.windows.net@evil.example", "dataset-url-refused"),
        ("http://127.0.0.1", "https://acme.blob.core.chinacloudapi.cn", "dataset-url-refused"),
    ],
)
def test_a_spec_sends_no_secret_to_a_host_of_its_choice(remote: Bench, old: str, new: str, code: str) -> None:
    """Neither another variable nor another host; told with the place, before any service is asked."""
    asked = len(remote.requests())
    remote.edit("specs/triage.yaml", old, new)
    for command in ("validate", "plan", "apply"):
        result = remote.run(command, *(["--auto-approve"] if command == "apply" else []))
        assert result.status == 1, command
        assert f"[{code}]" in result.err + result.out
        assert "triage.yaml:" in result.err + result.out
    assert len(remote.requests()) == asked


def test_the_operator_may_allow_another_storage(remote: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_ALLOW_HOSTS", "files.contoso.example")
    remote.edit("specs/triage.yaml", "http://127.0.0.1", "https://files.contoso.example#")
    assert remote.run("validate").status == 1, "a fragment"
    remote.edit("specs/triage.yaml", "https://files.contoso.example#", "https://files.contoso.example/x")
    assert remote.run("validate").status == 0
