"""The preview draws pages in its window, scrolls them, and finds what is in them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from rich.style import Style
from textual.app import App, ComposeResult

from imgscope.tui.content import Content, Line, Page, note_page, present
from imgscope.tui.widgets.preview_pane import PreviewPane

SIZES = [(80, 24), (60, 15)]


class Bare(App[None]):
    """Nothing but a preview."""

    def compose(self) -> ComposeResult:
        yield PreviewPane()


def page_of(data: bytes, name: str = "file", size: int | None = None) -> Page:
    return present(Content(name, data, len(data) if size is None else size))


def numbered(count: int) -> Page:
    return page_of("".join(f"line {number}\n" for number in range(1, count + 1)).encode())


def in_app(*steps: Callable[[PreviewPane], object], size: tuple[int, int] = (80, 24), theme: str = "") -> list[str]:
    """Take the steps, with a pause after each; the lines of the window afterwards."""

    async def session() -> list[str]:
        app = Bare()
        async with app.run_test(size=size) as pilot:
            app.theme = theme or app.theme
            pane = app.query_one(PreviewPane)
            for step in steps:
                step(pane)
                await pilot.pause()
            return [pane.render_line(y).text for y in range(pane.scrollable_content_region.height)]

    return asyncio.run(session())


def style_of(pane: PreviewPane, y: int, text: str) -> Style:
    """The style of the piece that is ``text`` in a line of the window."""
    found = next(segment.style for segment in pane.render_line(y) if segment.text == text)
    assert found is not None
    return found


def stripped(lines: list[str]) -> list[str]:
    return [line.rstrip() for line in lines]


@pytest.mark.parametrize("size", SIZES)
def test_a_page_stands_under_its_title_and_summary(size: tuple[int, int]) -> None:
    lines = in_app(lambda pane: pane.show("etc/motd", page_of(b"hello\nworld\n")), size=size)

    assert len(lines) == size[1]
    assert {len(line) for line in lines} == {size[0]}
    assert stripped(lines)[:4] == ["etc/motd  text, ASCII, 2 lines", "1  hello", "2  world", ""]


@pytest.mark.parametrize("size", SIZES)
def test_the_summary_stays_when_the_lines_scroll_to_their_end(size: tuple[int, int]) -> None:
    lines = in_app(lambda pane: pane.show("log", numbered(500)), lambda pane: pane.scroll_end(animate=False), size=size)

    assert lines[0].startswith("log  text, ASCII, 500 lines")
    assert lines[-1].startswith("500  line 500")
    assert len(lines) == size[1]


def test_lines_scroll_one_by_one() -> None:
    lines = in_app(lambda pane: pane.show("log", numbered(500)), lambda pane: pane.scroll_down(animate=False))

    assert stripped(lines)[:2] == ["log  text, ASCII, 500 lines", "  2  line 2"]


def test_line_numbers_stay_when_a_long_line_scrolls_sideways() -> None:
    page = page_of(b"0123456789" * 30 + b"\nshort\n")
    lines = in_app(lambda pane: pane.show("x", page), lambda pane: pane.scroll_to(5, 0, animate=False))

    assert lines[1].startswith("1  56789")
    assert lines[2].rstrip() == "2"


def test_the_end_of_the_longest_line_can_be_reached() -> None:
    page = page_of(b"x" * 200 + b"end\n")
    lines = in_app(lambda pane: pane.show("x", page), lambda pane: pane.scroll_to(x=1000, animate=False))

    assert lines[1].endswith("xend")


def test_wide_characters_keep_the_lines_in_their_columns() -> None:
    page = page_of(("日本語" * 60 + "\n").encode())

    async def session() -> list[int]:
        app = Bare()
        async with app.run_test(size=(60, 15)) as pilot:
            pane = app.query_one(PreviewPane)
            pane.show("日" * 100, page)
            await pilot.pause()
            pane.scroll_to(3, 0, animate=False)
            await pilot.pause()
            return [pane.render_line(y).cell_length for y in range(3)]

    assert asyncio.run(session()) == [60, 60, 60]


def test_line_numbers_can_be_left_out() -> None:
    def plain(pane: PreviewPane) -> None:
        pane.line_numbers = False

    assert in_app(lambda pane: pane.show("x", page_of(b"hello\n")), plain)[1].rstrip() == "hello"


def test_a_hex_dump_fits_eighty_columns_without_numbers() -> None:
    lines = in_app(lambda pane: pane.show("x", page_of(b"\0ABCDEFGHIJKLMNO")))

    assert lines[1].rstrip().endswith("|.ABCDEFGHIJKLMNO|")


def test_a_page_that_was_cut_says_how_much_of_the_file_it_shows() -> None:
    page = page_of(b"a\n" * 131_072, size=1_203_441)
    lines = in_app(lambda pane: pane.show("x", page), lambda pane: pane.scroll_end(animate=False))

    assert lines[-2].startswith("131072  a")
    assert lines[-1].rstrip() == "… shown 262,144 of 1,203,441 bytes"


def test_a_long_title_gives_way_to_the_summary_and_keeps_its_end() -> None:
    lines = in_app(lambda pane: pane.show("usr/" * 40 + "name", page_of(b"hello\n")), size=(60, 15))

    assert lines[0].startswith("…")
    assert lines[0].endswith("usr/name  text, ASCII, 1 line")


def test_a_title_is_escaped_and_is_no_markup() -> None:
    lines = in_app(lambda pane: pane.show("[red]\x1b[31m", note_page(["[b]it[/b]"], "note")))

    assert stripped(lines)[:2] == ["[red]\\x1b[31m  note", "[b]it[/b]"]


def test_waiting_tells_what_is_read_until_the_page_is_there() -> None:
    waiting = in_app(lambda pane: pane.wait("etc/motd", "being read, 40%"))
    done = in_app(
        lambda pane: pane.wait("etc/motd", "being read, 40%"), lambda pane: pane.show("etc/motd", page_of(b"hello"))
    )

    assert stripped(waiting)[:2] == ["etc/motd", "being read, 40%"]
    assert stripped(done)[:3] == ["etc/motd  text, ASCII, 1 line", "1  hello", ""]


def test_another_page_is_shown_from_its_beginning() -> None:
    lines = in_app(
        lambda pane: pane.show("log", numbered(500)),
        lambda pane: pane.scroll_end(animate=False),
        lambda pane: pane.show("other", numbered(400)),
    )

    assert lines[1].startswith("  1  line 1")


def test_a_page_can_be_given_before_the_pane_is_on_the_screen() -> None:
    class Ready(App[None]):
        def compose(self) -> ComposeResult:
            pane = PreviewPane()
            pane.show("log", numbered(500))
            yield pane

    async def session() -> str:
        app = Ready()
        async with app.run_test(size=(80, 24)) as pilot:
            pane = app.query_one(PreviewPane)
            pane.scroll_end(animate=False)
            await pilot.pause()
            return pane.render_line(23).text

    assert asyncio.run(session()).startswith("500  line 500")


def found_by(page: Page, *searches: tuple[str, bool], top: int = 0) -> list[tuple[int, int, int] | None]:
    """What each search marks, one after the other."""
    found: list[tuple[int, int, int] | None] = []

    def search(pattern: str, forward: bool) -> Callable[[PreviewPane], None]:
        def step(pane: PreviewPane) -> None:
            assert pane.find(pattern, forward) == (pane.found is not None)
            found.append(pane.found)

        return step

    in_app(
        lambda pane: pane.show("x", page),
        lambda pane: pane.scroll_to(0, top, animate=False),
        *(search(*words) for words in searches),
    )
    return found


def test_finding_goes_from_place_to_place_and_on_at_the_top() -> None:
    page = page_of(b"ab ab\nx\nab\n")

    assert found_by(page, *[("ab", True)] * 4) == [(0, 0, 2), (0, 3, 5), (2, 0, 2), (0, 0, 2)]


def test_finding_backwards_goes_the_other_way() -> None:
    page = page_of(b"ab ab\nx\nab\n")

    assert found_by(page, *[("ab", False)] * 4) == [(2, 0, 2), (0, 3, 5), (0, 0, 2), (2, 0, 2)]


def test_finding_turns_round() -> None:
    assert found_by(page_of(b"ab\nab\n"), ("ab", True), ("ab", True), ("ab", False)) == [
        (0, 0, 2),
        (1, 0, 2),
        (0, 0, 2),
    ]


def test_another_pattern_is_looked_for_from_what_is_in_sight() -> None:
    assert found_by(numbered(500), ("line 1", True), top=300) == [(0, 0, 6)]
    assert found_by(numbered(500), ("line 4", True), top=300) == [(399, 0, 6)]


def test_upper_case_matters_only_where_the_pattern_has_it() -> None:
    page = page_of(b"error Error\n")

    assert found_by(page, ("error", True), ("error", True), ("Error", True)) == [(0, 0, 5), (0, 6, 11), (0, 6, 11)]


def test_a_pattern_is_no_expression() -> None:
    assert found_by(page_of(b"aab a.b\n"), ("a.b", True)) == [(0, 4, 7)]


def test_what_is_nowhere_leaves_nothing_marked() -> None:
    assert found_by(page_of(b"ab\n"), ("ab", True), ("c", True), ("", True)) == [(0, 0, 2), None, None]
    assert found_by(page_of(b""), ("ab", True), ("ab", False)) == [None, None]


def test_what_was_found_comes_into_sight() -> None:
    page = page_of("".join(f"{'x' * 300}here {number}\n" for number in range(500)).encode())
    lines = in_app(lambda pane: pane.show("x", page), lambda pane: pane.find("here 444"))

    assert any("here 444" in line for line in lines)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_what_was_found_is_marked_without_need_of_colours(theme: str) -> None:
    styles: list[Style] = []
    in_app(
        lambda pane: pane.show("x.py", page_of(b'x = "some text here"\n', "x.py")),
        lambda pane: pane.find("text"),
        lambda pane: styles.append(style_of(pane, 1, "text")),
        lambda pane: styles.append(style_of(pane, 1, '"some ')),
        theme=theme,
    )

    assert (styles[0].reverse, bool(styles[1].reverse)) == (True, False)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_code_is_drawn_in_the_colours_of_the_theme(theme: str) -> None:
    styles: list[Style] = []
    in_app(
        lambda pane: pane.show("x.py", page_of(b"import os # why\n", "x.py")),
        lambda pane: styles.extend(style_of(pane, 1, text) for text in ("import", "# why", " os ")),
        theme=theme,
    )

    assert len({style.color for style in styles}) == 3
    assert len({style.bgcolor for style in styles}) == 1


def test_spans_that_overlap_do_not_double_the_text() -> None:
    page = Page("hex", "odd", [Line("abcdef", (("name", 0, 4), ("string", 2, 5), ("unknown", 5, 99)))])

    assert in_app(lambda pane: pane.show("x", page))[1].rstrip() == "abcdef"


def test_the_pane_takes_the_focus_and_binds_no_keys() -> None:
    pane = PreviewPane()

    assert pane.can_focus
    assert not pane._bindings.key_to_bindings
