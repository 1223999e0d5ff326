"""``imgscope shared``: its JSON contract, text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from imgscope.analysis.sharing import Base, SharedLayer, Sharing, sharing
from imgscope.image.history import NO_HISTORY
from imgscope.image.model import Image
from imgscope.image.opened import OpenImage
from imgscope.oci.descriptor import Platform
from imgscope.report import markdown
from imgscope.report.build import exact, platform_info
from imgscope.report.json import schema_of
from imgscope.report.markdown import table
from imgscope.report.printer import Column, Printer
from imgscope.report.verdicts.words import Size
from imgscope.report.wire import SCHEMA_VERSION, PlatformInfo
from imgscope.units import count, counted, percent


class SharingImage(TypedDict):
    """One image; sizes are as stored, null where it could not be read."""

    path: str
    name: str
    id: str | None
    platform: PlatformInfo
    layers: int | None
    stored_bytes: int | None
    alone_bytes: int | None
    """Of layers that no other of the images has."""
    shared_bytes: int | None
    error: str | None


class SharedLayerInfo(TypedDict):
    """A layer of several images, by their places in ``images``; ``digests`` of its stored forms, as far as told."""

    diff_id: str | None
    digests: list[str]
    forms: int
    stored_bytes: int
    instruction: str | None
    images: list[int]


class BaseInfo(TypedDict):
    """Lowest layers that images begin with. ``being``: images that are just these; ``named``: what the others say."""

    layers: int
    chain_id: str
    stored_bytes: int
    images: list[int]
    being: list[int]
    named: str | None


class SharedTotals(TypedDict):
    """``stored_bytes`` of each image by itself, ``together_bytes`` of all distinct layers as stored."""

    images: int
    layers: int
    stored_bytes: int
    together_bytes: int
    saved_bytes: int


class SharedInfo(TypedDict):
    """The images and what they have in common."""

    complete: bool
    images: list[SharingImage]
    totals: SharedTotals
    bases: list[BaseInfo]
    layers: list[SharedLayerInfo]
    pairs: list[list[int]] | None
    """Bytes that an image (row) has in common with another (column); null for more than twelve images."""


class SharedDocument(TypedDict):
    """``imgscope shared --format json``."""

    schema_version: str
    shared: SharedInfo


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that was asked for, or why there is none."""

    path: str
    name: str
    platform: Platform
    image: Image | None
    error: str | None = None


def candidate(opened: OpenImage) -> Candidate:
    """An image that could be opened; a layer that is not there is an error."""
    image = opened.image
    problem = next((layer.problem for layer in image.layers if layer.problem), None)
    return Candidate(opened.origin.path, opened.origin.selected, image.platform, image, problem)


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return schema_of(SharedDocument, f"imgscope shared {SCHEMA_VERSION}")


def build_sharing(candidates: Sequence[Candidate]) -> SharedInfo:
    """Compare the images that could be read; numbers in the result are places among all."""
    places = [place for place, one in enumerate(candidates) if one.image]
    found = sharing([one.image for one in candidates if one.image])
    rows = [_unread(one) for one in candidates]
    for place, share in zip(places, found.shares, strict=True):
        image = candidates[place].image
        assert image
        rows[place] |= {
            "id": image.id or None,
            "layers": len(image.layers),
            "stored_bytes": share.stored_bytes,
            "alone_bytes": share.alone_bytes,
            "shared_bytes": share.shared_bytes,
        }
    return {
        "complete": not any(one.error for one in candidates),
        "images": rows,
        "totals": _totals(found, len(places)),
        "bases": [_base(base, places) for base in found.bases],
        "layers": [_layer(layer, places) for layer in found.layers],
        "pairs": None if found.pairs is None else [list(row) for row in found.pairs],
    }


def _unread(one: Candidate) -> SharingImage:
    return {
        "path": exact(one.path),
        "name": exact(one.name),
        "id": None,
        "platform": platform_info(one.platform),
        "layers": None,
        "stored_bytes": None,
        "alone_bytes": None,
        "shared_bytes": None,
        "error": exact(one.error) if one.error else None,
    }


def _totals(found: Sharing, images: int) -> SharedTotals:
    return {
        "images": images,
        "layers": found.distinct_layers,
        "stored_bytes": found.stored_bytes,
        "together_bytes": found.together_bytes,
        "saved_bytes": found.saved_bytes,
    }


def _base(base: Base, places: Sequence[int]) -> BaseInfo:
    return {
        "layers": base.layers,
        "chain_id": base.chain_id,
        "stored_bytes": base.stored_bytes,
        "images": [places[number] for number in base.images],
        "being": [places[number] for number in base.being],
        "named": exact(base.named[0]) if base.named else None,
    }


def _layer(layer: SharedLayer, places: Sequence[int]) -> SharedLayerInfo:
    return {
        "diff_id": layer.diff_id or None,
        "digests": list(layer.digests),
        "forms": len(layer.stored),
        "stored_bytes": layer.stored_bytes,
        "instruction": exact(layer.instruction) or None,
        "images": [places[number] for number in layer.images],
    }


