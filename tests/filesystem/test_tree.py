"""Sums go up and marks go down as plain walks from every node would take them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.filesystem.rootfs import ROOT, RootFs
from imgscope.filesystem.tree import Tree

PARENTS = st.lists(st.integers(0, 30), max_size=40)
"""Of each node the place of its parent among those before it."""
PARTS = [b"b", b"a", b"\xff", b"B", b"", b"a.b"]


def tree_of(parents: list[int]) -> Tree:
    rootfs = RootFs(lambda _: b"")
    for number, parent in enumerate(parents, 1):
        rootfs.node(parent % number, PARTS[number % len(PARTS)] + str(number).encode())
    return Tree(rootfs)


def ways(tree: Tree) -> list[list[int]]:
    """Of every node, itself and what stands above it."""
    found = [[ROOT]]
    for node in range(1, len(tree)):
        found.append([node, *found[tree.rootfs.parent[node]]])
    return found


@settings(max_examples=60, deadline=None)
@given(PARENTS, st.data())
def test_sums_hold_all_that_is_below(parents: list[int], data: st.DataObject) -> None:
    tree = tree_of(parents)
    own = data.draw(st.lists(st.integers(0, 1 << 40), min_size=len(tree), max_size=len(tree)))
    some = bytearray(data.draw(st.lists(st.booleans(), min_size=len(tree), max_size=len(tree))))
    all_, counted = [0] * len(tree), [0] * len(tree)
    for node, way in enumerate(ways(tree)):
        for above in way:
            all_[above] += own[node]
            counted[above] += own[node] * some[node]

    assert tree.sums(own).tolist() == all_
    assert tree.sums_of(some, own).tolist() == counted


@settings(max_examples=60, deadline=None)
@given(PARENTS, st.sets(st.integers(0, 40)))
def test_marks_reach_all_above_and_all_below(parents: list[int], chosen: set[int]) -> None:
    tree = tree_of(parents)
    chosen = {node % len(tree) for node in chosen}
    some = tree.column(chosen)

    assert {node for node in range(len(tree)) if some[node]} == chosen
    above = {each for node in chosen for each in ways(tree)[node]}
    assert {node for node, mark in enumerate(tree.with_ancestors(some)) if mark} == above
    below = {node for node, way in enumerate(ways(tree)) if chosen & set(way)}
    assert {node for node, mark in enumerate(tree.with_descendants(some)) if mark} == below


@settings(max_examples=50, deadline=None)
@given(PARENTS)
def test_directories_come_before_those_above_them_and_children_by_name(parents: list[int]) -> None:
    tree = tree_of(parents)
    names = tree.rootfs.name

    assert {tree.rootfs.parent[node] for node in range(1, len(tree))} == set(tree.directories)
    assert tree.directories == sorted(tree.directories, reverse=True)
    for node, way in enumerate(ways(tree)):
        assert tree.depth(node) == len(way) - 1
        children = [child for child in range(1, len(tree)) if tree.rootfs.parent[child] == node]
        assert tree.by_name(node).tolist() == sorted(children, key=names.__getitem__)


def test_few_marks_in_a_wide_directory_and_in_a_deep_one_count_alike() -> None:
    wide, deep = tree_of([0] * 500), tree_of(list(range(500)))

    for tree in (wide, deep):
        some = tree.column([ROOT, 7, 500])
        assert tree.sums_of(some, [3] * 501)[ROOT] == 9
        assert tree.sums_of(some, [3] * 501)[7] == (3 if tree is wide else 6)
