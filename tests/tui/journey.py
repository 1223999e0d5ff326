"""Journeys through the interface: the application as the command line starts it, in a terminal that is not there.

A story is an async function that takes a :class:`Journey`; the decorator :func:`journey` makes a test of it, with a
home of its own, a clock that stands still and, where it is told so, once for each size of the terminal.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.content import Content
from textual.events import Key
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot

from imgscope import units
from imgscope.cli.door import Door
from imgscope.cli.explore import _preferences
from imgscope.cli.session import Session, Settings
from imgscope.limits import DEFAULT_LIMITS
from imgscope.tui.app import ImgscopeApp
from imgscope.tui.doors import Doors
from imgscope.tui.screens import main as main_screen
from imgscope.tui.screens.main import MainScreen
from imgscope.tui.widgets.layers_pane import LayersPane
from imgscope.tui.widgets.map_pane import MapPane
from imgscope.tui.widgets.preview_pane import PreviewPane
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.widgets.text_pane import TextPane
from imgscope.units import SizeStyle

FIXTURES = Path(__file__).parents[2] / "fixtures"
CAUSES = "docker-archive-causes.tar"
Size = tuple[int, int]
WIDE, SMALL, TINY = (120, 36), (80, 24), (60, 15)
EVERY = (WIDE, SMALL, TINY)
_PATIENCE = 60.0
"""Seconds until a journey that does not come to rest is given up; the machine may be busy."""

_TURNS = 3
"""Turns without anything to do after which nothing more is to come."""


class Journey:
    """One run of the application, seen as a person sees it."""

    def __init__(self, app: ImgscopeApp, pilot: Pilot[str]) -> None:
        self.app = app
        self.pilot = pilot
        self.patient = True
        """Whether it waits for layers that are being read."""
        self.written: list[str] = []
        """What was sent to the terminal beside the picture."""

    # What a person does.

    async def press(self, *keys: str) -> None:
        """Press keys, named as Textual does or by the character; each is answered before the next."""
        for key in keys:
            self.send(key)
            await self.settle()

    async def hold(self, key: str, times: int) -> None:
        """Press a key many times, faster than the screen follows."""
        for _ in range(times):
            self.send(key)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text, as fast as a person who does not wait."""
        for character in text:
            self.send(character)
        await self.settle()

    def send(self, key: str) -> None:
        """Press a key, and wait for nothing."""
        name = _character_to_key(key) if len(key) == 1 else key
        event = Key(name, key if len(key) == 1 else key_to_character(key))
        event.set_sender(self.app)
        self.app.post_message(event)

    async def click(self, text: str, *, times: int = 1, below: int = 0) -> None:
        """Click where a text stands on the screen: the first place from the line ``below`` on."""
        y, line = next((y, line) for y, line in enumerate(self.lines) if y >= below and text in line)
        await self.pilot.click(offset=(line.index(text) + min(1, len(text) - 1), y), times=times)
        await self.settle()

    async def choose(self, text: str) -> None:
        """Type into a list that popped up, and take what is on top."""
        await self.type(text)
        await self.press("enter")

    async def resize(self, width: int, height: int) -> None:
        """Make the terminal another size."""
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything that was asked for is done and shown."""
        quiet = 0

        def rested() -> bool:
            nonlocal quiet
            quiet = 0 if self.busy else quiet + 1
            return quiet >= _TURNS

        await self.until(rested)

    async def until(self, done: Callable[[], object]) -> None:
        """Let the application work until something is so."""
        limit = monotonic() + _PATIENCE
        while not done():
            if self.app._exit or not self.app.is_running:
                return
            assert monotonic() < limit, "it does not come to rest"
            await self._turn()
            await asyncio.sleep(0)

    async def _turn(self) -> None:
        """Have every widget handle what is in its queue."""
        await self.pilot._wait_for_screen()
        if self.app.is_running and not self.app._exit:
            self.app.screen._on_timer_update()

    @property
    def busy(self) -> bool:
        """Whether something is still to come: layers being read, rows being made, a pause in typing waited for."""
        main, app = self.main, self.app
        timers = [main._details_timer, main._typing]
        pending = any(timer and timer._task and not timer._task.done() for timer in timers)
        reading = app.desk.reading is not None and not app.failure
        queues = any(not pump._message_queue.empty() for pump in [app, *app.screen.walk_children(with_self=True)])
        # Who does not wait for layers that are held back still waits for whatever else was asked for.
        working = any(not worker.is_finished and (self.patient or worker.group != "load") for worker in app.workers)
        return queues or pending or (self.patient and reading) or working

    # What a person sees.

    @property
    def main(self) -> MainScreen:
        """The screen below whatever popped up."""
        return self.app.main

    @property
    def lines(self) -> list[str]:
        """The screen, line by line."""
        visible_screen_stack.set(self.app._background_screens)
        return ["".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(line.rstrip() for line in self.lines)

    @property
    def line(self) -> str:
        """The row under the cursor of the pane that has the focus, or of the list that popped up."""
        pane = getattr(self.app.screen, "target", None) or self.main.pane
        assert isinstance(pane, RowList)
        return self.row(pane, pane.cursor)

    @property
    def in_view(self) -> bool:
        """Whether the row under the cursor of the pane that has the focus can be seen."""
        pane = self.main.pane
        assert isinstance(pane, RowList)
        return pane.scroll_offset.y <= pane.cursor < pane.scroll_offset.y + pane.size.height - pane._above

    def row(self, pane: RowList, position: int) -> str:
        """A row of a list, as wide as the list."""
        return "".join(text for text, _ in pane.row(position, pane.scrollable_content_region.width)).rstrip()

    def rows(self, pane: RowList) -> list[str]:
        """All rows of a list, also those out of view."""
        return [self.row(pane, position) for position in range(pane.count())]

    @property
    def files(self) -> list[str]:
        """Rows of the tree."""
        return self.rows(self.main.files)

    @property
    def names(self) -> list[str]:
        """Paths of the tree's rows, from first to last."""
        tree = self.main.files.rows
        assert tree is not None
        return ["/" + tree.lens.tree.rootfs.path(node).decode("utf-8", "backslashreplace") for node in tree.rows]

    @property
    def path(self) -> str:
        """The path that is selected in the pane in front."""
        found = self.main.selected()
        assert found is not None
        return "/" + found[0].tree.rootfs.path(found[1]).decode("utf-8", "backslashreplace")

    @property
    def selected(self) -> str:
        """The image that is looked at."""
        return self.app.desk.opened.origin.selected if self.app.desk.opened else ""

    @property
    def title(self) -> str:
        """What the right side shows, in words."""
        return Content.from_markup(self.main.query_one("#right").border_title or "").plain

    @property
    def details(self) -> str:
        """What the details say, unwrapped."""
        return "\n".join("".join(text for text, _ in line) for line in self.main.details())

    @property
    def layers(self) -> LayersPane:
        """The list of layers."""
        return self.main.query_one(LayersPane)

    @property
    def map(self) -> MapPane:
        """The map."""
        return self.main.query_one(MapPane)

    @property
    def preview(self) -> str:
        """All lines of the preview."""
        page = self.main.query_one(PreviewPane).page
        return "\n".join([page.summary, *(line.text for line in page.lines)])

    @property
    def popup(self) -> str:
        """Everything in what popped up, also out of view; empty where nothing did."""
        target = getattr(self.app.screen, "target", None)
        if isinstance(target, RowList):
            return "\n".join(self.rows(target))
        if isinstance(target, TextPane):
            return "\n".join("".join(text for text, _ in line) for line in target._lines)
        return ""

    @property
    def notes(self) -> list[str]:
        """What was said in passing."""
        return [str(note.message) for note in self.app._notifications]

    @property
    def clipboard(self) -> list[str]:
        """What the terminal was asked to copy, by OSC 52."""
        start = "\x1b]52;c;"
        return [base64.b64decode(data[len(start) : -1]).decode() for data in self.written if data.startswith(start)]

    async def go(self, path: str) -> None:
        """Put the tree's cursor on a path, with its directories opened."""
        fs = self.main.filesystem()
        node = next(node for node in range(len(fs.rootfs)) if fs.rootfs.path(node) == path.lstrip("/").encode())
        self.main.go(self.app.desk.wish, node)
        self.main._trail.clear()  # no step of the story: Esc does not lead back from here
        await self.settle()


