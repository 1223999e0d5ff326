"""The map pane, driven in an app of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from imgscope.tui.widgets.map_pane import MapPane
from tests.tui.test_treemap import IMAGE, Files


class Alone(App[None]):
    """An app with nothing but the pane; remembers what the pane said."""

    CSS = "MapPane { width: 1fr; height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield MapPane()

    def on_map_pane_highlighted(self, message: MapPane.Highlighted) -> None:
        self.said.append(("highlighted", IMAGE.label(message.node)))

    def on_map_pane_chosen(self, message: MapPane.Chosen) -> None:
        self.said.append(("chosen", IMAGE.label(message.node)))


Script = Callable[[Alone, MapPane, Pilot[None]], Awaitable[None]]


def play(script: Script, *, weights: Files = IMAGE) -> None:
    """Show a map at 80 by 24 and run a script on it."""

    async def run() -> None:
        app = Alone()
        async with app.run_test(size=(80, 24)) as pilot:
            pane = app.query_one(MapPane)
            pane.focus()
            pane.show(weights, 0)
            await pilot.pause()
            await script(app, pane, pilot)

    asyncio.run(run())


def text_of(pane: MapPane) -> str:
    return "\n".join(pane.render_line(y).text for y in range(pane.size.height))


def name(pane: MapPane) -> str:
    assert pane.tile
    return pane.tile.lines[0]


def place(pane: MapPane, wanted: str) -> tuple[int, int]:
    """A cell of the tile with this name."""
    line, text = next((y, line) for y, line in enumerate(text_of(pane).split("\n")) if wanted in line)
    return text.index(wanted), line


def test_the_map_is_shown_and_the_first_tile_is_selected() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        assert "/  470B, 122B wasted" in text_of(pane)
        assert all(pane.render_line(y).cell_length == 80 for y in range(24))
        assert name(pane) == "libLLVM-15.so.1"
        assert app.said == []

    play(script)


def test_moving_selects_and_says_so() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        pane.move("right")
        pane.move("left")
        pane.move("left")  # there is nothing further left
        await pilot.pause()
        assert [kind for kind, _ in app.said] == ["highlighted", "highlighted"]
        assert app.said[-1] == ("highlighted", "libLLVM-15.so.1")

    play(script)


def test_a_directory_is_entered_and_left() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        pane.widen()
        assert name(pane) == "lib/"
        pane.enter()
        await pilot.pause()
        assert text_of(pane).startswith("▏lib/  154B, 5B wasted")
        assert pane.leave()
        assert text_of(pane).startswith("▏usr/  ")
        assert name(pane) == "lib/"
        assert pane.leave()
        assert pane.root == 0
        assert name(pane) == "usr/"
        assert not pane.leave()

    play(script)


def test_entering_a_file_chooses_it() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        pane.enter()
        await pilot.pause()
        assert app.said == [("chosen", "libLLVM-15.so.1")]
        assert pane.root == 0

    play(script)


def test_a_click_selects_and_a_second_one_enters() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        spot = place(pane, "pkgcache.bin")
        await pilot.click(MapPane, offset=spot)
        assert app.said == [("highlighted", "pkgcache.bin")]
        await pilot.click(MapPane, offset=spot)
        assert app.said[-1] == ("chosen", "pkgcache.bin")
        await pilot.click(MapPane, offset=place(pane, "usr/"), times=2)
        assert pane.root != 0
        assert text_of(pane).startswith("▏usr/")

    play(script)


def test_the_selection_stays_when_size_or_content_change() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        pane.move("right")
        before = name(pane)
        await pilot.resize_terminal(100, 40)
        await pilot.pause()
        assert name(pane) == before
        assert pane.render_line(39).cell_length == 100
        pane.show(IMAGE, 0)
        assert name(pane) == before

    play(script)


def test_a_node_can_be_selected_if_it_has_a_tile() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        assert pane.select(IMAGE.names.index("weights.bin"))
        assert name(pane) == "weights.bin"
        assert not pane.select(10**6)

    play(script)


def test_without_bytes_it_says_so() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        assert "no bytes here" in text_of(pane)
        pane.move("down")
        pane.widen()
        pane.enter()
        await pilot.click(MapPane)
        assert pane.tile is None
        assert app.said == []

    play(script, weights=Files({}))


def test_tiles_titles_and_waste_look_different_in_light_dark_and_terminal_themes() -> None:
    async def script(app: Alone, pane: MapPane, pilot: Pilot[None]) -> None:
        for theme in ("textual-dark", "textual-light", "ansi-dark"):
            app.theme = theme
            await pilot.pause()
            styles = {segment.text.strip(): segment.style for y in range(24) for segment in pane.render_line(y)}
            wasted = next(style for text, style in styles.items() if text.startswith("▒▒"))
            assert (
                len({str(styles[text]) for text in ("weights.bin", "opt/app/  150B, 40B wasted")} | {str(wasted)}) == 3
            )

    play(script)
