"""Headers of gzip members: whatever fields they have and wherever a read ends, the content is the same."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope import compression
from imgscope.compression import Codec, chunks
from imgscope.errors import CompressionError
from tests.build import BytesBlob, gz

CONTENT = b"content " * 20
EXTRA, NAME, COMMENT, CHECK = 4, 8, 16, 2


def member(flags: int, field: bytes = b"field") -> bytes:
    """A gzip member whose header has these fields, each of the same bytes."""
    out = b"\x1f\x8b\x08" + bytes((flags,)) + bytes(6)
    if flags & EXTRA:
        out += len(field).to_bytes(2, "little") + field
    for flag in (NAME, COMMENT):
        if flags & flag:
            out += field + b"\0"
    if flags & CHECK:
        out += (zlib.crc32(out) & 0xFFFF).to_bytes(2, "little")
    return out + gz(CONTENT)[10:]


def read(data: bytes) -> bytes:
    """All content."""
    return b"".join(chunks(BytesBlob(data), Codec.GZIP))


@pytest.mark.parametrize("flags", range(0, 32, 2))
@pytest.mark.parametrize("piece", [1, 2, 3, 5, 11, 16, 64 << 10])
def test_a_header_may_have_any_fields_and_a_read_may_end_in_any(
    flags: int, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """isal alone forgets, from one piece of a header to the next, which fields are still to come."""
    monkeypatch.setattr(compression, "_PIECE", piece)
    assert read(member(flags)) == CONTENT
    assert read(member(0) + member(flags) * 3 + member(0)) == CONTENT * 5


@pytest.mark.parametrize("flags", [EXTRA, EXTRA | NAME, EXTRA | CHECK, NAME | COMMENT])
def test_a_field_may_be_longer_than_a_read(flags: int) -> None:
    assert read(member(flags, b"f" * 65535)) == CONTENT


@pytest.mark.parametrize("flags", [32, 64, 128, 32 | NAME])
@pytest.mark.parametrize("before", [b"", member(0)], ids=["the first member", "the second"])
def test_flags_that_nobody_has_defined_are_damage(flags: int, before: bytes) -> None:
    with pytest.raises(CompressionError, match="damaged gzip data"):
        read(before + member(flags))


def test_a_wrong_checksum_of_a_header_is_damage() -> None:
    data = bytearray(member(NAME | CHECK))
    data[12] ^= 1
    with pytest.raises(CompressionError, match="damaged gzip data"):
        read(bytes(data))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([member(flags) for flags in range(0, 64, 2)]), min_size=1, max_size=3).map(b"".join),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=3),
    st.integers(1, 300),
)
def test_both_readers_of_gzip_agree(data: bytes, changes: list[tuple[int, int]], piece: int) -> None:
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(damaged)] = value

    def outcome() -> bytes | None:
        try:
            return read(bytes(damaged))
        except CompressionError:
            return None

    with pytest.MonkeyPatch.context() as patch:
        once = outcome()
        patch.setattr(compression, "_PIECE", piece)
        assert outcome() == once
        patch.setitem(compression._OPENERS, Codec.GZIP, compression._ZlibMember)
        assert outcome() == once


def test_memory_that_runs_out_is_not_taken_for_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(compression._ZlibMember):
        def decompress(self, data: bytes, max_length: int) -> bytes:
            raise MemoryError

    monkeypatch.setitem(compression._OPENERS, Codec.GZIP, Full)
    with pytest.raises(MemoryError):
        read(member(0))
