"""Widths are those of a terminal, and what is cut fits."""

from __future__ import annotations

from textwrap import TextWrapper

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imgscope.cells import cells, flowed, shortened, wrapped

TEXTS = st.one_of(st.text(max_size=30), st.text("a漢e\u0301👩 ", max_size=30))


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("漢字", 4), ("\uff46", 2), ("👩", 2), ("→▸", 2), ("ﾊ", 1)],
)
def test_a_text_takes_the_cells_that_a_terminal_gives_it(text: str, width: int) -> None:
    assert cells(text) == width


@given(TEXTS, st.integers(0, 40), st.booleans(), st.booleans())
@example("abcdef", 1, False, False)
@example("漢字", 3, True, True)
def test_what_is_shortened_fits_and_is_as_long_as_it_can_be(
    text: str, width: int, keep_end: bool, unicode: bool
) -> None:
    found = shortened(text, width, keep_end=keep_end, unicode=unicode)
    mark = "…" if unicode else "..."

    assert cells(found) <= width
    if cells(text) <= width:
        assert found == text
    elif width >= len(mark):
        kept = found.removeprefix(mark) if keep_end else found.removesuffix(mark)
        assert (text.endswith if keep_end else text.startswith)(kept)
        assert cells(found) >= width - 1  # a wide character may not fit


@pytest.mark.parametrize(
    ("width", "keep_end", "unicode", "found"),
    [
        (11, False, True, "usr/bin/env"),
        (6, False, True, "usr/b…"),
        (6, True, True, "…n/env"),
        (6, False, False, "usr..."),
        (6, True, False, "...env"),
        (1, False, True, "…"),
        (2, False, False, ".."),
        (0, False, True, ""),
        (-1, True, False, ""),
    ],
)
def test_the_end_or_the_beginning_is_kept(width: int, keep_end: bool, unicode: bool, found: str) -> None:
    assert shortened("usr/bin/env", width, keep_end=keep_end, unicode=unicode) == found


@given(TEXTS, TEXTS)
def test_widths_add_up(one: str, other: str) -> None:
    assert cells(one + other) == cells(one) + cells(other)


@given(st.text("ab -", max_size=60).map(str.strip), st.integers(8, 30), st.sampled_from(["", "  ", "# "]))
def test_a_text_is_broken_between_words_as_the_standard_library_breaks_it(text: str, width: int, hang: str) -> None:
    oracle = TextWrapper(width, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)

    assert wrapped(text, width, hang) == (oracle.wrap(text) or [""])


@given(st.lists(TEXTS), st.integers(0, 40))
def test_pieces_in_lines_are_all_there_and_wider_than_a_line_only_alone(pieces: list[str], width: int) -> None:
    lines = flowed(pieces, width)

    assert "".join(lines).replace(" ", "") == "".join(pieces).replace(" ", "")
    assert all(cells(line) <= width or any(line.strip(" ") == piece.strip(" ") for piece in pieces) for line in lines)
