"""Listing: a list whose rows a filter narrows and words are looked for in: advice, differences, what was found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imgscope.tui.look import Cell
from imgscope.tui.matching import Listed, Term, parse
from imgscope.units import count

_A_WHILE = 10_000
"""Rows after which it is asked again whether the answer is still wanted."""


@dataclass(frozen=True, slots=True, repr=False)
class Left:
    """What a filter leaves of a list: ``rows``, of the first so many."""

    filter: str
    terms: Sequence[Term]
    rows: Sequence[int]
    of: int


class Listing(ABC):
    """Rows by number, and those of them that are left, by position. Rows may become more, but never other ones."""

    def __init__(self) -> None:
        self._left = Left("", (), range(0), 0)

    @abstractmethod
    def total(self) -> int:
        """How many rows there are, filter or not."""

    @abstractmethod
    def listed(self, row: int) -> Listed | None:
        """A row as the filter sees it; None for a heading, which matches nothing by itself."""

    @abstractmethod
    def row(self, position: int, width: int) -> list[Cell]:
        """The cells of the row at a position."""

    def __len__(self) -> int:
        return len(self._left.rows)

    @property
    def filter(self) -> str:
        """What it is narrowed by."""
        return self._left.filter

    @property
    def let_through(self) -> str:
        """How much of it is left, in words."""
        return f"{count(len(self))} of {count(self.total())}"

    def number(self, position: int) -> int:
        """The row that stands at a position."""
        return self._left.rows[position]

    def position(self, row: int) -> int | None:
        """Where a row stands; None where it is not left."""
        at = bisect_left(self._left.rows, row)
        return at if at < len(self) and self._left.rows[at] == row else None

    def path(self, position: int) -> bytes | None:
        """The path that the row at a position is about; None where there is none."""
        listed = self.listed(self.number(position)) if position < len(self) else None
        return listed.paths[0] if listed is not None and listed.paths else None

    def passing(self, text: str, wanted: Callable[[], bool] = lambda: True) -> Left | None:
        """What a filter would leave: good for a thread, and None once it is not ``wanted`` any more.

        Raises ValueError where the words make no sense.
        """
        text, total = text.strip(), self.total()
        terms = parse(text)
        rows = self._passing(terms, range(total), wanted)
        return Left(text, terms, rows, total) if wanted() else None

    def narrow(self, left: Left) -> None:
        """Leave that, and what fits of the rows that there are more by now."""
        self._left = left
        self.grow()

    def grow(self) -> None:
        """There may be more rows."""
        left, total = self._left, self.total()
        if total > left.of:
            more = self._passing(left.terms, range(left.of, total), lambda: True)
            rows = [*left.rows, *more] if left.terms else range(total)
            self._left = Left(left.filter, left.terms, rows, total)

    def next_match(self, text: str, start: int, *, forward: bool, here: bool) -> int | None:
        """The position that fits what was typed, from ``start`` on and round the end; ``here``: or that one itself.

        Raises ValueError where the words make no sense.
        """
        terms = parse(text)

        def fits(position: int) -> bool:
            listed = self.listed(self.number(position))
            return listed is not None and all(term.row(listed) for term in terms)

        return following(len(self), start, fits, forward=forward, here=here)

    def _passing(self, terms: Sequence[Term], rows: range, wanted: Callable[[], bool]) -> Sequence[int]:
        """Those of ``rows`` that fit; not all of them once they are not ``wanted`` any more."""
        if not terms:
            return rows
        found: list[int] = []
        for row in rows:
            if row % _A_WHILE == 0 and not wanted():
                break
            listed = self.listed(row)
            if listed is not None and all(term.row(listed) for term in terms):
                found.append(row)
        return found


def following(total: int, start: int, fits: Callable[[int], bool], *, forward: bool, here: bool) -> int | None:
    """The position after ``start`` (before it: not ``forward``) that fits, round the end; ``here``: or it itself."""
    way = 1 if forward else -1
    steps = range(0 if here else 1, total + (not here))
    return next((at for step in steps if fits(at := (start + way * step) % total)), None)
