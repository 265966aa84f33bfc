"""The workflows, run whole."""

from __future__ import annotations

from reconciler.github.marker import read_marker
from tests.github.conftest import Ci


def test_a_pull_request_has_one_comment_that_follows_it(ci: Ci) -> None:
    base = ci.git("rev-parse", "HEAD")
    ci.git("checkout", "-q", "-b", "change")
    ci.commit("capacity: 30", "capacity: 40")
    opened = ci.pull_request(7, base=base)
    assert opened.status == 0, opened.log
    (first,) = ci.hub.comments[7]
    print(opened.log)
    print(first["body"])
