"""Sending a training file: in one request, or in parts when it is too large for one.

Wire: OpenAI's OpenAPI document, POST /files (512 MB at most) and /uploads, /uploads/{id}/parts, /complete.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Literal

from reconciler.providers.errors import ServiceError
from reconciler.providers.retry import WRITES, Backoff, Budget, Sleep, retrying

if TYPE_CHECKING:
    import openai

PURPOSE: Literal["fine-tune"] = "fine-tune"
TYPE = "application/jsonl"
TIMEOUT = 900.0
"""Seconds for one request of up to 512 MB."""
PART_BYTES = 16 * 1024 * 1024
"""The service takes parts of up to 64 MB; smaller ones cost less to send again."""
PARALLEL_PARTS = 4
PARTS = Backoff(patience=WRITES)

Sent = Callable[[int, int], None]
"""Told how many bytes of how many are on their way."""
Write = Callable[[Callable[[], Any]], Mapping[str, Any]]
"""Sends one request through the SDK and reads its raw answer."""


class FileSender:
    """`one_request` is the largest file that goes in one request; above it, parts. None: never in parts."""

    def __init__(self, sdk: Callable[[], openai.OpenAI], write: Write, one_request: int | None, sleep: Sleep) -> None:
        self._sdk = sdk
        self._write = write
        self._one_request = one_request
        self._sleep = sleep

    def send(self, filename: str, content: Iterable[bytes], sent: Sent) -> Mapping[str, Any]:
        """The file as the service shows it after the upload."""
        with tempfile.TemporaryFile() as spool:
            spool.writelines(content)
            size = spool.tell()
            if self._one_request is not None and size > self._one_request:
                return self._in_parts(filename, spool, size, sent)
            return self._in_one(filename, spool, size, sent)

    def _in_one(self, filename: str, spool: IO[bytes], size: int, sent: Sent) -> Mapping[str, Any]:
        def request() -> Any:
            counted: Any = _Counted(spool, size, sent)
            return self._sdk().files.with_raw_response.create(
                file=(filename, counted, TYPE), purpose=PURPOSE, timeout=TIMEOUT
            )

        return self._write(request)

    def _in_parts(self, filename: str, spool: IO[bytes], size: int, sent: Sent) -> Mapping[str, Any]:
        uploads = self._sdk().uploads
        upload = self._write(
            lambda: uploads.with_raw_response.create(bytes=size, filename=filename, mime_type=TYPE, purpose=PURPOSE)
        )["id"]
        try:
            parts = self._send_parts(upload, spool, size, sent)
            digest = _md5(spool)
            done = self._write(lambda: uploads.with_raw_response.complete(upload, part_ids=parts, md5=digest))
        except BaseException:  # a stop, too; one that is complete already refuses
            with suppress(ServiceError):  # it expires by itself; why we gave up says more
                self._write(lambda: uploads.with_raw_response.cancel(upload))
            raise
        file = done.get("file")
        if not isinstance(file, Mapping):
            raise ServiceError(f"upload {upload} is complete, but the answer names no file")
        return file

    def _send_parts(self, upload: str, spool: IO[bytes], size: int, sent: Sent) -> list[str]:
        """The parts' ids, in the order of the file. A part may be sent twice: only those that are named count."""
        budget = Budget(retries=20.0)
        lock = threading.Lock()
        gone = 0

        def part(start: int) -> str:
            nonlocal gone
            with lock:
                spool.seek(start)
                data = spool.read(PART_BYTES)
            resource = self._sdk().uploads.parts.with_raw_response
            found = retrying(
                lambda: self._write(lambda: resource.create(upload, data=data)), PARTS, self._sleep, budget
            )
            with lock:
                gone += len(data)
                sent(gone, size)
            return str(found["id"])

        with ThreadPoolExecutor(PARALLEL_PARTS, thread_name_prefix="reconciler-part") as pool:
            return list(pool.map(part, range(0, size, PART_BYTES)))


def _md5(spool: IO[bytes]) -> str:
    """The check that the Uploads API asks for; it protects against accidents, not against people."""
    digest = hashlib.md5(usedforsecurity=False)
    spool.seek(0)
    while block := spool.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


class _Counted(io.RawIOBase):
    """A file that tells how much of it has been read."""

    def __init__(self, spool: IO[bytes], size: int, sent: Sent) -> None:
        self._spool = spool
        self._size = size
        self._sent = sent
        spool.seek(0)

    def read(self, size: int = -1) -> bytes:
        data = self._spool.read(size)
        if data:
            self._sent(self._spool.tell(), self._size)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._spool.seek(offset, whence)

    def tell(self) -> int:
        return self._spool.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
