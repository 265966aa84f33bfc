"""Every kind of diagnostic: its code, its constant summary, what it means and the way out."""

from __future__ import annotations

from reconciler.model.diagnostics import Code, Severity

_ALL: dict[str, Code] = {}


def _code(severity: Severity, id: str, summary: str, meaning: str, way_out: str, example: str) -> Code:
    assert id not in _ALL, id
    _ALL[id] = Code(id, severity, summary, meaning, way_out, example)
    return _ALL[id]


def _error(id: str, summary: str, meaning: str, way_out: str, example: str = "") -> Code:
    return _code(Severity.ERROR, id, summary, meaning, way_out, example)


def _warning(id: str, summary: str, meaning: str, way_out: str, example: str = "") -> Code:
    return _code(Severity.WARNING, id, summary, meaning, way_out, example)


def _notice(id: str, summary: str, meaning: str, way_out: str, example: str = "") -> Code:
    return _code(Severity.NOTICE, id, summary, meaning, way_out, example)


def every_code() -> tuple[Code, ...]:
    """All of them, by id."""
    return tuple(_ALL[id] for id in sorted(_ALL))


# Files and YAML

FILE_UNREADABLE = _error(
    "file-unreadable",
    "the file cannot be read",
    "The path does not exist, is no regular file, or may not be read.",
    "Check the path and its permissions.",
    "datasets:\n  support: {file: ../data/suport.jsonl}   # the file is called support.jsonl",
)
FILE_TOO_LARGE = _error(
    "file-too-large",
    "the spec file is too large",
    "Spec files are read by people; one of over a megabyte is a mistake or an attack.",
    "Split the file: every file below the spec root is read.",
    "specs/generated.yaml: 1.3 MB of jobs that a script wrote",
)
FILE_ENCODING = _error(
    "file-encoding",
    "the file is not UTF-8",
    "Specs and training files are UTF-8, with or without a byte-order mark.",
    "Save the file as UTF-8.",
    "specs/team.yaml: a comment with an umlaut, saved as Latin-1",
)
FILE_OUTSIDE = _error(
    "file-outside",
    "the file lies outside the repository",
    "A spec may only name files of its own repository, so that a pull request cannot upload others.",
    "Move the file into the repository; symbolic links out of it do not count.",
    "datasets:\n  support: {file: /etc/passwd}",
)
FILE_EXISTS = _error(
    "file-exists",
    "the file is there already",
    "reconciler init writes new files only; what people wrote is never overwritten.",
    "Move the file away, or name another folder.",
    "reconciler init   # in a folder that has specs/estate.yaml",
)
FILE_UNWRITABLE = _error(
    "file-unwritable",
    "the file cannot be written",
    "The folder may not be written to, the disk is full, or a file stands where a folder is needed.",
    "Check the path and its permissions.",
    "reconciler init /etc",
)
NO_SPECS = _error(
    "no-specs",
    "there are no specs",
    "The spec root has no *.yaml or *.yml file below it.",
    "Give the folder that holds the specs: reconciler plan path/to/specs.",
    "reconciler plan spec   # the folder is called specs",
)
YAML_SYNTAX = _error(
    "yaml-syntax",
    "this is not YAML",
    "The parser stopped here.",
    "The caret stands where the parser gave up; the cause is there or just above it.",
    "jobs:\n  triage: {target: sweden   # the brace is never closed",
)
YAML_KEY = _error(
    "yaml-key",
    "this key cannot be used",
    "Keys are plain words; merge keys and collections as keys are not part of the spec language.",
    "Write the key out.",
    "jobs:\n  triage:\n    <<: *defaults",
)
YAML_TAG = _error(
    "yaml-tag",
    "YAML tags are not read",
    "Specs are pure data; tags could make them something else.",
    "Remove the tag; quote the value if it should be a string.",
    "estate: !!python/name:os.system",
)
YAML_ALIAS = _error(
    "yaml-alias",
    "this alias cannot be followed",
    "An alias names an anchor that stands above it and does not contain it.",
    "Write the value out.",
    "jobs:\n  triage: *defaults   # no &defaults stands above",
)
YAML_TOO_DEEP = _error(
    "yaml-too-deep",
    "the values are nested too deeply",
    "No spec needs more than a few levels.",
    "Flatten the document.",
    "estate: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
)
TOO_MANY_PROBLEMS = _error(
    "too-many-problems",
    "there are more problems than can be shown",
    "The specs were read no further: so many problems have one cause, or a few.",
    "Mend what is shown; the rest is told then.",
    "A file of 50,000 jobs that a script wrote with a misspelled key",
)
DUPLICATE_KEY = _error(
    "duplicate-key",
    "the key stands there twice",
    "YAML would silently keep one of the two.",
    "Remove one of them.",
    "estate: acme\nestate: acme-prod",
)

