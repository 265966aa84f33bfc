"""Why a service refuses to start a run, where the status alone does not say: every vendor's words for four answers.

Sources: Azure's `quotaExceeded` (authoring API 2024-10-21; 400 for a full queue and for too many runs alike); OpenAI's
error codes (platform.openai.com/docs/guides/error-codes); the wording of refusals that people quote in public.
"""

from __future__ import annotations

import re
from enum import Enum

AS_OF = "2026-12-01"


class Refusal(Enum):
    """What no second try within minutes changes."""

    FULL = "as many runs as are allowed are under way; there is room when one of them ends"
    ACCOUNT = "the queue is full, or the account remembers too many runs"
    """Azure says the same to both."""
    DAILY = "as many runs as are allowed in a day were started"
    BILL = "the bill, or the account's quota, does not allow it"

    @property
    def passes(self) -> bool:
        """Whether room may come while we wait."""
        return self in (Refusal.FULL, Refusal.ACCOUNT)


_RUNS = r"(?<![a-z])(fine-?_?tun[a-z]*|training|jobs?|runs?)(?![a-z])"
_BUSY = r"(?<![a-z])(active|concurrent(ly)?|running|in[ -]progress|simultaneous(ly)?|parallel|under way|queued|pending)"
_DAY = r"(?<![a-z])(days?|24[ -]?h(ours?)?)(?![a-z])"
_WORDS: tuple[tuple[Refusal, str], ...] = (
    (
        Refusal.BILL,
        r"insufficient_?quota|exceeded_?quota|billing|account_?(deactivated|not_?active)|exceeded your current quota"
        r"|hard limit|unpaid|plan and billing|spend(ing)?_? ?limit|payment_? ?(required|method)",
    ),
    (Refusal.DAILY, rf"daily_|{_RUNS}.{{0,80}}{_DAY}|{_DAY}.{{0,80}}{_RUNS}"),
    (
        Refusal.FULL,
        rf"{_BUSY}.{{0,40}}{_RUNS}|{_RUNS}.{{0,40}}{_BUSY}|too_?many_?(active|concurrent|running)|queue is full"
        r"|(job|run|training|fine_?tun(e|ing))_?(limit|concurrency)",
    ),
)
"""In this order, in `code: message`."""


def refusal(status: int, code: str, message: str) -> Refusal | None:
    """The reason that a refused create is final, or waits for room; None for anything else.

    `status` is HTTP's; `code` and `message` are the vendor's.
    """
    if status not in (400, 402, 403, 429):
        return None
    if code.lower() in ("quotaexceeded", "toomanyjobs") and status != 429:
        return Refusal.ACCOUNT
    if status == 402:
        return Refusal.BILL
    words = f"{code}: {message}"
    found = (kind for kind, pattern in _WORDS if re.search(pattern, words, re.IGNORECASE))
    kind = next(found, None)
    return kind if status == 429 or kind is Refusal.BILL else None
