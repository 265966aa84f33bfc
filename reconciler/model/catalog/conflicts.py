"""Conflicts: answers to a write that pass by themselves, because somebody writes to the account at this moment.

Sources: ARM's codes (learn.microsoft.com, azure/azure-resource-manager/troubleshooting/common-deployment-errors);
refusals of Microsoft.CognitiveServices that people quote in public: `AccountProvisioningStateInvalid` (400),
`IfMatchPreconditionFailed` (412), `RequestConflict` (409, and as the end of an operation).
"""

from __future__ import annotations

import re

AS_OF = "2026-12-01"

_CODES = re.compile(
    r"(Request)?Conflict|AnotherOperationInProgress|(Conflicting|Concurrent)?Operation(Already)?In(Progress|Flight)"
    r"|(If)?(None)?(Match)?PreconditionFailed|Etag(Mismatch|Conflict)|Concurrent(Modification|Update|Operation)[a-z]*"
    r"|(Account|Parent|Resource|Deployment)?ProvisioningState(Invalid|NotTerminal|NotSucceeded)"
    r"|(Account|Resource|ParentResource)(NotReady|IsBusy|BeingModified|BeingUpdated|InTransition)"
    r"|ResourceOperationConflict|OperationPreempted|RetryableError",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"another (operation|request|update)|(operation|update|request) (is )?(already )?in progress"
    r"|being (created|updated|modified|changed|provisioned)|concurrent(ly)? (update|modif|operation|request|write)"
    r"|in (a )?(transient|non-terminal|transitional) (provisioning )?state"
    r"|(in|provisioning) state:? '?\"?(accepted|creating|updating|moving|resolvingdns)",
    re.IGNORECASE,
)
_NAMED = (200, 400, 409, 412)
"""Statuses under which the code tells; 200 is the end of an operation that failed."""


def passes(status: int, code: str, message: str) -> bool:
    """Whether the same write may be heard in a minute. `status` is HTTP's, `code` and `message` are the vendor's."""
    if status == 412:
        return True
    if status not in _NAMED:
        return False
    if _CODES.fullmatch(code):
        return status != 400 or code.lower() != "conflict"
    return (status in (200, 400, 409) and bool(_WORDS.search(message))) or (status == 409 and not code)
