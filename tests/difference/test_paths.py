"""Two filesystems, path by path: against dictionaries, in several layerings, moved, linked, and with odd names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.difference.compare import choose, compare, grouped, summary
from imgscope.difference.model import OF_CONTENT, OF_METADATA, Aspect, Kind, Paths, Row, View
from imgscope.difference.side import of_image_read, of_layer
from imgscope.filesystem.timeline import state_after
from imgscope.inspection import Inspection
from tests.analysis.test_copies import sparse
from tests.build import E, d, f, h, o, s, w
from tests.difference import naive
from tests.difference.naive import TREES, Path, Tree, entries, layered
from tests.tui.making import HOSTILE, LAYERS, inspection_of

ALL = OF_CONTENT | OF_METADATA


def view(*layers: list[E]) -> View:
    one = inspection_of(*layers)
    return View(one.filesystem, one.filesystem.rootfs, one.opened)


def diff(before: list[E], after: list[E], **more: Any) -> Paths:
    return compare(view(before), view(after), **more)


def parts(path: bytes) -> Path:
    return tuple(path.decode().split("/"))


def told(paths: Paths) -> naive.Told:
    found = naive.Told()
    for row in paths.rows:
        if row.kind is Kind.ADDED:
            found.added.add(parts(paths.path(row)))
        elif row.kind is Kind.REMOVED:
            found.removed.add(parts(paths.path(row)))
        else:
            found.changed[parts(paths.path(row))] = {(aspect.name or "").lower() for aspect in row.aspects}
    return found


def lines(paths: Paths) -> list[str]:
    """Rows as text, short enough for a test."""
    return [_line(paths, row) for row in paths.rows]


def _line(paths: Paths, row: Row) -> str:
    old = f" from {paths.before.path(row.before).decode()}" if row.kind is Kind.RENAMED else ""
    below = f" +{row.below}" if row.below else ""
    aspects = "".join(f" {(aspect.name or '').lower()}" for aspect in row.aspects)
    return f"{row.kind.name.lower()} {paths.path(row).decode()}{old}{below}{aspects}"


@given(TREES, TREES)
def test_it_is_what_two_dictionaries_say(before: Tree, after: Tree) -> None:
    paths = compare(view(entries(before)), view(entries(after)), renames=False)

    assert told(paths) == naive.compare(before, after)
    order = [parts(paths.path(row)) for row in paths.rows]
    assert order == sorted(order)


@given(TREES, TREES, st.sets(st.sampled_from([("a",), ("b",), ("a", "b"), ("c", "a")])))
def test_one_filesystem_in_other_layers_is_the_same(tree: Tree, junk: Tree, upper: set[Path]) -> None:
    assert compare(view(entries(tree)), view(*layered(tree, junk, upper))).rows == []


@given(TREES, TREES)
def test_one_way_is_the_other_way_round(before: Tree, after: Tree) -> None:
    there = told(compare(view(entries(before)), view(entries(after)), renames=False))
    back = told(compare(view(entries(after)), view(entries(before)), renames=False))

    assert (there.added, there.removed, there.changed) == (back.removed, back.added, back.changed)


@given(TREES, TREES)
def test_what_moved_was_gone_and_is_new_with_the_same_content(before: Tree, after: Tree) -> None:
    plain = naive.compare(before, after)
    paths = compare(view(entries(before)), view(entries(after)))
    gone = {parts(paths.path(row)) for row in paths.rows if row.kind is Kind.REMOVED}
    new = {parts(paths.path(row)) for row in paths.rows if row.kind is Kind.ADDED}
    for row in paths.rows:
        if row.kind is Kind.RENAMED:
            old, now = parts(paths.before.path(row.before)), parts(paths.path(row))
            mine = {path[len(old) :]: _content(before[path]) for path in before if path[: len(old)] == old}
            theirs = {path[len(now) :]: _content(after[path]) for path in after if path[: len(now)] == now}
            assert mine == theirs
            assert row.below == len(mine) - 1
            gone |= {(*old, *path) for path in mine}
            new |= {(*now, *path) for path in mine}

    assert (gone, new) == (plain.removed, plain.added)
    assert not _contents(before, paths, Kind.REMOVED) & _contents(after, paths, Kind.ADDED)


def _content(thing: naive.Thing) -> tuple[str, str]:
    return thing.kind, thing.data if thing.kind in ("file", "symlink") else ""


def _contents(tree: Tree, paths: Paths, kind: Kind) -> set[str]:
    """What the files hold that are told as one of a kind."""
    things = [tree[parts(paths.path(row))] for row in paths.rows if row.kind is kind]
    return {thing.data for thing in things if thing.kind == "file"} - {""}


def test_a_file_that_moved_is_told_once_with_what_else_differs() -> None:
    paths = diff([d("a"), f("a/x", "data")], [d("b"), f("b/y", "data", mode=0o600)])

    assert lines(paths) == ["removed a", "added b", "renamed b/y from a/x mode"]


def test_a_directory_that_moved_as_a_whole_is_told_once() -> None:
    def below(top: str) -> list[E]:
        sub = [d(f"{top}/sub"), f(f"{top}/sub/data", "data"), s(f"{top}/link", "sub/data")]
        return [d(top), f(f"{top}/empty"), *sub]

    assert lines(diff(below("old"), [d("opt"), *below("opt/new")])) == ["added opt", "renamed opt/new from old +4"]


def test_what_was_changed_in_a_directory_that_moved_stands_beside() -> None:
    before = [d("old"), f("old/a", "a"), f("old/b", "b")]
    after = [d("new"), f("new/a", "a"), f("new/b", "b", uid=5)]

    assert lines(diff(before, after)) == ["renamed new from old +2", "changed new/b owner"]


def test_a_directory_of_which_something_stayed_behind_did_not_move() -> None:
    before = [d("old"), f("old/a", "a"), f("old/b", "b")]

    assert lines(diff(before, [d("new"), f("new/a", "a")])) == [
        "added new",
        "renamed new/a from old/a",
        "removed old",
        "removed old/b",
    ]


def test_a_directory_of_which_something_was_changed_did_not_move() -> None:
    before = [d("old"), f("old/a", "a"), f("old/b", "22")]
    after = [d("new"), f("new/a", "a"), f("new/b", "333")]

    assert lines(diff(before, after)) == [
        "added new",
        "renamed new/a from old/a",
        "added new/b",
        "removed old",
        "removed old/b",
    ]


def test_what_is_part_of_a_larger_thing_that_moved_goes_with_it() -> None:
    before = [d("x"), f("x/f", "same"), d("z"), d("z/x"), f("z/x/f", "same"), f("z/g", "other")]
    after = [d("new"), d("new/x"), f("new/x/f", "same"), f("new/g", "other")]

    assert lines(diff(before, after)) == ["renamed new from z +3", "removed x", "removed x/f"]


def test_files_that_kept_their_name_are_matched_first() -> None:
    before = [d("x"), f("x/one", "same"), f("x/two", "same"), f("x/other", "unlike")]
    after = [d("y"), f("y/two", "same"), f("y/zero", "same")]

    assert lines(diff(before, after)) == [
        "removed x",
        "removed x/other",
        "added y",
        "renamed y/two from x/two",
        "renamed y/zero from x/one",
    ]


def test_what_is_empty_did_not_move() -> None:
    assert lines(diff([f("a"), d("b")], [f("c"), d("e")])) == ["removed a", "removed b", "added c", "added e"]


def test_renames_can_be_left_out() -> None:
    assert lines(diff([f("a", "1")], [f("b", "1")], renames=False)) == ["removed a", "added b"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([f("a")], [d("a"), f("a/b")], ["changed a type", "added a/b"]),
        ([d("a"), f("a/b")], [s("a", "b")], ["changed a type", "removed a/b"]),
        ([s("a", "b")], [s("a", "c")], ["changed a target"]),
        ([E("a", type="6")], [E("a", type="3")], ["changed a type"]),
        ([s("a", "b")], [E("a", type="2", link="b", mode=0o644)], []),
        ([f("a", mode=0o4755)], [f("a", mode=0o755)], ["changed a mode"]),
        ([f("a", mode=0o100644)], [f("a", mode=0o644)], []),
        ([f("a", "1"), h("b", "a")], [f("b", "1"), h("a", "b")], []),
        ([f("a", "1"), h("b", "a")], [f("a", "1"), f("b", "1")], ["changed a links", "changed b links"]),
        ([f("a", "1"), h("b", "a")], [f("b", "1")], ["removed a"]),
        ([f("a", "1"), h("b", "a"), h("c", "a")], [f("b", "1"), h("c", "b")], ["removed a"]),
        ([d("a/b")], [d("a"), d("a/b")], ["changed a mtime"]),
        ([E("./", type="5", mode=0o700)], [], ["changed  mode mtime"]),
    ],
)
def test_cases(before: list[E], after: list[E], expected: list[str]) -> None:
    assert lines(diff(before, after)) == expected


def test_devices_differ_by_their_numbers() -> None:
    before, after = view([E("null", type="3")]), view([E("null", type="3")])
    for one, number in ((before, 5), (after, 3)):
        table = one.fs.tables[0]
        assert table
        table.device[0] = 1, number

    assert lines(compare(before, after)) == ["changed null device"]


def test_a_sparse_file_is_the_plain_file_that_it_stands_for() -> None:
    whole = E("a", bytes(512) + b"d" * 512 + bytes(1024))

    assert diff([sparse("a", 2048, 512, b"d" * 512)], [whole]).rows == []
    assert lines(diff([whole, f("z", "1" * 2048)], [sparse("a", 2048, 0, b"d" * 512), f("z", "2" * 2048)])) == [
        "changed a content",
        "changed z content",
    ]
    assert lines(diff([sparse("a", 2048, 512, b"d" * 512)], [E("b", whole.data)])) == ["renamed b from a"]


@given(st.lists(HOSTILE, min_size=2, max_size=4, unique=True))
def test_any_name_is_only_a_name(names: list[bytes]) -> None:
    first, *others = names
    paths = diff([f(first, "1"), *(f(name) for name in others)], [d(first), f(first + b"/" + first, "1")])
    kinds = {paths.path(row): row.kind for row in paths.rows}

    assert kinds == {first: Kind.CHANGED, first + b"/" + first: Kind.ADDED} | dict.fromkeys(others, Kind.REMOVED)


@given(LAYERS)
def test_layers_of_one_image_add_up_to_it(layers: list[list[E]]) -> None:
    one = inspection_of(*layers)
    last = len(one.filesystem.journals) - 1
    final = View(one.filesystem, one.filesystem.rootfs, one.opened)
    for layer in range(-1, last + 1):
        whole = View(one.filesystem, state_after(one.filesystem, layer), one.opened)
        alone = view(*layers[: layer + 1]) if layer >= 0 else view([])
        assert compare(whole, alone).rows == []
    assert compare(final, View(one.filesystem, state_after(one.filesystem, last), one.opened)).rows == []


@given(LAYERS)
def test_totals_after_the_last_layer_are_those_of_the_image(layers: list[list[E]]) -> None:
    one = inspection_of(*layers)
    whole = read(one)
    after = of_layer(whole, one.analysis, len(one.layers) - 1)

    assert after.totals == whole.totals
    assert after.directories == whole.directories


def read(one: Inspection) -> Any:
    return of_image_read(one.opened, one.layers, one.filesystem, one.analysis, complete=one.complete)


def test_what_a_layer_did() -> None:
    one = inspection_of([d("a"), f("a/x", "1"), f("b")], [w("b"), o("a"), f("a/y", "2"), f("a/z", "1")])
    before, after = (View(one.filesystem, state_after(one.filesystem, layer), one.opened) for layer in (0, 1))

    assert lines(compare(before, after)) == ["added a/y", "renamed a/z from a/x", "removed b"]


def test_times_are_counted_and_listed_only_where_they_are_asked_for() -> None:
    paths = diff([f("a"), f("b", "1")], [f("a", mtime=5), f("b", "2", mtime=5)])

    assert lines(choose(paths, ALL)) == ["changed a mtime", "changed b content mtime"]
    quiet = choose(paths, ALL & ~Aspect.MTIME)
    assert (lines(quiet), quiet.mtime_only) == (["changed b content"], 1)


def test_content_and_metadata_can_be_looked_at_alone() -> None:
    paths = diff([f("a"), f("b", "1"), f("c", "3")], [f("a", mode=0o600), f("b", "2", uid=1), f("n"), f("m", "3")])

    assert lines(choose(paths, OF_CONTENT)) == ["changed b content", "renamed m from c", "added n"]
    assert lines(choose(paths, OF_METADATA)) == ["changed a mode", "changed b owner"]


def test_only_wanted_paths() -> None:
    paths = diff([d("a"), f("a/x", "1"), f("b", "2")], [f("c", "1"), f("b", "3"), d("e")])

    assert lines(choose(paths, ALL, lambda path: path.startswith(b"a/"))) == ["removed a", "renamed c from a/x"]
    assert lines(choose(paths, ALL, lambda path: path == b"e/")) == ["added e"]


def test_what_came_or_went_as_a_whole_is_one_group() -> None:
    before = [d("old"), f("old/1", "one"), d("kept"), f("moved", "m")]
    after = [
        d("kept"),
        d("kept/new"),
        d("kept/new/sub"),
        f("kept/new/sub/f", "four"),
        f("kept/new-er", "5"),
        f("m2", "m"),
    ]
    paths = diff(before, after)
    groups = {paths.path(group.row): (group.row.kind, group.paths, group.bytes) for group in grouped(paths)}

    assert groups == {
        b"kept/new": (Kind.ADDED, 3, 4),
        b"kept/new-er": (Kind.ADDED, 1, 1),
        b"m2": (Kind.RENAMED, 1, 0),
        b"old": (Kind.REMOVED, 2, 3),
    }
    assert summary(paths).count == {Kind.ADDED: 4, Kind.REMOVED: 2, Kind.RENAMED: 1}
