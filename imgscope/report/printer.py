"""Lays text out: Rich tables at a terminal, plain columns everywhere else.

What goes through :meth:`Printer.line` and :meth:`Printer.table` is escaped here: image data is never taken as markup,
and no control character in it reaches the output. Who writes to ``stream`` directly (JSON, file lists) escapes itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TextIO

from imgscope.cells import cells, flowed, shortened, wrapped
from imgscope.escaping import inert
from imgscope.units import SizeStyle, size

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_WIDTH = 100
_LOG_WIDTH = 120
_NARROWEST = 10
_UNLIMITED = 1 << 20


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: ``right`` for numbers; ``flexible`` gives way where the width is short.

    ``keep_end``: of a path the end says more than the beginning.
    """

    title: str
    right: bool = False
    flexible: bool = False
    keep_end: bool = False
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

    @property
    def width(self) -> int | None:
        """Cells of a line of the terminal; None in a pipe, be it coloured, where nothing is broken into lines."""
        terminal = self.look.rich and self.stream.isatty()
        return (self.look.width or get_terminal_size().columns) if terminal else None

    def line(self, text: str = "", style: str = "", *, hang: str | None = None) -> None:
        """One line, escaped. A terminal gets it broken between words.

        ``hang`` is what further lines begin with; None: the blanks that the text begins with.
        """
        text = inert(text)
        if hang is None:
            hang = " " * (len(text) - len(text.lstrip(" ")))
        self._lines([text] if self.width is None else wrapped(text, self.width, hang), style)

    def pieces(self, pieces: Sequence[str], style: str = "", *, hang: str = "") -> None:
        """A row, escaped. A terminal gets pieces that do not fit on further lines, which begin with ``hang``.

        Pieces are not broken; what stands between two belongs to the second of them.
        """
        safe = [inert(piece) for piece in pieces]
        self._lines(["".join(safe)] if self.width is None else flowed(safe, self.width, hang), style)

    def _lines(self, lines: Sequence[str], style: str) -> None:
        if self.look.rich:
            from rich.text import Text

            self._rich().print(Text("\n".join(lines), style=style), soft_wrap=True)
        else:
            self.stream.writelines(f"{line}\n" for line in lines)

    def heading(self, text: str) -> None:
        """A blank line and a title."""
        self.line()
        self.line(text, "bold")

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, indent: int = 0, header: bool = True
    ) -> None:
        """A table; cells are escaped. ``indent``: blanks before each row."""
        if not header:
            columns = [replace(column, title="") for column in columns]
        safe = [[inert(cell) for cell in row] for row in rows]
        if self.look.rich:
            self._rich_table(columns, safe, indent, header)
        else:
            self._plain_table(columns, safe, indent, header)

    def _rich(self) -> Console:
        if self._console is None:
            from rich.console import Console

            self._console = Console(
                file=self.stream,
                # Where nothing may be cut a table is as wide as it needs; the terminal wraps it.
                width=self.look.width if self.look.truncate else _UNLIMITED,
                force_terminal=True,
                color_system="auto" if self.look.color else None,
                highlight=False,
                markup=False,
                emoji=False,
            )
        return self._console

    def _rich_table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], indent: int, header: bool) -> None:
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        console = self._rich()
        widths = fitting(columns, rows, console.width - indent if self.look.truncate else None)
        table = Table(box=None, pad_edge=False, show_header=header, header_style="dim", padding=(0, 2, 0, 0))
        for column, width in zip(columns, widths, strict=True):
            table.add_column(column.title, justify="right" if column.right else "left", no_wrap=True, width=width)
        for row in rows:
            fitted = zip(row, columns, widths, strict=True)
            table.add_row(
                *(
                    Text(self._cut(cell, column, width), style="" if cell == "-" else column.style)
                    for cell, column, width in fitted
                )
            )
        # A terminal too narrow for the numbers wraps lines; Rich would cut the numbers.
        width, console.width = console.width, max(console.width, sum(widths) + 2 * len(widths) + indent)
        shown = Padding(table, (0, 0, 0, indent), expand=False) if indent else table
        console.print(shown, crop=False, soft_wrap=True)
        console.width = width

    def _plain_table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], indent: int, header: bool) -> None:
        if indent and self.look.truncate:  # below a line of text it keeps to a width that logs show
            widths = fitting(columns, rows, _LOG_WIDTH - indent)
        else:
            widths = [
                min(width, _PLAIN_WIDTH) if column.flexible and not column.keep_end and self.look.truncate else width
                for column, width in zip(columns, fitting(columns, rows, None), strict=True)
            ]
        titles = [[column.title for column in columns]] if header else []
        for row in (*titles, *rows):
            parts = [
                _pad(self._cut(cell, column, width), width, column.right)
                for cell, column, width in zip(row, columns, widths, strict=True)
            ]
            self.stream.write((" " * indent + "  ".join(parts)).rstrip() + "\n")

    def _cut(self, cell: str, column: Column, width: int) -> str:
        return shortened(cell, width, keep_end=column.keep_end, unicode=self.look.unicode)


def fitting(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> list[int]:
    """Widths of columns in cells: what they need, but flexible ones share what ``width`` leaves, smallest first."""
    widths = [
        max(cells(text) for text in (column.title, *(row[index] for row in rows)))
        for index, column in enumerate(columns)
    ]
    if width is None:
        return widths
    flexible = sorted((index for index, column in enumerate(columns) if column.flexible), key=widths.__getitem__)
    left = width - 2 * (len(columns) - 1) - sum(widths) + sum(widths[index] for index in flexible)
    # The end of a path tells more than the rest of an instruction: it gets two shares.
    shares = {index: 2 if columns[index].keep_end else 1 for index in flexible}
    for index in flexible:
        widths[index] = min(widths[index], max(_NARROWEST, left * shares[index] // sum(shares.values())))
        left -= widths[index]
        del shares[index]
    return widths


def _pad(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks
