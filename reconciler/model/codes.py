"""Every kind of diagnostic: its code, its constant summary, what it means and the way out."""

from __future__ import annotations

from reconciler.model.diagnostics import Code, Severity

_ALL: dict[str, Code] = {}


def _code(severity: Severity, id: str, summary: str, meaning: str, way_out: str) -> Code:
    assert id not in _ALL, id
    _ALL[id] = Code(id, severity, summary, meaning, way_out)
    return _ALL[id]


def _error(id: str, summary: str, meaning: str, way_out: str) -> Code:
    return _code(Severity.ERROR, id, summary, meaning, way_out)


def _warning(id: str, summary: str, meaning: str, way_out: str) -> Code:
    return _code(Severity.WARNING, id, summary, meaning, way_out)


def every_code() -> tuple[Code, ...]:
    """All of them, by id."""
    return tuple(_ALL[id] for id in sorted(_ALL))


# Files and YAML

FILE_UNREADABLE = _error(
    "file-unreadable",
    "the file cannot be read",
    "The path does not exist, is no regular file, or may not be read.",
    "Check the path and its permissions.",
)
FILE_TOO_LARGE = _error(
    "file-too-large",
    "the spec file is too large",
    "Spec files are read by people; one of over a megabyte is a mistake or an attack.",
    "Split the file: every file below the spec root is read.",
)
FILE_ENCODING = _error(
    "file-encoding",
    "the file is not UTF-8",
    "Specs and training files are UTF-8, with or without a byte-order mark.",
    "Save the file as UTF-8.",
)
FILE_OUTSIDE = _error(
    "file-outside",
    "the file lies outside the repository",
    "A spec may only name files of its own repository, so that a pull request cannot upload others.",
    "Move the file into the repository; symbolic links out of it do not count.",
)
NO_SPECS = _error(
    "no-specs",
    "there are no specs",
    "The spec root has no *.yaml or *.yml file below it.",
    "Give the folder that holds the specs: reconciler plan path/to/specs.",
)
YAML_SYNTAX = _error(
    "yaml-syntax",
    "this is not YAML",
    "The parser stopped here.",
    "The caret stands where the parser gave up; the cause is there or just above it.",
)
YAML_KEY = _error(
    "yaml-key",
    "this key cannot be used",
    "Keys are plain words; merge keys and collections as keys are not part of the spec language.",
    "Write the key out.",
)
YAML_TAG = _error(
    "yaml-tag",
    "YAML tags are not read",
    "Specs are pure data; tags could make them something else.",
    "Remove the tag; quote the value if it should be a string.",
)
YAML_ALIAS = _error(
    "yaml-alias",
    "this alias cannot be followed",
    "An alias names an anchor that stands above it and does not contain it.",
    "Write the value out.",
)
YAML_TOO_DEEP = _error(
    "yaml-too-deep",
    "the values are nested too deeply",
    "No spec needs more than a few levels.",
    "Flatten the document.",
)
DUPLICATE_KEY = _error(
    "duplicate-key",
    "the key stands there twice",
    "YAML would silently keep one of the two.",
    "Remove one of them.",
)

# Specs

SPEC_UNKNOWN_KEY = _error(
    "spec-unknown-key",
    "unknown key",
    "The spec language has no such key here; an ignored key would be a wish that nobody hears.",
    "Correct the spelling, or remove the key.",
)
SPEC_MISSING_KEY = _error(
    "spec-missing-key",
    "a key is missing",
    "This entry needs the key.",
    "Add it.",
)
SPEC_VALUE = _error(
    "spec-value",
    "the value does not fit the key",
    "The value has another type, or lies outside what the key takes.",
    "The message says what is expected.",
)
SPEC_VERSION = _error(
    "spec-version",
    "the file does not say which version of the language it uses",
    "Every spec file starts with `version: 1`.",
    "Add the line at the top.",
)
SPEC_ESTATE = _error(
    "spec-estate",
    "the estate needs one name",
    "Exactly one file says `estate: NAME`; the name is the owner's mark on every live object.",
    "Name the estate once. Renaming it later makes the tool forget what it owns.",
)
SPEC_NAME = _error(
    "spec-name",
    "the name cannot be used",
    "Names match [a-z0-9]([a-z0-9.-]*[a-z0-9])? and have at most 63 characters.",
    "Choose another name.",
)
DUPLICATE_NAME = _error(
    "duplicate-name",
    "the name is used twice",
    "All files below the spec root share one namespace for each kind.",
    "Rename one of the two.",
)
DANGLING_REFERENCE = _error(
    "dangling-reference",
    "this names nothing",
    "The specs have no entry of that kind and name.",
    "Correct the name, or add the entry.",
)
REFERENCE_CYCLE = _error(
    "reference-cycle",
    "the jobs train on top of each other in a circle",
    "A run starts from a finished model; in a circle none can be the first.",
    "Let one of the jobs start from a base model.",
)
OTHER_ACCOUNT = _error(
    "other-account",
    "a run can only start from a model of its own account",
    "The service trains on top of fine-tuned models of the same account only.",
    "Give both jobs the same target.",
)
MODEL_ALIAS = _error(
    "model-alias",
    "the base model is an alias",
    "An alias may name another snapshot tomorrow; the run's fingerprint would not notice.",
    "Name a dated snapshot.",
)
SUFFIX_TOO_LONG = _error(
    "suffix-too-long",
    "the suffix is too long",
    "The tool writes a mark of 16 characters and a dash before the suffix; the service limits the whole.",
    "Set a shorter `suffix`.",
)
SPEC_COMBINATION = _error(
    "spec-combination",
    "these keys do not go together",
    "The method, the provider or another key rules this one out.",
    "The message says which.",
)
TARGET_SHARED = _error(
    "target-shared",
    "two targets name one account",
    "The account would be observed and written twice.",
    "Use one target for both.",
)
NO_DEPLOYMENTS = _error(
    "no-deployments",
    "the target has no deployments",
    "On the OpenAI platform a fine-tuned model is served as soon as it is trained.",
    "Remove the target here; callers name the model itself: reconciler status shows it.",
)
ENDPOINT_REFUSED = _error(
    "endpoint-refused",
    "the endpoint is not one of the vendor's",
    "Whoever changes an endpoint in a spec would receive the operator's credentials.",
    "The operator may allow the host outside the specs: RECONCILER_ALLOW_HOSTS=host[,host].",
)

