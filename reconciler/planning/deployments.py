"""What becomes of each wanted deployment: the serving half of a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.model import codes, marks
from reconciler.model.address import Address
from reconciler.model.diagnostics import Code, Diagnostic
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.resource import DesiredDeployment, ResourceGraph, RunRef
from reconciler.planning.absence import names_of, past_of
from reconciler.planning.at_once import Interim, notes_on, protection
from reconciler.planning.causes import deployment_drift, failure
from reconciler.planning.changes import Action, AtOnce, Change, FieldChange, Reason, Unknown, only_at_once
from reconciler.planning.diff import compare, left_fields, wanted_fields, wanted_of
from reconciler.planning.drift import Drift
from reconciler.planning.lineage import Earlier, Lineage
from reconciler.planning.runs import RunState
from reconciler.planning.serving import current
from reconciler.planning.serving_reasons import ServingReasons, why_absent
from reconciler.planning.training import TrainingPlanner
from reconciler.planning.unset import Unset
from reconciler.specs.estate import Specs
from reconciler.specs.target import AzureTarget


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of a model: the code of its message, and a clause without a full stop."""

    code: Code
    words: str


@dataclass(frozen=True, slots=True)
class Aim:
    """What is wanted of one deployment."""

    fields: Mapping[str, Any]
    """By spec name; the model may be unknown yet, or left out, which leaves it as it is."""
    needs: tuple[str, ...] = ()
    """The run that the model waits for."""
    obstacle: Obstacle | None = None


