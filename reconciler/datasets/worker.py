"""More cores: the pieces of a large file are read by this process and its helpers at the same time.

A helper is a fresh, isolated interpreter that runs `serve`: nothing is forked, so threads and open connections are
safe, and nothing of the caller or of the working folder is imported. When a helper fails, its piece is read here.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.datasets.block import Block, Profile, read_block

if TYPE_CHECKING:
    import subprocess

PIECE = 4_000_000
"""Bytes that one core reads at a time."""
WORTH = 24_000_000
"""Bytes below which starting a helper costs more time than it saves."""
MAX_HELPERS = 7
_START = "import sys; sys.path[:] = sys.argv[1:]; from reconciler.datasets.worker import serve; serve()"


def cores() -> int:
    """Cores that this process may use; RECONCILER_CORES sets fewer."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("RECONCILER_CORES", "")
    return min(allowed, int(wanted)) if wanted.isdigit() and int(wanted) else allowed


def cut(file: Path, size: int) -> list[tuple[int, int]]:
    """[start, end) of pieces of about `PIECE` bytes that begin and end with a line."""
    starts = [0]
    with file.open("rb") as stream:
        while starts[-1] + PIECE < size:
            stream.seek(starts[-1] + PIECE - 1)
            stream.readline()
            if stream.tell() >= size:
                break
            starts.append(stream.tell())
    return list(zip(starts, [*starts[1:], size], strict=True))


def read_pieces(file: Path, pieces: Sequence[tuple[int, int]], profile: Profile) -> Iterator[Block]:
    """The blocks of the pieces, in order. Raises OSError."""
    size = pieces[-1][1] if pieces else 0
    helpers = min(cores() - 1, MAX_HELPERS, len(pieces) - 1) if size >= WORTH else 0
    if helpers < 1 or not sys.executable:
        for start, end in pieces:
            yield read_block(file, start, end, profile)
        return
    shared = _Shared(file, pieces, profile)
    threads = [threading.Thread(target=shared.help, daemon=True) for _ in range(helpers)]
    for thread in threads:
        thread.start()
    try:
        yield from shared.blocks()
    finally:
        shared.stop()
        for thread in threads:
            thread.join()


class _Shared:
    """The pieces that are left and the blocks that are done; the order of the file is restored here."""

    def __init__(self, file: Path, pieces: Sequence[tuple[int, int]], profile: Profile) -> None:
        self.file, self.pieces, self.profile = file, pieces, profile
        self.left = deque(range(len(pieces)))
        self.done: dict[int, Block] = {}
        self.changed = threading.Condition()
        self.running: list[subprocess.Popen[bytes]] = []
        self.stopped = False

    def blocks(self) -> Iterator[Block]:
        for index in range(len(self.pieces)):
            while (block := self._ready(index)) is None:
                mine = self._take()
                if mine is not None:
                    self._put(mine, read_block(self.file, *self.pieces[mine], self.profile))
            yield block

    def help(self) -> None:
        """Hand pieces to a process of its own until none is left, or it fails."""
        command = [sys.executable, "-I", "-c", _START, *filter(None, sys.path)]
        try:
            import pickle  # small files need no second process
            import subprocess

            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError:
            return
        with self.changed:
            self.running.append(process)
        with suppress(OSError), process:  # who died does not take what is still to be flushed
            while process.stdin and process.stdout and (index := self._take()) is not None:
                try:
                    pickle.dump((self.file, *self.pieces[index], self.profile), process.stdin)
                    process.stdin.flush()
                    block = pickle.load(process.stdout)
                except Exception:  # noqa: BLE001 - what unpickling raises has no bounds, and the piece is read here then
                    self._give_back(index)
                    process.kill()
                    return
                self._put(index, block)

    def stop(self) -> None:
        with self.changed:
            self.left.clear()
            self.stopped = True
            for process in self.running:
                process.kill()

    def _take(self) -> int | None:
        with self.changed:
            return self.left.popleft() if self.left and not self.stopped else None

    def _give_back(self, index: int) -> None:
        with self.changed:
            self.left.appendleft(index)
            self.changed.notify()

    def _put(self, index: int, block: Block) -> None:
        with self.changed:
            self.done[index] = block
            self.changed.notify()

    def _ready(self, index: int) -> Block | None:
        """The block, once there; None when there is something else to do meanwhile."""
        with self.changed:
            self.changed.wait_for(lambda: index in self.done or self.left)
            return self.done.pop(index, None)


def serve() -> None:
    """The helper's side: answer requests until the other side closes the pipe."""
    import pickle

    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            request = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(read_block(*request), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
