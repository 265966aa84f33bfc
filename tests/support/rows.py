"""Rows of training files."""

from __future__ import annotations

import json


def chat_row(question: str) -> str:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": "Grüße / answer"}]
    return json.dumps({"messages": messages}, ensure_ascii=False)


ROWS = [chat_row(f"Question {n}") for n in range(12)]
"""Enough for the services' minimum."""
