"""What a command imports is what everybody waits for: `validate` runs in every editor and commit hook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SPEC = """\
version: 1
estate: small
targets:
  sweden: {provider: azure, subscription: 11111111-1111-1111-1111-111111111111, resource_group: rg, account: aoai-a,
    region: swedencentral}
datasets:
  rows: {file: rows.jsonl}
jobs:
  one: {target: sweden, base_model: gpt-4.1-mini-2025-04-14, training: rows}
deployments:
  chat: {model: {job: one}, sku: Standard, capacity: 1, targets: {sweden: {}}}
"""
ROW = '{"messages": [{"role": "user", "content": "Question %d"}, {"role": "assistant", "content": "Answer"}]}\n'
PROGRAM = """
import atexit, sys
there = set(sys.modules)
from reconciler.__main__ import main
atexit.register(lambda: print(*(set(sys.modules) - there)))
main()
"""

INSTALLED = {
    "annotated_types", "click", "orjson", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection", "yaml",
}  # fmt: skip
GLUE = ("cython_runtime", "_cython", "_yaml", "_sysconfigdata", "org")
"""What C extensions and the standard library leave among the modules."""
OURS = {"api", "cli", "datasets", "model", "specs", "render"}
"""Rooms that `validate` needs; of `engine` and `providers` it knows a number and the list of hosts."""
FEW = {"reconciler.engine", "reconciler.providers", "reconciler.providers.hosts"}
COMMANDS = {"app", "completion", "options", "reporting", "streams", "validate"}
NEVER = {
    "asyncio", "concurrent", "ctypes", "difflib", "http", "logging", "multiprocessing", "pickle",
    "reconciler.specs.grader", "reconciler.specs.schema", "ssl", "subprocess", "unittest", "urllib.request", "xml",
}  # fmt: skip


def test_validate_imports_only_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/all.yaml").write_text(SPEC)
    (tmp_path / "specs/rows.jsonl").write_text("".join(ROW % i for i in range(12)))
    environment = os.environ | {"RECONCILER_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-c", PROGRAM, "validate"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    said, imported = done.stdout.splitlines()
    assert said.startswith("Valid.")
    modules = set(imported.split())
    rooms = {m for m in modules if m.startswith("reconciler.") and m.split(".")[1] not in OURS | {"__main__"}}
    assert rooms <= FEW
    assert {m.split(".")[2] for m in modules if m.startswith("reconciler.cli.")} <= COMMANDS
    assert not modules & NEVER
    third = {
        t for t in {m.split(".")[0] for m in modules if not m.startswith(GLUE)} if t not in sys.stdlib_module_names
    }
    assert third <= INSTALLED | {"reconciler"}, "every command would import it"
