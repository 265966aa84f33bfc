"""Targets: the accounts and projects where things live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator

from reconciler.model import normal
from reconciler.specs.base import PRINTABLE, Strict, described

_UUID = described(
    r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    "Expected an id such as 11111111-1111-1111-1111-111111111111.",
)
_GROUP = described(
    # Letters and digits of every alphabet, said by what is left out: \w has no letters but ASCII's in editors.
    r"^[^\x00-'*-,/:-@\[-\^`{-\xa9\u2000-\u206f\u3000]+$",
    "Resource groups have letters, digits, underscores, parentheses, dots and dashes.",
)
_REGION = described(r"^[A-Za-z][A-Za-z0-9 ]*$", "Expected a region such as swedencentral.")
_API_VERSION = described(
    r"^(v1|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(-preview)?)$",
    'Expected v1, or a date such as "2025-04-01-preview".',
)
_URL = described(r"^https?://", "Expected a URL that begins with https://.")
_ACCOUNT = described(
    r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}$",
    "Accounts have 2 to 64 letters, digits, underscores, dots and dashes, and begin with a letter or digit.",
)
"""Resource Manager's pattern for account names (Microsoft.CognitiveServices, 2025-06-01)."""
_HEADER_VALUE = described(r"^[A-Za-z0-9_-]{1,100}$", "Ids have letters, digits, underscores and dashes.")
OPENAI_URL = "https://api.openai.com/v1"


class RaisedLimits(Strict):
    """What one account holds, where the vendor's support has raised it; what is left out is as documented."""

    files: int | None = Field(default=None, ge=1, description="Training files.", examples=[200])
    jobs: int | None = Field(default=None, ge=1, description="Training runs that are remembered.", examples=[300])
    deployments: int | None = Field(default=None, ge=1, description="Deployments of any model.", examples=[64])
    fine_tuned_deployments: int | None = Field(
        default=None, ge=1, description="Deployments of fine-tuned models.", examples=[20]
    )


class _Account(Strict):
    retired: bool = Field(
        default=False,
        description="Nothing is wanted here any more: what the estate still owns here is looked at and can be pruned. "
        "Remove the target when the plan says that it is empty.",
    )


class AzureTarget(_Account):
    """An Azure OpenAI account: one resource in one region of one subscription."""

    provider: Literal["azure"] = Field(description="The service behind the target.")
    subscription: str = Field(
        pattern=_UUID, description="Subscription id.", examples=["11111111-1111-1111-1111-111111111111"]
    )
    resource_group: str = Field(
        pattern=_GROUP, max_length=90, description="Resource group of the account.", examples=["rg-llm-prod"]
    )
    account: str = Field(
        pattern=_ACCOUNT,
        description="Name of the Azure OpenAI (Cognitive Services) account.",
        examples=["aoai-sweden-prod"],
    )
    region: str = Field(
        pattern=_REGION,
        max_length=64,
        description="Region, checked against the live account.",
        examples=["swedencentral", "northcentralus"],
    )
    cloud: Literal["public", "usgov", "china"] = Field(default="public", description="The Azure cloud.")
    tenant: str | None = Field(
        default=None,
        pattern=_UUID,
        description="Tenant id, where the login's is not meant.",
        examples=["33333333-3333-3333-3333-333333333333"],
    )
    api_version: str | None = Field(
        default=None,
        pattern=_API_VERSION,
        description="Version of the data plane's interface: a date, or v1.",
        examples=["v1", "2025-04-01-preview"],
    )
    endpoint: str | None = Field(
        default=None,
        pattern=_URL,
        max_length=2000,
        description="Data plane, instead of the live account's own.",
        examples=["https://aoai-sweden-prod.openai.azure.com"],
    )
    limits: RaisedLimits = Field(
        default=RaisedLimits(),
        description="Limits of the account that the vendor's support has raised; plans check against them.",
        examples=[{"deployments": 64}],
    )

    existing_customer: list[Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)]] = Field(
        default=[],
        max_length=100,
        description="Retired base models on which this subscription has trained before, where its runs no longer show "
        "it: it may train on them for some time longer.",
        examples=[["gpt-4.1-mini-2025-04-14"]],
    )

    @field_validator("region")
    @classmethod
    def _normal_region(cls, region: str) -> str:
        return normal.region(region)

    @property
    def account_id(self) -> str:
        """The account's Resource Manager id."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.CognitiveServices/accounts/{self.account}"
        )

    @property
    def identity(self) -> str:
        """Equal for two targets that name one account."""
        return normal.resource_id(self.account_id)

    @property
    def where(self) -> str:
        """The account, and the cloud and the data plane where they are not the usual ones: where data goes."""
        cloud = f" in {self.cloud}" if self.cloud != "public" else ""
        return self.identity + cloud + (f" at {self.endpoint}" if self.endpoint else "")

    @property
    def address(self) -> tuple[str, str] | None:
        """The key and the URL that the spec sets by itself, where it does: it must not receive credentials unasked."""
        return ("endpoint", self.endpoint) if self.endpoint else None


class OpenAITarget(_Account):
    """A project of the OpenAI platform, or a service that speaks its protocol."""

    model_config = ConfigDict(title="OpenAI target")

    provider: Literal["openai"] = Field(description="The service behind the target.")
    project: str | None = Field(
        default=None, pattern=_HEADER_VALUE, description="Project id.", examples=["proj_abc123"]
    )
    organization: str | None = Field(
        default=None, pattern=_HEADER_VALUE, description="Organization id.", examples=["org-abc123"]
    )
    base_url: str | None = Field(
        default=None,
        pattern=_URL,
        max_length=2000,
        description="Address of a compatible service, instead of OpenAI's.",
        examples=["https://llm.contoso.example/v1"],
    )

    @property
    def url(self) -> str:
        return (self.base_url or OPENAI_URL).rstrip("/")

    @property
    def identity(self) -> str:
        """Equal for two targets that name one project."""
        return f"{self.url.lower()}#{self.organization or ''}#{self.project or ''}"

    @property
    def where(self) -> str:
        """The project and the service's address: where data goes."""
        return self.identity

    @property
    def address(self) -> tuple[str, str] | None:
        """The key and the URL that the spec sets by itself, where it does: it must not receive credentials unasked."""
        return ("base_url", self.base_url) if self.base_url else None


Target = AzureTarget | OpenAITarget
PROVIDERS: Mapping[str, type[Strict]] = {"azure": AzureTarget, "openai": OpenAITarget}
