"""The executor: steps in dependency order, independent ones side by side, a failure skips only what needs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor as Pool
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import Any

from reconciler.engine.context import Context, Stopped
from reconciler.engine.gate import TrainingGate, is_refusal, make_gates
from reconciler.engine.patience import Patience
from reconciler.engine.removing import cancel_run, remove_file, remove_model
from reconciler.engine.serving import deploy, remove
from reconciler.engine.training import cancel_duplicate, room_may_come, submit
from reconciler.engine.uploading import remove_spare, upload
from reconciler.engine.waiting import poll
from reconciler.engine.watch import Verdict, Watch, broken
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.errors import DiagnosticsError
from reconciler.model.events import Outcome, Result, StepFinished, StepStarted, StepWaiting
from reconciler.model.observation import ObservedJob
from reconciler.model.resource import DesiredDeployment, DesiredRun
from reconciler.planning.changes import Action
from reconciler.planning.steps import Step
from reconciler.providers.errors import ServiceError, diagnose

GOOD = (
    Result.UPLOADED,
    Result.TRAINED,
    Result.CREATED,
    Result.CHANGED,
    Result.REPLACED,
    Result.DESTROYED,
    Result.REMOVED,
    Result.CANCELLED,
    Result.UNCHANGED,
)
ROOM = 30.0
"""Seconds between two tries of a run for which the account has no room."""
TICK = 0.2
"""Seconds between two looks at the stop signal."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """A step that has to wait for room in the account, and what was said; no worker waits with it."""

    step: Step
    refusal: str


Ended = Outcome | Watch | Postponed


class Executor:
    """`wait`: follow runs to their end; without it they are left under way and what needs them is for later."""

    def __init__(
        self, context: Context, pool: Pool, *, wait: bool, shared: Mapping[Address, Sequence[Address]]
    ) -> None:
        self.context = context
        self.pool = pool
        self.wait = wait
        self.shared = shared
        self.waiting: dict[str, Step] = {}
        self.not_before: dict[str, float] = {}
        self.running: dict[Future[Ended], Step] = {}
        self.polls: dict[Future[list[Verdict]], str] = {}
        self.watched: dict[str, Watch] = {}
        self.next_poll: dict[str, float] = {}
        self.postponed: dict[str, float] = {}
        self.tried_again: set[str] = set()
        self.started: dict[str, float] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.gates: dict[str, TrainingGate] = {}

    def run(self, steps: Sequence[Step]) -> tuple[Outcome, ...]:
        """Do everything that can be done; one outcome a step, in the order of the steps."""
        self.waiting = {step.key: step for step in steps}
        self.gates = make_gates(self.context.targets, steps)
        while self.waiting or self.running or self.watched:
            if self.context.stop.is_set:
                break
            self._skip()
            self._start()
            self._begin_polls()
            self._collect()
        self._wind_down()
        return tuple(self.outcomes[step.key] for step in steps)

    def _skip(self) -> None:
        """Give up what needs something that did not come about; again and again, for what needs that in turn."""
        for step in list(self.waiting.values()):
            gate = self.gates.get(step.change.target)
            if gate and gate.refusal and step.key in gate.guarded:
                self._finish(step, Outcome(step.key, Result.SKIPPED, gate.refusal.code.summary))
                continue
            done = [(need, self.outcomes[need].result) for need in step.needs if need in self.outcomes]
            for need, result in done:
                if result not in GOOD and step.key in self.waiting:
                    later = result in (Result.SUBMITTED, Result.UNDER_WAY, Result.LATER)
                    detail = f"after {need}" if later else f"needs {need}, which is {result.value}"
                    self._finish(step, Outcome(step.key, Result.LATER if later else Result.SKIPPED, detail))

    def _start(self) -> None:
        busy = {step.exclusive for step in self.running.values() if step.exclusive}
        for step in list(self.waiting.values()):
            ready = all(need in self.outcomes and self.outcomes[need].result in GOOD for need in step.needs)
            gate = self.gates.get(step.change.target)
            if not ready or step.exclusive in busy or (gate and not gate.allows(step)):
                continue
            if self.context.now() < self.not_before.get(step.key, 0.0):
                continue
            del self.waiting[step.key]
            if step.exclusive:
                busy.add(step.exclusive)
            if step.key not in self.started:
                self.started[step.key] = time.monotonic()
                self.context.emit(StepStarted(step.key, step.verb))
            self.running[self.pool.submit(self._perform, step)] = step

    def _perform(self, step: Step) -> Ended:
        """One step in a worker; what the user can cause becomes a failed outcome."""
        try:
            return self._operation(step)(step)
        except Stopped:
            if step.key in self.context.sent:
                return Outcome(step.key, Result.UNDER_WAY, "stopped watching")
            return Outcome(step.key, Result.LATER, "stopped before it was done")
        except DiagnosticsError as error:
            first = error.diagnostics[0]
            return Outcome(step.key, Result.FAILED, first.code.summary, diagnostics=error.diagnostics)
        except ServiceError as error:
            desired = step.change.desired
            at = desired.place.range() if isinstance(desired, DesiredRun | DesiredDeployment) else None
            problem = diagnose(error, step.key, at)
            gate = self.gates.get(step.change.target)
            if gate and is_refusal(problem):
                gate.refused(problem)
            return Outcome(step.key, Result.FAILED, problem.code.summary, diagnostics=(problem,))
        except Exception as error:  # noqa: BLE001 - one step's fault is that step's outcome
            return broken(step, error)

    def _operation(self, step: Step) -> Callable[[Step], Ended]:
        kind, action = step.change.address.kind, step.change.action
        if action is Action.REMOVE:
            return lambda s: remove_file(s, self.context)
        if action is Action.DELETE and kind == "job":
            return lambda s: remove_model(s, self.context)
        if kind == "dataset":
            return self._upload if action is not Action.DELETE else lambda s: remove_spare(s, self.context)
        if kind == "deployment":
            work = remove if action is Action.DELETE else deploy
            return lambda s: work(s, self.context)
        if action is Action.CANCEL:
            return self._cancel
        return self._follow if action is Action.WAIT and step.key not in self.tried_again else self._train

    def _upload(self, step: Step) -> Outcome | Watch:
        done = upload(step, self.context)
        file, gate = done.file, self.gates.get(step.change.target)
        if gate and done.ours and not gate.is_open:
            gate.sent.append(file.id)
        ended = Outcome(step.key, Result.UPLOADED)
        if done.gave_way:
            ended = Outcome(step.key, Result.UNCHANGED, f"{file.id}, which somebody else sent, stays")
        return ended if file.usable else Watch(step, file.id, ended)

    def _train(self, step: Step) -> Ended:
        try:
            job, asked = submit(step, self.context)
        except ServiceError as error:
            if not error.full or not room_may_come(step, self.context, error):
                raise
            if not self.wait:
                return Outcome(step.key, Result.LATER, error.message)
            return Postponed(step, error.message)
        if gate := self.gates.get(step.change.target):
            gate.passed()
        if self.wait:
            return Watch(step, job.id)
        return self._see_off(step, job) if asked else Outcome(step.key, Result.SUBMITTED, job.id)

    def _see_off(self, step: Step, job: ObservedJob) -> Outcome | Watch:
        """Nobody waits for the run, but a rival may still be on its way from somebody who is gone by now."""
        pace = self.context.targets[step.change.target].pace
        if not pace.heard:
            return Outcome(step.key, Result.SUBMITTED, job.id)
        seconds = pace.heard + pace.settle
        words = f"{job.id} is submitted; looking for {seconds:.0f} s more whether somebody else's create is heard late"
        self.context.emit(StepWaiting(step.key, words))
        return Watch(step, job.id, until=self.context.now() + seconds)

    def _follow(self, step: Step) -> Outcome | Watch:
        job = step.change.live
        assert isinstance(job, ObservedJob)
        return Watch(step, job.id) if self.wait else Outcome(step.key, Result.UNDER_WAY, job.id)

    def _cancel(self, step: Step) -> Outcome:
        stop = cancel_duplicate if isinstance(step.change.desired, DesiredRun) else cancel_run
        return stop(step, self.context)

    def _begin_polls(self) -> None:
        now = self.context.now()
        polled = set(self.polls.values())
        by_target: dict[str, list[Watch]] = {}
        for watch in self.watched.values():
            by_target.setdefault(watch.step.change.target, []).append(watch)
        for name, watches in by_target.items():
            if name not in polled and now >= self.next_poll.get(name, 0.0):
                target = self.context.targets[name]
                self.next_poll[name] = now + max(target.pace.poll, TICK)
                self.polls[self.pool.submit(poll, target, watches, self.context)] = name

    def _collect(self) -> None:
        futures: list[Future[Any]] = [*self.running, *self.polls]
        if not futures:
            self.context.stop.pause(TICK)
            return
        wait(futures, timeout=TICK, return_when="FIRST_COMPLETED")
        for future in [f for f in self.running if f.done()]:
            self._ended(self.running.pop(future), future.result())
        for poll_future in [f for f in self.polls if f.done()]:
            del self.polls[poll_future]
            for verdict in poll_future.result():
                self._judged(verdict)

    def _postpone(self, waiting: Postponed) -> None:
        """Try again in a while, until the account has been full for too long."""
        step, now = waiting.step, self.context.now()
        bound = self.context.targets[step.change.target].pace.room
        patience = Patience(self.postponed.setdefault(step.key, now), bound)
        words = patience.words(f"waiting for room: {waiting.refusal}", now)
        if patience.is_over(now):
            code = codes.ROOM_AWAITED
            problem = code.at(detail=f"{words}. {code.way_out}", address=step.key)
            self._finish(step, Outcome(step.key, Result.FAILED, code.summary, diagnostics=(problem,)))
            return
        self.context.emit(StepWaiting(step.key, words))
        self.waiting[step.key] = step
        self.not_before[step.key] = now + min(ROOM, bound / 4)

    def _ended(self, step: Step, result: Ended) -> None:
        self.not_before.pop(step.key, None)
        if isinstance(result, Postponed):
            self._postpone(result)
        elif isinstance(result, Watch):
            result.begun = self.context.now()
            self.watched[step.key] = result
            self.next_poll[step.change.target] = 0.0
        else:
            self._finish(step, result)

    def _judged(self, verdict: Verdict) -> None:
        if self.watched.pop(verdict.step.key, None) is None:
            return
        if verdict.outcome is None:
            self._try_again(verdict.step)
            return
        if verdict.model:
            address = verdict.step.change.address
            for alias in (address, *self.shared.get(address, ())):
                self.context.models[alias] = verdict.model
        self._finish(verdict.step, verdict.outcome)

    def _try_again(self, step: Step) -> None:
        """Train once more, also what the plan only followed, when a list may show that the last one has failed."""
        self.tried_again.add(step.key)
        self.waiting[step.key] = step
        self.not_before[step.key] = self.context.now() + self.context.targets[step.change.target].pace.poll

    def _finish(self, step: Step, outcome: Outcome) -> None:
        self.waiting.pop(step.key, None)
        begun = self.started.get(step.key)
        timed = replace(outcome, seconds=time.monotonic() - begun) if begun is not None else outcome
        self.outcomes[step.key] = timed
        gate = self.gates.get(step.change.target)
        if gate and step.key in gate.first and outcome.result not in GOOD and not gate.refusal:
            gate.passed()  # the try failed for a reason of its own
        self.context.emit(StepFinished(timed))

    def _wind_down(self) -> None:
        """After a stop: let requests in flight end, then account for everything that goes on without us."""
        for future, step in list(self.running.items()):
            self._ended(step, future.result())
        self.running.clear()
        for poll_future in self.polls:
            poll_future.cancel()
        for watch in list(self.watched.values()):
            self._finish(watch.step, Outcome(watch.step.key, Result.UNDER_WAY, "goes on at the service"))
        self.watched.clear()
        for step in list(self.waiting.values()):
            self._finish(step, Outcome(step.key, Result.LATER, "not begun"))
