"""Reads a training file as the service does: what each row teaches, or the first thing wrong with the file.

https://learn.microsoft.com/azure/ai-foundry/openai/how-to/fine-tuning and OpenAI's fine-tuning guides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from reconciler.emulator.errors import Json

MIN_ROWS = 10
ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_WORD = re.compile(r"\w+|[^\w\s]")


class BadFile(Exception):
    """The service's verdict on a file; `code` is what the failed job shows."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Row:
    """One example: what to say after what, and for preferences what not to say."""

    prompt: str
    answer: str
    rejected: str | None = None
    tokens: int = 0


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def read(content: bytes, method: str, what: str = "training") -> list[Row]:
    """Rows of a training or validation file of that method. Raises BadFile."""
    reader = {"supervised": _supervised, "dpo": _preference, "reinforcement": _reinforcement}[method]
    rows = []
    for number, data in _lines(content, what):
        try:
            rows.append(reader(data))
        except ValueError as flaw:
            raise BadFile(f"invalid_{what}_file", _failed(what, f"Line {number}: {flaw}")) from None
    if what == "training" and len(rows) < MIN_ROWS:
        raise BadFile(
            "invalid_n_examples",
            f"Training file has {len(rows)} example(s), but must have at least {MIN_ROWS} examples",
        )
    if not rows:
        raise BadFile(f"invalid_{what}_file", _failed(what, "The file is empty."))
    return rows


def _failed(what: str, reason: str) -> str:
    return f"The job failed due to an invalid {what} file. {reason}"


def _lines(content: bytes, what: str) -> Iterator[tuple[int, Json]]:
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not line.strip():
            continue
        try:
            data = orjson.loads(line)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            reason = f"Expected JSONL format, where every line is a valid JSON dictionary. Line {number} is not one."
            raise BadFile(f"invalid_{what}_file", _failed(what, reason))
        yield number, data


def _supervised(data: Json) -> Row:
    if "messages" not in data and "prompt" in data:
        prompt, answer = data["prompt"], data.get("completion")
        if not isinstance(prompt, str) or not isinstance(answer, str):
            raise ValueError("prompt and completion must be strings")
        return Row(prompt, answer, tokens=_count(prompt, answer))
    messages = _messages(data)
    taught = [m for m in messages if m["role"] == "assistant" and m.get("weight") != 0]
    if not any(m["role"] == "assistant" for m in messages):
        raise ValueError("messages must contain at least one message from the assistant")
    texts = [_text(m) for m in messages]
    prompt = " ".join(t for m, t in zip(messages, texts, strict=True) if m["role"] != "assistant")
    return Row(prompt, " ".join(map(_text, taught)), tokens=_count(*texts))


def _preference(data: Json) -> Row:
    source = data.get("input")
    if not isinstance(source, dict):
        raise ValueError("input is missing or not a dictionary")
    prompt = " ".join(map(_text, _messages(source)))
    preferred = _output(data, "preferred_output", "preferred_completion")
    rejected = _output(data, "non_preferred_output", "non_preferred_completion")
    return Row(prompt, preferred, rejected, tokens=_count(prompt, preferred, rejected))


def _output(data: Json, *names: str) -> str:
    value = next((data[name] for name in names if name in data), None)
    messages = _messages({"messages": value}, key="messages")
    if any(message["role"] not in ("assistant", "tool") for message in messages):
        raise ValueError(f"{names[0]} must hold messages from the assistant only")
    return " ".join(map(_text, messages))


def _reinforcement(data: Json) -> Row:
    messages = _messages(data)
    if messages[-1]["role"] not in ("user", "developer", "tool"):
        raise ValueError("the last message must be from the user")
    prompt = " ".join(map(_text, messages))
    reference = {key: value for key, value in data.items() if key not in ("messages", "tools")}
    answer = orjson.dumps(reference, option=orjson.OPT_SORT_KEYS).decode()
    return Row(prompt, answer, tokens=_count(prompt, answer))


def _messages(data: Json, key: str = "messages") -> list[Json]:
    messages = data.get(key)
    if not isinstance(messages, list) or not messages:
        raise ValueError(f"{key} must be a list with at least one message")
    for index, message in enumerate(messages):
        flaw = _message_flaw(message)
        if flaw:
            raise ValueError(f"message {index}: {flaw}")
    return messages


def _message_flaw(message: Any) -> str | None:
    if not isinstance(message, dict):
        return "is not a dictionary"
    role = message.get("role")
    if role not in ROLES if isinstance(role, str) else True:
        return f"role must be one of {', '.join(sorted(ROLES))}"
    content = message.get("content")
    if content is None and not (
        role == "assistant" and any(message.get(k) for k in ("tool_calls", "function_call", "refusal"))
    ):
        return "content is missing"
    if content is not None and not isinstance(content, str | list):
        return "content must be a string or a list of parts"
    if "weight" in message and (role != "assistant" or message["weight"] not in (0, 1)):
        return "weight must be 0 or 1, on messages from the assistant only"
    if not isinstance(message.get("tool_calls") or [], list):
        return "tool_calls must be a list"
    return None


def _text(message: Json) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        content = " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    calls = message.get("tool_calls") or message.get("function_call")
    return f"{content} {orjson.dumps(calls).decode()}" if calls else content


def _count(*texts: str) -> int:
    """Billable tokens, roughly: words and signs, and a few for the frame of each message."""
    return sum(len(_WORD.findall(text)) + 4 for text in texts)
