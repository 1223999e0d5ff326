"""Archives made here, read by bsdtar where there is one: a third reader, by other hands than Go's and Python's.

bsdtar copies each archive into a plain one (``--format=gnutar``: numbers and names as they are, no sparse files), and
that is compared with what imgscope reads of the original: every field, and the content.
"""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imgscope.tar.table import Member
from tests.build import BLOCK, header, pad
from tests.tar.making import (
    END,
    GNU,
    SPARSE_FORMATS,
    V7,
    from_blob,
    long,
    members,
    patched,
    pax,
)

BSDTAR = shutil.which("bsdtar")
pytestmark = pytest.mark.skipif(BSDTAR is None, reason="bsdtar is not installed")

USTAR = b"ustar\x0000"
Row = tuple[Member, bytes]


def copied(data: bytes) -> tuple[bytes, bool]:
    """What bsdtar makes of an archive, and whether it complained."""
    assert BSDTAR
    command = [BSDTAR, "-P", "-cf", "-", "--format=gnutar", "@-"]
    done = subprocess.run(
        command, input=data, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    )
    return done.stdout, done.returncode != 0


def content(data: bytes, member: Member) -> bytes:
    """The body, holes filled with zeros."""
    stored = data[member.body : member.body + member.stored]
    if not member.sparse:
        return stored
    whole, position = bytearray(member.size), 0
    for offset, length in member.sparse.segments:
        whole[offset : offset + length] = stored[position : position + length]
        position += length
    return bytes(whole)


def rows(data: bytes) -> list[Row]:
    """What imgscope reads, without where it lies and how it is stored."""
    table, error = from_blob(data)
    assert error is None
    found = []
    for member in members(table):
        body = content(data, member)
        member.body, member.sparse, member.xattrs = 0, None, ()
        found.append((member, body))
    return found


def as_bsdtar_says(row: Row) -> Row:
    """The same in bsdtar's words: contiguous and sparse files are files, names of directories end in a slash."""
    member, body = row
    if member.type in (b"7", b"S"):
        member.type = b"0"
    if member.type == b"5" and not member.name.endswith(b"/"):
        member.name += b"/"
    return member, body


part = st.sampled_from(["a", "dir", "\u00e4", "with space", "..", ".", "x\ny", "-dash", "n" * 120, "'\""]) | st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12
)
name = st.lists(part, min_size=1, max_size=4).map("/".join).map(str.encode)
small = st.integers(0, 8**7 - 1)
times = st.sampled_from(["0", "1", "1.5", "0.25", "1700000000.999999999", "8589934591"])


@st.composite
def amended(draw: st.DrawFn, name: bytes, link: bytes, size: int) -> bytes:
    """What stands before a member whose names are long, and sometimes before one whose names are not."""
    if draw(st.booleans()):
        return b"".join(long(kind, text) for kind, text in ((b"L", name), (b"K", link)) if len(text) > 100)
    records: dict[str, str | bytes] = {
        key: draw(value)
        for key, value in {
            "uid": st.integers(0, (1 << 31) - 1).map(str),
            "gid": st.integers(0, (1 << 31) - 1).map(str),
            "mtime": times,
            "size": st.just(str(size)),
            "comment": st.text(max_size=600),
            "SCHILY.xattr.user.a": st.text(max_size=10),
        }.items()
        if draw(st.booleans())
    }
    if len(name) > 100:
        records["path"] = name
    if len(link) > 100:
        records["linkpath"] = link
    return pax(records.items()) if records else b""


@st.composite
def plain(draw: st.DrawFn) -> bytes:
    """A member of any type, in any of the three formats."""
    kind = draw(st.sampled_from([b"0", b"0", b"5", b"1", b"2", b"3", b"4", b"6", b"7", b"\0"]))
    magic = draw(st.sampled_from([USTAR, GNU, V7]))
    own, link = draw(name), draw(name) if kind in b"12" else b""
    body = draw(st.binary(max_size=1500)) if kind in (b"0", b"7", b"\0") else b""
    block = header(
        own[:100],
        kind,
        len(body),
        link=link[:100],
        magic=magic,
        mode=draw(st.integers(0, 0o7777)),
        uid=draw(small),
        gid=draw(small),
        mtime=draw(st.integers(0, 8**11 - 1)),
        prefix=draw(st.sampled_from([b"", b"", b"some/where"])) if magic == USTAR else b"",
    )
    if kind in b"34":
        block = patched(block, (329, b"%07o\0%07o\0" % (draw(st.integers(0, 255)), draw(st.integers(0, 255)))))
    return draw(amended(own, link, len(body))) + block + pad(body)


