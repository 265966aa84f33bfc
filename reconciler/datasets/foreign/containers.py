"""The rows of any file that can be read: archives are unpacked, tables and arrays become objects.

Parquet, Arrow and zstd are read by pyarrow, which is an extra: finetune-reconciler[parquet].
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from reconciler.datasets.block import BOM
from reconciler.datasets.foreign.shapes import shape_of
from reconciler.datasets.foreign.signatures import FIRST, signature_of
from reconciler.datasets.rows import RowError, parse_row

HEAD_LINES = 200
WHOLE = 1_000_000_000
"""Bytes of an array or of one object, which are read into memory."""

Numbered = Iterator[tuple[int, Any]]
"""Rows, each with the number of its line, or of its row where lines do not tell."""


class ContainerError(ValueError):
    """The file cannot be read as what it is; the text says why."""


def rows_in(file: Path) -> Numbered:
    """The values of the file's rows. Raises OSError, `ContainerError`, and `RowError` for a row that is none."""
    with file.open("rb") as stream:
        found = signature_of(stream.read(FIRST))
        stream.seek(0)
        try:
            if found is None:
                yield from _text(stream)
            elif found.id in _TABLES:
                yield from _TABLES[found.id](file)
            elif found.id in _STREAMS:
                with _STREAMS[found.id](stream) as inner:
                    yield from _text(inner)
            else:
                raise ContainerError(f"it is {found.name}. {found.advice}")
        except (ContainerError, RowError):
            raise
        except (*_BROKEN, OSError) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            name = found.name if found else "a text"
            raise ContainerError(f"it is {name} that cannot be read: {error or type(error).__name__}") from error


_BROKEN = (EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile)
"""What the readers raise for damaged files; pyarrow's errors are ValueErrors, or OSErrors without a number."""


def _text(stream: IO[bytes]) -> Numbered:
    lines = _lines(stream)
    head = list(islice(lines, HEAD_LINES))
    shape = shape_of([line for _, line in head])
    return _SHAPES[shape.id if shape else ""](chain(head, lines))


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, without their ends."""
    for number, line in enumerate(stream, 1):
        bare = (line.removeprefix(BOM) if number == 1 else line).strip(b" \t\r\n")
        if bare:
            yield number, bare


Lines = Iterable[tuple[int, bytes]]


def _json_lines(lines: Lines) -> Numbered:
    return ((number, parse_row(line)) for number, line in lines)


def _commas(lines: Lines) -> Numbered:
    return ((number, parse_row(line.removesuffix(b","))) for number, line in lines)


def _array(lines: Lines) -> Numbered:
    rows = _value(lines)
    if not isinstance(rows, list):
        raise ContainerError("the array is followed by something else")
    return iter(list(enumerate(rows, 1)))


def _object(lines: Lines) -> Numbered:
    found = _value(lines)
    lists = [value for value in found.values() if isinstance(value, list)] if isinstance(found, dict) else []
    if len(lists) != 1:
        raise ContainerError("the object holds more than one list")
    return iter(list(enumerate(lists[0], 1)))


def _value(lines: Lines) -> Any:
    return parse_row(_whole(lines))


def _whole(lines: Lines) -> bytes:
    parts, size = [], 0
    for _, line in lines:
        parts.append(line)
        size += len(line)
        if size > WHOLE:
            raise ContainerError(f"it holds more than {WHOLE:,} bytes; write one row a line")
    return b"\n".join(parts)


def _pretty(lines: Lines) -> Numbered:
    """Objects one after the other, each over several lines."""
    text, decoder, at, number = _whole(lines).decode(), json.JSONDecoder(), 0, 0
    while at < len(text):
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise ContainerError(f"the JSON of row {number + 1} cannot be read: {error}") from error
        number += 1
        yield number, parse_row(text[at:end].encode())
        at = end
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1


def _table(delimiter: str) -> Callable[[Lines], Numbered]:
    def rows(lines: Lines) -> Numbered:
        csv.field_size_limit(min(WHOLE, sys.maxsize))
        reader = csv.DictReader((line.decode() + "\n" for _, line in lines), delimiter=delimiter, strict=True)
        try:
            for number, row in enumerate(reader, 1):
                if None in row or None in row.values():
                    raise ContainerError(f"row {number} has more or fewer cells than the header")
                yield number, dict(row)
        except csv.Error as error:
            raise ContainerError(f"the table cannot be read: {error}") from error

    return rows


_SHAPES: Mapping[str, Callable[[Lines], Numbered]] = {
    "": _json_lines,
    "commas": _commas,
    "array": _array,
    "object": _object,
    "pretty": _pretty,
    "csv": _table(","),
    "tsv": _table("\t"),
    "csv-semicolon": _table(";"),
}


def _decoded(encoding: str) -> Callable[[IO[bytes]], IO[bytes]]:
    return lambda stream: io.BytesIO(stream.read(WHOLE).decode(encoding).removeprefix("\ufeff").encode())


@contextmanager
def _zip(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(stream) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
        if len(names) != 1:
            raise ContainerError(f"it is a zip archive of {len(names)} files; unpack the one that you mean")
        try:
            with archive.open(names[0]) as inner:
                yield inner
        except (RuntimeError, NotImplementedError) as error:  # a password, or a method that Python does not have
            raise ContainerError(str(error)) from error


@contextmanager
def _zstd(stream: IO[bytes]) -> Iterator[Any]:
    arrow = _arrow("pyarrow")
    with arrow.CompressedInputStream(arrow.PythonFile(stream, "r"), "zstd") as inner:
        yield io.BufferedReader(inner)


_STREAMS: Mapping[str, Callable[[IO[bytes]], Any]] = {
    "gzip": lambda stream: gzip.GzipFile(fileobj=stream),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "zip": _zip,
    "zstd": _zstd,
    "utf-16": _decoded("utf-16"),
    "utf-16-le": _decoded("utf-16-le"),
    "utf-16-be": _decoded("utf-16-be"),
    "utf-32": _decoded("utf-32"),
}


def _arrow(module: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ContainerError("this needs pyarrow; install finetune-reconciler[parquet]") from error


def _batches(batches: Iterable[Any]) -> Numbered:
    rows = (row for batch in batches for row in batch.to_pylist())
    return ((number, json.loads(json.dumps(row, default=str))) for number, row in enumerate(rows, 1))


_TABLES: Mapping[str, Callable[[Path], Numbered]] = {
    "parquet": lambda file: _batches(_arrow("pyarrow.parquet").ParquetFile(file).iter_batches()),
    "arrow": lambda file: _batches(_arrow("pyarrow").ipc.open_file(str(file)).read_all().to_batches()),
    "arrow-stream": lambda file: _batches(_arrow("pyarrow").ipc.open_stream(str(file))),
}
