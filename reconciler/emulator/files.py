"""Files of the data plane: multipart upload, list, read, content, delete."""

import zlib

from starlette.responses import Response

from reconciler.emulator.errors import Json, Refusal, Surface, bad_request, not_found, wrong_state
from reconciler.emulator.records import File, Space
from reconciler.emulator.wire import Call, Endpoint, created, listed, new_id, page, reply

PURPOSES = frozenset({"assistants", "batch", "fine-tune", "vision", "user_data", "evals"})
PENDING_SECONDS = 4.0
PROCESSING_SECONDS = 4.0


def keep(call: Call, filename: str, purpose: str, content: bytes, expires_after: int | None = None) -> File:
    """Store what a client sent; Azure then takes a few seconds to process it, OpenAI none."""
    check_room(call, len(content))
    wait = 0.0 if call.surface is Surface.OPENAI else PENDING_SECONDS + PROCESSING_SECONDS
    file = File(
        id=new_id("file-"),
        filename=filename,
        purpose=purpose,
        created_at=call.now,
        size=len(content),
        packed=zlib.compress(content, 1),
        ready_at=call.now + wait,
        expires_at=int(call.now) + expires_after if expires_after else None,
    )
    call.space.files[file.id] = file
    return file


def keep_result(space: Space, filename: str, content: bytes, at: float) -> File:
    """Store a file that the service itself made."""
    file = File(
        new_id("file-"), filename, "fine-tune-results", at, len(content), zlib.compress(content, 1), ready_at=at
    )
    space.files[file.id] = file
    return file


def content_of(file: File) -> bytes:
    return zlib.decompress(file.packed)


def status(file: File, now: float, surface: Surface) -> str:
    if now >= file.ready_at and not file.importing:
        return "error" if file.flaw else "processed"
    if surface is Surface.OPENAI:
        return "uploaded"
    return "running" if now >= file.ready_at - PROCESSING_SECONDS else "pending"


def find(call: Call, identity: str) -> File:
    file = usable(call.space, identity)
    if file is None:
        raise not_found("File object", identity)
    return file


def usable(space: Space, identity: str) -> File | None:
    file = space.files.get(identity)
    return None if file is None or file.deleted else file


def render(call: Call, file: File) -> Json:
    body: Json = {
        "id": file.id,
        "object": "file",
        "bytes": file.size,
        "created_at": int(file.created_at),
        "filename": file.filename,
        "purpose": file.purpose,
        "status": status(file, call.now, call.surface),
    }
    if file.expires_at:
        body["expires_at"] = file.expires_at
    if file.flaw and call.now >= file.ready_at:
        body["status_details"] = file.flaw
    return body


def settle(space: Space, now: float) -> bool:
    """Drop the files that are deleted or whose time is up, but for those that an unfinished job still reads."""
    over = [file for file in space.files.values() if file.deleted or (file.expires_at and file.expires_at <= now)]
    if not over:
        return False
    read = {name for job in space.jobs.values() if not job.final for name in (job.training_file, job.validation_file)}
    changed = False
    for file in over:
        changed |= not file.deleted or file.id not in read
        file.deleted = True
        if file.id not in read:
            del space.files[file.id]
    return changed


def check_purpose(purpose: str | None) -> str:
    if purpose not in PURPOSES:
        raise bad_request(f"'{purpose}' is not one of {sorted(PURPOSES)} - 'purpose'", param="purpose")
    return purpose


def expiry(anchor: str | None, seconds: str | None) -> int | None:
    """Seconds until the file expires, as both vendors bound them (one hour to 30 days)."""
    if seconds is None and anchor is None:
        return None
    if anchor != "created_at" or not str(seconds).isdigit() or not 3600 <= int(str(seconds)) <= 2_592_000:
        raise bad_request(
            "expires_after needs anchor 'created_at' and seconds from 3600 to 2592000.", param="expires_after"
        )
    return int(str(seconds))


def check_room(call: Call, size: int) -> None:
    """The account's limits on files; the platform's are beyond anything that is tried here."""
    limits, files = call.store.state.limits, [file for file in call.space.files.values() if not file.deleted]
    if not size:
        raise bad_request("The file is empty.", param="file")
    if size > limits.file_bytes:
        raise Refusal(413, "invalidPayload", f"The file is larger than {limits.file_bytes} bytes.", param="file")
    if call.surface is Surface.OPENAI:
        return
    ours = [file for file in files if file.purpose == "fine-tune"]
    if len(ours) >= limits.files:
        raise Refusal(400, "quotaExceeded", f"The resource holds {len(ours)} files of at most {limits.files}.")
    if sum(file.size or 0 for file in ours) + size > limits.files_bytes:
        raise Refusal(400, "quotaExceeded", f"The files would exceed {limits.files_bytes} bytes in total.")


def _upload(call: Call) -> Response:
    purpose = check_purpose(call.form.get("purpose"))
    part = call.parts.get("file")
    if part is None or not part.filename:
        raise bad_request("The multipart form needs a part 'file' with a file name.", param="file")
    seconds = expiry(call.form.get("expires_after[anchor]"), call.form.get("expires_after[seconds]"))
    file = keep(call, part.filename, purpose, part.content, seconds)
    return created(call, render(call, file), f"/files/{file.id}")


def _list(call: Call) -> Response:
    """Newest first. The dated surface knows no pages: it ignores `after` and `limit` and says nothing of more."""
    purpose = call.query.get("purpose")
    present = [file for file in call.space.files.values() if not file.deleted and listed(call, file.created_at)]
    files = [file for file in present if purpose in (None, "", file.purpose)]
    files.sort(key=lambda file: file.created_at)
    if call.query.get("order", "desc") != "asc":
        files.reverse()
    if call.surface is Surface.DATED:
        return reply({"object": "list", "data": [render(call, file) for file in files]})
    return page(call, files, lambda file: render(call, file), limit=10_000, ends=True)


def _get(call: Call) -> Response:
    return reply(render(call, find(call, call.params["file"])))


def _content(call: Call) -> Response:
    file = find(call, call.params["file"])
    if file.importing or file.flaw:
        raise wrong_state("The file has no content: its import has failed or goes on.")
    return Response(content_of(file), media_type="application/octet-stream")


def _delete(call: Call) -> Response:
    file = find(call, call.params["file"])
    file.deleted = True
    settle(call.space, call.now)
    return reply({"id": file.id, "object": "file", "deleted": True})


ROUTES = (
    Endpoint("POST", "/files", _upload),
    Endpoint("GET", "/files", _list),
    Endpoint("GET", "/files/{file}", _get),
    Endpoint("GET", "/files/{file}/content", _content),
    Endpoint("DELETE", "/files/{file}", _delete),
)
