"""The emulator's memory: one lock, one clock, and at most one JSON file, written atomically."""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from reconciler.emulator.clock import Clock
from reconciler.emulator.errors import Refusal
from reconciler.emulator.faults import Faults
from reconciler.emulator.fetcher import Fetcher
from reconciler.emulator.logins import Logins
from reconciler.emulator.records import State
from reconciler.emulator.requests import RequestLog
from reconciler.emulator.trainer import Trainer

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


@dataclass
class _File:
    """What stands in a state file. Nobody else's JSON has this format."""

    format: Literal["reconciler-emulator-1"]
    state: State


_FILE = TypeAdapter(_File)


class Store:
    """Every request takes one `turn`: alone, after all that was due by the clock has happened, kept when it ends.

    Raises OSError when another emulator holds the state file or it cannot be read, ValueError when it is not one. A
    file that is not ours is never written.

    `settlers` are asked at each turn to bring their part up to date; they say whether anything changed.
    """

    def __init__(self, path: Path | None = None, speed: float = 1.0, clock: Clock | None = None):
        self.path = path
        _load(path)  # before anything is written beside it
        self._claim = _claim(path) if path else None
        self.state = _load(path)
        self.clock = clock or Clock(speed, self.state.clock)
        self.trainer = Trainer()
        self.fetcher = Fetcher()
        self.requests = RequestLog()
        self.faults = Faults()
        self.logins = Logins()
        self.settlers: list[Callable[[Store, float], bool]] = []
        self._lock = threading.RLock()

    @contextmanager
    def turn(self, writes: bool) -> Iterator[float]:
        """Yields virtual now. The answer to a write is sent only after its effect is kept."""
        with self._lock:
            changed = self.settle()
            try:
                yield self.clock.now()
            finally:
                if writes:
                    self._keep()
                elif changed:
                    with suppress(OSError):  # time did it, and does it again after a restart; reads go on
                        self.save()

    def _keep(self) -> None:
        """What is not kept has not happened: a write that is refused leaves no trace."""
        try:
            self.save()
        except OSError as error:
            with suppress(OSError, ValueError):
                self.state = _load(self.path)
            message = f"The emulator cannot write {self.path}: {error.strerror or error}"
            raise Refusal(507, "InsufficientStorage", message) from error

    def settle(self) -> bool:
        """Let everything happen that is due. Says whether anything did."""
        now, changed = self.clock.now(), False
        for settler in self.settlers:
            changed |= settler(self, now)
        return changed

    def reset(self) -> None:
        """Forget everything but the clock and its speed."""
        self.trainer.forget()
        self.state = State()
        self.requests.clear()
        self.faults.clear()
        self.logins = Logins()
        self.save()

    def save(self) -> None:
        if self.path is None:
            return
        self.state.clock = self.clock.anchor()
        with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix=f".{self.path.name}.", delete=False) as stream:
            half_written = Path(stream.name)
            try:
                stream.write(_FILE.dump_json(_File("reconciler-emulator-1", self.state)))
                stream.flush()
                half_written.replace(self.path)
            except OSError as error:
                half_written.unlink()
                raise OSError(error.errno, error.strerror, str(self.path)) from error

    def close(self) -> None:
        self.trainer.close()
        self.fetcher.close()
        with self._lock:
            self.save()
            if self._claim is not None:
                os.close(self._claim)
                self._claim = None


def _claim(path: Path) -> int:
    """Keep the state file for ourselves: two emulators on one file would forget each other's writes in turn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)  # a checkout may bring a link of that name
    descriptor = os.open(path.with_name(f".{path.name}.lock"), flags, 0o644)
    if fcntl:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise OSError(f"{path} is in use by another emulator") from None
    return descriptor


def _load(path: Path | None) -> State:
    if path is None or not path.exists():
        return State()
    try:
        return _FILE.validate_json(path.read_bytes()).state
    except ValidationError as error:
        raise ValueError(f"{path} is not a state file of this emulator: {error.errors()[0]['msg']}") from None