# Datasets

DATASET_EMPTY = _error(
    "dataset-empty",
    "the training file has no rows",
    "A row is one JSON object on a line of its own.",
    "Check that the right file is named.",
)
DATASET_TOO_FEW_ROWS = _error(
    "dataset-too-few-rows",
    "the training file has too few rows",
    "The services refuse files of fewer than 10 rows.",
    "Add rows; 50 to 100 good ones are a sensible start.",
)
DATASET_TOO_LARGE = _error(
    "dataset-too-large",
    "the training file is too large",
    "The service takes files up to 512 MB.",
    "Split the data, or leave rows out.",
)
ROW_JSON = _error(
    "row-json",
    "the row is not a JSON object",
    "Every line of a training file is one JSON object in UTF-8.",
    "Correct the line.",
)
ROW_MEANING = _error(
    "row-meaning",
    "the row would not survive being read",
    "Duplicate keys, integers beyond 64 bits and numbers that do not round-trip are read differently by others.",
    "Write the value so that every JSON reader agrees on it.",
)
ROW_MESSAGES = _error(
    "row-messages",
    "the row is not a chat",
    "A chat row has `messages`, a list of objects with a `role` and content.",
    "See the vendor's page on preparing chat data.",
)
ROW_ROLE = _error(
    "row-role",
    "unknown role",
    "Roles are system, developer, user, assistant, tool and function.",
    "Correct the role.",
)
ROW_ASSISTANT = _error(
    "row-assistant",
    "the row teaches nothing",
    "Only assistant messages are trained on; a row without one is refused.",
    "End the chat with the answer that the model should give.",
)
ROW_CONTENT = _error(
    "row-content",
    "the message has no content",
    "A message has text or parts; only an assistant's tool call may go without.",
    "Write the content.",
)
ROW_WEIGHT = _error(
    "row-weight",
    "the weight is not 0 or 1",
    "`weight` switches an assistant message on or off; there are no steps between.",
    "Use 0 or 1.",
)

# Targets and services

TARGET_UNREACHABLE = _error(
    "target-unreachable",
    "the target could not be read",
    "The service did not answer, or not in time.",
    "Check the network and the service's status; run again.",
)
TARGET_MISSING = _error(
    "target-missing",
    "the account does not exist",
    "Resource Manager knows no account of that name in that subscription and resource group.",
    "Check subscription, resource_group and account of the target; the tool does not create accounts.",
)
TARGET_REGION = _error(
    "target-region",
    "the account is in another region",
    "The target's `region` and the live account's location differ.",
    "Correct the region, or name the account that you mean.",
)
TARGET_AUTH = _error(
    "target-auth",
    "the service does not accept the credentials",
    "The identity could not be proved, or lacks a role on this account.",
    "az login, or set the workload identity; needed roles: see docs/azure.md.",
)
SERVICE_ERROR = _error(
    "service-error",
    "the service refused the request",
    "The vendor's answer is shown with its status, code and request id.",
    "The vendor's message says what it wants.",
)
SERVICE_QUOTA = _error(
    "service-quota",
    "the service refused the request: quota",
    "The region's quota for this model and SKU is used up.",
    "Lower the capacity, free some, or raise the quota: https://aka.ms/oai/quotaincrease.",
)
SERVICE_MODEL_CHANGE = _error(
    "service-model-change",
    "the service does not change the model of a deployment in place",
    "The old model keeps serving; nothing was changed.",
    "Set `strategy: recreate` (an outage) or `strategy: versioned` (a new deployment beside the old).",
)
SERVICE_MODEL_UNSUPPORTED = _error(
    "service-model-unsupported",
    "the service cannot serve this model there",
    "The region or the SKU does not serve the model, or the model is retired.",
    "Choose another SKU or region.",
)
SERVICE_CONFLICT = _error(
    "service-conflict",
    "another operation keeps the account busy",
    "Azure takes one control-plane write at a time for an account; somebody else is writing.",
    "Run apply again when the other operation has ended.",
)
SERVICE_UNCHANGED = _error(
    "service-unchanged",
    "the service said yes and changed nothing",
    "The deployment was read again after the write and does not have the values that were written.",
    "Run apply again; if it stays, the service has a fault: quote the request id to its support.",
)
MARK_LOST = _error(
    "mark-lost",
    "the service did not keep the run's mark",
    "Without its suffix a run cannot be found again and would be paid for on every apply. It was cancelled.",
    "Check the target's api_version; nothing more is trained on the target.",
)
OUTCOME_UNKNOWN = _error(
    "outcome-unknown",
    "the service's answer was lost and nothing was found",
    "The request may or may not have been heard. It was not sent again blindly.",
    "Run apply again: it looks first and goes on from what is there.",
)

