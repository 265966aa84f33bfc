"""The content of a message: a text, or a list of parts.

Rules: OpenAI's OpenAPI document of 2025-05 (content parts), the vendors' vision fine-tuning guides (images).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from reconciler.model import codes
from reconciler.model.catalog.images import MAX_IMAGE_BYTES
from reconciler.model.diagnostics import Code

Problems: TypeAlias = Iterator[tuple[Code, str]]
"""Each problem with a sentence that starts with the path inside the row."""

_KINDS = {
    "user": ("text", "image_url", "input_audio", "file"),
    "assistant": ("text", "refusal"),
}
_DATA_URI = re.compile(r"data:image/(jpeg|jpg|png|webp);base64,")
_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"RIFF": "WEBP"}


def check_content(path: str, role: Any, content: Any, *, may_be_empty: bool) -> Problems:
    """`role` decides which parts may stand there."""
    if content is None or content == "" or content == []:
        if not may_be_empty or content == []:
            yield codes.ROW_CONTENT, f"{path} must be text that is not empty."
    elif isinstance(content, str):
        if not may_be_empty and not content.strip():
            yield codes.ROW_CONTENT, f"{path} is only white space."
    elif isinstance(content, list):
        for index, part in enumerate(content):
            yield from _part(f"{path}[{index}]", role, part)
        texts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
        blank = all(isinstance(text, str) and text and not text.strip() for text in texts)
        if blank and len(texts) == len(content) and not may_be_empty:
            yield codes.ROW_CONTENT, f"{path} is only white space."
    else:
        yield codes.ROW_CONTENT, f"{path} must be a text or a list of parts, not {kind_of(content)}."


def _part(path: str, role: Any, part: Any) -> Problems:
    if not isinstance(part, dict):
        yield codes.ROW_PART, f"{path} must be an object, not {kind_of(part)}."
        return
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in _KINDS.get(role, ("text",)):
        if kind == "image_url":
            yield codes.ROW_IMAGE, f"{path} is an image, which only the user may send."
        else:
            yield codes.ROW_PART, f"{path}.type is {shown(kind)}; a message of the {role} cannot have it."
        return
    if extra := part.keys() - {"type", kind}:
        yield codes.ROW_PART, f"{path} has the unknown key {shown(min(extra))}."
    value = part.get(kind)
    if kind in ("text", "refusal"):
        if not isinstance(value, str) or not value:
            yield codes.ROW_PART, f"{path}.{kind} must be text that is not empty."
    elif kind == "image_url":
        yield from _image(f"{path}.image_url", value)
    elif not isinstance(value, dict):
        yield codes.ROW_PART, f"{path}.{kind} must be an object."


def _image(path: str, image: Any) -> Problems:
    if not isinstance(image, dict) or not isinstance(image.get("url"), str):
        yield codes.ROW_IMAGE, f"{path} must be an object with a `url`."
        return
    if image.get("detail", "auto") not in ("auto", "low", "high"):
        yield codes.ROW_IMAGE, f"{path}.detail is {shown(image['detail'])}; it is auto, low or high."
    if extra := image.keys() - {"url", "detail"}:
        yield codes.ROW_IMAGE, f"{path} has the unknown key {shown(min(extra))}."
    url = image["url"]
    if url.startswith("data:"):
        yield from _data_uri(f"{path}.url", url)
    elif not url.startswith("https://") or len(url) < len("https://a"):
        yield codes.ROW_IMAGE, f"{path}.url is neither an https address nor a data URI: {shown(url)}."


def _data_uri(path: str, url: str) -> Problems:
    start = _DATA_URI.match(url)
    if not start:
        yield codes.ROW_IMAGE, f"{path} must start with data:image/jpeg;base64, (or png, webp), not {shown(url[:40])}."
        return
    encoded = url[start.end() :]
    if (size := len(encoded) * 3 // 4) > MAX_IMAGE_BYTES:
        yield codes.ROW_IMAGE, f"{path} holds {size / 1e6:.1f} MB; an image may have {MAX_IMAGE_BYTES / 1e6:.0f} MB."
        return
    try:
        first = base64.b64decode(encoded, validate=True)[:12]
    except (binascii.Error, ValueError):
        yield codes.ROW_IMAGE, f"{path} is not base64."
        return
    found = next((name for magic, name in _MAGIC.items() if first.startswith(magic)), None)
    if found is None or (found == "WEBP" and first[8:] != b"WEBP"):
        yield codes.ROW_IMAGE, f"{path} does not hold a JPEG, PNG or WEBP image."


def count_images(messages: list[Mapping[str, Any]]) -> int:
    """Of messages without problems."""
    lists = [m["content"] for m in messages if type(m.get("content")) is list]
    return sum(1 for parts in lists for part in parts if part["type"] == "image_url")


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    return {bool: "true or false", dict: "an object", list: "a list", str: "a text"}.get(type(value), "a number")


def shown(value: Any) -> str:
    """A value in a sentence, whatever it is."""
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
