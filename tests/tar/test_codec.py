"""Tables as bytes and back: none is changed, and nothing damaged is taken for one."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_128_digest

from imgscope.tar import codec
from imgscope.tar.codec import dump, load
from imgscope.tar.table import PRINT, MemberTable, Notice, SparseMap
from tests.build import d, f, h, layer, s
from tests.conftest import table_of
from tests.tar.making import Records, pax

_I64 = st.integers(-(1 << 63), (1 << 63) - 1)
_U64 = st.integers(0, (1 << 64) - 1)
_U32 = st.integers(0, (1 << 32) - 1)
_NAME = st.binary(max_size=12)
_TEXT = st.text(st.characters(), max_size=9)


@st.composite
def tables(draw: st.DrawFn) -> MemberTable:
    """Any table whose columns are as long as each other, sensible or not."""
    rows = draw(st.integers(0, 6))
    directories = draw(st.lists(_NAME, min_size=1 if rows else 0, max_size=4, unique=True))

    permissions = draw(st.integers(1 if rows else 0, 3))

    def column(kind: str, values: st.SearchStrategy[int], count: int = rows) -> array[int]:
        return array(kind, draw(st.lists(values, min_size=count, max_size=count)))

    def some(values: st.SearchStrategy[codec.T]) -> dict[int, codec.T]:
        chosen = [row for row in range(rows) if draw(st.booleans())]
        return {row: draw(values) for row in chosen}

    return MemberTable(
        directories=directories,
        directory=column("I", st.integers(0, max(len(directories) - 1, 0))),
        base=draw(st.lists(_NAME, min_size=rows, max_size=rows)),
        type=bytearray(draw(st.binary(min_size=rows, max_size=rows))),
        permission=column("I", st.integers(0, max(permissions - 1, 0))),
        mode=column("I", _U32, permissions),
        uid=column("q", _I64, permissions),
        gid=column("q", _I64, permissions),
        size=column("Q", _U64),
        mtime=column("q", _I64),
        body=column("Q", _U64),
        link=some(_NAME),
        device=some(st.tuples(_I64, _I64)),
        sparse=some(st.lists(st.tuples(_U64, _U64), max_size=3).map(lambda parts: SparseMap(tuple(parts)))),
        xattrs=some(st.lists(_NAME, max_size=3).map(tuple)),
        prints=bytearray(draw(st.sampled_from([0, 1])) * draw(st.binary(min_size=PRINT * rows, max_size=PRINT * rows))),
        kept=some(_NAME),
        tar_bytes=draw(_U64),
        end=draw(_U64),
        notices=draw(st.lists(st.builds(Notice, _TEXT, _TEXT, _U64), max_size=2)),
    )


LAYER = layer(d("a"), f("a/b", b"12"), h("a/c", "a/b"), s("d", "a"), f("e", pax={"SCHILY.xattr.user.x": b"1"}))
TABLE = table_of(LAYER)


def resealed(data: bytes, at: int, byte: int) -> bytes:
    """Bytes with one of the payload's changed, and a checksum that fits."""
    start = len(codec._MAGIC) + codec._SUM
    payload = bytearray(data[start:])
    payload[at] = byte
    return data[: len(codec._MAGIC)] + xxh3_128_digest(bytes(payload)) + bytes(payload)


@given(tables())
def test_any_table_comes_back_as_it_was(table: MemberTable) -> None:
    assert load(dump(table)) == table


def test_a_scanned_table_comes_back_as_it_was() -> None:
    assert TABLE.link
    assert TABLE.xattrs
    assert load(dump(TABLE)) == TABLE


def test_names_may_hold_any_byte() -> None:
    records: Records = [("GNU.sparse.name", b"a\0/b\0"), ("GNU.sparse.size", "0"), ("GNU.sparse.numblocks", "1")]
    table = table_of(pax([*records, ("GNU.sparse.map", "0,0")]) + layer(f("x")))

    assert table.name(0) == b"a\0/b\0"
    assert load(dump(table)) == table


def test_numbers_are_written_alike_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    as_stored = load(dump(TABLE))
    for name in codec._COLUMNS:
        getattr(as_stored, name).byteswap()  # as they lie in memory on a machine of the other kind
    there = [codec._little(getattr(TABLE, name)) for name in codec._COLUMNS]
    monkeypatch.setattr(codec, "_SWAPPED", not codec._SWAPPED)

    assert [codec._little(getattr(as_stored, name)) for name in codec._COLUMNS] == there
    assert load(dump(TABLE)) == TABLE


@given(st.data())
def test_no_flipped_bit_goes_unnoticed(data: st.DataObject) -> None:
    whole = bytearray(dump(TABLE))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(ValueError, match="damaged"):
        load(bytes(whole))


def test_no_missing_or_added_byte_goes_unnoticed() -> None:
    whole = dump(TABLE)

    for size in range(len(whole)):
        with pytest.raises(ValueError, match="damaged"):
            load(whole[:size])
    with pytest.raises(ValueError, match="damaged"):
        load(whole + b"\0")


def test_what_fits_its_checksum_is_still_looked_at() -> None:
    whole = dump(TABLE)
    refused = 0
    for at in range(len(whole) - len(codec._MAGIC) - codec._SUM):
        for byte in (0, 1, 0x7F, 0xFF):
            try:
                table = load(resealed(whole, at, byte))
            except ValueError:
                refused += 1
                continue
            assert len({len(getattr(table, name)) for name in (*codec._COLUMNS, "base", "type")}) == 1
            assert [table.member(row).name for row in range(len(table))]
    assert refused > 200


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda table: table.directory.__setitem__(0, 9), "a directory or permission that is not there"),
        (lambda table: table.prints.extend(bytes(PRINT)), "fingerprints of other rows"),
        (lambda table: table.link.update({99: b"x"}), "rows out of order"),
        (lambda table: table.device.update({2: (0, 0), 1: (0, 0)}), "rows out of order"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(spoil: Callable[[MemberTable], None], complaint: str) -> None:
    table = load(dump(TABLE))
    spoil(table)

    with pytest.raises(ValueError, match=complaint):
        load(dump(table))


def test_counts_beyond_all_memory_cost_none() -> None:
    whole = dump(TABLE)
    for number in range(8):
        for byte in range(8):
            with pytest.raises(ValueError, match=r"claimed|rows|directory"):
                load(resealed(whole, 8 * number + byte, 0xFE))