# Plans and runs

NAME_CLASH = _error(
    "name-clash",
    "a deployment of that name belongs to somebody else",
    "It carries another owner's tags, or none. It is never changed or deleted.",
    "Rename the deployment in the specs, or take the live one over: reconciler import ADDRESS ID.",
)
RUN_FAILED = _error(
    "run-failed",
    "the training run failed",
    "The service ended the run with an error and no attempts are left.",
    "Mend the cause, then raise `retries` (the same training again) or `generation` (a fresh start).",
)
RUN_CANCELLED = _error(
    "run-cancelled",
    "the training run was cancelled",
    "Somebody cancelled the run; the tool does not overrule a person.",
    "To train it after all, raise `generation`.",
)
MODEL_DELETED = _error(
    "model-deleted",
    "the trained model is gone",
    "The run succeeded, but the service no longer has its model.",
    "To train it again, raise `generation`.",
)
MODEL_RETIRED = _error(
    "model-retired",
    "the model is retired",
    "The service no longer serves it.",
    "Train on a newer base model.",
)
RUN_PAUSED = _warning(
    "run-paused",
    "the training run is paused",
    "Somebody, or a spending cap, paused the run. It costs nothing while paused and does not go on by itself.",
    "Resume or cancel it in the portal or by API.",
)
BLOCKED = _error(
    "blocked",
    "this waits for something that will not happen by itself",
    "What it depends on is blocked.",
    "Mend the cause, which is reported on its own.",
)
TRAINING_CLOSED = _error(
    "training-closed",
    "OpenAI no longer creates fine-tuning jobs",
    "The platform is winding fine-tuning down: 403 training_not_available. Models that exist keep serving until their "
    "base model is shut down.",
    "Train on an Azure target instead: move the job's `target`.",
)
TRAINING_CLOSES = _warning(
    "training-closes",
    "OpenAI stops creating fine-tuning jobs soon",
    "Self-serve fine-tuning on the OpenAI platform ends on 2027-01-06 for everybody.",
    "Train what you still need before that day, or move the job's `target` to Azure.",
)
CHECKPOINT_MISSING = _error(
    "checkpoint-missing",
    "the run has no such checkpoint",
    "The service keeps the checkpoints of a run's last epochs, as long as the run's record is there.",
    "Name one of the steps that are listed, or leave `checkpoint` out for the final model.",
)
RUN_DUPLICATE = _warning(
    "run-duplicate",
    "several runs with one mark were under way",
    "Two operators started the same run at the same time. The eldest stays; the others are cancelled.",
    "Nothing to do. The cancelled runs may have cost something up to then.",
)
PLAN_STALE = _error(
    "plan-stale",
    "the saved plan is stale",
    "The world or the specs have moved since: a new plan would do something that the saved one does not.",
    "Read the difference, plan again and approve that.",
)
PLAN_FILE = _error(
    "plan-file",
    "this is not a saved plan",
    "The file is not a plan, or was written by an incompatible version.",
    "Write it again: reconciler plan --out FILE.",
)
UNKNOWN_ADDRESS = _error(
    "unknown-address",
    "this address names nothing",
    "No dataset, job or deployment of the specs matches.",
    "reconciler plan lists the addresses; quote globs: --select 'deployment.*@chicago'.",
)
EMULATOR_MISSING = _error(
    "emulator-missing",
    "the emulator is not installed",
    "The emulator is an extra, so that production installs stay small.",
    "pip install 'reconciler[emulator]'",
)
FILE_REFUSED = _error(
    "file-refused",
    "the service refused the training file",
    "The file was uploaded, but did not pass the service's own checks.",
    "Correct the data; its digest changes, so the next apply uploads it anew.",
)
EMULATOR_UNREACHABLE = _error(
    "emulator-unreachable",
    "the emulator does not answer",
    "RECONCILER_EMULATOR or --emulator-url names an emulator that is not there.",
    "Start it (reconciler emulator --port N), or unset the variable to reach the cloud.",
)
APPLY_UNAPPROVED = _error(
    "apply-unapproved",
    "nobody approved the plan",
    "Without a terminal nobody can be asked.",
    "Add --auto-approve, or save a plan (--out FILE), have it approved, and apply the file.",
)
