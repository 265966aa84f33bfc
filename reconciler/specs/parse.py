"""A spec root to `Specs`: every file read, merged into one namespace, references checked, all problems at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, SourceRange, has_errors, in_order
from reconciler.model.errors import DiagnosticsError
from reconciler.specs.base import MAX_PROBLEMS, Entry, Strict, brief, check_name, did_you_mean, validate
from reconciler.specs.chain import read_chain
from reconciler.specs.combinations import check_combinations
from reconciler.specs.dataset import Dataset
from reconciler.specs.deployment import Deployment
from reconciler.specs.documents import Document, Located, parse, read
from reconciler.specs.estate import Specs
from reconciler.specs.estate_keys import ESTATE_KEYS, price_file, read_estate_keys
from reconciler.specs.job import Job
from reconciler.specs.plausible import check_plausible
from reconciler.specs.references import check_references
from reconciler.specs.target import PROVIDERS

T = TypeVar("T", bound=BaseModel)

SUFFIXES = (".yaml", ".yml")
KINDS: dict[str, type[Strict]] = {
    "datasets": Dataset,
    "jobs": Job,
    "deployments": Deployment,
}
SECTIONS = ("targets", "datasets", "jobs", "chains", "deployments")
TOP_KEYS = ["version", "estate", *ESTATE_KEYS, *SECTIONS]


def load(root: Path) -> tuple[Specs, tuple[Diagnostic, ...]]:
    """Read a spec root; raises `DiagnosticsError` with every problem when there is an error among them."""
    specs = Specs(root, find_repository(root))
    problems = list(islice(_problems(specs), MAX_PROBLEMS + 1))
    if len(problems) > MAX_PROBLEMS:
        detail = f"These are the first {MAX_PROBLEMS:,}."
        problems[MAX_PROBLEMS:] = [codes.TOO_MANY_PROBLEMS.at(detail=detail)]
    if has_errors(problems):
        raise DiagnosticsError(problems)
    return specs, in_order(problems)


def parse_texts(root: Path, repository: Path, texts: Mapping[str, str]) -> tuple[Specs, tuple[Diagnostic, ...]]:
    """Specs that are not on the disk, such as those of another commit; `texts` by their paths below the root.

    Files beside them are not read: the estate's own prices, budget and retention are left out. Without texts they hold
    nothing. Problems are returned, errors too.
    """
    specs = Specs(root, repository)
    return specs, in_order(islice(_problems_of(specs, texts), MAX_PROBLEMS))


def _problems_of(specs: Specs, texts: Mapping[str, str]) -> Iterator[Diagnostic]:
    loader = _Loader(specs, on_disk=False)
    documents = []
    for path, text in sorted(texts.items()):
        document, problems = parse(text, str(specs.root / path), specs.root / path)
        yield from problems
        documents += [document] if document else []
    yield from loader.documents(documents)
    yield from check_references(specs)
    yield from check_combinations(specs)


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "links in a circle"


def _problems(specs: Specs) -> Iterator[Diagnostic]:
    yield from _Loader(specs).load()
    yield from check_references(specs)
    yield from check_combinations(specs)
    yield from check_plausible(specs)


def find_repository(root: Path) -> Path:
    """The git work tree around the spec root; without one, the folder that holds the root."""
    try:
        top = root.resolve()
        for folder in (top, *top.parents):
            if (folder / ".git").exists():
                return folder
    except (OSError, RuntimeError) as error:  # a name that is too long; links in a circle
        raise DiagnosticsError([codes.NO_SPECS.at(detail=f"{root}: {_reason(error)}.")]) from error
    return top.parent


class _Loader:
    def __init__(self, specs: Specs, *, on_disk: bool = True) -> None:
        self.specs = specs
        self.on_disk = on_disk
        self.all_read = True
        self.estates: list[tuple[str, SourceRange]] = []
        self.first: dict[tuple[str, str], SourceRange] = {}

    def load(self) -> Iterator[Diagnostic]:
        root = self.specs.root
        unread: list[OSError] = []
        files = list(_spec_files(root, unread))
        if root.is_dir():
            # Passed over in silence, what the folder holds would look unwanted.
            for error in unread:
                self.all_read = False
                at = SourceRange(str(error.filename), 1, 1, 1, 1)
                yield codes.FILE_UNREADABLE.at(at, f"{error.filename}: {_reason(error)}.")
        if not files and self.all_read:
            what = f"{root} has no *.yaml or *.yml file" if root.is_dir() else f"{root} is not a folder"
            yield codes.NO_SPECS.at(detail=f"{what}.")
            return
        self.specs.files = len(files)
        documents = []
        for file in files:
            if not _is_utf8(str(file)):
                shown = str(file).encode("utf-8", "replace").decode()
                self.all_read = False
                at = SourceRange(shown, 1, 1, 1, 1)
                yield codes.FILE_ENCODING.at(at, f"The name {shown} is not UTF-8. Rename it.")
                continue
            try:
                real = file.resolve()
            except (OSError, RuntimeError) as error:
                yield codes.FILE_UNREADABLE.at(SourceRange(str(file), 1, 1, 1, 1), f"{file}: {_reason(error)}.")
                continue
            if not real.is_relative_to(self.specs.repository):
                yield codes.FILE_OUTSIDE.at(
                    SourceRange(str(file), 1, 1, 1, 1), f"{file} is a link out of the repository."
                )
                continue
            document, problems = read(file, str(file))
            yield from problems
            if document:
                documents.append(document)
            else:
                self.all_read = False
        yield from self.documents(documents)
        yield from self.check_estate(str(files[0]) if files else str(root))

    def documents(self, documents: Sequence[Document]) -> Iterator[Diagnostic]:
        prices = {price_file(document) for document in documents}
        for document in documents:
            if document.file.resolve() not in prices:
                yield from self.document(document)

    def check_estate(self, first_file: str) -> Iterator[Diagnostic]:
        if not self.estates:
            if not self.all_read:
                return  # it may stand in a file that could not be read
            detail = "No file says `estate: NAME`, the owner's mark on every live object."
            yield codes.SPEC_ESTATE.at(SourceRange(first_file, 1, 1, 1, 1), detail)
        elif len(self.estates) > 1:
            (_, first), *others = self.estates
            for _, again in others:
                yield codes.SPEC_ESTATE.at(again, "The estate is named here again.", related=[("first", first)])
        else:
            self.specs.estate = self.estates[0][0]

    def document(self, document: Document) -> Iterator[Diagnostic]:
        data = document.data
        if not isinstance(data, Mapping):
            yield codes.SPEC_VERSION.at(document.range(), "Expected a mapping that starts with `version: 1`.")
            return
        if type(data.get("version")) is not int or data["version"] != 1:
            at = document.range("version") if "version" in data else SourceRange(document.path, 1, 1, 1, 1)
            yield codes.SPEC_VERSION.at(at, "This release reads `version: 1`.")
        light = document.without_data()
        for key, value in data.items():
            place = light.at(key)
            if key == "estate":
                yield from self.estate(value, place)
            elif key in SECTIONS:
                yield from self.section(key, value, place)
            elif key not in ("version", *ESTATE_KEYS):
                detail = f"Known at the top of a file: {', '.join(TOP_KEYS)}."
                yield codes.SPEC_UNKNOWN_KEY.at(place.range(), detail, hint=did_you_mean(key, TOP_KEYS))
        if self.on_disk:
            yield from read_estate_keys(self.specs, document)

    def estate(self, value: Any, place: Located) -> Iterator[Diagnostic]:
        if isinstance(value, str) and check_name(value):
            self.estates.append((value, place.value()))
        else:
            self.estates.append(("", place.value()))
            yield codes.SPEC_NAME.at(place.value(), f"{brief(value)} cannot be the name of an estate.")

    def section(self, kind: str, value: Any, place: Located) -> Iterator[Diagnostic]:
        if value is None:
            return
        if not isinstance(value, Mapping):
            yield codes.SPEC_VALUE.at(place.value(), f"Expected a mapping of names to {kind}.")
            return
        for name, data in value.items():
            entry = place.document.at(kind, name)
            if not check_name(name):
                yield codes.SPEC_NAME.at(entry.range(), f"{brief(name)} cannot be the name of one of the {kind}.")
                continue
            # Jobs and chains share a namespace: a chain's stages are jobs.
            space = "jobs" if kind == "chains" else kind
            first = self.first.setdefault((space, name), entry.range())
            if first != entry.range():
                yield codes.DUPLICATE_NAME.at(
                    entry.range(), f'The {kind} have "{name}" twice.', related=[("first", first)]
                )
            else:
                yield from self.entry(kind, name, data, entry)

    def entry(self, kind: str, name: str, data: Any, place: Located) -> Iterator[Diagnostic]:
        if kind == "chains":
            jobs, problems = read_chain(name, data, place)
            if problems:
                self.specs.broken.add((kind, name))
            self.specs.jobs.update({job.name: job for job in jobs})
            self.specs.chains[name] = [job.name for job in jobs]
        else:
            model, problems = _model(kind, data, place)
            spec, wrong = validate(model, data, place) if model else (None, [])
            problems += wrong
            if spec:
                getattr(self.specs, kind)[name] = Entry(name, spec, place)
            else:
                self.specs.broken.add((kind, name))
        yield from problems


def _model(kind: str, data: Any, place: Located) -> tuple[type[Strict] | None, list[Diagnostic]]:
    """The model of an entry; a target's depends on its provider."""
    if kind != "targets":
        return KINDS[kind], []
    provider = data.get("provider") if isinstance(data, Mapping) else None
    if isinstance(provider, str) and provider in PROVIDERS:
        return PROVIDERS[provider], []
    words = list(PROVIDERS)
    if provider is None:
        detail = f"A target needs `provider`: {' or '.join(words)}."
        return None, [codes.SPEC_MISSING_KEY.at(place.range(), detail, hint="needs provider")]
    detail = f"Expected {' or '.join(words)}."
    return None, [codes.SPEC_VALUE.at(place.value("provider"), detail, hint=did_you_mean(str(provider), words))]


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _spec_files(root: Path, unread: list[OSError]) -> Iterator[Path]:
    """Every spec file below the root, in a fixed order; hidden folders are left out. Adds what could not be read."""
    for folder, folders, names in os.walk(root, onerror=unread.append):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield Path(folder) / name
