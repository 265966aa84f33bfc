"""A fingerprint ignores what it should, and nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import marks
from reconciler.model.fingerprint import Ingredients
from reconciler.model.marks import DeploymentMark, FileMark

DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
NUMBERS = st.integers(1, 2**50) | st.floats(min_value=1e-9, max_value=100, allow_nan=False)
HYPERPARAMETERS = st.dictionaries(
    st.sampled_from(["n_epochs", "batch_size", "learning_rate_multiplier", "beta"]), NUMBERS | st.just("auto")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.none() | st.dictionaries(st.text(max_size=5), JSON, max_size=3)
INGREDIENTS = st.builds(
    Ingredients,
    base_model=st.sampled_from(["gpt-4.1-mini-2025-04-14", "gpt-4.1-nano-2025-04-14"]),
    parent=st.none() | DIGESTS,
    checkpoint=st.none() | st.integers(1, 999),
    method=st.sampled_from(["supervised", "dpo", "reinforcement"]),
    hyperparameters=HYPERPARAMETERS,
    training=DIGESTS,
    validation=st.none() | DIGESTS,
    seed=st.none() | st.integers(0, 2**31 - 1),
    grader=OBJECTS,
    response_format=OBJECTS,
    generation=st.integers(1, 9),
)


def meaning(i: Ingredients) -> dict[str, Any]:
    """What two runs must have in common to be one, written independently of the code."""
    kept = {f.name: getattr(i, f.name) for f in fields(i)}
    kept["hyperparameters"] = {k: v for k, v in i.hyperparameters.items() if v != "auto"}
    if i.parent is None:
        kept["checkpoint"] = None  # of no run
    else:
        kept["base_model"] = None  # the parent says it
    return kept


@given(INGREDIENTS, INGREDIENTS)
def test_two_runs_are_one_exactly_when_they_mean_the_same(one: Ingredients, two: Ingredients) -> None:
    assert (one.fingerprint() == two.fingerprint()) == (meaning(one) == meaning(two))


@given(INGREDIENTS, INGREDIENTS, st.sampled_from([f.name for f in fields(Ingredients)]))
def test_one_ingredient_makes_another_run(one: Ingredients, two: Ingredients, name: str) -> None:
    changed = replace(one, **{name: getattr(two, name)})
    assert (one.fingerprint() == changed.fingerprint()) == (meaning(one) == meaning(changed))


@given(INGREDIENTS, st.randoms())
def test_the_order_of_keys_and_the_type_of_whole_numbers_do_not_count(run: Ingredients, random: Any) -> None:
    items = [(k, float(v) if isinstance(v, int) and v < 2**53 else v) for k, v in run.hyperparameters.items()]
    random.shuffle(items)
    assert replace(run, hyperparameters=dict(items)).fingerprint() == run.fingerprint()


@given(INGREDIENTS, st.from_regex(r"[a-z0-9-]{0,23}", fullmatch=True), st.integers(0, 23), st.booleans())
def test_a_mark_is_found_in_whatever_is_left_of_a_suffix(run: Ingredients, suffix: str, cut: int, upper: bool) -> None:
    mark = marks.run_mark("acme", run.fingerprint())
    assert marks.is_estates(mark, "acme")
    left = marks.run_suffix(mark, suffix)[: marks.MARK_LENGTH + cut]
    name = f"gpt-4.1-mini-2025-04-14.ft-{'0' * 32}-{left}"
    assert marks.find_mark(name.upper() if upper else name) == mark


@given(st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", fullmatch=True), DIGESTS, st.text(max_size=20))
def test_the_name_of_a_file_says_what_is_in_it(dataset: str, digest: str, estate: str) -> None:
    read = [FileMark.read(name) for name in marks.file_names(dataset, digest, estate)]
    assert [mark and mark.content for mark in read] == [(dataset, digest[:16])] * 2
    assert [mark and mark.is_of(estate) for mark in read] == [True, True]
    assert [mark and mark.is_long for mark in read] == [True, False]


@given(st.dictionaries(st.text(max_size=20), JSON, max_size=20), st.text(min_size=1, max_size=20), st.booleans())
def test_tags_are_read_as_they_were_written(applied: dict[str, Any], estate: str, protect: bool) -> None:
    mark = DeploymentMark(estate, "deployment.a@b", "f" * 64, protect, applied)
    assert DeploymentMark.read(mark.tags()) == mark


@given(st.dictionaries(st.sampled_from(list(DeploymentMark("e", "a").tags())), st.text(max_size=300)))
def test_no_tag_is_a_problem(tags: dict[str, str]) -> None:
    found = DeploymentMark.read(tags)
    assert (found is None) == (marks.TAG_ESTATE not in tags)
