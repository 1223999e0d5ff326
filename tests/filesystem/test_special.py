"""What is no ordinary entry: AUFS bookkeeping, eStargz, overlayfs, and links to what a marker hides."""

from __future__ import annotations

import gc
import weakref

import pytest

from imgscope.analysis.accounting import account, content_of
from imgscope.analysis.model import LayerAccount
from imgscope.filesystem.oddity import Oddity
from tests.build import E, d, f, h, o, s, w
from tests.filesystem.show import apply


def accounts(*layers: list[E]) -> tuple[dict[str, str], tuple[LayerAccount, ...], list[tuple[str, str]]]:
    """What stands in the end, the account of each layer, and the waste as (path, cause)."""
    shown, fs = apply(*layers)
    analysis = account(fs, [1] * len(layers))
    assert [content_of(table) for table in fs.tables if table is not None] == [
        one.content_bytes for one in analysis.layers
    ]
    return shown, analysis.layers, [(row.path.decode(), row.cause.name.lower()) for row in analysis.waste]


def test_aufs_bookkeeping_is_format_metadata_and_no_path() -> None:
    shown, (layer,), waste = accounts([f(".wh..wh.aufs", "123"), f(".wh..wh.aufs", "45"), f("a", "6")])

    assert shown == {"a": "6"}
    assert (layer.format_metadata, layer.live, layer.content_bytes, layer.files) == (5, 1, 6, 3)
    assert waste == []


def test_a_body_in_aufs_bookkeeping_that_a_link_reaches_is_content() -> None:
    plnk = [d(".wh..wh.plnk"), f(".wh..wh.plnk/1.2", "PPPPP"), h("hl", ".wh..wh.plnk/1.2")]

    _, (layer,), _ = accounts(plnk)
    assert (layer.live, layer.format_metadata) == (5, 0)
    _, (layer,), waste = accounts([*plnk, f("hl", "new")])
    assert (layer.live, layer.format_metadata, waste) == (3, 5, [])
    _, (layer, _), waste = accounts(plnk, [w("hl")])
    assert (layer.live, layer.format_metadata, waste) == (0, 0, [(".wh..wh.plnk/1.2", "deleted")])


@pytest.mark.parametrize("hidden", [[], [w(".no.prefetch.landmark")], [f(".no.prefetch.landmark", "\x0f")]])
def test_landmarks_are_paths_whose_bytes_are_never_waste(hidden: list[E]) -> None:
    _, (layer, _), waste = accounts(
        [f("a/.no.prefetch.landmark", "x"), f(".no.prefetch.landmark", "\x0f"), f("stargz.index.json", "{}")], hidden
    )

    assert (layer.format_metadata, layer.live, waste) == (3, 1, [])


def test_what_only_looks_like_a_landmark() -> None:
    _, (layer,), _ = accounts(
        [
            f(".prefetch.landmark", "too long"),
            f("stargz.index.json", "not last"),
            E(".prefetch.landmark", b"1", type="Z"),
        ]
    )

    assert layer.format_metadata == 0
    assert layer.live == 8


LOWER = [d("real"), f("real/r", "rrr"), s("lnk", "real"), f("f", "ffff")]


@pytest.mark.parametrize(
    ("entries", "path", "content"),
    [
        ([h("hl", "lnk/r"), w("real/r")], "hl", "rrr"),
        ([h("hl", "f"), d("f"), o("f")], "hl", "ffff"),
        ([h("hl", "f"), w("f")], "hl", "ffff"),
        ([f("f", "own"), h("hl", "f"), w("f")], "hl", "own"),
        ([w("f"), h("hl", "f")], "hl", ""),
        ([f("f", "own"), h("hl", "f")], "hl", "own"),
    ],
)
def test_a_hard_link_finds_what_stood_there_when_it_was_written(entries: list[E], path: str, content: str) -> None:
    shown, layers, _ = accounts(LOWER, entries)

    assert shown[path] == content
    assert all(layer.live >= 0 for layer in layers)


def test_an_opaque_marker_acts_through_a_link_that_the_same_layer_removes() -> None:
    shown, _, waste = accounts(LOWER, [o("lnk"), w("lnk")])

    assert shown == {"f": "ffff", "real": "/"}
    assert waste == [("real/r", "opaque")]


def test_only_links_of_lower_layers_make_engines_differ() -> None:
    _, fs = apply([d("real"), s("lnk", "real"), f("lnk/x", "x")])
    assert fs.effects[0].notices == {}
    _, fs = apply([d("real"), s("lnk", "real")], [f("lnk/x", "x")])
    assert set(fs.effects[1].notices) == {"through-symlink"}


def test_markers_of_overlayfs_are_shown_not_heeded() -> None:
    opaque = E("d", type="5", mode=0o755, pax={"SCHILY.xattr.trusted.overlay.opaque": "y"})
    shown, fs = apply([d("d"), f("d/a", "1"), f("b", "2")], [opaque, E("b", type="3")])

    assert shown["d/a"] == "1"
    assert fs.effects[1].notices[Oddity.OVERLAY_MARKER][1] == 2


def test_an_unknown_type_is_shown_and_named() -> None:
    shown, fs = apply([E("strange", b"1234", type="Z")])

    assert "strange" in shown
    assert set(fs.effects[0].notices) == {"unknown-type"}


@pytest.mark.parametrize("type_", [*"0124567", "\0"])
def test_a_known_type_is_not_remarked_upon(type_: str) -> None:
    _, fs = apply([f("x", "1"), E("known", type=type_, link="x")])

    assert fs.effects[0].notices == {}


def test_links_that_expand_without_end_are_taken_as_they_are() -> None:
    bombs = [s(f"l{i}", "x/../" * 800 + f"l{i + 1}") for i in range(200)]
    _, fs = apply([d("x"), *bombs, f("l0/file", "1")])

    assert "symlink-loop" in fs.effects[0].notices
    assert len(fs.rootfs) < 500


@pytest.mark.parametrize("root", [".", "./", "/", "a/.."])
@pytest.mark.parametrize("marker", [w("y"), o()])
def test_an_entry_of_the_root_beside_markers_is_only_the_root(root: str, marker: E) -> None:
    shown, _, waste = accounts([f("y", "1")], [d(root), marker])

    assert "y" not in shown
    assert [path for path, _ in waste] == ["y"]


def test_a_filesystem_ends_with_its_last_use() -> None:
    """The command line looks for no garbage: what refers to itself would pile up image by image."""
    _, fs = apply([f("a", "1"), s("l", "a")], [f("l/x"), w("a")])
    gone = weakref.ref(fs.rootfs)
    gc.disable()
    try:
        del fs
        assert gone() is None
    finally:
        gc.enable()
