"""What the page's scripts draw from: nothing lost, nothing too much."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from imgscope.analysis.accounting import account
from imgscope.analysis.model import Analysis
from imgscope.analysis.weights import Weights, weigh
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import FILE
from imgscope.filesystem.squash import squash
from imgscope.filesystem.tree import Tree
from imgscope.report.html.data import CAUSES, LONGEST_PATH, Folded, fold, waste_columns
from imgscope.report.wire import WasteInfo
from tests.build import E, d, f, h, layer, o, w
from tests.conftest import tables_of

PATHS = st.sampled_from(["a", "a/b", "a/b/c", "a/d", "e", "e/f", "g/h/i/j", "g/h/k", "l"])
LAYERS = st.lists(
    st.lists(
        st.one_of(
            st.builds(f, PATHS, st.integers(0, 40).map(lambda count: b"x" * count)),
            st.builds(w, PATHS),
            st.builds(h, PATHS, PATHS),
            st.builds(d, PATHS),
            st.builds(o, PATHS),
        ),
        max_size=8,
    ),
    min_size=1,
    max_size=5,
)


def applied(layers: Sequence[Sequence[E]]) -> tuple[FileSystem, Analysis]:
    fs = squash(tables_of([layer(*entries) for entries in layers]))
    return fs, account(fs, [10_240] * len(layers))


def folded(fs: FileSystem, analysis: Analysis, most: int = 1000) -> tuple[Folded, Weights]:
    weights = weigh(fs, analysis)
    return fold(Tree(fs.rootfs), weights, most), weights


def path_of(tree: Folded, node: int) -> str:
    parts = []
    while node:
        parts.append(tree.name[node])
        node = tree.parent[node]
    return "/".join(reversed(parts))


@given(LAYERS)
def test_every_body_is_at_one_path(layers: list[list[E]]) -> None:
    fs, analysis = applied(layers)
    weights = weigh(fs, analysis)

    assert sum(weights.live) == analysis.totals.live_bytes
    assert sum(weights.wasted) == analysis.totals.wasted_bytes
    for node, size in enumerate(weights.live):
        assert not size or fs.rootfs.kind[node]


def test_what_belongs_to_the_format_of_a_layer_is_on_no_map() -> None:
    fs, analysis = applied([[f("a", "xxx"), f(".prefetch.landmark", "x"), f("stargz.index.json", "{}")]])

    assert sum(weigh(fs, analysis).live) == analysis.totals.live_bytes == 3


@given(LAYERS)
def test_where_nothing_is_small_every_path_is_there_with_its_bytes(layers: list[list[E]]) -> None:
    fs, analysis = applied(layers)
    tree, weights = folded(fs, analysis)

    live = {path_of(tree, node): size for node, size in enumerate(tree.live) if size}
    wasted: Counter[tuple[str, str]] = Counter()
    for (node, cause), size in tree.wasted.items():
        wasted[path_of(tree, node), CAUSES[cause]] += size
    naive = {fs.rootfs.path(node).decode(): size for node, size in enumerate(weights.live) if size}
    naive_wasted: Counter[tuple[str, str]] = Counter()
    for row in analysis.waste:
        naive_wasted[row.path.decode(), row.cause.name.lower()] += row.bytes
    assert (live, wasted, tree.more) == (naive, naive_wasted, {})


@given(LAYERS, st.integers(2, 12))
def test_whatever_the_budget_no_byte_is_lost(layers: list[list[E]], most: int) -> None:
    fs, analysis = applied(layers)
    tree, _ = folded(fs, analysis, most)

    assert len(tree.name) == len(tree.parent) == len(tree.live) <= most
    assert all(parent < node for node, parent in enumerate(tree.parent) if node)
    assert sum(tree.live) == analysis.totals.live_bytes
    itself = {path_of(tree, parent) for node, parent in enumerate(tree.parent) if node and tree.live[parent]}
    files = {fs.rootfs.path(node).decode() for node in fs.nodes() if fs.rootfs.kind[node] == FILE}
    assert itself <= files
    for cause in Cause:
        kept = sum(size for (_, number), size in tree.wasted.items() if number == cause)
        assert kept == sum(one.hidden[cause] for one in analysis.layers)


def test_what_is_small_is_one_node_of_its_directory() -> None:
    small = [f(f"usr/{number}", "x") for number in range(30)]
    tree, _ = folded(*applied([[f("usr/large", b"x" * 1_000_000), *small]]))

    assert [path_of(tree, node) for node in range(len(tree.name)) if node not in tree.more] == ["", "usr", "usr/large"]
    assert [(tree.parent[node], count, tree.live[node]) for node, count in tree.more.items()] == [(1, 30, 30)]


def test_a_directory_with_one_small_file_among_more_than_there_is_room_for() -> None:
    large = [f(name, b"x" * 100_000) for name in "abc"]
    tree, _ = folded(*applied([[*large, f("d", "y")]]), most=4)

    assert (tree.name, tree.live, tree.more) == (["", "a", "b", ""], [0, 100_000, 100_000, 100_001], {3: 2})


def test_a_small_part_of_the_image_that_is_much_of_its_waste_is_kept() -> None:
    layers = [[f("large", b"x" * 1_000_000), f("lost/a", "x"), f("b", "y"), f("c", "z")], [w("lost")]]

    tree, _ = folded(*applied(layers))

    assert "lost/a" in [path_of(tree, node) for node in range(len(tree.name))]


def test_the_heaviest_directories_are_opened_first() -> None:
    fs, analysis = applied([[f("light/a", "x"), f("light/b", "x"), f("heavy/a", "xxx"), f("heavy/b", "xxx")]])

    tree, _ = folded(fs, analysis, most=6)

    assert [path_of(tree, node) for node in range(5)] == ["", "heavy", "light", "heavy/a", "heavy/b"]
    assert tree.live == [0, 0, 2, 3, 3]
    assert tree.directory == [0, 1, 2]


def rows(paths: Sequence[str]) -> list[WasteInfo]:
    return [
        {"path": p, "bytes": 1, "stored_bytes": 1, "cause": "deleted", "layer": 0, "hidden_by": 1, "versions": 1}
        for p in paths
    ]


@given(st.lists(st.text("ab/", min_size=1), max_size=8))
def test_wasted_paths_come_back_from_their_columns(paths: list[str]) -> None:
    columns = json.loads(json.dumps(waste_columns(rows(paths))))
    pairs = zip(columns["directory"], columns["name"], strict=True)

    assert [columns["directories"][directory] + name for directory, name in pairs] == paths


def test_wasted_paths_end_at_a_number_of_rows_or_of_characters() -> None:
    many = rows(["a" * 10] * 9)

    assert len(waste_columns(many, most=3)["name"]) == 3
    assert len(waste_columns(many, text=45)["name"]) == 4
    assert waste_columns(many, most=3)["total"] == 9
    assert len(waste_columns(rows(["x" * 100_000]))["name"][0]) == LONGEST_PATH
