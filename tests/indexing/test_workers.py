"""A layer that another process reads is the layer that this one reads, and no trouble with processes is a layer's."""

from __future__ import annotations

import bz2
import lzma
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

import imgscope
from imgscope.compression import Codec
from imgscope.errors import ImgscopeError, SourceError
from imgscope.indexing import layers, workers
from imgscope.indexing.reading import codec_of, read_table
from imgscope.indexing.workers import Workers, processors
from imgscope.inspection import inspect
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import Cancelled
from imgscope.sources.files import FileBlob, OpenFile
from imgscope.tar.codec import dump
from imgscope.tar.table import MemberTable
from tests.build import BytesBlob, Compress, Spec, d, f, gz, h, layer, layout_files, plain, s, w, write_tar, zst

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files are handed over in a way that Windows lacks")
CONTENT = layer(
    d("etc"), f("etc/os-release", "ID=a\n"), f("usr/a", "same" * 800), h("usr/b", "usr/a"), s("c", "usr"), w("gone")
)
Told = Callable[[int], None]
ALWAYS = (0, 0)
"""Sizes from which on a layer is given away."""


def quietly(_amount: int) -> None:
    """Told of progress, and says nothing."""


@pytest.fixture
def processes() -> Iterator[Workers]:
    with closing(Workers(2, ALWAYS)) as started:
        yield started


def blob(path: Path, data: bytes) -> FileBlob:
    """A layer in the middle of a file."""
    path.write_bytes(b"before" + data + b"behind")
    return FileBlob(OpenFile.open(str(path)), "blobs/layer", 6, len(data))


def begun(pool: Workers) -> list[workers._Worker]:
    """Processes that wait for work."""
    return list(pool._waiting)


def outcome(read: Callable[..., MemberTable], part: FileBlob, limits: Limits = DEFAULT_LIMITS) -> object:
    """All there is to see of reading a layer: its table, or its error; and how far it came."""
    told: list[int] = []
    try:
        return dump(read(part, codec_of(part), limits, told.append)), sum(told)
    except ImgscopeError as error:
        return type(error), vars(error)


@pytest.mark.parametrize("compress", [plain, gz, zst, bz2.compress, lzma.compress])
def test_a_layer_is_the_same_wherever_it_is_read(compress: Compress, processes: Workers, tmp_path: Path) -> None:
    part = blob(tmp_path / "file", compress(CONTENT))
    expected = outcome(read_table, part)
    assert outcome(processes.read_table, part) == outcome(processes.read_table, part) == expected
    assert len(begun(processes)) == 1


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (CONTENT[:700], DEFAULT_LIMITS),
        (CONTENT[:2000] + b"\xff" * 512 + CONTENT[2512:], DEFAULT_LIMITS),
        (gz(CONTENT)[:-9], DEFAULT_LIMITS),
        (gz(CONTENT)[:40] + b"damage" + gz(CONTENT)[46:], DEFAULT_LIMITS),
        (gz(CONTENT), Limits(max_inflated=4096)),
        (CONTENT, Limits(max_entries=3)),
        (b"no archive" * 100, DEFAULT_LIMITS),
    ],
)
def test_a_layer_ends_in_the_same_error_wherever_it_is_read(
    data: bytes, limits: Limits, processes: Workers, tmp_path: Path
) -> None:
    part = blob(tmp_path / "file", data)
    expected = outcome(read_table, part, limits)
    assert outcome(processes.read_table, part, limits) == expected
    assert isinstance(expected, tuple)
    assert issubclass(expected[0], ImgscopeError)
    assert len(begun(processes)) == 1, "an error of the layer is none of the process"


def test_what_has_no_name_any_more_is_read(processes: Workers, tmp_path: Path) -> None:
    part = blob(tmp_path / "file", CONTENT)
    os.unlink(tmp_path / "file")
    assert outcome(processes.read_table, part) == outcome(read_table, part)
    assert begun(processes)


