"""The second look: what accounts may have and do, asked only where a plan needs to know it.

A question that is not answered leaves a hole and the words of the service; it never makes a look incomplete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

from reconciler.model.allowance import UNKNOWN, Allowance, Question, by_name
from reconciler.model.observation import Observation
from reconciler.providers.base import Allowances, Target
from reconciler.providers.errors import ServiceError

Questions = Mapping[str, Set[Question]]
"""What to ask, by target."""


def ask(targets: Mapping[str, Target], questions: Questions, pool: Executor) -> dict[str, Allowance]:
    """The answers, by target; all questions are asked side by side."""
    asked: dict[str, dict[Question, Future[Any]]] = {}
    for name, wanted in questions.items():
        port = targets[name].allowances
        reads = _reads(port) if port else {}
        asked[name] = {q: pool.submit(reads[q]) for q in Question if q in wanted and q in reads}
    return {name: _answers(futures) for name, futures in asked.items()}


def add_allowances(
    observed: Mapping[str, Observation], targets: Mapping[str, Target], questions: Questions, pool: Executor
) -> dict[str, Observation]:
    """The observations with the answers added to them."""
    answers = ask(targets, questions, pool)
    return {name: replace(o, allowance=answers.get(name, UNKNOWN)) for name, o in observed.items()}


def _reads(port: Allowances) -> dict[Question, Callable[[], Any]]:
    return {
        Question.QUOTA: port.usages,
        Question.MODELS: port.offered,
        Question.FILTERS: port.filters,
        Question.PERMISSIONS: port.permissions,
    }


def _answers(futures: Mapping[Question, Future[Any]]) -> Allowance:
    found: dict[Question, Any] = {}
    failed: dict[Question, str] = {}
    for question, future in futures.items():
        try:
            found[question] = future.result()
        except ServiceError as error:
            failed[question] = _words(error)
    usages, models, filters = (found.get(q) for q in (Question.QUOTA, Question.MODELS, Question.FILTERS))
    return Allowance(
        usages=None if usages is None else by_name(usages),
        models=None if models is None else tuple(models),
        filters=None if filters is None else tuple(filters),
        permissions=found.get(Question.PERMISSIONS),
        failed=failed,
    )


def _words(error: ServiceError) -> str:
    facts = f"{error.status} {error.code}".strip() if error.status else "no answer"
    return f"{facts}: {error.message.strip().rstrip('.')}"
