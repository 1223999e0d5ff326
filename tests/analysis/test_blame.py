"""What happened to a path: told from what layers stored, never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from imgscope.analysis.blame import Blame, Changed, Did, Happening
from imgscope.filesystem.life import Fate, Lives, life
from imgscope.filesystem.model import Cause
from imgscope.filesystem.rootfs import FILE
from imgscope.filesystem.timeline import Mark
from imgscope.indexing.content import fingerprints
from imgscope.inspection import Inspection
from tests.build import E, d, f, h, o, s, w
from tests.tui.making import LAYERS, inspection_of, node_at


def blame_of(inspection: Inspection) -> Blame:
    fs = inspection.filesystem
    blame = Blame(fs, Lives(fs))
    doubts = blame.doubts(range(len(fs.rootfs)))
    blame.learn(fingerprints(inspection.opened, [layer.table for layer in inspection.layers], doubts))
    return blame


def told(path: str, *layers: list[E]) -> list[Happening]:
    inspection = inspection_of(*layers)
    return blame_of(inspection).of(node_at(inspection.filesystem, path))


CONTENT, MODE, OWNER, TIME = Changed.CONTENT, Changed.MODE, Changed.OWNER, Changed.TIME


@pytest.mark.parametrize(
    ("upper", "did", "changed"),
    [
        (f("a", "2"), Did.MODIFIED, (CONTENT,)),
        (f("a", "longer", mode=0o600), Did.MODIFIED, (CONTENT, MODE)),
        (f("a", ""), Did.MODIFIED, (CONTENT,)),
        (f("a", "1"), Did.REWRITTEN, ()),
        (f("a", "1", mode=0o600), Did.MODIFIED, (MODE,)),
        (f("a", "1", uid=1), Did.MODIFIED, (OWNER,)),
        (f("a", "1", gid=1), Did.MODIFIED, (OWNER,)),
        (f("a", "1", pax={"SCHILY.xattr.user.x": "1"}), Did.MODIFIED, (Changed.XATTRS,)),
        (f("a", "1", mtime=1), Did.MODIFIED, (TIME,)),
        (f("a", "1", mode=0o600, uid=1, mtime=1), Did.MODIFIED, (MODE, OWNER, TIME)),
        (s("a", "b"), Did.RETYPED, ()),
        (d("a"), Did.RETYPED, ()),
        (E("a", type="6"), Did.RETYPED, ()),
        (h("a", "b"), Did.LINKED, (CONTENT,)),
        (h("a", "same"), Did.LINKED, ()),
        (w("a"), Did.REMOVED, ()),
    ],
)
def test_a_file_that_is_written_again_says_what_is_not_as_it_was(
    upper: E, did: Did, changed: tuple[Changed, ...]
) -> None:
    last = told("a", [f("a", "1"), f("b", "2"), f("same", "1")], [upper])[-1]

    assert (last.layer, last.did, last.changed) == (1, did, changed)


@pytest.mark.parametrize(
    ("lower", "upper", "did", "changed"),
    [
        (s("a", "x"), s("a", "y"), Did.MODIFIED, (Changed.TARGET,)),
        (s("a", "x"), s("a", "x", uid=1), Did.MODIFIED, (OWNER,)),
        (s("a", "x"), s("a", "x"), Did.REWRITTEN, ()),
        (d("a"), d("a", mode=0o700), Did.MODIFIED, (MODE,)),
        (E("a", type="6"), E("a", type="3"), Did.RETYPED, ()),
        (f("a"), f("a"), Did.REWRITTEN, ()),
    ],
)
def test_other_things_say_so_too(lower: E, upper: E, did: Did, changed: tuple[Changed, ...]) -> None:
    last = told("a", [lower], [upper])[-1]

    assert (last.did, last.changed) == (did, changed)


@pytest.mark.parametrize(("data", "changed"), [("1", (MODE,)), ("2", (CONTENT, MODE))])
def test_a_copy_is_told_from_a_change_though_another_name_still_leads_to_the_body_before(
    data: str, changed: tuple[Changed, ...]
) -> None:
    happenings = told("a", [f("a", "1"), h("b", "a")], [f("a", data, mode=0o600)])

    assert happenings[0].fate is None
    assert happenings[1].changed == changed


def test_nothing_is_in_doubt_where_bodies_were_compared_already() -> None:
    inspection = inspection_of([f("a", "1"), f("b", "1")], [f("a", "2"), f("b", "22")], [w("a"), f("b", "33")])
    blame = Blame(inspection.filesystem, Lives(inspection.filesystem))

    assert blame.doubts(range(len(inspection.filesystem.rootfs))) == {}


def test_each_body_says_what_became_of_it() -> None:
    happenings = told("d/a", [f("d/a", "1")], [f("d/a", "2")], [f("d/a", "2", mode=0o600)], [o("d")], [f("d/a", "3")])

    assert [happening.fate for happening in happenings] == [
        Fate(Cause.OVERWRITTEN, 1),
        Fate(Cause.METADATA_ONLY, 2),
        Fate(Cause.OPAQUE, 3),
        None,
        None,
    ]
    assert [happening.has_body for happening in happenings] == [True, True, True, False, True]


def test_a_body_that_its_own_layer_wrote_over_comes_before_the_other() -> None:
    first, second = told("a", [f("a", "1"), f("a", "22")])

    assert (first.did, first.entry, first.fate) == (Did.SHADOWED, 0, Fate(Cause.SHADOWED, 0))
    assert (second.did, second.entry, second.fate) == (Did.ADDED, 1, None)


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_happenings_are_the_events_of_the_path_and_waste_is_told_once(layers: list[list[E]]) -> None:
    inspection = inspection_of(*layers)
    fs, blame = inspection.filesystem, blame_of(inspection)
    all_wasted, bodies = 0, set[int]()

    for node in range(len(fs.rootfs)):
        happenings = blame.of(node)
        plain = [(one.layer, one.entry) for one in happenings if one.did is not Did.SHADOWED]
        assert plain == [(event.layer, event.entry) for event in life(fs, node)]
        assert [one.layer for one in happenings] == sorted(one.layer for one in happenings)
        all_wasted += sum(map(blame.wasted, happenings))
        bodies |= {one.entry for one in happenings if one.has_body}
    assert all_wasted == sum(row.bytes for row in inspection.analysis.waste if row.entry in bodies)


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_content_changed_where_the_bytes_did(layers: list[list[E]]) -> None:
    inspection = inspection_of(*layers)
    fs, blame = inspection.filesystem, blame_of(inspection)
    data = {
        (layer, row): fs.tables[layer] and layers[layer][row].data
        for layer in range(len(layers))
        for row in range(len(layers[layer]))
    }

    for node in range(1, len(fs.rootfs)):
        events = life(fs, node)
        for before, event, happening in zip(
            events, events[1:], [one for one in blame.of(node) if one.did is not Did.SHADOWED][1:], strict=False
        ):
            if before.kind == event.kind == FILE and event.mark is Mark.MODIFIED:
                was, now = (data[fs.locate(one.inode)] for one in (before, event))
                assert (CONTENT in happening.changed) == (was != now)
