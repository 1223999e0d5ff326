"""What is read from a point on is what reading from the beginning finds, wherever the points come from."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import sys
import zlib
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.blob import Extent
from imgscope.compression import BEGINNING, Codec, Start, chunks
from imgscope.errors import CompressionError
from imgscope.indexing import access
from imgscope.indexing.access import Access, LayerAccess, Points
from imgscope.indexing.cache import Cache
from imgscope.indexing.content import bodies
from imgscope.limits import Limits
from imgscope.progress import Cancelled
from imgscope.tar.feed import StreamFeed
from imgscope.tar.scan import scan
from imgscope.tar.table import MemberTable
from tests.build import BytesBlob, Compress, f, gz, layer, zst

WORDS = [random.Random(number).randbytes(number % 9 + 2) for number in range(3000)]
CODECS: dict[str, tuple[Codec, Compress]] = {
    "gzip": (Codec.GZIP, gz),
    "zstd": (Codec.ZSTD, zst),
    "xz": (Codec.XZ, lzma.compress),
    "bzip2": (Codec.BZIP2, bz2.compress),
}
every_codec = pytest.mark.parametrize("codec", CODECS)
NEEDED = pytest.mark.skipif(find_spec("indexed_gzip") is None, reason="no wheel of indexed_gzip for this platform")


@pytest.fixture(autouse=True)
def _close_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points as near to each other as they can be, so that little content has many."""
    monkeypatch.setattr(access, "FAR", 40_000)
    monkeypatch.setattr(access, "_NEAR", 1)
    monkeypatch.setattr(access, "_SPACING", 33_000)


class Watched(BytesBlob):
    """A blob that remembers what was read of it."""

    def __init__(self, data: bytes, name: str = "watched") -> None:
        super().__init__(data, name)
        self.read: list[tuple[int, int]] = []

    def read_at(self, offset: int, size: int) -> bytes:
        data = super().read_at(offset, size)
        self.read.append((offset, len(data)))
        return data


