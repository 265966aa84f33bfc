"""Whatever the service rewrites never shows up: spelling, order, its own defaults, tags that a policy adds."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine import operations
from reconciler.planning.findings import make_report
from reconciler.planning.planner import make_plan
from tests.property.test_plans import estates, written
from tests.support.accounts import Account, Cloud
from tests.support.applies import apply, left_to_do
from tests.support.estate import facts_of, load_text

SET_BY_THE_SERVICE = {
    "raiPolicyName": "Microsoft.Default",
    "versionUpgradeOption": "OnceNewDefaultVersionAvailable",
    "dynamicThrottlingEnabled": False,
    "currentCapacity": 7,
    "capabilities": {"chatCompletion": "true"},
    "deploymentState": "Running",
}


SEEDS = st.integers(0, 2**32)


def respelled(text: str, random: Random) -> str:
    return "".join(random.choice((c.lower(), c.upper())) for c in text)


def rewrite(account: Account, random: Random) -> None:
    """What Azure, its policies and its portal do to objects without anybody changing anything."""
    for name in random.sample(sorted(account.arm.raw), len(account.arm.raw)):
        raw = account.arm.raw.pop(name)  # put back at the end: another order
        sku, properties = raw["sku"], dict(raw["properties"])
        model = {**properties["model"], "name": respelled(properties["model"]["name"], random), "publisher": "OpenAI"}
        if source := model.get("source"):
            model["source"] = respelled(source, random) + random.choice(("", "/"))
        kept = {k: v for k, v in properties.items() if v is not None}
        properties = {**SET_BY_THE_SERVICE, **kept, "model": model}
        tags = {**raw["tags"], "Policy-Owner": "platform", "created-by": "policy"}
        tags = {respelled(key, random): tags[key] for key in random.sample(sorted(tags), len(tags))}
        sku = {**sku, "name": respelled(sku["name"], random), "tier": None, "capacity": str(sku["capacity"])}
        account.arm.raw[name] = {**raw, "sku": sku, "properties": properties, "tags": tags, "etag": "new"}
    for id, job in account.job_list.items():
        chosen = {"batch_size": 4, "learning_rate_multiplier": 1.8, **job.hyperparameters}
        named = respelled(job.fine_tuned_model, random) if job.fine_tuned_model else None
        account.job_list[id] = replace(
            job, hyperparameters=chosen, seed=random.randrange(2**31), fine_tuned_model=named
        )


@given(estates(), SEEDS)
def test_what_the_service_rewrites_is_no_change_and_no_drift(estate: dict[str, Any], seed: int) -> None:
    text = written(estate)
    cloud = Cloud(load_text(text))
    assert not [o for o in apply(cloud, text).outcomes if o.failed]
    for account in cloud.accounts.values():
        rewrite(account, Random(seed))
    specs = load_text(text)
    observed = operations.look(cloud.world(specs), 1)
    made = make_plan(specs, facts_of(specs), observed)
    assert made.changes == ()
    assert not make_report(made, observed).drifted


@given(estates(), SEEDS)
@settings(max_examples=30)
def test_a_change_after_it_writes_only_what_changed(estate: dict[str, Any], seed: int) -> None:
    """And it converges: what was respelled is set anew, not beside itself, and what a policy added stays."""
    cloud = Cloud(load_text(written(estate)))
    apply(cloud, written(estate))
    for account in cloud.accounts.values():
        rewrite(account, Random(seed))
    raised = {n: {**d, "tags": {"team": "new"}} for n, d in estate["deployments"].items()}
    for deployment in raised.values():
        deployment["targets"] = {
            t: {k: v for k, v in own.items() if k != "tags"} for t, own in deployment["targets"].items()
        }
    text = written({**estate, "deployments": raised})
    apply(cloud, text)
    assert left_to_do(cloud, text) == []
    for account in cloud.accounts.values():
        for raw in account.arm.raw.values():
            keys = [key.lower() for key in raw["tags"]]
            assert len(keys) == len(set(keys))
            assert {"policy-owner", "created-by", "team"} <= set(keys)
