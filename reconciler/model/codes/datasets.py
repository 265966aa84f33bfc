"""Training data."""

from __future__ import annotations

from reconciler.model.codes.registry import error, notice, warning

DATASET_EMPTY = error(
    "dataset-empty",
    "the training file has no rows",
    "A row is one JSON object on a line of its own.",
    "Check that the right file is named.",
    "data/support.jsonl: 0 bytes, since its export failed",
)
DATASET_TOO_FEW_ROWS = error(
    "dataset-too-few-rows",
    "the training file has too few rows",
    "The services refuse files of fewer than 10 rows.",
    "Add rows; 50 to 100 good ones are a sensible start.",
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}',
)
DATASET_TOO_LARGE = error(
    "dataset-too-large",
    "the training file is too large",
    "The service takes files up to 512 MB.",
    "Split the data, or leave rows out.",
    "data/archive.jsonl: 700 MB",
)
ROW_JSON = error(
    "row-json",
    "the row is not a JSON object",
    "Every line of a training file is one JSON object in UTF-8.",
    "Correct the line.",
    "{'messages': []}",
)
ROW_MEANING = error(
    "row-meaning",
    "the row would not survive being read",
    "Duplicate keys, integers beyond 64 bits and numbers that do not round-trip are read differently by others.",
    "Write the value so that every JSON reader agrees on it.",
    '{"messages": [], "id": 12345678901234567890123}',
)
ROW_MESSAGES = error(
    "row-messages",
    "the row is not a chat",
    "A chat row has `messages`, a list of objects with a `role` and content.",
    "See the vendor's page on preparing chat data.",
    '{"messages": "Where is my order?"}',
)
ROW_ROLE = error(
    "row-role",
    "unknown role",
    "Roles are system, developer, user, assistant, tool and function.",
    "Correct the role.",
    '{"messages": [{"role": "bot", "content": "Hello!"}]}',
)
ROW_ASSISTANT = error(
    "row-assistant",
    "the row teaches nothing",
    "Only assistant messages are trained on; a row without one is refused.",
    "End the chat with the answer that the model should give.",
    '{"messages": [{"role": "user", "content": "Where is my order?"}]}',
)
ROW_CONTENT = error(
    "row-content",
    "the message has no content",
    "A message has text or parts; only an assistant's tool call may go without.",
    "Write the content.",
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}]}',
)
ROW_WEIGHT = error(
    "row-weight",
    "the weight is not 0 or 1",
    "`weight` switches an assistant message on or off; there are no steps between.",
    "Use 0 or 1.",
    '{"messages": [{"role": "assistant", "content": "Hello!", "weight": 0.5}]}',
)
DATASET_TOO_MANY_ROWS = error(
    "dataset-too-many-rows",
    "the training file has too many rows",
    "Reinforcement runs take 50,000 rows to train and 1,000 to validate on.",
    "Leave rows out: reconciler dataset split takes the same ones away every time.",
    "60,000 rows for a reinforcement run",
)
DATASET_FOREIGN = error(
    "dataset-foreign",
    "the file is not rows that a service trains on",
    "Services read JSON Lines in UTF-8: one object a line, in the format of the method. This file is something else.",
    "Convert it: reconciler dataset convert FILE --to chat --out NEW.jsonl",
    '{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello!"}]}',
)
DATASET_UNANSWERED = warning(
    "dataset-unanswered",
    "no row has an answer",
    "Reinforcement rows end with the question, chats with the answer; these rows can be the one or lack the other.",
    "For a supervised run, end each row with the assistant's answer. For reinforcement, a grader usually reads more.",
    '{"messages": [{"role": "user", "content": "Where is my order?"}]}',
)
DATASET_BOM = notice(
    "dataset-bom",
    "the training file starts with a byte-order mark",
    "It is no part of the data: the digest ignores it, and an upload has one exactly where the service asks for it.",
    "Nothing to do.",
    "data/support.jsonl, saved by an editor on Windows",
)
DATASET_BLANK_LINES = notice(
    "dataset-blank-lines",
    "the training file has blank lines",
    "They are no rows: the digest ignores them and they are not uploaded.",
    "Nothing to do.",
    "Two blank lines at the end of data/support.jsonl",
)
DATASET_DUPLICATES = warning(
    "dataset-duplicates",
    "rows stand in the training file more than once",
    "A repeated row is trained on, and paid for, once more in every epoch.",
    "Remove the copies, unless the weight is meant.",
    "Rows 3 and 41 are the same question with the same answer",
)
DATASET_LEAKAGE = warning(
    "dataset-leakage",
    "training and validation share rows",
    "Both vendors ask for different rows: a loss on rows that were trained on says nothing, and the gates rest on it.",
    "Remove the rows from one of the files; reconciler dataset split never shares any.",
    "Row 12 of support-2026-01 stands in support-valid too",
)
DATASET_FORMAT = error(
    "dataset-format",
    "the format of the rows does not fit the run",
    "Supervised runs read chat rows (babbage-002 and davinci-002: completions), dpo preferences, and so on.",
    "Name the dataset or the method that you mean; reconciler dataset convert turns completions into chats.",
    "A supervised job whose training data are preferences",
)
DATASET_MODEL = warning(
    "dataset-model",
    "the base model is not known to take this data",
    "The vendor lists which models train by which method, and which learn from images.",
    "Choose another base model, or go on if you know better: the service has the last word.",
    "A dpo job on a base model that the vendor trains by supervised runs only",
)
DATASET_GRADER_KEY = error(
    "dataset-grader-key",
    "the grader reads a key that rows do not have",
    "A grader's {{item.KEY}} is filled in from the row; where the key is missing the reward is an error.",
    "Correct the template, or give every row the key.",
    "The grader reads {{item.reference}}, the row has answer",
)
DATASET_TOO_MANY_TOKENS = error(
    "dataset-too-many-tokens",
    "the run would have too many tokens",
    "Azure takes runs of up to two billion tokens, all epochs together.",
    "Lower n_epochs, or leave rows out.",
    "300 million tokens with n_epochs: 10",
)
DATASET_URL_REFUSED = error(
    "dataset-url-refused",
    "the url is not blob storage of the target's cloud",
    "Whoever changes a `url` in a spec would receive the SAS token that `sas_env` names.",
    "Use a storage account by https; the operator may allow another host outside the specs: "
    "RECONCILER_ALLOW_HOSTS=host[,host].",
    "archive: {url: https://files.contoso.example/archive.jsonl, digest: sha256:..., sas_env: RECONCILER_SAS_ARCHIVE}",
)
SAS_MISSING = error(
    "sas-missing",
    "the SAS token for the url is not in the environment",
    "`sas_env` names the variable that holds the token; the token itself never stands in a spec, a plan or a log.",
    "Set the variable where apply runs; a token for reading that blob is enough.",
    "archive: {url: https://acme.blob.core.windows.net/ft/a.jsonl, digest: sha256:..., sas_env: RECONCILER_SAS_A}",
)
DATASET_ABSENT = error(
    "dataset-absent",
    "the training file is not here",
    "Its bytes are needed now: to be checked, or to be uploaded. A plan needs only its entry in datasets.lock.",
    "git lfs pull, or put the file where the spec says.",
    "data/support.jsonl is a pointer of Git LFS: a checkout without git lfs pull",
)
DATASET_UNCHECKED = notice(
    "dataset-unchecked",
    "the rows were not read",
    "The file is elsewhere; what datasets.lock says of it is taken for true.",
    "Fetch the file to have its rows checked.",
    "data/support.jsonl is not here, datasets.lock has its digest",
)
DATASET_LOCK = error(
    "dataset-lock",
    "datasets.lock and the file disagree",
    "The lock says what was reviewed; the file has something else.",
    "If the file is right: reconciler dataset lock, and commit the result.",
    "A row was edited after reconciler dataset lock",
)
DATASET_LOCK_FILE = error(
    "dataset-lock-file",
    "datasets.lock cannot be read",
    "The file was edited by hand, or merged badly.",
    "Write it anew: reconciler dataset lock.",
    "datasets.lock with the conflict marks of a merge",
)
ROW_ENCODING = error(
    "row-encoding",
    "the row is not UTF-8",
    "Every line of a training file is JSON in UTF-8.",
    "Save the file as UTF-8.",
    "A row with an umlaut, saved as Latin-1",
)
ROW_SURROGATE = error(
    "row-surrogate",
    "the row has half a character",
    "A lone surrogate (\\ud800 to \\udfff) cannot be written as UTF-8; the service would read something else.",
    "Write the whole pair, or the character itself.",
    '{"role": "user", "content": "\\ud83d"}',
)
ROW_FORMAT = error(
    "row-format",
    "the row has another format than its file",
    "A file has one format, declared in its spec or that of most of its first rows.",
    "Put the row into a file of its own kind.",
    "A preference between chat rows",
)
ROW_KEY = warning(
    "row-key",
    "the row has a key that nobody reads",
    "Chat rows have messages, tools, parallel_tool_calls and functions; only reinforcement rows may have more.",
    "Remove the key, or correct its spelling.",
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}], "source": "crm"}',
)
ROW_MESSAGE_KEY = error(
    "row-message-key",
    "the message has an unknown key",
    "Each role has its own keys: role, content, name, and what only the assistant or only a tool may have.",
    "Correct the spelling, or remove the key.",
    '{"role": "user", "contents": "Hi"}',
)
ROW_NAME = error(
    "row-name",
    "the name cannot be used",
    "Names of functions match [a-zA-Z0-9_-]{1,64}; names of participants have no spaces and none of < | \\ / >.",
    "Choose another name.",
    '{"role": "user", "name": "Ana Lima", "content": "Hi"}',
)
ROW_USER = warning(
    "row-user",
    "nobody asks anything",
    "Without a message of the user the model learns to say this out of the blue.",
    "Add what the user said.",
    '{"messages": [{"role": "assistant", "content": "Hello!"}]}',
)
ROW_LAST = warning(
    "row-last",
    "the row does not end with the answer",
    "Only assistant messages are trained on; what follows the last one teaches nothing and is paid for.",
    "End the row with the answer.",
    '{"messages": [{"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "Hi"}]}',
)
ROW_LAST_USER = error(
    "row-last-user",
    "the row does not end with the user",
    "In reinforcement runs, and in the input of a preference, the model gives the answer that follows.",
    "End the messages with the question.",
    "A reinforcement row that ends with the answer of the assistant",
)
ROW_UNTRAINED = error(
    "row-untrained",
    "every assistant message has the weight 0",
    "Nothing of the row is trained on.",
    "Give a message the weight 1, or remove the row.",
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!", "weight": 0}]}',
)
ROW_SYSTEM = warning(
    "row-system",
    "reasoning models read developer messages",
    "The contract of reinforcement rows has no role system; its place is taken by developer.",
    "Use the role developer.",
    '{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]}',
)
ROW_PART = error(
    "row-part",
    "the part of the content cannot be used",
    "Content is text or a list of parts: text; from the user also image_url; from the assistant also refusal.",
    "Correct the part.",
    '{"role": "user", "content": [{"type": "txt", "text": "Hi"}]}',
)
ROW_IMAGE = error(
    "row-image",
    "the image cannot be used",
    "Images are https or data URIs of JPEG, PNG or WEBP, at most 10 MB, from the user; detail is auto, low or high.",
    "Correct the image, or remove it.",
    '{"type": "image_url", "image_url": {"url": "file:///photo.png"}}',
)
ROW_IMAGES = error(
    "row-images",
    "the row has too many images",
    "OpenAI takes 10 images in a row, Azure 64.",
    "Split the row, or leave images out.",
    "One question about 80 photos",
)
ROW_TOOLS = error(
    "row-tools",
    "the tools are not well defined",
    "`tools` lists at most 128 {type: function, function: {name, description, parameters}}, each name once.",
    "Correct the definition.",
    '{"tools": [{"type": "function", "function": {"description": "a function without a name"}}]}',
)
ROW_TOOL_CALL = error(
    "row-tool-call",
    "the tool call cannot be used",
    "A call has id, type: function, and function: {name, arguments}; the row defines that function as a tool.",
    "Correct the call, or define the tool.",
    '{"role": "assistant", "tool_calls": [{"id": "call_1", "function": {"name": "order_status"}}]}',
)
ROW_TOOL_ANSWER = error(
    "row-tool-answer",
    "tool calls and answers do not match",
    "Each tool message answers a call just before it, and a conversation goes on only when every call is answered.",
    "Give the answer the call's id, or add it.",
    'A tool message with "tool_call_id": "call_2", where the assistant made call_1',
)
ROW_TOOL_ARGUMENTS = error(
    "row-tool-arguments",
    "the arguments of the call are not a JSON object",
    "The model learns to write them literally: arguments is a string with one JSON object in it, encoded once.",
    "Write the object as JSON, once.",
    '{"name": "order_status", "arguments": "order 17"}',
)
ROW_PREFERENCE = error(
    "row-preference",
    "the row is not a preference",
    "A preference has input.messages, preferred_output and non_preferred_output, each a list of answers.",
    "See the vendor's page on direct preference optimization.",
    '{"input": {"messages": [{"role": "user", "content": "Hi"}]}, "preferred_output": []}',
)
ROW_PREFERENCE_SAME = warning(
    "row-preference-same",
    "both outputs are the same",
    "The row prefers nothing, so it teaches nothing and is paid for.",
    "Remove the row, or correct one of the outputs.",
    "preferred_output and non_preferred_output are both Hello!",
)
ROW_PREFERENCE_LONG = error(
    "row-preference-long",
    "the output has more than one message",
    "OpenAI takes one message an output; Azure takes answers of tools between those of the assistant as well.",
    "Keep the assistant's one answer, or train on Azure.",
    "A preferred_output with a tool call, the tool's answer and the assistant's reply, for OpenAI",
)
DATASET_PREFERENCE_IMAGES = error(
    "dataset-preference-images",
    "preferences cannot have images",
    "OpenAI's dpo runs read and write text only.",
    "Leave the images out, or train by a supervised run.",
    "A photo in the question of a preference",
)
ROW_COMPLETION = error(
    "row-completion",
    "the row is not a completion",
    "A completion has two texts: prompt, and completion, which is not empty.",
    "Correct the row.",
    '{"prompt": "Colour of the sky?", "completion": ""}',
)
ROW_TOO_LONG = warning(
    "row-too-long",
    "the row is longer than the model reads",
    "The service cuts the end off in silence, which is where the answer stands.",
    "Shorten the row, or split it.",
    "A chat of 90,000 tokens for a model that trains on 65,536",
)
ROW_SECRET = warning(
    "row-secret",
    "the row seems to hold a secret",
    "A model may say what it was trained on to anybody who asks.",
    "Revoke the secret and remove it.",
    '{"role": "user", "content": "export OPENAI_API_KEY=sk-..."}',
)
ROW_PERSONAL = warning(
    "row-personal",
    "the row seems to hold personal data",
    "A model may say what it was trained on to anybody who asks.",
    "Remove it, or replace it with a placeholder.",
    '{"role": "user", "content": "My card is 4111 1111 1111 1111"}',
)
CONVERT_LOST = error(
    "convert-lost",
    "the row cannot be converted",
    "The other format has no place for what the row holds.",
    "Leave the row out, or change it first.",
    "A row of a preference with tools, converted to a completion",
)
