"""A whole archive: every type of member, every way to end, any chunk size, any damage."""

from __future__ import annotations

import io
import itertools
import math
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imgscope.errors import ArchiveError, LimitError
from imgscope.limits import Limits
from imgscope.tar.feed import BlobFeed, StreamFeed
from imgscope.tar.scan import scan, scan_sound_part
from imgscope.tar.table import Member, MemberTable, split
from tests.build import BLOCK, BytesBlob, E, d, entry, f, h, header, layer, pad, s
from tests.conftest import table_of
from tests.tar.making import (
    END,
    GNU,
    SPARSE_FORMATS,
    V7,
    Outcome,
    from_blob,
    from_stream,
    long,
    members,
    old_gnu_sparse,
    patched,
    pax,
    pieces,
    sparse_10,
)

LONG = "directory/" * 15 + "long"
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CHUNKS = [1, 511, 512, 513, 4096, 1 << 30]


# Members


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        pytest.param(entry(f("a", "abc")), Member(b"a", b"0", 0o644, size=3), id="file"),
        pytest.param(header(b"a", b"\0", 0, magic=V7), Member(b"a", b"0", 0o644), id="version 7 file"),
        pytest.param(header(b"a/", b"\0", 9, magic=V7), Member(b"a/", b"5", 0o644), id="version 7 directory"),
        pytest.param(entry(E("a", b"abc", "7")), Member(b"a", b"7", 0o644, size=3), id="contiguous file"),
        pytest.param(entry(f("a/", "abc")), Member(b"a/", b"0", 0o644, size=3), id="file with a trailing slash"),
        pytest.param(entry(h("a", "b")), Member(b"a", b"1", 0o644, link=b"b"), id="hard link"),
        pytest.param(entry(s("a", "../b")), Member(b"a", b"2", 0o777, link=b"../b"), id="symlink"),
        pytest.param(
            patched(header(b"tty", b"3", 0), (329, b"0000005\x000000001\0")),
            Member(b"tty", b"3", 0o644, device=(5, 1)),
            id="character device",
        ),
        pytest.param(
            patched(header(b"sda", b"4", 0, magic=GNU), (329, b"0000010\x000000000\0")),
            Member(b"sda", b"4", 0o644, device=(8, 0)),
            id="block device",
        ),
        pytest.param(
            patched(header(b"old", b"4", 0, magic=V7), (329, b"whatever")),
            Member(b"old", b"4", 0o644, device=(0, 0)),
            id="version 7 has no device numbers",
        ),
        pytest.param(entry(d("a")), Member(b"a/", b"5", 0o755), id="directory"),
        pytest.param(entry(E("a", type="6")), Member(b"a", b"6", 0o644), id="fifo"),
        pytest.param(entry(E("a", b"data", "D")), Member(b"a", b"D", 0o644, size=4), id="GNU dump directory"),
        pytest.param(entry(E("a", type="V")), Member(b"a", b"V", 0o644), id="volume label"),
        pytest.param(entry(E("a", b"data", "Z")), Member(b"a", b"Z", 0o644, size=4), id="unknown, with data"),
        pytest.param(entry(f(LONG, "abc")), Member(LONG.encode(), b"0", 0o644, size=3), id="GNU long name"),
        pytest.param(entry(s("a", LONG)), Member(b"a", b"2", 0o777, link=LONG.encode()), id="GNU long link"),
        pytest.param(
            entry(f("a", pax={"path": "\u00e4", "SCHILY.xattr.user.x": "1"})),
            Member("\u00e4".encode(), b"0", 0o644, xattrs=(b"user.x",)),
            id="pax",
        ),
        pytest.param(
            header(b"a", b"0", 0, uid=0o7777777, gid=3, mtime=-5, mode=0o104755),
            Member(b"a", b"0", 0o104755, uid=0o7777777, gid=3, mtime=-5),
            id="all numbers",
        ),
        pytest.param(header(b"", b"0", 0), Member(b"", b"0", 0o644), id="no name"),
    ],
)
def test_every_type_of_member_is_read(blocks: bytes, expected: Member) -> None:
    first, after = members(table_of(blocks + header(b"after", b"0", 0) + END))
    expected.body, expected.mtime = first.body, expected.mtime or first.mtime
    assert first == expected
    assert first.body == len(blocks) - len(pad(bytes(first.stored)))
    assert after.name == b"after"


