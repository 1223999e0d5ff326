"""Numbers of files and layers as sentences have them."""

from __future__ import annotations

from collections.abc import Collection

_NAMED = 4


def files_said(number: int) -> str:
    """``1 file``, ``3,204 files``."""
    return "1 file" if number == 1 else f"{number:,} files"


def layers_said(layers: Collection[int]) -> str:
    """``layer 2``, ``layers 2, 3 and 5``, ``layers 2, 3, 5, 8 and 3 more``; in order."""
    numbers = sorted(set(layers))
    if len(numbers) == 1:
        return f"layer {numbers[0]}"
    if len(numbers) > _NAMED + 1:
        return f"layers {', '.join(map(str, numbers[:_NAMED]))} and {len(numbers) - _NAMED} more"
    return f"layers {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def sentence(text: str) -> str:
    """The same with a capital letter; the rest as it is."""
    return text[:1].upper() + text[1:]


def travels(number: int) -> str:
    """What so many files do."""
    return "it travels" if number == 1 else "they travel"
