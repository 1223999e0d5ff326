"""The map: tiles fill it exactly, sizes and waste are seen without colour, and arrow keys reach every tile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.cells import cells
from imgscope.escaping import printable
from imgscope.tui.treemap import Direction, Rect, Run, Tile, at, layout, neighbour, paint, squarified
from imgscope.units import size


class Files:
    """Weights of paths, given with their live and wasted bytes."""

    def __init__(self, paths: dict[str, tuple[int, int]]) -> None:
        self.names, self.below = ["/"], [dict[str, int]()]
        self.bytes = [[0, 0]]
        for path, own in paths.items():
            self._add(path.split("/"), own)

    def _add(self, parts: Sequence[str], own: tuple[int, int]) -> None:
        way = [0]
        for part in parts:
            if part not in self.below[way[-1]]:
                self.below[way[-1]][part] = len(self.names)
                self.names.append(part)
                self.below.append({})
                self.bytes.append([0, 0])
            way.append(self.below[way[-1]][part])
        for node in way:
            self.bytes[node][0] += own[0]
            self.bytes[node][1] += own[1]

    def children(self, node: int) -> list[int]:
        found = [child for child in self.below[node].values() if sum(self.bytes[child])]
        return sorted(found, key=lambda child: -sum(self.bytes[child]))

    def live(self, node: int) -> int:
        return self.bytes[node][0]

    def wasted(self, node: int) -> int:
        return self.bytes[node][1]

    def is_directory(self, node: int) -> bool:
        return bool(self.below[node])

    def label(self, node: int) -> str:
        return self.names[node]


class Million:
    """A directory with a million files of one size, of which few may be looked at."""

    def __init__(self) -> None:
        self.asked = 0

    def children(self, node: int) -> Sequence[int]:
        return range(1, 1_000_001)

    def live(self, node: int) -> int:
        self.asked += 1
        return 10 if node else 10_000_000

    def wasted(self, node: int) -> int:
        return 0

    def is_directory(self, node: int) -> bool:
        return not node

    def label(self, node: int) -> str:
        return f"f{node}"


IMAGE = Files(
    {
        "usr/lib/libLLVM-15.so.1": (113, 0),
        "usr/lib/libicudata.so.72": (31, 0),
        "usr/lib/libcrypto.so.3": (5, 5),
        "usr/share/locale/de": (60, 0),
        "usr/share/doc/readme": (20, 2),
        "var/cache/apt/pkgcache.bin": (0, 38),
        "var/cache/apt/srcpkgcache.bin": (0, 37),
        "opt/app/weights.bin": (80, 40),
        "opt/app/日本語フォント.ttf": (30, 0),
        **{f"etc/conf.d/{number}": (1, 0) for number in range(9)},
    }
)
names = st.text(min_size=1, max_size=12).map(lambda text: printable(text).replace("/", ""))
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
trees = st.dictionaries(paths, st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=60).map(Files)
widths, heights = st.integers(1, 90), st.integers(1, 40)
unhurried = settings(deadline=None)


def mapped(weights: Files, width: int, height: int) -> list[Tile]:
    return layout(weights, 0, width, height, size)


def text_of(lines: Sequence[Sequence[Run]]) -> list[str]:
    return ["".join(run.text for run in line) for line in lines]


def shown(weights: Files, width: int, height: int, selected: int | None = None, *, ascii_only: bool = False) -> str:
    tiles = mapped(weights, width, height)
    return "\n".join(text_of(paint(tiles, width, height, selected, ascii_only=ascii_only)))


def positions(rect: Rect) -> Iterator[tuple[int, int]]:
    return ((x, y) for x in range(rect.x, rect.x + rect.width) for y in range(rect.y, rect.y + rect.height))


def assert_filled(rect: Rect, parts: Sequence[Rect]) -> None:
    """No gap and no overlap: as many cells as there are, and none twice."""
    covered = [position for part in parts for position in positions(part)]
    assert sorted(covered) == sorted(positions(rect))


@unhurried
@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=80), st.integers(6, 90), st.integers(1, 40))
def test_rectangles_fill_their_room_and_leave_space_for_a_name(weights: list[int], width: int, height: int) -> None:
    placed = squarified(sorted(weights, reverse=True), Rect(0, 0, width, height))

    assert_filled(Rect(0, 0, width, height), placed)
    assert 1 <= len(placed) <= len(weights)
    assert all(rect.width >= 6 for rect in placed)


@unhurried
@given(st.lists(st.integers(20, 100), min_size=1, max_size=12))
def test_areas_are_as_the_weights(weights: list[int]) -> None:
    weights.sort(reverse=True)
    placed = squarified(weights, Rect(0, 0, 120, 40))

    assert len(placed) == len(weights)
    for weight, rect in zip(weights, placed, strict=True):
        assert 0.7 < rect.area * sum(weights) / (weight * 4800) < 1.4


@unhurried
@given(trees, widths, heights)
def test_the_tiles_of_a_directory_fill_it_below_its_title(weights: Files, width: int, height: int) -> None:
    tiles = mapped(weights, width, height)

    for index, tile in enumerate(tiles):
        inside = [other for other in tiles if other.parent == index]
        assert tile.is_leaf == (not inside)
        if inside:
            x, y, tile_width, tile_height = tile.rect
            assert_filled(Rect(x, y + 1, tile_width, tile_height - 1), [other.rect for other in inside])


@unhurried
@given(trees, widths, heights)
def test_no_byte_is_lost(weights: Files, width: int, height: int) -> None:
    tiles = mapped(weights, width, height)

    for index, tile in enumerate(tiles):
        inside = [other for other in tiles if other.parent == index]
        if inside:
            assert sum(other.live for other in inside) == tile.live
            assert sum(other.wasted for other in inside) == tile.wasted


@unhurried
@given(trees, widths, heights, st.booleans(), st.data())
def test_every_line_is_as_wide_as_the_map(
    weights: Files, width: int, height: int, ascii_only: bool, data: st.DataObject
) -> None:
    tiles = mapped(weights, width, height)
    selected = data.draw(st.none() | st.sampled_from(range(len(tiles)))) if tiles else None
    lines = paint(tiles, width, height, selected, ascii_only=ascii_only)

    assert [cells(line) for line in text_of(lines)] == [width] * height


@unhurried
@given(trees, widths, heights)
def test_arrow_keys_reach_every_tile_from_every_tile(weights: Files, width: int, height: int) -> None:
    tiles = mapped(weights, width, height)
    leaves = {index for index, tile in enumerate(tiles) if tile.is_leaf}
    directions: tuple[Direction, ...] = get_args(Direction)
    ways = {index: {neighbour(tiles, index, direction) for direction in directions} for index in range(len(tiles))}

    for start in ways:
        reached, found = set[int](), {start}
        while found:
            reached |= found
            found = {there for here in found for there in ways[here]} - reached
        assert reached - {start} == leaves - {start}


def test_a_step_goes_where_the_arrow_points() -> None:
    tiles = mapped(IMAGE, 70, 28)
    leaves = [index for index, tile in enumerate(tiles) if tile.is_leaf]

    for index in leaves:
        here = tiles[index].rect
        right, below = (tiles[neighbour(tiles, index, direction)].rect for direction in ("right", "down"))
        assert right == here or right.x == here.x + here.width
        assert below == here or below.y >= here.y + here.height


def test_the_innermost_tile_is_under_the_mouse() -> None:
    tiles = mapped(IMAGE, 70, 28)

    assert at(tiles, 0, 0) == 0
    found = at(tiles, 5, 10)
    assert found is not None
    assert tiles[found].is_leaf
    assert at(tiles, 70, 0) is None
    assert at(tiles, 0, 28) is None


def test_names_sizes_and_waste_are_seen_without_colour() -> None:
    text = shown(IMAGE, 70, 28)

    assert "/  470B, 122B wasted ─" in text
    assert "libLLVM-15.so.1" in text
    assert "113B" in text
    assert "all wasted▒" in text
    assert "日本語" in text


@pytest.mark.parametrize("wasted", [0, 1, 25, 50, 99, 100])
def test_the_hatched_part_of_a_tile_is_its_wasted_share(wasted: int) -> None:
    lines = paint(mapped(Files({"a": (100 - wasted, wasted)}), 51, 22), 51, 22)
    runs = [run for line in lines[1:] for run in line]
    hatched = sum(cells(run.text) for run in runs if run.role in ("wasted", "wasted-text"))

    # One column is the edge, one line the title.
    assert hatched == round(1050 * wasted / 100)


def test_a_little_waste_is_seen_even_in_a_line_full_of_text() -> None:
    files = Files({"a": (10**9, 1)})
    files.names[0] = "a-rather-long-name"

    assert shown(files, 14, 1) == "▏a-rather-lo…▒"


def test_small_files_become_one_tile_with_their_number() -> None:
    files = Files({"large": (10_000, 0), **{f"d/small{number}": (1, 0) for number in range(2000)}})
    rest = [tile for tile in mapped(files, 70, 28) if tile.rest]

    assert not rest  # alone they would say less than "d"
    files = Files({"large": (10_000, 0), **{f"small{number}": (1, number % 2) for number in range(2000)}})
    (rest_tile,) = (tile for tile in mapped(files, 70, 28) if tile.rest)
    assert rest_tile.rest == 2000
    assert rest_tile.node == 0
    assert rest_tile.lines == ("+2,000 more", "3kB", "1kB wasted", "up to 2B each")


def test_no_more_children_are_looked_at_than_can_be_shown() -> None:
    weights = Million()
    tiles = layout(weights, 0, 70, 28, size)

    assert [tile.rest for tile in tiles] == [0, 1_000_000]
    assert tiles[1].lines[0] == "1,000,000 entries"
    assert weights.asked < 70 * 28


def test_what_a_directory_held_when_it_was_a_file_has_a_tile() -> None:
    files = Files({"a": (0, 50), "a/b": (50, 0)})
    tiles = mapped(files, 40, 10)

    assert ("itself", "50B", "all wasted") in [tile.lines for tile in tiles]


def test_directories_with_nothing_but_a_directory_share_a_title() -> None:
    text = shown(Files({"root/.cache/pip/wheel": (10, 0), "x": (10, 0)}), 70, 28)

    assert "root/.cache/pip/  10B" in text


def test_leaves_that_touch_have_different_shades() -> None:
    width, height = 100, 40
    tiles = mapped(IMAGE, width, height)
    owner = [[at(tiles, x, y) or 0 for x in range(width)] for y in range(height)]
    pairs = [(row[x], row[x + 1]) for row in owner for x in range(width - 1)]
    pairs += [(upper[x], lower[x]) for upper, lower in pairwise(owner) for x in range(width)]

    for one, other in pairs:
        if one != other and tiles[one].is_leaf and tiles[other].is_leaf:
            assert tiles[one].shade != tiles[other].shade


def test_the_selected_tile_is_told_by_its_edge_and_its_name() -> None:
    tiles = mapped(IMAGE, 70, 28)
    selected = next(index for index, tile in enumerate(tiles) if tile.lines[0] == "libLLVM-15.so.1")
    runs = [run for line in paint(tiles, 70, 28, selected) for run in line]

    assert [run.text for run in runs if run.role == "selected"] == ["libLLVM-15.so.1"]
    assert sum(run.text == "▌" for run in runs) == tiles[selected].rect.height


def test_ascii_only() -> None:
    files = Files({"usr/lib/a-rather-long-name.so": (50, 20), "var/x": (0, 30), "b": (20, 0)})
    text = shown(files, 40, 12, 1, ascii_only=True)

    assert text.isascii()
    assert ":" in text
    assert "a-rather-long-name.so" in text


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (-1, 3)])
def test_without_room_there_is_no_map(width: int, height: int) -> None:
    assert mapped(IMAGE, width, height) == []


def test_without_bytes_there_is_no_map() -> None:
    assert mapped(Files({"a": (0, 0)}), 40, 10) == []
    assert text_of(paint([], 3, 2)) == ["   ", "   "]
