"""Layers are indexed side by side, come in their order, and are given up when nobody wants them any more."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event

import pytest

import imgscope
from imgscope.indexing import layers, workers
from imgscope.indexing.layers import LayerIndex, index_layers
from tests.build import Spec, f, layer, layout_files, plain, write_tar

SMALL, LARGE = layer(f("small", "1")), layer(f("large", Random(1).randbytes(3_000_000)))


def image(path: Path, *layers: bytes) -> imgscope.OpenImage:
    return imgscope.open_image(str(write_tar(layout_files(Spec(layers)), path / "i.tar")))


class Held:
    """Progress that waits at the first bytes of a large layer until it may go on."""

    def __init__(self) -> None:
        self.reached, self.go, self.told = Event(), Event(), 0

    def begin(self, label: str, total: int) -> None:
        """Nothing to show."""

    def advance(self, amount: int) -> None:
        if amount > len(SMALL):
            self.told += amount
            self.reached.set()
            assert self.go.wait(30)


def test_layers_come_in_their_order_and_before_those_above_are_read(tmp_path: Path) -> None:
    held = Held()
    with image(tmp_path, SMALL, LARGE) as opened, ThreadPoolExecutor(2) as threads:
        arriving = index_layers(opened, executor=threads, progress=held)
        first = next(arriving)
        assert first.table
        assert first.table.base == [b"small"]
        held.go.set()
        assert [index.table.base for index in arriving if index.table] == [[b"large"]]


def test_reading_ends_soon_after_nobody_wants_it(tmp_path: Path) -> None:
    held = Held()
    with image(tmp_path, SMALL, LARGE) as opened:
        with ThreadPoolExecutor(2) as threads:
            arriving = index_layers(opened, executor=threads, progress=held)
            next(arriving)
            assert held.reached.wait(30)
            arriving.close()
            held.go.set()
        assert 0 < held.told < 1_000_000


def test_what_is_known_is_not_read_again_and_nobody_is_told_of_it(tmp_path: Path) -> None:
    class Watch:
        def __init__(self) -> None:
            self.told: list[int] = []

        def read(self, layer: int, amount: int) -> None:
            """Nothing to do."""

        def done(self, layer: int, index: LayerIndex) -> None:
            self.told.append(layer)

    watch, again = Watch(), Watch()
    with image(tmp_path, SMALL, LARGE, SMALL) as opened:
        known: dict[tuple[str | None, str, str | None, str | None], LayerIndex] = {}
        first = list(index_layers(opened, known=known, watch=watch))
        assert list(index_layers(opened, known=known, watch=again)) == first
    assert first[0] is first[2]
    assert len(known) == 2
    assert sorted(watch.told) == [0, 1, 2]
    assert again.told == []


@pytest.mark.parametrize("missing", [0, 1])
def test_layers_that_are_not_there_are_told_apart(missing: int, tmp_path: Path) -> None:
    files = layout_files(Spec([SMALL, LARGE]), compress=plain)
    del files[next(name for name, data in files.items() if data == (SMALL, LARGE)[missing])]
    path = write_tar(files, tmp_path / "i.tar")
    with imgscope.open_image(str(path)) as opened:
        found = list(index_layers(opened))
        assert [index.error is None for index in found] == [missing == 1, missing == 0]
        assert str(opened.image.layers[missing].digest) in str(found[missing].error)


@pytest.mark.skipif(os.name != "posix", reason="files are handed over in a way that Windows lacks")
def test_what_is_read_elsewhere_ends_at_once_even_if_it_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[workers._Worker] = []
    made = workers._Worker.__init__

    def stopped(self: workers._Worker) -> None:
        made(self)
        os.kill(self._process.pid, signal.SIGSTOP)
        begun.append(self)

    class Everything(workers.Workers):
        """Gives all layers away."""

        def __init__(self, _most: int) -> None:
            super().__init__(2, (1 << 20, 1 << 20))

    monkeypatch.setattr(workers._Worker, "__init__", stopped)
    monkeypatch.setattr(layers, "Workers", Everything)
    with image(tmp_path, SMALL, LARGE) as opened:
        arriving = index_layers(opened)
        next(arriving)
        deadline = time.monotonic() + 30
        while not begun and time.monotonic() < deadline:
            time.sleep(0.01)
        arriving.close()
    assert begun[0]._process.poll() is not None
