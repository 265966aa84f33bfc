"""Why a run failed, and whether the same training could end otherwise: `retries` are for accidents of the service.

Sources: the error codes of Azure's authoring API (2024-10-21) and of OpenAI's jobs, as recorded; Azure's page on the
safety evaluation of fine-tuned models (foundry/openai/how-to/fine-tuning-safety-evaluation). Other reasons may pass.
"""

from __future__ import annotations

import re
from enum import Enum

from reconciler.model import codes
from reconciler.model.catalog.rejections import in_our_words
from reconciler.model.observation import JobError

AS_OF = "2026-12-01"


class Fault(Enum):
    """What a run failed for, where no repetition helps: what it is in words, and the way on."""

    DATA = ("The data is at fault", codes.FILE_REFUSED.way_out)
    SAFETY = (
        "The service will not release what this data trains",
        "Correct the data, which is another run. Nothing else about the run would change the verdict.",
    )
    BILL = (
        "The account's bill or quota does not allow it",
        "Pay the bill or have the limit raised, then raise `generation` (a fresh start).",
    )
    REQUEST = (
        "The service does not take this request",
        "Change the base model or the hyperparameters that it names, which is another run.",
    )

    @property
    def summary(self) -> str:
        return self.value[0]

    @property
    def way_out(self) -> str:
        return self.value[1]


_BY_CODE: tuple[tuple[Fault, str], ...] = (
    (
        Fault.DATA,
        r"training_?file|validation_?file|n_?examples|jsonlvalidation|fileimport|content_?filter|invalid_?data",
    ),
    (Fault.BILL, r"(exceeded|insufficient)_?quota|billing|account_?deactivated|spend_?limit"),
    (
        Fault.REQUEST,
        r"invalid_?(hyper_?parameters?|model|request|method|grader|parameters?|value|payload|argument)"
        r"|unsupported|not_?supported|model_?not_?found",
    ),
)
"""In this order, in the code and the part of the request that is blamed."""
_BY_MESSAGE: tuple[tuple[Fault, str], ...] = (
    (
        Fault.SAFETY,
        r"unable to be deployed|model evaluation identified|safety evaluation|acceptable thresholds?"
        r"|(usage|content) polic",
    ),
    (
        Fault.BILL,
        r"exceeded your current quota|hard limit|billing (hard )?limit|plan and billing|unpaid|spend(ing)? limit"
        r"|payment (required|method)|subscription\b.{0,40}(disabled|suspended)",
    ),
    (Fault.DATA, r"RAI checks|moderation|invalid (training|validation) (file|data)"),
    (Fault.REQUEST, r"does not support fine-?tuning|invalid hyper-?parameter"),
)
"""Then in the message, where the code says nothing of its own."""


def hopeless(error: JobError | None) -> Fault | None:
    """What lies in the data, the bill or the request, and would end the same training in the same way."""
    if error is None:
        return None
    asked = ((_BY_MESSAGE[:1], error.message), (_BY_CODE, f"{error.code} {error.param}"), (_BY_MESSAGE, error.message))
    for table, words in asked:
        for fault, pattern in table:
            if re.search(pattern, words, re.IGNORECASE):
                return fault
    return None


def way_on(error: JobError | None) -> str:
    """What to do about a run that failed: corrected data is another run, which needs no other key."""
    fault = hopeless(error)
    if fault is None:
        return codes.RUN_FAILED.way_out
    checked = in_our_words(str(error)) if fault is Fault.DATA else ""
    return f"{checked} {fault.way_out}".strip()
