"""Targets: the accounts and projects where things live."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from reconciler.model import normal
from reconciler.specs.base import Strict

_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_ACCOUNT = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}$"
"""Resource Manager's pattern for account names (Microsoft.CognitiveServices, 2025-06-01)."""


class AzureTarget(Strict):
    """An Azure OpenAI account: one resource in one region of one subscription."""

    provider: Literal["azure"] = Field(description="The service behind the target.")
    subscription: str = Field(pattern=_UUID, description="Subscription id.")
    resource_group: str = Field(pattern=r"^[\w().-]{1,90}$", description="Resource group of the account.")
    account: str = Field(pattern=_ACCOUNT, description="Name of the Azure OpenAI (Cognitive Services) account.")
    region: str = Field(min_length=1, max_length=64, description="Region, checked against the live account.")
    cloud: Literal["public", "usgov", "china"] = Field(default="public", description="The Azure cloud.")
    tenant: str | None = Field(default=None, pattern=_UUID, description="Tenant id, where the login's is not meant.")
    api_version: str | None = Field(
        default=None, pattern=r"^(v1|\d{4}-\d{2}-\d{2}(-preview)?)$", description="Of the data plane; or v1."
    )
    endpoint: str | None = Field(
        default=None, pattern=r"^https?://", description="Data plane, instead of the live one."
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


Target = AzureTarget
