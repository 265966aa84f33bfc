"""What a row is that no service trains on, from its keys: the formats of other tools and vendors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]

QUESTIONS = ("question", "prompt", "query", "instruction", "input", "input_text", "user", "human")
ANSWERS = ("answer", "response", "output", "output_text", "completion", "target", "assistant", "reply")
"""Names under which two texts of a row stand for a question and its answer."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A format of rows that `dataset check` names."""

    id: str
    """What `dataset convert --from` calls it."""
    name: str
    matches: Callable[[Row], bool]
    to: str = ""
    """The format that `dataset convert` makes of it; empty where nothing can."""
    advice: str = ""
    """What to do where nothing can."""
    has_messages: bool = False
    """Whether it has `messages` of its own; else a row with `messages` is a row of the services."""


def _list_of(row: Row, key: str, *inner: str) -> bool:
    found = row.get(key)
    return isinstance(found, list) and bool(found) and isinstance(found[0], dict) and found[0].keys() >= set(inner)


def _is_text(row: Row, *keys: str) -> bool:
    return all(isinstance(row.get(key), str) for key in keys)


def pair_of(row: Row) -> tuple[str, str] | None:
    """The keys of a row's question and its answer."""
    asked = [key for key in QUESTIONS if _is_text(row, key)]
    answered = [key for key in ANSWERS if _is_text(row, key)]
    return (asked[0], answered[0]) if len(asked) == 1 and len(answered) == 1 else None


def _is_sharegpt(row: Row) -> bool:
    lists = (row.get("conversations"), row.get("conversation"))
    turns = next((found for found in lists if isinstance(found, list) and found), [])
    return bool(turns) and isinstance(turns[0], dict) and ("from" in turns[0] or "role" in turns[0])


def _is_alpaca(row: Row) -> bool:
    return _is_text(row, "instruction") and (_is_text(row, "output") or _is_text(row, "response"))


def _is_bedrock(row: Row) -> bool:
    if str(row.get("schemaVersion", "")).startswith("bedrock-conversation"):
        return True
    if not _list_of(row, "messages", "role", "content"):
        return False
    content = row["messages"][0]["content"]
    return (
        isinstance(content, list) and bool(content) and isinstance(content[0], dict) and content[0].keys() == {"text"}
    )


KINDS = (
    Kind("sharegpt", "ShareGPT (`conversations`)", _is_sharegpt, "chat"),
    Kind("gemini", "Gemini (`contents`)", lambda row: _list_of(row, "contents", "parts"), "chat"),
    Kind("bedrock", "Amazon Bedrock (`messages` whose content is `[{text}]`)", _is_bedrock, "chat", has_messages=True),
    Kind(
        "palm",
        "PaLM chat (`messages` with `author`)",
        lambda row: _list_of(row, "messages", "author"),
        "chat",
        has_messages=True,
    ),
    Kind(
        "cohere",
        "Cohere (`messages` with the roles User and Chatbot)",
        lambda row: _list_of(row, "messages", "role") and row["messages"][0]["role"] in ("User", "Chatbot", "System"),
        "chat",
        has_messages=True,
    ),
    Kind(
        "batch",
        "requests of the Batch API (`custom_id`, `body`)",
        lambda row: row.keys() >= {"custom_id", "body"},
        advice="Requests have no answers to learn. Join each with the answer that the model should give.",
    ),
    Kind(
        "batch-output",
        "results of the Batch API (`custom_id`, `response`)",
        lambda row: row.keys() >= {"custom_id", "response"},
        advice="Results have no questions. Join each with the messages of its request.",
    ),
    Kind(
        "evaluation",
        "evaluation items (`item`)",
        lambda row: row.keys() <= {"item", "sample"} and isinstance(row.get("item"), dict),
        advice="Reinforcement rows have `messages`, and what the grader reads beside them in the row itself.",
    ),
    Kind(
        "kto",
        "TRL's unpaired preferences (`prompt`, `completion`, `label`)",
        lambda row: "prompt" in row and "completion" in row and isinstance(row.get("label"), bool),
        advice="The services train on pairs: two answers to one question, of which one is preferred.",
    ),
    Kind(
        "trl",
        "TRL preferences (`chosen`, `rejected`)",
        lambda row: "chosen" in row and "rejected" in row,
        "preference",
    ),
    Kind(
        "trl-chat",
        "TRL's conversational prompts (`prompt` and `completion` as messages)",
        lambda row: _list_of(row, "prompt", "role") and _list_of(row, "completion", "role"),
        "chat",
    ),
    Kind("alpaca", "Alpaca (`instruction`, `output`)", _is_alpaca, "chat"),
    Kind(
        "message",
        "single messages (`role`, `content`)",
        lambda row: row.keys() >= {"role", "content"} and isinstance(row["role"], str),
        advice="A row is a whole conversation: put the messages of one conversation into one `messages` list.",
    ),
    Kind("pair", "questions and answers", lambda row: pair_of(row) is not None, "chat"),
    Kind(
        "text",
        "plain texts (`text`)",
        lambda row: _is_text(row, "text") and len(row) <= 3,
        advice="The services train on conversations, not on texts: write what is asked and what is answered.",
    ),
)
BY_ID: Mapping[str, Kind] = {kind.id: kind for kind in KINDS}
CONVERTIBLE = tuple(kind.id for kind in KINDS if kind.to)


def kind_of_row(row: Any) -> Kind | None:
    """What one row is, among `KINDS`; None for a row of the services, and for what nobody knows."""
    if not isinstance(row, dict) or (row.keys() == {"prompt", "completion"} and _is_text(row, "prompt", "completion")):
        return None
    ours = "messages" in row or "preferred_output" in row
    return next((kind for kind in KINDS if kind.has_messages >= ours and kind.matches(row)), None)


def kind_of_rows(rows: Iterable[Any]) -> Kind | None:
    """What most of the rows are; None when they are not of one kind."""
    listed = list(rows)
    votes = Counter(kind.id if (kind := kind_of_row(row)) else "" for row in listed)
    if not votes:
        return None
    id, count = votes.most_common(1)[0]
    return BY_ID[id] if id and count * 2 > len(listed) else None
