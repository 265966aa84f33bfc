"""The table of checks in docs/datasets.md, made from the codes; run as a module, this writes it."""

from __future__ import annotations

from pathlib import Path

from reconciler.model.codes import every_code

PAGE = Path(__file__).parents[3] / "docs" / "datasets.md"
START = "<!-- checks: written by python -m tests.unit.datasets.checks_table -->\n"
END = "<!-- end of checks -->\n"


def table() -> str:
    checks = [code for code in every_code() if code.id.startswith(("dataset-", "row-"))]
    lines = ["| code | | what | the rule behind it |", "|---|---|---|---|"]
    lines += [f"| `{c.id}` | {c.severity.value} | {_cell(c.summary)} | {_cell(c.meaning)} |" for c in checks]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def page(old: str) -> str:
    before, _, rest = old.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{table()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
