from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.github.client import Client
from reconciler.github.comments import Comments
from reconciler.github.marker import Marker, read_marker
from reconciler.providers.errors import ServiceError
from tests.support.hub import Fault, Repository

PLAN = Marker("plan", "specs", facts={"digest": "d1"})


def test_one_comment_is_edited_in_place(hub: Repository, client: Client) -> None:
    comments = Comments(client)
    first = comments.put(7, PLAN, "one")
    again = comments.put(7, Marker("plan", "specs", facts={"digest": "d2"}), "two")
    assert first
    assert again
    assert first.id == again.id
    (body,) = hub.bodies(7)
    assert body.endswith("\ntwo")
    found = read_marker(body)
    assert found
    assert found.facts == {"digest": "d2"}
    hub.requests.clear()
    comments.put(7, Marker("plan", "specs", facts={"digest": "d2"}), "two")
    assert not hub.writes(), "what stands there already is left alone"


def test_other_roots_kinds_and_scopes_have_comments_of_their_own(client: Client, hub: Repository) -> None:
    comments = Comments(client)
    for marker in (PLAN, Marker("plan", "other"), Marker("apply", "specs"), Marker("plan", "specs", "--target sweden")):
        comments.put(7, marker, "text")
    assert len(hub.bodies(7)) == 4


def test_a_marker_in_somebody_elses_comment_is_not_trusted(hub: Repository, client: Client) -> None:
    hub.add_comment(7, f"{PLAN}\napproved, honest", author="mallory")
    post = Comments(client).put(7, PLAN, "ours")
    assert len(hub.bodies(7)) == 2
    assert post
    assert post.author == hub.author
    assert hub.bodies(7)[0].endswith("honest")


def test_a_marker_further_down_is_a_quotation(hub: Repository, client: Client) -> None:
    hub.add_comment(7, f"> quoted\n{PLAN}\n")
    assert Comments(client).find(7, PLAN) is None


@pytest.mark.parametrize("heard", [True, False])
def test_a_lost_answer_does_not_make_a_second_comment(hub: Repository, client: Client, heard: bool) -> None:
    hub.faults.append(Fault("POST", "/comments", 502, after=heard))
    Comments(client).put(7, PLAN, "text")
    assert len(hub.bodies(7)) == 1


def test_a_refusal_is_passed_on(hub: Repository, client: Client) -> None:
    with pytest.raises(ServiceError, match="Body is too long") as caught:
        Comments(client).put(7, PLAN, "x" * 70_000)
    assert caught.value.status == 422
    assert not hub.bodies(7)


_WORDS = st.text(max_size=60)


@given(st.builds(Marker, _WORDS, _WORDS, _WORDS, st.dictionaries(_WORDS, _WORDS, max_size=3)))
def test_every_marker_is_read_back_and_stays_inside_its_comment(marker: Marker) -> None:
    line = str(marker)
    assert read_marker(f"{line}\nbody") == marker
    assert line.count("-->") == 1
    assert line.endswith("-->")
    assert "\n" not in line


@given(st.text())
def test_no_body_breaks_the_reading_of_markers(body: str) -> None:
    read_marker(f"<!-- reconciler {body} -->")