@pytest.mark.parametrize("kind", ["1", "2", "3", "4", "5", "6"])
@pytest.mark.parametrize("size", [1, 512, 1 << 40, -1])
@pytest.mark.parametrize("before", [b"", pax([("uid", "1")])], ids=["plain", "after pax"])
def test_types_without_a_body_have_none_whatever_their_size_says(kind: str, size: int, before: bytes) -> None:
    table = table_of(before + entry(E("a", type=kind, size=size)) + header(b"after", b"0", 0) + END)
    assert [(member.name.strip(b"/"), member.size) for member in members(table)] == [(b"a", 0), (b"after", 0)]


@pytest.mark.parametrize("kind", ["0", "7", "S", "Z"])
def test_a_negative_size_is_refused_where_there_is_a_body(kind: str) -> None:
    with pytest.raises(ArchiveError, match=r"negative size|without GNU's magic"):
        table_of(layer(E("a", type=kind, size=-1)))


@pytest.mark.parametrize(
    "name",
    [b"", b"/", b"//", b"///", b"x", b"x/", b"/x", b"//x", b"//x/y/", b"a/x", b"/a/x", b"a//x", b"a/x//", b"./x", b"."],
)
@pytest.mark.parametrize("before", [b"", pax([("uid", "1")])], ids=["plain", "after pax"])
def test_a_name_comes_back_as_it_was_stored(name: bytes, before: bytes) -> None:
    table = table_of(before + header(name, b"0", 0) + before + header(b"x", b"0", 0) + END)
    assert [member.name for member in members(table)] == [name, b"x"]


def test_a_directory_part_is_kept_once() -> None:
    names = ["a/b/one", "a/b/two", "a/three", "a/b/four", "five", "/six"]
    table = table_of(layer(*(f(name) for name in names)))
    assert table.directories == [b"a/b", b"a", b"", b"/"]
    assert [split(name.encode())[0] for name in names] == [table.directories[number] for number in table.directory]


# Feeds

ARCHIVES: dict[str, bytes] = {
    "empty file": b"",
    "end blocks only": END,
    "small files": layer(*(f(f"d{at % 7}/f{at}", b"x" * at) for at in range(200))),
    "one large file between small ones": layer(f("a"), f("large", bytes(300_000)), f("b"), f("c", b"c" * 5000)),
    "all kinds": layer(
        d("d"), s("s", LONG), h(LONG, "d/x"), f("p", "x", pax={"comment": "c" * 2000}), f("q", "y" * 513)
    )
    + b"trailing",
    "sparse": b"".join(
        write(b"s", [(2 * at, 100) for at in range(0, 300, 50)], 1000, 600) for write in SPARSE_FORMATS.values()
    )
    + END,
    "padded to a tape record": layer(f("a"), end=bytes(10240 - BLOCK)),
    "no end": layer(f("a", "x" * 100), end=b""),
    "one end block": layer(f("a", "x" * 100), end=bytes(BLOCK)),
    "cut in a header": layer(f("a", "x"), end=b"h" * 200),
    "cut in a body": layer(f("a", "x" * 5000))[:3000],
    "cut in the padding": layer(f("a", "x" * 5000))[: BLOCK + 5000 + 7],
    "a lone zero block": layer(f("a"), end=bytes(BLOCK)) + layer(f("b")),
    "two archives": layer(f("a")) + layer(f("b")),
}


