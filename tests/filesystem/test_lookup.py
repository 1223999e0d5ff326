"""Paths as people name them lead to what any layer ever had there, through links of any time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from imgscope.filesystem.life import Lives, life
from imgscope.filesystem.lookup import below, ever, fitting, is_directory, nearest, places
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import ROOT
from tests.build import E, d, f, o, s, w
from tests.tui.making import LAYERS, fs_of, node_at


def found(fs: FileSystem, path: str) -> list[tuple[str, list[str]]]:
    """Paths that a path leads to, each with the links on the way."""
    return [
        (fs.rootfs.path(place.node).decode(), [fs.rootfs.path(link).decode() for link, _ in place.links])
        for place in places(fs, Lives(fs), path.encode())
    ]


@pytest.mark.parametrize("path", ["usr/lib/x", "/usr/lib/x", "usr//lib/./x", "/usr/bin/../lib/x"])
def test_a_path_may_be_written_in_any_way(path: str) -> None:
    fs = fs_of([d("usr/bin"), f("usr/lib/x", "1")])

    assert found(fs, path) == [("usr/lib/x", [])]


def test_up_from_what_never_was_a_directory_leads_nowhere() -> None:
    fs = fs_of(
        [d("usr/lib"), s("lib", "usr/lib"), f("etc/x", "1"), f("usr/y", "2"), d("a")], [w("a"), s("a", "usr/lib")]
    )

    assert found(fs, "lib/../etc/x") == []
    assert found(fs, "etc/x/../x") == []
    assert found(fs, "lib/../y") == [("usr/y", ["lib"])]
    assert [path for path, _ in found(fs, "a/../etc/x")] == ["etc/x"]  # once it was one
    assert [path for path, _ in found(fs, "a/../y")] == ["usr/y"]


def test_a_slash_behind_a_file_leads_nowhere() -> None:
    fs = fs_of([f("x", "1"), f("y", "1")], [w("y")], [f("y/z", "2")])

    assert found(fs, "x/") == []
    assert found(fs, "y/") == [("y", [])]


def test_a_path_that_is_gone_is_found() -> None:
    assert found(fs_of([f("a/x", "1")], [w("a")]), "a/x") == [("a/x", [])]


def test_a_link_on_the_way_is_followed_and_one_in_the_end_only_behind_a_slash() -> None:
    fs = fs_of([d("usr/lib"), s("lib", "usr/lib"), f("usr/lib/x", "1")])

    assert found(fs, "lib/x") == [("usr/lib/x", ["lib"])]
    assert found(fs, "lib") == [("lib", [])]
    assert found(fs, "lib/") == [("lib", []), ("usr/lib", ["lib"])]


def test_a_link_that_was_there_once_is_followed_and_what_is_there_as_written_comes_first() -> None:
    fs = fs_of([d("old"), s("a", "old"), f("old/x", "1")], [w("a"), d("a"), f("a/x", "2")])

    assert found(fs, "a/x") == [("a/x", []), ("old/x", ["a"])]


def test_links_may_lead_up_and_to_the_root_and_never_out_of_it() -> None:
    fs = fs_of([d("a/b"), s("a/b/up", "../../../.."), s("a/top", "/"), f("x", "1")])

    assert found(fs, "a/b/up/x") == [("x", ["a/b/up"])]
    assert found(fs, "a/top/x") == [("x", ["a/top"])]


def test_links_in_a_circle_lead_nowhere_and_come_to_an_end() -> None:
    fs = fs_of([s("a", "b"), s("b", "a"), s("self", "self/self")])

    assert found(fs, "a/x") == []
    assert found(fs, "self/x") == []


def test_links_that_multiply_come_to_an_end() -> None:
    layers = [[s(name, f"{other}/{other}/{other}") for name, other in zip("abcdefgh", "bcdefgha", strict=True)]] * 3

    assert found(fs_of(*layers), "a/x") == []


def test_a_whiteout_of_nothing_is_no_path() -> None:
    assert found(fs_of([d("a"), w("a/x")]), "a/x") == []


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_what_was_ever_there_are_the_paths_with_events_or_with_a_buried_body(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    under = {
        fs.node_of[entry]
        for entry, cause in zip(fs.hidden.entry, fs.hidden.cause, strict=True)
        if cause == Cause.SHADOWED
    }

    assert list(map(bool, ever(fs)))[1:] == [bool(life(fs, node)) or node in under for node in range(1, len(fs.rootfs))]


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_what_is_below_a_directory_is_what_has_its_path_at_the_beginning(layers: list[list[E]]) -> None:
    fs = fs_of(*layers)
    was = ever(fs)
    paths = {node: fs.rootfs.path(node) for node in range(1, len(fs.rootfs)) if was[node]}
    counts, there = below(fs, was, range(len(fs.rootfs)))

    for node in range(len(fs.rootfs)):
        lead = fs.rootfs.path(node) + b"/" if node != ROOT else b""
        inside = [one for one, path in paths.items() if path.startswith(lead)]
        assert counts[node] == len(inside)
        assert there[node] == sum(fs.rootfs.kind[one] > 0 for one in inside)


def test_below_is_not_counted_where_nobody_asks_of_a_directory() -> None:
    fs = fs_of([d("a"), f("a/x", "1")])

    assert below(fs, ever(fs), [node_at(fs, "a/x")]) == ((), ())


def test_paths_that_fit_are_sorted_and_directories_are_tested_with_a_slash() -> None:
    fs = fs_of([d("b"), f("b/x", "1"), f("a", "1")], [o("b")])

    assert [path for path, _ in fitting(fs, ever(fs), {b"a", b"b/", b"b/x"}.__contains__)] == [b"a", b"b", b"b/x"]
    assert fitting(fs, ever(fs), {b"b", b"b/x/"}.__contains__) == []
    assert is_directory(fs, node_at(fs, "b"))


@pytest.mark.parametrize(
    ("path", "near"),
    [("etc/pass", "etc/passwd"), ("passwd", "etc/passwd"), ("/ect/passwd", "etc/passwd"), ("etc/nothing", None)],
)
def test_the_nearest_path_is_one_of_that_name_or_one_alike(path: str, near: str | None) -> None:
    fs = fs_of([d("etc"), f("etc/passwd", "1"), f("etc/gone", "1")], [w("etc/gone")])

    assert nearest(fs, ever(fs), path.encode()) == (near and near.encode())


@pytest.mark.parametrize("path", ["lib/../etc/passwd", "etc/passwd/", "etc/passwd/../passwd"])
def test_the_nearest_path_of_one_that_links_lead_astray_is_it_without_them(path: str) -> None:
    fs = fs_of([s("lib", "usr/lib"), f("a/passwd", "1"), f("etc/passwd", "1")])

    assert nearest(fs, ever(fs), path.encode()) == b"etc/passwd"
