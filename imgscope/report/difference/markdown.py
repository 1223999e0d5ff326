"""A difference as Markdown, for a pull request."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from imgscope.report import markdown
from imgscope.report.difference import words
from imgscope.report.difference.tables import Table
from imgscope.report.difference.wire import Diff
from imgscope.report.verdicts.markdown import code, escape

MARKER = "<!-- imgscope diff -->"
"""By this a bot finds the comment that it wrote before."""


def write_markdown(diff: Diff, tables: Iterable[Table]) -> Iterator[str]:
    """Pieces of the document."""
    yield f"{MARKER}\n## {'Images differ' if diff['different'] else 'No difference'}\n\n"
    for side in words.SIDES:
        yield f"- {side}: {code(words.side(diff[side]))}\n"
    yield f"\n**{escape(words.verdict(diff))}**\n"
    for note in words.notes(diff):
        yield f"\n- {escape(note)}\n"
    for table in tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    rows = [[_cell(cell, side) for cell, side in zip(row, table.align, strict=True)] for row in table.rows]
    lines = markdown.table([escape(title) for title in table.titles], table.align, rows)
    more = f"\n{escape(table.more)}\n" if table.more else ""
    if table.first:
        yield from _table(table.first)
    if table.folded:
        # Up to the blank line all of it is HTML.
        yield f"\n<details><summary>{html.escape(table.title)}</summary>\n\n"
        yield from lines
        yield f"{more}\n</details>\n"
    else:
        yield f"\n### {escape(table.title)}\n\n"
        yield from lines
        yield more


def _cell(text: str, side: str) -> str:
    return code(text) if side == "c" and text else escape(text)