def _numbers(numbers: Sequence[int]) -> str:
    """Places of images, runs of them together: ``0-3, 7``."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def _sums(info: SharedInfo, size: Size) -> str:
    """The totals in a sentence."""
    totals = info["totals"]
    return (
        f"{counted(totals['images'], 'image', 'images')} of {size(totals['stored_bytes'])} in all; together they take "
        f"{size(totals['together_bytes'])} in {counted(totals['layers'], 'layer', 'layers')}, and save "
        f"{size(totals['saved_bytes'])} ({percent(totals['saved_bytes'], totals['stored_bytes'])})"
    )


def _image_row(number: int, image: SharingImage, size: Size) -> tuple[str, ...]:
    if image["error"]:
        return str(number), "?", "?", "?", "?", f"{_name(image)}  ! {image['error']}"
    sizes = (image["stored_bytes"], image["alone_bytes"], image["shared_bytes"])
    return str(number), *(size(one or 0) for one in sizes), str(image["layers"]), _name(image)


def _name(image: SharingImage) -> str:
    return "  ".join(filter(None, (image["path"], image["name"])))


def _base_row(info: SharedInfo, base: BaseInfo, size: Size) -> tuple[str, ...]:
    known = [info["images"][number]["name"] or info["images"][number]["path"] for number in base["being"]]
    told = [f"said to be {base['named']}"] if base["named"] and not known else []
    what = ", ".join([*dict.fromkeys(known), *told])
    return str(base["layers"]), size(base["stored_bytes"]), _numbers(base["images"]), what or "-"


def _layer_row(layer: SharedLayerInfo, size: Size) -> tuple[str, ...]:
    forms = f" ({layer['forms']} forms)" if layer["forms"] > 1 else ""
    made = layer["instruction"] or NO_HISTORY
    return f"{size(layer['stored_bytes'])}{forms}", _numbers(layer["images"]), made


_IMAGES = ("#", "STORED", "ALONE", "SHARED", "LAYERS", "IMAGE")
_BASES = ("LAYERS", "STORED", "IMAGES", "IS")
_LAYERS = ("STORED", "IMAGES", "INSTRUCTION")


def write_sharing(printer: Printer, info: SharedInfo, top: int | None) -> None:
    """For people; ``top`` shared layers."""
    right = dict.fromkeys(("#", "STORED", "ALONE", "SHARED", "LAYERS"), True)

    def write(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        columns = [
            Column(title, right=title in right, flexible=title in ("IMAGE", "INSTRUCTION", "IS")) for title in titles
        ]
        printer.table(columns, rows)

    write(_IMAGES, [_image_row(number, image, printer.size) for number, image in enumerate(info["images"])])
    printer.line()
    printer.line(_sums(info, printer.size), "bold")
    if not info["complete"]:
        printer.line("INCOMPLETE: some image could not be read", "bold red")
    if info["bases"]:
        printer.heading("Common bases: the lowest layers that images begin with")
        write(_BASES, [_base_row(info, base, printer.size) for base in info["bases"]])
    if info["layers"] and top != 0:
        printer.heading(_shown("Shared layers", len(info["layers"]), top))
        write(_LAYERS, [_layer_row(layer, printer.size) for layer in info["layers"][:top]])
    if info["pairs"] and len(info["pairs"]) > 1:
        printer.heading("Bytes that the image of a row has in common with that of a column")
        read = _read(info)
        columns = [Column("#", right=True), *(Column(str(number), right=True) for number in read)]
        rows = _pair_rows(info, printer.size)
        printer.table(columns, rows)


def _shown(title: str, found: int, top: int | None) -> str:
    return title if top is None or found <= top else f"{title}, {count(top)} of {count(found)}"


def _read(info: SharedInfo) -> list[int]:
    """Places of the images that could be read."""
    return [number for number, image in enumerate(info["images"]) if image["layers"] is not None]


def _pair_rows(info: SharedInfo, size: Size) -> list[tuple[str, ...]]:
    return [
        (str(number), *(size(one) for one in row)) for number, row in zip(_read(info), info["pairs"] or (), strict=True)
    ]


def write_markdown(info: SharedInfo, top: int, size: Size) -> Iterator[str]:
    """For a pull request or a wiki."""
    yield f"## Shared layers\n\n{markdown.escape(_sums(info, size))}\n\n"
    if not info["complete"]:
        yield "**INCOMPLETE: some image could not be read**\n\n"
    rows = [_image_row(number, image, size) for number, image in enumerate(info["images"])]
    yield from table(_lower(_IMAGES), "rrrrrl", [(*row[:-1], markdown.escape(row[-1])) for row in rows])
    if info["bases"]:
        yield "\n### Common bases\n\n"
        rows = [_base_row(info, base, size) for base in info["bases"]]
        yield from table(_lower(_BASES), "rrll", [(*row[:-1], markdown.escape(row[-1])) for row in rows])
    if info["layers"] and top:
        yield f"\n### {_shown('Layers of several images', len(info['layers']), top)}\n\n"
        rows = [_layer_row(layer, size) for layer in info["layers"][:top]]
        yield from table(_lower(_LAYERS), "rll", [(*row[:-1], markdown.escape(row[-1])) for row in rows])
    if info["pairs"] and len(info["pairs"]) > 1:
        yield "\n### In common with\n\n"
        titles = ("#", *map(str, _read(info)))
        yield from table(titles, "r" * len(titles), _pair_rows(info, size))


def _lower(titles: Sequence[str]) -> list[str]:
    return [title.lower() for title in titles]
