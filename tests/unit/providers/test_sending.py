"""Uploads in parts: what is given up is cancelled, and why we gave up is what is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from reconciler.providers import http, sending
from reconciler.providers.dataplane import DataPlane
from reconciler.providers.errors import ServiceError
from reconciler.providers.proof import Key
from reconciler.providers.reader import Reader

CONTENT = bytes(range(256)) * 100
Answer = Callable[[httpx2.Request], httpx2.Response | None]


class Stopped(Exception):
    pass


class Uploads:
    """The Uploads API; `fault` may answer in its place."""

    def __init__(self, fault: Answer = lambda _: None) -> None:
        self.fault = fault
        self.asked: list[str] = []
        self.parts: dict[str, bytes] = {}
        self.whole = b""
        self.made = 0
        self._lock = threading.Lock()

    def plane(self, sleep: Callable[[float], None] = lambda _: None) -> DataPlane:
        client = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        proof, url = Key("api-key", "k"), "https://service.test"

        def sdk() -> object:
            self.made += 1
            threading.Event().wait(0.02)
            return http.openai_client(url, client, proof, {})

        return DataPlane(
            connect=lambda: Reader(client, url, proof, service="S", params={}, sleep=sleep),
            client=sdk,  # type: ignore[arg-type]
            body=lambda _: {},
            one_request=1000,
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        with self._lock:
            self.asked.append(path)
        return self.fault(request) or self._heard(path, request.read())

    def _heard(self, path: str, body: bytes) -> httpx2.Response:
        if path.endswith("/parts"):
            with self._lock:
                id = f"part-{len(self.parts)}"
                self.parts[id] = body.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
            return httpx2.Response(200, json={"id": id})
        if path.endswith("/complete"):
            import json

            self.whole = b"".join(self.parts[id] for id in json.loads(body)["part_ids"])
            file = {"id": "file-1", "filename": "f", "bytes": len(self.whole), "purpose": "fine-tune", "created_at": 1}
            return httpx2.Response(200, json={"id": "upload-1", "file": {**file, "status": "processed"}})
        return httpx2.Response(200, json={"id": "upload-1"})

    @property
    def cancels(self) -> int:
        return sum(1 for path in self.asked if path.endswith("/cancel"))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PART_BYTES", 1000)


def upload(service: Uploads, sleep: Callable[[float], None] = lambda _: None) -> None:
    service.plane(sleep).upload("f", [CONTENT], lambda *_: None)


def test_the_parts_come_together_in_order() -> None:
    service = Uploads()
    upload(service)
    assert service.whole == CONTENT
    assert service.cancels == 0


def answered(end: str, status: int) -> Answer:
    return lambda request: httpx2.Response(status, json={}) if request.url.path.endswith(end) else None


@pytest.mark.parametrize(("end", "status"), [("/parts", 400), ("/parts", 500), ("/complete", 400), ("/complete", 500)])
def test_what_fails_is_cancelled(end: str, status: int) -> None:
    service = Uploads(answered(end, status))
    with pytest.raises(ServiceError) as caught:
        upload(service)
    assert caught.value.status == status
    assert service.cancels == 1


def test_a_stop_leaves_no_upload_open() -> None:
    def stop(_seconds: float) -> None:
        raise Stopped

    service = Uploads(answered("/parts", 503))
    with pytest.raises(Stopped):
        upload(service, stop)
    assert service.cancels == 1


def test_a_cancel_that_fails_does_not_hide_why() -> None:
    def fault(request: httpx2.Request) -> httpx2.Response | None:
        return answered("/parts", 400)(request) or answered("/cancel", 500)(request)

    service = Uploads(fault)
    with pytest.raises(ServiceError) as caught:
        upload(service)
    assert caught.value.status == 400
    assert service.cancels == 1


def test_no_system_needs_pread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has none."""
    monkeypatch.delattr("os.pread")
    service = Uploads()
    upload(service)
    assert service.whole == CONTENT


def test_workers_share_one_client_which_is_closed_with_the_plane() -> None:
    service = Uploads()
    plane = service.plane()
    with ThreadPoolExecutor(4) as pool:
        clients = set(pool.map(lambda _: plane.sdk, range(4)))
    assert (len(clients), service.made) == (1, 1)
    plane.close()
    assert clients.pop().is_closed()
