"""Signs, bars and sizes: plain functions of what was chosen; ASCII is nothing but ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.cells import cells
from imgscope.filesystem.timeline import Mark
from imgscope.tui.look import MARKS, OPAQUE, Look
from imgscope.units import SizeStyle

WIDTHS = st.integers(1, 40)
BYTES = st.integers(0, 1 << 50)


@settings(max_examples=40, deadline=None)
@given(BYTES, BYTES, WIDTHS, st.booleans())
def test_a_bar_has_its_width_and_never_shows_something_as_nothing(
    part: int, whole: int, width: int, ascii_: bool
) -> None:
    bar = Look(ascii_).bar(part, whole, width)

    assert cells(bar) == len(bar) == width
    assert bool(bar.strip()) == bool(part)
    assert bar.isascii() or not ascii_


@settings(max_examples=40, deadline=None)
@given(BYTES, BYTES, BYTES, WIDTHS, st.booleans())
def test_more_is_never_a_shorter_bar(one: int, other: int, whole: int, width: int, ascii_: bool) -> None:
    small, large = sorted((one, other))
    look = Look(ascii_)
    order = " ▏▎▍▌▋▊▉█#"

    def weight(part: int) -> list[int]:
        return [order.index(sign) for sign in look.bar(part, whole, width)]

    assert weight(small) <= weight(large)


@pytest.mark.parametrize(
    ("part", "whole", "bar", "plain"),
    [
        (0, 8, "  ", "  "),
        (1, 16, "▏ ", "# "),
        (1, 1000, "▏ ", "# "),
        (8, 16, "█ ", "# "),
        (9, 16, "█▏", "##"),
        (16, 16, "██", "##"),
        (99, 16, "██", "##"),
        (1, 0, "▏ ", "# "),
    ],
)
def test_a_bar_counts_eighths(part: int, whole: int, bar: str, plain: str) -> None:
    assert Look().bar(part, whole, 2) == bar
    assert Look(ascii=True).bar(part, whole, 2) == plain


@settings(max_examples=40, deadline=None)
@given(BYTES, BYTES, WIDTHS, st.booleans())
def test_progress_has_its_width_and_is_full_at_the_end_only(part: int, whole: int, width: int, ascii_: bool) -> None:
    text = Look(ascii_).progress(part, whole, width)

    assert len(text) == width
    assert (text == ("#" if ascii_ else "▰") * width) == (whole > 0 and part >= whole)


def test_every_sign_has_an_ascii_twin_of_its_own() -> None:
    look, plain = Look(), Look(ascii=True)

    for name in ("to", "same_as", "none", "cursor", "warning"):
        assert not getattr(look, name).isascii()
        assert getattr(plain, name).isascii()
    assert {look.fold(open_=True), look.fold(open_=False)} == {"▾", "▸"}
    assert {plain.fold(open_=True), plain.fold(open_=False)} == {"v", ">"}
    assert len({sign for sign, _ in (*MARKS.values(), OPAQUE)}) == len(Mark) + 1


def test_sizes_are_in_the_style_that_was_chosen() -> None:
    assert [Look(sizes=style).size(48_234_496) for style in SizeStyle] == ["48.2MB", "46.0MiB", "48234496"]
