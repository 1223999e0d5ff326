"""Rows of the tree fit, whatever names hold, and say in signs what the layer did."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.cells import cells
from imgscope.escaping import printable
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.words import time_text
from imgscope.settings import Column
from imgscope.tui.columns import WIDTHS, FileRows, fitting, header, names_begin, place_of
from imgscope.tui.lens import Lens, Lenses
from imgscope.tui.look import Look
from imgscope.units import SizeStyle
from tests.build import E, d, f, h, o, s, w
from tests.tui.making import HOSTILE, fs_of, node_at

ALL = tuple(Column)
COLUMNS = st.lists(st.sampled_from(Column), unique=True)
LOOKS = st.builds(Look, st.booleans(), st.sampled_from(SizeStyle))
NUMBERS = st.integers(0, 2097151)
TIMES = st.one_of(st.integers(-(1 << 63), (1 << 63) - 1), st.integers(0, 1 << 33))
PATHS = st.lists(HOSTILE, min_size=1, max_size=3).map(b"/".join)
HOSTILE_ENTRIES = st.one_of(
    st.builds(f, PATHS, st.sampled_from(["", "1", "1" * 70_000]), uid=NUMBERS, gid=NUMBERS, mtime=TIMES),
    st.builds(d, PATHS, mtime=TIMES, mode=st.integers(0, 0o7777)),
    st.builds(s, PATHS, st.one_of(PATHS, st.just("x/" * 3000))),
    st.builds(h, PATHS, PATHS),
    st.builds(E, PATHS, type=st.sampled_from("346Z")),
    st.builds(o, st.sampled_from(["", "a"])),
    st.builds(w, st.sampled_from(["a", "日本"])),
)


def text_of(fs: FileSystem, lens: Lens, path: str | bytes, *, look: Look | None = None, width: int = 80) -> str:
    """The row of a path without columns."""
    rows = FileRows(fs, lens, look or Look(), ())
    return "".join(text for text, _ in rows.row(node_at(fs, path), 0, open_=False, width=width)).rstrip()


@settings(max_examples=40, deadline=None)
@given(COLUMNS, st.integers(0, 200))
def test_columns_give_way_to_names_and_the_size_stays(chosen: list[Column], width: int) -> None:
    found = fitting(chosen, width)

    assert set(found) <= set(chosen)
    assert found == [column for column in WIDTHS if column in found]
    assert (Column.SIZE in found) == (Column.SIZE in chosen)
    assert width - names_begin(found) >= 20 or set(found) <= {Column.SIZE}
    assert len(found) <= len(fitting(chosen, width + 1))
    if width >= 120:
        assert set(found) == set(chosen)


@settings(max_examples=40, deadline=None)
@given(COLUMNS, LOOKS, st.sampled_from([*(column.value for column in Column), "name"]), st.booleans())
def test_the_header_stands_over_the_columns(chosen: list[Column], look: Look, by: str, reverse: bool) -> None:
    columns = fitting(chosen, 200)
    cells_ = header(columns, by, reverse=reverse, look=look)
    text = "".join(text for text, _ in cells_)

    assert text[names_begin(columns) :].startswith("Name")
    assert sum(text.count(arrow) for arrow in "↓↑^v") == (by == "name" or by in [column.value for column in columns])
    assert text.isascii() or not look.ascii
    assert place_of(columns, names_begin(columns)) is None
    at = 2
    for column in columns:
        assert {place_of(columns, x) for x in range(at, at + WIDTHS[column])} == {column}
        at += WIDTHS[column] + 1
    assert at == names_begin(columns)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(HOSTILE_ENTRIES, max_size=5), min_size=1, max_size=2), LOOKS, st.integers(20, 150), st.data())
def test_every_row_fits_and_can_be_shown(layers: list[list[E]], look: Look, width: int, data: st.DataObject) -> None:
    fs = fs_of(*layers)
    lenses, last = Lenses(fs), len(layers) - 1
    columns = tuple(fitting(data.draw(COLUMNS), width))
    depth = data.draw(st.sampled_from([0, 1, 3, 40, 2000]))

    for lens in (lenses.aggregated(last), lenses.changes(last), lenses.wasted(last, only=False)):
        rows = FileRows(fs, lens, look, columns)
        for node in range(1, len(fs.rootfs)):
            if lens.shown[node]:
                row = rows.row(node, depth, open_=True, width=width)
                text = "".join(text for text, _ in row)
                assert cells(text) <= width
                assert printable(text) == text
                assert cells("".join(text for text, _ in row[: 1 + len(columns)])) == names_begin(columns)
                if look.ascii:
                    names = printable(b"".join([*fs.rootfs.name, *map(bytes, links(fs))]))
                    assert text.isascii() or not names.isascii()


def links(fs: FileSystem) -> list[bytes]:
    return [link for table in fs.tables if table for link in table.link.values()]


LOWER = [
    d("kept"),
    f("kept/x", "1"),
    f("gone", "333"),
    f("new", "1"),
    d("o"),
    f("o/a", "22"),
    d("dir"),
    f("dir/x", "1"),
]
UPPER = [f("come", "4444"), f("new", "55555"), w("gone"), d("o"), o("o"), w("nothing"), w("dir")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("come", "+   come"),
        ("new", "~   new"),
        ("gone", "-   gone  whiteout"),
        ("nothing", "-   nothing  whiteout of nothing"),
        ("o", "! ▸ o/  opaque"),
        ("o/a", "-   a"),
        ("dir", "- ▸ dir/  whiteout"),
        ("dir/x", "-   x"),
    ],
)
def test_signs_and_notes_say_what_the_layer_did(path: str, text: str) -> None:
    fs = fs_of(LOWER, UPPER)

    assert text_of(fs, Lenses(fs).changes(1), path) == text


def test_what_a_layer_left_alone_has_no_sign() -> None:
    fs = fs_of(LOWER, UPPER)

    assert text_of(fs, Lenses(fs).aggregated(1), "kept") == "  ▸ kept/"


def test_a_deleted_directory_of_waste_is_no_whiteout_of_nothing() -> None:
    fs = fs_of([d("dir"), f("dir/x", "1")], [w("dir")])

    assert text_of(fs, Lenses(fs).wasted(1, only=False), "dir") == "  ▸ dir/"
    assert text_of(fs, Lenses(fs).wasted(1, only=False), "dir/x") == "    x"


@pytest.mark.parametrize(
    ("path", "text", "plain"),
    [
        ("link", "+   link → some/where", "+   link -> some/where"),
        ("hard", "+   hard ⇒ /a/file", "+   hard => /a/file"),
        ("dir", "+ ▸ dir/", "+ > dir/"),
        ("far", "+   far → " + "x" * 39 + "…", "+   far -> " + "x" * 37 + "..."),
    ],
)
def test_links_point_to_their_targets(path: str, text: str, plain: str) -> None:
    targets = [s("link", "some/where"), f("a/file", "1"), h("hard", "a/file"), f("dir/x", "1"), s("far", "x" * 90)]
    fs = fs_of(targets)
    lens = Lenses(fs).changes(0)

    assert text_of(fs, lens, path) == text
    assert text_of(fs, lens, path, look=Look(ascii=True)) == plain


def test_a_long_target_leaves_room_for_the_name_and_is_cut_itself() -> None:
    fs = fs_of([s("a-name-of-some-length", "target/" * 9)])

    assert text_of(fs, Lenses(fs).changes(0), "a-name-of-some-length", width=30) == "+   a-name-of-s… → target/tar…"


def test_a_deep_row_says_how_deep_it_is_in_half_of_its_width() -> None:
    fs = fs_of([f("a", "1")])
    rows = FileRows(fs, Lenses(fs).changes(0), Look(), ())
    lead = rows.row(1, 250, open_=False, width=32)[1][0]

    assert lead.split() == ["250"]
    assert len(lead) == 2 * 7 + 2


@pytest.mark.parametrize(
    ("style", "gone", "come", "emptied"),
    [
        (SizeStyle.DECIMAL, "-3B", "4B", "-2B"),
        (SizeStyle.BINARY, "-3B", "4B", "-2B"),
        (SizeStyle.BYTES, "-3", "4", "-2"),
    ],
)
def test_what_was_removed_has_a_minus_and_is_in_no_sum(style: SizeStyle, gone: str, come: str, emptied: str) -> None:
    fs = fs_of(LOWER, UPPER)
    rows = FileRows(fs, Lenses(fs).changes(1), Look(sizes=style), ())

    assert rows.size(node_at(fs, "gone")) == gone
    assert rows.size(node_at(fs, "come")) == come
    assert rows.size(node_at(fs, "o")) == emptied
    assert rows.size(node_at(fs, "kept")) == Look(sizes=style).size(0)


def test_an_empty_file_that_was_removed_has_no_minus() -> None:
    fs = fs_of([f("a", "")], [w("a")])

    assert FileRows(fs, Lenses(fs).changes(1), Look(), ()).size(node_at(fs, "a")) == "0B"


def test_columns_tell_mode_owner_time_items_size_and_share() -> None:
    fs = fs_of(
        [d("etc", mode=0o1777, uid=1, gid=22, mtime=1), f("etc/a", "333", mode=0o4755), f("b/c", "1"), s("l", "x")]
    )
    rows = FileRows(fs, Lenses(fs).aggregated(0), Look(), tuple(fitting(ALL, 200)))

    def told(path: str) -> list[str]:
        return [text.strip() for text, _ in rows.row(node_at(fs, path), 0, open_=False, width=120)[1:7]]

    assert told("etc") == ["drwxrwxrwt", "1:22", "1970-01-01 00:00", "1", "3B", "███████▌"]
    assert told("etc/a") == ["-rwsr-xr-x", "0:0", "2023-11-14 22:13", "", "3B", "███████▌"]
    assert told("b") == ["drwxr-xr-x", "0:0", "", "1", "1B", "██▌"]
    assert told("l")[0] == "lrwxrwxrwx"


@pytest.mark.parametrize(("type_", "letter"), [("3", "c"), ("4", "b"), ("6", "p"), ("Z", "?")])
def test_what_is_neither_file_nor_directory_has_its_letter(type_: str, letter: str) -> None:
    fs = fs_of([E("a", type=type_, mode=0o600)])
    rows = FileRows(fs, Lenses(fs).changes(0), Look(), (Column.MODE,))

    assert rows.row(1, 0, open_=False, width=60)[1][0] == f"{letter}rw------- "


def test_a_whiteout_of_nothing_has_no_attributes() -> None:
    fs = fs_of([d("a"), w("a/x")])
    rows = FileRows(fs, Lenses(fs).changes(0), Look(), (Column.MODE, Column.OWNER, Column.MTIME))

    assert not "".join(text for text, _ in rows.row(node_at(fs, "a/x"), 0, open_=False, width=80)[1:4]).strip()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01 00:00"),
        (1_790_950_260, "2026-10-02 14:11"),
        (-1, "1969-12-31 23:59"),
        (253_402_300_799, "9999-12-31 23:59"),
        (253_402_300_800, "@253402300800"),
        (-(1 << 63), "@-9223372036854775808"),
    ],
)
def test_a_time_that_no_calendar_has_is_a_number(seconds: int, text: str) -> None:
    assert time_text(seconds) == text


def test_in_ascii_what_is_cut_in_a_column_ends_in_ascii_too() -> None:
    fs = fs_of([f("a", "1", uid=2_000_000, gid=2_000_000, mtime=-(1 << 63))])
    rows = FileRows(fs, Lenses(fs).changes(0), Look(ascii=True), (Column.OWNER, Column.MTIME))
    told = [text for text, _ in rows.row(1, 0, open_=False, width=80)]

    assert told[1:3] == ["2000000:... ", "@-92233720368... "]
    assert [text for text, _ in replace(rows, look=Look()).row(1, 0, open_=False, width=80)][1] == "2000000:20… "
