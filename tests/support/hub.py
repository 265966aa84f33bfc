"""A small GitHub: comments, issues, pull requests, commits, workflow runs with their artifacts, and identity tokens of
one repository, over a socket.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from reconciler.emulator.server import _listen, _url

BOT = "github-actions[bot]"
TOKEN = "ghs-test"
HEAD = "0" * 40
"""The commit at the tip of a pull request, where a test does not care."""
PLAN_WORKFLOW = ".github/workflows/plan.yml"


@dataclass
class Fault:
    """The next `times` requests that match fail; with `after`, what they ask is done all the same."""

    method: str
    path: str
    status: int
    times: int = 1
    after: bool = False
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Repository:
    """What GitHub knows. Tests look and change it directly."""

    name: str = "acme/models"
    author: str = BOT
    """Who writes with the token."""
    page_size: int = 100
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    """Commits of the main branch, the eldest first."""
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    """Of workflows, the eldest first."""
    lists_all_runs: bool = False
    """Whether lists of runs ignore what was asked."""
    artifacts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of a run."""
    files: dict[int, bytes] = field(default_factory=dict)
    """The archives of artifacts, by id, in a storage that must not see the token."""
    logins: list[dict[str, str]] = field(default_factory=list)
    """Forms that Microsoft Entra, which lives here too, got."""
    url: str = ""
    ids: Iterator[int] = field(default_factory=lambda: iter(range(1001, 10**6)))

    def add_comment(self, number: int, body: str, author: str = "") -> dict[str, Any]:
        id = next(self.ids)
        comment = {
            "id": id,
            "body": body,
            "user": {"login": author or self.author},
            "html_url": f"{self.url}/{self.name}/pull/{number}#issuecomment-{id}",
        }
        self.comments.setdefault(number, []).append(comment)
        return comment

    def ran(self, head: str, *, workflow: str = "plan.yml", fork: str = "", **facts: Any) -> str:
        """A run of a workflow for the commit at the tip of a pull request; its id."""
        run = {
            "id": next(self.ids),
            "path": f".github/workflows/{workflow}",
            "event": "pull_request",
            "head_sha": head,
            "status": "completed",
            "conclusion": "success",
            "run_attempt": 1,
            "repository": {"full_name": self.name},
            "head_repository": {"full_name": fork or self.name},
            **facts,
        }
        run["html_url"] = f"{self.url}/{self.name}/actions/runs/{run['id']}"
        self.runs.append(run)
        return str(run["id"])

    def keep(self, run: str, name: str, files: dict[str, bytes]) -> dict[str, Any]:
        """An artifact, zipped as GitHub does."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            for path, content in files.items():
                opened.writestr(path, content)
        id = next(self.ids)
        self.files[id] = archive.getvalue()
        digest = f"sha256:{hashlib.sha256(archive.getvalue()).hexdigest()}"
        kept = {"id": id, "name": name, "expired": False, "digest": digest}
        self.artifacts.setdefault(run, []).append(kept)
        return kept

    def add_pull(self, number: int, *, merged: str = "", head: str = HEAD) -> dict[str, Any]:
        """An open pull request, or one that was merged with that commit as the latest of the main branch."""
        pull: dict[str, Any] = {"number": number, "state": "open", "merged_at": None, "merge_commit_sha": None}
        pull |= {"head": {"sha": head, "repo": {"full_name": self.name}}, "updated_at": self.now()}
        self.pulls.append(pull)
        if merged:
            self.merge(number, merged)
        return pull

    def merge(self, number: int, commit: str) -> None:
        if commit not in self.history:
            self.history.append(commit)
        (pull,) = (p for p in self.pulls if p["number"] == number)
        at = self.now()
        pull.update(state="closed", merged_at=at, updated_at=at, merge_commit_sha=commit)

    def now(self) -> str:
        """A second later than the last time."""
        return datetime.fromtimestamp(1_795_000_000 + next(self.ids), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def bodies(self, number: int) -> list[str]:
        return [c["body"] for c in self.comments.get(number, [])]

    def writes(self) -> list[tuple[str, str]]:
        return [r for r in self.requests if r[0] != "GET"]


class _App:
    def __init__(self, repository: Repository) -> None:
        self.here = repository

    async def hear(self, request: Request) -> Response:
        path = request.url.path
        self.here.requests.append((request.method, path))
        fault = next((f for f in self.here.faults if f.times and f.method == request.method and f.path in path), None)
        if fault:
            fault.times -= 1
            if fault.after:
                await self._answer(request)
            message = {"message": f"fault {fault.status}"}
            return JSONResponse(message, status_code=fault.status, headers=fault.headers)
        return await self._answer(request)

    async def _answer(self, request: Request) -> Response:
        if request.url.path.startswith("/storage/"):
            assert "authorization" not in request.headers
            return Response(self.here.files[int(request.url.path.rpartition("/")[2])])
        if request.url.path == "/oidc":
            return self._identity(request)
        if request.url.path == "/identity":
            return self._managed(request)
        if request.url.path.startswith("/tenant-"):
            return await self._login(request)
        prefix = f"/repos/{self.here.name}"
        if request.headers.get("authorization") != f"Bearer {TOKEN}" or not request.url.path.startswith(prefix):
            return JSONResponse({"message": "Not Found"}, status_code=404)
        parts = request.url.path.removeprefix(prefix).strip("/").split("/")
        body = await request.json() if request.method in ("POST", "PATCH") else {}
        if len(str(body.get("body", ""))) > 65_536:
            return JSONResponse({"message": "Body is too long (maximum is 65536 characters)"}, status_code=422)
        match (request.method, *parts):
            case ("GET", "issues", number, "comments"):
                return self._page(request, self.here.comments.get(int(number), []))
            case ("POST", "issues", number, "comments"):
                return JSONResponse(self.here.add_comment(int(number), body["body"]), status_code=201)
            case ("PATCH", "issues", "comments", id):
                return self._edit([c for listed in self.here.comments.values() for c in listed], "id", id, body)
            case ("GET", "issues"):
                return self._issues(request)
            case ("POST", "issues"):
                return self._open(body)
            case ("PATCH", "issues", number):
                return self._edit(self.here.issues, "number", number, body)
            case ("GET", "pulls"):
                closed = [p for p in self.here.pulls if p["state"] == request.query_params["state"]]
                assert (request.query_params["sort"], request.query_params["direction"]) == ("updated", "desc")
                return self._page(request, sorted(closed, key=lambda p: str(p["updated_at"]), reverse=True))
            case ("GET", "actions", "workflows", file, "runs"):
                return self._runs(request, f".github/workflows/{file}")
            case ("GET", "actions", "runs", run, "artifacts"):
                name = request.query_params["name"]
                found = [a for a in self.here.artifacts.get(run, []) if a["name"] == name]
                return self._page(request, found, "artifacts")
            case ("GET", "actions", "artifacts", id, "zip"):
                return RedirectResponse(f"{self.here.url.replace('127.0.0.1', 'localhost')}/storage/{id}", 302)
            case ("GET", "compare", span):
                return self._compare(*span.split("..."))
        return JSONResponse({"message": "Not Found"}, status_code=404)

    def _page(self, request: Request, items: list[dict[str, Any]], key: str = "") -> Response:
        size = min(int(request.query_params.get("per_page", "30")), 100)
        start = (int(request.query_params.get("page", "1")) - 1) * size
        page = items[start : start + size]
        return JSONResponse({"total_count": len(items), key: page} if key else page)

    def _runs(self, request: Request, path: str) -> Response:
        """GitHub knows a workflow once its file was there; here, once it has run."""
        ours = [r for r in self.here.runs if r["path"].partition("@")[0] == path]
        asked = {key: request.query_params[key] for key in ("head_sha", "event") if key in request.query_params}
        if not ours and path != PLAN_WORKFLOW:
            return JSONResponse({"message": "Not Found"}, status_code=404)
        found = [r for r in reversed(ours) if all(r[key] == value for key, value in asked.items())]
        if self.here.lists_all_runs:
            found = self.here.runs[::-1]
        return self._page(request, found, "workflow_runs")

    def _edit(self, items: list[dict[str, Any]], key: str, value: str, body: dict[str, Any]) -> Response:
        for item in items:
            if str(item[key]) == value:
                item.update(body)
                return JSONResponse(item)
        return JSONResponse({"message": "Not Found"}, status_code=404)

    def _issues(self, request: Request) -> Response:
        label = request.query_params.get("labels", "")
        return self._page(request, [i for i in self.here.issues if any(x["name"] == label for x in i["labels"])])

    def _open(self, body: dict[str, Any]) -> Response:
        id = next(self.here.ids)
        labels = [{"name": name} for name in body.pop("labels", [])]
        issue = {
            **body,
            "id": id,
            "number": len(self.here.issues) + 1,
            "state": "open",
            "labels": labels,
            "user": {"login": self.here.author},
            "html_url": f"{self.here.url}/issues/{id}",
        }
        self.here.issues.append(issue)
        return JSONResponse(issue, status_code=201)

    def _compare(self, base: str, head: str) -> Response:
        history = self.here.history
        if base not in history or head not in history:
            return JSONResponse({"message": "Not Found"}, status_code=404)
        ahead = history.index(head) - history.index(base)
        return JSONResponse({"status": "identical" if not ahead else "ahead" if ahead > 0 else "behind"})

    async def _login(self, request: Request) -> Response:
        """Microsoft Entra, as far as a client assertion is exchanged for a token there."""
        tenant = request.url.path.split("/")[1]
        root = f"https://login.microsoftonline.com/{tenant}"
        if request.url.path.endswith("/openid-configuration"):
            ends = {"authorization_endpoint": f"{root}/authorize", "token_endpoint": f"{root}/oauth2/v2.0/token"}
            return JSONResponse({**ends, "issuer": root})
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.here.logins.append(form)
        token = {"access_token": f"token-{len(self.here.logins)}", "expires_in": 3600, "token_type": "Bearer"}
        return JSONResponse(token)

    def _managed(self, request: Request) -> Response:
        """The endpoint of a managed identity, as App Service has it."""
        if request.headers.get("x-identity-header") != "secret-header":
            return JSONResponse({"message": "no"}, status_code=401)
        self.here.logins.append(dict(request.query_params))
        token = {"access_token": f"token-{len(self.here.logins)}", "expires_on": str(2**31), "token_type": "Bearer"}
        return JSONResponse({**token, "resource": request.query_params["resource"]})

    def _identity(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer request-token":
            return JSONResponse({"message": "no"}, status_code=401)
        return JSONResponse({"value": f"assertion-{next(self.here.ids)}-for-{request.query_params['audience']}"})


@contextmanager
def serving(repository: Repository) -> Iterator[Repository]:
    """The repository behind `repository.url` while the block lasts."""
    app = Starlette(routes=[Route("/{path:path}", _App(repository).hear, methods=["GET", "POST", "PATCH"])])
    listener = _listen("127.0.0.1", 0)
    repository.url = _url(listener)
    options: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off", "ws": "none"}
    server = uvicorn.Server(uvicorn.Config(app, timeout_graceful_shutdown=2, **options))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    try:
        yield repository
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
