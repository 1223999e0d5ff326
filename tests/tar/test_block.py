"""One header block: its numbers, its checksum, the directory part of its name."""

from __future__ import annotations

import pytest

from imgscope.errors import ArchiveError
from imgscope.tar.block import expected_sum, number, octal, padded, text, ustar_prefix
from tests.build import BLOCK, header
from tests.conftest import table_of
from tests.tar.making import END, GNU, V7, patched

INT64 = 1 << 63


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param(b"0000644\0", 0o644, id="octal up to NUL"),
        pytest.param(b"0000644 ", 0o644, id="octal up to a space"),
        pytest.param(b"00000644", 0o644, id="octal to the last byte"),
        pytest.param(b"777777777777", 0o777777777777, id="twelve digits: 64 GiB"),
        pytest.param(b"   644 \0", 0o644, id="spaces before and behind"),
        pytest.param(b"\0\0\x00644 \0", 0o644, id="NULs before"),
        pytest.param(b"644\0junk", 0o644, id="nothing behind a NUL counts"),
        pytest.param(b"\0" * 8, 0, id="NULs only"),
        pytest.param(b" " * 8, 0, id="spaces only"),
        pytest.param(b"\x80" + bytes(3) + b"\x02\0\0\0\0\0\0\0", 1 << 57, id="base-256"),
        pytest.param(b"\x80" + bytes(6) + b"\x2a", 42, id="base-256 in eight bytes"),
        pytest.param(b"\xff" * 12, -1, id="base-256, negative"),
        pytest.param(b"\xff" * 7 + b"\xf0", -16, id="base-256, negative in eight bytes"),
        pytest.param(b"\x80\0\0\0" + (INT64 - 1).to_bytes(8, "big"), INT64 - 1, id="the largest"),
        pytest.param(b"\xff\xff\xff\xff" + INT64.to_bytes(8, "big"), -INT64, id="the smallest"),
    ],
)
def test_a_number_is_octal_or_base_256(field: bytes, value: int) -> None:
    assert number(field) == value


@pytest.mark.parametrize(
    "field",
    [
        *(b"0o17", b"0x1f", b"1_0", b"+7", b"-1", b"8", b"0000089\0", b"12 34\0", b"7.5", b"junk"),
        pytest.param(b"\x80\0\0\0" + INT64.to_bytes(8, "big"), id="one more than the largest"),
        pytest.param(b"\xff\xff\xff\xff" + (INT64 - 1).to_bytes(8, "big"), id="one less than the smallest"),
        pytest.param(b"\xbf" + b"\xff" * 11, id="95 bits"),
    ],
)
def test_what_go_refuses_is_no_number(field: bytes) -> None:
    with pytest.raises(ArchiveError, match="number in a tar header"):
        number(field)


@pytest.mark.parametrize("field", [b"\x80" + bytes(6) + b"\x2a", b"\xff" * 8])
def test_a_checksum_is_octal_only(field: bytes) -> None:
    with pytest.raises(ArchiveError):
        octal(field)


@pytest.mark.parametrize(("offset", "width"), [(100, 8), (108, 8), (116, 8), (124, 12), (136, 12)])
@pytest.mark.parametrize("garbage", [b"0o17", b"1_0", b"+7", b"-1"])
@pytest.mark.parametrize("kind", [b"0", b"5", b"6", b"x"])
def test_a_bad_number_in_any_field_ends_the_scan(offset: int, width: int, garbage: bytes, kind: bytes) -> None:
    block = patched(header(b"a", kind, 0), (offset, garbage.ljust(width, b"\0")))
    with pytest.raises(ArchiveError, match="bad number") as caught:
        table_of(header(b"first", b"0", 0) + block + END)
    assert caught.value.offset == BLOCK


USTAR, ODD = b"ustar\x0000", b"ustar \0\0"


@pytest.mark.parametrize("offset", [329, 337])
@pytest.mark.parametrize("magic", [USTAR, GNU, b"ustar\0 \0"], ids=["ustar", "GNU", "odd version"])
@pytest.mark.parametrize("kind", [b"0", b"5", b"3", b"x"])
def test_a_bad_device_number_ends_the_scan_whatever_has_it(offset: int, magic: bytes, kind: bytes) -> None:
    sound = patched(header(b"a", b"0", 0, magic=magic), (offset, b" 7 \0\0\0\0\0"))
    bad = patched(header(b"a", kind, 0, magic=magic), (offset, b"one\0"))
    assert len(table_of(sound * 3 + END)) == 3
    with pytest.raises(ArchiveError, match="bad number") as caught:
        table_of(sound + bad + END)
    assert caught.value.offset == BLOCK


@pytest.mark.parametrize("magic", [V7, ODD])
def test_version_7_may_have_anything_where_others_have_device_numbers(magic: bytes) -> None:
    junk = (329, b"anything at all!")
    old, new = (patched(header(b"a", b"0", 0, magic=each), junk) for each in (magic, USTAR))
    assert len(table_of(old * 3 + END)) == 3
    with pytest.raises(ArchiveError, match="bad number"):
        table_of(old + new + END)


@pytest.mark.parametrize("offset", [476, 488])
@pytest.mark.parametrize("kind", [b"0", b"5", b"6", b"x"])
def test_only_in_blocks_of_star_must_all_times_be_sound(offset: int, kind: bytes) -> None:
    block = patched(header(b"a", kind, 0), (offset, b"no time"))
    if kind != b"x":
        assert len(table_of(block + END)) == 1
        assert len(table_of(patched(header(b"a", kind, 0), *STAR) + END)) == 1
    with pytest.raises(ArchiveError, match="bad number"):
        table_of(patched(block, (508, b"tar\0")) + END)


