"""What is written is read back as it was: by imgscope, and by a reader that shares nothing with it."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.tar.encode import END, header, padding
from imgscope.tar.table import Member, SparseMap
from tests.conftest import table_of

NAMES = st.binary(min_size=1, max_size=300).filter(lambda name: b"\0" not in name and not name.endswith(b"/"))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=120)
PATHS = st.one_of(NAMES, st.lists(TEXTS, min_size=1, max_size=4).map(lambda parts: "/".join(parts).encode()))
NUMBERS = st.one_of(st.integers(0, 3), st.integers(-(1 << 62), 1 << 62))
DEVICES = st.tuples(st.integers(0, 1 << 31), st.integers(0, 1 << 31))


@st.composite
def maps(draw: st.DrawFn) -> tuple[int, SparseMap]:
    """The size and map of a sparse file."""
    position, segments = 0, []
    for _ in range(draw(st.integers(0, 60))):
        start = position + draw(st.integers(1, 1 << 40))
        length = draw(st.integers(1, 20))
        segments.append((start, length))
        position = start + length
    return position + draw(st.integers(0, 1 << 40)), SparseMap(tuple(segments))


@st.composite
def members(draw: st.DrawFn) -> Member:
    """A member of any type."""
    kind = draw(st.sampled_from([b"0", b"0", b"1", b"2", b"3", b"4", b"5", b"6"]))
    member = Member(draw(PATHS), kind, draw(st.integers(0, 0o7777)), draw(NUMBERS), draw(NUMBERS), mtime=draw(NUMBERS))
    if kind == b"0" and draw(st.booleans()):
        member.size, member.sparse = draw(maps())
    elif kind == b"0":
        member.size = draw(st.integers(0, 2000))
    elif kind in b"12":
        member.link = draw(PATHS)
    elif kind in b"34":
        member.device = draw(DEVICES)
    return member


def archive(*members_: Member, xattrs: dict[bytes, bytes] | None = None) -> bytes:
    """A tar of members whose bodies are all ones."""
    return b"".join(header(one, xattrs or {}) + b"1" * one.stored + padding(one.stored) for one in members_) + END


@settings(max_examples=300)
@given(st.lists(members(), max_size=4))
def test_members_are_read_as_they_were_written(wanted: list[Member]) -> None:
    written = archive(*wanted)
    table = table_of(written)
    found = [table.member(row) for row in range(len(table))]

    assert [_fields(one) for one in found] == [_fields(one) for one in wanted]
    assert all(written[one.body : one.body + one.stored] == b"1" * one.stored for one in found)
    assert table.end == len(written)
    assert table.notices == []


def _fields(member: Member) -> tuple[object, ...]:
    name = member.name.removesuffix(b"/") if member.type == b"5" else member.name
    sparse = member.sparse and member.sparse.segments
    numbers = member.mode, member.uid, member.gid, member.size, member.mtime
    return name, member.type, numbers, member.link, member.device, sparse


@given(members().filter(lambda member: not member.sparse))
def test_the_standard_library_reads_the_same(member: Member) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(member)), errors="surrogateescape") as opened:
        (found,) = opened.getmembers()

    name = member.name.decode("utf-8", "surrogateescape")
    assert found.name.rstrip("/") == name.rstrip("/")
    assert found.linkname.rstrip("/") == member.link.decode("utf-8", "surrogateescape").rstrip("/")
    assert (found.type, found.mode, found.uid, found.gid) == (member.type, member.mode, member.uid, member.gid)
    assert (found.size, found.mtime) == (member.size, member.mtime)


def test_the_standard_library_reads_a_sparse_file() -> None:
    member = Member(b"x" * 120, size=30_000, sparse=SparseMap(((4096, 3), (9000, 2))))
    with tarfile.open(fileobj=io.BytesIO(archive(member))) as opened:
        body = opened.extractfile("x" * 120)
        assert body is not None
        assert body.read() == bytes(4096) + b"111" + bytes(9000 - 4099) + b"11" + bytes(30_000 - 9002)


def test_a_plain_member_is_one_block() -> None:
    plain = Member(b"usr/bin/env", mode=0o755, uid=1000, gid=2_097_151, mtime=8**11 - 1, size=8**11 - 1)

    assert len(header(plain)) == 512


@pytest.mark.parametrize(
    "member",
    [
        Member(b"x" * 100),
        Member(b"p" * 155 + b"/" + b"n" * 100),
        Member(b"d" * 99, type=b"5"),
        Member(b"p" * 155 + b"/" + b"n" * 99, type=b"5"),
        Member(b"\xff" * 100),
        Member(b"l", type=b"2", link=b"t" * 100),
    ],
)
def test_what_just_fits_needs_no_second_header(member: Member) -> None:
    assert len(header(member)) == 512
    assert table_of(archive(member)).member(0).name.rstrip(b"/") == member.name


@pytest.mark.parametrize(
    "member",
    [
        Member(b"x" * 101),
        Member(b"p" * 156 + b"/" + b"n" * 100),
        Member(b"d" * 100, type=b"5"),
        Member("é".encode()),
        Member(b"l", type=b"2", link=b"t" * 101),
        Member(b"u", uid=2_097_152),
        Member(b"t", mtime=-1),
        Member(b"s", size=8**11),
    ],
)
def test_what_does_not_fit_has_one(member: Member) -> None:
    assert len(header(member)) == 3 * 512


def test_extended_attributes_are_written_in_order_with_any_bytes() -> None:
    values = {b"user.b": b"\0\n=\xff", b"security.capability": b""}
    written = header(Member(b"x"), values)

    assert b"28 SCHILY.xattr.user.b=\0\n=\xff\n" in written
    assert written.index(b"security.capability") < written.index(b"user.b")
    assert table_of(archive(Member(b"x"), xattrs=values)).xattrs == {0: (b"security.capability", b"user.b")}
    assert header(Member(b"x"), dict(reversed(values.items()))) == written


@given(st.integers(1, 300))
def test_a_record_counts_its_own_length(length: int) -> None:
    value = b"v" * length
    written = header(Member(b"x"), {b"k": value})
    payload = written[512:].partition(b"\0")[0]

    assert payload == b"%d SCHILY.xattr.k=%b\n" % (len(payload), value)
