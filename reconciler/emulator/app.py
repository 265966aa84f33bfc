"""The application: all surfaces behind one routing table, paths matched without regard to case."""

import re
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reconciler.emulator import (
    accounts,
    activity,
    authorization,
    control,
    deployments,
    files,
    imports,
    jobs,
    models,
    operations,
    policies,
    regions,
    runs,
    serving,
    uploads,
    versions,
)
from reconciler.emulator.errors import Refusal, Surface, bare
from reconciler.emulator.gate import FAULT, Gate, surface_of
from reconciler.emulator.store import Store
from reconciler.emulator.wire import Call, Endpoint, Part

PREFIXES = {
    Surface.DATED: "/accounts/{account}/openai",
    Surface.V1: "/accounts/{account}/openai/v1",
    Surface.OPENAI: "/v1",
}
ENDPOINTS = (
    *files.ROUTES,
    *imports.ROUTES,
    *uploads.ROUTES,
    *jobs.ROUTES,
    *models.ROUTES,
    *accounts.ROUTES,
    *activity.ROUTES,
    *deployments.ROUTES,
    *operations.ROUTES,
    *regions.ROUTES,
    *policies.ROUTES,
    *authorization.ROUTES,
    *serving.ROUTES,
    *control.ROUTES,
)
_FORM_LIMIT = 2**31


class AnyCaseRoute(Route):
    """Resource Manager does not care about case in paths, and Azure's gateway neither."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], method: str):
        super().__init__(path, endpoint, methods=[method])
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)


def create_app(store: Store) -> Starlette:
    """An application over a store; many may exist in one process, each with a store of its own."""
    if _settle_spaces not in store.settlers:
        store.settlers += [_settle_spaces, operations.settle]
        runs.resume_all(store)
    routes = [
        AnyCaseRoute(f"{PREFIXES.get(surface, '')}{row.path}", _endpoint(store, row, surface), row.method)
        for surface in (Surface.V1, Surface.DATED, Surface.OPENAI, Surface.ARM, Surface.CONTROL)
        for row in ENDPOINTS
        if surface in row.surfaces
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Gate, store=store)],
        exception_handlers={HTTPException: _http_error, Refusal: _refused, ClientDisconnect: _gone},
    )
    app.router.redirect_slashes = False
    return app


def _settle_spaces(store: Store, now: float) -> bool:
    changed = False
    for space in store.state.spaces():
        changed |= imports.settle(store, space, now)
        changed |= runs.settle(store, space, now)
        changed |= files.settle(space, now)
    return changed


def _endpoint(store: Store, row: Endpoint, surface: Surface) -> Callable[[Request], Awaitable[Response]]:
    """Read the request first, then answer in a worker thread: within the store's turn nothing awaits anything."""

    async def endpoint(request: Request) -> Response:
        body, form, parts = await _read(request)

        def answer() -> Response:
            with store.turn(writes=request.method not in ("GET", "HEAD")) as now:
                call = Call(
                    store=store,
                    surface=surface,
                    now=now,
                    params=dict(request.path_params),
                    query=dict(request.query_params),
                    headers=dict(request.headers),
                    base_url=_base_url(request),
                    path=request.url.path,
                    body=body,
                    form=form,
                    parts=parts,
                    rule=request.scope.get(FAULT),
                )
                return row.answer(call)

        return await run_in_threadpool(answer)

    return endpoint


async def _read(request: Request) -> tuple[bytes, dict[str, str], dict[str, Part]]:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await request.body(), {}, {}
    form: dict[str, str] = {}
    parts: dict[str, Part] = {}
    async with request.form(max_part_size=_FORM_LIMIT) as fields:
        for name, value in fields.multi_items():
            if isinstance(value, UploadFile):
                parts[name] = Part(value.filename or "", await value.read())
            else:
                form[name] = value
    return b"", form, parts


def _base_url(request: Request) -> str:
    """As the client sees us, also through a proxy."""
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme).split(",")[0].strip()
    return f"{scheme}://{request.headers.get('host', 'localhost')}"


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    surface = surface_of(request.url.path)
    return JSONResponse(refusal.body(surface), refusal.status, refusal.headers)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    refusal = bare(error.status_code, error.detail)
    if error.status_code == 404:
        path, version = request.url.path, request.query_params.get("api-version", "")
        refusal = versions.unknown(surface_of(path), request.method, path, version)
    refusal.headers = dict(error.headers or {})
    return await _refused(request, refusal)


async def _gone(request: Request, error: Exception) -> Response:
    """The client left before its request was whole: nobody reads this."""
    return Response(status_code=400)
