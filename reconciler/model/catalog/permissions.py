"""Which of Azure's actions the tool needs for what, and the roles that hold them.

Source: learn.microsoft.com, azure/role-based-access-control/permissions/ai-machine-learning
(Microsoft.CognitiveServices) and built-in-roles/ai-machine-learning.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "2026-11-21"

USER, READER = "Cognitive Services OpenAI User", "Reader"
CONTRIBUTOR = "Cognitive Services OpenAI Contributor"
USAGES_READER = "Cognitive Services Usages Reader"
"""On the subscription: quota belongs to it, not to an account."""
_ACCOUNT = "Microsoft.CognitiveServices/accounts"


@dataclass(frozen=True, slots=True)
class Action:
    """One action of Azure's; `data` for the data plane's."""

    name: str
    purpose: str
    """What cannot be done without it, after "to"."""
    role: str
    data: bool = False


READ_ACCOUNT = Action(f"{_ACCOUNT}/read", "read the account", USER)
READ_DEPLOYMENTS = Action(f"{_ACCOUNT}/deployments/read", "read deployments", USER)
WRITE_DEPLOYMENTS = Action(f"{_ACCOUNT}/deployments/write", "deploy", CONTRIBUTOR)
DELETE_DEPLOYMENTS = Action(f"{_ACCOUNT}/deployments/delete", "delete deployments", CONTRIBUTOR)
READ_FILES = Action(f"{_ACCOUNT}/OpenAI/files/read", "list files", USER, data=True)
READ_RUNS = Action(f"{_ACCOUNT}/OpenAI/fine-tunes/read", "list training runs", USER, data=True)
READ_MODELS = Action(f"{_ACCOUNT}/OpenAI/models/read", "list models", USER, data=True)
WRITE_FILES = Action(f"{_ACCOUNT}/OpenAI/files/write", "upload", CONTRIBUTOR, data=True)
WRITE_RUNS = Action(f"{_ACCOUNT}/OpenAI/fine-tunes/write", "train", CONTRIBUTOR, data=True)

TO_PLAN = (READ_ACCOUNT, READ_DEPLOYMENTS, READ_FILES, READ_RUNS, READ_MODELS)
TO_APPLY = (WRITE_FILES, WRITE_RUNS, WRITE_DEPLOYMENTS, DELETE_DEPLOYMENTS)