def text(chance: random.Random, size: int) -> bytes:
    """Content that compresses into blocks that end within bytes."""
    return b"".join(chance.choices(WORDS, k=size // 2 + 1))[:size]


def member(chance: random.Random, content: bytes) -> bytes:
    """One member of gzip, by a writer of whatever habits."""
    level, strategy = chance.choice([0, 1, 6, 9]), chance.choice([zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_RLE])
    packer = zlib.compressobj(level, zlib.DEFLATED, 31, chance.choice([1, 8, 9]), strategy)
    flushes = [zlib.Z_NO_FLUSH, zlib.Z_PARTIAL_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_BLOCK]
    packed, at = b"", 0
    while at < len(content):
        size = chance.choice([1000, 30_000, 200_000])
        packed += packer.compress(content[at : at + size])
        packed += packer.flush(chance.choice(flushes)) if chance.random() < 0.5 else b""
        at += size
    return packed + packer.flush()


def members(chance: random.Random) -> tuple[bytes, bytes]:
    """A gzip stream and its content."""
    sizes = chance.choices([0, 1, 5000, 70_000, 300_000], k=chance.choice([1, 1, 2, 6]))
    contents = [text(chance, size) if chance.random() < 0.7 else chance.randbytes(size) for size in sizes]
    padding = bytes(chance.choice([0, 0, 1, 512, 10_240]))
    return b"".join(member(chance, content) for content in contents) + padding, b"".join(contents)


def read(way: LayerAccess, position: int, size: int) -> bytes:
    """A part of the content, from the nearest point on."""
    start = way.points.before(position)
    found = b""
    for piece in way.chunks(start):
        found += piece
        if start.content + len(found) >= position + size:
            break
    return found[position - start.content :][:size]


def scanned(data: bytes, codec: Codec) -> MemberTable:
    return scan(StreamFeed(chunks(BytesBlob(data), codec)))


def body(way: Access, blob: BytesBlob, table: MemberTable, row: int) -> bytes:
    return b"".join(b"".join(pieces) for _, pieces in bodies(blob, table, [row], access=way))


# Points found inside members of gzip


@NEEDED
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_gzip_is_the_same_from_every_point(seed: int) -> None:
    chance = random.Random(seed)
    data, content = members(chance)
    way = LayerAccess(BytesBlob(data), Codec.GZIP, len(content))
    way.prepare(len(content))
    assert len(content) < 400_000 or len(way.points) > 2
    for position in (0, len(content), *(chance.randrange(len(content) + 1) for _ in range(4))):
        size = chance.choice([1, 1000, 100_000])
        assert read(way, position, size) == content[position : position + size]


@NEEDED
@pytest.mark.parametrize("backend", ["isal", "zlib"])
def test_blocks_that_begin_at_any_bit_can_be_entered(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if backend == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)
    content = text(random.Random(1), 4_000_000)
    data = gzip.compress(content)
    way = LayerAccess(BytesBlob(data), Codec.GZIP, len(content))
    way.prepare(len(content))
    starts = [way.points.before(position) for position in range(0, len(content), 33_000)]
    assert {start.bits for start in starts} == set(range(8))
    for start in starts:
        assert b"".join(way.chunks(start)) == content[start.content :]


@NEEDED
def test_what_was_found_before_a_stop_is_kept_and_gone_on_from() -> None:
    content = text(random.Random(2), 2_000_000)
    blob = Watched(gzip.compress(content))
    way = LayerAccess(blob, Codec.GZIP, len(content))

    def stop_in_the_middle(_: int) -> None:
        if sum(size for _, size in blob.read) > len(blob.data) // 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        way.prepare(len(content), stop_in_the_middle)
    half = len(way.points)
    blob.read.clear()
    assert half > 2
    assert read(way, 500_000, 9) == content[500_000:500_009]

    blob.read.clear()
    way.prepare(len(content))

    assert len(way.points) > 1.5 * half
    assert sum(size for _, size in blob.read) < 0.8 * len(blob.data)
    assert read(way, 1_900_000, 99) == content[1_900_000:1_900_099]


@NEEDED
def test_the_last_file_is_read_without_all_before_it() -> None:
    files = [f(f"{number}", text(random.Random(number), 200_000)) for number in range(20)]
    data = gz(layer(*files))
    blob, table, way = Watched(data), scanned(data, Codec.GZIP), Access()
    way.layer(blob, Codec.GZIP, table.tar_bytes).prepare(table.body[19])
    blob.read.clear()

    assert body(way, blob, table, 19) == files[19].data
    assert sum(size for _, size in blob.read) < len(data) // 4


@NEEDED
def test_all_files_are_read_in_one_go_whatever_points_there_are() -> None:
    files = [f(f"{number}", text(random.Random(number), 50_000)) for number in range(40)]
    data = gz(layer(*files))
    blob, table, way = Watched(data), scanned(data, Codec.GZIP), Access()
    way.layer(blob, Codec.GZIP, table.tar_bytes).prepare(table.body[39])
    blob.read.clear()

    found = {row: b"".join(pieces) for row, pieces in bodies(blob, table, range(40), access=way)}

    assert found == {row: file.data for row, file in enumerate(files)}
    assert sum(size for _, size in blob.read) < 1.3 * len(data)


def test_what_is_near_is_not_prepared() -> None:
    data = gz(bytes(39_000))
    blob = Watched(data)
    LayerAccess(blob, Codec.GZIP, 39_000).prepare(38_999)
    assert not blob.read


def test_without_the_library_layers_are_read_from_their_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "indexed_gzip", None)
    content = text(random.Random(3), 500_000)
    way = LayerAccess(BytesBlob(gzip.compress(content)), Codec.GZIP, len(content))
    way.prepare(len(content))
    assert way.points.before(len(content)) == BEGINNING
    assert read(way, 400_000, 99) == content[400_000:400_099]


@NEEDED
def test_too_many_members_are_not_indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_MOST_MEMBERS", 3)
    parts = [text(random.Random(number), 90_000) for number in range(8)]
    way = LayerAccess(BytesBlob(b"".join(map(gzip.compress, parts))), Codec.GZIP, 720_000)
    way.prepare(700_000)
    assert read(way, 630_000, 90_000) == parts[7]
    assert way.points.before(700_000).window is None  # what was come by in reading is known all the same


# Members and frames


@every_codec
@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=12), st.data())
def test_members_and_frames_are_points_once_they_were_read(codec: str, parts: list[bytes], draw: st.DataObject) -> None:
    kind, compress = CODECS[codec]
    data, content = b"".join(map(compress, parts)) or compress(b""), b"".join(parts)
    way = LayerAccess(BytesBlob(data), kind, len(content))
    assert b"".join(way.chunks(BEGINNING)) == content
    begins = {sum(map(len, parts[:number])) for number in range(len(parts))}
    for _ in range(4):
        position = draw.draw(st.integers(0, len(content)))
        assert way.points.before(position).content == max((at for at in begins if at <= position), default=0)
        assert read(way, position, 50) == content[position : position + 50]


