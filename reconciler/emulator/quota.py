"""Quota: how much capacity a subscription may use in a region, by model and kind of deployment."""

from reconciler.emulator.accounts import invalid
from reconciler.emulator.errors import Json
from reconciler.emulator.records import Account, Deployment, State


def usage_name(sku: str, model: str, fine_tuned: bool) -> str:
    """The name under which quota and usage meet, such as OpenAI.Standard.gpt-4.1-mini-finetune."""
    return f"OpenAI.{sku}.{model}{'-finetune' if fine_tuned else ''}"


def limit(state: State, subscription: str, location: str, usage: str) -> int:
    return state.quota.get(key(subscription, location, usage), state.limits.quota)


def key(subscription: str, location: str, usage: str) -> str:
    return f"{subscription}/{location}/{usage}".lower()


def usage_of(deployment: Deployment) -> str:
    return usage_name(deployment.sku["name"], deployment.base, deployment.fine_tuned)


def in_use(state: State, subscription: str, location: str) -> dict[str, int]:
    """Capacity in use in a region, by usage name."""
    used: dict[str, int] = {}
    for account in state.accounts.values():
        if (account.subscription.lower(), account.location) != (subscription.lower(), location.lower()):
            continue
        for deployment in account.deployments.values():
            name = usage_of(deployment)
            used[name] = used.get(name, 0) + deployment.sku["capacity"]
    return used


def check(state: State, account: Account, present: Deployment | None, usage: str, sku: Json) -> None:
    """Refuse a deployment, or a change of one, for which there is not enough left."""
    used = in_use(state, account.subscription, account.location).get(usage, 0)
    own = present.sku["capacity"] if present and usage_of(present) == usage else 0
    most = limit(state, account.subscription, account.location, usage)
    wanted = sku["capacity"] - own
    if wanted > 0 and used + wanted > most:
        raise invalid(
            f"This operation require {wanted} new capacity in quota Tokens Per Minute (thousands) - "
            f"{usage.removeprefix('OpenAI.').partition('.')[2]}, which is bigger than the current available capacity "
            f"{max(0, most - used)}. The current quota usage is {used} and the quota limit is {most} for quota "
            f"Tokens Per Minute (thousands) - {usage.removeprefix('OpenAI.').partition('.')[2]}.",
            "InsufficientQuota",
        )
