"""Makes pictures of the interface from an image of the fixtures: ``python docs/pictures.py``, in the repository.

Nothing of the machine or the day is in them, so the same pictures come out until the interface changes.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the runner of journeys lives with the tests

IMAGE = "docker-archive-buildkit.tar"
SIZE = (100, 30)
SCENES: Mapping[str, Sequence[str]] = {
    "files": ("[", "[", "[", "a", "a", "j", "j"),
    "waste": ("2", "j"),
    "map": ("5", "z"),
}
"""The name of each picture, and the keys that lead to it."""


def drawn() -> dict[str, str]:
    """The pictures by name, as SVG."""
    import pytest

    from tests.tui.journey import prepare

    with pytest.MonkeyPatch.context() as patch:
        prepare(ROOT / "nowhere", patch)
        return {name: asyncio.run(_draw(keys)) for name, keys in SCENES.items()}


async def _draw(keys: Sequence[str]) -> str:
    from tests.tui.journey import travel

    async with travel(IMAGE, SIZE, theme="imgscope-dark") as at:
        await at.press(*keys)
        at.app.clear_notifications()
        shown, drawn = "", None
        while shown != drawn:  # work in threads may still end: a picture is one that stays
            drawn = shown
            await asyncio.sleep(0.3)
            await at.settle()
            shown = _plain(at.app.export_screenshot(title="imgscope", simplify=True))
        return shown


def _plain(svg: str) -> str:
    """Without what is fetched from elsewhere, and without ids that differ from run to run."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<!-- Generated with .*?-->", "", svg)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    return svg.replace("Fira Code, monospace", "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace")


def main() -> None:
    """Write them beside this file."""
    for name, svg in drawn().items():
        (Path(__file__).parent / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
