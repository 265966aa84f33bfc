"""What a service may answer though nothing failed: lists that hold no list, other dates, another order, shifting pages.

Each twist holds for one schedule, at random requests; `settle` puts the service right again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from reconciler.emulator.records import Job, Space
from tests.faults.network import Answer, TwistedRequest
from tests.faults.stage import Stage

LISTS = ("/fine_tuning/jobs", "/files", "/models", "/deployments")
FOREIGN = "ftjob-somebody-"
"""Ids of runs that no mark of ours stands in."""
BASE = "gpt-4.1-nano-2025-04-14"


class Twist(StrEnum):
    LISTLESS = "answers without lists"
    DATES = "dates that differ between answers"
    ORDER = "lists in random order"
    PAGES = "pages that shift"
    GONE = "records deleted while waited for"
    REFUSED = "an account that refuses for minutes"
    FILES = "files that turn to an error for minutes"
    TOKENS = "tokens that live seconds"
    CLOCKS = "clocks of operators apart by days"
    """Not the service's: the operators are drawn so."""
    UNMARKED = "lists without suffixes"


@dataclass(frozen=True)
class Refusal:
    """What an account may say to everything, or to writes only: locked, out of service, forbidden."""

    status: int
    code: str
    reads: bool

    def strikes(self, method: str, path: str) -> bool:
        return "acme-sweden" in path and (self.reads or method != "GET")

    def answer(self) -> Answer:
        body = orjson.dumps({"error": {"code": self.code, "message": "No."}})
        return Answer(self.status, [(b"content-type", b"application/json")], body)


REFUSALS = (
    Refusal(403, "ReadOnlyDisabledSubscription", False),
    Refusal(403, "AuthorizationFailed", True),
    Refusal(401, "Unauthorized", True),
    Refusal(409, "ScopeLocked", False),
    Refusal(404, "ResourceNotFound", True),
    Refusal(410, "Gone", False),
    Refusal(423, "Locked", False),
    Refusal(451, "Unavailable", False),
    Refusal(502, "BadGateway", True),
)


