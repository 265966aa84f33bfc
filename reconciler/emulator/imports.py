"""Files that the service imports from a URL."""

import zlib

import httpx2
from starlette.responses import Response

from reconciler.emulator import files
from reconciler.emulator.errors import Surface, bad_request
from reconciler.emulator.fetcher import is_loopback
from reconciler.emulator.records import File, Space
from reconciler.emulator.store import Store
from reconciler.emulator.wire import Call, Endpoint, created, new_id, text


def _import(call: Call) -> Response:
    body = call.json()
    url = str(text(body, "content_url", required=True))
    if not url.lower().startswith(("http://", "https://")):
        raise bad_request("'content_url' must be a URL that can be fetched.", param="content_url")
    files.check_room(call, 1)
    file = File(
        id=new_id("file-"),
        filename=str(text(body, "filename", required=True)),
        purpose=files.check_purpose(text(body, "purpose", required=True)),
        created_at=call.now,
        size=None,
        packed=b"",
        ready_at=call.now + files.PENDING_SECONDS + files.PROCESSING_SECONDS,
        importing=url,
    )
    if is_loopback(url):
        call.store.fetcher.start(file.id, url)
    call.space.files[file.id] = file
    return created(call, files.render(call, file), f"/files/{file.id}")


def settle(store: Store, space: Space, now: float) -> bool:
    """Take in what has arrived. Without its bytes a file goes on being imported, whatever the clock says."""
    changed = False
    for file in space.files.values():
        if file.importing and file.ready_at <= now:
            changed |= _take_in(store, file)
    return changed


def _take_in(store: Store, file: File) -> bool:
    fetch = store.fetcher.result(file.id)
    if fetch is None and is_loopback(str(file.importing)):
        store.fetcher.start(file.id, str(file.importing))  # begun before a restart
        return False
    if fetch is not None and not fetch.done():
        return False
    try:
        content = fetch.result() if fetch else None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        file.flaw = f"fileImportFailed: {error}"
    else:
        if content is None:
            file.flaw = "fileImportFailed: the emulator imports from loopback only"
        else:
            file.size, file.packed = len(content), zlib.compress(content, 1)
    file.importing = None
    store.fetcher.drop(file.id)
    return True


ROUTES = (Endpoint("POST", "/files/import", _import, (Surface.DATED,)),)
