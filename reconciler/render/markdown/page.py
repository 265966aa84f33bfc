"""How much fits: what is shown is cut between blocks, never within one."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.render.markdown.escaping import html_code, html_prose

COMMENT = 60_000
"""Bytes that fit a comment on GitHub together with somebody's marker and a footer.

The limit is 65,536 characters; no way of counting characters counts more than the bytes of UTF-8.
"""


def size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def fill(blocks: Iterable[str], room: int) -> list[str]:
    """The first blocks that fit, with an empty line between them."""
    shown = []
    for block in blocks:
        room -= size(block) + 2
        if room < 0:
            break
        shown.append(block)
    return shown


def headline(word: str, address: str, why: str) -> str:
    """What happens to what and why, as HTML."""
    return f"{html_code(word)} <b>{html_code(address)}</b> {html_prose(why)}".rstrip()


def folded(line: str, body: Iterable[str], *, unfolded: bool) -> str:
    """A block with a line of HTML that stands for it; without a body the line alone."""
    inside = "\n\n".join(part for part in body if part)
    if not inside:
        return f"<p>{line}</p>"
    return f"<details{' open' if unfolded else ''}><summary>{line}</summary>\n\n{inside}\n\n</details>"


def alert(kind: str, paragraphs: Iterable[str]) -> str:
    """A box with a coloured edge; elsewhere than on GitHub and GitLab a quotation."""
    return "\n".join([f"> [!{kind}]", *(f"> {line}" for line in "\n\n".join(paragraphs).split("\n"))])


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """The first column is left-aligned, the others hold numbers."""
    lines = [head, [":--", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
