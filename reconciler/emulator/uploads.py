"""Uploads in parts: for files too large for one request."""

from hashlib import md5

from starlette.responses import Response

from reconciler.emulator import files
from reconciler.emulator.errors import Json, Refusal, Surface, bad_request, not_found, wrong_state
from reconciler.emulator.limits import MB
from reconciler.emulator.records import Upload
from reconciler.emulator.wire import Call, Endpoint, new_id, reply, text

PART_BYTES = 64 * MB
LIFE_SECONDS = {Surface.DATED: 7200, Surface.OPENAI: 3600}
# The v1 surface answers 404 to uploads.
_SURFACES = (Surface.DATED, Surface.OPENAI)


def _create(call: Call) -> Response:
    body = call.json()
    size = body.get("bytes")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= 8192 * MB:
        raise bad_request("'bytes' must be a whole number, at most 8 GB.", param="bytes")
    expires_after = body.get("expires_after") or {}
    if not isinstance(expires_after, dict):
        raise bad_request("'expires_after' must be an object.", param="expires_after")
    upload = Upload(
        id=new_id("upload_"),
        filename=str(text(body, "filename", required=True)),
        purpose=files.check_purpose(text(body, "purpose", required=True)),
        mime_type=str(text(body, "mime_type", required=True)),
        size=size,
        created_at=call.now,
        expires_after=files.expiry(expires_after.get("anchor"), expires_after.get("seconds")),
    )
    call.space.uploads[upload.id] = upload
    return reply(_render(call, upload))


def _expires_at(call: Call, upload: Upload) -> float:
    return upload.created_at + LIFE_SECONDS[call.surface]


def _open(call: Call) -> Upload:
    upload = call.space.uploads.get(call.params["upload"])
    if upload is None:
        raise not_found("upload", call.params["upload"])
    if upload.status == "pending" and call.now >= _expires_at(call, upload):
        upload.status, upload.parts = "expired", {}
    if upload.status != "pending":
        raise wrong_state(f"The upload is {upload.status}.")
    return upload


def _render(call: Call, upload: Upload) -> Json:
    file = files.usable(call.space, upload.file_id or "")
    return {
        "id": upload.id,
        "object": "upload",
        "bytes": upload.size,
        "created_at": int(upload.created_at),
        "filename": upload.filename,
        "purpose": upload.purpose,
        "status": upload.status,
        "expires_at": int(_expires_at(call, upload)),
        "file": files.render(call, file) if file else None,
    }


def _add_part(call: Call) -> Response:
    upload = _open(call)
    part = call.parts.get("data")
    data = part.content if part else call.form.get("data", "").encode()
    if not data or len(data) > PART_BYTES:
        raise bad_request("The form needs a part 'data' of at most 64 MB.", param="data")
    identity = new_id("part_")
    upload.parts[identity] = data
    return reply(
        {"id": identity, "object": "upload.part", "created_at": int(call.now), "upload_id": upload.id},
    )


def _complete(call: Call) -> Response:
    upload, body = _open(call), call.json()
    order = body.get("part_ids")
    if not isinstance(order, list) or not all(isinstance(part, str) and part in upload.parts for part in order):
        raise bad_request("'part_ids' must list parts of this upload, in order.", param="part_ids")
    content = b"".join(upload.parts[part] for part in order)
    if len(content) != upload.size:
        raise bad_request(f"The parts have {len(content)} bytes; the upload was declared with {upload.size}.")
    checksum = body.get("md5")
    if checksum and checksum != md5(content, usedforsecurity=False).hexdigest():
        raise bad_request("The checksum does not match the parts.", param="md5")
    file = files.keep(call, upload.filename, upload.purpose, content, upload.expires_after)
    upload.status, upload.parts, upload.file_id = "completed", {}, file.id
    return reply(_render(call, upload))


def _cancel(call: Call) -> Response:
    upload = _open(call)
    upload.status, upload.parts = "cancelled", {}
    return reply(_render(call, upload))


def _get(call: Call) -> Response:
    """Not in any contract read, yet harmless and handy."""
    upload = call.space.uploads.get(call.params["upload"])
    if upload is None:
        raise Refusal(404, "notFound", f"No such upload: {call.params['upload']}")
    return reply(_render(call, upload))


ROUTES = (
    Endpoint("POST", "/uploads", _create, _SURFACES),
    Endpoint("GET", "/uploads/{upload}", _get, _SURFACES),
    Endpoint("POST", "/uploads/{upload}/parts", _add_part, _SURFACES),
    Endpoint("POST", "/uploads/{upload}/complete", _complete, _SURFACES),
    Endpoint("POST", "/uploads/{upload}/cancel", _cancel, _SURFACES),
)
