"""Vendors' errors: every shape they come in, what they allow, and what the user is told."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.providers.errors import ServiceError, code_for, diagnose, from_body

SHAPES = [
    ({"error": {"code": "A", "message": "m"}}, "A", "m", "both families"),
    ({"code": "A", "message": "m"}, "A", "m", "without the envelope"),
    ({"error": {"type": "t", "code": None, "message": "m"}}, "t", "m", "OpenAI: a type where there is no code"),
    ({"error": {"code": "A", "message": "m", "details": [{"message": "d1"}, {"x": 1}, 7]}}, "A", "m d1", "details"),
    ({"error": "words"}, "", "words", "a text for an error"),
    ({"error": None}, "", "HTTP 400", "null"),
    ([], "", "HTTP 400", "no mapping"),
    (None, "", "HTTP 400", "no JSON"),
    ({}, "", "HTTP 400", "nothing"),
    ({"error": {"code": 17, "message": "m"}}, "17", "m", "a number for a code"),
    ({"error": {"code": {"a": 1}, "message": ["m"]}}, "", "HTTP 400", "objects where there are texts"),
]


@pytest.mark.parametrize(("body", "code", "message", "why"), SHAPES)
def test_shapes(body: Any, code: str, message: str, why: str) -> None:
    error = from_body(400, body, {}, service="S")
    assert (error.code, error.message) == (code, message), why


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({"error": {"code": "ResourceNotFound", "message": "m"}}, True),
        ({"error": {"code": "404", "message": "Resource not found"}}, True),
        ({"error": {"code": None, "message": "No such file"}}, True),
        ({"error": {"code": "ParentResourceNotFound", "message": "m"}}, False),
        ({"error": {"code": "ResourceGroupNotFound", "message": "m"}}, False),
        ({"error": {}}, False),
        ({"error": "Not Found"}, False),
        ({"statusCode": 404, "message": "Resource not found"}, False),
        ({"detail": "Not Found"}, False),
        ([], False),
        (None, False),
    ],
)
def test_a_404_is_an_absence_where_the_service_says_so(body: Any, missing: bool) -> None:
    assert from_body(404, body, {}, service="S").missing is missing


def test_a_message_of_a_megabyte_is_cut() -> None:
    assert len(from_body(500, {"error": {"message": "x" * 10**6}}, {}, service="S").message) <= 500


@pytest.mark.parametrize("name", ["apim-request-id", "x-ms-request-id", "x-request-id"])
def test_the_id_that_support_asks_for(name: str) -> None:
    assert from_body(500, {}, {name: "r-1"}, service="S").request_id == "r-1"


DOUBTS = [
    (0, False, True, True, "no answer: it may have been heard"),
    (0, True, False, True, "never sent: nothing to doubt, worth another try"),
    (307, False, True, False, "redirected: perhaps after it was done"),
    (400, False, False, False, "refused"),
    (401, False, False, False, "not let in"),
    (404, False, False, False, "not there"),
    (408, False, True, True, "the service gave up waiting"),
    (409, False, True, True, "a conflict, perhaps with our own first try"),
    (429, False, True, True, "too many requests"),
    (500, False, True, True, "a fault of the service"),
    (503, False, True, True, "busy"),
]


@pytest.mark.parametrize(("status", "not_sent", "doubtful", "transient", "why"), DOUBTS)
def test_what_is_in_doubt_and_what_will_pass(
    status: int, not_sent: bool, doubtful: bool, transient: bool, why: str
) -> None:
    error = ServiceError("x", status=status, not_sent=not_sent)
    assert (error.doubtful, error.transient) == (doubtful, transient), why


CODES = [
    (400, "InsufficientQuota", "service-quota"),
    (400, "CannotChangeDeploymentModel", "service-model-change"),
    (400, "DeploymentModelNotSupported", "service-model-unsupported"),
    (409, "RequestConflict", "service-conflict"),
    (401, "", "target-auth"),
    (403, "AuthorizationFailed", "target-auth"),
    (429, "", "service-throttled"),
    (421, "endpoint-refused", "endpoint-refused"),
    (307, "", "service-redirect"),
    (0, "", "target-unreachable"),
    (400, "SomethingNew", "service-error"),
    (500, "", "service-error"),
]


@pytest.mark.parametrize(("status", "code", "told"), CODES)
def test_what_kind_of_diagnostic_it_becomes(status: int, code: str, told: str) -> None:
    assert code_for(ServiceError("x", status=status, code=code)).id == told


def test_everything_that_support_asks_for_is_told() -> None:
    error = ServiceError("It needs 40 more", service="Azure", status=400, code="InsufficientQuota", request_id="6d1c")
    told = diagnose(error, "deployment.a@b")
    shown = f"{told.address} {told.detail} {told.hint} {told.facts}"
    for part in ("deployment.a@b", "Azure", "It needs 40 more.", "400 InsufficientQuota", "6d1c", "quotaincrease"):
        assert part in shown


DENIED = [
    (
        403,
        "403",
        "A Virtual Network is configured for this resource.",
        "target-network",
    ),
    (403, "AccessDenied", "Public access is disabled. Please configure private endpoint.", "target-network"),
    (403, "403", "Access denied due to Virtual Network/Firewall rules.", "target-network"),
    (401, "ip_not_authorized", "Your IP address is not on the list of the project.", "target-network"),
    (403, "RequestDisallowedByPolicy", "Resource 'tone' was disallowed by policy.", "target-policy"),
    (403, "LinkedAuthorizationFailed", "The client has permission ... linked scope", "target-linked"),
    (403, "AuthorizationFailed", "The client 'x' does not have authorization to perform action 'y'.", "target-auth"),
    (401, "PermissionDenied", "The principal lacks the required data action.", "target-auth"),
    (401, "invalid_api_key", "Incorrect API key provided.", "target-auth"),
    (400, "BadRequest", "The firewall of the virtual network", "service-error"),
    (403, "AuthenticationTypeDisabled", "Key based authentication is disabled for this resource.", "target-keys-off"),
    (401, "401", "Access denied: API keys are disabled, disableLocalAuth is true.", "target-keys-off"),
    (409, "ScopeLocked", "The scope 'x' cannot perform write operation because scope(s) are locked.", "target-locked"),
    (200, "ScopeLocked", "as the end of an operation", "target-locked"),
    (409, "ReadOnlyDisabledSubscription", "The subscription is disabled and marked as read only.", "target-read-only"),
    (403, "SubscriptionDisabled", "", "target-read-only"),
    (409, "MissingSubscriptionRegistration", "The subscription is not registered ...", "target-unregistered"),
    (400, "SubscriptionNotRegistered", "", "target-unregistered"),
    (400, "RequestDisallowedByPolicy", "as the end of a validation", "target-policy"),
    (409, "Conflict", "The deployment is served behind a firewall", "service-conflict"),
]


@pytest.mark.parametrize(("status", "code", "message", "told"), DENIED)
def test_what_no_login_cures_is_told_for_what_it_is(status: int, code: str, message: str, told: str) -> None:
    error = ServiceError(message, status=status, code=code, way_out="LOG IN")
    shown = diagnose(error, "target a")
    assert shown.code.id == told
    assert ("LOG IN" in shown.detail) is (told == "target-auth")
    assert ("az login" in shown.detail) is (told == "target-keys-off")


BUSY = [
    (409, "RequestConflict", "", True),
    (409, "Conflict", "", True),
    (409, "", "", True),
    (200, "RequestConflict", "Another operation is being performed on the parent resource.", True),
    (400, "AccountProvisioningStateInvalid", "Account x in state Accepted", True),
    (400, "BadRequest", "The account is in state 'Updating'.", True),
    (412, "IfMatchPreconditionFailed", "The specified precondition 'If-Match' failed.", True),
    (412, "PreconditionFailed", "", True),
    (412, "SomethingNew", "", True),
    (409, "OperationInProgress", "", True),
    (409, "EtagMismatch", "", True),
    (409, "ResourceBusy", "The resource is being updated by another operation.", True),
    (409, "ScopeLocked", "another operation", False),
    (409, "ReadOnlyDisabledSubscription", "", False),
    (409, "conflictingNames", "The name is taken.", False),
    (400, "InvalidSku", "The sku name 'x' is not supported.", False),
    (200, "InternalServerError", "The operation ended as Failed", False),
    (403, "RequestConflict", "", False),
    (404, "ResourceNotFound", "another operation", False),
]


@pytest.mark.parametrize(("status", "code", "message", "passes"), BUSY)
def test_a_conflict_by_every_name(status: int, code: str, message: str, passes: bool) -> None:
    error = ServiceError(message, status=status, code=code)
    assert error.conflict is passes
    assert (code_for(error).id == "service-conflict") is passes
    assert error.transient is passes, "and it may be sent again"


VIOLATION = {"type": "PolicyViolation", "info": {"policyDefinitionDisplayName": "Allowed models"}}
ASSIGNED = {"type": "PolicyViolation", "info": {"policyDefinitionName": "p1", "policyAssignmentDisplayName": "prod"}}
IDENTIFIERS = (
    """Disallowed. Policy identifiers: '[{"policyAssignment":{"name":"a1"},"policyDefinition":{"name":"d1"}}]'."""
)
POLICIES: list[tuple[dict[str, Any], str]] = [
    ({"additionalInfo": [VIOLATION]}, 'Policy "Allowed models".'),
    ({"additionalInfo": [ASSIGNED]}, 'Policy "p1", assigned as "prod".'),
    ({"details": [{"additionalInfo": [VIOLATION]}]}, 'Policy "Allowed models".'),
    ({"message": IDENTIFIERS}, 'Policy "d1", assigned as "a1".'),
    ({"message": "x" * 600 + IDENTIFIERS}, 'Policy "d1", assigned as "a1".'),
    ({"message": "Policy identifiers: '[{]'"}, ""),
    ({"additionalInfo": [{"type": "PolicyViolation", "info": 7}, 8], "details": 9}, ""),
    ({"additionalInfo": {"type": "PolicyViolation"}}, ""),
]


@pytest.mark.parametrize(("error", "named"), POLICIES)
def test_which_policy_it_was(error: dict[str, Any], named: str) -> None:
    told = from_body(403, {"error": {"code": "RequestDisallowedByPolicy", **error}}, {}, service="ARM").message
    assert named in told
    assert ("Policy " in told.replace("Policy identifiers", "")) is bool(named)


def test_the_code_inside_tells_who_refused() -> None:
    inner = [{"code": "Other", "message": "m"}, {"code": "RequestDisallowedByPolicy", "message": "no"}]
    body = {"error": {"code": "InvalidTemplateDeployment", "message": "see inside", "details": inner}}
    assert code_for(from_body(400, body, {}, service="ARM")).id == "target-policy"
    plain = {"error": {"code": "Outer", "details": [{"code": "Inner"}]}}
    assert from_body(400, plain, {}, service="ARM").code == "Outer"
