"""What services and networks do wrong, as one exception and as diagnostics.

ServiceError            the service answered with an error, or did not answer
├── .doubtful           the request may have been heard: look before anything is sent again
└── .transient          the same request may succeed later
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from reconciler.model import codes
from reconciler.model.catalog.conflicts import passes
from reconciler.model.catalog.denials import Denial, denial
from reconciler.model.catalog.refusals import Refusal, refusal
from reconciler.model.catalog.rejections import in_our_words
from reconciler.model.diagnostics import Code, Diagnostic, SourceRange
from reconciler.model.errors import ReconcilerError
from reconciler.providers.decoding import Item
from reconciler.providers.refused import inner_errors, policies_in, telling_code

NO_ANSWER = 0
"""The status of a request that got no answer at all."""
MISDIRECTED = 421
"""The status of a request that we did not send: for its host, or because nobody knows what to write in it."""

FEW = 5.0
"""Seconds; a longer wait is said."""
_BODY_LIMIT = 500
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_SIGNATURE = re.compile(r"([?&]sig=)[^&\s'\"<>]+", re.IGNORECASE)


class ServiceError(ReconcilerError):
    """One failed request. `status` is HTTP's, or `NO_ANSWER`; `retry_after` is in seconds."""

    def __init__(
        self,
        message: str,
        *,
        service: str = "",
        status: int = NO_ANSWER,
        code: str = "",
        request_id: str = "",
        retry_after: float | None = None,
        not_sent: bool = False,
        not_whole: bool = False,
        said: bool = True,
        way_out: str = "",
    ) -> None:
        """`way_out`: how to log in there, for credentials that are not accepted.

        `not_whole`: an answer came, and not what was asked for. `said`: by the service, not a gateway before it."""
        super().__init__(message)
        self.message = message
        self.service = service
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.not_sent = not_sent
        self.not_whole = not_whole
        self.said = said
        self.way_out = way_out

    @property
    def doubtful(self) -> bool:
        """Whether the request may have done its work all the same."""
        heard = self.status in (NO_ANSWER, 408, 409, 429) or self.status >= 500 or self.not_whole or self.redirected
        return heard and not self.not_sent

    @property
    def transient(self) -> bool:
        return self.status in (NO_ANSWER, 408, 429) or self.status >= 500 or self.conflict or self.not_whole

    @property
    def conflict(self) -> bool:
        """Another write keeps the account busy, in any of the words for it; a lock or a policy does not pass."""
        return self.denial is None and passes(self.status, self.code, self.message)

    @property
    def denial(self) -> Denial | None:
        """Who says no, where it is neither the login nor the request."""
        return denial(self.status, self.code, self.message)

    @property
    def refusal(self) -> Refusal | None:
        """Why a create of a run is refused for good, or until there is room; None for any other answer."""
        return refusal(self.status, self.code, self.message)

    @property
    def full(self) -> bool:
        """The account takes no more runs for now; room may come."""
        found = self.refusal
        return found is not None and found.passes

    @property
    def missing(self) -> bool:
        """Whether the service itself says that there is no such thing; a gateway's 404 says nothing of it."""
        return self.status == 404 and self.said and self.code not in _PARENTS

    def again_in(self, seconds: float) -> ServiceError:
        """The same refusal, for a request that was not sent because the service asked for a pause."""
        return ServiceError(
            self.message,
            service=self.service,
            status=self.status,
            code=self.code,
            retry_after=seconds,
            not_sent=True,
            said=self.said,
        )

    @property
    def redirected(self) -> bool:
        return 300 <= self.status < 400


_PARENTS = ("ParentResourceNotFound", "ResourceGroupNotFound", "SubscriptionNotFound", "InvalidSubscriptionId")
"""Codes of a 404 that is about what the thing would be in."""


def misdirected(message: str, service: str = "") -> ServiceError:
    """What is raised in place of a request to a host that must not have it."""
    return ServiceError(message, service=service, status=MISDIRECTED, code="endpoint-refused", not_sent=True)


def from_body(status: int, body: Any, headers: Mapping[str, str], *, service: str, fallback: str = "") -> ServiceError:
    """An error from a vendor's answer, in either family's shape: `{"error": {"code", "message", ...}}`.

    A redirect is one too: nothing is sent on to where it points, which is told without path and query.
    """
    if 300 <= status < 400:
        return ServiceError(_redirect(headers), service=service, status=status)
    envelope = body.get("error") if isinstance(body, Mapping) else None
    error = Item(envelope if isinstance(envelope, Mapping) else body if isinstance(body, Mapping) else {}, "an error")
    said = error.shown_text("message")
    message = said or (envelope if isinstance(envelope, str) else "") or fallback or f"HTTP {status}"
    inner = inner_errors(error.raw)
    code = telling_code(error.raw, inner)
    details = filter(None, (Item(one, "a detail").shown_text("message") for one in inner))
    text = redact(" ".join([message, *details]))
    return ServiceError(
        " ".join(filter(None, (text[:_BODY_LIMIT], policies_in([error.raw, *inner], text)))),
        service=service,
        status=status,
        code=code,
        request_id=_first(headers, "apim-request-id", "x-ms-request-id", "x-request-id"),
        retry_after=retry_after(headers),
        said=isinstance(envelope, Mapping) and bool(code or said),
    )


