"""What a region has on offer. All have everything, unless a region is told otherwise through `/_emulator/regions`."""

from reconciler.emulator.catalog import SKUS, BaseModel
from reconciler.emulator.records import State


def trains(state: State, location: str, model: BaseModel) -> bool:
    return bool(model.methods) and model.id not in state.regions.get(location, {}).get("untrainable", [])


def skus(state: State, location: str, model: BaseModel) -> tuple[str, ...]:
    """The kinds of deployment that the model has there; empty where it is not served at all."""
    missing = state.regions.get(location, {}).get("unserved", {}).get(model.id, [])
    return tuple(sku for sku in SKUS if sku not in missing)
