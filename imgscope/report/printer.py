"""Lays text out: Rich tables at a terminal, plain columns everywhere else.

What goes through :meth:`Printer.line` and :meth:`Printer.table` is escaped here: image data is never taken as markup,
and no control character in it reaches the output. Who writes to ``stream`` directly (JSON, file lists) escapes itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TextIO

from imgscope.cells import cells, flowed, shortened, wrapped
from imgscope.escaping import inert
from imgscope.units import SizeStyle, size

if TYPE_CHECKING:
    from rich.console import Console

_LONGEST = 1000
"""Cells of a text of the image in a pipe: hardly anybody wrote more by hand, and it would drown all else."""
_PADDED = 100
"""Cells in a pipe up to which what follows stands below one another; one that is longer moves its own row only."""
_NARROWEST = 10
_UNLIMITED = 1 << 20


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: ``right`` for numbers; ``flexible`` gives way where the width is short.

    ``keep_end``: of a path the end says more than the beginning. ``wrap``: it goes on below instead of being cut.
    """

    title: str
    right: bool = False
    flexible: bool = False
    keep_end: bool = False
    wrap: bool = False
    style: str = ""

    def styled(self, cell: str) -> str:
        """The style of a cell: there is nothing about a dash to be seen."""
        return "" if cell == "-" else self.style


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
        """A table; cells are escaped. ``indent``: blanks before each row.

        A pipe gets it as wide as it needs. A terminal too narrow for the last column gets that below each row.
        """
        if not header:
            columns = [replace(column, title="") for column in columns]
        safe = [[inert(cell) for cell in row] for row in rows]
        room = self._rich().width - indent if self.look.rich and self.look.truncate else None
        longest = _LONGEST if self.look.truncate else _UNLIMITED
        laid = _Table(columns, safe, room, longest, self.look.unicode).lines(header=header)
        if self.look.rich:
            self._rich_lines(laid, " " * indent)
        else:
            self.stream.writelines(" " * indent + "  ".join(text for text, _ in line).rstrip() + "\n" for line in laid)

    def _rich_lines(self, lines: Iterable[Line], lead: str) -> None:
        from rich.text import Text

        for line in lines:
            blanks: Line = [("  ", "")] * (2 * len(line) - 1)
            blanks[::2] = line
            text = Text.assemble(lead, *blanks)
            text.rstrip()
            self._rich().print(text, soft_wrap=True)

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


Line = list[tuple[str, str]]
"""Texts and their styles."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Lays a table out in ``room`` cells; None: nothing is cut but what is ``longest``."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    room: int | None
    longest: int
    unicode: bool

    def lines(self, *, header: bool) -> Iterator[Line]:
        """Header and rows as cells of one width each."""
        columns, widths = self.columns, self._widths(self.columns)
        if self.room is not None and columns[-1].flexible and sum(widths) + 2 * (len(widths) - 1) > self.room:
            columns = columns[:-1]
            widths = self._widths(columns)
        if header:
            yield from self._row([column.title for column in self.columns], columns, widths, "dim")
        for row in self.rows:
            yield from self._row(row, columns, widths)

    def _widths(self, columns: Sequence[Column]) -> list[int]:
        widths = fitting(columns, self.rows, self.room)
        if self.room is not None:
            return widths
        return [
            min(width, _PADDED) if column.flexible and not column.keep_end else width
            for column, width in zip(columns, widths, strict=True)
        ]

    def _row(
        self, row: Sequence[str], columns: Sequence[Column], widths: Sequence[int], style: str = ""
    ) -> Iterator[Line]:
        """A row: what is wrapped goes on below, and so does what has no column there."""
        beside = zip(row, columns, widths, strict=False)
        parts = [
            [self._cut(part, column, width) for part in self._parts(cell, column, width)]
            for cell, column, width in beside
        ]
        for line in zip_longest(*parts, fillvalue=""):
            cells_ = zip(line, columns, widths, strict=True)
            yield [(_pad(cell, width, column.right), style or column.styled(cell)) for cell, column, width in cells_]
        last = self.columns[-1]
        if len(columns) < len(row) and self.room is not None and row[-1]:
            yield [("", ""), (self._cut(row[-1], last, self.room - 2), style or last.styled(row[-1]))]

    def _parts(self, cell: str, column: Column, width: int) -> list[str]:
        return wrapped(cell, width) if column.wrap and self.room is not None else [cell]

    def _cut(self, cell: str, column: Column, width: int) -> str:
        most = width if self.room is not None else _UNLIMITED if column.keep_end else self.longest
        return shortened(cell, most, keep_end=column.keep_end, unicode=self.unicode)


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
