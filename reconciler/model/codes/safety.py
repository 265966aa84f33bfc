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
