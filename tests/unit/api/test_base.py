"""The specs of an earlier commit, read from git without running anything that the repository configures."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reconciler.api.base import read_base, read_usual_base
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.planning.left import left_targets, tell_left
from reconciler.specs.estate import Specs
from reconciler.specs.parse import load

HEAD = "version: 1\nestate: acme\n"
SWEDEN = """
  sweden: {provider: azure, subscription: 11111111-1111-1111-1111-111111111111, resource_group: rg, account: acme-sweden, region: swedencentral}
"""  # noqa: E501
CHICAGO = """
  chicago: {provider: azure, subscription: 22222222-2222-2222-2222-222222222222, resource_group: rg, account: acme-chicago, region: northcentralus}
"""  # noqa: E501
SERVED = """
deployments:
  ptu:
    model: {name: gpt-4.1-mini, version: "2025-04-14"}
    sku: GlobalProvisionedManaged
    capacity: 100
    targets: {chicago: {}}
  chat:
    model: {name: gpt-4.1-mini, version: "2025-04-14"}
    sku: Standard
    targets: {sweden: {}, chicago: {}}
"""
BEFORE = f"{HEAD}targets:{SWEDEN}{CHICAGO}{SERVED}"
AFTER = f"{HEAD}targets:{SWEDEN}"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch `main` whose specs have both targets, and HEAD on another branch without chicago."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    write("specs/estate.yaml", BEFORE)
    commit("both")
    git("checkout", "-q", "-b", "change")
    write("specs/estate.yaml", AFTER)
    commit("one")
    return tmp_path


def git(*arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def specs() -> Specs:
    return load(Path("specs"))[0]


def left(named: str = "main") -> list[tuple[str, tuple[str, ...]]]:
    now = specs()
    return [(t.name, t.deployments) for t in left_targets(read_base(now, named), now)]


def refusal(named: str) -> str:
    with pytest.raises(DiagnosticsError) as caught:
        read_base(specs(), named)
    (problem,) = caught.value.diagnostics
    assert problem.code is codes.BASE_UNREADABLE
    return problem.detail


@pytest.mark.usefixtures("repository")
def test_what_left_is_told_with_what_it_served_and_its_cost() -> None:
    now = specs()
    base = read_base(now, "main")
    (found,) = left_targets(base, now)
    assert (found.name, found.deployments) == ("chicago", ("chat", "ptu"))
    (told,) = tell_left((found,), base, "USD")
    assert told.code is codes.TARGET_LEFT
    assert f"acme-chicago was in the specs at {base.name}, which wanted chat, ptu there for $" in told.detail
    assert "`retired: true`" in told.detail


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("targets", "gone"),
    [
        (f"{SWEDEN}{CHICAGO}".replace("chicago:", "us:"), False),
        (f"{SWEDEN}{CHICAGO}".replace("northcentralus}", "northcentralus, retired: true}"), False),
        (f"{SWEDEN}{CHICAGO}".replace("acme-chicago", "acme-chicagoo"), True),
        (f"{SWEDEN}{CHICAGO}".replace("22222222-", "33333333-"), True),
    ],
    ids=["only renamed", "retired", "another account", "another subscription"],
)
def test_an_account_is_looked_at_under_whatever_name(targets: str, gone: bool) -> None:
    write("specs/estate.yaml", f"{HEAD}targets:{targets}")
    assert bool(left()) is gone


def test_the_merge_base_counts_and_not_what_came_later(repository: Path) -> None:
    """A target that main got since is not one that this branch removed."""
    git("checkout", "-q", "main")
    write("specs/more.yaml", f"version: 1\ntargets:{CHICAGO.replace('chicago', 'boston')}")
    commit("boston")
    git("checkout", "-q", "change")
    assert left() == [("chicago", ("chat", "ptu"))]
    assert left("HEAD") == []


@pytest.mark.usefixtures("repository")
def test_specs_below_a_folder_and_files_that_are_no_specs() -> None:
    git("checkout", "-q", "-b", "nested")
    git("mv", "specs", "deep")
    write("deep/.hidden.yaml", "nonsense: [")
    write("deep/notes.txt", "nonsense")
    os.symlink("/etc/passwd", "deep/link.yaml")
    commit("moved")
    os.unlink("deep/link.yaml")
    write("deep/estate.yaml", BEFORE)
    now = load(Path("deep"))[0]
    assert sorted(read_base(now, "HEAD").specs.targets) == ["sweden"]
    assert left_targets(read_base(now, "main"), now) == (), "there was no such folder"


@pytest.mark.usefixtures("repository")
def test_a_folder_is_a_base_too() -> None:
    write(".base/specs/estate.yaml", BEFORE)
    assert left(".base") == [("chicago", ("chat", "ptu"))]
    assert left("./.base") == left(str(Path(".base").resolve()))
    assert "it is not a folder" in refusal("./nowhere")


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("named", ["nowhere", "-x", "--output=x", "main:specs", "\x00", "a b", "HEAD~9"])
def test_what_is_no_commit(named: str) -> None:
    refusal(named)


def test_a_shallow_clone_says_so(repository: Path) -> None:
    git("checkout", "-q", "--orphan", "other")
    commit("unrelated")
    assert "no commit in common." in refusal("main")
    Path(".git/shallow").write_bytes(subprocess.check_output(["git", "rev-parse", "HEAD"]))
    told = refusal("main")
    assert "the clone is shallow" in told
    assert "fetch-depth: 0" in told


def test_no_repository_and_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("specs/estate.yaml", BEFORE)
    assert "git says: not a git repository" in refusal("main")
    monkeypatch.setenv("PATH", "/nowhere")
    assert "git cannot be run (No such file or directory)" in refusal("main")


@pytest.mark.usefixtures("repository")
def test_a_broken_base_is_a_warning() -> None:
    """Else the change that mends it could not be planned."""
    git("checkout", "-q", "-b", "broken")
    write("specs/estate.yaml", BEFORE.replace("sku: Standard", "skoo: Standard"))
    commit("broken")
    write("specs/estate.yaml", AFTER)
    base = read_base(specs(), "HEAD")
    assert [p.code for p in base.problems] == [codes.BASE_BROKEN]
    assert "unknown key" in base.problems[0].detail
    assert left("HEAD") == []
    assert [d.code for d in tell_left((), base, "USD")] == [codes.BASE_BROKEN]


def test_nothing_that_the_repository_configures_is_run(repository: Path) -> None:
    """Commands in its configuration, attributes and hooks leave a file behind when they are run."""
    run = f"touch {repository}/RUN; cat"
    keys = (
        "core.fsmonitor core.pager pager.ls-tree pager.cat-file core.sshCommand core.editor diff.x.textconv "
        "diff.x.command filter.x.smudge filter.x.clean filter.x.process diff.external alias.cat-file alias.ls-tree "
        "core.askPass credential.helper uploadpack.packObjectsHook gpg.program interactive.diffFilter"
    )
    for key in keys.split():
        git("config", key, f"!{run}" if key.startswith("alias") else run)
    write(".gitattributes", "* filter=x diff=x export-subst\n")
    hooks = repository / ".git/hooks"
    for name in ("post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change", "fsmonitor-watchman"):
        hook = hooks / name
        hook.write_text(f"#!/bin/sh\n{run}\n")
        hook.chmod(0o755)
    (repository / "RUN").unlink(missing_ok=True)
    before = sorted(p for p in repository.rglob("*") if p.is_file())
    assert left() == [("chicago", ("chat", "ptu"))]
    assert sorted(p for p in repository.rglob("*") if p.is_file()) == before


def test_a_partial_clone_fetches_nothing(repository: Path) -> None:
    """What it lacks would come by a command that its configuration names."""
    blob = subprocess.check_output(["git", "rev-parse", "main:specs/estate.yaml"], text=True).strip()
    (repository / f".git/objects/{blob[:2]}/{blob[2:]}").unlink()
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c touch% {repository}/RUN",
        "protocol.ext.allow": "always",
    }.items():
        git("config", key, value)
    refusal("main")
    assert not (repository / "RUN").exists()


def test_another_repository_in_the_environment_is_not_meant(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path_factory.mktemp("other")))
    assert left() == [("chicago", ("chat", "ptu"))]


def test_without_a_name_it_is_what_was_pushed_else_head(repository: Path) -> None:
    assert usual() == [], "HEAD; nothing was pushed"
    write("specs/estate.yaml", f"{HEAD}targets:{CHICAGO}")
    assert usual() == ["sweden"]
    git("config", "remote.origin.url", str(repository))
    git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    git("update-ref", "refs/remotes/origin/main", "main")
    git("branch", "--set-upstream-to", "origin/main")
    write("specs/estate.yaml", AFTER)
    assert usual() == ["chicago"], "main was pushed before chicago was removed"


def usual() -> list[str]:
    now = specs()
    base = read_usual_base(now)
    assert base
    return [t.name for t in left_targets(base, now)]


def test_where_nothing_is_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("specs/estate.yaml", BEFORE)
    assert read_usual_base(specs()) is None, "no repository"
    git("init", "-q")
    assert read_usual_base(specs()) is None, "no commit"
    write("specs/estate.yaml", "version: 1\nnonsense: 1\n")
    commit("broken")
    write("specs/estate.yaml", BEFORE)
    assert read_usual_base(specs()) is None, "a commit that cannot be read"


@pytest.mark.usefixtures("repository")
def test_specs_that_have_not_moved_are_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    now = specs()
    write("specs/more.yaml", "version: 1\n")
    monkeypatch.setattr("reconciler.api.base.parse_texts", None)
    assert read_base(now, "HEAD").specs is now
    write("specs/estate.yaml", BEFORE)
    with pytest.raises(TypeError):
        read_base(now, "HEAD")