def same(one: Outcome, other: Outcome) -> None:
    """Two readings agree in the table (but for what only streams take in passing), the error and its place."""
    (table, error), (other_table, other_error) = one, other
    assert str(other_error) == str(error)
    assert members(other_table) == members(table)
    if not error:
        assert replace(other_table, prints=table.prints) == table


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
@pytest.mark.parametrize("size", CHUNKS)
def test_a_stream_reads_like_a_blob_whatever_its_chunks(data: bytes, size: int) -> None:
    same(from_blob(data), from_stream(data, size))


@unhurried
@given(st.sampled_from(sorted(ARCHIVES)), st.lists(st.integers(1, 5000), min_size=1, max_size=20))
def test_chunks_may_have_any_sizes(name: str, sizes: list[int]) -> None:
    data = ARCHIVES[name]
    bounds = [0]
    for size in itertools.cycle(sizes):
        if bounds[-1] >= len(data):
            break
        bounds.append(bounds[-1] + size)
    same(from_blob(data), scan_sound_part(StreamFeed(data[a:b] for a, b in itertools.pairwise(bounds))))


def test_a_blob_is_read_at_its_headers_only() -> None:
    """Bodies are leapt over: a large archive costs a window for each large member, not its bytes."""

    class Counting(BytesBlob):
        read = 0

        def read_at(self, offset: int, size: int) -> bytes:
            self.read += size
            return super().read_at(offset, size)

    data = layer(*(f(f"f{at}", bytes(200_000)) for at in range(40)))
    blob = Counting(data)
    assert len(scan(BlobFeed(blob))) == 40
    assert blob.read < len(data) // 20


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_progress_adds_up_to_the_length_of_a_sound_archive(data: bytes) -> None:
    told: list[int] = []
    _, error = scan_sound_part(BlobFeed(BytesBlob(data), told.append))
    assert error or sum(told) == len(data)


# Ends

BODY = b"x" * 700


@pytest.mark.parametrize(
    ("end", "notices", "offset"),
    [
        pytest.param(END, [], 2 * BLOCK, id="two zero blocks"),
        pytest.param(bytes(10240), [], 2 * BLOCK, id="a tape record of zeros"),
        pytest.param(bytes(BLOCK), [], BLOCK, id="one zero block, then the end"),
        pytest.param(bytes(BLOCK + 1), ["no-end-blocks"], BLOCK + 1, id="a zero block and a byte"),
        pytest.param(bytes(2 * BLOCK - 1), ["no-end-blocks"], 2 * BLOCK - 1, id="one byte less than two zero blocks"),
        pytest.param(b"", ["no-end-blocks"], 0, id="the end at once"),
        pytest.param(END + b"junk", ["trailing-bytes"], 2 * BLOCK, id="junk"),
        pytest.param(END + layer(f("hidden")), ["trailing-bytes"], 2 * BLOCK, id="another archive"),
    ],
)
def test_an_archive_may_end_in_several_ways(end: bytes, notices: list[str], offset: int) -> None:
    table = table_of(layer(f("a", BODY), end=end))
    assert [notice.code for notice in table.notices] == notices
    assert table.end == 3 * BLOCK + offset
    assert table.tar_bytes == 3 * BLOCK + len(end)
    assert len(table) == 1


@pytest.mark.parametrize("size", CHUNKS)
@pytest.mark.parametrize(
    ("junk", "count"), [(b"j", 1), (bytes(2000) + b"junk" + bytes(3000), 2004), (b"j" * 9999, 9999)]
)
def test_trailing_bytes_are_counted_to_the_last_that_is_not_zero(size: int, junk: bytes, count: int) -> None:
    table, _ = from_stream(layer(f("a")) + junk, size)
    (notice,) = table.notices
    assert (notice.offset, notice.message.split()[0]) == (3 * BLOCK, str(count))
    assert table.tar_bytes == 3 * BLOCK + len(junk)


