"""What lies on the desk: how much of the image it is, a layer that is read before the others, and the title."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imgscope.compression import Codec
from imgscope.errors import ArchiveError, ImgscopeError, StoppedError
from imgscope.filesystem.rootfs import ROOT
from imgscope.indexing.layers import LayerIndex
from imgscope.limits import DEFAULT_LIMITS
from imgscope.questions.advising import Advised
from imgscope.settings import Column
from imgscope.tui.browser import Browser, Wish
from imgscope.tui.desk import COLUMNS, Desk
from imgscope.tui.doors import Compared, Doors, Extraction, Offer
from imgscope.tui.lens import Mode
from imgscope.tui.look import Look
from imgscope.tui.reading import Reading
from tests.build import E, Spec, f, layer, w
from tests.conftest import table_of
from tests.tui.making import inspection_of, opened_of, paths_of

LAYERS = [[f("a", "1")], [f("b", "22")], [w("a")]]


def shut(*_: object) -> Offer:
    raise AssertionError("nothing is opened here")


def silent(*_: object) -> Advised:
    raise AssertionError("nobody asked for advice")


def alone(*_: object) -> Compared:
    raise AssertionError("nothing is compared here")


def nothing(*_: object) -> tuple[str, list[str]]:
    return "", []


def measured(_: Extraction) -> tuple[int, int]:
    return 0, 0


def desk_of(*layers: list[E]) -> Desk:
    desk = Desk(
        Doors("app.tar", DEFAULT_LIMITS, shut, nothing, measured, lambda _: None, silent, alone), Look(), COLUMNS[0]
    )
    if layers:
        desk.opened = opened_of(Spec([layer(*entries) for entries in layers]))
    return desk


def settled(error: ImgscopeError | None = None) -> Desk:
    """All is read; a layer could not be where there is an error."""
    desk, inspection = desk_of(*LAYERS), inspection_of(*LAYERS)
    inspection.layers[1].error = error
    desk.settle(inspection, Browser(inspection.filesystem))
    return desk


def test_an_empty_desk_is_whole_and_shows_nothing() -> None:
    desk = desk_of()

    assert (desk.layers, desk.partial, desk.damaged, desk.title(), desk.peek(0)) == (0, False, False, "Files", None)


@pytest.mark.parametrize(
    ("error", "partial", "damaged"),
    [(None, False, False), (StoppedError("stopped"), True, False), (ArchiveError("broken"), True, True)],
)
def test_what_someone_stopped_is_partial_and_what_broke_is_damaged(
    error: ImgscopeError | None, partial: bool, damaged: bool
) -> None:
    desk = settled(error)

    assert (desk.partial, desk.damaged) == (partial, damaged)
    desk.wish = Wish(2)
    assert desk.title() == ("Final filesystem, partial" if partial else "Final filesystem")


@pytest.mark.parametrize(
    ("wish", "title"),
    [
        (Wish(2), "Final filesystem"),
        (Wish(1), "Filesystem after layer 1"),
        (Wish(2, Mode.CHANGES), "Changes of layer 2"),
        (Wish(1, waste_only=True), "Waste in layers 0-1"),
        (Wish(1, Mode.CHANGES, waste_only=True), "Waste in layer 1"),
    ],
)
def test_the_title_says_what_is_looked_at(wish: Wish, title: str) -> None:
    desk = settled()
    desk.wish = wish

    assert desk.title() == title


def test_a_layer_can_be_looked_at_before_the_others_are_read() -> None:
    desk = desk_of(*LAYERS)
    assert desk.opened is not None
    desk.reading = Reading()
    assert desk.peek(1) is None
    desk.reading.expect(desk.opened.image)
    desk.reading.done(1, LayerIndex(Codec.NONE, table_of(layer(*LAYERS[1]))))
    desk.reading.done(2, LayerIndex(Codec.NONE, error=ArchiveError("broken")))
    desk.wish = replace(desk.wish, layer=1)

    browser = desk.peek(1)

    assert browser is not None
    assert paths_of(browser.fs, browser.rows(Wish(1)).rows) == ["b"]
    assert browser.lens(Wish(1, Mode.CHANGES)).bytes[ROOT] == 2
    assert (desk.peek(0), desk.peek(2)) == (None, None)
    assert [desk.entries_read(number) for number in range(3)] == [0, 1, 0]
    assert desk.title() == "Layer 1 by itself; the others are being read"


def test_among_the_sets_of_columns_is_every_column_and_in_each_the_size() -> None:
    assert set().union(*COLUMNS) == set(Column)
    assert all(Column.SIZE in columns for columns in COLUMNS)
