"""Specs and training files joined: the facts of each dataset, and whether it fits the jobs that use it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.datasets import fit
from reconciler.datasets.facts import DatasetFacts
from reconciler.datasets.lock import NAME, LockEntry, path_key, read_lock
from reconciler.datasets.pointer import read_pointer
from reconciler.datasets.reading import Reader
from reconciler.datasets.scan import Request, Scan
from reconciler.model import codes
from reconciler.model.catalog.encodings import DEFAULT, encoding_of, row_limit
from reconciler.model.catalog.models import base_of
from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.specs.base import Entry
from reconciler.specs.dataset import Dataset
from reconciler.specs.estate import Specs
from reconciler.specs.job import Job, JobRef


def load_datasets(
    specs: Specs, *, every: bool = False, tokens: bool = True, reader: Reader | None = None
) -> tuple[dict[str, DatasetFacts], list[Diagnostic]]:
    """The facts of the datasets that jobs use, or of every one, and every problem with them.

    `tokens` are counted when wanted, and else only where a row could be too long for its model.
    """
    loading = Loading(specs, tokens, reader or Reader())
    problems: list[Diagnostic] = []
    for name, entry in sorted(specs.datasets.items()):
        if every or name in loading.uses:
            problems += loading.dataset(entry)
    for job in specs.jobs.values():
        problems += loading.job(job)
    if not every:
        problems = [p for p in problems if p.severity is not Severity.NOTICE]
    return loading.facts, problems


class Loading:
    def __init__(self, specs: Specs, tokens: bool, reader: Reader) -> None:
        self.specs = specs
        self.tokens = tokens
        self.reader = reader
        self.lock = specs.root / NAME
        self.entries = read_lock(self.lock)
        self.facts: dict[str, DatasetFacts] = {}
        self.scans: dict[str, tuple[Scan, Path, str]] = {}
        self.uses: dict[str, list[tuple[Entry[Job], fit.Use]]] = {}
        for job in specs.jobs.values():
            for name, use in _uses(specs, job):
                self.uses.setdefault(name, []).append((job, use))

    def dataset(self, entry: Entry[Dataset]) -> Iterator[Diagnostic]:
        """Problems of one dataset; its facts are kept when it can be used."""
        address = f"dataset.{entry.name}"
        if entry.spec.url:
            yield from self._remote(entry)
            return
        try:
            file = (entry.place.document.file.parent / entry.spec.file).resolve()
        except (OSError, RuntimeError) as error:  # a link to itself
            yield codes.FILE_UNREADABLE.at(entry.place.value("file"), f"{entry.spec.file}: {error}.", address=address)
            return
        if not file.is_relative_to(self.specs.repository):
            detail = f"{entry.spec.file} leads out of the repository."
            yield codes.FILE_OUTSIDE.at(entry.place.value("file"), detail, address=address)
            return
        locked = self.entries.get(path_key(self.lock.resolve(), file))
        try:
            pointer = read_pointer(file) if file.is_file() else None
        except OSError as error:
            detail = f"{entry.spec.file}: {error.strerror or error}."
            yield codes.FILE_UNREADABLE.at(entry.place.value("file"), detail, address=address)
            return
        if pointer or not file.exists():
            yield from self._absent(entry, file, locked, pointer.sha256 if pointer else None)
        else:
            yield from self._present(entry, file, locked)

    def _present(self, entry: Entry[Dataset], file: Path, locked: LockEntry | None) -> Iterator[Diagnostic]:
        shown = shown_path(file)
        uses = [use for _, use in self.uses.get(entry.name, [])]
        encoding = encoding_of(uses[0].base_model)[0] if uses else DEFAULT
        wanted = {fit.FORMAT_OF_METHOD[use.method] for use in uses}
        expected = wanted.pop() if len(wanted) == 1 else None
        request = Request(entry.spec.format, expected, encoding if self.tokens else "")
        found, problems = self.reader.read(file, shown, request)
        if found and any(fit.needs_tokens(found, use) for use in uses):
            found, problems = self.reader.read(file, shown, replace(request, encoding=encoding))
        yield from problems
        if found is None or found.errors:
            return
        if locked and (locked.digest, locked.rows) != (found.digest, found.rows):
            detail = (
                f"{NAME} has {locked.rows:,} rows, sha256:{locked.digest}; "
                f"{shown} has {found.rows:,} rows, sha256:{found.digest}."
            )
            yield codes.DATASET_LOCK.at(entry.place.value("file"), detail, address=f"dataset.{entry.name}")
            return
        self.scans[entry.name] = (found, file, shown)
        self.facts[entry.name] = found.facts(entry.name, file)

    def _absent(
        self, entry: Entry[Dataset], file: Path, locked: LockEntry | None, sha256: str | None
    ) -> Iterator[Diagnostic]:
        at, address = entry.place.value("file"), f"dataset.{entry.name}"
        if locked is None:
            if sha256 is None:
                detail = f"{entry.spec.file} does not exist; the path is relative to the spec file."
                yield codes.FILE_UNREADABLE.at(at, detail, address=address)
            else:
                detail = f"{entry.spec.file} is a git-LFS pointer, and {NAME} does not have it. Run: git lfs pull"
                yield codes.DATASET_ABSENT.at(at, detail, address=address)
        elif sha256 not in (None, locked.sha256):
            detail = f"{NAME} has the bytes sha256:{locked.sha256}; {entry.spec.file} points to sha256:{sha256}."
            yield codes.DATASET_LOCK.at(at, detail, address=address)
        else:
            self.facts[entry.name] = locked.facts(entry.name, file)
            detail = f"{entry.spec.file} is not here; {NAME} says {locked.rows:,} rows, sha256:{locked.digest[:16]}…"
            yield codes.DATASET_UNCHECKED.at(at, detail, address=address)

    def _remote(self, entry: Entry[Dataset]) -> Iterator[Diagnostic]:
        spec, digest = entry.spec, entry.spec.digest.removeprefix("sha256:")
        locked = self.entries.get(spec.url)
        if locked and locked.digest != digest:
            detail = f"{NAME} has sha256:{locked.digest}; the spec has sha256:{digest}."
            yield codes.DATASET_LOCK.at(entry.place.value("digest"), detail, address=f"dataset.{entry.name}")
        elif locked:
            self.facts[entry.name] = locked.facts(entry.name, Path(), url=spec.url, sas_env=spec.sas_env)
        else:
            self.facts[entry.name] = DatasetFacts(
                entry.name, Path(), digest, 0, 0, spec.format or "", present=False, url=spec.url, sas_env=spec.sas_env
            )

    def job(self, job: Entry[Job]) -> Iterator[Diagnostic]:
        """How a job's datasets fit it, and each other."""
        address = f"job.{job.name}"
        for name, use in _uses(self.specs, job):
            at = job.place.value(use.role)
            if use.role == "training":
                for code, detail in fit.check_model(use):
                    yield code.at(job.place.value("base_model"), detail, address=address)
            if facts := self.facts.get(name):
                for code, detail in fit.check_use(facts, use):
                    yield code.at(at, detail, address=address)
            if name in self.scans:
                found, _, shown = self.scans[name]
                for code, detail in fit.check_rows(found, use):
                    yield code.at(at, detail, address=address)
                if (limit := row_limit(use.base_model, use.provider)) is not None:
                    yield from fit.too_long(found, shown, base_of(use.base_model), limit)
        training, validation = self.scans.get(job.spec.training), self.scans.get(job.spec.validation or "")
        if training and validation and training[1] != validation[1]:
            yield from self.reader.leakage(training, validation)
        elif training and validation:
            detail = _same_data(job.spec.training, job.spec.validation)
            yield codes.DATASET_LEAKAGE.at(job.place.value("validation"), detail, address=address)