# Specs

SPEC_UNKNOWN_KEY = _error(
    "spec-unknown-key",
    "unknown key",
    "The spec language has no such key here; an ignored key would be a wish that nobody hears.",
    "Correct the spelling, or remove the key.",
    "datasets:\n  support: {fiel: ../data/support.jsonl}",
)
SPEC_MISSING_KEY = _error(
    "spec-missing-key",
    "a key is missing",
    "This entry needs the key.",
    "Add it.",
    "datasets:\n  support: {format: chat}   # which file?",
)
SPEC_VALUE = _error(
    "spec-value",
    "the value does not fit the key",
    "The value has another type, or lies outside what the key takes.",
    "The message says what is expected.",
    "jobs:\n"
    "  triage:\n"
    "    target: sweden\n"
    "    base_model: gpt-4.1-nano-2025-04-14\n"
    "    training: tickets\n"
    "    retries: twice",
)
SPEC_VERSION = _error(
    "spec-version",
    "the file does not say which version of the language it uses",
    "Every spec file starts with `version: 1`.",
    "Add the line at the top.",
    "estate: acme   # and no line `version: 1`",
)
SPEC_ESTATE = _error(
    "spec-estate",
    "the estate needs one name",
    "Exactly one file says `estate: NAME`; the name is the owner's mark on every live object.",
    "Name the estate once. Renaming it later makes the tool forget what it owns.",
    "estate: acme   # and in another file: estate: acme-prod",
)
SPEC_NAME = _error(
    "spec-name",
    "the name cannot be used",
    "Names match [a-z0-9]([a-z0-9.-]*[a-z0-9])? and have at most 63 characters.",
    "Choose another name.",
    "datasets:\n  Support_2026: {file: ../data/support.jsonl}",
)
DUPLICATE_NAME = _error(
    "duplicate-name",
    "the name is used twice",
    "All files below the spec root share one namespace for each kind.",
    "Rename one of the two.",
    "jobs:\n"
    "  support: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: rows}\n"
    "chains:\n"
    "  support: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, stages: [{name: one, training: rows}]}",
)
DANGLING_REFERENCE = _error(
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
REFERENCE_CYCLE = _error(
    "reference-cycle",
    "the jobs train on top of each other in a circle",
    "A run starts from a finished model; in a circle none can be the first.",
    "Let one of the jobs start from a base model.",
    "jobs:\n"
    "  one: {target: sweden, base_model: {job: two}, training: rows}\n"
    "  two: {target: sweden, base_model: {job: one}, training: rows}",
)
OTHER_ACCOUNT = _error(
    "other-account",
    "a run can only start from a model of its own account",
    "The service trains on top of fine-tuned models of the same account only.",
    "Give both jobs the same target.",
    "jobs:\n"
    "  one: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: rows}\n"
    "  two: {target: virginia, base_model: {job: one}, training: rows}",
)
MODEL_ALIAS = _error(
    "model-alias",
    "the base model is an alias",
    "An alias may name another snapshot tomorrow; the run's fingerprint would not notice.",
    "Name a dated snapshot.",
    "jobs:\n  triage: {target: sweden, base_model: gpt-4.1-nano, training: rows}",
)
SUFFIX_TOO_LONG = _error(
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
SPEC_COMBINATION = _error(
    "spec-combination",
    "these keys do not go together",
    "The method, the provider or another key rules this one out.",
    "The message says which.",
    "jobs:\n"
    "  triage:\n"
    "    target: platform   # provider: openai\n"
    "    base_model: gpt-4.1-nano-2025-04-14\n"
    "    training: rows\n"
    "    training_type: global   # only Azure has training types",
)
TARGET_SHARED = _error(
    "target-shared",
    "two targets name one account",
    "The account would be observed and written twice.",
    "Use one target for both.",
    "targets:\n  one: {provider: openai, project: proj_abc123}\n  two: {provider: openai, project: proj_abc123}",
)
NO_DEPLOYMENTS = _error(
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
ENDPOINT_REFUSED = _error(
    "endpoint-refused",
    "the endpoint is not one of the vendor's",
    "Whoever changes an endpoint in a spec would receive the operator's credentials.",
    "The operator may allow the host outside the specs: RECONCILER_ALLOW_HOSTS=host[,host].",
    "targets:\n  platform: {provider: openai, base_url: https://llm.contoso.example/v1}",
)

# Datasets

DATASET_EMPTY = _error(
    "dataset-empty",
    "the training file has no rows",
    "A row is one JSON object on a line of its own.",
    "Check that the right file is named.",
    "data/support.jsonl: 0 bytes, since its export failed",
)
DATASET_TOO_FEW_ROWS = _error(
    "dataset-too-few-rows",
    "the training file has too few rows",
    "The services refuse files of fewer than 10 rows.",
    "Add rows; 50 to 100 good ones are a sensible start.",
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}',
)
DATASET_TOO_LARGE = _error(
    "dataset-too-large",
    "the training file is too large",
    "The service takes files up to 512 MB.",
    "Split the data, or leave rows out.",
    "data/archive.jsonl: 700 MB",
)
ROW_JSON = _error(
    "row-json",
    "the row is not a JSON object",
    "Every line of a training file is one JSON object in UTF-8.",
    "Correct the line.",
    "{'messages': []}",
)
ROW_MEANING = _error(
    "row-meaning",
    "the row would not survive being read",
    "Duplicate keys, integers beyond 64 bits and numbers that do not round-trip are read differently by others.",
    "Write the value so that every JSON reader agrees on it.",
    '{"messages": [], "id": 12345678901234567890123}',
)
ROW_MESSAGES = _error(
    "row-messages",
    "the row is not a chat",
    "A chat row has `messages`, a list of objects with a `role` and content.",
    "See the vendor's page on preparing chat data.",
    '{"messages": "Where is my order?"}',
)
ROW_ROLE = _error(
    "row-role",
    "unknown role",
    "Roles are system, developer, user, assistant, tool and function.",
    "Correct the role.",
    '{"messages": [{"role": "bot", "content": "Hello!"}]}',
)
ROW_ASSISTANT = _error(
    "row-assistant",
    "the row teaches nothing",
    "Only assistant messages are trained on; a row without one is refused.",
    "End the chat with the answer that the model should give.",
    '{"messages": [{"role": "user", "content": "Where is my order?"}]}',
)
ROW_CONTENT = _error(
    "row-content",
    "the message has no content",
    "A message has text or parts; only an assistant's tool call may go without.",
    "Write the content.",
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}]}',
)
ROW_WEIGHT = _error(
    "row-weight",
    "the weight is not 0 or 1",
    "`weight` switches an assistant message on or off; there are no steps between.",
    "Use 0 or 1.",
    '{"messages": [{"role": "assistant", "content": "Hello!", "weight": 0.5}]}',
)
DATASET_TOO_MANY_ROWS = _error(
    "dataset-too-many-rows",
    "the training file has too many rows",
    "Reinforcement runs take 50,000 rows to train and 1,000 to validate on.",
    "Leave rows out: reconciler dataset split takes the same ones away every time.",
    "60,000 rows for a reinforcement run",
)
DATASET_ENCODING = _error(
    "dataset-encoding",
    "the training file is not UTF-8",
    "The services read UTF-8 only; this file starts like UTF-16 or UTF-32, as some editors save it.",
    "Save the file as UTF-8.",
    "data/support.jsonl, exported as Unicode (UTF-16) by a spreadsheet",
)
DATASET_BOM = _notice(
    "dataset-bom",
    "the training file starts with a byte-order mark",
    "It is no part of the data: the digest ignores it, and an upload has one exactly where the service asks for it.",
    "Nothing to do.",
    "data/support.jsonl, saved by an editor on Windows",
)
DATASET_BLANK_LINES = _notice(
    "dataset-blank-lines",
    "the training file has blank lines",
    "They are no rows: the digest ignores them and they are not uploaded.",
    "Nothing to do.",
    "Two blank lines at the end of data/support.jsonl",
)
DATASET_DUPLICATES = _warning(
    "dataset-duplicates",
    "rows stand in the training file more than once",
    "A repeated row is trained on, and paid for, once more in every epoch.",
    "Remove the copies, unless the weight is meant.",
    "Rows 3 and 41 are the same question with the same answer",
)
DATASET_LEAKAGE = _warning(
    "dataset-leakage",
    "training and validation share rows",
    "Both vendors ask for different rows: a loss on rows that were trained on says nothing, and the gates rest on it.",
    "Remove the rows from one of the files; reconciler dataset split never shares any.",
    "Row 12 of support-2026-01 stands in support-valid too",
)
DATASET_FORMAT = _error(
    "dataset-format",
    "the format of the rows does not fit the run",
    "Supervised runs read chat rows (babbage-002 and davinci-002: completions), dpo preferences, and so on.",
    "Name the dataset or the method that you mean; reconciler dataset convert turns completions into chats.",
    "A supervised job whose training data are preferences",
)
DATASET_MODEL = _warning(
    "dataset-model",
    "the base model is not known to take this data",
    "The vendor lists which models train by which method, and which learn from images.",
    "Choose another base model, or go on if you know better: the service has the last word.",
    "A dpo job on a base model that the vendor trains by supervised runs only",
)
DATASET_GRADER_KEY = _error(
    "dataset-grader-key",
    "the grader reads a key that rows do not have",
    "A grader's {{item.KEY}} is filled in from the row; where the key is missing the reward is an error.",
    "Correct the template, or give every row the key.",
    "The grader reads {{item.reference}}, the row has answer",
)
DATASET_TOO_MANY_TOKENS = _error(
    "dataset-too-many-tokens",
    "the run would have too many tokens",
    "Azure takes runs of up to two billion tokens, all epochs together.",
    "Lower n_epochs, or leave rows out.",
    "300 million tokens with n_epochs: 10",
)
SAS_MISSING = _error(
    "sas-missing",
    "the SAS token for the url is not in the environment",
    "`sas_env` names the variable that holds the token; the token itself never stands in a spec, a plan or a log.",
    "Set the variable where apply runs; a token for reading that blob is enough.",
    "archive: {url: https://account.blob.core.windows.net/ft/archive.jsonl, digest: sha256:..., sas_env: ARCHIVE_SAS}",
)
DATASET_ABSENT = _error(
    "dataset-absent",
    "the training file is not here",
    "Its bytes are needed now: to be checked, or to be uploaded. A plan needs only its entry in datasets.lock.",
    "git lfs pull, or put the file where the spec says.",
    "data/support.jsonl is a pointer of Git LFS: a checkout without git lfs pull",
)
DATASET_UNCHECKED = _notice(
    "dataset-unchecked",
    "the rows were not read",
    "The file is elsewhere; what datasets.lock says of it is taken for true.",
    "Fetch the file to have its rows checked.",
    "data/support.jsonl is not here, datasets.lock has its digest",
)
DATASET_LOCK = _error(
    "dataset-lock",
    "datasets.lock and the file disagree",
    "The lock says what was reviewed; the file has something else.",
    "If the file is right: reconciler dataset lock, and commit the result.",
    "A row was edited after reconciler dataset lock",
)
DATASET_LOCK_FILE = _error(
    "dataset-lock-file",
    "datasets.lock cannot be read",
    "The file was edited by hand, or merged badly.",
    "Write it anew: reconciler dataset lock.",
    "datasets.lock with the conflict marks of a merge",
)
ROW_ENCODING = _error(
    "row-encoding",
    "the row is not UTF-8",
    "Every line of a training file is JSON in UTF-8.",
    "Save the file as UTF-8.",
    "A row with an umlaut, saved as Latin-1",
)
ROW_SURROGATE = _error(
    "row-surrogate",
    "the row has half a character",
    "A lone surrogate (\\ud800 to \\udfff) cannot be written as UTF-8; the service would read something else.",
    "Write the whole pair, or the character itself.",
    '{"role": "user", "content": "\\ud83d"}',
)
ROW_FORMAT = _error(
    "row-format",
    "the row has another format than its file",
    "A file has one format, declared in its spec or that of most of its first rows.",
    "Put the row into a file of its own kind.",
    "A preference between chat rows",
)
ROW_KEY = _warning(
    "row-key",
    "the row has a key that nobody reads",
    "Chat rows have messages, tools, parallel_tool_calls and functions; only reinforcement rows may have more.",
    "Remove the key, or correct its spelling.",
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}], "source": "crm"}',
)
ROW_MESSAGE_KEY = _error(
    "row-message-key",
    "the message has an unknown key",
    "Each role has its own keys: role, content, name, and what only the assistant or only a tool may have.",
    "Correct the spelling, or remove the key.",
    '{"role": "user", "contents": "Hi"}',
)
ROW_NAME = _error(
    "row-name",
    "the name cannot be used",
    "Names of functions match [a-zA-Z0-9_-]{1,64}; names of participants have no spaces and none of < | \\ / >.",
    "Choose another name.",
    '{"role": "user", "name": "Ana Lima", "content": "Hi"}',
)
ROW_USER = _warning(
    "row-user",
    "nobody asks anything",
    "Without a message of the user the model learns to say this out of the blue.",
    "Add what the user said.",
    '{"messages": [{"role": "assistant", "content": "Hello!"}]}',
)
ROW_LAST = _warning(
    "row-last",
    "the row does not end with the answer",
    "Only assistant messages are trained on; what follows the last one teaches nothing and is paid for.",
    "End the row with the answer.",
    '{"messages": [{"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "Hi"}]}',
)
ROW_LAST_USER = _error(
    "row-last-user",
    "the row does not end with the user",
    "In reinforcement runs, and in the input of a preference, the model gives the answer that follows.",
    "End the messages with the question.",
    "A reinforcement row that ends with the answer of the assistant",
)
ROW_UNTRAINED = _error(
    "row-untrained",
    "every assistant message has the weight 0",
    "Nothing of the row is trained on.",
    "Give a message the weight 1, or remove the row.",
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!", "weight": 0}]}',
)
ROW_SYSTEM = _warning(
    "row-system",
    "reasoning models read developer messages",
    "The contract of reinforcement rows has no role system; its place is taken by developer.",
    "Use the role developer.",
    '{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]}',
)
ROW_PART = _error(
    "row-part",
    "the part of the content cannot be used",
    "Content is text or a list of parts: text; from the user also image_url; from the assistant also refusal.",
    "Correct the part.",
    '{"role": "user", "content": [{"type": "txt", "text": "Hi"}]}',
)
ROW_IMAGE = _error(
    "row-image",
    "the image cannot be used",
    "Images are https or data URIs of JPEG, PNG or WEBP, at most 10 MB, from the user; detail is auto, low or high.",
    "Correct the image, or remove it.",
    '{"type": "image_url", "image_url": {"url": "file:///photo.png"}}',
)
ROW_IMAGES = _error(
    "row-images",
    "the row has too many images",
    "OpenAI takes 10 images in a row, Azure 64.",
    "Split the row, or leave images out.",
    "One question about 80 photos",
)
ROW_TOOLS = _error(
    "row-tools",
    "the tools are not well defined",
    "`tools` lists at most 128 {type: function, function: {name, description, parameters}}, each name once.",
    "Correct the definition.",
    '{"tools": [{"type": "function", "function": {"description": "a function without a name"}}]}',
)
ROW_TOOL_CALL = _error(
    "row-tool-call",
    "the tool call cannot be used",
    "A call has id, type: function, and function: {name, arguments}; the row defines that function as a tool.",
    "Correct the call, or define the tool.",
    '{"role": "assistant", "tool_calls": [{"id": "call_1", "function": {"name": "order_status"}}]}',
)
ROW_TOOL_ANSWER = _error(
    "row-tool-answer",
    "tool calls and answers do not match",
    "Each tool message answers a call just before it, and a conversation goes on only when every call is answered.",
    "Give the answer the call's id, or add it.",
    'A tool message with "tool_call_id": "call_2", where the assistant made call_1',
)
ROW_TOOL_ARGUMENTS = _error(
    "row-tool-arguments",
    "the arguments of the call are not a JSON object",
    "The model learns to write them literally: arguments is a string with one JSON object in it, encoded once.",
    "Write the object as JSON, once.",
    '{"name": "order_status", "arguments": "order 17"}',
)
ROW_PREFERENCE = _error(
    "row-preference",
    "the row is not a preference",
    "A preference has input.messages, preferred_output and non_preferred_output, each one text of the assistant.",
    "See the vendor's page on direct preference optimization.",
    '{"input": {"messages": [{"role": "user", "content": "Hi"}]}, "preferred_output": []}',
)
ROW_PREFERENCE_SAME = _warning(
    "row-preference-same",
    "both outputs are the same",
    "The row prefers nothing, so it teaches nothing and is paid for.",
    "Remove the row, or correct one of the outputs.",
    "preferred_output and non_preferred_output are both Hello!",
)
ROW_COMPLETION = _error(
    "row-completion",
    "the row is not a completion",
    "A completion has two texts: prompt, and completion, which is not empty.",
    "Correct the row.",
    '{"prompt": "Colour of the sky?", "completion": ""}',
)
ROW_TOO_LONG = _warning(
    "row-too-long",
    "the row is longer than the model reads",
    "The service cuts the end off in silence, which is where the answer stands.",
    "Shorten the row, or split it.",
    "A chat of 90,000 tokens for a model that trains on 65,536",
)
ROW_SECRET = _warning(
    "row-secret",
    "the row seems to hold a secret",
    "A model may say what it was trained on to anybody who asks.",
    "Revoke the secret and remove it.",
    '{"role": "user", "content": "export OPENAI_API_KEY=sk-..."}',
)
ROW_PERSONAL = _warning(
    "row-personal",
    "the row seems to hold personal data",
    "A model may say what it was trained on to anybody who asks.",
    "Remove it, or replace it with a placeholder.",
    '{"role": "user", "content": "My card is 4111 1111 1111 1111"}',
)
CONVERT_LOST = _error(
    "convert-lost",
    "the row cannot be converted",
    "The other format has no place for what the row holds.",
    "Leave the row out, or change it first.",
    "A row of a preference with tools, converted to a completion",
)