def test_a_cut_in_the_padding_loses_nothing() -> None:
    for kept in range(BLOCK + len(BODY), 3 * BLOCK):
        table = table_of(layer(f("a", BODY))[:kept])
        assert [notice.code for notice in table.notices] == ["no-end-blocks"]
        assert (len(table), table.end) == (1, kept)


def test_an_empty_file_is_an_empty_archive_without_a_word() -> None:
    table = table_of(b"")
    assert (len(table), table.end, table.tar_bytes, table.notices) == (0, 0, 0, [])


@pytest.mark.parametrize(
    ("data", "message", "offset"),
    [
        pytest.param(
            layer(f("a"))[:BLOCK] + b"h" * 511, "where a tar header of 512 should be", BLOCK, id="in a header"
        ),
        pytest.param(
            layer(f("a", BODY))[: BLOCK + 699], "the data of a should reach to byte 1212", BLOCK, id="in a body"
        ),
        pytest.param(layer(f("a", BODY))[:BLOCK], "the data of a should reach", BLOCK, id="before a body"),
        pytest.param(layer(E("a", size=1 << 62)), "the data of a should reach", BLOCK, id="a size of 4 EiB"),
        pytest.param(
            layer(*(E("a", size=(1 << 63) - 1) for _ in range(3))), "the data of a should reach", BLOCK, id="8 EiB"
        ),
        pytest.param(
            layer(E("\xe4".encode("latin-1"), size=9999)), r"the data of \\xe4 should reach", BLOCK, id="name not UTF-8"
        ),
        pytest.param(layer(f("a"), end=bytes(BLOCK)) + layer(f("b")), "a lone zero block", BLOCK, id="lone zero block"),
        pytest.param(
            layer(f("a"), end=bytes(BLOCK) + b"x"), "a lone zero block", BLOCK, id="lone zero block, then junk"
        ),
        pytest.param(b"no tar at all, " * 50, "bad number|checksum", 0, id="something else"),
    ],
)
@pytest.mark.parametrize("size", [0, 1, 512, 1 << 20])
def test_damage_is_told_with_its_place(data: bytes, message: str, offset: int, size: int) -> None:
    _, error = from_stream(data, size) if size else from_blob(data)
    assert isinstance(error, ArchiveError)
    with pytest.raises(ArchiveError, match=message):
        raise error
    assert error.offset == offset


def test_what_stands_before_damage_is_kept() -> None:
    table, error = from_blob(layer(f("a"), f("b", "x"), end=b"damage" * 100))
    assert [member.name for member in members(table)] == [b"a", b"b"]
    assert isinstance(error, ArchiveError)
    with pytest.raises(ArchiveError):
        table_of(layer(f("a"), f("b", "x"), end=b"damage" * 100))


# Damage anywhere

SMALL = (
    entry(f(LONG, "abc"))
    + entry(f("p", "x", pax={"path": "pax", "mtime": "1.5"}))
    + old_gnu_sparse(b"old", [(2 * at, 1) for at in range(6)], 20, 6)
    + sparse_10(b"new", [(10, 5)], 100, 5)
    + entry(s("link", LONG))
    + END
)


@pytest.mark.parametrize(
    "read", [from_blob, lambda data: from_stream(data, 1000)], ids=["from a blob", "from a stream"]
)
def test_an_archive_cut_at_any_byte_gives_its_first_members_or_an_error(read: Callable[[bytes], Outcome]) -> None:
    whole = members(read(SMALL)[0])
    assert len(whole) == 5
    for kept in range(len(SMALL)):
        table, error = read(SMALL[:kept])
        found = members(table)
        assert found == whole[: len(found)]
        assert error or found == whole or kept == 0 or [notice.code for notice in table.notices] == ["no-end-blocks"]


HEADERS = {
    "file": entry(f("d/a", "abc")),
    "symlink": entry(s("a", "b")),
    "pax": entry(f("a", pax={"path": "pax"})),
    "long name": entry(f(LONG)),
    "old GNU sparse": old_gnu_sparse(b"old", [(2 * at, 1) for at in range(6)], 20, 6),
    "base-256": header(b"a", b"0", 0, mtime=-5),
}


