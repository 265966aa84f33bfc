"""What keeps people from harm: policies, removal, taking over what is live."""

from __future__ import annotations

from reconciler.model.codes.registry import error

LARGE_CHANGE = error(
    "large-change",
    "the plan takes away a large part of what is served",
    "Deletes, recreates and cuts of capacity touch more than 30 % of the estate's live deployments (with ten or more). "
    "Nothing is begun: often it is the wrong folder, a lost file or a bad merge.",
    "Read the plan. If it is meant, add --allow-large-change.",
    "reconciler apply --prune   # on a branch where deployments.yaml was lost in a merge",
)
POLICY_REFUSED = error(
    "policy-refused",
    "a policy refuses the plan",
    "A command of the operator (--policy, RECONCILER_POLICY) read the plan and ended with another status than 0. "
    "Nothing is begun.",
    "Its own words say why; change the specs, or have the policy changed.",
    "reconciler apply --policy 'opa-check no-friday-deploys'",
)
POLICY_BROKEN = error(
    "policy-broken",
    "a policy could not be asked",
    "The command does not exist, did not end in time, or was killed. Without its answer nothing is begun.",
    "Correct --policy or RECONCILER_POLICY: a program with its arguments, without a shell.",
    "reconciler plan --policy ./check-plan   # the file is not executable",
)
MODEL_IN_USE = error(
    "model-in-use",
    "the model came into use",
    "When the plan was made nothing used the model; now a deployment serves it or a run starts from it. It stays.",
    "Plan again; to delete it all the same, take away first what uses it.",
    "reconciler apply --prune   # while somebody deploys the old model in the portal",
)
MODEL_KEPT = error(
    "model-kept",
    "the service did not delete the model",
    "It was asked to, and still has the model: not every service and version has a call for it.",
    "Delete it in the vendor's portal, or leave it: a model that is not deployed costs nothing.",
    "sweden: DELETE /openai/models/gpt-4.1-mini-2025-04-14.ft-0d5e… answers 404",
)
DESTROY_UNCONFIRMED = error(
    "destroy-unconfirmed",
    "nobody confirmed that everything is to go",
    "Without a terminal nobody can type the estate's name.",
    "Add --auto-approve.",
    "reconciler destroy < /dev/null",
)
ADOPTED_LOST = error(
    "adopted-lost",
    "the adopted run has no model to use",
    "`adopt` names a run or model that is gone, failed, cancelled or retired. Nothing is trained in its place.",
    "Adopt another one (reconciler import), or remove `adopt` to train the job.",
    "jobs:\n  triage:\n    adopt: ftjob-5c1f   # deleted in the portal",
)
IMPORT_IMPOSSIBLE = error(
    "import-impossible",
    "this cannot be taken over",
    "Import takes a live deployment or a run whose name, account and owner fit the address.",
    "Correct the address or the id; a deployment of another estate is taken over with --from-estate.",
    "reconciler import deployment.triage@sweden support-chat   # a deployment cannot be renamed",
)
IMPORT_EDIT = error(
    "import-edit",
    "the spec could not be edited",
    "`adopt` could not be written into the file without changing anything else: the job is an alias, say.",
    "Write the line yourself, then plan.",
    "jobs:\n  triage: *defaults   # a line added here would be added to every user of the alias",
)
