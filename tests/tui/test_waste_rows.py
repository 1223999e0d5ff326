"""Waste as rows: all of it once, under its causes or flat, and within the width."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.analysis.accounting import account
from imgscope.analysis.model import Waste
from imgscope.cells import cells
from imgscope.escaping import printable
from imgscope.filesystem.model import Cause
from imgscope.tui.look import Look
from imgscope.tui.waste_rows import WasteRows
from imgscope.tui.wording import CAUSES
from tests.build import E, f, w
from tests.tui.making import HOSTILE, LAYERS, fs_of

ROWS = st.builds(
    Waste,
    path=st.lists(HOSTILE, min_size=1, max_size=3).map(b"/".join),
    bytes=st.integers(1, 1 << 40),
    stored_bytes=st.just(1),
    cause=st.sampled_from(Cause),
    layer=st.integers(0, 200),
    hidden_by=st.integers(0, 200),
    versions=st.integers(1, 200),
    entry=st.just(0),
)
TWO = [
    Waste(b"var/cache/a", 5_000, 1, Cause.DELETED, 0, 2, 1, 0),
    Waste(b"etc/b", 3_000, 1, Cause.OVERWRITTEN, 1, 2, 3, 1),
    Waste(b"var/cache/c", 2_000, 1, Cause.DELETED, 0, 1, 1, 2),
]


def text_of(rows: WasteRows, position: int, width: int = 80) -> str:
    return "".join(text for text, _ in rows.row(position, width)).rstrip()


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, max_size=12), st.sets(st.sampled_from(Cause)), st.data())
def test_rows_are_the_open_causes_with_what_they_wasted(
    waste: list[Waste], opened: set[Cause], data: st.DataObject
) -> None:
    shown = data.draw(st.lists(st.integers(0, len(waste) - 1), unique=True)) if waste else []
    rows = WasteRows(waste, shown, Look(), opened)
    for _ in range(data.draw(st.integers(0, 3))):
        if data.draw(st.booleans()) and len(rows):
            rows.set_open(data.draw(st.integers(0, len(rows) - 1)), open_=data.draw(st.booleans()))
        else:
            rows.set_all(open_=data.draw(st.booleans()))

    total = {cause: sum(waste[at].bytes for at in shown if waste[at].cause is cause) for cause in Cause}
    headings = [rows.cause_at(position) for position in range(len(rows)) if rows.at(position) is None]
    sums = [total[cause] for cause in headings if cause is not None]
    assert set(headings) == {waste[at].cause for at in shown}
    assert sums == sorted(sums, reverse=True)
    assert (rows.matched, rows.bytes) == (len(shown), sum(waste[at].bytes for at in shown))
    for position in range(len(rows)):
        heading = rows.cause_at(rows.heading(position))
        found = rows.at(position)
        assert heading is not None
        assert rows.is_open(position) == (found is None and heading in opened)
        assert found is None or (found.cause is heading and heading in opened)
        assert rows.position(rows.rows[position]) == position
    assert sorted(row for row in rows.rows if row >= 0) == sorted(at for at in shown if waste[at].cause in opened)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=5), st.booleans(), st.booleans(), st.integers(64, 160))
def test_every_row_fits_and_can_be_shown(waste: list[Waste], grouped: bool, ascii_: bool, width: int) -> None:
    rows = WasteRows(waste, range(len(waste)), Look(ascii_), set(Cause) if grouped else None)
    title = "".join(text for text, _ in rows.titles(width))

    for position in range(len(rows)):
        row = rows.row(position, width)
        text = "".join(text for text, _ in row)
        assert cells(text) <= width
        assert printable(text) == text
        path = rows.at(position)
        if path is not None:
            assert cells("".join(text for text, _ in row[:-1])) == title.index("Path")
            assert not ascii_ or text.isascii() or not printable(path.path).isascii()
        else:
            assert not ascii_ or text.isascii()


@settings(max_examples=40, deadline=None)
@given(LAYERS)
def test_all_waste_of_an_image_is_listed_once(layers: list[list[E]]) -> None:
    analysis = account(fs_of(*layers), [1] * len(layers))
    rows = WasteRows(analysis.waste, range(len(analysis.waste)), Look(), None)

    assert rows.bytes == analysis.totals.wasted_bytes
    assert [rows.at(position) for position in range(len(rows))] == list(analysis.waste)


def test_rows_stand_under_their_cause_largest_first() -> None:
    rows = WasteRows(TWO, range(3), Look(), {Cause.DELETED})

    assert [text_of(rows, position) for position in range(len(rows))] == [
        "▾        7kB  deleted  2 files: a later layer deleted it",
        "         5kB      0         2     1x  /var/cache/a",
        "         2kB      0         1     1x  /var/cache/c",
        "▸        3kB  overwritten  1 file: a later layer wrote another version",
    ]
    assert [rows.heading(position) for position in range(4)] == [0, 0, 0, 3]


def test_a_flat_list_names_the_cause_and_keeps_its_order() -> None:
    rows = WasteRows(TWO, [1, 0], Look(), None)

    assert [row.path for position in range(2) if (row := rows.at(position))] == [b"etc/b", b"var/cache/a"]
    assert CAUSES[Cause.OVERWRITTEN] in text_of(rows, 0)
    assert [rows.cause_at(0), rows.heading(1), rows.is_open(0), rows.position(2)] == [None, 1, False, None]
    rows.set_all(open_=True)
    rows.set_open(0, open_=True)
    assert len(rows) == 2


def test_titles_stand_over_what_they_name() -> None:
    rows = WasteRows(TWO, range(3), Look(), None)
    title, row = "".join(text for text, _ in rows.titles(80)), text_of(rows, 0)

    assert title.index("Path") == row.index("/var")
    assert title.index("Cause") == row.index("deleted")
    assert title.index("Bytes") + len("Bytes") == row.index("5kB") + len("5kB")


@pytest.mark.parametrize(("ascii_", "path"), [(False, "…/cache/a"), (True, "...ache/a")])
def test_of_a_long_path_the_end_is_kept(ascii_: bool, path: str) -> None:
    rows = WasteRows(TWO, [0], Look(ascii_), set(Cause))

    assert text_of(rows, 1, 38 + 9).endswith(f"  {path}")


def test_no_waste_is_no_rows() -> None:
    rows = WasteRows([], [], Look(), set(Cause))

    assert (len(rows), rows.matched, rows.bytes, rows.position(0)) == (0, 0, 0, None)
    assert account(fs_of([f("a", "")], [w("a")]), [1, 1]).waste == ()
