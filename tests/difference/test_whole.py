"""Two sides: layers matched, numbers, what counts and what does not; and what was saved of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from imgscope.difference.compare import choose, compare
from imgscope.difference.model import OF_CONTENT, OF_METADATA
from imgscope.difference.saved import of_listing, of_numbers, of_saved_report
from imgscope.difference.side import LayerFacts, Side, Source, of_documents, of_image_read
from imgscope.difference.whole import Difference, LayerPair, difference
from imgscope.errors import SourceError
from imgscope.gate.baseline import dump, load, snapshot
from imgscope.gate.subject import Subject
from imgscope.inspection import Inspection
from imgscope.report.build import build_report
from imgscope.report.files import final_inodes
from imgscope.report.json import document, lines
from tests.build import E, Spec, d, f, h, layer, w
from tests.difference.naive import TREES, Tree, entries
from tests.difference.test_paths import told
from tests.tui.making import LAYERS, inspection_of

OLD = [[f("a", "1"), f("b", "22")], [w("b"), f("c", "333")]]
NEW = [[f("a", "1"), f("b", "22")], [w("b"), f("c", "4444")]]


def image(one: Inspection) -> Side:
    return of_image_read(one.opened, one.layers, one.filesystem, one.analysis, complete=one.complete)


def side(*layers: list[E], **more: Any) -> Side:
    return image(inspection_of(*layers, spec=Spec([layer(*one) for one in layers], **more)))


def report(one: Inspection) -> Any:
    return json.loads(document(build_report(one)))


def baseline(one: Inspection) -> Side:
    opened = one.opened
    subject = Subject("app.tar", "app", opened.image, one.filesystem, one.analysis, one.warnings)
    kept = load(dump({"app": snapshot(subject)}), "base.json")["app"]
    return of_numbers("base.json", "app", kept.totals, kept.layers, kept.directories, kept.waste)


def listing(one: Inspection) -> Side:
    rows = map(json.loads, lines(row for row, _ in final_inodes(one.filesystem)))
    return of_listing(rows, "files.jsonl")


def between(before: Side, after: Side) -> Difference:
    paths = compare(before.view, after.view) if before.view and after.view else None
    return difference(before, after, paths and choose(paths, OF_CONTENT | OF_METADATA))


def facts(*names: str) -> list[LayerFacts]:
    """Layers by ``instruction:diff_id``."""
    parts = [name.partition(":") for name in names]
    return [LayerFacts(instruction, diff_id or None, len(diff_id)) for instruction, _, diff_id in parts]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["A:1", "B:2"], ["A:1", "B:3"], [(0, 0, True), (1, 1, False)]),
        (["A:1", "B:2"], ["A:1", "N:9", "B:2"], [(0, 0, True), (None, 1, False), (1, 2, True)]),
        (["A:1", "G:8", "B:2"], ["A:1", "B:2"], [(0, 0, True), (1, None, False), (2, 1, True)]),
        (["A:1", "G:8"], ["A:1"], [(0, 0, True), (1, None, False)]),
        (["A:1"], ["B:2"], [(None, 0, False), (0, None, False)]),
        (["A:1", "A:1"], ["A:1"], [(0, 0, True), (1, None, False)]),
        (["A:1", "A:2"], ["A:3", "A:4"], [(0, 0, False), (1, 1, False)]),
        (["A:1", "B:2"], ["B:2", "A:1"], [(1, 0, True), (0, 1, True)]),
        (["A", "B"], ["A", "B"], [(0, 0, False), (1, 1, False)]),
    ],
)
def test_layers_are_matched(before: list[str], after: list[str], expected: list[tuple[int, int, bool]]) -> None:
    mine, theirs = (Side("x", Source.REPORT, layers=facts(*names)) for names in (before, after))
    pairs = difference(mine, theirs, None).layers or ()

    assert sorted(map(_places, pairs), key=str) == sorted(expected, key=str)
    assert [pair.after for pair in pairs if pair.after is not None] == list(range(len(after)))


def _places(pair: LayerPair) -> tuple[int | None, int | None, bool]:
    return pair.before, pair.after, pair.same


def test_copies_are_matched_whatever_their_digest() -> None:
    one, other = f"COPY dir:{'0' * 64} in /app", f"COPY dir:{'1' * 64} in /app"
    mine, theirs = (Side("x", Source.REPORT, layers=[LayerFacts(name, name, 1)]) for name in (one, other))
    (pair,) = difference(mine, theirs, None).layers or ()

    assert (pair.before, pair.after, pair.same) == (0, 0, False)


def test_what_an_image_is_called_and_when_it_was_made_never_counts() -> None:
    found = between(side([f("a")], tags=("a:1",)), side([f("a")], tags=("b:2",), created="2020-01-01T00:00:00Z"))

    assert {change.field for change in found.facts} == {"id", "tags", "created"}
    assert not found.different


def test_a_setting_counts() -> None:
    found = between(side([f("a")]), side([f("a")], config={"User": "app"}))

    assert found.different
    assert not found.paths or not found.paths.rows


def test_waste_and_layers_do_not_count_where_paths_are_known() -> None:
    found = between(side([f("a", "1")]), side([f("a", "1"), f("b", "22")], [w("b")]))

    assert found.waste
    assert [delta.grown for delta in found.totals if delta.name == "wasted_bytes"] == [2]
    assert not found.different


def test_config_alone_needs_no_layer() -> None:
    one = inspection_of([f("a")], spec=Spec([layer(f("a"))], config={"User": "app"}))

    assert difference(of_documents(one.opened), of_documents(one.opened), None).settings == ()


@given(LAYERS)
def test_an_image_is_what_was_saved_of_it(layers: list[list[E]]) -> None:
    one = inspection_of(*layers)
    whole = image(one)
    for saved in (of_saved_report(report(one), "report.json"), baseline(one)):
        for found in (between(whole, saved), between(saved, whole), between(saved, saved)):
            assert not found.different
            assert found.paths is None


@given(TREES)
def test_an_image_is_what_was_listed_of_it(tree: Tree) -> None:
    one = inspection_of(entries(tree))
    kept = listing(one)
    for found in (between(image(one), kept), between(kept, image(one)), between(kept, kept)):
        assert found.paths
        assert found.paths.rows == []
    assert kept.totals == {name: image(one).totals[name] for name in ("files", "directories")}


@given(TREES, TREES)
def test_a_listing_tells_all_but_contents_attributes_and_links(before: Tree, after: Tree) -> None:
    mine, theirs = inspection_of(entries(before)), inspection_of(entries(after))
    listed, seen = between(listing(mine), image(theirs)).paths, between(image(mine), image(theirs)).paths
    assert listed
    assert seen
    expected = told(compare(seen.before, seen.after, renames=False))
    for path, differs in expected.changed.items():
        differs -= {"xattrs", "links"}
        if "content" in differs and len(before[path].data) == len(after[path].data):
            differs.discard("content")
    expected.changed = {path: differs for path, differs in expected.changed.items() if differs}

    assert told(listed) == expected


@pytest.mark.parametrize("saved", [baseline, lambda one: of_saved_report(report(one), "r.json")])
def test_saved_numbers_tell_that_something_changed(saved: Any) -> None:
    found = between(saved(inspection_of(*OLD)), image(inspection_of(*NEW)))

    assert found.different
    assert [(pair.before, pair.after, pair.before_bytes, pair.after_bytes) for pair in found.layers or ()] == [
        (0, 0, 3, 3),
        (1, 1, 3, 4),
    ]


def test_two_reports_of_other_layers_differ() -> None:
    mine, theirs = (report(inspection_of([f("a", text)])) for text in "12")

    assert between(of_saved_report(mine, "a.json"), of_saved_report(theirs, "b.json")).different


def test_a_listing_says_how_many_contents_nobody_knows() -> None:
    found = between(
        listing(inspection_of([f("a", "1"), f("b"), h("c", "a")])), side([f("a", "2"), f("b"), h("c", "a")])
    )

    assert found.paths
    assert (found.paths.rows, found.paths.unknown) == ([], 2)
    assert not found.different


def test_names_in_listings_are_what_they_were() -> None:
    one = inspection_of([d(b"\xff"), f(b"\xff/\n", "1"), f("\u202e"), h("z", b"\xff/\n")])
    paths = between(listing(one), image(one)).paths

    assert paths
    assert paths.rows == []


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"path": "a", "type": "whiteout"},
        {"path": "a", "type": "socket"},
        {"path": "a", "size": -1},
        {"path": "a", "size": 1 << 64},
        {"path": "a", "mtime": "now"},
        {"path": "a", "path_b64": "!"},
        {"path": "a", "type": "char", "rdev": "one:two"},
        {"path": "a", "type": "char", "rdev": "1:" + "9" * 5000},
    ],
)
def test_what_is_no_listing_is_refused(row: dict[str, Any]) -> None:
    good = {"path": "a", "type": "file", "mode": 0, "uid": 0, "gid": 0, "size": 0, "link": None, "mtime": 0, "layer": 0}
    of_listing([good], "x")

    with pytest.raises(SourceError, match="not a listing"):
        of_listing([good | row if row else row], "x")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("totals",), {}),
        (("totals", "files"), -1),
        (("totals", "files"), 10**400),
        (("image", "config", "env"), "A=1"),
        (("layers", 0, "content_bytes"), None),
        (("waste",), [{"path": "a", "bytes": 1, "cause": "magic"}]),
        (("schema_version",), "2.0"),
    ],
)
def test_what_is_no_report_is_refused(path: tuple[Any, ...], value: Any) -> None:
    saved = report(inspection_of(*OLD))
    at = saved
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value

    with pytest.raises(SourceError, match="report"):
        of_saved_report(saved, "r.json")