class Service:
    """A network's way of answering, with the twists that are in force."""

    def __init__(self, stage: Stage, twists: frozenset[Twist], dice: random.Random) -> None:
        self.stage = stage
        self.twists = twists
        self.dice = dice
        self.hits = 0
        begins = stage.keeper.now() + dice.uniform(0, 900)
        self.gap = (
            dice.choice((*LISTS, LISTS[0], LISTS[0])),
            begins,
            begins + dice.uniform(60, 900),
            dice.randrange(5),
        )
        """Which list does not come, from when, until when, and what comes in its place."""
        self.refusal = dice.choice(REFUSALS)
        if Twist.TOKENS in twists:
            stage.store.faults.limit_tokens(dice.uniform(10, 60))
        stage.network.twist = self

    def settle(self) -> None:
        self.twists = frozenset()
        self.stage.store.faults.limit_tokens(None)
        for space in self.stage.store.state.spaces():
            for id in [id for id in space.jobs if id.startswith(FOREIGN)]:
                del space.jobs[id]

    def __call__(self, method: str, url: str, serve: TwistedRequest) -> Answer:
        path = url.partition("?")[0]
        listed = method == "GET" and path.endswith(LISTS)
        if listed and Twist.PAGES in self.twists:
            url = url.replace("limit=100", "limit=2")
            self._shift()
        if Twist.GONE in self.twists and "/fine_tuning/jobs" in path:
            self._delete_a_record()
        if Twist.REFUSED in self.twists and self._is_time and self.refusal.strikes(method, path):
            self.hits += 1
            return self.refusal.answer()
        answer = serve(url)
        self.hits += answer.status == 401
        created = method == "POST" and path.endswith("/fine_tuning/jobs")
        if self.twists and answer.status < 300 and (listed or created):
            answer = self._changed(answer, path, listed)
        if Twist.FILES in self.twists and self._is_time and method == "GET" and "/files" in path:
            answer = self._spoiled(answer)
        return answer

    @property
    def _is_time(self) -> bool:
        """Whether it is the time at which the service is at its worst."""
        _, begins, ends, _ = self.gap
        return begins <= self.stage.keeper.now() < ends

    def _spoiled(self, answer: Answer) -> Answer:
        """The tickets, which were processed, are told as refused."""
        body = orjson.loads(answer.body)
        for file in body.get("data", [body]):
            if str(file.get("filename")).startswith("tickets") and file.get("status") == "processed":
                file |= {"status": "error", "status_details": "invalid"}
                self.hits += 1
        return _told(answer, body)

    def _changed(self, answer: Answer, path: str, listed: bool) -> Answer:
        body = orjson.loads(answer.body)
        before = orjson.dumps(body)
        key = "data" if "data" in body else "value"
        items = body[key] if listed else [body]
        if Twist.DATES in self.twists:
            for item in items:
                self._date(item)
        if listed:
            if Twist.UNMARKED in self.twists:
                _unmark(items)
            if Twist.ORDER in self.twists:
                self.dice.shuffle(items)
            if Twist.LISTLESS in self.twists:
                body = self._listless(body, key, path)
        self.hits += orjson.dumps(body) != before
        return _told(answer, body)

    def _date(self, item: dict[str, Any]) -> None:
        """Mostly seconds to minutes off; now and then in milliseconds, as text, null or not there at all."""
        if "created_at" not in item:
            return
        off = item["created_at"] + self.dice.randint(-120, 120)
        odd = self.dice.choice([off * 1000, str(off), None]) if self.dice.random() < 0.01 else off
        item["created_at"] = odd
        if odd is None and self.dice.random() < 0.5:
            del item["created_at"]

    def _listless(self, body: dict[str, Any], key: str, path: str) -> dict[str, Any]:
        """One list is none for minutes, and any may be now and then."""
        name, _, _, lie = self.gap
        if not (path.endswith(name) and self._is_time):
            lie = self.dice.randrange(5)
            if self.dice.random() > 0.05:
                return body
        rest = {field: value for field, value in body.items() if field != key}
        other = "value" if key == "data" else "data"
        lies: tuple[dict[str, Any], ...] = (rest, rest | {key: None}, rest | {key: {}}, rest | {other: []}, {})
        return lies[lie]

    def _shift(self) -> None:
        """Runs of others come and go; so the run of a cursor may be gone when the next page is asked for."""
        for space in self.stage.store.state.spaces():
            others = [id for id in space.jobs if id.startswith(FOREIGN)]
            if others and self.dice.random() < 0.1:
                space.jobs.pop(self.dice.choice(others), None)
                self.hits += 1
            if len(others) < 6 and self.dice.random() < 0.3:
                self._somebody_elses(space)
                self.hits += 1

    def _somebody_elses(self, space: Space) -> None:
        created = self.stage.keeper.now() - self.dice.uniform(0, 4000)
        job = Job(
            id=f"{FOREIGN}{self.dice.randrange(2**48):012x}",
            created_at=created,
            model=BASE,
            base=BASE,
            training_file="file-x",
            validation_file=None,
            suffix="others",
            seed=1,
            method={"type": "supervised"},
            method_given=False,
            hyperparameters={},
            training_type="Standard",
            phase="failed",
            finished_at=created,
        )
        space.jobs[job.id] = job

    def _delete_a_record(self) -> None:
        """Of a run whose model every list shows; before that nothing in the service tells of the run any more."""
        state = self.stage.store.state
        listed = self.stage.keeper.now() - state.lag - 1
        for space in state.spaces():
            for job in list(space.jobs.values()):
                done = job.phase == "succeeded" and (job.finished_at or listed) < listed
                if not done or self.dice.random() > 0.1:
                    continue
                deleted = space.jobs.pop(job.id, None)
                if deleted:
                    self.stage.gone.append(deleted)
                    self.hits += 1


def _unmark(items: list[dict[str, Any]]) -> None:
    for item in items:
        for name in ("suffix", "user_provided_suffix"):
            item.pop(name, None)


def _told(answer: Answer, body: Any) -> Answer:
    headers = [(name, value) for name, value in answer.headers if name != b"content-length"]
    return Answer(answer.status, headers, orjson.dumps(body))
