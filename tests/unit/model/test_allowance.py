"""Who may do what by patterns of actions, and how models are named on both planes."""

from __future__ import annotations

import pytest

from reconciler.model.allowance import Allowance, Grant, OfferedModel, Permissions
from reconciler.model.catalog import permissions as actions

_OPENAI = "Microsoft.CognitiveServices/accounts/OpenAI"
USER = Grant(
    actions=("Microsoft.CognitiveServices/*/read",),
    data_actions=(f"{_OPENAI}/*/read", f"{_OPENAI}/deployments/chat/completions/action"),
)
CONTRIBUTOR = Grant(
    actions=("Microsoft.CognitiveServices/*/read", "Microsoft.CognitiveServices/accounts/deployments/write"),
    data_actions=(f"{_OPENAI}/*",),
)
OWNER = Grant(actions=("*",))
NO_FILES = Grant(actions=("*",), data_actions=(f"{_OPENAI}/*",), not_data_actions=(f"{_OPENAI}/Files/*",))
WRITE, UPLOAD, LIST = actions.WRITE_DEPLOYMENTS, actions.WRITE_FILES, actions.READ_FILES


@pytest.mark.parametrize(
    ("grants", "action", "allowed", "why"),
    [
        ((USER,), LIST, True, "a star in the middle"),
        ((USER,), UPLOAD, False, "reads only"),
        ((USER,), WRITE, False, "reads only"),
        ((USER,), actions.READ_ACCOUNT, True, "a star between slashes"),
        ((CONTRIBUTOR,), UPLOAD, True, "everything on the data plane"),
        ((CONTRIBUTOR,), WRITE, True, "by name"),
        ((OWNER,), WRITE, True, "everything on the control plane"),
        ((OWNER,), UPLOAD, False, "owners do not write data by that"),
        ((OWNER, CONTRIBUTOR), UPLOAD, True, "one role is enough"),
        ((NO_FILES,), UPLOAD, False, "taken out again, in any case of letters"),
        ((NO_FILES,), actions.WRITE_RUNS, True, "only the files"),
        ((NO_FILES, CONTRIBUTOR), UPLOAD, True, "what one role takes out, another may give"),
        ((), LIST, False, "no role"),
    ],
)
def test_grants(grants: tuple[Grant, ...], action: actions.Action, allowed: bool, why: str) -> None:
    assert Permissions(grants).allows(action.name, data=action.data) is allowed, why


def test_a_key_opens_the_data_plane_and_nothing_else() -> None:
    by_key = Permissions((), by_key=True)
    assert by_key.allows(UPLOAD.name, data=True)
    assert not by_key.allows(WRITE.name)


def model(name: str, version: str) -> OfferedModel:
    return OfferedModel(name, version, "", True, (), None, None)


@pytest.mark.parametrize(
    ("name", "version", "id"),
    [
        ("gpt-4.1-mini", "2025-04-14", "gpt-4.1-mini-2025-04-14"),
        ("gpt-35-turbo", "0125", "gpt-35-turbo-0125"),
        ("o4-mini", "2025-04-16", "o4-mini-2025-04-16"),
        ("Ministral-3B", "2411", "Ministral-3B"),
        ("gpt-oss-20b", "1", "gpt-oss-20b"),
    ],
)
def test_ids(name: str, version: str, id: str) -> None:
    listed = Allowance(models=(model("gpt-4o", "2024-08-06"), model(name, version)))
    assert model(name, version).id == id
    for spelled in (id, id.upper(), f"{name}-{version}"):
        assert listed.base_model(spelled) == model(name, version)
    assert listed.base_model("gpt-9-2031-01-01") is None
