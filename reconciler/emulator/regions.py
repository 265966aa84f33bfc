"""What a subscription finds in a region: usages against quota, and the models on offer with their SKUs and dates.

https://learn.microsoft.com/rest/api/aiservices/accountmanagement (usages, models, model capacities)
"""

from collections.abc import Iterator

from starlette.responses import Response

from reconciler.emulator import accounts, catalog, offers, quota
from reconciler.emulator.accounts import ACCOUNT, ARM, PROVIDER, SUBSCRIPTION
from reconciler.emulator.catalog import MODELS, SKUS, BaseModel
from reconciler.emulator.errors import Json
from reconciler.emulator.records import Model, Stamp, State
from reconciler.emulator.wire import Call, Endpoint, reply

_LOCATION = f"{SUBSCRIPTION}{PROVIDER}/locations/{{location}}"


def _usages(call: Call) -> Response:
    return reply({"value": list(_usages_in(call.store.state, call.params["subscription"], call.params["location"]))})


def _account_usages(call: Call) -> Response:
    account = accounts.find(call)
    return reply({"value": list(_usages_in(call.store.state, account.subscription, account.location))})


def _usages_in(state: State, subscription: str, location: str) -> Iterator[Json]:
    """One entry for each model, SKU and use (base or fine-tuned), whether used or not."""
    location = location.replace(" ", "").lower()
    used = quota.in_use(state, subscription, location)
    names = {name for model in MODELS for name in _usage_names(model)} | set(used)
    for name in sorted(names):
        yield {
            "name": {"value": name, "localizedValue": name.replace(".", " - ", 2)},
            "currentValue": used.get(name, 0),
            "limit": quota.limit(state, subscription, location, name),
            "unit": "Count",
        }


def _usage_names(model: BaseModel) -> Iterator[str]:
    for sku in SKUS:
        yield quota.usage_name(sku, model.name, False)
        if model.methods:
            yield quota.usage_name(sku, model.name, True)


def _location_models(call: Call) -> Response:
    location = call.params["location"].replace(" ", "").lower()
    described = [
        {"kind": kind, "skuName": "S0", "model": _base(call, m, location)}
        for m in _served(call, location)
        for kind in ("OpenAI", "AIServices")
    ]
    return reply({"value": described})


def _account_models(call: Call) -> Response:
    """The base models on offer, and the account's own fine-tuned ones."""
    account = accounts.find(call)
    own = [_fine_tuned(call, model, account.location) for model in account.space.models.values() if model.step is None]
    return reply({"value": [_base(call, m, account.location) for m in _served(call, account.location)] + own})


def _served(call: Call, location: str) -> list[BaseModel]:
    return [model for model in MODELS if offers.skus(call.store.state, location, model)]


def _base(call: Call, model: BaseModel, location: str) -> Json:
    tunable = str(offers.trains(call.store.state, location, model)).lower()
    return {
        "format": model.format,
        "name": model.name,
        "version": model.version,
        "isDefaultVersion": model.default,
        "skus": [_sku(model, sku, fine_tuned=False) for sku in offers.skus(call.store.state, location, model)],
        "maxCapacity": 1_000_000,
        "capabilities": {
            "fineTune": tunable,
            "inference": "true",
            "chatCompletion": str(not model.embeds).lower(),
            "embeddings": str(model.embeds).lower(),
        },
        "finetuneCapabilities": dict.fromkeys(sorted(model.methods), "true"),
        "deprecation": {
            "fineTune": f"{model.fine_tune_until}T00:00:00Z",
            "inference": f"{_served_until(call, model, location)}T00:00:00Z",
            "deprecationStatus": "Planned",
        },
        "lifecycleStatus": _lifecycle(call, model),
        "systemData": _stamped(catalog.unix(model.released)),
    }


def _served_until(call: Call, model: BaseModel, location: str) -> str:
    return "2026-10-14" if offers.retired(call.store.state, location, model) else model.inference_until


def _fine_tuned(call: Call, model: Model, location: str) -> Json:
    base = catalog.by_id(model.base)
    assert base is not None  # fine-tuned models are made from the catalogue's
    skus = [sku for sku in offers.skus(call.store.state, location, base) if sku != "GlobalBatch"]
    return _base(call, base, location) | {
        "name": model.id,
        "version": "1",
        "isDefaultVersion": True,
        "baseModel": {"format": base.format, "name": base.name, "version": base.version},
        "skus": [_sku(base, sku, fine_tuned=True) for sku in skus],
        "systemData": _stamped(model.created_at),
    }


def _sku(model: BaseModel, sku: str, *, fine_tuned: bool) -> Json:
    return {
        "name": sku,
        "usageName": quota.usage_name(sku, model.name, fine_tuned),
        "deprecationDate": f"{model.inference_until}T00:00:00Z",
        "capacity": {"minimum": 1, "maximum": 1_000_000, "step": 1, "default": 10},
    }


def _lifecycle(call: Call, model: BaseModel) -> str:
    if model.retired(call.now):
        return "Deprecated"
    return "Deprecating" if call.now >= catalog.unix(model.fine_tune_until) else "GenerallyAvailable"


def _stamped(at: float) -> Json:
    return accounts.system_data(Stamp("Microsoft", at, "Microsoft", at))


def _capacities(call: Call) -> Response:
    """How much of a model could still be deployed, by region and SKU."""
    asked = {name: call.query.get(name, "") for name in ("modelFormat", "modelName", "modelVersion")}
    for name, value in asked.items():
        if not value:
            raise accounts.invalid(f"The query parameter '{name}' is required.", "InvalidQueryParameter")
    model = catalog.by_name(asked["modelName"], asked["modelVersion"])
    if model is None or model.format.lower() != asked["modelFormat"].lower():
        return reply({"value": []})
    here = call.params.get("location", "").replace(" ", "").lower()
    places = [here] if here else accounts.places(call)
    return reply({"value": [row for place in places for row in _capacities_in(call, model, place)]})


def _capacities_in(call: Call, model: BaseModel, location: str) -> Iterator[Json]:
    state, subscription = call.store.state, call.params["subscription"]
    used = quota.in_use(state, subscription, location)
    trains = offers.trains(state, location, model)

    def left(sku: str, fine_tuned: bool) -> int:
        usage = quota.usage_name(sku, model.name, fine_tuned)
        return max(0, quota.limit(state, subscription, location, usage) - used.get(usage, 0))

    for sku in offers.skus(state, location, model):
        home = f"/subscriptions/{subscription}{PROVIDER}/locations/{location}/modelCapacities/"
        yield {
            "id": f"{home}{model.format}.{model.name}.{model.version}.{sku}",
            "type": "Microsoft.CognitiveServices/locations/modelCapacities",
            "name": sku,
            "location": location,
            "properties": {
                "model": {"format": model.format, "name": model.name, "version": model.version},
                "skuName": sku,
                "availableCapacity": left(sku, False),
                "availableFinetuneCapacity": left(sku, True) if trains else 0,
            },
        }


ROUTES = (
    Endpoint("GET", f"{_LOCATION}/usages", _usages, ARM),
    Endpoint("GET", f"{ACCOUNT}/usages", _account_usages, ARM),
    Endpoint("GET", f"{_LOCATION}/models", _location_models, ARM),
    Endpoint("GET", f"{ACCOUNT}/models", _account_models, ARM),
    Endpoint("GET", f"{_LOCATION}/modelCapacities", _capacities, ARM),
    Endpoint("GET", f"{SUBSCRIPTION}{PROVIDER}/modelCapacities", _capacities, ARM),
)