# Targets and services

TARGET_UNREACHABLE = _error(
    "target-unreachable",
    "the target could not be read",
    "The service did not answer, or not in time.",
    "Check the network and the service's status; run again.",
    "sweden: connection timed out",
)
TARGET_MISSING = _error(
    "target-missing",
    "the account does not exist",
    "Resource Manager knows no account of that name in that subscription and resource group.",
    "Check subscription, resource_group and account of the target; the tool does not create accounts.",
    "targets:\n  sweden:\n    account: aoai-sweden   # the portal says aoai-sweden-prod",
)
ACCOUNT_FULL = _error(
    "account-full",
    "the account has no room for the training files",
    "An Azure OpenAI account takes 100 training files and 1 GB of them in all; nothing was sent.",
    "Delete files that no run needs any more, or raise the limit with the vendor's support.",
    "a chain of 101 stages, every file kept",
)
LIST_MISSING = _error(
    "list-missing",
    "the service does not list what it has",
    "Without a state file, live lists are all the tool has to go by; a compatible service must list files, jobs and "
    "models as OpenAI does.",
    "Check `base_url`; ask the service for the missing list, or train there by hand and name the model's id.",
    "platform: {provider: openai, base_url: https://llm.contoso.example/v1}   # GET /v1/models: 404",
)
TARGET_REGION = _error(
    "target-region",
    "the account is in another region",
    "The target's `region` and the live account's location differ.",
    "Correct the region, or name the account that you mean.",
    "targets:\n  sweden:\n    region: swedencentral   # the account is in eastus2",
)
TARGET_AUTH = _error(
    "target-auth",
    "the service does not accept the credentials",
    "The identity could not be proved, or lacks a role on this account.",
    "az login, or set the workload identity; needed roles: see docs/azure.md.",
    "sweden: 403 AuthorizationFailed, the workflow's identity has no role on the account",
)
SERVICE_ERROR = _error(
    "service-error",
    "the service refused the request",
    "The vendor's answer is shown with its status, code and request id.",
    "The vendor's message says what it wants.",
    "sweden: 400 invalidPayload, the service does not train this base model",
)
SERVICE_QUOTA = _error(
    "service-quota",
    "the service refused the request: quota",
    "The region's quota for this model and SKU is used up.",
    "Lower the capacity, free some, or raise the quota: https://aka.ms/oai/quotaincrease.",
    "deployment.support-chat@chicago: 400 InsufficientQuota, capacity 40 asked for and 12 free",
)
SERVICE_MODEL_CHANGE = _error(
    "service-model-change",
    "the service does not change the model of a deployment in place",
    "The old model keeps serving; nothing was changed.",
    "Set `strategy: recreate` (an outage) or `strategy: versioned` (a new deployment beside the old).",
    "deployment.triage@sweden goes from gpt-4.1-nano to gpt-4.1-mini",
)
SERVICE_MODEL_UNSUPPORTED = _error(
    "service-model-unsupported",
    "the service cannot serve this model there",
    "The region or the SKU does not serve the model, or the model is retired.",
    "Choose another SKU or region.",
    "deployment.triage@chicago: sku Standard, where the region has GlobalStandard only",
)
SERVICE_CONFLICT = _error(
    "service-conflict",
    "another operation keeps the account busy",
    "Azure takes one control-plane write at a time for an account; somebody else is writing.",
    "Run apply again when the other operation has ended.",
    "409 RequestConflict while somebody creates a deployment in the portal",
)
SERVICE_UNCHANGED = _error(
    "service-unchanged",
    "the service said yes and changed nothing",
    "The deployment was read again after the write and does not have the values that were written.",
    "Run apply again; if it stays, the service has a fault: quote the request id to its support.",
    "deployment.support-chat@sweden: capacity 50 was written, 30 is live",
)
MARK_LOST = _error(
    "mark-lost",
    "the service did not keep the run's mark",
    "Without its suffix a run cannot be found again and would be paid for on every apply. It was cancelled.",
    "Check the target's api_version; nothing more is trained on the target.",
    "job.triage: a service behind base_url answers without the suffix that was sent",
)
OUTCOME_UNKNOWN = _error(
    "outcome-unknown",
    "the service's answer was lost and nothing was found",
    "The request may or may not have been heard. It was not sent again blindly.",
    "Run apply again: it looks first and goes on from what is there.",
    "job.triage: the connection broke while the job was created, and no such run is listed",
)

