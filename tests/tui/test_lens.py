"""What lenses show, and how many bytes and items, is what plain walks over the entries find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hypothesis import example, given, settings
from hypothesis import strategies as st

from imgscope.analysis.accounting import account
from imgscope.analysis.model import Analysis
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, ROOT
from imgscope.filesystem.timeline import Mark, state_after
from imgscope.tui.lens import Lens, Lenses, Mode
from tests.build import E, d, f, h, o, s, w
from tests.tui.making import LAYERS, fs_of, node_at, paths_of


def analysis_of(fs: FileSystem) -> Analysis:
    return account(fs, [1] * len(fs.tables))


def every_lens(fs: FileSystem) -> list[Lens]:
    lenses = Lenses(fs)
    return [
        lens
        for layer in range(len(fs.tables))
        for lens in (
            lenses.aggregated(layer),
            lenses.changes(layer),
            *(make(layer, only=only) for make in (lenses.wasted, lenses.live) for only in (False, True)),
        )
    ]


def added_up(lens: Lens, numbers: Mapping[int, int]) -> Counter[int]:
    """By node: its number and those of everything below it, each carried up by itself."""
    found: Counter[int] = Counter()
    for node, number in numbers.items():
        found[node] += number
        while node != ROOT:
            node = lens.tree.rootfs.parent[node]
            found[node] += number
    return found


def bodies_reached(fs: FileSystem, state_layer: int) -> set[int]:
    """Entries whose bodies some path reaches after a layer."""
    state = state_after(fs, state_layer)
    return {inode for kind, inode in zip(state.kind, state.inode, strict=True) if kind == FILE}


@settings(max_examples=40, deadline=None)
@given(LAYERS)
@example([[f("a", "1"), h("b", "a"), f("a", "22")]])
@example([[d(".wh..wh.plnk"), f(".wh..wh.plnk/1.2", "PPPPP"), h("hl", ".wh..wh.plnk/1.2")]])
def test_all_lenses_agree_with_the_account(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    analysis, lenses, last = analysis_of(fs), Lenses(fs), len(layers) - 1

    assert lenses.aggregated(last).bytes[ROOT] == analysis.totals.live_bytes
    assert lenses.wasted(last, only=False).bytes[ROOT] == analysis.totals.wasted_bytes
    assert lenses.live(last, only=False).bytes[ROOT] == analysis.totals.live_bytes
    for index, told in enumerate(analysis.layers):
        content = told.content_bytes - told.format_metadata
        assert lenses.aggregated(index).bytes[ROOT] == sum(map(fs.stored, bodies_reached(fs, index)))
        assert lenses.changes(index).bytes[ROOT] == content - told.hidden[Cause.SHADOWED]
        assert lenses.wasted(index, only=True).bytes[ROOT] == told.wasted_bytes
        assert lenses.live(index, only=True).bytes[ROOT] + lenses.wasted(index, only=True).bytes[ROOT] == content


@settings(max_examples=40, deadline=None)
@given(LAYERS)
def test_directories_add_up_what_is_shown_below_them_and_are_shown_themselves(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)

    for lens in every_lens(fs):
        size, gone = added_up(lens, dict(enumerate(lens.own))), added_up(lens, lens.lost)
        items = added_up(lens, dict(enumerate(lens.shown)))
        for node, shown in enumerate(lens.shown):
            assert shown <= lens.shown[fs.rootfs.parent[node]]
            assert shown or not lens.own[node]
            assert (lens.bytes[node], lens.gone[node], lens.items[node]) == (size[node], gone[node], items[node])
            if shown:
                assert lens.below(node) == items[node] - 1
                assert lens.has_children(node) == (items[node] > 1)
                names = lens.tree.children.get(node, {})
                assert lens.children(node) == [child for _, child in sorted(names.items()) if lens.shown[child]]


@settings(max_examples=40, deadline=None)
@given(LAYERS)
def test_marks_say_how_a_path_differs_from_what_stood_there_before(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    lenses = Lenses(fs)

    for layer in range(len(layers)):
        before, after = state_after(fs, layer - 1), state_after(fs, layer)
        lens = lenses.changes(layer)
        for node in range(1, len(fs.rootfs)):
            mark = Mark(lens.mark[node])
            assert (mark is Mark.ADDED) == bool(after.kind[node] and not before.kind[node])
            assert (mark is Mark.REMOVED) == bool(before.kind[node] and not after.kind[node])
            if mark is Mark.SAME and before.kind[node] != DIRECTORY:
                assert (before.kind[node], before.entry[node]) == (after.kind[node], after.entry[node]) or not any(
                    (before.kind[node], after.kind[node])
                )
            assert mark is Mark.SAME or lens.shown[node]
        assert lenses.aggregated(layer).mark == lens.mark


@settings(max_examples=40, deadline=None)
@given(LAYERS)
def test_what_is_gone_are_bodies_that_the_layer_took_from_all_their_paths(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    lenses = Lenses(fs)

    for layer in range(len(layers)):
        before = state_after(fs, layer - 1)
        lens = lenses.changes(layer)
        removed = [node for node in range(len(fs.rootfs)) if lens.mark[node] == Mark.REMOVED]
        lost = bodies_reached(fs, layer - 1) - bodies_reached(fs, layer)
        expected = {before.inode[node] for node in removed if before.kind[node] == FILE} & lost

        assert lens.gone[ROOT] == sum(map(fs.stored, expected))
        assert lenses.aggregated(layer).gone[ROOT] == lens.gone[ROOT]
        for node, number in lens.lost.items():
            assert number == fs.stored(before.inode[node])
            assert lens.own[node] == 0
        assert lens.weight[ROOT] == lens.bytes[ROOT] + lens.gone[ROOT]
        assert lenses.aggregated(layer).weight[ROOT] == lenses.aggregated(layer).bytes[ROOT]


@settings(max_examples=40, deadline=None)
@given(LAYERS)
def test_waste_stands_at_the_paths_of_the_report(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    waste, lenses = analysis_of(fs).waste, Lenses(fs)

    for layer in range(len(layers)):
        for only in (False, True):
            expected: Counter[bytes] = Counter()
            for row in waste:
                if row.layer == layer or (row.layer < layer and not only):
                    expected[row.path] += row.bytes
            own = lenses.wasted(layer, only=only).own
            assert {fs.rootfs.path(node): number for node, number in enumerate(own) if number} == expected


@settings(max_examples=40, deadline=None)
@given(LAYERS, st.data())
def test_narrowing_counts_what_passes_and_shows_the_way_to_it(layers: list[list[E]], data: st.DataObject) -> None:
    fs = fs_of(*layers)
    lens = data.draw(st.sampled_from(every_lens(fs)))
    some = bytearray(data.draw(st.lists(st.booleans(), min_size=len(fs.rootfs), max_size=len(fs.rootfs))))
    some = bytearray(map(min, some, lens.shown))
    some[ROOT] = 0
    nodes = [node for node, passes in enumerate(some) if passes]
    size, items = added_up(lens, {node: lens.own[node] for node in nodes}), added_up(lens, dict.fromkeys(nodes, 1))
    gone = added_up(lens, {node: lens.lost.get(node, 0) for node in nodes})

    narrowed = lens.narrowed(some)

    assert (narrowed.matched, lens.matched) == (len(nodes), None)
    for node, shown in enumerate(narrowed.shown):
        assert shown == bool(items[node] or node == ROOT)
        assert (narrowed.bytes[node], narrowed.gone[node], narrowed.items[node]) == (
            size[node],
            gone[node],
            items[node],
        )
        assert narrowed.below(node) == items[node] - some[node]


def test_a_file_with_two_names_counts_once_and_one_of_them_may_go() -> None:
    fs = fs_of([d("a"), f("a/x", "12345"), h("b", "a/x")], [w("a/x")], [w("b")])
    lenses = Lenses(fs)

    assert [lenses.aggregated(layer).own[node_at(fs, "a/x")] for layer in range(3)] == [5, 0, 0]
    assert [lenses.aggregated(layer).own[node_at(fs, "b")] for layer in range(3)] == [0, 5, 0]
    assert [lenses.changes(layer).gone[ROOT] for layer in range(3)] == [0, 0, 5]


def test_what_a_layer_removed_is_shown_as_what_it_was() -> None:
    fs = fs_of([d("etc"), f("etc/a", "123"), s("etc/l", "a")], [w("etc")])
    lens = Lenses(fs).aggregated(1)

    assert paths_of(fs, lens.children(node_at(fs, "etc"))) == ["etc/a", "etc/l"]
    assert lens.state.kind[node_at(fs, "etc/a")] == FILE
    assert lens.is_directory(node_at(fs, "etc"))
    assert (lens.bytes[ROOT], lens.gone[ROOT]) == (0, 3)
    assert lens.whiteouts == {node_at(fs, "etc")}


def test_a_layer_shows_its_markers_even_where_they_hide_nothing() -> None:
    fs = fs_of([d("etc"), w("etc/nothing"), d("srv"), o("srv")])
    lens = Lenses(fs).changes(0)

    assert lens.shown[node_at(fs, "etc/nothing")]
    assert not lens.state.kind[node_at(fs, "etc/nothing")]
    assert lens.opaque == {node_at(fs, "srv")}


def test_what_only_a_later_layer_has_is_not_shown() -> None:
    fs = fs_of([f("a", "1")], [f("b", "2")])
    lenses = Lenses(fs)

    assert paths_of(fs, lenses.aggregated(0).children(ROOT)) == ["a"]
    assert paths_of(fs, lenses.changes(1).children(ROOT)) == ["b"]


def test_wasted_bodies_are_files_again_and_their_directories_no_more_than_the_way() -> None:
    fs = fs_of([d("d"), f("d/a", "123"), f("d/b", "1")], [w("d")])
    lens = Lenses(fs).wasted(1, only=False)

    assert lens.mode is Mode.WASTED
    assert lens.state.kind[node_at(fs, "d/a")] == FILE
    assert lens.state.entry[node_at(fs, "d")] == NONE or not lens.state.kind[node_at(fs, "d")]
    assert (lens.whiteouts, lens.opaque) == (frozenset(), frozenset())
    assert not any(lens.mark)


def test_landmarks_of_a_format_stand_in_the_filesystem_and_are_neither_live_nor_waste() -> None:
    fs = fs_of([f(".no.prefetch.landmark", "\x0f"), f("a", "12")], [w(".no.prefetch.landmark")])
    lenses, totals = Lenses(fs), analysis_of(fs).totals

    assert lenses.aggregated(0).bytes[ROOT] == 3
    assert lenses.aggregated(1).bytes[ROOT] == totals.live_bytes == 2
    assert lenses.live(1, only=False).bytes[ROOT] == 2
    assert lenses.wasted(1, only=False).bytes[ROOT] == 0


def test_a_layer_that_could_not_be_read_has_no_changes() -> None:
    fs = fs_of([f("a", "1")], [f("b", "2")])
    fs.tables[1] = None

    assert Lenses(fs).stored[: fs.first[1]].tolist() == [1]
