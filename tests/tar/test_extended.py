"""What amends the next header: pax records, GNU long names, sparse maps. Go's ``archive/tar`` is the measure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imgscope.errors import ArchiveError, LimitError
from imgscope.tar.extended import pax_records, seconds
from imgscope.tar.slow import MAX_NAME, MAX_RECORD
from imgscope.tar.table import Member, SparseMap
from tests.build import BLOCK, header, pad, pax_record
from tests.conftest import table_of
from tests.tar.making import (
    END,
    SPARSE_FORMATS,
    Segments,
    from_blob,
    from_stream,
    long,
    members,
    old_gnu_sparse,
    patched,
    pax,
    sparse_10_of,
)

LONG = b"directory/" * 20 + b"long"
LONGER = b"directory/" * 30 + b"longer"
AFTER = header(b"after", b"0", 0)


def only(*blocks: bytes) -> Member:
    """The one member of an archive, with the one that follows it found where it should be."""
    found = members(table_of(b"".join(blocks) + AFTER + END))
    assert [member.name for member in found[1:]] == [b"after"]
    return found[0]


# Pax records


@pytest.mark.parametrize(
    ("payload", "records"),
    [
        pytest.param(b"", {}, id="none"),
        pytest.param(b"5 a=\n", {b"a": b""}, id="the shortest"),
        pytest.param(b"9 a=b=c\n\n", {b"a": b"b=c\n"}, id="equals and newline in a value"),
        pytest.param(b"012 abc=def\n", {b"abc": b"def"}, id="zero before the length"),
        pytest.param(b"0" * 5000 + b"5013 abc=dee\n", {b"abc": b"dee"}, id="thousands of zeros"),
        pytest.param(b"+8 ab=c\n", {b"ab": b"c"}, id="plus before the length"),
        pytest.param(pax_record("a", b"x" * 90), {b"a": b"x" * 90}, id="the length's length counts"),
        pytest.param(b"6 a=1\n6 b=2\n6 a=3\n", {b"a": b"3", b"b": b"2"}, id="the last of a key wins"),
        pytest.param(b"13 comment=\0\n", {b"comment": b"\0"}, id="NUL in a comment"),
        pytest.param(pax_record("path", b"\xff\xfe"), {b"path": b"\xff\xfe"}, id="not UTF-8"),
        pytest.param(
            b"".join(
                pax_record(f"GNU.sparse.{key}", value)
                for key, value in (("offset", "1"), ("numbytes", "2"), ("offset", "5"), ("numbytes", "3"))
            ),
            {b"GNU.sparse.map": b"1,2,5,3"},
            id="pairs of sparse 0.0 become a map",
        ),
    ],
)
def test_pax_records_are_read(payload: bytes, records: dict[bytes, bytes]) -> None:
    assert pax_records(payload) == records


MALFORMED = [
    pytest.param(b"x a=b\n", id="length is no number"),
    pytest.param(b"-6 a=b\n", id="length is negative"),
    pytest.param(b"6 a=b\n-3 a=b\n", id="length is negative, and leads back"),
    pytest.param(b" 6 a=b\n", id="space before the length"),
    pytest.param(b"6a=b\n", id="no space"),
    pytest.param(b"7", id="length only"),
    pytest.param(b"0 X=", id="length 0"),
    pytest.param(b"2 a=b\n", id="length ends in itself"),
    pytest.param(b"5 a=b\n", id="length too short"),
    pytest.param(b"7 a=b\n", id="length beyond the payload"),
    pytest.param(b"9" * 5000 + b" a=b\n", id="length of 5000 digits"),
    pytest.param(b"7 a=bc\r", id="no newline"),
    pytest.param(b"6 a=b\n\0\0", id="NULs behind the last record"),
    pytest.param(b"6 abc\n", id="no equals sign"),
    pytest.param(b"5 =b\n", id="no key"),
    pytest.param(b"8 a\0b=c\n", id="NUL in a key"),
    *(pytest.param(pax_record(key, b"a\0b"), id=f"NUL in {key}") for key in ("path", "linkpath", "uname", "gname")),
    pytest.param(pax_record("GNU.sparse.numbytes", "1"), id="sparse length before its offset"),
    pytest.param(pax_record("GNU.sparse.offset", "1") * 2, id="two sparse offsets in a row"),
    pytest.param(pax_record("GNU.sparse.offset", "1,2"), id="comma in a sparse offset"),
]


@pytest.mark.parametrize("payload", MALFORMED)
@pytest.mark.parametrize("kind", [b"x", b"g"])
def test_malformed_pax_records_end_the_scan(payload: bytes, kind: bytes) -> None:
    with pytest.raises(ArchiveError, match="pax record") as caught:
        table_of(header(b"first", b"0", 0) + pax(payload, kind) + AFTER + END)
    assert caught.value.offset == BLOCK


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("path", b"\xffn", "name", b"\xffn"),
        ("linkpath", "target", "link", b"target"),
        ("uid", "5000000000", "uid", 5_000_000_000),
        ("gid", "-2", "gid", -2),
        ("uid", "+7", "uid", 7),
        ("uid", "0" * 40 + "7", "uid", 7),
        ("size", "0" * 5000, "size", 0),
        ("mtime", "1700000000.5", "mtime", 1_700_000_000),
        ("SCHILY.xattr.user.note", b"\0", "xattrs", (b"user.note",)),
        ("uname", "root", "uid", 1000),
        ("hdrcharset", "BINARY", "name", b"short"),
        ("comment", "of no concern", "name", b"short"),
    ],
)
def test_a_pax_record_overrules_its_field(key: str, value: str | bytes, field: str, expected: object) -> None:
    assert getattr(only(pax([(key, value)]), header(b"short", b"0", 0, uid=1000)), field) == expected


@pytest.mark.parametrize("key", ["path", "linkpath", "size", "uid", "gid", "mtime", "atime"])
def test_an_empty_pax_value_leaves_the_field_of_the_header(key: str) -> None:
    block = header(b"name", b"0", 3, link=b"link", uid=1, gid=2, mtime=4) + pad(b"abc")
    assert only(pax([(key, "")]), block) == only(pax([("comment", "")]), block)


@pytest.mark.parametrize("key", ["size", "uid", "gid", "mtime", "atime", "ctime"])
@pytest.mark.parametrize("value", ["x", "1x", "1_0", "0x1", " 1", "1 ", "--1", "-", "9223372036854775808", "9" * 5000])
def test_a_pax_number_that_go_refuses_ends_the_scan(key: str, value: str) -> None:
    with pytest.raises(ArchiveError, match="in a pax record"):
        table_of(pax([(key, value)]) + AFTER + END)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("1.", 1),
        ("1.999999999999", 1),
        ("-1", -1),
        ("-1.0", -1),
        ("-1.5", -2),
        ("-0.5", -1),
        ("-0.0000000001", 0),  # beyond nanoseconds
        ("9223372036854775807.9", (1 << 63) - 1),
        ("-9223372036854775808.9", -1 << 63),
    ],
)
def test_a_pax_time_is_rounded_down_to_seconds(value: str, expected: int) -> None:
    assert seconds(value.encode()) == expected
    assert only(pax([("mtime", value)]), header(b"a", b"0", 0)).mtime == expected


@pytest.mark.parametrize("value", [b".5", b"-.5", b"1.x", b"1.-5", b"1.5.5", b"1,5", b"1e3", b"nan"])
def test_what_is_no_pax_time_is_refused(value: bytes) -> None:
    with pytest.raises(ArchiveError):
        seconds(value)


def test_a_pax_size_is_that_of_the_member_and_not_of_a_long_name_between() -> None:
    member = only(pax([("size", "600")]), long(b"L", LONG), header(b"short", b"0", 0), pad(b"x" * 600))
    assert (member.name, member.size) == (LONG, 600)


def test_a_pax_size_tells_how_long_the_body_is() -> None:
    assert only(pax([("size", "3")]), header(b"a", b"0", 5000), pad(b"abc")).size == 3


def test_a_negative_pax_size_is_refused_where_there_is_a_body() -> None:
    with pytest.raises(ArchiveError, match="negative size"):
        table_of(pax([("size", "-1")]) + AFTER + END)
    assert only(pax([("size", "-1")]), header(b"d/", b"5", 0)).size == 0


@pytest.mark.parametrize("kind", [b"0", b"7", b"Z"])
def test_a_pax_size_does_not_mend_a_negative_one(kind: bytes) -> None:
    with pytest.raises(ArchiveError, match="negative size"):
        table_of(pax([("size", "0")]) + header(b"a", kind, -1) + AFTER + END)


# Which of several names wins


@pytest.mark.parametrize(
    ("before", "name", "conflict"),
    [
        pytest.param([], b"short", False, id="the header's own"),
        pytest.param([pax([("path", "pax")])], b"pax", False, id="pax"),
        pytest.param([long(b"L", LONG)], LONG, False, id="GNU"),
        pytest.param([pax([("path", "pax")]), long(b"L", LONG)], LONG, True, id="pax then GNU"),
        pytest.param([long(b"L", LONG), pax([("path", "pax")])], LONG, True, id="GNU then pax"),
        pytest.param([long(b"L", LONG), long(b"L", LONGER)], LONGER, True, id="GNU twice"),
        pytest.param([pax([("path", "one")]), pax([("path", "two")])], b"two", True, id="pax twice"),
        pytest.param(
            [pax([("path", "one")]), pax([("uid", "1")])], b"short", True, id="pax twice, no name in the last"
        ),
        pytest.param([long(b"L", b"")], b"short", False, id="an empty GNU name"),
        pytest.param([long(b"L", b"a\0b")], b"a", False, id="a GNU name ends at the first NUL"),
        pytest.param([long(b"K", LONG)], b"short", False, id="a long link only"),
    ],
)
def test_gnu_wins_over_pax_and_the_last_over_the_first(before: list[bytes], name: bytes, conflict: bool) -> None:
    table = table_of(b"".join(before) + header(b"short", b"0", 0) + END)
    assert table.name(0) == name
    assert [notice.code for notice in table.notices] == (["conflicting-headers"] if conflict else [])


@pytest.mark.parametrize(
    ("before", "link"),
    [
        ([], b"short"),
        ([pax([("linkpath", "pax")])], b"pax"),
        ([long(b"K", LONG)], LONG),
        ([pax([("linkpath", "pax")]), long(b"K", LONG)], LONG),
        ([long(b"K", LONG), pax([("linkpath", "pax")])], LONG),
        ([long(b"K", LONG), long(b"K", LONGER)], LONGER),
    ],
)
@pytest.mark.parametrize("kind", [b"1", b"2"])
def test_the_same_holds_for_links(before: list[bytes], link: bytes, kind: bytes) -> None:
    assert only(*before, header(b"a", kind, 0, link=b"short")).link == link


def test_what_amends_one_member_leaves_the_next_alone() -> None:
    assert only(pax([("uid", "7")]), long(b"L", LONG), long(b"K", LONG), header(b"a", b"2", 0)).name == LONG
    table = table_of(pax([("uid", "7"), ("mtime", "9")]) + header(b"a", b"0", 0) + AFTER + END)
    assert (table.uid[1], table.mtime[1]) == (0, 0)


def test_a_long_name_with_a_trailing_slash_makes_a_directory_of_an_old_file() -> None:
    assert only(long(b"L", LONG + b"/"), header(b"short", b"\0", 0)).type == b"5"


def test_a_global_header_says_nothing_and_forgets_what_was_pending() -> None:
    table = table_of(
        long(b"L", LONG) + pax([("path", "global"), ("uid", "7")], b"g") * 3 + header(b"a", b"0", 0) + AFTER + END
    )
    assert [(member.name, member.uid) for member in members(table)] == [(b"a", 0), (b"after", 0)]
    assert [notice.code for notice in table.notices] == ["global-header"]


@pytest.mark.parametrize("end", [b"", bytes(BLOCK), END], ids=["nothing", "zero block", "end blocks"])
@pytest.mark.parametrize("pending", [pax([("uid", "7")]), long(b"L", LONG), long(b"K", LONG)], ids=["x", "L", "K"])
def test_an_extended_header_without_a_member_is_a_cut(pending: bytes, end: bytes) -> None:
    with pytest.raises(ArchiveError, match="no member after it"):
        table_of(AFTER + pending + end)


# Limits


def test_sixteen_extended_headers_may_stand_before_a_member() -> None:
    assert only(pax([]) * 16, header(b"a", b"0", 0)).name == b"a"


@pytest.mark.parametrize("one", [pax([]), long(b"L", LONG), long(b"K", LONG)], ids=["x", "L", "K"])
def test_seventeen_are_too_many(one: bytes) -> None:
    with pytest.raises(LimitError, match="more than 16"):
        table_of(one * 17 + AFTER + END)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_an_extended_header_over_1_mib_is_refused_before_it_is_read(kind: bytes) -> None:
    with pytest.raises(LimitError, match="1 MiB") as caught:
        table_of(AFTER + header(b"", kind, MAX_RECORD + 1) + END)
    assert caught.value.offset == BLOCK


def test_an_extended_header_of_1_mib_is_read() -> None:
    value = b"c" * (MAX_RECORD - len(b"1048576 comment=\n"))
    payload = pax_record("comment", value)
    assert len(payload) == MAX_RECORD
    assert only(pax(payload), header(b"a", b"0", 0)).name == b"a"


def test_a_name_may_have_64_kib() -> None:
    assert only(long(b"L", b"n" * MAX_NAME), header(b"a", b"0", 0)).name == b"n" * MAX_NAME
    with pytest.raises(LimitError, match="64 KiB"):
        table_of(long(b"L", b"n" * (MAX_NAME + 1)) + AFTER + END)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_the_payload_of_an_extended_header_may_be_cut_in_its_padding_only(kind: bytes) -> None:
    payload = pax_record("comment", "c" * 700) if kind in b"xg" else b"n" * 700 + b"\0"
    whole = header(b"", kind, len(payload)) + pad(payload)
    with pytest.raises(ArchiveError, match="an extended header claims"):
        table_of(AFTER + whole[: BLOCK + len(payload) - 1])
    with pytest.raises(ArchiveError, match="negative size"):
        table_of(AFTER + patched(header(b"", kind, 0), (124, b"\xff" * 12)) + END)


# Sparse files

FORMATS = pytest.mark.parametrize("write", SPARSE_FORMATS.values(), ids=SPARSE_FORMATS)
Write = Callable[[bytes, Segments, int, int], bytes]


@FORMATS
@pytest.mark.parametrize(
    ("segments", "size"),
    [
        pytest.param([(0, 10)], 10, id="no hole"),
        pytest.param([(512, 1000), (4096, 24)], 10_000, id="holes all over"),
        pytest.param([(100, 1), (101, 1)], 102, id="segments that touch"),
        pytest.param([(0, 5), (99, 0)], 99, id="an empty one at the end"),
        pytest.param([(60 << 30, 7)], (60 << 30) + 7, id="sixty GiB"),
        pytest.param([(2 * at, 1) for at in range(1, 5)], 10, id="4 segments"),
        pytest.param([(2 * at, 1) for at in range(1, 6)], 12, id="5 segments"),
        pytest.param([(2 * at, 1) for at in range(1, 26)], 60, id="25 segments"),
        pytest.param([(2 * at, 1) for at in range(1, 301)], 700, id="300 segments"),
    ],
)
def test_all_sparse_formats_tell_the_same(write: Write, segments: Segments, size: int) -> None:
    stored = sum(length for _, length in segments)
    archive = write(b"sparse", segments, size, stored) + AFTER + END
    member = only(archive[: -len(AFTER + END)])
    assert (member.name, member.size, member.stored) == (b"sparse", size, stored)
    assert member.sparse == SparseMap(tuple(segment for segment in segments if segment[1]))
    assert member.body == len(archive) - len(AFTER + END) - len(pad(bytes(stored)))
    assert members(from_stream(archive, 700)[0]) == members(from_blob(archive)[0])


@pytest.mark.parametrize("write", [w for name, w in SPARSE_FORMATS.items() if name not in ("pax 0.0", "pax 0.1")])
def test_a_sparse_file_may_be_one_hole(write: Write) -> None:
    member = only(write(b"sparse", [], 1000, 0))
    assert (member.size, member.stored, member.sparse) == (1000, 0, SparseMap(()))


@FORMATS
@pytest.mark.parametrize(
    ("segments", "size", "stored"),
    [
        pytest.param([(20, 5), (10, 5)], 100, 10, id="out of order"),
        pytest.param([(10, 5), (14, 5)], 100, 10, id="overlapping"),
        pytest.param([(10, 5)], 14, 5, id="beyond the end"),
        pytest.param([(10, 5)], 100, 4, id="more bytes than are stored"),
        pytest.param([(10, 5)], 100, 6, id="fewer bytes than are stored"),
    ],
)
def test_a_sparse_map_must_be_in_order_inside_the_file_and_complete(
    write: Write, segments: Segments, size: int, stored: int
) -> None:
    with pytest.raises(ArchiveError, match="the map of a sparse file") as caught:
        table_of(header(b"first", b"0", 0) + write(b"sparse", segments, size, stored) + AFTER + END)
    assert caught.value.offset is not None


def _map_record(value: str, count: str | None = "1", **more: str) -> bytes:
    records = {"GNU.sparse.size": "100", "GNU.sparse.map": value, **more}
    if count is not None:
        records["GNU.sparse.numblocks"] = count
    return pax(records.items()) + header(b"a", b"0", 5) + pad(b"12345")


def _old(*changes: tuple[int, bytes]) -> bytes:
    return patched(old_gnu_sparse(b"a", [(10, 5)], 100, 5)[:BLOCK], *changes) + pad(b"12345")


NEGATIVE = b"\xff" * 11 + b"\xfb"  # -5
MALFORMED_MAPS = {
    "record: odd number of parts": _map_record("10"),
    "record: more parts than stated": _map_record("1,1,10,4"),
    "record: fewer parts than stated": _map_record("10,5", "2"),
    "record: count missing": _map_record("10,5", None),
    "record: count negative": _map_record("10,5", "-1"),
    "record: count is no number": _map_record("10,5", "one"),
    "record: map missing": pax([("GNU.sparse.major", "0"), ("GNU.sparse.minor", "1"), ("GNU.sparse.size", "5")])
    + header(b"a", b"0", 5)
    + pad(b"12345"),
    "record: count and map missing": pax([("GNU.sparse.major", "0"), ("GNU.sparse.minor", "0")])
    + header(b"a", b"0", 0),
    "record: part is no number": _map_record("10,x"),
    "record: part is empty": _map_record("10,"),
    "record: part is negative": _map_record("-1,5"),
    "record: length is negative": _map_record("10,-5"),
    "record: part is beyond 64 bits": _map_record("9223372036854775808,5"),
    "record: end is beyond 64 bits": _map_record("9223372036854775807,5"),
    "record: size negative": pax(
        [("GNU.sparse.size", "-5"), ("GNU.sparse.numblocks", "0"), ("GNU.sparse.major", "0"), ("GNU.sparse.minor", "0")]
    )
    + AFTER,
    "record: size is no number": _map_record("10,5", **{"GNU.sparse.size": "big"}),
    "record: on a directory": _map_record("10,5").replace(header(b"a", b"0", 5), header(b"a", b"5", 5)),
    "body: no line": sparse_10_of(b"a", pad(b"1"), 100),
    "body: empty": sparse_10_of(b"a", b"", 100),
    "body: count is no number": sparse_10_of(b"a", pad(b"one\n10\n5\n"), 100, 5),
    "body: count is empty": sparse_10_of(b"a", pad(b"\n10\n5\n"), 100, 5),
    "body: count negative": sparse_10_of(b"a", pad(b"-1\n10\n5\n"), 100, 5),
    "body: count too large": sparse_10_of(b"a", pad(b"2\n10\n5\n"), 100, 5),
    "body: count enormous": sparse_10_of(b"a", pad(b"9223372036854775807\n10\n5\n"), 100, 5),
    "body: part is no number": sparse_10_of(b"a", pad(b"1\n10\nfive\n"), 100, 5),
    "body: ends before its map": sparse_10_of(b"a", b"1\n10\n5\n", 100),
    "body: a mebibyte without a line's end": sparse_10_of(b"a", b"1" * (3 << 20), 100),
    "body: size negative": sparse_10_of(b"a", pad(b"0\n"), -5),
    "body: on a directory": sparse_10_of(b"a", pad(b"0\n"), 5).replace(
        header(b"GNUSparseFile.0/file", b"0", BLOCK), header(b"GNUSparseFile.0/file", b"5", BLOCK)
    ),
    "header: without GNU's magic": _old((257, b"ustar\x0000")),
    "header: offset is no number": _old((386, b"0000000000x\0")),
    "header: length is no number": _old((398, b"0000000000x\0")),
    "header: offset negative": _old((386, NEGATIVE)),
    "header: length negative": _old((398, NEGATIVE)),
    "header: size is no number": _old((483, b"0000000000x\0")),
    "header: size negative": patched(old_gnu_sparse(b"a", [], 0, 0), (483, NEGATIVE)),
    "header: extensions without end": _old((482, b"\1"))[:BLOCK] + (bytes(504) + b"\1" + bytes(7)) * 3000,
}


@pytest.mark.parametrize("blocks", MALFORMED_MAPS.values(), ids=MALFORMED_MAPS)
def test_a_malformed_sparse_file_ends_the_scan_at_its_header(blocks: bytes) -> None:
    archive = header(b"first", b"0", 0) + blocks + AFTER + END
    for table, error in (from_blob(archive), from_stream(archive, 1000)):
        assert isinstance(error, ArchiveError)
        assert error.offset in (BLOCK, 3 * BLOCK)
        assert [member.name for member in members(table)] == [b"first"]


@pytest.mark.parametrize("name", ["body: a mebibyte without a line's end", "header: extensions without end"])
def test_a_sparse_map_over_1_mib_is_not_read_on(name: str) -> None:
    with pytest.raises(ArchiveError, match="longer than 1 MiB"):
        table_of(MALFORMED_MAPS[name])


def test_an_old_sparse_map_may_have_2047_blocks_more() -> None:
    def blocks(count: int) -> bytes:
        return b"".join(bytes(504) + bytes((at < count,)) + bytes(7) for at in range(1, count + 1))

    first = patched(old_gnu_sparse(b"a", [], 0, 0), (482, b"\1"))
    assert only(first, blocks(2047)).sparse == SparseMap(())
    with pytest.raises(ArchiveError, match="longer than 1 MiB"):
        table_of(first + blocks(2048) + END)


@pytest.mark.parametrize("kept", range(0, 5 * BLOCK, 100))
def test_a_sparse_map_that_is_cut_short_is_told_of(kept: int) -> None:
    segments = [(2 * at, 1) for at in range(1, 80)]
    archive = old_gnu_sparse(b"a", segments, 200, len(segments))[:kept]
    table, error = from_blob(archive)
    assert not len(table)
    assert (isinstance(error, ArchiveError) and "cut short" in error.what) == bool(kept)


@pytest.mark.parametrize(
    ("records", "size"),
    [
        pytest.param([("GNU.sparse.major", "2"), ("GNU.sparse.minor", "0")], 5, id="another version"),
        pytest.param([("GNU.sparse.size", "100")], 5, id="a size and nothing else"),
        pytest.param([("GNU.sparse.name", "other")], 5, id="a name and nothing else"),
    ],
)
def test_sparse_records_that_make_no_sparse_file_say_nothing(records: list[tuple[str, str]], size: int) -> None:
    member = only(pax(records), header(b"a", b"0", 5), pad(b"12345"))
    assert (member.name, member.size, member.sparse) == (b"a", size, None)


def test_pax_records_of_sparse_files_do_not_concern_type_s() -> None:
    member = only(pax([("GNU.sparse.map", "1"), ("GNU.sparse.size", "7")]), old_gnu_sparse(b"a", [(10, 5)], 100, 5))
    assert (member.size, member.sparse) == (100, SparseMap(((10, 5),)))


@FORMATS
def test_the_name_in_a_sparse_header_wins_over_gnus(write: Write) -> None:
    """``GNU.sparse.name`` is read last of all, as in Go."""
    expected = b"sparse" if write in (SPARSE_FORMATS["pax 0.1"], SPARSE_FORMATS["pax 1.0"]) else LONG
    assert only(long(b"L", LONG), write(b"sparse", [(10, 5)], 100, 5)).name == expected