class DeploymentPlanner:
    def __init__(
        self,
        specs: Specs,
        graph: ResourceGraph,
        observed: Mapping[str, Observation],
        training: TrainingPlanner,
    ) -> None:
        self.specs = specs
        self.graph = graph
        self.training = training
        self.observed = observed
        self.live = {name: {d.name.lower(): d for d in o.deployments} for name, o in observed.items() if o.complete}
        self.lineage = Lineage(graph, observed)
        self.interim = Interim(graph, self.lineage, self._account_of)
        self.reasons = ServingReasons(specs.chains, training.root)
        self.changes: list[Change] = []
        self.drift: list[Drift] = []
        self.unset: list[Unset] = []
        self.diagnostics: list[Diagnostic] = []

    def plan(self) -> None:
        shared = _of_one_name(self.graph)
        for desired in self.graph.deployments.values():
            if desired.target in self.live:
                rival = shared.get((desired.target, desired.name.lower()), [desired])[0]
                self._decide(desired, rival)

    def _decide(self, desired: DesiredDeployment, first: DesiredDeployment) -> None:
        live = self.live[desired.target].get(desired.name.lower())
        if first is not desired:
            self._twice(desired, first, live)
        elif live and (whose := whose_else(live, desired, self.graph)):
            self._clash(desired, live, whose)
        elif live is None:
            self._absent(desired, self._aim(desired))
        else:
            self._update(desired, live, self._aim(desired))

    def _aim(self, desired: DesiredDeployment) -> Aim:
        model, needs, obstacle = self._model(desired)
        home = self.graph.runs[desired.model.address].target if isinstance(desired.model, RunRef) else desired.target
        return Aim(wanted_fields(desired, model, self._account_of(desired, home)), needs, obstacle)

    def _model(self, desired: DesiredDeployment) -> tuple[Any, tuple[str, ...], Obstacle | None]:
        """The model to serve (None: leave it as it is), the changes to wait for, and what stands in the way."""
        if not isinstance(desired.model, RunRef):
            return f"{desired.model.name}@{desired.model.version}", (), None
        run = self.training.shared[desired.model.address]
        view = self.training.view(run)
        action = self.training.action(run)
        if view is None:
            return None, (), Obstacle(codes.BLOCKED, f"it serves {run}, whose target could not be read")
        if view.state is RunState.READY:
            if desired.model.checkpoint is None:
                return view.model, (), None
            checkpoint = self.training.checkpoint(desired.model)
            if checkpoint is None:
                return None, (), Obstacle(codes.CHECKPOINT_MISSING, self.training.missing_checkpoint(desired.model))
            return checkpoint.id, (), None
        if action.trains or action is Action.WAIT:
            return Unknown.AFTER_TRAINING, (str(run),), None
        return None, (), Obstacle(codes.BLOCKED, f"it serves {run}, which is {action.value}")

    def _account_of(self, desired: DesiredDeployment, home: str) -> str | None:
        """The account that a model of target `home` comes from, where that is another one than the deployment's."""
        spec = self.specs.targets[home].spec
        return spec.account_id if home != desired.target and isinstance(spec, AzureTarget) else None

    def _twice(self, desired: DesiredDeployment, first: DesiredDeployment, live: ObservedDeployment | None) -> None:
        code = codes.DUPLICATE_NAME
        text = f"{first.address} is called {first.name} on {desired.target} too"
        related = [("first", first.place.range())]
        told = code.at(desired.place.range(), f"{text}. {code.way_out}", address=str(desired.address), related=related)
        self.diagnostics.append(told)
        self.changes.append(_change(desired, Action.BLOCKED, Reason(code.id, text), live=live))

    def _clash(self, desired: DesiredDeployment, live: ObservedDeployment, whose: str) -> None:
        self._say(codes.NAME_CLASH, desired, f"{live.name} on {desired.target} {whose}. {codes.NAME_CLASH.way_out}")
        reason = Reason(codes.NAME_CLASH.id, f"the live deployment {whose}")
        self.changes.append(_change(desired, Action.BLOCKED, reason, live=live))

    def _absent(self, desired: DesiredDeployment, aim: Aim) -> None:
        gone = past_of(desired, self.observed[desired.target], self.lineage)
        self.drift += [gone] if gone else []
        fields = tuple(FieldChange(name, None, value) for name, value in aim.fields.items())
        change = _change(desired, Action.CREATE, why_absent(desired, gone), fields, aim.needs)
        if aim.needs or aim.obstacle:
            change = self._with_part(change, *self._part_of_absent(desired, aim, gone))
        if aim.obstacle is None:
            self.changes.append(change)
        elif part := only_at_once(change, f"its own model cannot come: {aim.obstacle.words}"):
            self.changes.append(part)
            self._tell(desired, aim.obstacle, part.at_once.live if part.at_once else None)
        else:
            self._blocked(desired, aim.obstacle)

    def _part_of_absent(
        self, desired: DesiredDeployment, aim: Aim, gone: Drift | None
    ) -> tuple[AtOnce | None, Earlier | None]:
        """With `versioned`, the one that serves until the wanted one does; else one that is gone, made again."""
        earlier = self.lineage.before(desired)
        if desired.strategy == "versioned":
            serving = self._serving(desired, earlier, gone)
            if serving and not whose_else(serving, desired, self.graph):
                return self.interim.beside(desired, serving, aim.fields), None
        if gone and (part := self.interim.again(desired, aim.fields)):
            return part
        silent = self.observed[desired.target].silent
        unread = [silent[name] for name in names_of(desired, self.lineage) if name in silent]
        if unread and earlier:
            code = codes.HISTORY_UNREADABLE
            self._say(code, desired, f"{unread[0].rstrip('.')}. {code.way_out}")
        return None, None

    def _serving(
        self, desired: DesiredDeployment, earlier: Earlier | None, gone: Drift | None
    ) -> ObservedDeployment | None:
        """Of a `versioned` deployment, the live one that serves until the wanted one does."""
        names = earlier.names(desired.address) if earlier else ()
        before = (self.live[desired.target].get(name.lower()) for name in names)
        own = None if gone else current(desired, self.observed[desired.target], self.graph.estate)
        return next(filter(None, before), own)

    def _update(self, desired: DesiredDeployment, live: ObservedDeployment, aim: Aim) -> None:
        mark, obstacle = live.mark, aim.obstacle
        difference = compare(wanted_of(desired, aim.fields, live), live, mark)
        fields = (*difference.changes, *protection(desired, mark))
        self.drift += deployment_drift(desired, live, difference)
        if left := left_fields(desired, live):
            self.unset.append(Unset(desired.address, desired.target, live.name, left))
        reason: Reason | None = None
        if fields:
            if obstacle:
                self._tell(desired, obstacle, live)
            self._write(desired, live, fields, self.reasons.why(desired, difference, mark), aim)
            return
        if mark is None:
            reason = Reason("tags-removed", "the tags that mark it as this estate's are gone; they are written again")
        elif live.failed:
            reason = Reason("failed", f"{failure(live)}; it is written again")
        if reason:
            self.changes.append(_change(desired, Action.UPDATE, reason, live=live))
        elif obstacle:
            self._blocked(desired, obstacle, live)
        elif not live.settled:
            reason = Reason("provisioning", f"the service says {live.provisioning_state}")
            self.changes.append(_change(desired, Action.WAIT, reason, live=live))
        elif mark and difference.stale_record:
            reason = Reason("record", "the specs now agree with what is live; only the record in its tags is renewed")
            if mark.applied is None:
                reason = Reason("record", "the record of what was last applied, in its tags, is broken; it is renewed")
            self.changes.append(_change(desired, Action.UPDATE, reason, live=live))

    def _write(
        self,
        desired: DesiredDeployment,
        live: ObservedDeployment,
        fields: tuple[FieldChange, ...],
        reason: Reason,
        aim: Aim,
    ) -> None:
        replaces = desired.strategy == "recreate" and any(f.field == "model" for f in fields)
        action = Action.REPLACE if replaces else Action.UPDATE
        notes = ("deleted first: an outage until the new one serves",) if replaces else ()
        change = _change(desired, action, reason, fields, aim.needs, live, notes)
        if aim.needs:
            change = self._with_part(change, self.interim.beside(desired, live, aim.fields), None)
        if replaces and _is_protected(desired, live.mark):
            code = codes.PROTECTED
            self._say(code, desired, f"`strategy: recreate` would delete it. {code.way_out}")
            why = "it is protected, and recreate would delete it"
            blocked = _change(desired, Action.BLOCKED, Reason(code.id, why), live=live)
            change = only_at_once(change, f"its model stays: {why}") or blocked
        self.changes.append(change)

    def _with_part(self, change: Change, part: AtOnce | None, earlier: Earlier | None) -> Change:
        if part is None:
            return change
        return replace(change, at_once=part, notes=(*change.notes, *notes_on(part, change, earlier)))

    def _blocked(self, desired: DesiredDeployment, obstacle: Obstacle, live: ObservedDeployment | None = None) -> None:
        """The wanted model cannot come; what serves now keeps serving."""
        self.changes.append(_change(desired, Action.BLOCKED, Reason("model", obstacle.words), live=live))
        self._tell(desired, obstacle, live)

    def _tell(self, desired: DesiredDeployment, obstacle: Obstacle, live: ObservedDeployment | None) -> None:
        keeps = " What serves now keeps serving." if live else ""
        self._say(obstacle.code, desired, f"{obstacle.words}.{keeps} {obstacle.code.way_out}")

    def _say(self, code: Code, desired: DesiredDeployment, detail: str) -> None:
        self.diagnostics.append(code.at(desired.place.range(), detail, address=str(desired.address)))