def test_small_layers_and_those_without_a_file_stay_here(tmp_path: Path) -> None:
    with closing(Workers(2)) as pool:
        pool.read_table(blob(tmp_path / "file", CONTENT), codec_of(BytesBlob(CONTENT)), DEFAULT_LIMITS, quietly)
        assert not begun(pool)
    with closing(Workers(2, ALWAYS)) as pool:
        pool.read_table(BytesBlob(CONTENT), codec_of(BytesBlob(CONTENT)), DEFAULT_LIMITS, quietly)
        assert not begun(pool)


def test_on_one_processor_nothing_is_given_away(tmp_path: Path) -> None:
    part = blob(tmp_path / "file", CONTENT)
    with closing(Workers(1, ALWAYS)) as pool:
        assert outcome(pool.read_table, part) == outcome(read_table, part)
        assert not begun(pool)


def test_a_process_that_is_gone_is_replaced_by_this_one(processes: Workers, tmp_path: Path) -> None:
    part = blob(tmp_path / "file", CONTENT)
    expected = outcome(processes.read_table, part)
    os.kill(begun(processes)[0]._process.pid, signal.SIGKILL)
    table = processes.read_table(part, codec_of(part), DEFAULT_LIMITS, quietly)
    assert (dump(table), part.size) == expected
    assert not begun(processes)


def test_a_process_that_cannot_begin_is_replaced_by_this_one(
    processes: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))
    part = blob(tmp_path / "file", CONTENT)
    assert outcome(processes.read_table, part) == outcome(read_table, part)


