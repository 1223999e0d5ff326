"""How far reading is, told by threads and asked by the screen."""

from __future__ import annotations

import pytest

from imgscope.compression import Codec
from imgscope.errors import StoppedError
from imgscope.inspection import inspect
from imgscope.progress import Cancelled
from imgscope.tui import reading as module
from imgscope.tui.reading import Reading, Whole
from imgscope.units import size
from tests.build import Spec, f, layer
from tests.tui.making import opened_of


def test_at_first_it_is_being_opened() -> None:
    assert Reading().said(size) == "opening"


def test_it_says_how_much_of_the_whole_is_read() -> None:
    reading = Reading()
    reading.begin("reading layers", 200)
    assert reading.said(size) == "reading layers 0%"
    reading.advance(150)
    assert reading.said(size) == "reading layers 75%"
    reading.advance(100)
    assert reading.said(size) == "reading layers 100%"
    reading.begin("comparing copies", 0)
    assert reading.said(size) == "comparing copies"
    reading.advance(3000)
    assert reading.said(size) == "comparing copies 3kB"


def test_what_takes_long_says_how_fast_it_is_and_how_long_it_will_be(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    monkeypatch.setattr(module, "monotonic", lambda: moment)
    reading = Reading()
    reading.begin("reading layers", 4_000_000)
    moment = 104.0
    assert reading.said(size) == "reading layers 0%"
    reading.advance(1_000_000)

    assert reading.said(size) == "reading layers 25%  250kB/s  12 s left"


def test_once_someone_asked_to_stop_the_next_bytes_are_refused() -> None:
    reading = Reading()
    reading.advance(1)
    reading.stop()

    assert reading.said(size) == "stopping"
    with pytest.raises(StoppedError):
        reading.advance(1)


def test_every_layer_is_counted_by_itself() -> None:
    spec = Spec([layer(f("a", "1")), layer(f("b", "2"), f("c", "3"))])
    opened, reading = opened_of(spec), Reading()
    reading.expect(opened.image)
    assert (reading.layer_bytes, reading.indexes) == ([0, 0], [None, None])

    inspect(opened, progress=reading, watch=reading)

    assert reading.layer_bytes == [len(data) for data in spec.layers]
    assert [index.codec for index in reading.indexes if index] == [Codec.NONE] * 2
    assert [len(index.table) for index in reading.indexes if index and index.table] == [1, 2]


def test_what_is_stopped_is_kept_as_not_read() -> None:
    opened, reading = opened_of(Spec([layer(f("a", "1"))])), Reading()
    reading.expect(opened.image)
    reading.stop()

    inspection = inspect(opened, progress=reading, watch=reading)

    assert isinstance(inspection.layers[0].error, StoppedError)
    assert reading.indexes == [inspection.layers[0]]


def test_all_or_nothing_is_cancelled_also_where_it_is_stopped_while_it_looks() -> None:
    class Late(Whole):
        answers = iter([False, True, True])
        stopped = property(lambda self: next(self.answers), lambda self, value: None)

    reading = Late()
    reading.advance(1)
    with pytest.raises(Cancelled):
        reading.advance(1)
