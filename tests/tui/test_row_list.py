"""A list of a million rows costs what is in view, whatever is pressed: counted, not timed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from imgscope.tui import themes
from imgscope.tui.look import Cell
from imgscope.tui.widgets.row_list import RowList

ROWS = 1_000_000
WIDTH, HEIGHT = 80, 24
PAGE = HEIGHT - 1


class Recorded(Sequence[int]):
    """A sequence that remembers which places were asked for."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.asked: list[int] = []

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, place: int) -> int:  # type: ignore[override]
        self.asked.append(place)
        return place


class Numbers(RowList):
    """Rows of numbers below a header."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = Recorded(ROWS)

    def count(self) -> int:
        return len(self.numbers)

    def row(self, position: int, width: int) -> list[Cell]:
        return [(str(self.numbers[position]), "plain")]

    def titles(self, width: int) -> list[Cell]:
        return [("Number", "header")]


class Alone(App[None]):
    """Nothing but the list."""

    CSS = "RowList { height: 1fr; scrollbar-size: 0 0; overflow-x: hidden; overflow-y: auto; }"

    def compose(self) -> ComposeResult:
        yield Numbers()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def on_mount(self) -> None:
        self.query_one(Numbers).changed()


Script = Callable[[Numbers, Pilot[None]], Awaitable[None]]


def play(script: Script) -> None:
    """Run a script on a painted list, with nothing recorded yet."""

    async def run() -> None:
        app = Alone()
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            await painted(pilot)
            numbers = app.query_one(Numbers)
            numbers.numbers.asked.clear()
            await script(numbers, pilot)

    asyncio.run(run())


async def painted(pilot: Pilot[None]) -> list[str]:
    """The lines of the screen, once everything is drawn."""
    await pilot.pause()
    return ["".join(segment.text for segment in strip) for strip in pilot.app.screen._compositor.render_strips()]


def test_only_rows_in_view_are_made() -> None:
    async def script(numbers: Numbers, pilot: Pilot[None]) -> None:
        numbers.changed()
        lines = await painted(pilot)

        assert lines[0].startswith("Number")
        assert lines[1].startswith("0 ")
        assert lines[-1].startswith(f"{PAGE - 1} ")
        assert set(numbers.numbers.asked) == set(range(PAGE))

    play(script)


def test_a_step_of_the_cursor_makes_two_rows_at_most() -> None:
    async def script(numbers: Numbers, pilot: Pilot[None]) -> None:
        for _ in range(PAGE - 1):
            numbers.numbers.asked.clear()
            numbers.do_down()
            await painted(pilot)
            assert len(numbers.numbers.asked) <= 2

    play(script)


@pytest.mark.parametrize("ways", [("page_down",), ("bottom",), ("bottom", "page_up"), ("bottom", "top")])
def test_a_page_makes_the_rows_of_a_page_at_most(ways: tuple[str, ...]) -> None:
    async def script(numbers: Numbers, pilot: Pilot[None]) -> None:
        for way in ways:
            numbers.numbers.asked.clear()
            getattr(numbers, f"do_{way}")()
            await painted(pilot)
            assert len(numbers.numbers.asked) <= PAGE + 2

    play(script)


def test_a_step_at_the_edge_scrolls_by_one_and_makes_rows_in_view_at_most() -> None:
    async def script(numbers: Numbers, pilot: Pilot[None]) -> None:
        numbers.move_to(PAGE - 1)
        await painted(pilot)
        numbers.numbers.asked.clear()
        numbers.do_down()
        lines = await painted(pilot)

        assert lines[1].startswith("1 ")
        assert lines[-1].startswith(f"{PAGE} ")
        assert set(numbers.numbers.asked) <= set(range(1, PAGE + 1))

    play(script)


def test_the_ends_are_ends() -> None:
    async def script(numbers: Numbers, pilot: Pilot[None]) -> None:
        numbers.do_up()
        assert numbers.cursor == 0
        numbers.do_bottom()
        lines = await painted(pilot)
        assert numbers.cursor == ROWS - 1
        assert lines[-1].startswith(f"{ROWS - 1} ")
        numbers.do_down()
        numbers.do_page_down()
        assert numbers.cursor == ROWS - 1
        numbers.move_to(ROWS // 2)
        lines = await painted(pilot)
        assert any(line.startswith(f"{ROWS // 2} ") for line in lines)

    play(script)


def test_the_cursor_stays_in_view_when_there_are_fewer_rows() -> None:
    async def script(numbers: Numbers, pilot: Pilot[None]) -> None:
        numbers.do_bottom()
        numbers.numbers.length = 3
        numbers.changed()
        lines = await painted(pilot)

        assert numbers.cursor == 2
        assert [line.strip() for line in lines[:5]] == ["Number", "0", "1", "2", ""]
        numbers.numbers.length = 0
        numbers.changed()
        numbers.do_down()
        numbers.do_choose()
        assert numbers.cursor == 0

    play(script)
