"""Targets and the services behind them."""

from __future__ import annotations

from reconciler.model.codes.registry import error, warning

TARGET_UNREACHABLE = error(
    "target-unreachable",
    "the target could not be read",
    "The service did not answer, or not in time.",
    "Check the network and the service's status; run again.",
    "sweden: connection timed out",
)
TARGET_MISSING = error(
    "target-missing",
    "the account does not exist",
    "Resource Manager knows no account of that name in that subscription and resource group.",
    "Check subscription, resource_group and account of the target; the tool does not create accounts.",
    "targets:\n  sweden:\n    account: aoai-sweden   # the portal says aoai-sweden-prod",
)
ACCOUNT_FULL = error(
    "account-full",
    "the account has no room for the training files",
    "An Azure OpenAI account takes 100 training files and 1 GB of them in all; nothing was sent.",
    "Delete files that no run needs any more, or have the limit raised by the vendor's support and say so in the "
    "target's `limits`.",
    "a chain of 101 stages, every file kept",
)
HISTORY_UNREADABLE = warning(
    "history-unreadable",
    "the activity log could not be read",
    "A deployment that the specs want is not there. Without the subscription's activity log nobody can say whether it "
    "was removed, or has never been.",
    "Give the identity the role Reader, or Monitoring Reader (Microsoft.Insights/eventtypes/values/read).",
    "reconciler drift   # deployment.triage@sweden is not there; 403 AuthorizationFailed on the log",
)
LIST_MISSING = error(
    "list-missing",
    "the service does not list what it has",
    "Without a state file, live lists are all the tool has to go by; a compatible service must list files, jobs and "
    "models as OpenAI does.",
    "Check `base_url`; ask the service for the missing list, or train there by hand and name the model's id.",
    "platform: {provider: openai, base_url: https://llm.contoso.example/v1}   # GET /v1/models: 404",
)
API_VERSION_UNANSWERED = error(
    "api-version-unanswered",
    "the service does not answer this api-version",
    "Azure answers 404 to versions of its interface that it does not know, and to versions without training runs.",
    "Correct `api_version`, or leave it out for the tool's own default; if it is right, see that `endpoint` is the "
    "account's own.",
    "targets:\n  sweden:\n    api_version: 2024-13-01   # 404 Resource not found",
)
TARGET_REGION = error(
    "target-region",
    "the account is in another region",
    "The target's `region` and the live account's location differ.",
    "Correct the region, or name the account that you mean.",
    "targets:\n  sweden:\n    region: swedencentral   # the account is in eastus2",
)
TARGET_AUTH = error(
    "target-auth",
    "the service does not accept the credentials",
    "The identity could not be proved, or lacks a role on this account.",
    "Azure: az login, or set the workload identity; roles: see docs/azure.md. With a key: set its variable.",
    "sweden: 403 AuthorizationFailed, the workflow's identity has no role on the account",
)
TARGET_NETWORK = error(
    "target-network",
    "the service does not take requests from this network",
    "The account has a firewall, a virtual network or a private endpoint; who asks does not matter.",
    "Run from inside the network, or allow the runner's address; both the data plane and Resource Manager are needed.",
    "sweden: 403, Public access is disabled. Please configure private endpoint.",
)
TARGET_POLICY = error(
    "target-policy",
    "a policy of the organization forbids it",
    "An Azure Policy refuses the request, whoever sends it.",
    "Change the spec so that it complies, or ask the policy's owner for an exemption; the message names the policy.",
    "deployment.tone@sweden: 403 RequestDisallowedByPolicy",
)
TARGET_LINKED = error(
    "target-linked",
    "rights are missing on another resource that the request names",
    "A deployment of a model of another account needs a right on that account, too.",
    "Give the identity a role on the account where the model was trained: see docs/azure.md.",
    "deployment.tone@chicago: 403 LinkedAuthorizationFailed, the model is of aoai-sweden",
)
TARGET_KEYS = error(
    "target-keys-off",
    "the account takes no keys",
    "Key authentication is switched off on the account (disableLocalAuth), and a key is what we used.",
    "Unset the key's variable (AZURE_OPENAI_API_KEY, or the target's own) and log in: az login, or the workload "
    "identity. Roles: see docs/azure.md.",
    "sweden: 403 AuthenticationTypeDisabled, Key based authentication is disabled for this resource.",
)
TARGET_LOCKED = error(
    "target-locked",
    "a lock forbids the write",
    "A management lock stands on the account, its resource group or its subscription. Roles do not lift it.",
    "Ask the owner of the lock that the message names to remove it for the time of the apply; a CanNotDelete lock "
    "stops deletions alone.",
    "deployment.tone@sweden: 409 ScopeLocked",
)
TARGET_READ_ONLY = error(
    "target-read-only",
    "the subscription is disabled and can only be read",
    "Azure disables a subscription whose credit is spent, whose bill is not paid, or that its owner has cancelled.",
    "Ask the owner of the subscription to enable it again; then apply again.",
    "deployment.tone@sweden: 409 ReadOnlyDisabledSubscription",
)
TARGET_UNREGISTERED = error(
    "target-unregistered",
    "the subscription is not registered for the service",
    "A subscription uses a service of Azure only after its resource provider was registered.",
    "Ask an owner or contributor of the subscription: az provider register --namespace Microsoft.CognitiveServices.",
    "sweden: 409 MissingSubscriptionRegistration",
)
KEY_SHARED = error(
    "key-shared",
    "two targets take their key from one variable",
    "In the name of a variable `-` and `.` are `_`, and letters are capitals: one account's key would go to the other.",
    "Rename one of the targets, or unset the variable and use the vendor's usual one or a login.",
    "prod-eu and prod.eu, with OPENAI_API_KEY_PROD_EU set",
)
SERVICE_ERROR = error(
    "service-error",
    "the service refused the request",
    "The vendor's answer is shown with its status, code and request id.",
    "Correct what the service's message names and apply again, or ask its support with the request id.",
    "sweden: 400 invalidPayload, the service does not train this base model",
)
HTTP_SETTINGS = error(
    "http-settings",
    "the environment's proxy or certificates cannot be used",
    "HTTPS_PROXY, ALL_PROXY and NO_PROXY say how services are reached, SSL_CERT_FILE whom they are signed by.",
    "Correct the variable or unset it: proxies are http:// or https://, certificates a file that can be read.",
    "HTTPS_PROXY=proxy:nonsense reconciler plan",
)
SERVICE_THROTTLED = error(
    "service-throttled",
    "the service asks for fewer requests",
    "A read waits up to a minute when it is asked to, a write up to 15; what asks for more is told at once.",
    "Run the command again when the pause is over; a lower --parallelism asks for less at a time.",
    "target sweden: 429, Retry-After: 3600",
)
SERVICE_REDIRECT = error(
    "service-redirect",
    "the service redirects the request",
    "No redirect is followed: it would take training data and credentials to another host.",
    "Name the address that it redirects to in `endpoint` or `base_url`, if it is the service's own, or mend the "
    "gateway in between.",
    "platform: 307 from llm.contoso.example to another host, while a file was uploaded",
)
SERVICE_QUOTA = error(
    "service-quota",
    "the service refused the request: quota",
    "The region's quota for this model and SKU is used up.",
    "Lower the capacity, free some, or raise the quota: https://aka.ms/oai/quotaincrease.",
    "deployment.support-chat@chicago: 400 InsufficientQuota, capacity 40 asked for and 12 free",
)
SERVICE_MODEL_CHANGE = error(
    "service-model-change",
    "the service does not change the model of a deployment in place",
    "The old model keeps serving; nothing was changed.",
    "Set `strategy: recreate` (an outage) or `strategy: versioned` (a new deployment beside the old).",
    "deployment.triage@sweden goes from gpt-4.1-nano to gpt-4.1-mini",
)
SERVICE_MODEL_UNSUPPORTED = error(
    "service-model-unsupported",
    "the service cannot serve this model there",
    "The region or the SKU does not serve the model, or the model is retired.",
    "Choose another SKU or region.",
    "deployment.triage@chicago: sku Standard, where the region has GlobalStandard only",
)
MODEL_FORMAT = error(
    "model-format",
    "nobody says in which format the model is deployed",
    "Resource Manager wants a format beside a model's name, and answers a wrong one with a 500 without words. The "
    "account's list of models does not show this model, and the table of this release has no format for it. Nothing "
    "was sent.",
    "See which models the account has: `az cognitiveservices account list-models`. Deploy one of them.",
    "deployment.triage@sweden: a model of a preview that the subscription is not registered for",
)
SERVICE_CONFLICT = error(
    "service-conflict",
    "another operation keeps the account busy",
    "Azure takes one control-plane write at a time for an account; somebody else is writing. It was waited for.",
    "Run apply again when the other operation has ended.",
    "409 RequestConflict while somebody creates a deployment in the portal",
)
SERVICE_UNCHANGED = error(
    "service-unchanged",
    "the service said yes and changed nothing",
    "The deployment was read again after the write and does not have the values that were written.",
    "Run apply again; if it stays, the service has a fault: quote the request id to its support.",
    "deployment.support-chat@sweden: capacity 50 was written, 30 is live",
)
MARK_LOST = error(
    "mark-lost",
    "the service did not keep the run's mark",
    "Without its suffix a run cannot be found again and would be paid for on every apply. It was cancelled.",
    "Check the target's api_version; nothing more is trained on the target.",
    "job.triage: a service behind base_url answers without the suffix that was sent",
)
OUTCOME_UNKNOWN = error(
    "outcome-unknown",
    "the service's answer was lost and nothing was found",
    "The request may or may not have been heard. It was not sent again blindly.",
    "Run apply again: it looks first and goes on from what is there.",
    "job.triage: the connection broke while the job was created, and no such run is listed",
)
ANSWER_NOT_WHOLE = error(
    "answer-not-whole",
    "the service's answer does not hold what was asked for",
    "A list without a list, a page that leads nowhere or a run without its status says nothing about what is there.",
    "Run again. If it stays, something between this machine and the service answers in its place: a proxy, a gateway.",
    '200 {"statusCode": 200, "message": "ok"} in answer to a list of runs',
)
