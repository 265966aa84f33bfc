"""The models that Resource Manager lists for one account, and how a deployment names one of them.

A deployment carries its model's `format`, in which case matters; a wrong one is answered with a 500 without words. So
it comes from the account's own list, and from the package's table only where the list does not show the model.
Wire: Microsoft.CognitiveServices 2025-09-01 (accounts/models; DeploymentModel).
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model import normal
from reconciler.model.allowance import OfferedModel, OfferedSku, base_model
from reconciler.model.catalog.models import base_of, facts_of, is_fine_tuned
from reconciler.providers.base import Tell
from reconciler.providers.dates import read_date
from reconciler.providers.decoding import Item
from reconciler.providers.errors import MISDIRECTED, ServiceError
from reconciler.providers.reader import Reader

FORMAT_UNKNOWN = "format-unknown"
"""The code of our own error for a model of which nobody says the format."""


class Offers:
    """What was read last is kept for the writes that follow."""

    def __init__(self, reader: Reader, account_id: str) -> None:
        self._reader = reader
        self._path = f"{account_id}/models"
        self._seen: list[OfferedModel] | None = None

    def read(self) -> list[OfferedModel]:
        """The account's list as it is now: base models, and its own fine-tuned ones."""
        self._seen = self._reader.by_link(self._path, "model", read_offered)
        return self._seen

    def named(self, model: str, base: str, tell: Tell) -> dict[str, str]:
        """A model as a deployment names it. `model`: a fine-tuned model's id, or NAME@VERSION.

        `base` is the id of a fine-tuned model's base, where its own does not say it. Raises `ServiceError` where
        neither the list nor the table knows the format.
        """
        name, at, version = model.partition("@")
        base = f"{name}-{version}" if at else base_of(name) if is_fine_tuned(name) else base or name
        # A fine-tuned model's version is always "1" (azure-ai-docs, how-to/fine-tuning-deploy).
        wire = {"name": name, "version": version if at else "1"}
        try:
            listed = self.read() if self._seen is None else self._seen
        except ServiceError as error:
            return {"format": self._by_table(name, base, tell, error)} | wire
        own = next((m for m in listed if m.base and normal.same_model(m.name, name)), None)
        found = next((m for m in (own, base_model(listed, base)) if m and m.format), None)
        if found is None:
            return {"format": self._by_table(name, base, tell, None)} | wire
        publisher = {"publisher": found.publisher} if found.publisher else {}
        return publisher | {"format": found.format} | wire

    def _by_table(self, name: str, base: str, tell: Tell, unread: ServiceError | None) -> str:
        why = f"cannot be read ({unread.message})" if unread else f"does not show {base}"
        facts = facts_of(base, "azure") or facts_of(name, "azure")
        if facts and facts.format:
            tell(
                f"the account's list of models {why}; format {facts.format} by the table of {facts.format_source.as_of}"
            )
            return facts.format
        if unread:
            raise unread
        message = f"the account's list of models {why}, and no table has its format"
        raise ServiceError(
            message, service=self._reader.service, status=MISDIRECTED, code=FORMAT_UNKNOWN, not_sent=True
        )


def read_offered(item: Item) -> OfferedModel:
    """One model. Capabilities are text: `"fineTune": "true"`."""
    ends, base = item.shown_item("deprecation"), item.shown_item("baseModel")
    return OfferedModel(
        name=item.text("name"),
        version=item.optional_text("version") or "",
        base=_base_id(base) if base.raw else "",
        trainable=item.shown_item("capabilities").shown_text("fineTune").lower() == "true",
        skus=tuple(_skus(item)),
        fine_tune_ends=read_date(ends.shown_text("fineTune")),
        inference_ends=read_date(ends.shown_text("inference")),
        format=item.shown_text("format") or base.shown_text("format"),
        publisher=item.shown_text("publisher") or base.shown_text("publisher"),
    )


def _base_id(base: Item) -> str:
    return OfferedModel(base.shown_text("name"), base.shown_text("version"), "", False, (), None, None).id


def _skus(model: Item) -> Iterable[OfferedSku]:
    for sku in model.shown_items("skus"):
        if name := sku.shown_text("name"):
            ends = read_date(sku.shown_text("deprecationDate"))
            yield OfferedSku(normal.sku(name), sku.shown_text("usageName"), ends)
