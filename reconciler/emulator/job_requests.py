"""What a request for a job may say, checked as the services check it before anything is queued."""

import re
from hashlib import sha256
from typing import Any

from reconciler.emulator import catalog, files, hyperparameters, models, offers
from reconciler.emulator.errors import Json, Refusal, Surface, bad_request
from reconciler.emulator.records import Job
from reconciler.emulator.wire import Call, new_id, text

_TRAINING_TYPES = {
    "standard": "standard",
    "globalstandard": "globalStandard",
    "developer": "developerTier",
    "developertier": "developerTier",
    "datazonestandard": "dataZoneStandard",
}


def parse(call: Call, body: Json) -> Job:
    """A job as the request describes it. Raises Refusal for the first thing that is wrong."""
    method_given = body.get("method") is not None
    method = _method(body)
    kind = str(method["type"])
    model, base = _trainable(call, str(text(body, "model", required=True)), kind)
    training_file = _usable_file(call, str(text(body, "training_file", required=True)), "training_file")
    validation_file = text(body, "validation_file")
    if validation_file:
        _usable_file(call, validation_file, "validation_file")
    if kind == "reinforcement":
        _check_reinforcement(method, validation_file)
    explicit = hyperparameters.asked(body.get("hyperparameters"), kind)
    explicit |= hyperparameters.asked(method.get(kind, {}).get("hyperparameters"), kind)
    suffix = None if call.struck_by("forget_suffix") else _suffix(call, body)
    fate = call.struck_by("fail_run", "pause_run", "preempt_run")
    return Job(
        id=new_id("ftjob-"),
        created_at=call.now,
        model=model,
        base=base,
        training_file=training_file,
        validation_file=validation_file,
        suffix=suffix,
        seed=_seed(call, body, training_file, suffix),
        method=method,
        method_given=method_given,
        hyperparameters=explicit,
        training_type=_training_type(body),
        metadata=None if call.surface is Surface.DATED else _metadata(body),
        integrations=_integrations(body),
        fate={"fault": fate.fault, "code": fate.code, "message": fate.message} if fate else None,
    )


def _method(body: Json) -> Json:
    method = body.get("method")
    if method is None:
        return {"type": "supervised"}
    if not isinstance(method, dict) or method.get("type") not in list(hyperparameters.BY_METHOD):
        raise bad_request("'method.type' must be supervised, dpo or reinforcement.", param="method")
    if not isinstance(method.get(method["type"], {}), dict):
        raise bad_request(f"'method.{method['type']}' must be an object.", param="method")
    return method


def _trainable(call: Call, name: str, kind: str) -> tuple[str, str]:
    """The model's canonical name and that of its base, if it can be trained further here."""
    fine_tuned = models.find(call.space, name)
    base = models.base_of(call.space, name)
    if base is None or not _trains(call, base) or not models.offered(call, base) or _closed(call, base):
        raise bad_request(
            f"The specified base model does not support fine-tuning: '{name}'.",
            param="model",
            platform_code="model_not_available",
        )
    _check_retired(call, base)
    if kind not in base.methods:
        raise bad_request(f"The model '{base.id}' does not support method '{kind}'.", param="method")
    return (fine_tuned.id if fine_tuned else base.id), base.id


def _check_retired(call: Call, base: catalog.BaseModel) -> None:
    state = call.store.state
    if not call.surface.azure or not offers.retired(state, call.account.location, base):
        return
    if not offers.existing_customer(state, call.account.subscription, base):
        message = f"The model '{base.id}' is retired, and new customers cannot train on it."
        raise Refusal(410, "ServiceModelDeprecated", message, param="model")


def _trains(call: Call, base: catalog.BaseModel) -> bool:
    return offers.trains(call.store.state, call.account.location, base) if call.surface.azure else bool(base.methods)


def _closed(call: Call, base: catalog.BaseModel) -> bool:
    return call.surface.azure and call.now >= catalog.unix(base.fine_tune_until)


def _usable_file(call: Call, identity: str, param: str) -> str:
    file = files.usable(call.space, identity)
    if file is None:
        raise bad_request(f"invalid {param}: {identity}: no such file.", param=param)
    if file.purpose != "fine-tune":
        raise bad_request(f"invalid {param}: {identity} has purpose '{file.purpose}', not 'fine-tune'.", param=param)
    status = files.status(file, call.now, call.surface)
    if status != "processed":
        raise bad_request(f"invalid {param}: {identity} is not ready, its status is '{status}'.", param=param)
    return identity


def _check_reinforcement(method: Json, validation_file: str | None) -> None:
    if not isinstance(method.get("reinforcement", {}).get("grader"), dict):
        raise bad_request("Reinforcement fine-tuning needs a grader.", param="method.reinforcement.grader")
    if validation_file is None:
        raise bad_request("Reinforcement fine-tuning needs a validation file.", param="validation_file")


def _suffix(call: Call, body: Json) -> str | None:
    suffix = text(body, "suffix")
    pattern = r"[^\s:/]{1,64}" if call.surface is Surface.OPENAI else r"[A-Za-z0-9_-]{1,40}"
    if suffix is not None and not re.fullmatch(pattern, suffix):
        raise bad_request(
            "The suffix is too long or has characters that are not allowed: at most "
            + ("64, no white space." if call.surface is Surface.OPENAI else "40 of a-z, A-Z, 0-9, '-' and '_'."),
            param="suffix",
        )
    return suffix


def _seed(call: Call, body: Json, training_file: str, suffix: str | None) -> int:
    seed = body.get("seed")
    if seed is None:  # random to a client, yet the same for the same request, so that runs can be repeated
        content = call.space.files[training_file].packed
        return int(sha256(content + str(suffix).encode()).hexdigest()[:7], 16)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= 2_147_483_647:
        raise bad_request("'seed' must be a whole number from 0 to 2147483647.", param="seed")
    return seed


def _training_type(body: Json) -> str:
    asked = body.get("trainingType", "standard")
    known = _TRAINING_TYPES.get(str(asked).lower())
    if known is None and asked not in (0, 1):
        raise bad_request(f"Unknown trainingType: '{asked}'.", param="trainingType")
    return known or "standard"


def _metadata(body: Json) -> dict[str, str] | None:
    metadata = body.get("metadata")
    if metadata is None:
        return None
    fits = isinstance(metadata, dict) and len(metadata) <= 16
    if not fits or not all(isinstance(v, str) and len(v) <= 512 and len(k) <= 64 for k, v in metadata.items()):
        raise bad_request(
            "'metadata' takes at most 16 pairs of strings, keys up to 64 and values up to 512 characters.",
            param="metadata",
        )
    return dict(metadata)


def _integrations(body: Json) -> list[Any] | None:
    integrations = body.get("integrations")
    if integrations is not None and not isinstance(integrations, list):
        raise bad_request("'integrations' must be a list.", param="integrations")
    return integrations