def test_a_process_without_the_project_is_replaced_by_this_one(
    processes: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_BEGIN", "raise SystemExit({descriptor} and {path!r} and 1)")
    part = blob(tmp_path / "file", CONTENT)
    assert outcome(processes.read_table, part) == outcome(read_table, part)


def test_a_file_that_became_shorter_ends_in_the_error_that_it_has_here(processes: Workers, tmp_path: Path) -> None:
    part = blob(tmp_path / "file", CONTENT)
    codec = codec_of(part)
    os.truncate(tmp_path / "file", 1000)
    with pytest.raises(SourceError, match="became shorter"):
        processes.read_table(part, codec, DEFAULT_LIMITS, quietly)


def test_who_stops_ends_the_process(processes: Workers, tmp_path: Path) -> None:
    part = blob(tmp_path / "file", CONTENT)

    def stop(_amount: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        processes.read_table(part, codec_of(part), DEFAULT_LIMITS, stop)
    assert not begun(processes)


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    part = blob(tmp_path / "file", CONTENT)
    with closing(Workers(2, ALWAYS)) as pool:
        pool.read_table(part, codec_of(part), DEFAULT_LIMITS, quietly)
        (worker,) = begun(pool)
        assert worker._process.poll() is None
    assert worker._process.poll() == -signal.SIGKILL


def test_a_process_at_work_ends_after_it(processes: Workers, tmp_path: Path) -> None:
    part = blob(tmp_path / "file", CONTENT)
    processes.read_table(part, codec_of(part), DEFAULT_LIMITS, lambda _: processes.close())
    assert not begun(processes)


def test_an_interrupt_is_for_whoever_asked(processes: Workers, tmp_path: Path) -> None:
    part = blob(tmp_path / "file", CONTENT)
    expected = outcome(processes.read_table, part)
    (worker,) = begun(processes)
    os.kill(worker._process.pid, signal.SIGINT)
    assert outcome(processes.read_table, part) == expected
    assert begun(processes) == [worker]


@pytest.mark.parametrize("compress", [plain, gz])
def test_an_image_is_the_same_wherever_its_layers_are_read(
    compress: Compress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = Spec([CONTENT, layer(f("usr/a", "other"), w("c")), CONTENT, layer(f("x"))])
    path = write_tar(layout_files(spec, compress=compress), tmp_path / "i.tar")

    def look() -> object:
        with imgscope.open_image(str(path)) as opened:
            found = inspect(opened)
        tables = [index.table and dump(index.table) for index in found.layers]
        return tables, found.analysis, found.warnings, found.distribution

    class Counted(Workers):
        """Gives everything away, and counts."""

        given_away = 0

        def __init__(self, most: int) -> None:
            super().__init__(max(most, 2), ALWAYS)

        def _worker(self, *, begin: bool) -> workers._Worker | None:
            worker = super()._worker(begin=begin)
            Counted.given_away += worker is not None
            return worker

    here = look()
    monkeypatch.setattr(layers, "Workers", Counted)
    assert look() == here
    assert Counted.given_away


def test_there_is_a_processor() -> None:
    assert processors() >= 1


@pytest.fixture(scope="module")
def large() -> bytes:
    """A layer of nine megabytes that cannot be made smaller: progress is told of more than once."""
    return gz(layer(f("large", Random(1).randbytes(9_000_000)), f("behind", "1")))


def test_progress_adds_up_to_the_layer(large: bytes, processes: Workers, tmp_path: Path) -> None:
    part, told = blob(tmp_path / "file", large), list[int]()
    processes.read_table(part, codec_of(part), DEFAULT_LIMITS, told.append)
    assert len(told) >= 3
    assert sum(told) == part.size
    assert begun(processes)


def test_who_stops_in_the_middle_ends_the_process(large: bytes, processes: Workers, tmp_path: Path) -> None:
    part, told = blob(tmp_path / "file", large), list[int]()

    def stop(amount: int) -> None:
        told.append(amount)
        raise Cancelled

    with pytest.raises(Cancelled):
        processes.read_table(part, codec_of(part), DEFAULT_LIMITS, stop)
    assert sum(told) < part.size
    assert not begun(processes)


def test_a_process_that_ends_in_the_middle_is_replaced_and_bytes_are_told_once(
    large: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[workers._Worker] = []
    read = workers._Worker.read_table

    def killing(self: workers._Worker, lent: FileBlob, codec: Codec, limits: Limits, advance: Told) -> object:
        def kill(amount: int) -> None:
            advance(amount)
            if self not in ended:
                ended.append(self)
                self._process.kill()
                self._process.wait()
                self._socket.close()

        return read(self, lent, codec, limits, kill)

    monkeypatch.setattr(workers._Worker, "read_table", killing)
    part = blob(tmp_path / "file", large)
    with closing(Workers(2, ALWAYS)) as pool:
        assert outcome(pool.read_table, part) == outcome(read_table, part)
        assert len(ended) == 1
        assert not begun(pool)


@pytest.mark.parametrize(
    ("first", "again", "told"),
    [
        ([], [4, 4], [4, 4]),
        ([3], [4, 4], [3, 1, 4]),
        ([3, 5], [4, 4], [3, 5, 0, 0]),
        ([3, 2], [1, 1, 6], [3, 2, 0, 0, 3]),
    ],
)
def test_bytes_that_are_read_again_are_told_once(first: list[int], again: list[int], told: list[int]) -> None:
    found: list[int] = []
    once = workers._Once(found.append)
    for amount in first:
        once.first(amount)
    for amount in again:
        once.again(amount)
    assert found == told
    assert sum(found) == 8


def test_a_process_that_waits_takes_smaller_layers_but_not_little_ones(
    large: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    read = workers._Worker.read_table

    def counted(self: workers._Worker, lent: FileBlob, *more: Any) -> object:
        given.append(lent.size)
        return read(self, lent, *more)

    monkeypatch.setattr(workers._Worker, "read_table", counted)
    middle = gz(layer(f("middle", Random(2).randbytes(2_000_000))))
    parts = [blob(tmp_path / str(number), data) for number, data in enumerate((middle, large, middle, gz(CONTENT)))]
    with closing(Workers(2, (4 << 20, 4 << 20))) as pool:
        for part in parts:
            pool.read_table(part, codec_of(part), DEFAULT_LIMITS, quietly)
    assert given == [len(large), len(middle)]
