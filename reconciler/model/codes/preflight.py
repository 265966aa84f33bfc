"""What a plan finds out before the first write: quota, limits, regions, filters, permissions, retirement."""

from __future__ import annotations

from reconciler.model.codes.registry import error, notice, warning

QUOTA_SHORT = error(
    "quota-short",
    "the region's quota has too little left",
    "Quota belongs to a subscription in a region, by SKU and model, and all accounts there share it. What this plan "
    "adds there, on all targets together, is more than is free. Nothing was sent.",
    "Lower the capacity, free some, or raise the quota: https://aka.ms/oai/quotaincrease.",
    "deployment.support-chat@chicago goes from capacity 20 to 60, and 12 are free in northcentralus",
)
ACCOUNT_LIMIT = error(
    "account-limit",
    "the account takes no more of these",
    "An Azure OpenAI account holds 32 deployments, 10 of them of fine-tuned models, and remembers 100 training runs.",
    "Delete what is no longer needed, use another account, or have the limit raised by the vendor's support and say so "
    "in the target's `limits`.",
    "the eleventh deployment of a fine-tuned model in one account",
)
RUNS_QUEUE = notice(
    "runs-queue",
    "runs will wait for each other",
    "An account trains three runs at a time (five of the developer type); more wait in its queue, in order.",
    "Nothing to do. Jobs on another account do not wait for these.",
    "eight new jobs on one target",
)
MODEL_REGION = error(
    "model-region",
    "base model cannot be trained in this region",
    "The account's own list of models, which depends on its region, does not offer the base model for training.",
    "Train another model, or move the job's `target` to a region that trains this one.",
    "jobs:\n  triage:\n    target: chicago   # northcentralus\n    base_model: gpt-4o-2024-08-06",
)
MODEL_REGION_UNSURE = warning(
    "model-region-unsure",
    "the region does not train this base model itself",
    "Global and developer training may run in other regions than the account's; the list of models does not say.",
    "Nothing to do if it works; else train another model, or in another region.",
    "jobs:\n  triage:\n    training_type: global\n    base_model: gpt-4o-2024-08-06",
)
BASE_MISSING = error(
    "base-missing",
    "the fine-tuned base model is not on this account",
    "A run starts from a fine-tuned model only where that model lives: the account's list does not have it, and it "
    "is not found by its name.",
    "Name a model of this account, or train where the model lives. A model that was deleted cannot be trained further.",
    "jobs:\n  triage:\n    base_model: gpt-4.1-mini-2025-04-14.ft-0123456789abcdef0123456789abcdef-tone",
)
MODEL_UNLISTED = warning(
    "model-unlisted",
    "the project does not list the base model",
    "A service lists the models that a project may use. One that is not there may be misspelt, retired, or not open to "
    "this project.",
    "Correct the name, or have the model opened to the project.",
    "jobs:\n  triage:\n    base_model: gpt-4.1-mini-2025-04-41",
)
MODEL_NOT_SERVED = error(
    "model-not-served",
    "the region cannot serve this model in this way",
    "The account's own list of models, which depends on its region, does not offer the model with that SKU.",
    "Choose another SKU or another target.",
    "deployment.triage@chicago: sku DataZoneStandard, where the region has Standard and GlobalStandard",
)
FILTER_MISSING = error(
    "filter-missing",
    "the content filter does not exist",
    "Content filters (RAI policies) belong to one account; the vendor's own begin with Microsoft.",
    "Create it in the account first, or name one that is there.",
    "deployments:\n  triage:\n    content_filter: strict   # the account has only Strict-EU",
)
PERMISSION_MISSING = error(
    "permission-missing",
    "this identity may not do what the plan says",
    "The roles of whoever runs this lack actions that the plan needs; nothing was sent.",
    "Have the role assigned on the account: see docs/azure.md.",
    "reconciler apply   # with the identity that CI plans with",
)
PLAN_ONLY = notice(
    "plan-only",
    "this identity can plan, and not apply",
    "Its roles lack actions that the plan needs. That is as it should be where another identity applies.",
    "Apply with an identity that has the role.",
    "reconciler plan   # in a pull request, as a reader",
)
PREFLIGHT_UNKNOWN = warning(
    "preflight-unknown",
    "something could not be checked beforehand",
    "A read that a plan can do without was refused. The plan is complete; the service itself has the last word.",
    "Roles that allow the read are in docs/azure.md.",
    "sweden: 403 AuthorizationFailed for the usages of the subscription",
)
RETIRES = notice(
    "retires",
    "the service retires this within 90 days",
    "The live list of models gives the day from which it can no longer be trained, or served.",
    "Plan the move to a newer model. All dates: reconciler status.",
    "jobs:\n  triage:\n    base_model: gpt-4o-2024-08-06   # can be trained for 80 days more",
)
RETIRES_SOON = warning(
    "retires-soon",
    "the service retires this within 30 days",
    "The live list of models gives the day from which it can no longer be trained, or served.",
    "Move to a newer model before that day. All dates: reconciler status.",
    'deployments:\n  triage:\n    model: {name: gpt-4o, version: "2024-08-06"}   # is served for 12 days more',
)
MODEL_UNTRAINABLE = error(
    "model-untrainable",
    "the base model can no longer be trained",
    "The service has ended training of this model. Models that were trained on it serve until their own day.",
    "Train on a newer base model.",
    "jobs:\n  triage:\n    base_model: gpt-35-turbo-0125",
)
BASE_RETIRED = error(
    "base-retired",
    "the base model is retired, and this subscription is no existing customer of it",
    "Azure lets only subscriptions that have trained on a model's version train on it after its retirement; a new "
    "subscription of the same tenant does not inherit that. Live runs on any target of the subscription show it.",
    "Train on another base model; or say `existing_customer: [MODEL]` on the target, if the runs were deleted.",
    "jobs:\n  triage:\n    base_model: gpt-4.1-mini-2025-04-14   # retired on 2026-10-14, on a new account",
)
EXISTING_CUSTOMER = warning(
    "existing-customer",
    "the base model is retired, and is trained for existing customers only",
    "This subscription has trained on it before, so it still may, until the day that is named. What is trained serves "
    "for some time longer.",
    "Move to a newer base model before that day. All dates: reconciler status.",
    "jobs:\n  triage:\n    base_model: gpt-4.1-mini-2025-04-14   # until 2027-04-14, where it was trained before",
)
API_VERSION_RETIRED = warning(
    "api-version-retired",
    "this api-version is retired",
    "Azure retires preview versions of its interface; it may stop answering them any day.",
    "Leave `api_version` out for the tool's own default, or name a newer one.",
    "targets:\n  sweden:\n    api_version: 2023-07-01-preview",
)
