"""Whether a training file fits a run: the method, the base model, the service's limits.

Each function yields problems as (code, sentence); whoever knows the job knows where to show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.datasets.facts import DatasetFacts
from reconciler.datasets.formats.parts import Problems
from reconciler.datasets.scan import Scan
from reconciler.model import codes
from reconciler.model.catalog import training_files as limits
from reconciler.model.catalog.encodings import row_limit
from reconciler.model.catalog.images import IMAGES_PER_ROW, vision_models
from reconciler.model.catalog.methods import methods_of
from reconciler.model.catalog.models import base_of
from reconciler.model.diagnostics import Diagnostic, SourceRange

FORMAT_OF_METHOD = {"supervised": "chat", "dpo": "preference", "reinforcement": "reinforcement"}
_COMPLETION_MODELS = ("babbage-002", "davinci-002")


@dataclass(frozen=True, slots=True)
class Use:
    """How a run uses a training file."""

    provider: str
    method: str
    base_model: str
    role: str
    """training or validation."""
    epochs: int | None = None
    grader_paths: tuple[str, ...] = ()
    """What the grader reads of an item: `KEY` or `KEY.KEY`."""


def check_use(facts: DatasetFacts, use: Use) -> Problems:
    """What the facts alone tell, whether the file is here or not."""
    wanted = FORMAT_OF_METHOD[use.method]
    model = base_of(use.base_model)
    if use.method == "supervised" and model.startswith(_COMPLETION_MODELS):
        wanted = "completion"
    if facts.format and facts.format != wanted:
        detail = f"{facts.name} has {facts.format} rows; a {use.method} run of {model} reads {wanted} rows."
        yield codes.DATASET_FORMAT, detail
    if facts.bytes > (most := limits.LARGEST_FILE[use.provider]):
        yield (
            codes.DATASET_TOO_LARGE,
            f"{facts.name} has {facts.bytes / 1e6:,.0f} MB; {most / 1e6:,.0f} MB are the most.",
        )
    if use.method == "reinforcement" and facts.rows > (most := limits.REINFORCEMENT_ROWS[use.role]):
        yield (
            codes.DATASET_TOO_MANY_ROWS,
            f"{facts.name} has {facts.rows:,} rows; for {use.role}, {most:,} are the most.",
        )
    if facts.images and (models := vision_models(use.provider)) and model not in models:
        yield codes.DATASET_MODEL, f"{facts.name} has images; {', '.join(models)} are known to learn from them."
    total = (facts.tokens or 0) * (use.epochs or 1)
    if use.provider == "azure" and use.role == "training" and total > limits.AZURE_RUN_TOKENS:
        yield codes.DATASET_TOO_MANY_TOKENS, f"{facts.name}: {total:,} tokens in {use.epochs or 1} epochs."


def check_model(use: Use) -> Problems:
    """Whether the vendor says that the base model trains by this method."""
    known = methods_of(base_of(use.base_model), use.provider)
    if known is not None and use.method not in known:
        said = f"by {' and '.join(known)} only" if known else "no more"
        yield codes.DATASET_MODEL, f"{base_of(use.base_model)} is known to train {said}, not by {use.method}."


def check_rows(found: Scan, use: Use) -> Problems:
    """What needs the rows."""
    if (most := IMAGES_PER_ROW[use.provider]) < found.block.most_images[0]:
        count, line = found.block.most_images
        yield codes.ROW_IMAGES, f"Line {line} has {count} images; {use.provider} takes {most}."
    yield from check_preferences(found, use.provider)
    if found.format == "reinforcement":
        yield from check_grader(found, use.grader_paths)


def check_preferences(found: Scan, provider: str) -> Problems:
    """What only one of the vendors takes of a preference."""
    if found.format != "preference":
        return
    images, at = found.block.most_images
    if images and provider == "openai":
        yield codes.DATASET_PREFERENCE_IMAGES, f"Line {at} has {images} images."
    elif images:
        yield codes.DATASET_MODEL, f"Line {at} has {images} images; Azure names supervised runs alone for images."
    rows, first = found.block.long_outputs
    if rows and provider == "openai":
        yield codes.ROW_PREFERENCE_LONG, f"Line {first} is the first of {rows:,} such rows."


def check_grader(found: Scan, paths: Iterable[str]) -> Problems:
    """Every `{{item.KEY}}` must be there in every row."""
    there = found.block.item_paths
    for path in sorted(set(paths)):
        if (missing := found.rows - there[path]) > 0:
            known = ", ".join(sorted(there, key=lambda key: (-there[key], key))[:12]) or "none"
            detail = (
                f"{{{{item.{path}}}}}: {missing:,} of {found.rows:,} rows do not have it. Keys of the rows: {known}."
            )
            yield codes.DATASET_GRADER_KEY, detail


def needs_tokens(found: Scan, use: Use) -> bool:
    """Whether only a count can tell that no row is too long: a row has no more tokens than bytes."""
    limit = row_limit(use.base_model, use.provider)
    return limit is not None and found.statistics is None and found.block.longest_bytes > limit


def too_long(found: Scan, shown: str, model: str, limit: int, address: str = "") -> Iterator[Diagnostic]:
    """The first rows above the limit, and how many there are."""
    statistics = found.statistics
    if statistics is None or statistics.longest[0] <= limit:
        return
    lines = statistics.over.get(limit, [statistics.longest[1]])
    rows = statistics.rows_over(limit)
    for line in lines:
        most, at = statistics.longest
        length = f"{most:,} tokens" if at == line else f"More than {limit:,} tokens"
        detail = f"{length}; {model} reads {limit:,} of a row."
        yield codes.ROW_TOO_LONG.at(SourceRange(shown, line, 1, line, 1), detail, address=address)
    if rows > len(lines):
        detail = f"{rows - len(lines):,} more rows of this file have the same problem."
        yield codes.ROW_TOO_LONG.at(SourceRange(shown, 1, 1, 1, 1), detail, address=address)