def session(path: str, **more: Any) -> Session:
    """What the command line makes of its arguments."""
    given: dict[str, Any] = {
        "image": None,
        "platform": None,
        "output": None,
        "quiet": False,
        "verbose": False,
        "color": "auto",
        "ascii_only": False,
        "truncate": True,
        "sizes": SizeStyle.DECIMAL,
        "limits": DEFAULT_LIMITS,
        **more,
    }
    return Session(Settings(path=path, **given))


def prepare(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without settings, fixtures at hand, and a clock that stands still."""
    monkeypatch.chdir(FIXTURES)
    monkeypatch.setattr(units, "now", lambda: datetime(2027, 1, 1, tzinfo=UTC))
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("IMGSCOPE_CONFIG", "NO_COLOR", "CI", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(main_screen, "_DETAILS_AFTER", 0.001)
    # Pictures are made when a story looks at them; there is no terminal that would show those in between.
    whole = Compositor.render_update

    def update(self: Compositor, full: bool = False, **more: Any) -> Any:
        return whole(self, full=True, **more) if full else None

    monkeypatch.setattr(Compositor, "render_update", update)


@asynccontextmanager
async def travel(
    image: str | Path, size: Size = WIDE, *, theme: str | None = None, **more: Any
) -> AsyncIterator[Journey]:
    """Start the application on an image, as ``imgscope IMAGE`` does, and wait until it is read."""
    asked = session(str(image), **more)
    door = Door(asked)
    with ThreadPoolExecutor(max_workers=1) as threads:
        door.open_beside(threads)
        user, preferences = _preferences(asked, theme)
        try:
            async with _running(ImgscopeApp(door.doors(), user, preferences), size) as at:
                await at.settle()
                yield at
        finally:
            door.close()


@asynccontextmanager
async def start(doors: Doors, size: Size = WIDE) -> AsyncIterator[Journey]:
    """Start the application with doors of a test, and wait for nothing."""
    user, preferences = _preferences(session(doors.path), None)
    async with _running(ImgscopeApp(doors, user, preferences), size) as at:
        yield at


@asynccontextmanager
async def _running(app: ImgscopeApp, size: Size) -> AsyncIterator[Journey]:
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            at = Journey(app, pilot)
            app._driver.write = at.written.append  # type: ignore[union-attr,method-assign]
            yield at
    finally:
        gc.unfreeze()  # the application keeps what it read out of the collector's way, for good


Story = Callable[..., Awaitable[None]]
Made = Callable[[Path], Path]
"""Makes an image in a directory."""


def journey(
    image: str | Made = CAUSES, *, sizes: Sequence[Size] = (WIDE,), **more: Any
) -> Callable[[Story], Callable[..., None]]:
    """Make a test of a story: it is given a Journey on an image, and the fixtures that it names."""

    def decorate(story: Story) -> Callable[..., None]:
        wanted = list(inspect.signature(story).parameters.values())[1:]

        def test(size: Size, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **fixtures: Any) -> None:
            prepare(tmp_path, monkeypatch)
            path = image if isinstance(image, str) else image(tmp_path)
            own = {"tmp_path": tmp_path, "monkeypatch": monkeypatch, **fixtures}

            async def run() -> None:
                async with travel(path, size, **more) as at:
                    await story(at, **{one.name: own[one.name] for one in wanted})

            asyncio.run(run())

        named = [one for one in wanted if one.name not in ("tmp_path", "monkeypatch")]
        always = [one for one in inspect.signature(test).parameters.values() if one.name != "fixtures"]
        test.__signature__ = inspect.Signature([*always, *named])  # type: ignore[attr-defined]
        test.__name__, test.__doc__, test.__module__ = story.__name__, story.__doc__, story.__module__
        marked: Callable[..., None] = pytest.mark.parametrize("size", sizes, ids=map("{0[0]}x{0[1]}".format, sizes))(
            test
        )
        return marked

    return decorate