def _same_data(training: str, validation: str | None) -> str:
    if training == validation:
        return f"`training` and `validation` both name {training}."
    return f"{training} and {validation} have the same rows."


def _uses(specs: Specs, job: Entry[Job]) -> Iterator[tuple[str, fit.Use]]:
    target = specs.targets.get(job.spec.target)
    provider = target.spec.provider if target else "azure"
    epochs = job.spec.hyperparameters.explicit().get("n_epochs")
    paths = _grader_paths(job.spec.grader) if job.spec.grader else ()
    for role in ("training", "validation"):
        if name := getattr(job.spec, role):
            yield name, fit.Use(provider, job.spec.method, _base_model(specs, job), role, epochs, paths)


def _grader_paths(grader: Mapping[str, Any]) -> tuple[str, ...]:
    from reconciler.specs.grader import item_paths  # few specs have one, and its models take their time

    return tuple(item_paths(grader))


def _base_model(specs: Specs, job: Entry[Job]) -> str:
    """The model below a chain of runs; references are known to hold and to have no circles."""
    base = job.spec.base_model
    while isinstance(base, JobRef):
        base = specs.jobs[base.job].spec.base_model
    return base


def shown_path(file: Path) -> str:
    """The path as a user would type it, with bytes that are no UTF-8 as escapes."""
    with suppress(ValueError, OSError):  # another folder, or the working folder was deleted
        file = file.relative_to(Path.cwd())
    return os.fsencode(file).decode("utf-8", "backslashreplace")
