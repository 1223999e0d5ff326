"""What still travels of a path: every body once, and what hid it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from imgscope.analysis.versions import Version, Versions, all_versions
from imgscope.filesystem.life import Fate, Lives
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, SYMLINK
from tests.build import E, d, f, h, o, s, w
from tests.tui.making import LAYERS, fs_of, inspection_of, node_at


def versions_of(fs: FileSystem) -> Versions:
    return Versions(fs, Lives(fs))


def told(path: str, *layers: list[E]) -> list[tuple[int, int | None, Fate | None]]:
    fs = fs_of(*layers)
    found = all_versions(versions_of(fs), node_at(fs, path))
    return [(version.kind, version.layer, version.hidden) for version in found]


@pytest.mark.parametrize(
    ("upper", "expected"),
    [
        ([f("a", "22")], [(FILE, 0, Fate(Cause.OVERWRITTEN, 1)), (FILE, 1, None)]),
        ([w("a")], [(FILE, 0, Fate(Cause.DELETED, 1))]),
        ([o()], [(FILE, 0, Fate(Cause.OPAQUE, 1))]),
        ([s("a", "x")], [(FILE, 0, Fate(Cause.TYPE_CHANGED, 1)), (SYMLINK, 1, None)]),
        ([f("b", "1")], [(FILE, 0, None)]),
    ],
)
def test_a_file_is_live_or_hidden_by_a_layer(upper: list[E], expected: list[object]) -> None:
    assert told("a", [f("a", "1")], upper) == expected


def test_directories_and_links_that_are_gone_are_told_too_but_not_each_mode_of_a_directory() -> None:
    layers = [d("a"), s("a/l", "x")], [d("a", mode=0o700)], [w("a")]

    assert told("a", *map(list, layers)) == [(DIRECTORY, 1, Fate(Cause.DELETED, 2))]
    assert told("a/l", *map(list, layers)) == [(SYMLINK, 0, Fate(Cause.DELETED, 2))]


def test_a_body_that_another_name_still_leads_to_is_no_waste() -> None:
    fs = fs_of([f("a", "1"), h("b", "a")], [w("a")])
    versions = versions_of(fs)
    (gone,) = all_versions(versions, node_at(fs, "a"))
    (there,) = all_versions(versions, node_at(fs, "b"))

    assert (gone.hidden, versions.wasted(gone)) == (Fate(Cause.DELETED, 1), 0)
    assert (there.has_body, versions.wasted(there)) == (False, 0)


def test_a_body_that_its_own_layer_wrote_over_is_a_version() -> None:
    assert told("a", [f("a", "1"), f("a", "22")]) == [(FILE, 0, Fate(Cause.SHADOWED, 0)), (FILE, 0, None)]


def test_a_directory_that_paths_imply_is_of_no_layer() -> None:
    assert told("a", [f("a/x", "1")]) == [(DIRECTORY, None, None)]


@settings(max_examples=80, deadline=None)
@given(LAYERS)
def test_versions_hold_every_body_once_and_all_waste(layers: list[list[E]]) -> None:
    inspection = inspection_of(*layers)
    fs = inspection.filesystem
    versions = versions_of(fs)
    found: list[Version] = [one for node in range(1, len(fs.rootfs)) for one in all_versions(versions, node)]
    bodies = [version.entry for version in found if version.has_body]
    regular = {entry for entry, node in enumerate(fs.node_of) if node != NONE and fs.member(entry).type == b"0"}
    reached = {version.inode for version in found if version.kind == FILE}

    assert len(bodies) == len(set(bodies))
    assert regular <= reached  # some only by another name: their own was gone before the layer ended
    assert {row.entry for row in inspection.analysis.waste} <= reached
    wasted = sum(row.bytes for row in inspection.analysis.waste if row.entry in set(bodies))
    assert sum(map(versions.wasted, found)) == wasted
    live = {(version.node, version.entry) for version in found if not version.hidden}
    assert live == {(node, fs.rootfs.entry[node]) for node in fs.nodes() if node}
