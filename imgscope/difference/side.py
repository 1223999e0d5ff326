"""One side of a comparison: what is known of an image, of a state of it, or of a report that was saved.

What one side does not know is not compared, and the result says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from imgscope.analysis.growth import DirectoryNumbers, WasteKey, by_directory, by_waste, flat
from imgscope.analysis.model import Analysis
from imgscope.difference.config import Settings, facts_of_image, of_image
from imgscope.difference.model import View
from imgscope.difference.packages import Packages
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE
from imgscope.filesystem.timeline import state_after
from imgscope.image.opened import OpenImage
from imgscope.indexing.layers import LayerIndex

TOTALS = (
    "content_bytes",
    "live_bytes",
    "wasted_bytes",
    "stored_bytes",
    "files",
    "directories",
    "layers",
)
"""Totals in the order they are told. How many layers there are and what they take as stored changes no filesystem."""


class Source(StrEnum):
    """What a side was read from."""

    IMAGE = "image"
    LAYER = "layer"
    REPORT = "report"
    BASELINE = "baseline"
    LISTING = "listing"


class LayerFacts(NamedTuple):
    """A layer as it is matched with one of the other side; None: not known."""

    instruction: str
    diff_id: str | None
    content_bytes: int | None
    stored_bytes: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Side:
    """What is known; None where nothing is."""

    path: str
    """As the user named it."""
    source: Source
    name: str = ""
    """Which image of the file, or which layer of the image."""
    complete: bool = True
    view: View | None = None
    settings: Settings | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)
    layers: Sequence[LayerFacts] | None = None
    directories: Mapping[bytes, int] | None = None
    """Live bytes, as in ``by_directory``."""
    waste: Mapping[WasteKey, int] | None = None
    packages: Packages | None = None


def of_documents(opened: OpenImage) -> Side:
    """An image of which no layer was read."""
    image, origin = opened.image, opened.origin
    return Side(
        path=origin.path,
        source=Source.IMAGE,
        name=origin.selected,
        complete=not opened.damaged,
        settings=of_image(image),
        facts=facts_of_image(image, origin.flavour),
    )


def of_image_read(
    opened: OpenImage, indexes: Sequence[LayerIndex], fs: FileSystem, analysis: Analysis, *, complete: bool
) -> Side:
    """An image with all that is in it."""
    image = opened.image
    numbers = analysis.totals
    return replace(
        of_documents(opened),
        complete=complete,
        view=View(fs, fs.rootfs, opened),
        facts=facts_of_image(image, opened.origin.flavour, (index.codec.value for index in indexes)),
        totals={
            "content_bytes": numbers.content_bytes,
            "live_bytes": numbers.live_bytes,
            "wasted_bytes": numbers.wasted_bytes,
            "stored_bytes": image.stored_bytes,
            "files": numbers.files,
            "directories": numbers.directories,
            "layers": len(image.layers),
        },
        layers=[
            LayerFacts(made, layer.diff_id or None, account.content_bytes, layer.stored_bytes)
            for made, layer, account in zip(image.instructions, image.layers, analysis.layers, strict=True)
        ],
        directories=live(by_directory(fs)),
        waste=flat(by_waste(analysis.waste)),
    )


def of_layer(side: Side, analysis: Analysis, layer: int) -> Side:
    """An image as it stood after a layer; -1 is before the lowest."""
    assert side.view
    assert side.layers is not None
    fs = side.view.fs
    standing = state_after(fs, layer)
    directories = by_directory(fs, standing)
    below = analysis.layers[: layer + 1]
    content = sum(account.content_bytes for account in below)
    alive = _live_bytes(fs, standing.kind, standing.inode)
    facts = side.layers[: layer + 1]
    return Side(
        path=side.path,
        source=Source.LAYER,
        name=f"after layer {layer}" if layer >= 0 else "before layer 0",
        complete=side.complete,
        view=View(fs, standing, side.view.opened),
        totals={
            "content_bytes": content,
            "live_bytes": alive,
            "wasted_bytes": content - alive - sum(account.format_metadata for account in below),
            "stored_bytes": sum(one.stored_bytes or 0 for one in facts),
            "files": standing.kind.count(FILE),
            "directories": standing.kind.count(DIRECTORY) - 1,
            "layers": layer + 1,
        },
        layers=facts,
        directories=live(directories),
    )


def _live_bytes(fs: FileSystem, kinds: bytearray, inodes: Sequence[int]) -> int:
    """Bytes of all bodies that some path leads to, each once."""
    found = {inode for kind, inode in zip(kinds, inodes, strict=True) if kind == FILE}
    return sum(map(fs.stored, found - fs.formats))


def live(directories: Mapping[bytes, DirectoryNumbers]) -> dict[bytes, int]:
    """Live bytes of directories that have some."""
    return {path: numbers.live_bytes for path, numbers in directories.items() if numbers.live_bytes}