# Plans and runs

NAME_CLASH = _error(
    "name-clash",
    "a deployment of that name belongs to somebody else",
    "It carries another owner's tags, or none. It is never changed or deleted.",
    "Rename the deployment in the specs, or take the live one over: reconciler import ADDRESS ID.",
    "deployment.triage@sweden is live, with the tags of the estate acme-test",
)
RUN_FAILED = _error(
    "run-failed",
    "the training run failed",
    "The service ended the run with an error and no attempts are left.",
    "Mend the cause, then raise `retries` (the same training again) or `generation` (a fresh start).",
    "job.triage: ftjob-5c1f failed, invalid_training_file",
)
RUN_CANCELLED = _error(
    "run-cancelled",
    "the training run was cancelled",
    "Somebody cancelled the run; the tool does not overrule a person.",
    "To train it after all, raise `generation`.",
    "job.triage: ftjob-5c1f was cancelled in the portal",
)
MODEL_DELETED = _error(
    "model-deleted",
    "the trained model is gone",
    "The run succeeded, but the service no longer has its model.",
    "To train it again, raise `generation`.",
    "job.triage succeeded in May; its model was deleted in June",
)
MODEL_RETIRED = _error(
    "model-retired",
    "the model is retired",
    "The service no longer serves it.",
    "Train on a newer base model.",
    "job.triage trained on gpt-35-turbo-0613",
)
RUN_PAUSED = _warning(
    "run-paused",
    "the training run is paused",
    "Somebody, or a spending cap, paused the run. It costs nothing while paused and does not go on by itself.",
    "Resume or cancel it in the portal or by API.",
    "job.triage: ftjob-5c1f has the status paused",
)
BLOCKED = _error(
    "blocked",
    "this waits for something that will not happen by itself",
    "What it depends on is blocked.",
    "Mend the cause, which is reported on its own.",
    "deployment.triage@sweden, whose job.triage has failed",
)
TRAINING_CLOSED = _error(
    "training-closed",
    "OpenAI no longer creates fine-tuning jobs",
    "The platform is winding fine-tuning down: 403 training_not_available. Models that exist keep serving until their "
    "base model is shut down.",
    "Train on an Azure target instead: move the job's `target`.",
    "platform: 403 training_not_available when the job was created",
)
TRAINING_CLOSES = _warning(
    "training-closes",
    "OpenAI stops creating fine-tuning jobs soon",
    "Self-serve fine-tuning on the OpenAI platform ends on 2027-01-06 for everybody.",
    "Train what you still need before that day, or move the job's `target` to Azure.",
    "jobs:\n  triage:\n    target: platform   # provider: openai",
)
RUN_PAID_TWICE = _warning(
    "run-paid-twice",
    "a run was trained twice",
    "The service's lists lagged for longer than the settle time, so two operators did not see each other's run.",
    "Nothing to do: the elder model is used. Delete the other one at the service if its room is needed.",
    "job.triage: two operators applied at the same minute, while the lists lagged by two",
)
CHECKPOINT_MISSING = _error(
    "checkpoint-missing",
    "the run has no such checkpoint",
    "The service keeps the checkpoints of a run's last epochs, as long as the run's record is there.",
    "Name one of the steps that are listed, or leave `checkpoint` out for the final model.",
    "jobs:\n  tone:\n    base_model: {job: triage, checkpoint: 5}   # the run kept 20, 40 and 60",
)
PROTECTED = _error(
    "protected",
    "the deployment is protected",
    "`protect: true` stands on the live object: it is never deleted, recreated or pruned, whatever the flags.",
    "Lift it on purpose: set `protect: false` on the deployment and apply, then try again.",
    "deployment.support-chat@sweden has `protect: true`, and its entry was removed from the specs",
)
RUN_DUPLICATE = _warning(
    "run-duplicate",
    "several runs with one mark were under way",
    "Two operators started the same run at the same time. The eldest stays; the others are cancelled.",
    "Nothing to do. The cancelled runs may have cost something up to then.",
    "job.triage: ftjob-9a2e is one too many; ftjob-5c1f stays",
)
PLAN_STALE = _error(
    "plan-stale",
    "the saved plan is stale",
    "The world or the specs have moved since: a new plan would do something that the saved one does not.",
    "Read the difference, plan again and approve that.",
    "reconciler apply plan.json   # after a colleague has merged another month",
)
PLAN_FILE = _error(
    "plan-file",
    "this is not a saved plan",
    "The file is not a plan, or was written by an incompatible version.",
    "Write it again: reconciler plan --out FILE.",
    "reconciler apply specs.json",
)
UNKNOWN_ADDRESS = _error(
    "unknown-address",
    "this address names nothing",
    "No dataset, job or deployment of the specs matches.",
    "reconciler plan lists the addresses; quote globs: --select 'deployment.*@chicago'.",
    "reconciler plan --select job.triag",
)
EMULATOR_MISSING = _error(
    "emulator-missing",
    "the emulator is not installed",
    "The emulator is an extra, so that production installs stay small.",
    "pip install 'reconciler[emulator]'",
    "reconciler plan --emulator   # after pip install reconciler",
)
FILE_REFUSED = _error(
    "file-refused",
    "the service refused the training file",
    "The file was uploaded, but did not pass the service's own checks.",
    "Correct the data; its digest changes, so the next apply uploads it anew.",
    "dataset.support@sweden: the service reports the file's status as error",
)
EMULATOR_UNREACHABLE = _error(
    "emulator-unreachable",
    "the emulator does not answer",
    "RECONCILER_EMULATOR or --emulator-url names an emulator that is not there.",
    "Start it (reconciler emulator --port N), or unset the variable to reach the cloud.",
    "RECONCILER_EMULATOR=http://localhost:8080   # nothing listens there",
)
EMULATOR_STATE = _error(
    "emulator-state",
    "the emulator's state file cannot be used",
    "The file is not the emulator's, or another emulator holds it.",
    "End the other one, or give another file; delete the file to start from nothing.",
    "reconciler emulator --state emulator.json   # in two terminals",
)
APPLY_UNAPPROVED = _error(
    "apply-unapproved",
    "nobody approved the plan",
    "Without a terminal nobody can be asked.",
    "Add --auto-approve, or save a plan (--out FILE), have it approved, and apply the file.",
    "reconciler apply < /dev/null",
)