@st.composite
def sparse(draw: st.DrawFn) -> bytes:
    """A sparse file in any format."""
    segments, position = [], 0
    for hole, length in draw(st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 600)), min_size=1, max_size=8)):
        segments.append((position + hole, length))
        position += hole + length
    write = SPARSE_FORMATS[draw(st.sampled_from(sorted(SPARSE_FORMATS)))]
    stored = sum(length for _, length in segments)
    return write(b"sparse", segments, position + draw(st.integers(0, 999)), stored)


archives = st.tuples(
    st.lists(plain() | sparse(), min_size=1, max_size=8).map(b"".join),
    st.sampled_from([END, bytes(10240), bytes(BLOCK), b"", END + b"trailing"]),
).map(b"".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(archives)
def test_bsdtar_reads_the_same(data: bytes) -> None:
    copy, complained = copied(data)
    assert not complained
    assert list(map(as_bsdtar_says, rows(data))) == list(map(as_bsdtar_says, rows(copy)))


LONG = b"long/" * 30 + b"name"
AFTER = header(b"after", b"0", 0)
LABEL = header(b"label", b"V", 0, magic=GNU)
Found = list[tuple[bytes, bytes]] | None
"""Names and types, or None for an error."""
FILE = (b"after", b"0")

# Where the two differ Go is followed: what imgscope finds, then what bsdtar does.
DIFFERENCES: dict[str, tuple[bytes, Found, Found]] = {
    "of two long names GNU's wins in Go, in bsdtar that of the first header": (
        pax([("path", "pax")]) + long(b"L", LONG) + AFTER + END,
        [(LONG, b"0")],
        [(b"pax", b"0")],
    ),
    "bsdtar stops at a lone zero block, which Go takes for damage": (AFTER + bytes(BLOCK) + AFTER + END, None, [FILE]),
    "bsdtar keeps the label of a volume for itself": (LABEL + AFTER + END, [(b"label", b"V"), FILE], [FILE]),
    "bsdtar takes a type that nobody knows for a file": (
        header(b"odd", b"Z", 3) + pad(b"abc") + AFTER + END,
        [(b"odd", b"Z"), FILE],
        [(b"odd", b"0"), FILE],
    ),
    "bsdtar takes a file whose name ends in a slash for a directory, not only in version 7": (
        header(b"d/", b"0", 0) + AFTER + END,
        [(b"d/", b"0"), FILE],
        [(b"d/", b"5"), FILE],
    ),
    "bsdtar does not look at the device numbers of what is no device": (
        AFTER + patched(AFTER, (329, b"nonsense")) + END,
        None,
        [FILE, FILE],
    ),
    "bsdtar reads a number up to what is no digit": (
        AFTER + patched(header(b"a", b"0", BLOCK), (124, b"00000001000x")) + bytes(BLOCK) + AFTER + END,
        None,
        [FILE, (b"a", b"0"), FILE],
    ),
    "bsdtar believes that a hard link behind a pax header has a body": (
        AFTER + pax([("comment", "x")]) + header(b"a", b"1", 3, link=b"after") + pad(b"abc") + AFTER + END,
        None,
        [FILE, (b"a", b"1"), FILE],
    ),
    "bsdtar takes any number of extended headers; here sixteen are the limit": (
        pax([]) * 17 + AFTER + END,
        None,
        [FILE],
    ),
}


@pytest.mark.parametrize(("data", "ours", "theirs"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_where_bsdtar_reads_otherwise(data: bytes, ours: Found, theirs: Found) -> None:
    table, error = from_blob(data)
    copy, complained = copied(data)
    assert (None if error else [(member.name, member.type) for member in members(table)]) == ours
    assert (None if complained else [(member.name, member.type) for member, _ in rows(copy)]) == theirs
