"""Rows are what a plain walk of the open directories finds, whatever was opened, closed and revealed before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import NONE, ROOT
from imgscope.settings import Sort
from imgscope.tui.lens import Lens, Lenses
from imgscope.tui.rows import TreeRows
from tests.build import E, d, f, w
from tests.tui.making import LAYERS, fs_of, node_at, paths_of

TREE = [
    d("big", mtime=1),
    f("big/b", "22", mtime=5),
    f("big/a", "4444", mtime=4),
    d("big/c", mtime=9),
    f("big/c/d", "22", mtime=2),
    d("many"),
    *(f(f"many/{number}", "1") for number in range(5)),
    f("alone", "22", mtime=3),
]


def rows_of(fs: FileSystem, order: Sort = Sort.SIZE, *, reverse: bool = False) -> TreeRows:
    lens = Lenses(fs).aggregated(len(fs.tables) - 1)
    return TreeRows(lens, bytearray(len(fs.rootfs)), order, reverse=reverse, mtime=mtime_of(fs, lens))


def mtime_of(fs: FileSystem, lens: Lens) -> Callable[[int], int]:
    return lambda node: fs.attributes(lens.state.entry[node])[3]


def walked(rows: TreeRows, node: int = ROOT) -> list[int]:
    """What is open, one by one."""
    found = []
    for child in ordered(rows, node):
        found.append(child)
        if rows.opened[child]:
            found += walked(rows, child)
    return found


def ordered(rows: TreeRows, node: int) -> list[int]:
    lens = rows.lens
    name = lens.tree.rootfs.name.__getitem__
    shown = [child for child in lens.tree.children.get(node, {}).values() if lens.shown[child]]
    if rows.order is Sort.NAME:
        return sorted(shown, key=name, reverse=rows.reverse)
    key = {Sort.SIZE: lens.weight.__getitem__, Sort.COUNT: lens.items.__getitem__, Sort.MTIME: rows._mtime}[rows.order]
    sign = 1 if rows.reverse else -1
    return sorted(shown, key=lambda child: (sign * key(child), name(child)))


def step(rows: TreeRows, data: st.DataObject) -> None:
    """Do one of the things that a person can do."""
    does = data.draw(st.sampled_from(["expand", "collapse", "expand_all", "collapse_all", "reveal"]))
    position = data.draw(st.integers(0, max(len(rows) - 1, 0)))
    node = data.draw(st.integers(0, len(rows.lens.tree) - 1))
    if does == "reveal":
        revealed(rows, node)
    elif does in ("expand_all", "collapse_all"):
        below = data.draw(st.sampled_from([ROOT, node]))
        getattr(rows, does)(below)
    elif len(rows):
        getattr(rows, does)(position)


def revealed(rows: TreeRows, node: int) -> None:
    position = rows.reveal(node)
    if node == ROOT or not rows.lens.shown[node]:
        assert position is None
    else:
        assert position is not None
        assert rows.rows[position] == node


@settings(max_examples=40, deadline=None)
@given(LAYERS, st.sampled_from(Sort), st.booleans(), st.data())
def test_rows_are_those_of_a_plain_walk(layers: list[list[E]], order: Sort, reverse: bool, data: st.DataObject) -> None:
    fs = fs_of(*layers)
    lenses = Lenses(fs)
    lens = data.draw(st.sampled_from([lenses.aggregated, lenses.changes]))(len(layers) - 1)
    rows = TreeRows(lens, bytearray(len(fs.rootfs)), order, reverse=reverse, mtime=mtime_of(fs, lens))

    for _ in range(data.draw(st.integers(1, 6))):
        step(rows, data)
        found = walked(rows)
        assert rows.rows.tolist() == found
        assert len(rows) == len(found)
    check_places(rows)


def check_places(rows: TreeRows) -> None:
    """Every row knows where it stands; every node the row that stands for it."""
    parent, nodes = rows.lens.tree.rootfs.parent, rows.rows.tolist()
    for position, node in enumerate(nodes):
        above = parent[node]
        assert rows.position(node) == position
        assert rows.parent(position) == (nodes.index(above) if above != ROOT else None)
        assert rows.depth(position) == rows.lens.tree.rootfs.path(node).count(b"/")
        inside = [child for child in nodes if parent[child] == node]
        assert rows.is_open(position) == bool(inside)
    for node in range(len(rows.lens.tree)):
        way = [node]
        while way[-1] != ROOT:
            way.append(parent[way[-1]])
        assert rows.nearest(node) == next((nodes.index(each) for each in way if each in nodes), 0)


@pytest.mark.parametrize(
    ("order", "reverse", "top"),
    [
        (Sort.SIZE, False, ["big", "many", "alone"]),
        (Sort.SIZE, True, ["alone", "many", "big"]),
        (Sort.NAME, False, ["alone", "big", "many"]),
        (Sort.NAME, True, ["many", "big", "alone"]),
        (Sort.COUNT, False, ["many", "big", "alone"]),
        (Sort.COUNT, True, ["alone", "big", "many"]),
        (Sort.MTIME, False, ["many", "alone", "big"]),
        (Sort.MTIME, True, ["big", "alone", "many"]),
    ],
)
def test_the_first_row_is_the_largest_or_newest_and_turned_round_the_last(
    order: Sort, reverse: bool, top: list[str]
) -> None:
    fs = fs_of(TREE)

    assert paths_of(fs, rows_of(fs, order, reverse=reverse).rows) == top


@pytest.mark.parametrize("reverse", [False, True])
def test_what_is_equal_stands_by_name_whichever_way_round(reverse: bool) -> None:
    fs = fs_of([f(name, "1") for name in "cab"])

    assert paths_of(fs, rows_of(fs, reverse=reverse).rows) == ["a", "b", "c"]


def test_closing_a_directory_keeps_what_is_open_in_it() -> None:
    fs = fs_of(TREE)
    rows = rows_of(fs)
    rows.expand(0)
    rows.expand(rows.rows.index(node_at(fs, "big/c")))
    before = rows.rows.tolist()

    rows.collapse(0)
    assert paths_of(fs, rows.rows) == ["big", "many", "alone"]
    rows.expand(0)
    assert rows.rows.tolist() == before


def test_a_file_can_be_neither_opened_nor_closed() -> None:
    fs = fs_of([f("a", "1")])
    rows = rows_of(fs)

    rows.expand(0)
    rows.collapse(0)

    assert (len(rows), rows.is_open(0), any(rows.opened)) == (1, False, False)


def test_all_can_be_opened_below_one_directory_only() -> None:
    fs = fs_of(TREE)
    rows = rows_of(fs)

    rows.expand_all(node_at(fs, "big"))
    assert paths_of(fs, rows.rows) == ["big", "big/a", "big/b", "big/c", "big/c/d", "many", "alone"]
    rows.collapse_all(node_at(fs, "big"))
    assert paths_of(fs, rows.rows) == ["big", "many", "alone"]


def test_opening_all_opens_only_what_the_lens_shows() -> None:
    fs = fs_of([d("a"), f("a/x", "1")], [d("b"), f("b/y", "1")])
    lens = Lenses(fs).changes(1)
    rows = TreeRows(lens, bytearray(len(fs.rootfs)))

    rows.expand_all()

    assert paths_of(fs, rows.rows) == ["b", "b/y"]
    assert not rows.opened[node_at(fs, "a")]


def test_open_directories_are_open_in_every_lens_that_shows_them() -> None:
    fs = fs_of([d("a"), f("a/x", "1")], [f("a/y", "1")])
    lenses, opened = Lenses(fs), bytearray(len(fs.rootfs))
    TreeRows(lenses.aggregated(0), opened).expand(0)

    assert paths_of(fs, TreeRows(lenses.changes(1), opened).rows) == ["a", "a/y"]


def test_a_removed_file_is_sorted_by_what_it_took_away_in_the_changes_of_its_layer() -> None:
    fs = fs_of([f("gone", "4444")], [w("gone"), f("come", "22")])
    lenses, opened = Lenses(fs), bytearray(len(fs.rootfs))

    assert paths_of(fs, TreeRows(lenses.changes(1), opened).rows) == ["gone", "come"]
    assert paths_of(fs, TreeRows(lenses.aggregated(1), opened).rows) == ["come", "gone"]


def test_nothing_at_all_has_no_rows() -> None:
    fs = fs_of([])
    rows = rows_of(fs)

    assert (len(rows), rows.nearest(ROOT), rows.reveal(ROOT), rows.position(NONE)) == (0, 0, None, None)
