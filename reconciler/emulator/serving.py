"""Just enough inference to see which model serves under a name, and to keep a deployment from falling idle.

The emulated models have no words of their own: the answer names the model, deterministically.
"""

from starlette.responses import Response

from reconciler.emulator import catalog, models, rows
from reconciler.emulator.errors import Json, Refusal, Surface, bad_request
from reconciler.emulator.records import Deployment
from reconciler.emulator.wire import Call, Endpoint, new_id, reply, text


def _dated_chat(call: Call) -> Response:
    return _answer(call, call.json(), _deployment(call, call.params["deployment"]))


def _v1_chat(call: Call) -> Response:
    body = call.json()
    return _answer(call, body, _deployment(call, str(text(body, "model", required=True))))


def _platform_chat(call: Call) -> Response:
    body = call.json()
    name = str(text(body, "model", required=True))
    if models.find(call.space, name) is None and catalog.by_id(name) is None and catalog.by_name(name, None) is None:
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise Refusal(404, "notFound", message, platform_code="model_not_found")
    return _completion(call, body, name)


def _deployment(call: Call, name: str) -> Deployment:
    deployment = call.account.deployments.get(name.lower())
    if deployment is None or deployment.state in ("Creating", "Failed"):
        raise Refusal(
            404,
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
            "minutes, please wait a moment and try again.",
        )
    deployment.used_at = call.now
    return deployment


def _answer(call: Call, body: Json, deployment: Deployment) -> Response:
    return _completion(call, body, str(deployment.properties["model"]["name"]))


def _completion(call: Call, body: Json, model: str) -> Response:
    messages = body.get("messages")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages) or not messages:
        raise bad_request("'messages' must be a list with at least one message.", param="messages")
    asked = sum(len(rows.words(str(message.get("content") or ""))) for message in messages)
    said = f"Emulated answer of {model}."
    return reply(
        {
            "id": new_id("chatcmpl-"),
            "object": "chat.completion",
            "created": int(call.now),
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": said},
                    "logprobs": None,
                }
            ],
            "usage": {"prompt_tokens": asked, "completion_tokens": 8, "total_tokens": asked + 8},
        }
    )


ROUTES = (
    Endpoint("POST", "/deployments/{deployment}/chat/completions", _dated_chat, (Surface.DATED,)),
    Endpoint("POST", "/chat/completions", _v1_chat, (Surface.V1,)),
    Endpoint("POST", "/chat/completions", _platform_chat, (Surface.OPENAI,)),
)
