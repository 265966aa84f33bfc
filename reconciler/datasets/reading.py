"""How commands read training files: through the cache, unless told otherwise."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

from reconciler.datasets.cache import Cache, default_folder, usable
from reconciler.datasets.overlap import shared
from reconciler.datasets.scan import Request, Scan, read
from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, SourceRange


class Reader:
    """Reads each file at most once for each thing that is wanted of it."""

    def __init__(self, *, cached: bool = True, folder: Path | None = None) -> None:
        place = folder or default_folder()
        self.cache = Cache(place) if cached and place and usable(place) else None

    def read(self, file: Path, shown: str, request: Request) -> tuple[Scan | None, list[Diagnostic]]:
        """None when the file cannot be read; `shown` is its path as the user would type it."""
        try:
            return self.cache.read(file, shown, request) if self.cache else read(file, shown, request)
        except OSError as error:
            at = SourceRange(shown, 1, 1, 1, 1)
            return None, [codes.FILE_UNREADABLE.at(at, f"{shown}: {error.strerror or error}.")]

    def leakage(self, training: tuple[Scan, Path, str], validation: tuple[Scan, Path, str]) -> Iterator[Diagnostic]:
        """Rows that two files share; each file with its result, its path, and its path as the user would type it."""
        one, other = training[0], validation[0]
        found = self.cache.get_pair(one, other) if self.cache else None
        if found is None:
            found = shared(self._hashes(one, training[1]), self._hashes(other, validation[1]))
            if self.cache:
                self.cache.put_pair(one, other, found)
        count, pairs = found
        if pairs:
            line, there = other.line_of(pairs[0][0]), one.line_of(pairs[0][1])
            at = SourceRange(validation[2], line, 1, line, 1)
            also = SourceRange(training[2], there, 1, there, 1)
            rows = f"{count:,} rows of this file are" if count > 1 else "The row is"
            yield codes.DATASET_LEAKAGE.at(at, f"{rows} trained on too.", related=[("the same row", also)])

    def _hashes(self, found: Scan, file: Path) -> array[int]:
        if len(found.hashes) == found.rows:
            return found.hashes
        hashes = self.cache.hashes(found) if self.cache else None
        if hashes is None:
            again, _ = read(file, str(file), Request(found.format))
            hashes = again.hashes if again else array("Q")
        return hashes
