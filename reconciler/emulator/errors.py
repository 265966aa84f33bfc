"""Refusals, and the body that each family of APIs gives them."""

from enum import Enum
from typing import Any

Json = dict[str, Any]


class Surface(Enum):
    """Which dialect a request speaks; it decides statuses, shapes and codes of the answer."""

    ARM = "arm"  # Azure Resource Manager
    DATED = "dated"  # Azure data plane, /openai?api-version=...
    V1 = "v1"  # Azure data plane, /openai/v1
    OPENAI = "openai"  # the OpenAI platform, /v1
    CONTROL = "control"  # our own /_emulator

    @property
    def azure(self) -> bool:
        return self in (Surface.DATED, Surface.V1)


class Refusal(Exception):
    """A request that gets an error for an answer.

    `code` is Azure's word for it; `platform_code` is what the OpenAI platform says, which is often nothing.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        platform_code: str | None = None,
        headers: dict[str, str] | None = None,
    ):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.platform_code = platform_code
        self.headers = headers or {}

    def body(self, surface: Surface) -> Json:
        """The answer's JSON, in the dialect of the surface."""
        if surface is Surface.OPENAI:
            kind = "server_error" if self.status >= 500 else "invalid_request_error"
            return {
                "error": {"message": self.message, "type": kind, "param": self.param, "code": self.platform_code},
            }
        error: Json = {"code": self.code, "message": self.message}
        if surface is Surface.V1:
            error |= {"param": self.param, "type": "error", "inner_error": {}}
        elif self.param:
            error["target"] = self.param
        return {"error": error}


def bad_request(message: str, *, param: str | None = None, platform_code: str | None = None) -> Refusal:
    return Refusal(400, "invalidPayload", message, param=param, platform_code=platform_code)


def not_found(what: str, identity: str) -> Refusal:
    return Refusal(404, "notFound", f"No such {what}: {identity}", param="id")


def wrong_state(message: str) -> Refusal:
    return Refusal(400, "unexpectedEntityState", message)


def bare(status: int, detail: str = "") -> Refusal:
    """For what the routing itself refuses: unknown paths, wrong methods, unreadable requests."""
    words = {404: ("404", "Resource not found"), 405: ("MethodNotAllowed", "The HTTP method is not allowed here")}
    code, message = words.get(
        status, ("BadRequest" if status < 500 else "InternalServerError", detail or "Bad request")
    )
    return Refusal(status, code, message, platform_code={404: "unknown_url", 405: "method_not_supported"}.get(status))