@every_codec
def test_a_layer_of_many_frames_is_entered_at_the_last(codec: str) -> None:
    kind, compress = CODECS[codec]
    files = [f(f"{number}", random.Random(number).randbytes(90_000)) for number in range(20)]
    tar = layer(*files)
    data = b"".join(compress(tar[at : at + 50_000]) for at in range(0, len(tar), 50_000))
    blob, table, way = Watched(data), scanned(data, kind), Access()
    assert body(way, blob, table, 19) == files[19].data
    blob.read.clear()

    assert body(way, blob, table, 19) == files[19].data
    assert sum(size for _, size in blob.read) < len(data) // 4


# Damage


@NEEDED
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_damage_behind_a_point_is_told_or_harmless(seed: int) -> None:
    chance = random.Random(seed)
    content = text(chance, 300_000)
    data = bytearray(member(chance, content))
    sound = LayerAccess(BytesBlob(bytes(data)), Codec.GZIP, len(content))
    sound.prepare(len(content))
    at = chance.randrange(len(data))
    data[at : at + chance.choice([1, 4, 5000])] = chance.randbytes(chance.choice([0, 1, 4]))
    way = LayerAccess(BytesBlob(bytes(data), "layer"), Codec.GZIP, len(content))
    way.points = sound.points
    for position in (100_000, 299_000):
        with suppress(CompressionError):
            rest = way.chunks(way.points.before(position), limits=Limits(max_inflated=1 << 20))
            assert sum(map(len, rest)) < 1 << 20


@NEEDED
def test_a_member_cut_short_behind_a_point_is_an_error() -> None:
    content = text(random.Random(4), 300_000)
    data = gzip.compress(content)
    sound = LayerAccess(BytesBlob(data), Codec.GZIP, len(content))
    sound.prepare(len(content))
    start = sound.points.before(290_000)
    assert start.window
    for cut in (1, 8, 9, 1000):
        with pytest.raises(CompressionError, match="cut short") as caught:
            list(chunks(BytesBlob(data[:-cut], "layer"), Codec.GZIP, start=start))
        assert (caught.value.member, caught.value.offset) == ("layer", len(data) - cut)


