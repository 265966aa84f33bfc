"""Lies: answers changed on their way. A mutation puts a value of another type or size in place of one, takes a field
away, or spoils the body or a header as a gateway does.

It is never a believable lie: a list that hides a run behind another mark cannot be told from a list without it, so the
fields by which a run is known are not replaced by other texts, and no service says 404 of what is there.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.faults.network import Answer

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3.7, 1e300, 2**53 + 1, 2**63, -(2**40), [], [1], [None], {}, {"a": 1}, [[[]]]),
    *("", "x", "é", "\x1b[31mred\x1b[0m", "::error::pwned", "<img src=x onerror=alert(1)>", "a\nb\r\nc", "\u202eabc"),
    *(
        "\x00",
        "../../x",
        "NaN",
        "9999-99-99T99:99:99Z",
        "0001-01-01T00:00:00Z",
        "x" * 5_000,
        {"code": None},
        ["a", "b"],
    ),
)
KNOWN_BY = frozenset({"id", "suffix", "user_provided_suffix", "fine_tuned_model", "status", "filename", "name", "tags"})
"""Fields whose believable values cannot be told from the truth."""
RAW: dict[str, Callable[[bytes], bytes]] = {
    "HTML": lambda _: b"<!DOCTYPE html><html><body>Sign in</body></html>",
    "XML": lambda _: b'<?xml version="1.0"?><Error><Code>InternalError</Code></Error>',
    "nothing": lambda _: b"",
    "half": lambda body: body[: len(body) // 2],
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "no UTF-8": lambda body: body[:1] + b'"\xff": "\xfe",' + body[1:],
    "NaN": lambda body: body[:1] + b'"n": NaN,' + body[1:],
    "no end of digits": lambda body: body[:1] + b'"n": ' + b"9" * 5_000 + b"," + body[1:],
    "a deep nesting": lambda body: body[:1] + b'"n": ' + b"[" * 600 + b"]" * 600 + b"," + body[1:],
    "keys that stand twice": lambda body: body[:-1] + b',"data": [], "value": [], "id": "x", "id": "y"}',
    "two documents": lambda body: body + body,
}
"""Bodies that are not what was asked for, whatever that was."""
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-type", b"text/html; charset=bogus"),
    (b"content-type", b"\x1b[31m"),
    (b"content-type", b"application/xml"),
    (b"content-encoding", b"gzip"),
    (b"content-encoding", b"br, deflate, x"),
    (b"date", b"Mon, 01 Jan 0001 00:00:00 GMT"),
    (b"date", b"tomorrow"),
    (b"retry-after", b"-1"),
    (b"retry-after", b"9" * 400),
    (b"azure-asyncoperation", b"https://[::"),
    (b"azure-asyncoperation", b"https://foreign.test/operations/1"),
    (b"azure-asyncoperation", b"operations/1"),
    (b"azure-asyncoperation", b"http://x:port/"),
    (b"location", b"https://foreign.test/"),
    (b"x-request-id", b"\x1b[31m\xff"),
)


@dataclass
class Lie:
    """What is answered to some requests in place of the truth. The request is done all the same."""

    method: str
    end: str
    """Of the path."""
    body: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=lambda: [(b"content-type", b"application/json")])
    status: int = 200
    times: int = 10**6

    def strikes(self, method: str, path: str) -> bool:
        if method != self.method or not path.endswith(self.end) or not self.times:
            return False
        self.times -= 1
        return True

    def told(self, truth: Answer) -> Answer:
        kept = [(k, v) for k, v in truth.headers if k == b"azure-asyncoperation"]
        return Answer(self.status, kept + self.headers, self.body)


def mutated(answer: Answer, dice: random.Random) -> tuple[str, Answer]:
    """One mutation of an answer in JSON, and in words what it is."""
    headers = [(k, v) for k, v in answer.headers if k != b"content-length"]
    kind = dice.random()
    if kind < 0.1:
        name, value = dice.choice(HEADERS)
        kept = [(k, v) for k, v in headers if k != name]
        return f"{name.decode()}: {value!r}", Answer(answer.status, [*kept, (name, value)], answer.body)
    if kind < 0.25 and answer.status < 300:
        what = dice.choice(list(RAW))
        return what, Answer(answer.status, headers, RAW[what](answer.body))
    what, body = _with_another_value(orjson.loads(answer.body), dice)
    return what, Answer(answer.status, headers, body)


def _with_another_value(value: Any, dice: random.Random) -> tuple[str, bytes]:
    places = list(_places(value))
    shallow = [place for place in places if len(place) < 2]
    place = dice.choice(shallow if dice.random() < 0.3 else places)
    odd = copy.deepcopy(dice.choice(ODD))
    if place and place[-1] in KNOWN_BY and isinstance(odd, str) and odd:
        odd = [odd]
    what = f"{place} := {odd!r:.60}"
    if not place:
        return what, _dumped(odd)
    holder = value
    for step in place[:-1]:
        holder = holder[step]
    if isinstance(holder, dict) and place[-1] not in KNOWN_BY and dice.random() < 0.15:
        del holder[place[-1]]
    else:
        holder[place[-1]] = odd
    return what, _dumped(value)


def _dumped(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in inside:
        yield from _places(below, (*at, step))
