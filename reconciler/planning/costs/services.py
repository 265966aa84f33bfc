"""Whose price list holds for a target."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.specs.target import AzureTarget, OpenAITarget


@dataclass(frozen=True, slots=True)
class Service:
    """A price list, and where in it a target stands."""

    name: str
    """azure, azure_usgov, azure_china, openai; another service that speaks OpenAI's protocol is `compatible`."""
    region: str = ""

    @property
    def provider(self) -> str:
        return self.name.partition("_")[0]

    def __str__(self) -> str:
        return f"{self.name} in {self.region}" if self.region else self.name


def service_of(spec: AzureTarget | OpenAITarget) -> Service:
    if isinstance(spec, OpenAITarget):
        return Service("openai" if spec.base_url is None else "compatible")
    return Service("azure" if spec.cloud == "public" else f"azure_{spec.cloud}", spec.region)
