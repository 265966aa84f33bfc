"""Whatever is removed, by whatever command: nothing protected, nobody else's and nothing that is served."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import marks
from tests.property.test_plans import estates, written
from tests.support.accounts import Cloud
from tests.support.applies import apply, destroy
from tests.support.estate import load_text

RETENTION = st.fixed_dictionaries(
    {}, optional={"models": st.integers(0, 2), "files": st.sampled_from(["keep", "until_trained"])}
)


def served(cloud: Cloud) -> dict[str, str]:
    """Deployment -> what it serves, in every account."""
    return {
        f"{name}@{target}": raw["properties"]["model"]["name"]
        for target, account in cloud.accounts.items()
        for name, raw in account.arm.raw.items()
    }


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Cloud, dict[str, Any]]:
    """A cloud in which two estates were applied, some of it protected, some models deployed by strangers."""
    mine = draw(estates())
    for deployment in mine["deployments"].values():
        deployment["protect"] = draw(st.booleans())
    theirs = {**draw(estates()), "estate": "other"}
    theirs["deployments"] = {f"theirs-{name}": body for name, body in theirs["deployments"].items()}
    cloud = Cloud(load_text(written(mine)))
    apply(cloud, written(theirs))
    apply(cloud, written(mine))
    models = sorted(cloud["sweden"].model_list)
    for number, model in enumerate(draw(st.lists(st.sampled_from(models), max_size=2)) if models else []):
        name = model if draw(st.booleans()) else f"{model}:ckpt-step-3"
        body = {"sku": {"name": "Standard"}, "properties": {"model": {"name": name}}, "tags": {}}
        cloud["chicago"].arm.put(f"portal-{number}", body)
    return cloud, mine


@given(worlds(), estates(), RETENTION, st.booleans())
@settings(max_examples=80)
def test_nothing_protected_foreign_or_served_is_ever_removed(
    world: tuple[Cloud, dict[str, Any]], later: dict[str, Any], retention: dict[str, Any], all_of_it: bool
) -> None:
    cloud, _ = world
    text = written({**later, "retention": retention})
    before = cloud.snapshot()
    story = destroy(cloud, text) if all_of_it else apply(cloud, text, prune=True)
    assert not [o for o in story.outcomes if o.failed], story.codes()
    own, in_full = marks.estate_mark("acme"), marks.long_mark("acme")
    for target, (files, jobs, models, raw) in before.items():
        account = cloud[target]
        for name, deployment in raw.items():
            tags = deployment["tags"]
            if tags.get(marks.TAG_ESTATE) != "acme":
                assert account.arm.raw[name] == deployment, "not ours"
            elif tags[marks.TAG_PROTECT] == "true":
                assert name in account.arm.raw, "protected"
        for id, model in models.items():
            assert id in account.model_list or (model.mark or "")[2:6] == own, "not ours"
        assert all(id in account.file_list or f"-{in_full}." in file.filename for id, file in files.items())
        assert all(id in account.job_list or (job.mark or "")[2:6] == own for id, job in jobs.items())
    everything = {id for account in cloud.accounts.values() for id in account.model_list}
    for place, name in served(cloud).items():
        assert name.split(":ckpt-step")[0] in everything, f"{place} serves what is gone"
    again = destroy(cloud, text) if all_of_it else apply(cloud, text, prune=True)
    if all_of_it:
        assert again.outcomes == (), "a second destroy has nothing to do"
