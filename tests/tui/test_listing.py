"""Lists that a filter narrows: what is left, where the cursor's row stands, and which match comes next."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.tui.listing import Left, Listing, following
from imgscope.tui.look import Cell
from imgscope.tui.matching import Listed

NAMES = st.lists(st.sampled_from(["a", "ab", "b/a", "c", ""]), max_size=12)
FILTERS = st.sampled_from(["", " ", "a", "!a", "b/", "*b", "re:^b", "a !b", "nothing"])


class Words(Listing):
    """A row a word; the empty one is a heading."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self.words = list(words)
        self.seen = 0
        self.grow()

    def total(self) -> int:
        return len(self.words)

    def listed(self, row: int) -> Listed | None:
        self.seen += 1
        return Listed((self.words[row].encode(),)) if self.words[row] else None

    def row(self, position: int, width: int) -> list[Cell]:
        return [(self.words[self.number(position)][:width], "plain")]

    @property
    def left(self) -> list[int]:
        return [self.number(position) for position in range(len(self))]


def passing(rows: Words, text: str) -> Left:
    """What a filter leaves where somebody waits for it."""
    left = rows.passing(text)
    assert left is not None
    return left


def by_the_book(words: list[str], text: str) -> list[int]:
    """Rows that fit, one by one."""
    found = []
    for row, word in enumerate(words):
        alone = Words([word])
        alone.narrow(passing(alone, text))
        found += [row] * len(alone)
    return found


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES, FILTERS)
def test_rows_that_come_later_are_narrowed_too(first: list[str], more: list[str], text: str) -> None:
    rows = Words(first)
    assert rows.left == list(range(len(first)))
    left = passing(rows, text)
    rows.words += more[:1]  # found while a thread was looking
    rows.narrow(left)
    rows.words += more[1:]
    rows.grow()

    assert rows.filter == text.strip()
    assert rows.left == by_the_book(first + more, text)
    assert rows.let_through == f"{len(rows.left)} of {len(first + more)}"
    for row in range(len(rows.words)):
        assert rows.position(row) == (rows.left.index(row) if row in rows.left else None)
    rows.narrow(passing(rows, ""))
    assert rows.left == list(range(len(rows.words)))


@settings(max_examples=60, deadline=None)
@given(NAMES, FILTERS, FILTERS, st.booleans(), st.booleans(), st.data())
def test_the_next_match_is_among_what_is_left(
    words: list[str], filter_: str, text: str, forward: bool, here: bool, data: st.DataObject
) -> None:
    rows = Words(words)
    rows.narrow(passing(rows, filter_))
    start = data.draw(st.integers(0, max(len(rows) - 1, 0)))

    fitting = [rows.position(row) for row in by_the_book(words, text) if row in rows.left and words[row]]
    found = rows.next_match(text, start, forward=forward, here=here)
    if not fitting:
        assert found is None
    elif here and start in fitting:
        assert found == start
    else:
        ahead = [at for at in fitting if at is not None and (at > start if forward else at < start)]
        expected = ahead or [at for at in fitting if at is not None]
        assert found == (min(expected) if forward else max(expected))


def test_what_makes_no_sense_is_told() -> None:
    rows = Words(["a"])
    for look in (rows.passing, lambda text: rows.next_match(text, 0, forward=True, here=True)):
        with pytest.raises(ValueError, match="not a size"):
            look(">much")
    assert rows.left == [0]


def test_what_nobody_waits_for_any_more_is_not_looked_at() -> None:
    rows = Words(["a"] * 25_000)
    answers = iter([True, True, False, False])

    assert rows.passing("a", lambda: next(answers)) is None
    assert rows.seen == 20_000


def test_in_no_rows_nothing_follows() -> None:
    assert following(0, 0, lambda _: True, forward=True, here=True) is None
