"""Addresses: written, read, and matched by globs."""

from __future__ import annotations

import pytest

from reconciler.model.address import Address

ADDRESSES = [
    ("dataset.support-2026-01", Address("dataset", "support-2026-01")),
    ("dataset.a.b", Address("dataset", "a.b")),
    ("job.support/2026-01", Address("job", "support/2026-01")),
    ("deployment.support-chat@chicago", Address("deployment", "support-chat", "chicago")),
]


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_both_ways(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing"),
        ("job", "no name"),
        ("job.", "an empty name"),
        ("run.a", "no kind"),
        ("deployment.a", "a deployment without its target"),
        ("deployment.a@", "with an empty one"),
        ("deployment.@b", "a target without a name"),
        ("job.a@b", "a job with a target"),
    ],
)
def test_what_is_no_address(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        raise AssertionError(f"{why}: {Address.parse(text)}")


@pytest.mark.parametrize(
    ("glob", "matches"),
    [
        ("deployment.*@chicago", True),
        ("deployment.support-chat@chicago", True),
        ("deployment.*@sweden", False),
        ("*", True),
        ("deployment.SUPPORT-chat@chicago", False),
        ("job.*", False),
        ("deployment.support-chat", False),
    ],
)
def test_globs(glob: str, matches: bool) -> None:
    assert Address("deployment", "support-chat", "chicago").matches(glob) is matches
