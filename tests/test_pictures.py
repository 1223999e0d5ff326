"""The pictures of the README and docs/explore.md show the interface as it is: ``python docs/pictures.py`` draws it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def drawn() -> dict[str, str]:
    """What the script draws now."""
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec
    assert spec.loader
    pictures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pictures)
    found: dict[str, str] = pictures.drawn()
    return found


@pytest.mark.long
def test_the_pictures_show_the_interface_as_it_is() -> None:
    kept = {path.stem: path.read_text(encoding="utf-8") for path in DOCS.glob("*.svg")}

    # On a machine with much else to do a picture may be taken too early; one that is wrong stays wrong.
    assert any(kept == drawn() for _ in range(3))


def test_the_pictures_fetch_nothing() -> None:
    for path in DOCS.glob("*.svg"):
        svg = path.read_text(encoding="utf-8")
        assert "@font-face" not in svg
        assert set(re.findall(r"\w+://[^\s\"']+", svg)) == {"http://www.w3.org/2000/svg"}