def is_owned(live: ObservedDeployment, estate: str) -> bool:
    """By its tags; where those are gone, by the mark in the name of the model that it serves."""
    mark = live.mark
    if mark is not None:
        return mark.estate == estate
    return marks.is_estates(marks.find_mark(live.model_name), estate)


def whose_else(live: ObservedDeployment, desired: DesiredDeployment, graph: ResourceGraph) -> str:
    """Whose the live object is, where it is not this deployment's to write; empty where it is.

    Its tags may name another address that the specs have; an address that they do not have was renamed.
    """
    mark = live.mark
    if not is_owned(live, graph.estate):
        return f"belongs to estate {mark.estate}" if mark else "carries no estate's mark"
    if mark is None or mark.address == str(desired.address):
        return ""
    try:
        other = Address.parse(mark.address)
    except ValueError:
        return ""
    return f"belongs to {other}" if other in graph.deployments else ""


def _of_one_name(graph: ResourceGraph) -> Mapping[tuple[str, str], list[DesiredDeployment]]:
    found: dict[tuple[str, str], list[DesiredDeployment]] = defaultdict(list)
    for desired in graph.deployments.values():
        found[desired.target, desired.name.lower()].append(desired)
    return found


def _is_protected(desired: DesiredDeployment, mark: marks.DeploymentMark | None) -> bool:
    """Protection stands on the live object: leaving the key out of the spec does not lift it."""
    return desired.protect if desired.protect is not None else bool(mark and mark.protect)


def _change(
    desired: DesiredDeployment,
    action: Action,
    reason: Reason,
    fields: tuple[FieldChange, ...] = (),
    needs: tuple[str, ...] = (),
    live: ObservedDeployment | None = None,
    notes: tuple[str, ...] = (),
) -> Change:
    return Change(desired.address, desired.target, action, reason, fields, notes, needs, desired=desired, live=live)
