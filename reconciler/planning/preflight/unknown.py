"""What could not be asked. It makes no plan incomplete: the service itself has the last word."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.allowance import Question
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View

_UNCHECKED = {
    Question.QUOTA: "whether the capacity is free",
    Question.MODELS: "whether the region trains and serves the models, and until when",
    Question.FILTERS: "whether the content filters exist",
}
"""What is left open. Permissions are not among them: most roles may not read their own, and the first write tells."""


def check_unknown(view: View) -> Iterator[Finding]:
    for target in view.observed:
        for question, why in view.allowance(target).failed.items():
            if question in _UNCHECKED:
                code, place = codes.PREFLIGHT_UNKNOWN, view.specs.targets[target].place.range()
                detail = f"{target}: {question.value} could not be read ({why}). Not checked: {_UNCHECKED[question]}. "
                yield Finding(code.at(place, detail + code.way_out, address=f"target {target}"))