def test_a_damaged_stream_has_no_points_but_those_before() -> None:
    content = text(random.Random(5), 500_000)
    data = gzip.compress(content)
    way = LayerAccess(BytesBlob(data[: len(data) // 2]), Codec.GZIP, len(content))
    way.prepare(len(content))
    with pytest.raises(CompressionError, match="cut short"):
        read(way, 450_000, 9)
    assert read(way, 100_000, 9) == content[100_000:100_009]


# What is kept


@st.composite
def some_points(draw: st.DrawFn) -> list[Start]:
    rising = st.lists(st.integers(1, 10**6), max_size=6, unique=True).map(sorted)
    stored, content = draw(rising), draw(rising)
    window = st.none() | st.binary(max_size=40)
    starts = []
    for begin, reached in zip(stored, content, strict=False):
        inside = draw(window)
        starts.append(Start(begin, reached, draw(st.integers(0, 7)) if inside is not None else 0, inside))
    return starts


@given(some_points())
def test_points_go_through_bytes_and_back(starts: list[Start]) -> None:
    points = Points(starts)
    again = Points.from_bytes(points.to_bytes(), 10**6 + 1, 10**6 + 1)
    assert again is not None
    assert [again.before(start.content) for start in starts] == starts
    assert len(again) == len(points)


@given(some_points(), st.randoms(use_true_random=False))
def test_what_is_damaged_or_of_another_layer_is_a_miss_or_points_that_can_be(
    starts: list[Start], chance: random.Random
) -> None:
    data = bytearray(Points(starts).to_bytes())
    assert Points.from_bytes(bytes(data[:-1]), 10**7, 10**7) is None
    assert Points.from_bytes(bytes(data) + b"\0", 10**7, 10**7) is None
    if starts:
        assert Points.from_bytes(bytes(data), starts[-1].stored, 10**7) is None
        assert Points.from_bytes(bytes(data), 10**7, starts[-1].content) is None
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    found = Points.from_bytes(bytes(data), 10**7, 10**7)
    if found is not None:
        before = found.before(10**7)
        assert before.stored < 10**7
        assert before.content < 10**7
        assert before.bits <= 7


@given(st.binary(max_size=200))
def test_any_other_bytes_are_a_miss(data: bytes) -> None:
    assert Points.from_bytes(data, 10**6, 10**6) is None
    assert Points.from_bytes(b"points 1" + data, 0, 0) is None or data == bytes(4)


class PlacedBlob(BytesBlob):
    """A blob that says where it lies, as one in a file does."""

    def extent(self) -> Extent:
        return Extent(1, 2, self.size, 3, 4, 0, self.size)


@NEEDED
def test_what_was_found_is_there_for_the_next_run(tmp_path: Path) -> None:
    files = [f(f"{number}", random.Random(number).randbytes(30_000)) for number in range(20)]
    data = gz(layer(*files))
    blob, table, cache = PlacedBlob(data), scanned(data, Codec.GZIP), Cache(str(tmp_path / "cache"))
    first = Access(cache).layer(blob, Codec.GZIP, table.tar_bytes)
    first.prepare(table.body[19])
    assert len(first.points) > 10

    second = Access(cache)

    assert len(second.layer(blob, Codec.GZIP, table.tar_bytes).points) == len(first.points)
    assert body(second, blob, table, 19) == files[19].data


@NEEDED
def test_wrong_bytes_are_never_taken_for_a_file(tmp_path: Path) -> None:
    """Points of an entry that was made to mislead: content that is read through them is not what passed before."""
    data = gz(layer(*(f(f"{number}", text(random.Random(number), 100_000)) for number in range(20))))
    blob, table, cache = PlacedBlob(data), scanned(data, Codec.GZIP), Cache(str(tmp_path / "cache"))
    found = LayerAccess(blob, Codec.GZIP, table.tar_bytes)
    found.prepare(table.body[19])
    shortly = [(row, found.points.before(table.body[row])) for row in range(20)]
    row, true = next((row, start) for row, start in shortly if start.window and table.body[row] - start.content < 9000)
    assert true.window
    way = Access(cache).layer(blob, Codec.GZIP, table.tar_bytes)
    way.points.add(true._replace(window=bytes(len(true.window))))
    way.keep()

    with pytest.raises(CompressionError, match="not what it was") as caught:
        body(Access(cache), blob, table, row)
    assert caught.value.member == "bytes"

    assert body(Access(cache), blob, table, row) == text(random.Random(row), 100_000)


def test_a_file_that_changed_is_told_of() -> None:
    before, after = (layer(f("a", content)) for content in (b"before", b"after!"))
    with pytest.raises(CompressionError, match="not what it was"):
        body(Access(), BytesBlob(gz(after)), scanned(gz(before), Codec.GZIP), 0)
