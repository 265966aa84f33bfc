"""A project with thousands of files: only training files are asked for, as many at once as the service gives."""

from __future__ import annotations

import httpx2
import pytest

from reconciler.providers import openai
from reconciler.providers.base import Pace, Target
from reconciler.specs.target import OpenAITarget

OTHERS, OURS = 15_000, 3


def project(client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, **spec: str) -> Target:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    target = OpenAITarget.model_validate({"provider": "openai", **spec})
    return openai.connect("platform", target, client, pace=Pace(), sleep=lambda _: None, emulator=None)


class Files:
    """The platform's list: filtered by purpose, paged with a limit of up to `most`, which is its own too."""

    def __init__(self, most: int, ours: int = OURS) -> None:
        self.most = most
        self.files = [("fine-tune", n) for n in range(ours)] + [("user_data", ours + n) for n in range(OTHERS)]
        self.asked: list[httpx2.URL] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url)
        query = request.url.params
        limit, purpose, after = int(query.get("limit", self.most)), query.get("purpose"), query.get("after", "file--1")
        if limit > self.most:
            return httpx2.Response(400, json={"error": {"code": "invalid", "message": "limit"}})
        found = [(p, n) for p, n in self.files if purpose in (None, p) and n > int(after.removeprefix("file-"))]
        data = [{"id": f"file-{n}", "filename": "x", "created_at": 1, "purpose": p} for p, n in found[:limit]]
        return httpx2.Response(200, json={"object": "list", "data": data, "has_more": len(found) > limit})


@pytest.mark.parametrize(("ours", "requests"), [(OURS, 1), (10_001, 2)])
def test_the_platform_is_asked_for_training_files_only(
    ours: int, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Files(most=10_000, ours=ours)
    found = project(httpx2.Client(transport=httpx2.MockTransport(service)), monkeypatch).training.files()
    assert (len(found), {f.purpose for f in found}) == (ours, {"fine-tune"})
    assert len(service.asked) == requests
    assert {url.params["purpose"] for url in service.asked} == {"fine-tune"}, "on every page"


def test_a_compatible_service_is_asked_for_what_every_service_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_ALLOW_HOSTS", "llm.example")
    service = Files(most=100)
    client = httpx2.Client(transport=httpx2.MockTransport(service))
    found = project(client, monkeypatch, base_url="https://llm.example/v1").training.files()
    assert len(found) == OURS + OTHERS, "no filter that it may not know"
    assert not any("purpose" in url.params for url in service.asked)
