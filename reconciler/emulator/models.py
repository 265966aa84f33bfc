"""Models of the data plane: base models, and what jobs have made of them."""

from hashlib import md5

from starlette.responses import Response

from reconciler.emulator import catalog, offers
from reconciler.emulator.catalog import MODELS, BaseModel
from reconciler.emulator.errors import Json, Refusal, Surface, not_found
from reconciler.emulator.records import Account, Job, Model, Space
from reconciler.emulator.wire import Call, Endpoint, listed, reply


def find(space: Space, name: str) -> Model | None:
    """A fine-tuned model or checkpoint by any name it can be deployed or trained under, in any case."""
    wanted = name.lower()
    return next(
        (m for m in space.models.values() if wanted in (m.id.lower(), (m.checkpoint_id or "").lower())),
        None,
    )


def base_of(space: Space, name: str) -> BaseModel | None:
    """The base model under a name: itself, or what the fine-tuned model of that name was made from."""
    fine_tuned = find(space, name)
    return catalog.by_id(fine_tuned.base if fine_tuned else name)


def name_for(job: Job, platform: bool) -> str:
    """The name a job's model will have, by the vendors' patterns."""
    if platform:
        return f"ft:{job.base}:emulated:{job.suffix or ''}:{job.id[-8:]}"
    tail = f"-{job.suffix}" if job.suffix else ""
    return f"{job.base}.ft-{job.id.removeprefix('ftjob-')}{tail}"


def checkpoint_id(job_id: str, step: int, platform: bool) -> str:
    """The same on every read, before and after the checkpoint is a model of its own."""
    digest = md5(f"{job_id}:{step}".encode(), usedforsecurity=False).hexdigest()
    return f"ftckpt_{digest[:24]}" if platform else f"ftchkpt-{digest}"


def render_base(call: Call, model: BaseModel) -> Json:
    made = catalog.unix(model.released)
    if call.surface is Surface.OPENAI:
        return {
            "id": model.id,
            "object": "model",
            "created": made,
            "owned_by": "system",
            "shutdown_date": model.shutdown,
        }
    until = catalog.unix(model.fine_tune_until), catalog.unix(model.inference_until)
    trains = offers.trains(call.store.state, call.account.location, model)
    body: Json = {
        "id": model.id,
        "object": "model",
        "created_at": made,
        "status": "succeeded",
        "capabilities": model.capabilities | {"fine_tune": trains},
        "lifecycle_status": _lifecycle(call, until),
        "deprecation": {"fine_tune": until[0], "inference": until[1]},
    }
    if call.surface is Surface.V1:
        body |= {"created": made, "owned_by": "system"}
    return body


def _lifecycle(call: Call, until: tuple[int, int]) -> str:
    if call.now >= until[1]:
        return "deprecated"
    return "deprecating" if call.now >= until[0] else "generally-available"


def render_fine_tuned(call: Call, model: Model) -> Json:
    base = catalog.by_id(model.base)
    if call.surface is Surface.OPENAI:
        shutdown = base.shutdown if base else None
        return {
            "id": model.id,
            "object": "model",
            "created": int(model.created_at),
            "owned_by": "emulated",
            "shutdown_date": shutdown,
        }
    body = render_base(call, base) if base else {}
    made = int(model.created_at)
    body |= {"id": model.id, "created_at": made, "model": model.base, "fine_tune": model.job_id}
    if call.surface is Surface.V1:
        body |= {"created": made, "owned_by": "emulated"}
    return body


def used_by(call: Call, model: Model) -> str | None:
    """Where a model is served: a deployment of its own account, or of one that takes it from there."""
    if call.surface is Surface.OPENAI:
        return None
    names = {model.id.lower(), (model.checkpoint_id or model.id).lower()}
    for account in call.store.state.accounts.values():
        for deployment in account.deployments.values():
            served = deployment.properties["model"]
            if served["name"].lower() in names and _source(served, account) == call.account.id.lower():
                return f"{account.name}/{deployment.name}"
    return None


def _source(served: Json, account: Account) -> str:
    return str(served.get("source") or account.id).lower()


def _list(call: Call) -> Response:
    ours = [model for model in call.space.models.values() if model.step is None and listed(call, model.created_at)]
    data = [render_base(call, model) for model in MODELS if offered(call, model)]
    return reply({"object": "list", "data": data + [render_fine_tuned(call, model) for model in ours]})


def offered(call: Call, model: BaseModel) -> bool:
    """Whether the service has this base model, today by its clock."""
    if call.surface is Surface.OPENAI:
        return model.shutdown is not None
    return not model.retired(call.now)


def _get(call: Call) -> Response:
    name = call.params["model"]
    if model := find(call.space, name):
        return reply(render_fine_tuned(call, model))
    base = catalog.by_id(name)
    if base and offered(call, base):
        return reply(render_base(call, base))
    raise not_found("model", name)


def _delete(call: Call) -> Response:
    name = call.params["model"]
    model = find(call.space, name)
    if model is None:
        if catalog.by_id(name):
            raise Refusal(403, "forbidden", "Base models cannot be deleted.")
        raise not_found("model", name)
    if place := used_by(call, model):
        raise Refusal(409, "conflict", f"The model is deployed as {place}. Delete the deployment first.")
    del call.space.models[model.id]
    return reply({"id": model.id, "object": "model", "deleted": True})


ROUTES = (
    Endpoint("GET", "/models", _list),
    Endpoint("GET", "/models/{model}", _get),
    Endpoint("DELETE", "/models/{model}", _delete),
)
