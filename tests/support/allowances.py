"""What an account in memory may have and do. Models, quota, filters and roles are a test's to set, or to refuse."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reconciler.model.allowance import Grant, OfferedModel, OfferedSku, Permissions, Question, Usage
from reconciler.providers.errors import ServiceError

SKUS = ("Standard", "GlobalStandard", "DataZoneStandard", "ProvisionedManaged")
MODELS = {
    "gpt-4.1": "2025-04-14",
    "gpt-4.1-mini": "2025-04-14",
    "gpt-4.1-nano": "2025-04-14",
    "gpt-5": "2025-08-07",
    "gpt-oss-20b": "1",
    "o4-mini": "2025-04-16",
}
FAR = 2_000_000_000
"""Beyond the day of these tests, and beyond what a calendar speaks of."""
CONTRIBUTOR = Permissions(
    (
        Grant(
            actions=("Microsoft.CognitiveServices/*/read", "Microsoft.CognitiveServices/accounts/deployments/*"),
            data_actions=("Microsoft.CognitiveServices/accounts/OpenAI/*",),
        ),
    )
)
READER = Permissions(
    (Grant(actions=("*/read",), data_actions=("Microsoft.CognitiveServices/accounts/OpenAI/*/read",)),)
)


def offered(name: str, version: str, *skus: str, base: str = "", **fields: object) -> OfferedModel:
    """A model with SKUs whose quota is named as Azure names it; PTUs have one for all models."""
    short = base.rsplit("-", 3)[0] if base else name
    listed = tuple(OfferedSku(sku, _usage_name(sku, short, tuned=bool(base)), None) for sku in skus or SKUS)
    made = OfferedModel(name, version, base, True, listed, FAR, FAR)
    return replace(made, **fields)  # type: ignore[arg-type]


def _usage_name(sku: str, model: str, *, tuned: bool) -> str:
    if "Provisioned" in sku:
        return f"OpenAI.{sku}"
    return f"OpenAI.{sku}.{model}{'-finetune' if tuned else ''}"


def usages(limit: int = 1000, **used: int) -> list[Usage]:
    """One quota a model and SKU, base and fine-tuned; `used` by name, dots and dashes as underscores."""
    names = [
        f"OpenAI.{sku}.{model}{tail}"
        for sku in SKUS
        if "Provisioned" not in sku
        for model in MODELS
        for tail in ("", "-finetune")
    ]
    names += ["OpenAI.ProvisionedManaged"]
    return [Usage(name, used.get(name.replace(".", "_").replace("-", "_"), 0), limit) for name in names]


TOMORROW = offered("tomorrow.ft-0", "1", "OfTomorrow", base="tomorrow-2030-01-01")
"""A kind of deployment that this release does not know."""


@dataclass
class MemoryAllowances:
    """The `Allowances` port in memory."""

    quota: list[Usage] = field(default_factory=usages)
    models: list[OfferedModel] = field(default_factory=lambda: [*(offered(*m) for m in MODELS.items()), TOMORROW])
    filter_names: list[str] = field(default_factory=lambda: ["Microsoft.Default", "Microsoft.DefaultV2"])
    role: Permissions = CONTRIBUTOR
    refused: dict[Question, ServiceError] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def usages(self) -> list[Usage]:
        self._note(Question.QUOTA)
        return self.quota

    def offered(self) -> list[OfferedModel]:
        self._note(Question.MODELS)
        return self.models

    def filters(self) -> list[str]:
        self._note(Question.FILTERS)
        return self.filter_names

    def permissions(self) -> Permissions:
        self._note(Question.PERMISSIONS)
        return self.role

    def _note(self, question: Question) -> None:
        self.asked.append(question)
        if question in self.refused:
            raise self.refused[question]
