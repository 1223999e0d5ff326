"""Lays text out: Rich tables at a terminal, plain columns everywhere else.

Everything printed goes through here, and is escaped here: image data is never taken as markup, and no control
character in it reaches the output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from imgscope.escaping import printable
from imgscope.units import SizeStyle, size

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: ``right`` for numbers; ``flexible`` gives way where the width is short."""

    title: str
    right: bool = False
    flexible: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How text shall look. ``rich`` is for terminals; ``width`` None asks the terminal."""

    rich: bool = False
    color: bool = False
    width: int | None = None
    truncate: bool = True
    sizes: SizeStyle = SizeStyle.DECIMAL
    unicode: bool = True


class Printer:
    """Writes lines and tables to a stream."""

    def __init__(self, stream: TextIO, look: Look) -> None:
        self.stream = stream
        self.look = look
        self._console: Console | None = None

    def size(self, count: int | None) -> str:
        """Bytes in the chosen style; a dash where they are not known."""
        return "-" if count is None else size(count, self.look.sizes)

    def line(self, text: str = "", style: str = "") -> None:
        """One line, escaped."""
        if self.look.rich:
            from rich.text import Text

            self._rich().print(Text(printable(text), style=style), soft_wrap=True)
        else:
            self.stream.write(printable(text) + "\n")

    def heading(self, text: str) -> None:
        """A blank line and a title."""
        self.line()
        self.line(text, "bold")

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A table with a header; cells are escaped."""
        safe = [[printable(cell) for cell in row] for row in rows]
        if self.look.rich:
            self._rich_table(columns, safe)
        else:
            self._plain_table(columns, safe)

    def _rich(self) -> Console:
        if self._console is None:
            from rich.console import Console

            self._console = Console(
                file=self.stream,
                width=self.look.width,
                force_terminal=True,
                no_color=not self.look.color,
                highlight=False,
                markup=False,
                emoji=False,
            )
        return self._console

    def _rich_table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for column in columns:
            flexible = column.flexible and self.look.truncate
            table.add_column(
                column.title,
                justify="right" if column.right else "left",
                no_wrap=flexible or not column.flexible,
                overflow="ellipsis" if flexible else "fold",
                ratio=None,
                min_width=12 if column.flexible else None,
                style=column.style or None,
            )
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._rich().print(table)

    def _plain_table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        cells = [[column.title for column in columns], *(self._cut(columns, row) for row in rows)]
        widths = [max(_cells(row[index]) for row in cells) for index in range(len(columns))]
        for row in cells:
            parts = [_pad(cell, width, column.right) for cell, width, column in zip(row, widths, columns, strict=True)]
            self.stream.write("  ".join(parts).rstrip() + "\n")

    def _cut(self, columns: Sequence[Column], row: Sequence[str]) -> list[str]:
        if not self.look.truncate:
            return list(row)
        return [
            ellipsis(cell, _PLAIN_WIDTH, self.look.unicode) if column.flexible else cell
            for cell, column in zip(row, columns, strict=True)
        ]


def ellipsis(text: str, width: int, unicode: bool = True) -> str:
    """``text`` cut to ``width`` characters, the last saying so."""
    if len(text) <= width:
        return text
    mark = "…" if unicode else "..."
    return text[: width - len(mark)] + mark


def _pad(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _cells(text))
    return blanks + text if right else text + blanks


def _cells(text: str) -> int:
    """Terminal cells that a text takes: Asian wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(character) else 1 + (east_asian_width(character) in "WF") for character in text)
