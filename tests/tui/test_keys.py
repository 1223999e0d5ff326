"""Every key does something, in each pane that it is for; and footer, help and palette offer what there is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from imgscope.filesystem.model import Cause
from imgscope.tui.actions import ACTIONS, PANES, Action, applies, conflicts, effective, for_footer, key_text
from imgscope.tui.browser import Wish
from tests.tui.journey import CAUSES, FIXTURES, Journey, prepare, travel
from tests.tui.test_journeys import various

pytestmark = pytest.mark.journey

TO_PANE = {
    "layers": ("0",),
    "files": ("1",),
    "wasted": ("2",),
    "history": ("3",),
    "preview": ("4",),
    "map": ("5",),
    "config": ("6",),
    "advice": ("7",),
    "diff": ("8",),
    "found": ("9",),
    "details": ("1", "tab"),
}
HERE = {name: name for name in TO_PANE}
"""Actions that go to a pane do nothing in it."""
LEAVING = ("quit", "quit_print")
"""They end it; stories of their own tell so."""
AT = {"files": "/srv", "preview": "/srv/mode.bin", "map": "/srv"}
"""Where the cursor of the tree stands before a pane is gone to."""
FIRST = {
    # What must be so before a key has something to do.
    "up": ("down", "down"),
    "left": ("right",),
    "page_up": ("end",),
    "top": ("end",),
    "next_layer": ("left_square_bracket",),
    "aggregate_on": ("ctrl+l",),
    "back": ("w",),
    "find_next": ("f", "i", "enter"),
    "find_previous": ("f", "i", "enter"),
    "collapse_all": ("W",),
    "expand_all": ("E",),
    "bottom": ("home",),
}
NOTHING = {
    # Texts that are in view as a whole scroll nowhere, and lines of hex are as wide as they are.
    *((action, pane) for action in ("up", "down") for pane in ("config", "details")),
    ("left", "preview"),
    ("right", "preview"),
    # A heading is open to begin with, and its files are below.
    ("right", "wasted"),
    # What is found is found in the tree.
    ("find_next", "wasted"),
    ("find_previous", "wasted"),
    # Only what was entered is left; a story of its own tells so.
    ("leave", "map"),
}


def shown(at: Journey) -> tuple[object, ...]:
    """What a person could notice."""
    desk = at.app.desk
    pane = at.main.pane
    cursor = getattr(pane, "cursor", None), getattr(pane, "scroll_offset", None), getattr(pane, "tile", None)
    kept = tuple(at.notes), tuple(at.written), desk.wish, desk.columns, desk.grouping, at.app.theme
    return at.text, len(at.app.screen_stack), at.main.pane_name, cursor, getattr(pane, "found", None), kept


async def back_to(at: Journey, pane: str) -> None:
    """Close what popped up, undo what was chosen, and go to a pane."""
    while at.app.screen is not at.main:
        at.app.pop_screen()
        await at.settle()
    at.app.clear_notifications()
    at.main.remove_class("-zoomed")
    at.app.desk.wish = Wish(at.app.desk.layers - 1)
    at.app.desk.open_causes.update(Cause)
    await at.go(AT.get(pane, "/srv"))
    at.main.wasted.move_to(0)
    if pane == "found" and at.app.desk.found is None:
        await at.press("9", *"e", "enter")
    if pane == "diff" and at.app.desk.differences is None:
        await at.press("8", *str(FIXTURES / "docker-archive-buildkit.tar"), "enter")
    await at.press(*TO_PANE[pane])
    if pane == "advice":
        at.main.advice.move_to(1)  # below the heading, which leads nowhere
    assert at.main.pane_name == pane


def wanted(action: Action, pane: str) -> bool:
    """Whether a key is tried in a pane: those for all panes only in one, the files."""
    here = pane in action.panes or (not action.panes and pane == "files")
    return here and action.id not in LEAVING and HERE.get(action.id) != pane and (action.id, pane) not in NOTHING


@pytest.mark.parametrize("pane", PANES)
def test_every_binding_does_something(pane: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)

    async def story() -> list[str]:
        async with travel(FIXTURES / CAUSES, (120, 20)) as at:
            tried = [action for action in ACTIONS if wanted(action, pane)]
            return [action.id for action in tried if not await does_something(at, action, pane)]

    assert asyncio.run(story()) == []


async def does_something(at: Journey, action: Action, pane: str) -> bool:
    """Whether the first key of an action changes anything."""
    await back_to(at, pane)
    await at.press(*FIRST.get(action.id, ()))
    before = shown(at)
    await at.press(action.keys[0])
    return shown(at) != before


def test_all_keys_of_an_action_do_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)

    async def story() -> None:
        async with travel(various(tmp_path)) as at:
            for action in ACTIONS:
                for key in action.keys:
                    assert at.app.keys[action.id] == action.keys
                    bound = at.app._bindings.key_to_bindings.get(key, [])
                    assert f"perform('{action.id}')" in [binding.action for binding in bound], key

    asyncio.run(story())


def test_no_key_is_bound_twice_in_a_pane() -> None:
    assert conflicts(effective({})) == []


@pytest.mark.parametrize("pane", PANES)
def test_footer_help_and_palette_offer_what_applies(pane: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)

    async def story() -> None:
        async with travel(CAUSES, (200, 40)) as at:
            await back_to(at, pane)
            for action in for_footer(pane):
                assert f"{key_text(action.keys[0])} {action.label}" in at.lines[-1]

            await at.press("?")
            rows = at.popup.splitlines()
            mine = [action for action in ACTIONS if pane in action.panes]
            assert len(rows) == len(ACTIONS)
            for row, action in zip(rows, mine, strict=False):
                assert key_text(action.keys[0]) in row
            assert rows[0].startswith("this pane") == bool(mine)

            await at.press("escape")
            offered = [action for action in ACTIONS if hasattr(at.app, f"do_{action.id}") or at.main.can(action)]
            lacking = {action.id for action in mine} - {action.id for action in offered}
            assert not lacking
            assert all(applies(action, pane) for action in offered)

    asyncio.run(story())


def test_other_keys_do_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)

    async def story() -> None:
        async with travel(CAUSES) as at:
            before = shown(at)
            for key in ("m", "e", "r", "p", "X", "Z", "f4", "f12", "ctrl+g", "ctrl+t", "at", "delete"):
                await at.press(key)
                assert shown(at) == before, key

    asyncio.run(story())
