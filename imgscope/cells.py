"""How wide a text is in a terminal, and what of it fits: the one place that counts cells."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(" *[^ ]+")


def shortened(text: str, width: int, *, keep_end: bool = False, unicode: bool = True) -> str:
    """``text`` in at most ``width`` cells, with an ellipsis where something was cut: the end, or the beginning."""
    if cells(text) <= width:
        return text
    mark = ("…" if unicode else "...")[: max(width, 0)]
    room = max(width, 0) - len(mark)
    kept: list[str] = []
    for character in reversed(text) if keep_end else text:
        room -= cells(character)
        if room < 0:
            break
        kept.append(character)
    return mark + "".join(reversed(kept)) if keep_end else "".join(kept) + mark


def wrapped(text: str, width: int, hang: str = "") -> list[str]:
    """``text`` as lines of ``width`` cells, broken between words; all but the first begin with ``hang``.

    A word that is wider than a line is left whole: who copies it gets it as it is.
    """
    return flowed(_WORD.findall(text), width, hang)


def flowed(pieces: Iterable[str], width: int, hang: str = "") -> list[str]:
    """Pieces as lines of ``width`` cells, none of them broken; blanks before a piece are lost where a line begins."""
    lines: list[list[str]] = [[]]
    used = 0
    for piece in filter(None, pieces):
        if used and used + cells(piece) > width:
            piece = piece.lstrip(" ")
            lines.append([hang])
            used = cells(hang)
        lines[-1].append(piece)
        used += cells(piece)
    return ["".join(line) for line in lines]


def cells(text: str) -> int:
    """Terminal cells that a text takes: Asian wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(character) else 1 + (east_asian_width(character) in "WF") for character in text)
