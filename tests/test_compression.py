"""Compressed streams: recognised by content, read to the promised end, bounded in what they cost."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import re
import sys
from collections.abc import Callable

import pytest

from imgscope import compression
from imgscope.compression import BEGINNING, Codec, Start, chunks, recognise, unsupported
from imgscope.errors import CompressionError, LimitError
from imgscope.limits import Limits
from tests.build import BytesBlob, f, gz, header, layer, plain, zst

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIB = 1 << 20
TEXT = b"".join(b"line %d of a text that repeats itself\n" % number for number in range(1000))
NOISE = random.Random(1).randbytes(700_000)


def zst_checked(data: bytes) -> bytes:
    """zstd with a checksum at the end, as the ``zstd`` tool writes it."""
    return bytes(zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1}))


def skippable(data: bytes, kind: int = 0) -> bytes:
    """A zstd frame that holds no content."""
    return bytes((0x50 + kind,)) + b"\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


Compress = Callable[[bytes], bytes]

WRITERS: dict[str, tuple[Codec, Compress]] = {
    "plain": (Codec.NONE, plain),
    "gzip, isal": (Codec.GZIP, gz),
    "gzip, zlib": (Codec.GZIP, gz),
    "zstd": (Codec.ZSTD, zst),
    "zstd, with checksum": (Codec.ZSTD, zst_checked),
    "xz": (Codec.XZ, lzma.compress),
    "bzip2": (Codec.BZIP2, bz2.compress),
}
COMPRESSED = [name for name in WRITERS if name != "plain"]
CHECKED = [name for name in COMPRESSED if name != "zstd"]


@pytest.fixture
def writer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Codec, Compress]:
    """A codec and what writes it; for gzip with either of the readers."""
    if request.param == "gzip, zlib":
        monkeypatch.setitem(compression._OPENERS, Codec.GZIP, compression._ZlibMember)
    return WRITERS[request.param]


every_writer = pytest.mark.parametrize("writer", WRITERS, indirect=True)
every_compressed = pytest.mark.parametrize("writer", COMPRESSED, indirect=True)
every_checked = pytest.mark.parametrize("writer", CHECKED, indirect=True)
every_gzip = pytest.mark.parametrize("writer", ["gzip, isal", "gzip, zlib"], indirect=True)
Writer = tuple[Codec, Compress]


def read(data: bytes, codec: Codec, padding: int = 0) -> tuple[bytes, list[str]]:
    """All content, and what was warned of. Whoever shows progress must be told of every byte but padding."""
    warnings: list[str] = []
    told: list[int] = []
    content = b"".join(chunks(BytesBlob(data), codec, advance=told.append, warn=warnings.append))
    assert warnings or len(data) - padding <= sum(told) <= len(data)
    return content, warnings


# Recognition


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        *((write(TEXT), codec) for codec, write in WRITERS.values()),
        *((write(b""), codec) for codec, write in WRITERS.values()),
        *((skippable(b"", kind), Codec.ZSTD) for kind in range(16)),
        (b"BZh9", Codec.BZIP2),
        (b"", Codec.NONE),
        (bytes(1024), Codec.NONE),
        (layer(f("a")), Codec.NONE),
        *((header(name, b"0", 0), Codec.NONE) for name in (b"BZh", b"BZh9", b"BZh91AY", b"7zXZ", b"PK")),
        (b"\x1f\x8b", Codec.NONE),
        (b"\x1f\x8b\x07", Codec.NONE),
        (b"\x28\xb5\x2f", Codec.NONE),
        (b"\x60\x2a\x4d\x18", Codec.NONE),
        (b"\xfd7zXZ", Codec.NONE),
        (b"{}", Codec.NONE),
    ],
)
def test_content_tells_the_codec(head: bytes, codec: Codec) -> None:
    assert recognise(head) is codec
    assert recognise(head[:8]) is codec


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x04\x22\x4d\x18rest", "lz4"),
        (b"LZIP\x01", "lzip"),
        (b"\x1f\x9d\x90", "compress (.Z)"),
        (lzma.compress(b"x", lzma.FORMAT_ALONE), "lzma"),
        *((write(TEXT), None) for _, write in WRITERS.values()),
        (layer(f("a")), None),
        (b"", None),
    ],
)
def test_codecs_that_are_not_read_have_a_name(head: bytes, name: str | None) -> None:
    assert unsupported(head) == name
    assert name is None or recognise(head) is Codec.NONE


# Content


@every_writer
@pytest.mark.parametrize("content", [b"", b"x", TEXT, NOISE, bytes(3 * MIB + 1)], ids=lambda content: f"{len(content)}")
@pytest.mark.parametrize("piece", [64, 4096, 256 << 10])
def test_content_comes_back_in_pieces_of_at_most_1_mib(
    writer: Writer, content: bytes, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec, write = writer
    monkeypatch.setattr(compression, "_PIECE", piece)
    sizes = [len(chunk) for chunk in chunks(BytesBlob(write(content)), codec)]
    assert all(0 < size <= MIB for size in sizes)
    assert read(write(content), codec) == (content, [])


@every_compressed
@pytest.mark.parametrize("piece", [1, 2, 3, 7, 8, 9])
def test_it_does_not_matter_where_a_read_ends(writer: Writer, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    codec, write = writer
    monkeypatch.setattr(compression, "_PIECE", piece)
    data = write(TEXT[:500]) + write(b"") + write(TEXT[500:1000])
    assert read(data, codec) == (TEXT[:1000], [])


# Several members or frames


@every_compressed
@pytest.mark.parametrize("piece", [100, 256 << 10])
def test_hundreds_of_members_are_one_content(writer: Writer, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    codec, write = writer
    monkeypatch.setattr(compression, "_PIECE", piece)
    parts = [b"" if at % 3 == 0 else TEXT[at : 2 * at] for at in range(300)]
    assert read(b"".join(map(write, parts)), codec) == (b"".join(parts), [])


@every_compressed
def test_a_large_member_may_follow_a_small_one(writer: Writer) -> None:
    codec, write = writer
    assert read(write(b"x") + write(NOISE) + write(b"y"), codec) == (b"x" + NOISE + b"y", [])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(skippable(b"toc") + zst(TEXT), id="first"),
        pytest.param(zst(TEXT) + skippable(b"toc"), id="last, as zstd:chunked has it"),
        pytest.param(zst(TEXT[:99]) + skippable(b"toc" * 200_000, 15) + zst(TEXT[99:]), id="large, between"),
        pytest.param(skippable(b"") * 300 + zst(TEXT) + skippable(b"") * 300, id="many, empty"),
    ],
)
@pytest.mark.parametrize("piece", [5, 256 << 10])
def test_skippable_frames_are_skipped(data: bytes, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if len(data) < 100_000:
        monkeypatch.setattr(compression, "_PIECE", piece)
    assert read(data, recognise(data)) == (TEXT, [])


def test_a_gzip_header_may_have_every_field() -> None:
    extra = b"\x04\0abcd"
    data = b"\x1f\x8b\x08\x1c" + bytes(6) + extra + b"name\0" + b"comment\0" + gz(TEXT)[10:]
    assert read(data, Codec.GZIP) == (TEXT, [])


# Behind the end


@every_compressed
@pytest.mark.parametrize("zeros", [1, 7, 8, 512, 10_000, 300_000])
def test_zero_padding_behind_the_end_is_nothing_to_warn_of(writer: Writer, zeros: int) -> None:
    codec, write = writer
    assert read(write(TEXT) + bytes(zeros), codec, padding=zeros) == (TEXT, [])


@every_compressed
@pytest.mark.parametrize(
    "junk",
    [b"j", b"junk", b"j" * 1000, bytes(600_000) + b"j", b"j" + bytes(1000), b"\x1f", b"\x1f\x8b\x07", b"BZh9nothing"],
    ids=["1", "4", "1000", "behind zeros", "before zeros", "half a magic", "odd gzip", "odd bzip2"],
)
def test_anything_else_behind_the_end_is_warned_of(writer: Writer, junk: bytes) -> None:
    codec, write = writer
    assert read(write(TEXT) + junk, codec) == (TEXT, [f"{len(junk)} bytes behind the end of the compressed data"])


@pytest.mark.parametrize("writer", COMPRESSED, indirect=True)
@pytest.mark.parametrize("other", COMPRESSED)
def test_another_codec_behind_the_end_is_not_read(writer: Writer, other: str) -> None:
    codec, write = writer
    other_codec, other_write = WRITERS[other]
    content, warnings = read(write(TEXT) + other_write(b"more"), codec)
    assert (content, bool(warnings)) == ((TEXT + b"more", False) if other_codec is codec else (TEXT, True))


# Truncation and damage


def attempt(data: bytes, codec: Codec) -> tuple[bytes, CompressionError | None]:
    """What can be read, and the error that ended it."""
    got = b""
    try:
        for chunk in chunks(BytesBlob(data, "layer"), codec):
            got += chunk
    except CompressionError as error:
        return got, error
    return got, None


def assert_cut_short(data: bytes, codec: Codec, content: bytes) -> None:
    """All that stands before the cut is read, and the error tells where it is."""
    got, error = attempt(data, codec)
    assert content.startswith(got)
    assert str(error) == f"[member layer @ byte {len(data)}]: the {codec} data is cut short"
    assert error is not None
    assert error.hint


@every_compressed
@pytest.mark.parametrize("before", [b"", TEXT[:100]], ids=["one member", "the second of two"])
def test_data_cut_anywhere_is_told_to_be_cut(writer: Writer, before: bytes) -> None:
    codec, write = writer
    first, data = write(before) if before else b"", write(TEXT)
    least = 8 if first else 0  # fewer bytes are not recognised as another member
    for kept in {*range(least, min(len(data), 200)), *range(least, len(data), 37), *range(len(data) - 40, len(data))}:
        assert_cut_short(first + data[:kept], codec, before + TEXT)


@every_compressed
def test_large_data_cut_anywhere_gives_what_stands_before_the_cut(writer: Writer) -> None:
    codec, write = writer
    data = write(NOISE)
    for kept in range(1000, len(data), 90_000):
        assert_cut_short(data[:kept], codec, NOISE)


@every_checked
def test_no_damaged_byte_gives_other_content(writer: Writer) -> None:
    """Codecs with a checksum: an error, or a byte that means nothing (a time, a name of a system)."""
    codec, write = writer
    data, harmless = write(TEXT), 0
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 0x55
        got, error = attempt(bytes(damaged), codec)
        assert error or got == TEXT
        harmless += error is None
    assert harmless <= 7


@every_compressed
def test_damage_is_told_with_what_the_codec_says_of_it(writer: Writer) -> None:
    codec, write = writer
    data = bytearray(write(NOISE))
    data[4:40] = b"\xff" * 36
    _, error = attempt(bytes(data), codec)
    assert re.fullmatch(rf"\[member layer @ byte \d+\]: damaged {codec} data \(.+\)", str(error))


@every_compressed
@pytest.mark.parametrize("data", [b"x", b"nothing of the kind " * 100, bytes(5000)], ids=["short", "text", "zeros"])
def test_data_of_no_codec_is_an_error(writer: Writer, data: bytes) -> None:
    with pytest.raises(CompressionError):
        list(chunks(BytesBlob(data), writer[0]))


@every_compressed
def test_no_data_at_all_is_cut_short(writer: Writer) -> None:
    assert_cut_short(b"", writer[0], b"")


# Bombs


@every_writer
@pytest.mark.parametrize("members", [1, 40])
def test_a_bomb_stops_at_the_limit(writer: Writer, members: int) -> None:
    codec, write = writer
    data = write(bytes(40 * MIB // members)) * members
    limit = 5 * MIB + 17
    sizes: list[int] = []
    stream = chunks(BytesBlob(data, "layer"), codec, limits=Limits(max_inflated=limit))
    with pytest.raises(LimitError, match=str(limit)) as caught:
        sizes.extend(map(len, stream))
    assert max(sizes) <= MIB
    assert limit - MIB <= sum(sizes) <= limit
    assert "--max-inflated" in (caught.value.hint or "")
    assert caught.value.member == "layer"


@every_writer
def test_the_limit_itself_may_be_reached(writer: Writer) -> None:
    codec, write = writer
    stream = chunks(BytesBlob(write(TEXT)), codec, limits=Limits(max_inflated=len(TEXT)))
    assert b"".join(stream) == TEXT


@every_compressed
def test_a_bomb_is_read_only_as_far_as_its_content_is_asked_for(writer: Writer) -> None:
    codec, write = writer

    class Watched(BytesBlob):
        furthest = 0

        def read_at(self, offset: int, size: int) -> bytes:
            self.furthest = max(self.furthest, offset + size)
            return super().read_at(offset, size)

    blob = Watched(write(NOISE) * 10)
    next(chunks(blob, codec))
    assert blob.furthest < 2 * MIB


def test_the_gzip_reader_is_isal_where_there_is_one_and_zlib_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(compression._gzip()).__module__ != compression.__name__
    monkeypatch.setitem(sys.modules, "isal", None)
    compression._gzip_backend.cache_clear()
    assert isinstance(compression._gzip(), compression._ZlibMember)
    compression._gzip_backend.cache_clear()


@every_gzip
def test_gzip_of_another_writer_is_read(writer: Writer) -> None:
    """Stored blocks, and a stream flushed in many places."""
    import zlib

    packer = zlib.compressobj(level=9, wbits=31)
    flushed = b"".join(
        packer.compress(TEXT[at : at + 100]) + packer.flush(zlib.Z_FULL_FLUSH) for at in range(0, len(TEXT), 100)
    )
    for data in (gzip.compress(TEXT, 0), flushed + packer.flush()):
        assert read(data, writer[0]) == (TEXT, [])


@every_compressed
def test_decompression_can_begin_at_each_member(writer: Writer) -> None:
    codec, compress = writer
    parts = [b"one", NOISE, TEXT]
    data = b"".join(map(compress, parts))
    starts = [BEGINNING]
    assert b"".join(chunks(BytesBlob(data), codec, mark=starts.append)) == b"".join(parts)

    assert [start.content for start in starts] == [0, 3, 3 + len(NOISE)]
    for number, start in enumerate(starts):
        assert b"".join(chunks(BytesBlob(data), codec, start=start)) == b"".join(parts[number:])


@every_compressed
def test_what_stands_before_the_start_counts_against_the_limit(writer: Writer) -> None:
    codec, compress = writer
    data = compress(NOISE) + compress(TEXT)
    start = Start(len(compress(NOISE)), len(NOISE))
    total = len(NOISE) + len(TEXT)
    list(chunks(BytesBlob(data), codec, start=start, limits=Limits(max_inflated=total)))
    with pytest.raises(LimitError):
        list(chunks(BytesBlob(data), codec, start=start, limits=Limits(max_inflated=total - 1)))
