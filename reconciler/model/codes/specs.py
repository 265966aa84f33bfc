"""What specs say."""

from __future__ import annotations

from reconciler.model.codes.registry import error, notice, warning

SPEC_UNKNOWN_KEY = error(
    "spec-unknown-key",
    "unknown key",
    "The spec language has no such key here; a key that was ignored would look as if it were obeyed.",
    "Correct the spelling, or remove the key.",
    "datasets:\n  support: {fiel: ../data/support.jsonl}",
)
SPEC_MISSING_KEY = error(
    "spec-missing-key",
    "a key is missing",
    "This entry needs the key.",
    "Add it.",
    "datasets:\n  support: {format: chat}   # which file?",
)
SPEC_VALUE = error(
    "spec-value",
    "the value does not fit the key",
    "The value has another type, or lies outside what the key takes.",
    "Write a value of the type, and within the bounds, that the message gives; reconciler schema has all of them.",
    "jobs:\n"
    "  triage:\n"
    "    target: sweden\n"
    "    base_model: gpt-4.1-nano-2025-04-14\n"
    "    training: tickets\n"
    "    retries: twice",
)
SPEC_VERSION = error(
    "spec-version",
    "the file does not say which version of the language it uses",
    "Every spec file starts with `version: 1`.",
    "Add the line at the top.",
    "estate: acme   # and no line `version: 1`",
)
SPEC_ESTATE = error(
    "spec-estate",
    "the estate needs one name",
    "Exactly one file says `estate: NAME`; the name is the owner's mark on every live object.",
    "Name the estate once. Renaming it later makes the tool forget what it owns.",
    "estate: acme   # and in another file: estate: acme-prod",
)
SPEC_NAME = error(
    "spec-name",
    "the name cannot be used",
    "Names have small letters, digits, dots and dashes, begin and end with a letter or digit, and have at most 63 "
    "characters.",
    "Write it in small letters, with dashes in place of spaces and underscores.",
    "datasets:\n  Support_2026: {file: ../data/support.jsonl}",
)
DUPLICATE_NAME = error(
    "duplicate-name",
    "the name is used twice",
    "All files below the spec root share one namespace for each kind, and an account knows each deployment by one "
    "name: with `strategy: versioned` its own, its model's and its version's.",
    "Rename one of the two.",
    "jobs:\n"
    "  support: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: rows}\n"
    "chains:\n"
    "  support: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, stages: [{name: one, training: rows}]}",
)
DANGLING_REFERENCE = error(
    "dangling-reference",
    "this names nothing",
    "The specs have no entry of that kind and name.",
    "Correct the name, or add the entry.",
    "deployments:\n"
    "  support-chat:\n"
    "    model: {chain: suport}   # the chain is called support\n"
    "    sku: Standard\n"
    "    targets: {sweden: {}}",
)
REFERENCE_CYCLE = error(
    "reference-cycle",
    "the jobs train on top of each other in a circle",
    "A run starts from a finished model; in a circle none can be the first.",
    "Let one of the jobs start from a base model.",
    "jobs:\n"
    "  one: {target: sweden, base_model: {job: two}, training: rows}\n"
    "  two: {target: sweden, base_model: {job: one}, training: rows}",
)
OTHER_ACCOUNT = error(
    "other-account",
    "a run can only start from a model of its own account",
    "The service trains on top of fine-tuned models of the same account only.",
    "Give both jobs the same target.",
    "jobs:\n"
    "  one: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: rows}\n"
    "  two: {target: virginia, base_model: {job: one}, training: rows}",
)
MODEL_ALIAS = error(
    "model-alias",
    "the base model is an alias",
    "An alias may name another snapshot tomorrow; the run's fingerprint would not notice.",
    "Name a dated snapshot.",
    "jobs:\n  triage: {target: sweden, base_model: gpt-4.1-nano, training: rows}",
)
SUFFIX_TOO_LONG = error(
    "suffix-too-long",
    "the suffix is too long",
    "The tool writes a mark of 16 characters and a dash before the suffix; the service limits the whole.",
    "Set a shorter `suffix`.",
    "jobs:\n"
    "  triage:\n"
    "    target: sweden   # Azure: 40 characters with the mark\n"
    "    base_model: gpt-4.1-nano-2025-04-14\n"
    "    suffix: tickets-of-the-whole-helpdesk\n"
    "    training: rows",
)
SPEC_COMBINATION = error(
    "spec-combination",
    "these keys do not go together",
    "The method, the provider or another key rules this one out.",
    "Remove the key at the caret, or change the one that the message names.",
    "jobs:\n"
    "  triage:\n"
    "    target: platform   # provider: openai\n"
    "    base_model: gpt-4.1-nano-2025-04-14\n"
    "    training: rows\n"
    "    training_type: global   # only Azure has training types",
)
TARGET_SHARED = error(
    "target-shared",
    "two targets name one account",
    "The account would be observed and written twice.",
    "Use one target for both.",
    "targets:\n  one: {provider: openai, project: proj_abc123}\n  two: {provider: openai, project: proj_abc123}",
)
NO_DEPLOYMENTS = error(
    "no-deployments",
    "the target has no deployments",
    "On the OpenAI platform a fine-tuned model is served as soon as it is trained.",
    "Remove the target here; callers name the model itself: reconciler status shows it.",
    "deployments:\n"
    "  triage:\n"
    "    model: {job: triage}\n"
    "    sku: Standard\n"
    "    targets: {platform: {}}   # provider: openai",
)
ENDPOINT_REFUSED = error(
    "endpoint-refused",
    "the endpoint is not one of the vendor's",
    "Whoever changes an endpoint in a spec would receive the operator's credentials.",
    "The operator may allow the host outside the specs: RECONCILER_ALLOW_HOSTS=host[,host].",
    "targets:\n  platform: {provider: openai, base_url: https://llm.contoso.example/v1}",
)
GRADER_USELESS = error(
    "grader-useless",
    "the grader cannot tell a good answer from a bad one",
    "The run would be paid by the hour and learn nothing: the reward is an error or the same for every answer.",
    "Correct the grader. Templates are {{item.KEY}} and {{sample.output_text}}; python defines grade(sample, item).",
    "input: '{sample.output_text}'   # one brace: nothing is filled in",
)
GRADER_KEY = warning(
    "grader-key",
    "the vendors' documents do not have this key of a grader",
    "It is sent as it stands: the service may know it by now.",
    "Correct the spelling, or go on.",
    "grader: {type: string_check, name: same, input: a, reference: b, operation: eq, referense: c}",
)
TARGET_RETIRED = error(
    "target-retired",
    "a retired target is wanted",
    "The target says `retired: true`: nothing is wanted there, and a job or a deployment names it.",
    "Train or serve it on another target, or remove `retired` from the target.",
    "targets:\n"
    "  sweden: {provider: azure, ..., retired: true}\n"
    "deployments:\n"
    "  chat: {model: {chain: support}, targets: {sweden: {}}}",
)
TARGET_EMPTY = notice(
    "target-empty",
    "a retired target is empty",
    "The target says `retired: true`, and the estate owns no deployment, model, training file or unfinished run there.",
    "Remove the target from the specs.",
    "targets:\n  sweden: {provider: azure, ..., retired: true}",
)
SKU_UNKNOWN = warning(
    "sku-unknown",
    "no such deployment type is known",
    "Azure's deployment types have fixed names. It may be a newer one; a plan looks whether the account offers it, and "
    "a deployment that fails is found out only after its model was trained.",
    "Correct the spelling if it is no newer type of Azure's.",
    "deployments:\n  triage:\n    sku: GlobalStandrad",
)
API_VERSION_UNFIT = warning(
    "api-version-unfit",
    "this api-version does not train as the specs want",
    "Azure names versions by days: training runs came in 2023, methods and training types with 2025-04-01-preview.",
    "Leave `api_version` out for the tool's own default, or name a newer one.",
    "targets:\n  sweden:\n    api_version: 2022-12-01",
)
TAGS_TOO_MANY = error(
    "tags-too-many",
    "the deployment would have too many tags",
    "Azure takes 50 tags on a resource, of up to 256 characters each. This tool records in tags what it wrote, the "
    "spec's tags among it.",
    "Use fewer or shorter tags.",
    "45 tags on a deployment, with this tool's own more than 50",
)
TRAINING_TYPE_UNFIT = warning(
    "training-type-unfit",
    "the model is not known to train in this way",
    "Azure's open models train with global training only. A run of another type, or of none, is refused in words that "
    "blame the model: it cannot be trained.",
    "Set the job's `training_type` to one that the model has.",
    "jobs:\n  triage:\n    target: sweden\n    base_model: Ministral-3B   # and no training_type: global",
)
