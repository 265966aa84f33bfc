"""A service that answers the lists of any account from memory, after a delay: as good as no work of its own.

`python bench/service.py MILLISECONDS` prints its address, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

DEPLOYMENTS, JOBS, FILES, MODELS = 20, 20, 50, 20
"""Entries of one page."""
BASE = "gpt-4.1-mini-2025-04-14"


def _deployment(n: int) -> dict[str, Any]:
    rates = [
        {"key": key, "renewalPeriod": period, "count": 50 * count, "rules": []}
        for key, period, count in (("request", 10, 1), ("token", 60, 1000))
    ]
    return {
        "id": f"/subscriptions/s/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a/deployments/d-{n}",
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        "name": f"d-{n}",
        "sku": {"name": "Standard", "capacity": 50},
        "properties": {
            "model": {"format": "OpenAI", "name": f"{BASE}.ft-{n:032x}-r1aaaa{n:010x}-support", "version": "1"},
            "versionUpgradeOption": "NoAutoUpgrade",
            "raiPolicyName": "Microsoft.DefaultV2",
            "capabilities": {"chatCompletion": "true", "maxContextToken": "1047576", "maxOutputToken": "32768"},
            "provisioningState": "Succeeded",
            "rateLimits": rates,
        },
        "systemData": {
            "createdBy": "ana@contoso.example",
            "createdByType": "User",
            "createdAt": "2026-11-20T17:44:00.0Z",
            "lastModifiedBy": "ana@contoso.example",
            "lastModifiedByType": "User",
            "lastModifiedAt": "2026-11-20T17:44:00.0Z",
        },
        "etag": '"00000000-0000-0000-0000-000000000000"',
        "tags": {"team": "support", "cost-center": "cc-130"},
    }


def _job(n: int) -> dict[str, Any]:
    return {
        "object": "fine_tuning.job",
        "id": f"ftjob-{n:032x}",
        "model": BASE,
        "created_at": 1_795_000_000 + n,
        "finished_at": 1_795_003_600 + n,
        "fine_tuned_model": f"{BASE}.ft-{n:032x}-support",
        "organization_id": "org-1",
        "result_files": [f"file-{n:032x}"],
        "status": "succeeded",
        "training_file": f"file-{n + 1:032x}",
        "validation_file": f"file-{n + 2:032x}",
        "hyperparameters": {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 1.0},
        "trained_tokens": 1_200_000,
        "suffix": "support",
        "seed": 7,
        "estimated_finish": 1_795_003_600 + n,
        "error": None,
    }


def _file(n: int) -> dict[str, Any]:
    return {
        "object": "file",
        "id": f"file-{n:032x}",
        "purpose": "fine-tune",
        "filename": f"support-{n:016x}-aaaa.jsonl",
        "bytes": 1_800_000 + n,
        "created_at": 1_795_000_000 + n,
        "status": "processed",
    }


def _model(n: int) -> dict[str, Any]:
    return {
        "object": "model",
        "id": f"{BASE}.ft-{n:032x}-support",
        "model": BASE,
        "fine_tune": f"ftjob-{n:032x}",
        "status": "succeeded",
        "created_at": 1_795_000_000 + n,
        "capabilities": {"fine_tune": True, "inference": True, "completion": False, "chat_completion": True},
        "lifecycle_status": "generally-available",
        "deprecation": {"fine_tune": 1_890_000_000, "inference": 1_920_000_000},
    }


def _pages() -> dict[str, bytes]:
    """Bodies by the last word of the path."""
    lists = {"jobs": (_job, JOBS), "files": (_file, FILES), "models": (_model, MODELS)}
    pages: dict[str, Any] = {
        name: {"object": "list", "data": [make(n) for n in range(count)], "has_more": False}
        for name, (make, count) in lists.items()
    }
    pages["deployments"] = {"value": [_deployment(n) for n in range(DEPLOYMENTS)]}
    return {name: json.dumps(page).encode() for name, page in pages.items()}


class Service(asyncio.Protocol):
    pages = _pages()

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data
        while b"\r\n\r\n" in self.heard:
            head, _, self.heard = self.heard.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, self._answer(head.decode()))

    def _answer(self, head: str) -> bytes:
        first, _, rest = head.partition("\r\n")
        path = first.split()[1].partition("?")[0]
        host = next(line[6:] for line in rest.split("\r\n") if line.lower().startswith("host: "))
        name = path.rpartition("/")[2]
        account = {"id": path, "name": name, "location": "swedencentral", "properties": {"endpoint": f"http://{host}"}}
        body = self.pages.get(name) or json.dumps(account).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


async def serve(delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Service(delay), "127.0.0.1", 0, backlog=256)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000))
