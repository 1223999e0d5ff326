"""WasteRows: every body that travels for nothing, as a list, flat or under its causes."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum

from imgscope.analysis.model import Waste
from imgscope.cells import shortened
from imgscope.escaping import printable
from imgscope.filesystem.model import Cause
from imgscope.filesystem.words import WHY
from imgscope.tui.listing import following
from imgscope.tui.look import Cell, Look
from imgscope.tui.matching import Listed, parse
from imgscope.tui.wording import CAUSES
from imgscope.units import counted


class Grouping(StrEnum):
    """How waste is laid out."""

    CAUSE = "by cause"
    DIRECTORY = "by directory"
    FLAT = "largest first"


def _listed(waste: Waste) -> Listed:
    return Listed((waste.path,), CAUSES[waste.cause].encode(), waste.bytes, types=("file",))


class WasteRows:
    """Rows of waste. A row is a position in the list of waste, or, below zero, a cause's heading."""

    def __init__(self, waste: Sequence[Waste], shown: Sequence[int], look: Look, opened: set[Cause] | None) -> None:
        """``shown`` are positions in ``waste``; ``opened`` the causes whose rows are visible, or None for no groups."""
        self._waste = waste
        self._look = look
        self._opened = opened
        self.matched = len(shown)
        self.bytes = sum(waste[position].bytes for position in shown)
        self._groups: defaultdict[Cause, list[int]] = defaultdict(list)
        for position in shown:
            self._groups[waste[position].cause].append(position)
        self._totals = {
            cause: sum(waste[position].bytes for position in group) for cause, group in self._groups.items()
        }
        self._flat = array("q", shown)
        self.rows = self._laid_out()

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, position: int) -> Waste | None:
        """The waste of a row; None for a heading."""
        row = self.rows[position]
        return None if row < 0 else self._waste[row]

    def cause_at(self, position: int) -> Cause | None:
        """The cause whose heading a row is."""
        row = self.rows[position]
        return Cause(-1 - row) if row < 0 else None

    def heading(self, position: int) -> int:
        """The row of the heading that a row stands under; itself where there is none."""
        while position and self.rows[position] >= 0 and self._opened is not None:
            position -= 1
        return position

    def set_open(self, position: int, *, open_: bool) -> None:
        """Open or close the group of a heading."""
        cause = self.cause_at(position)
        if cause is not None and self._opened is not None:
            (self._opened.add if open_ else self._opened.discard)(cause)
            self.rows = self._laid_out()

    def set_all(self, *, open_: bool) -> None:
        """Open or close all groups."""
        if self._opened is not None:
            self._opened.clear()
            self._opened.update(self._groups if open_ else ())
            self.rows = self._laid_out()

    def is_open(self, position: int) -> bool:
        """Whether a row is the heading of an open group."""
        cause = self.cause_at(position)
        return cause is not None and self._opened is not None and cause in self._opened

    def position(self, row: int) -> int | None:
        """Where a row is visible."""
        return self.rows.index(row) if row in self.rows else None

    def next_match(self, text: str, start: int, *, forward: bool, here: bool) -> int | None:
        """The visible row that fits what was typed, from ``start`` on and round the end; ``here``: or the row itself.

        Raises ValueError where the words make no sense.
        """
        terms = parse(text)

        def fits(position: int) -> bool:
            waste = self.at(position)
            return waste is not None and all(term.row(_listed(waste)) for term in terms)

        return following(len(self.rows), start, fits, forward=forward, here=here)

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        del width
        cause = "Cause" if self._opened is None else ""
        return [
            (f"  {'Bytes':>10}  {'Layer':>5} {'Hidden by':>9} {'Stored':>6}  {cause:<14}"[: self._lead()], "header"),
            ("Path", "header"),
        ]

    def row(self, position: int, width: int) -> list[Cell]:
        """The cells of a row."""
        cause = self.cause_at(position)
        if cause is not None:
            return self._heading(position, cause, width)
        waste = self._waste[self.rows[position]]
        row: list[Cell] = [
            (f"  {self._look.size(waste.bytes):>10}", "wasted"),
            (f"  {waste.layer:>5} {waste.hidden_by:>9} {waste.versions:>5}x  ", "dim"),
        ]
        if self._opened is None:
            row.append((f"{CAUSES[waste.cause]:<14}", "plain"))
        room = max(width - sum(len(text) for text, _ in row), 1)
        path = shortened(f"/{printable(waste.path)}", room, keep_end=True, unicode=not self._look.ascii)
        return [*row, (path, "plain")]

    def _lead(self) -> int:
        return 38 if self._opened is not None else 52

    def _heading(self, position: int, cause: Cause, width: int) -> list[Cell]:
        fold = self._look.fold(open_=self.is_open(position))
        number = counted(len(self._groups[cause]), "file", "files")
        why = f"  {number}: {WHY[cause]}"
        room = max(width - 14 - len(CAUSES[cause]), 0)
        return [
            (f"{fold} ", "fold"),
            (f"{self._look.size(self._totals[cause]):>10}", "wasted"),
            (f"  {CAUSES[cause]}", "strong"),
            (shortened(why, room, unicode=not self._look.ascii), "dim"),
        ]

    def _laid_out(self) -> array[int]:
        if self._opened is None:
            return self._flat
        rows = array("q")
        for cause in sorted(self._groups, key=lambda cause: -self._totals[cause]):
            rows.append(-1 - cause)
            if cause in self._opened:
                rows.extend(self._groups[cause])
        return rows
