"""Tables: what gives way where the width is short, and what never does."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.cells import cells, shortened
from imgscope.escaping import printable
from imgscope.report.printer import Column, Look, Printer, fitting

COLUMNS = (Column("N", right=True), Column("PATH", flexible=True, keep_end=True), Column("WHY", flexible=True))
ROWS = [("1", "usr/lib/python3/dist-packages/x.py", "RUN " + "x" * 200), ("1000", "a", "b")]


def printed(look: Look) -> list[str]:
    stream = io.StringIO()
    Printer(stream, look).table(COLUMNS, ROWS)
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()


def test_plain_columns_line_up() -> None:
    lines = printed(Look())

    assert lines[0].startswith("   N  PATH")
    assert lines[2] == "1000  a                                   b"
    assert lines[1].endswith("  RUN " + "x" * 200)
    assert "usr/lib/python3/dist-packages/x.py" in lines[1]


def test_a_pipe_gets_whole_what_a_person_wrote_and_the_next_column_stands_where_it_does() -> None:
    columns = [Column("MADE BY", flexible=True), Column("SIZE", right=True)]
    stream = io.StringIO()
    Printer(stream, Look()).table(columns, [("RUN " + "x" * 200, "1B"), ("COPY a", "2B"), ("y" * 10_000, "3B")])
    title, long, short, endless = stream.getvalue().splitlines()

    assert long == "RUN " + "x" * 200 + "    1B"
    assert title.index("SIZE") + 2 == short.index("2B") == 104
    assert endless == "y" * 999 + "…    3B"


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_what_is_wrapped_goes_on_below_itself_and_loses_nothing(width: int) -> None:
    sentence = "a later layer copied it to change only mode, owner or time"
    columns = [Column("CAUSE"), Column("FILES", right=True), Column("WHY", flexible=True, wrap=True)]
    stream = Terminal()
    Printer(stream, Look(rich=True, width=width)).table(columns, [("metadata_only", "1", sentence), ("x", "2", "y")])
    lines = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()

    at = lines[0].index("WHY")
    assert max(map(cells, lines)) <= width
    assert " ".join(line[at:] for line in lines[1:-1]) == sentence
    assert all(not line[:at].strip() for line in lines[2:-1])
    assert lines[-1] == "x                  2  y"


def test_a_last_column_that_has_no_room_stands_below_each_row() -> None:
    stream = Terminal()
    columns = (Column("N", right=True), Column("A LONG TITLE"), *COLUMNS[1:])
    rows = [("1", "z" * 12, "usr/lib/x", "RUN " + "y" * 40), ("20", "a", "b", "")]
    Printer(stream, Look(rich=True, width=36)).table(columns, rows, indent=2)

    assert re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines() == [
        "   N  A LONG TITLE  PATH",
        "    WHY",
        "   1  zzzzzzzzzzzz  usr/lib/x",
        "    RUN " + "y" * 27 + "…",
        "  20  a             b",
    ]


def test_nothing_is_cut_where_nothing_may_be() -> None:
    for look in (Look(truncate=False), Look(rich=True, truncate=False, width=40)):
        assert "x" * 200 in "".join(printed(look))


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_table_is_never_wider_than_the_terminal(width: int) -> None:
    lines = printed(Look(rich=True, width=width))

    assert max(cells(line.rstrip()) for line in lines) <= width
    assert "1000" in lines[2]
    assert "x.py" in lines[1]


def test_ascii_only() -> None:
    assert all(line.isascii() for line in printed(Look(unicode=False)))


@given(st.text().map(printable), st.integers(4, 40), st.booleans())
def test_shortened_text_fits(text: str, width: int, keep_end: bool) -> None:
    short = shortened(text, width, keep_end=keep_end)

    assert cells(short) <= width
    assert short == text or "…" in short


def test_small_flexible_columns_keep_what_they_need() -> None:
    assert fitting(COLUMNS, [("1", "short", "y" * 100)], 60) == [1, 5, 50]
    assert fitting(COLUMNS, [("1", "p" * 100, "y" * 100)], 65) == [1, 40, 20]


class Terminal(io.StringIO):
    """What says that somebody reads it."""

    def isatty(self) -> bool:
        return True


def said(look: Look, text: str, stream: io.StringIO | None = None, **how: str) -> list[str]:
    stream = stream or Terminal()
    Printer(stream, look).line(text, **how)
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()


SENTENCE = "    Fix: End the RUN with apt-get clean; or use RUN --mount=type=cache,target=/var/cache/apt."


def test_a_terminal_gets_lines_broken_between_words() -> None:
    assert said(Look(rich=True, width=48), SENTENCE) == [
        "    Fix: End the RUN with apt-get clean; or use",
        "    RUN",
        "    --mount=type=cache,target=/var/cache/apt.",
    ]
    assert said(Look(rich=True, width=48), SENTENCE, hang=" " * 9)[1] == "         RUN"


def test_a_pipe_gets_lines_as_they_are() -> None:
    for look in (Look(width=40), Look(rich=True, color=True, width=40)):
        assert said(look, SENTENCE, io.StringIO()) == [SENTENCE]


def test_pieces_that_do_not_fit_stand_on_lines_of_their_own() -> None:
    for width, expected in ((80, "a b  c d  e f"), (11, "a b  c d\n  e f"), (6, "a b\n  c d\n  e f")):
        stream = Terminal()
        Printer(stream, Look(rich=True, width=width)).pieces(["a b", "  c d", "  e f"], hang="  ")

        assert re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()) == expected + "\n"


def test_no_line_is_no_line_longer() -> None:
    assert said(Look(rich=True, width=40), "") == [""]