@pytest.mark.parametrize("blocks", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("repair", [False, True], ids=["checksum as it was", "checksum made right"])
def test_no_flipped_bit_in_a_header_is_more_than_an_error(blocks: bytes, repair: bool) -> None:
    first, rest = blocks[:BLOCK], blocks[BLOCK:] + entry(f("after")) + END
    errors = 0
    for bit in range(8 * BLOCK):
        block = bytearray(first)
        block[bit // 8] ^= 1 << bit % 8
        data = (patched(bytes(block)) if repair else bytes(block)) + rest
        table, error = from_blob(data)
        errors += error is not None
        if repair:
            same((table, error), from_stream(data, 700))
        else:
            assert error or table.name(len(table) - 1) == b"after"
    if not repair:
        # What the checksum lets through is a change of its own spelling: "0" for NUL or for a space.
        assert errors > 8 * BLOCK - 20


@unhurried
@given(
    st.binary(max_size=3 * BLOCK), st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), max_size=8)
)
def test_no_garbage_is_more_than_an_error(garbage: bytes, changes: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for at, value in changes:
        data[at] = value
    for damaged in (garbage, bytes(data), bytes(data[:-1024]) + garbage):
        same(from_blob(damaged), from_stream(damaged, 700))


@unhurried
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"0", b"5", b"1", b"3", b"x", b"g", b"L", b"K", b"S", b"\0", b"Z"]),
            st.sampled_from([b"ustar\x0000", GNU, V7]),
            st.lists(
                st.tuples(
                    st.sampled_from([0, 100, 108, 116, 124, 136, 157, 329, 337, 345, 357, 386, 398, 482, 483, 508]),
                    st.sampled_from(
                        [b"\xff" * 8, b"\x80" + b"\xff" * 7, b"00000001\0", b"7" * 12, b"junk", b"tar\0", b"/"]
                    )
                    | st.binary(min_size=1, max_size=12),
                ),
                max_size=4,
            ),
            st.binary(max_size=40) | st.sampled_from([b"6 a=b\n", b"11 size=-1\n", b"28 GNU.sparse.map=0,1,2,3\n\n"]),
        ),
        max_size=4,
    )
)
def test_no_header_with_a_right_checksum_is_more_than_an_error(
    made: list[tuple[bytes, bytes, list[tuple[int, bytes]], bytes]],
) -> None:
    data = b""
    for kind, magic, changes, body in made:
        room = [(offset, value[: BLOCK - offset]) for offset, value in changes]
        data += patched(header(b"n", kind, len(body), magic=magic), *room) + pad(body)
    same(from_blob(data + END), from_stream(data + END, 700))


# Limits