def test_many_kinds_of_device_numbers_are_read() -> None:
    numbers = range(20_000)
    blocks = [patched(header(b"a", b"0", 0), (329, b"%07o\0" % number)) for number in numbers]
    assert len(table_of(b"".join(blocks) + END)) == len(numbers)


@pytest.mark.parametrize(("size", "blocks"), [(0, 0), (1, 1), (511, 1), (512, 1), (513, 2)])
def test_bodies_fill_whole_blocks(size: int, blocks: int) -> None:
    assert padded(size) == blocks * BLOCK


@pytest.mark.parametrize(("field", "expected"), [(b"a\0b\0", b"a"), (b"ab", b"ab"), (b"\0a", b""), (b"", b"")])
def test_text_ends_at_the_first_nul(field: bytes, expected: bytes) -> None:
    assert text(field) == expected


def _signed(block: bytes) -> bytes:
    """The block with the checksum of those who took bytes as signed."""
    blank = block[:148] + b" " * 8 + block[156:]
    total = sum(byte - 256 if byte > 127 else byte for byte in blank)
    return block[:148] + b"%06o\0 " % total + block[156:]


def _with_sum(block: bytes, field: bytes) -> bytes:
    return block[:148] + field + block[156:]


NOT_ASCII = header("\u00e4\u00f6\u00fc".encode() * 5, b"0", 0)
SUM = sum(NOT_ASCII[:148] + b" " * 8 + NOT_ASCII[156:])


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(NOT_ASCII, id="bytes as unsigned"),
        pytest.param(_signed(NOT_ASCII), id="bytes as signed"),
        pytest.param(_with_sum(NOT_ASCII, b"%07o\0" % SUM), id="seven digits"),
        pytest.param(_with_sum(NOT_ASCII, b"%8o" % SUM), id="spaces before"),
        pytest.param(_with_sum(NOT_ASCII, (b"%o" % SUM).ljust(8, b"\0")), id="NULs behind"),
    ],
)
def test_a_sound_checksum_may_be_written_in_several_ways(block: bytes) -> None:
    assert table_of(block + END).name(0) == "\u00e4\u00f6\u00fc".encode() * 5


@pytest.mark.parametrize(
    "field",
    [b"%06o\0 " % (SUM + 1), b"\0" * 8, b" " * 8, b"nonsense", b"\x80" + SUM.to_bytes(7, "big")],
    ids=["off by one", "NULs", "spaces", "letters", "base-256"],
)
def test_a_wrong_checksum_ends_the_scan_at_its_header(field: bytes) -> None:
    with pytest.raises(ArchiveError) as caught:
        table_of(header(b"first", b"0", 0) + _with_sum(NOT_ASCII, field) + END)
    assert caught.value.offset == BLOCK


def test_the_expected_sum_counts_the_checksum_field_as_it_stands() -> None:
    assert expected_sum(NOT_ASCII[148:156]) == sum(NOT_ASCII)


PREFIX = b"p" * 131 + b"q" * 24
STAR = ((476, b"14000000000\x0014000000000\0"), (508, b"tar\0"))


@pytest.mark.parametrize("magic", [GNU, V7, ODD])
def test_what_is_a_prefix_in_one_block_is_none_in_the_next(magic: bytes) -> None:
    blocks = [header(b"name", b"0", 0, prefix=b"some", magic=each) for each in (USTAR, magic, USTAR, USTAR)]
    blocks.append(header(b"name", b"0", 0, prefix=b"other"))
    table = table_of(b"".join(blocks) + END)
    odd = b"some/name" if magic == GNU else b"name"  # as Go 1.7 wrote it: no time stands there
    names = [table.name(row) for row in range(len(table))]
    assert names == [b"some/name", odd, b"some/name", b"some/name", b"other/name"]


GO_17 = patched(header(b"name", b"0", 0, magic=GNU), (345, b"a/directory/of/go/before/1.8"))


@pytest.mark.parametrize(
    ("block", "prefix"),
    [
        pytest.param(header(b"name", b"0", 0), b"", id="none"),
        pytest.param(header(b"name", b"0", 0, prefix=b"some/where"), b"some/where", id="ustar"),
        pytest.param(header(b"name", b"0", 0, prefix=PREFIX), PREFIX, id="ustar, all 155 bytes"),
        pytest.param(header(b"name", b"0", 0, prefix=b"some", magic=b"ustar\0 \0"), b"some", id="ustar, odd version"),
        pytest.param(patched(header(b"name", b"0", 0, prefix=PREFIX[:131]), *STAR), b"p" * 131, id="star"),
        pytest.param(header(b"name", b"0", 0, prefix=b"some", magic=V7), b"", id="version 7 has none"),
        pytest.param(
            patched(header(b"name", b"0", 0, magic=GNU), (345, b"14000000000\x0014000000000\0")),
            b"",
            id="GNU has times there",
        ),
        pytest.param(GO_17, b"a/directory/of/go/before/1.8", id="GNU as Go 1.7 wrote it"),
        pytest.param(
            patched(header(b"name", b"0", 0, magic=GNU), (345, "\u00e4/directory".encode())),
            b"",
            id="GNU, neither time nor ASCII",
        ),
        pytest.param(
            patched(header(b"name", b"0", 0, magic=GNU), (345, b"14000000000\0\0no time")),
            b"",
            id="GNU, the second time is unset",
        ),
    ],
)
def test_the_prefix_stands_where_the_magic_says(block: bytes, prefix: bytes) -> None:
    assert ustar_prefix(block) == prefix
    assert table_of(block + END).name(0) == (prefix + b"/name" if prefix else b"name")
