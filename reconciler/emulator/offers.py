"""What a region has on offer. All have everything, unless a region is told otherwise through `/_emulator/regions`."""

from reconciler.emulator.catalog import SKUS, BaseModel
from reconciler.emulator.records import State


def trains(state: State, location: str, model: BaseModel) -> bool:
    return bool(model.methods) and model.id not in state.regions.get(location, {}).get("untrainable", [])


def retired(state: State, location: str, model: BaseModel) -> bool:
    """Whether only existing customers train on it."""
    return model.id in state.regions.get(location, {}).get("retired", [])


def existing_customer(state: State, subscription: str, model: BaseModel) -> bool:
    """Whether any account of the subscription has a run on it that succeeded."""
    mine = (a for a in state.accounts.values() if a.subscription.lower() == subscription.lower())
    return any(j.base == model.id and j.fine_tuned_model for a in mine for j in a.space.jobs.values())


def skus(state: State, location: str, model: BaseModel) -> tuple[str, ...]:
    """The kinds of deployment that the model has there; empty where it is not served at all."""
    missing = state.regions.get(location, {}).get("unserved", {}).get(model.id, [])
    return tuple(sku for sku in SKUS if sku not in missing)