def _redirect(headers: Mapping[str, str]) -> str:
    try:
        parts = urlsplit(headers.get("location", ""))
        host = parts.hostname or ("another host" if parts.netloc else "another path")
    except ValueError:
        host = "another host"
    return f"the answer redirects to {re.sub(r'[^A-Za-z0-9.: -]', '?', host)[:253]}; nothing was sent there"


def redact(text: str) -> str:
    """A vendor's text without the signature of a SAS token, which it may quote from a url that it could not read."""
    return _SIGNATURE.sub(r"\1***", text)


def _first(headers: Mapping[str, str], *names: str) -> str:
    return next((headers[n] for n in names if headers.get(n)), "")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a service asks us to wait, however many; None for what is neither a number nor a date to come."""
    for name, unit in (("retry-after-ms", 0.001), ("x-ms-retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if _NUMBER.fullmatch(value):
            return float(value) * unit
    return _until(headers.get("retry-after", ""), headers.get("date", ""))


def _until(date: str, now: str) -> float | None:
    """Seconds until an HTTP date, by the clock of the service where it shows one."""
    until, here = _time(date), _time(now)
    left = until - (time.time() if here is None else here) if until is not None else -1.0
    return left if left >= 0 else None


def _time(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def pause(seconds: float) -> str:
    """`40 s`, `10 min` or `24 h`, never less than it is."""
    if seconds <= 120:
        return f"{math.ceil(seconds)} s"
    return f"{math.ceil(seconds / 60)} min" if seconds <= 7200 else f"{math.ceil(seconds / 3600)} h"


_BY_CODE: dict[str, Code] = {
    "InsufficientQuota": codes.SERVICE_QUOTA,
    "QuotaExceeded": codes.SERVICE_QUOTA,
    "quotaExceeded": codes.SERVICE_QUOTA,
    "CannotChangeDeploymentModel": codes.SERVICE_MODEL_CHANGE,
    "DeploymentModelNotSupported": codes.SERVICE_MODEL_UNSUPPORTED,
    "training_not_available": codes.TRAINING_CLOSED,
    "endpoint-refused": codes.ENDPOINT_REFUSED,
    "format-unknown": codes.MODEL_FORMAT,
    "unsettled": codes.SERVICE_UNSETTLED,
}


_BY_REFUSAL = {
    Refusal.FULL: codes.TRAINING_FULL,
    Refusal.DAILY: codes.TRAINING_DAILY,
    Refusal.BILL: codes.SERVICE_BILL,
}


_BY_DENIAL = {
    Denial.NETWORK: codes.TARGET_NETWORK,
    Denial.POLICY: codes.TARGET_POLICY,
    Denial.LINKED: codes.TARGET_LINKED,
    Denial.KEYS: codes.TARGET_KEYS,
    Denial.LOCK: codes.TARGET_LOCKED,
    Denial.SUBSCRIPTION: codes.TARGET_READ_ONLY,
    Denial.UNREGISTERED: codes.TARGET_UNREGISTERED,
}


def code_for(error: ServiceError) -> Code:
    """The kind of diagnostic that fits an error."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    if error.refusal in _BY_REFUSAL:
        return _BY_REFUSAL[error.refusal]
    if denied := error.denial:
        return _BY_DENIAL[denied]
    if error.status in (401, 403):
        return codes.TARGET_AUTH
    if error.conflict:
        return codes.SERVICE_CONFLICT
    if error.redirected:
        return codes.SERVICE_REDIRECT
    if error.not_whole:
        return codes.ANSWER_NOT_WHOLE
    if error.status == 429:
        return codes.SERVICE_THROTTLED
    if error.status == NO_ANSWER:
        return codes.TARGET_UNREACHABLE
    return codes.SERVICE_ERROR


def diagnose(error: ServiceError, address: str, at: SourceRange | None = None) -> Diagnostic:
    """A vendor's refusal for the user: who, status, code, message, request id and the way on."""
    code = code_for(error)
    facts = [_outcome(error)]
    if error.request_id:
        facts.append(f"request {error.request_id}")
    message = error.message.strip()
    sentence = message if message.endswith((".", "!", "?")) else f"{message}."
    who = f"{error.service}: " if error.service else ""
    check = in_our_words(f"{error.code}: {message}") if code is codes.SERVICE_ERROR else ""
    asked = error.retry_after or 0.0
    wish = f"It asks to be left alone for {pause(asked)}." if asked > FEW else ""
    way_out = (code is codes.TARGET_AUTH and error.way_out) or code.way_out
    detail = " ".join(filter(None, (f"{who}{sentence}", wish, check, way_out)))
    return code.at(at, detail, address=address, facts="   ".join(facts))


def _outcome(error: ServiceError) -> str:
    if error.not_sent and error.status in (401, MISDIRECTED):
        return "not sent"
    return f"{error.status} {error.code}".strip() if error.status else "no answer"
