"""The application: loads an image in a thread, owns themes and keys, and ends with an error or a path to print."""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.events import Key
from textual.screen import Screen
from textual.timer import Timer

from imgscope.analysis.blame import Blame
from imgscope.errors import ImgscopeError, reason
from imgscope.escaping import printable
from imgscope.filesystem.life import Lives
from imgscope.image.opened import OpenImage
from imgscope.inspection import Inspection, inspect
from imgscope.settings import Preferences, UserSettings
from imgscope.tui import themes
from imgscope.tui.actions import ACTIONS, conflicts, effective, key_text
from imgscope.tui.browser import Browser, Wish
from imgscope.tui.desk import Desk
from imgscope.tui.doors import Doors, Offer
from imgscope.tui.look import Look
from imgscope.tui.reading import Reading, answering
from imgscope.tui.screens.main import MainScreen, bindings

if TYPE_CHECKING:
    from textual.command import Provider

_TICK = 0.2


def _commands() -> type[Provider]:
    """The palette's commands; it is imported once it is opened."""
    from imgscope.tui.palette import Commands

    return Commands


class ImgscopeApp(App[str], inherit_bindings=False):
    """Run it; what it returns is a path to print, if the person asked for that."""

    CSS_PATH = "imgscope.tcss"
    TITLE = "imgscope"
    COMMANDS: ClassVar = {_commands}
    COMMAND_PALETTE_BINDING = ""
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - the base class declares it as what may be set on an instance
        (0, "-narrow"),
        (100, "-wide"),
        (140, "-wider"),
    ]

    def __init__(self, doors: Doors, user: UserSettings, preferences: Preferences) -> None:
        no_colour = bool(os.environ.get("NO_COLOR"))
        super().__init__(ansi_color=True if no_colour else None)
        self.failure: BaseException | None = None
        """What went wrong, for whoever ran it: the screen is gone by then."""
        self._no_colour = no_colour
        self._preferences = preferences
        self.keys = effective(user.keys)
        self._clashes = conflicts(self.keys) if user.keys else []
        self._ticker: Timer | None = None
        self._pushed: Awaitable[None] | None = None
        self._shown = 0
        """The image that is shown, as a place in the offer."""
        look = Look(preferences.ascii, preferences.sizes)
        self.desk = Desk(doors, look, preferences.columns)
        for theme in themes.OWN:
            self.register_theme(theme)
        self._set_theme(preferences.theme)
        for keys, action, label in bindings(self.keys):
            self.bind(keys, action, description=label, show=False)

    def _set_theme(self, name: str) -> None:
        if self._no_colour:
            name = "ansi-dark"
        self.theme = name if name in self.available_themes else themes.DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of roles for themes that are not ours."""
        return themes.variables(self.current_theme) or themes.DEFAULTS

    def _fatal_error(self) -> None:
        """A mistake in here ends the application without a picture of its insides: who ran it says so in one line.

        Textual has no public way to say that; ``panic`` with nothing to print is the public half of it.
        """
        self.failure = self.failure or self._exception
        self.panic()

    def on_mount(self) -> None:
        """Paint first, then open."""
        self.set_class(self.desk.look.ascii, "-ascii")
        self.main = MainScreen(self.desk, self.keys, self)
        self.push_screen(self.main)
        for sentence in self._clashes[:3]:
            self.notify(sentence, title="keys", severity="warning", markup=False)
        if self._preferences.theme not in self.available_themes:
            self.notify(f"no theme {self._preferences.theme}", severity="warning", markup=False)
        self.call_after_refresh(self._open)

    # Reading.

    def _open(self) -> None:
        self._read(self._find)

    def _read(self, work: Callable[[Reading], None]) -> None:
        """Do something that takes long, and show how far it is. What was being done before is stopped."""
        if self.desk.reading:
            self.desk.reading.stop()
        self.desk.reading = Reading()
        if self._ticker is None:
            self._ticker = self.set_interval(_TICK, self.main.tick)
        job = partial(self._guarded, work, self.desk.reading)
        self.run_worker(job, thread=True, group="load", exit_on_error=False)

    def _guarded(self, work: Callable[[Reading], None], reading: Reading) -> None:
        """In a thread: what goes wrong ends the application, with the reason kept."""
        try:
            with answering():
                work(reading)
        except Exception as error:  # noqa: BLE001 - raised again by who runs the application
            self._tell(reading, self.fail, error)

    def _tell(self, reading: Reading, what: Callable[..., None], *more: object) -> None:
        """From a thread, unless something else is being read by now."""

        def told() -> None:
            if self.desk.reading is reading:
                what(*more)

        self.call_from_thread(told)

    def fail(self, error: BaseException) -> None:
        """End; who ran it says what went wrong."""
        self.failure = error
        self.exit()

    def _find(self, reading: Reading) -> None:
        """Recognise the source, and choose."""
        self._tell(reading, self._offered, self.desk.doors.open(reading))

    def _offered(self, offer: Offer) -> None:
        self.desk.offer = offer
        self.desk.choice = offer.preferred
        if offer.ask:
            self._stop_ticking()
            self.do_images()
        else:
            self._load()

    def _load(self) -> None:
        self._read(self._inspect)

    def _inspect(self, reading: Reading) -> None:
        """Documents first, then layers, then what the first picture needs."""
        desk = self.desk
        assert desk.offer is not None
        try:
            opened = desk.offer.choices[desk.choice].open()
        except ImgscopeError as error:
            if desk.browser is None:
                raise
            self._tell(reading, self._not_opened, error)  # the one before is still there
            return
        self._shown = desk.choice
        reading.expect(opened.image)
        wish = Wish(max(len(opened.image.layers) - 1, 0), order=self._preferences.sort)
        self._tell(reading, self._documents, opened, wish)
        doors = desk.doors
        limits, verify, cache = doors.limits, doors.verify, doors.cache
        inspection = inspect(opened, limits=limits, progress=reading, watch=reading, verify=verify, cache=cache)
        reading.begin("adding up", 0)
        browser = Browser(inspection.filesystem)
        blame = Blame(inspection.filesystem, Lives(inspection.filesystem))
        if opened.image.layers:
            browser.rows(wish)
        gc.unfreeze()
        gc.freeze()  # what was read stays: walking over it again and again would be felt in every key
        gc.enable()  # the command line turned it off
        self._tell(reading, self._inspected, inspection, browser, blame)

    def _not_opened(self, error: ImgscopeError) -> None:
        gc.enable()
        self.desk.choice = self._shown
        self._stop_ticking()
        self.notify(str(error), title="cannot be opened", severity="error", markup=False)

    def _documents(self, opened: OpenImage, wish: Wish) -> None:
        self.desk.begin(opened, wish)
        self.main.begun()

    def _inspected(self, inspection: Inspection, browser: Browser, blame: Blame) -> None:
        self.desk.settle(inspection, browser, blame)
        self._stop_ticking()
        self.main.settled()

    def _stop_ticking(self) -> None:
        self.desk.reading = None
        if self._ticker:
            self._ticker.stop()
            self._ticker = None
        self.main.said()

    # Actions.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An action that is not for the pane lets the next one with its key have it."""
        if action == "perform" and self.screen is self.main and parameters:
            found = next((each for each in ACTIONS if each.id == parameters[0]), None)
            return found is not None and (hasattr(self, f"do_{found.id}") or self.main.can(found))
        return super().check_action(action, parameters)

    def on_key(self, event: Key) -> None:
        """A letter that was typed while a line to type into was opening is meant for that line, though it came here."""
        focused = self.focused
        if event.is_printable and focused is not None and focused.check_consume_key(event.key, event.character):
            event.stop()
            focused.post_message(Key(event.key, event.character))

    async def action_perform(self, id_: str) -> None:
        """Do one of the table's actions. What pops up is waited for: the next key is meant for it."""
        own = getattr(self, f"do_{id_}", None)
        before = self.screen
        if own:
            own()
        else:
            self.main.perform(id_)
        if self._pushed is not None and self.screen is not before:
            await self._pushed
            lines = self.screen.query("Input")
            if lines:
                self.screen.set_focus(lines.first(), scroll_visible=False)
        self._pushed = None

    def pop_up(self, screen: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """Show a screen over the main one."""
        self._pushed = self.push_screen(screen, then)

    def do_quit(self) -> None:
        """Leave."""
        self._leave("")

    def do_quit_print(self) -> None:
        """Leave, and print the path."""
        found = self.main.selected()
        self._leave("/" + printable(found[0].tree.rootfs.path(found[1])) if found else "")

    def _leave(self, said: str) -> None:
        if self.desk.reading:
            self.desk.reading.stop()
        self.exit(said or None)

    def do_palette(self) -> None:
        """Every command by name."""
        from textual.command import CommandPalette

        self.pop_up(CommandPalette(id="--command-palette"))

    def do_theme(self) -> None:
        """The next theme."""
        names = themes.CYCLE
        at = names.index(self.theme) if self.theme in names else -1
        self.choose_theme(names[(at + 1) % len(names)])

    def choose_theme(self, name: str) -> None:
        """A theme, for this time and the next."""
        self._set_theme(name)
        self.notify(self.theme, title="theme", timeout=2)
        self.keep()

    def do_screenshot(self) -> None:
        """Save the screen as an SVG."""
        try:
            self.notify(f"saved {self.save_screenshot(path='.')}", markup=False)
        except OSError as error:
            self.notify(f"cannot save it: {reason(error)}", severity="error", markup=False)

    def do_images(self) -> None:
        """Choose an image of the file."""
        offer = self.desk.offer
        if offer is None:
            return
        from imgscope.tui.screens.lists import ListScreen

        entries = [(printable(each.title), printable(each.detail), "") for each in offer.choices]

        def chosen(number: int | None) -> None:
            if number is not None and (number != self.desk.choice or self.desk.opened is None):
                self.desk.choice = number
                self._load()
            elif self.desk.opened is None:
                self._load()

        self.pop_up(ListScreen("Images in this file", entries, self.desk.choice, search=False), chosen)

    def do_help(self) -> None:
        """The keys of this pane, and all others; choosing one does it."""
        from imgscope.tui.screens.lists import ListScreen

        pane = self.main.pane_name
        mine = [action for action in ACTIONS if action.panes and pane in action.panes]
        others = [action for action in ACTIONS if not action.panes]
        rest = [action for action in ACTIONS if action.panes and pane not in action.panes]
        shown = [(action, "this pane") for action in mine] + [(action, "everywhere") for action in others]
        shown += [(action, "elsewhere") for action in rest]
        entries = [(self.keys_text(action.id), f"{action.label}: {action.help}", heading) for action, heading in shown]

        def chosen(number: int | None) -> None:
            if number is not None:
                self.call_later(self.action_perform, shown[number][0].id)

        self.pop_up(ListScreen("Keys", entries), chosen)

    def keys_text(self, id_: str) -> str:
        """The keys of an action, as a person knows them."""
        return " ".join(key_text(key, ascii_only=self.desk.look.ascii) for key in self.keys[id_])

    def keep(self) -> None:
        """Remember theme, order and columns for the next time."""
        desk = self.desk
        self._preferences = replace(
            self._preferences,
            theme=self.theme if not self._no_colour else self._preferences.theme,
            sort=desk.wish.order,
            columns=desk.columns,
        )
        desk.doors.remember(self._preferences)