@pytest.mark.parametrize("size", CHUNKS[1:])
@pytest.mark.parametrize(
    "one", [f("a"), d("a"), s("a", LONG), f("a", pax={"uid": "1"})], ids=["file", "dir", "GNU", "pax"]
)
def test_the_number_of_members_is_limited(one: E, size: int) -> None:
    data = layer(*[one] * 30)
    assert len(scan(StreamFeed(pieces(data, size)), Limits(max_entries=30))) == 30
    with pytest.raises(LimitError, match="more than 29 members") as caught:
        scan(StreamFeed(pieces(data, size)), Limits(max_entries=29))
    assert "--max-entries" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("one", "most"),
    [
        (f("n" * 5000), 200 * 5000),
        (f("d" * 5000 + "/n"), 5000 + 200),
        (s("l", "t" * 5000), 200 * 5001),
        (f("a", pax={f"SCHILY.xattr.{key}": "" for key in range(10)}), 200 * (1 + 10 * 65)),
    ],
    ids=["names", "a directory", "links", "attributes"],
)
def test_what_extended_headers_say_is_limited_in_all(one: E, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = layer(*[one] * 200)
    monkeypatch.setattr("imgscope.tar.slow.MAX_KEPT", most)
    assert len(table_of(data)) == 200
    monkeypatch.setattr("imgscope.tar.slow.MAX_KEPT", most - 1)
    with pytest.raises(LimitError, match="in all"):
        table_of(data)


def test_the_limit_holds_before_the_archive_is_read_to_its_end() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield layer(f("a"), f("b"), end=b"")

    with pytest.raises(LimitError):
        scan(StreamFeed(endless()), Limits(max_entries=1000))


# The standard library's tarfile as an oracle


@dataclass
class Made:
    """A member for tarfile to write."""

    name: bytes
    kind: bytes
    data: bytes
    link: bytes
    mode: int
    uid: int
    gid: int
    mtime: float
    pax: dict[str, str] = field(default_factory=dict)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


part = (
    st.binary(min_size=1, max_size=30).map(lambda raw: raw.translate(None, b"/\0") or b"n")
    | st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20).map(
        str.encode
    )
    | st.integers(90, 160).map(lambda length: b"n" * length)
)
path = st.lists(part, min_size=1, max_size=4).map(b"/".join)
TYPES = [tarfile.REGTYPE, tarfile.CONTTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
owner = st.integers(0, 0o7777777) | st.integers(0, (1 << 31) - 1)
made_members = st.lists(
    st.builds(
        Made,
        name=path,
        kind=st.sampled_from(TYPES),
        data=st.binary(max_size=1500),
        link=path,
        mode=st.integers(0, 0o7777),
        uid=owner,
        gid=owner,
        mtime=st.integers(-(1 << 40), 1 << 40) | st.integers(-8000, 8000).map(lambda quarter: quarter / 4),
        pax=st.dictionaries(st.sampled_from(["comment", "SCHILY.xattr.user.x"]), st.text(max_size=600)),
    ),
    max_size=6,
)


def _written(made: list[Made], layout: int) -> bytes:
    """An archive by tarfile; members that the format cannot hold are left out."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=layout, encoding="utf-8", errors="surrogateescape") as archive:
        for one in made:
            info = tarfile.TarInfo(_text(one.name))
            info.type, info.mode, info.uid, info.gid = one.kind, one.mode, one.uid, one.gid
            info.mtime = one.mtime if layout == tarfile.PAX_FORMAT else int(one.mtime)
            info.pax_headers = one.pax
            if one.kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                info.linkname = _text(one.link)
            info.size = len(one.data) if info.isreg() else 0
            try:
                archive.addfile(info, io.BytesIO(one.data))
            except ValueError:
                assert layout == tarfile.USTAR_FORMAT
    return out.getvalue()


def _as_tarfile_reads(data: bytes) -> list[Member]:
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as archive:
        return [
            Member(
                name=info.name.encode("utf-8", "surrogateescape"),
                type=info.type,
                mode=info.mode,
                uid=info.uid,
                gid=info.gid,
                size=info.size,
                mtime=math.floor(info.mtime),
                link=info.linkname.encode("utf-8", "surrogateescape"),
                body=info.offset_data,
                xattrs=tuple(key[13:].encode() for key in info.pax_headers if key.startswith("SCHILY.xattr.")),
            )
            for info in archive
        ]


@pytest.mark.parametrize(
    "layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["ustar", "GNU", "pax"]
)
@unhurried
@given(made=made_members)
def test_what_tarfile_writes_is_read_as_tarfile_reads_it(layout: int, made: list[Made]) -> None:
    data = _written(made, layout)
    table: MemberTable = table_of(data)
    ours = members(table)
    for member in ours:
        if member.type == b"5":
            member.name = member.name.rstrip(b"/")
    assert ours == _as_tarfile_reads(data)
    assert table.notices == []
    assert table.tar_bytes == len(data)


def test_long_names_of_tarfile_need_no_notice() -> None:
    assert table_of(long(b"L", LONG.encode()) + header(LONG.encode()[:100], b"0", 0) + END).notices == []
