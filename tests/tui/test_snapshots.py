"""What the screen shows, letter by letter, at four sizes; and its colours, in three themes.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/tui/test_snapshots.py`` writes them anew; read the difference before that.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.segment import Segment

from tests.tui.journey import CAUSES, SMALL, WIDE, Journey, prepare, travel

SNAPSHOTS = Path(__file__).parent / "snapshots"
LARGE, BELOW = (160, 50), (59, 14)
SIZES = (SMALL, WIDE, LARGE, BELOW)

SCENES: dict[str, Sequence[str]] = {
    "start": (),
    "waste-by-cause": ("2", "j"),
    "waste-by-directory": ("2", "b"),
    "waste-largest-first": ("2", "b", "b"),
    "filter": ("/", "*", ".", "b", "i", "n"),
    "preview": ("G", "k", "v"),
    "map": ("5",),
    "advice": ("7", "j"),
    "changes": ("a", "[", "[", "[", "0"),
    "help": ("?",),
}
THEMES = ("imgscope-dark", "imgscope-light", "imgscope-contrast")


def compare(name: str, text: str) -> None:
    """A picture with the one that is kept."""
    kept = SNAPSHOTS / name
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(text, encoding="utf-8")

    assert text == kept.read_text(encoding="utf-8")


def normalised(svg: str) -> str:
    """A picture without the fonts that it would fetch, and without what differs from run to run: ids are hashes."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"terminal-\d+", "terminal", svg)


@pytest.mark.parametrize("scene", [*SCENES, "ascii"])
def test_a_scene_at_every_size(scene: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)

    async def story() -> str:
        pictures: list[str] = []
        async with travel(CAUSES, LARGE, ascii_only=scene == "ascii") as at:
            for width, height in SIZES:
                await at.resize(width, height)
                if not pictures:
                    await at.press(*SCENES.get(scene, ()))
                    # What was said in passing would stand in the picture for as long as it happens to stay.
                    at.app.clear_notifications()
                    await at.settle()
                pictures.append(f"{width}x{height}\n{at.text}\n")
        return "\n".join(pictures)

    compare(f"{scene}.txt", asyncio.run(story()))


@pytest.mark.parametrize("theme", THEMES)
def test_colours(theme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)

    async def story() -> str:
        async with travel(CAUSES, SMALL, theme=theme) as at:
            await at.press("[", "[", "[", "a")
            return at.app.export_screenshot(title="imgscope", simplify=True)

    compare(f"{theme}.svg", normalised(asyncio.run(story())))


def test_ascii_is_nothing_but_ascii() -> None:
    assert (SNAPSHOTS / "ascii.txt").read_bytes().isascii()


def test_without_colour_the_cursor_is_told_by_reverse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")

    async def story() -> None:
        async with travel(CAUSES, SMALL) as at:
            await at.press("j")
            assert [text.split()[-1] for text in reversed_text(at)[:2]] == ["Files", "overwritten.bin"]

    asyncio.run(story())


def reversed_text(at: Journey) -> list[str]:
    """Lines of the screen that have text in reverse."""
    found = []
    for strip in at.app.screen._compositor.render_strips():
        text = "".join(segment.text for segment in strip if _reversed(segment))
        if text.strip():
            found.append(text)
    return found


def _reversed(segment: Segment) -> bool:
    return bool(segment.style and segment.style.reverse)


def test_no_snapshot_is_left_over() -> None:
    expected = {f"{scene}.txt" for scene in (*SCENES, "ascii")} | {f"{theme}.svg" for theme in THEMES}

    assert {path.name for path in SNAPSHOTS.iterdir()} == expected
