"""``imgscope IMAGE`` at a terminal: the interface. Here it is given what it needs of the outside."""

from __future__ import annotations

import locale
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import image_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError

if TYPE_CHECKING:
    from imgscope.settings import Preferences, UserSettings

_PATIENCE = 0.4
"""Seconds that opening may take before the window appears all the same; what is no image needs no window."""


@image_command
@click.option(
    "--theme", metavar="NAME", help="imgscope-dark, imgscope-light, imgscope-contrast, ansi-dark, and others."
)
def command(session: Session, theme: str | None) -> int:
    """Explore IMAGE: layers, files, waste, contents, and a map of where the bytes are."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):  # Textual draws on the latter
        raise SettingsError("the interface needs a terminal", hint="imgscope report writes to files and pipes")
    with ExitStack() as stack:
        return _run(session, stack, theme)


def _run(session: Session, stack: ExitStack, theme: str | None) -> int:
    """Open the source while the interface is imported, and run it."""
    from imgscope.cli.door import Door

    door = Door(session)
    stack.callback(door.close)
    path = session.settings.path
    if path == "-" or (os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path))):
        door.open_here()  # a pipe cannot be waited for and left at the same time
    else:
        door.open_beside(stack.enter_context(ThreadPoolExecutor(max_workers=1)))
    if sys.stdin is None or not sys.stdin.isatty():
        _keys_from_terminal()
    from imgscope.tui.app import ImgscopeApp

    user, preferences = _preferences(session, theme)
    _check_theme(preferences.theme)
    door.fail_early(_PATIENCE)
    app = ImgscopeApp(door.doors(), user, preferences)
    said = app.run(mouse=preferences.mouse)
    if app.failure:
        raise app.failure
    if said:
        click.echo(said)
    return INPUT if app.desk.damaged else OK


def _check_theme(name: str) -> None:
    """A theme that there is none of is told of, with the nearest names."""
    from difflib import get_close_matches

    from imgscope.tui.themes import names

    if name not in names():
        near = get_close_matches(name, names(), n=3) or names()
        raise SettingsError(f"no theme {name!r}", hint=f"there are {', '.join(near)}")


def _keys_from_terminal() -> None:
    """Standard input is the image, or closed; keys come from the terminal."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError as error:
        raise SettingsError(
            "the interface needs a terminal for its keys", hint="imgscope report reads pipes"
        ) from error
    if terminal != 0:
        os.dup2(terminal, 0)
        os.close(terminal)
    sys.stdin = os.fdopen(0)
    setattr(sys, "__stdin__", sys.stdin)  # noqa: B010 - Textual asks it for its number, and it is None where it was closed


def _preferences(session: Session, theme: str | None) -> tuple[UserSettings, Preferences]:
    """What was written down, remembered and given on the command line, the last first."""
    from dataclasses import replace

    from imgscope.cli.userfiles import read_remembered, read_settings
    from imgscope.settings import Column, Preferences, Sort, effective
    from imgscope.tui.actions import IDS
    from imgscope.units import SizeStyle

    columns = (Column.MODE, Column.OWNER, Column.SIZE, Column.SHARE)
    defaults = Preferences("imgscope-dark", _ascii(), SizeStyle.DECIMAL, Sort.SIZE, columns, mouse=True)
    user = read_settings(IDS)
    found = effective(user, read_remembered(), defaults)
    settings = session.settings
    if settings.ascii_only:
        found = replace(found, ascii=True)
    if settings.sizes is not SizeStyle.DECIMAL:
        found = replace(found, sizes=settings.sizes)
    return user, replace(found, theme=theme) if theme else found


def _ascii() -> bool:
    """Whether the terminal lacks what is beyond ASCII."""
    encoding = (sys.stdout.encoding or locale.getpreferredencoding(do_setlocale=False)).lower()
    return os.environ.get("TERM") == "linux" or "utf" not in encoding
