"""The first bytes of a file, read again from its layer however that is stored."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.errors import ImgscopeError, StoppedError
from imgscope.indexing import access
from imgscope.inspection import Inspection, inspect
from imgscope.limits import DEFAULT_LIMITS
from imgscope.progress import Cancelled
from imgscope.tui.bodies import head, prepare
from tests.build import Compress, E, Spec, f, gz, h, layer, plain, zst
from tests.tui.making import Blobs, inspection_of, node_at, opened_of


def first_bytes(inspection: Inspection, path: str, most: int) -> tuple[bytes, int]:
    fs = inspection.filesystem
    return head(inspection, fs.rootfs.inode[node_at(fs, path)], most, DEFAULT_LIMITS, lambda _: None)


@pytest.mark.parametrize("compress", [plain, gz, zst])
def test_the_beginning_is_read_whatever_the_compression(compress: Compress) -> None:
    spec = Spec([layer(f("a", b"12345"), f("b", bytes(3000) + b"end")), layer(h("c", "b"))])
    opened = opened_of(spec)
    opened.store = Blobs(map(compress, spec.layers))
    inspection = inspect(opened)

    assert first_bytes(inspection, "a", 3) == (b"123", 5)
    assert first_bytes(inspection, "a", 99) == (b"12345", 5)
    assert first_bytes(inspection, "c", 9999) == (bytes(3000) + b"end", 3003)


@pytest.mark.parametrize("compress", [plain, gz, zst])
def test_a_second_look_into_a_layer_begins_near(compress: Compress, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("indexed_gzip")
    monkeypatch.setattr(access, "FAR", 40_000)
    monkeypatch.setattr(access, "_SPACING", 33_000)
    monkeypatch.setattr(access, "_NEAR", 1)
    contents = [random.Random(number).randbytes(50_000) for number in range(20)]
    spec = Spec([layer(*(f(f"{number}", content) for number, content in enumerate(contents)))])
    opened = opened_of(spec)
    opened.store = Blobs(map(compress, spec.layers))
    inspection = inspect(opened)
    entry = inspection.filesystem.rootfs.inode[node_at(inspection.filesystem, "19")]
    prepare(inspection, entry, lambda _: None)
    read: list[int] = []

    assert head(inspection, entry, 99, DEFAULT_LIMITS, read.append) == (contents[19][:99], 50_000)
    if compress is not zst:  # a frame cannot be entered in its middle
        assert sum(read) < 400_000


def test_preparing_stops_when_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("indexed_gzip")
    monkeypatch.setattr(access, "FAR", 1)
    monkeypatch.setattr(access, "_SPACING", 33_000)
    opened = opened_of(Spec([layer(f("a", bytes(99_000)), f("b", "1"))]))
    opened.store = Blobs([gz(layer(f("a", bytes(99_000)), f("b", "1")))])
    inspection = inspect(opened)
    entry = inspection.filesystem.rootfs.inode[node_at(inspection.filesystem, "b")]

    def stop(_: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        prepare(inspection, entry, stop)


SEGMENTS = st.lists(st.tuples(st.integers(0, 40), st.binary(min_size=1, max_size=20)), max_size=4)


@settings(max_examples=40, deadline=None)
@given(SEGMENTS, st.integers(0, 30), st.integers(1, 200))
def test_a_sparse_file_is_read_with_its_holes(segments: list[tuple[int, bytes]], tail: int, most: int) -> None:
    content, stored, places = b"", b"", []
    for hole, data in segments:
        content += bytes(hole)
        places += [len(content), len(data)]
        content, stored = content + data, stored + data
    content += bytes(tail)
    pax = {
        "GNU.sparse.map": ",".join(map(str, places or [0, 0])),
        "GNU.sparse.size": str(len(content)),
        "GNU.sparse.numblocks": str(max(len(segments), 1)),
    }
    inspection = inspection_of([E("a", stored, pax=dict(pax))])

    found, size = first_bytes(inspection, "a", most)

    assert size == len(content)
    assert found == content[:most]


def test_a_layer_that_could_not_be_read_has_no_bytes() -> None:
    inspection = inspection_of([f("a", "1")])
    inspection.filesystem.tables[0] = None

    with pytest.raises(ImgscopeError, match="layer 0 could not be read"):
        head(inspection, 0, 9, DEFAULT_LIMITS, lambda _: None)


def test_whoever_watches_may_stop_it() -> None:
    inspection = inspection_of([f("a", "1")])

    def stop(_: int) -> None:
        raise StoppedError("enough")

    with pytest.raises(StoppedError, match="enough") as caught:
        head(inspection, 0, 9, DEFAULT_LIMITS, stop)
    assert caught.value.file == "app.tar"
