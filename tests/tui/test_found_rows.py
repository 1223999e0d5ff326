"""What was found in contents as rows: where, in which layer, whether that is seen, and the line; whatever it holds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.analysis.contents import Match
from imgscope.analysis.search import Hit
from imgscope.analysis.versions import Version
from imgscope.cells import cells
from imgscope.escaping import printable
from imgscope.filesystem.life import Fate
from imgscope.filesystem.model import Cause
from imgscope.filesystem.rootfs import FILE
from imgscope.tui.found_rows import Found, FoundRows
from imgscope.tui.look import Look
from tests.build import f
from tests.tui.making import HOSTILE, inspection_of

INSPECTION = inspection_of([f("a", "1")], [f("b", "1")])
IMAGE, FS = INSPECTION.opened.image, INSPECTION.filesystem
BYTES = st.one_of(st.binary(max_size=160), st.just(b"\x1b[31m[bold]\r"), st.just("日本語".encode() * 40))
MATCHES = st.builds(
    Match, st.integers(0, 1 << 40), st.just(1), st.none() | st.integers(1, 1 << 30), BYTES, BYTES, BYTES
)


def hit(path: bytes = b"etc/conf", layer: int | None = 0, hidden: Fate | None = None) -> Hit:
    return Hit(path, Version(1, FILE, 0, 0, layer, hidden))


FATES = st.none() | st.builds(Fate, st.sampled_from(Cause), st.just(1))
FOUND = st.tuples(
    st.builds(hit, HOSTILE, st.sampled_from([None, 0, 1]), FATES), st.lists(MATCHES, min_size=1, max_size=2).map(tuple)
)


def rows_of(found: list[Found], look: Look | None = None) -> FoundRows:
    rows = FoundRows("to.ken", IMAGE, FS, look or Look())
    rows.add(found)
    return rows


def text_of(rows: FoundRows, position: int, width: int = 80) -> str:
    return "".join(text for text, _ in rows.row(position, width)).rstrip()


@settings(max_examples=80, deadline=None)
@given(st.lists(FOUND, max_size=4), st.booleans(), st.integers(24, 160))
def test_every_match_is_a_row_that_fits_and_can_be_shown(found: list[Found], ascii_: bool, width: int) -> None:
    rows = rows_of(found, Look(ascii_))

    assert [rows.at(at) for at in range(len(rows))] == [(hit, match) for hit, matches in found for match in matches]
    for position in range(len(rows)):
        row = rows.row(position, width)
        assert cells("".join(text for text, _ in row)) <= width
        assert all(printable(text) == text for text, _ in row)
        assert all(printable(text) == text for line in rows.details(position) for text, _ in line)


def test_a_row_is_the_layer_the_state_the_place_and_the_line() -> None:
    gone = Fate(Cause.DELETED, 1)
    text, binary = Match(30, 6, 3, b"to ken", b"  my ", b" is x"), Match(30, 6, None, b"to ken", b"\0\1", b"\0")
    rows = rows_of([(hit(), (text,)), (hit(b"bin/x", 1, gone), (binary,))])

    assert text_of(rows, 0) == "     0  live    /etc/conf:3  my to ken is x"
    assert text_of(rows, 1) == "     1  hidden  /bin/x @30  to ken"
    title = "".join(text for text, _ in rows.titles(80))
    assert [title.index(word) for word in ("State", "Path")] == [8, 16]


def test_details_are_the_place_the_line_the_fate_and_the_instruction() -> None:
    match = Match(1030, 6, 3, b"to ken", b"  my ", b" is x\r")
    rows = rows_of([(hit(hidden=Fate(Cause.DELETED, 1)), (match,))])

    told = ["".join(text for text, _ in line) for line in rows.details(0)]
    assert told == [
        "/etc/conf",
        "line 3, byte 1,030",
        "",
        "  my to ken is x",
        "",
        "deleted by layer 1",
        "layer 0  RUN step 0",
    ]


def test_the_title_counts() -> None:
    rows = rows_of([])
    assert rows.title() == "to.ken: 0 matches in 0 files"
    rows.add([(hit(), (Match(0, 1, 1, b"a", b"", b""), Match(2, 1, 1, b"a", b"", b"")))])
    assert rows.title() == "to.ken: 2 matches in 1 file"
