"""What becomes of each wanted deployment: the serving half of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.model import codes, marks
from reconciler.model.address import Address
from reconciler.model.diagnostics import Code, Diagnostic
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.resource import DesiredDeployment, ResourceGraph, RunRef
from reconciler.planning.causes import deployment_drift, failure
from reconciler.planning.changes import Action, Change, FieldChange, Reason, Unknown
from reconciler.planning.diff import Difference, compare, wanted_fields, without_ignored
from reconciler.planning.drift import Drift
from reconciler.planning.runs import RunState
from reconciler.planning.training import TrainingPlanner
from reconciler.specs.estate import Specs
from reconciler.specs.target import AzureTarget


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
        self.live = {name: {d.name.lower(): d for d in o.deployments} for name, o in observed.items() if o.complete}
        self.changes: list[Change] = []
        self.drift: list[Drift] = []
        self.diagnostics: list[Diagnostic] = []

    def plan(self) -> None:
        for desired in self.graph.deployments.values():
            if desired.target in self.live:
                self._decide(desired)

    def _decide(self, desired: DesiredDeployment) -> None:
        live = self.live[desired.target].get(desired.name.lower())
        if live and not is_owned(live, self.graph.estate):
            self._clash(desired, live)
            return
        model, needs, obstacle = self._model(desired)
        wanted = wanted_fields(desired, model, self._source(desired))
        if live is None:
            self._create(desired, wanted, needs, obstacle)
        else:
            self._update(desired, live, without_ignored(desired, wanted), needs, obstacle)

    def _model(self, desired: DesiredDeployment) -> tuple[Any, tuple[str, ...], str]:
        """The model to serve (None: leave it as it is), the changes to wait for, and what stands in the way."""
        if not isinstance(desired.model, RunRef):
            return f"{desired.model.name}@{desired.model.version}", (), ""
        run = self.training.shared[desired.model.address]
        view = self.training.view(run)
        action = self.training.action(run)
        if view is None:
            return None, (), f"it serves {run}, whose target could not be read"
        if view.state is RunState.READY:
            if desired.model.checkpoint is None:
                return view.model, (), ""
            checkpoint = self.training.checkpoint(desired.model)
            return (
                (checkpoint.id, (), "") if checkpoint else (None, (), self.training.missing_checkpoint(desired.model))
            )
        if action.trains or action is Action.WAIT:
            return Unknown.AFTER_TRAINING, (str(run),), ""
        return None, (), f"it serves {run}, which is {action.value}"

    def _source(self, desired: DesiredDeployment) -> str | None:
        """The account the model comes from, where that is another one."""
        if not isinstance(desired.model, RunRef):
            return None
        home = self.graph.runs[desired.model.address].target
        spec = self.specs.targets[home].spec
        assert isinstance(spec, AzureTarget)  # the references were checked
        return None if home == desired.target else spec.account_id

    def _clash(self, desired: DesiredDeployment, live: ObservedDeployment) -> None:
        mark = live.mark
        whose = f"belongs to estate {mark.estate}" if mark else "carries no estate's mark"
        detail = f"{live.name} on {desired.target} {whose}. {codes.NAME_CLASH.way_out}"
        self._say(codes.NAME_CLASH, desired, detail)
        self._add(desired, Action.BLOCKED, Reason("name-clash", f"the live deployment {whose}"), live=live)

    def _create(
        self, desired: DesiredDeployment, wanted: Mapping[str, Any], needs: tuple[str, ...], obstacle: str
    ) -> None:
        if obstacle:
            self._blocked(desired, obstacle)
            return
        fields = tuple(FieldChange(name, None, value) for name, value in wanted.items())
        reason = Reason("absent", f"{desired.target} has no deployment of that name yet", desired.place.range())
        self._add(desired, Action.CREATE, reason, fields, needs)

    def _update(
        self,
        desired: DesiredDeployment,
        live: ObservedDeployment,
        wanted: Mapping[str, Any],
        needs: tuple[str, ...],
        obstacle: str,
    ) -> None:
        mark = live.mark
        difference = compare(wanted, live, mark)
        changes = [*difference.changes, *_protection(desired, mark)]
        self.drift += deployment_drift(desired, live, difference)
        if changes:
            if obstacle:
                self._tell(desired, obstacle, live)
            reason = self._why(desired, difference, mark)
            replaces = desired.strategy == "recreate" and any(f.field == "model" for f in changes)
            if replaces and self._is_protected(desired, mark):
                self._protected(desired, live)
                return
            action = Action.REPLACE if replaces else Action.UPDATE
            notes = ("deleted first: an outage until the new one serves",) if replaces else ()
            self._add(desired, action, reason, tuple(changes), needs, live, notes)
        elif mark is None:
            reason = Reason("tags-removed", "the tags that mark it as this estate's are gone; they are written again")
            self._add(desired, Action.UPDATE, reason, live=live)
        elif live.failed:
            reason = Reason("failed", f"{failure(live)}; it is written again")
            self._add(desired, Action.UPDATE, reason, live=live)
        elif obstacle:
            self._blocked(desired, obstacle, live)
        elif not live.settled:
            reason = Reason("provisioning", f"the service says {live.provisioning_state}")
            self._add(desired, Action.WAIT, reason, live=live)
        elif difference.stale_record:
            reason = Reason("record", "the specs now agree with what is live; only the record in its tags is renewed")
            if mark.applied is None:
                reason = Reason("record", "the record of what was last applied, in its tags, is broken; it is renewed")
            self._add(desired, Action.UPDATE, reason, live=live)

    def _is_protected(self, desired: DesiredDeployment, mark: marks.DeploymentMark | None) -> bool:
        """Protection stands on the live object: leaving the key out of the spec does not lift it."""
        return desired.protect if desired.protect is not None else bool(mark and mark.protect)

    def _protected(self, desired: DesiredDeployment, live: ObservedDeployment) -> None:
        code = codes.PROTECTED
        self._add(desired, Action.BLOCKED, Reason(code.id, "it is protected, and recreate would delete it"), live=live)
        self._say(code, desired, f"`strategy: recreate` would delete it. {code.way_out}")

    def _blocked(self, desired: DesiredDeployment, obstacle: str, live: ObservedDeployment | None = None) -> None:
        """The wanted model cannot come; what serves now keeps serving."""
        self._add(desired, Action.BLOCKED, Reason("model", obstacle), live=live)
        self._tell(desired, obstacle, live)

    def _tell(self, desired: DesiredDeployment, obstacle: str, live: ObservedDeployment | None) -> None:
        code = codes.CHECKPOINT_MISSING if "no checkpoint" in obstacle else codes.BLOCKED
        keeps = " What serves now keeps serving." if live else ""
        self._say(code, desired, f"{obstacle}.{keeps} {code.way_out}")

    def _why(self, desired: DesiredDeployment, difference: Difference, mark: marks.DeploymentMark | None) -> Reason:
        if mark is None:
            return Reason("tags-removed", "the tags that mark it as this estate's are gone; they are written again")
        drifted = {f.field for f in difference.drift}
        applied = mark.applied or {}
        own = [f.field for f in difference.changes if f.field not in drifted or applied.get(f.field) != f.after]
        if "model" in own and isinstance(desired.model, RunRef):
            return self._serves(desired)
        if own:
            first = own[0]
            names = ", ".join(own)
            return Reason("spec", f"{names} changed", desired.place.range(*first.split(".", 1)))
        if drifted:
            were = "was" if len(drifted) == 1 else "were"
            return Reason("drift", f"{', '.join(sorted(drifted))} {were} changed outside the specs")
        return Reason("protect", "protect changed", desired.place.range("protect"))

    def _serves(self, desired: DesiredDeployment) -> Reason:
        """Why it serves another model: the head of its chain moved, or its run is trained again."""
        assert isinstance(desired.model, RunRef)
        name, at = desired.model.address.name, desired.place.range("model")
        chain, slash, stage = name.partition("/")
        root = self.training.root(desired.model.address)
        if desired.model.checkpoint is not None:
            return Reason("model", f"it serves job {name} at step {desired.model.checkpoint}", at)
        if root and not root.is_new:
            what = f"stage {stage} of chain {chain}" if slash else f"job {name}"
            return Reason("model", f"it serves {what}, which is retrained ({root.words})", root.at)
        if not slash:
            return Reason("model", f"it serves job {name}, whose model is another one now", at)
        if self.specs.chains[chain][-1] == name:
            first = ", which is trained first" if root else ""
            return Reason(
                "model", f"it serves chain {chain}, whose head is {stage} now{first}", root.at if root else at
            )
        return Reason("model", f"it serves stage {stage} of chain {chain}", at)

    def _say(self, code: Code, desired: DesiredDeployment, detail: str) -> None:
        self.diagnostics.append(code.at(desired.place.range(), detail, address=str(desired.address)))

    def _add(
        self,
        desired: DesiredDeployment,
        action: Action,
        reason: Reason,
        fields: tuple[FieldChange, ...] = (),
        needs: tuple[str, ...] = (),
        live: ObservedDeployment | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        address: Address = desired.address
        change = Change(address, desired.target, action, reason, fields, notes, needs, desired=desired, live=live)
        self.changes.append(change)


def is_owned(live: ObservedDeployment, estate: str) -> bool:
    """By its tags; where those are gone, by the mark in the name of the model that it serves."""
    mark = live.mark
    if mark is not None:
        return mark.estate == estate
    return marks.is_estates(marks.find_mark(live.model_name), estate)


def _protection(desired: DesiredDeployment, mark: marks.DeploymentMark | None) -> list[FieldChange]:
    if desired.protect is None or mark is None or mark.protect == desired.protect:
        return []
    return [FieldChange("protect", mark.protect, desired.protect)]
