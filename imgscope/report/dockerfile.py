"""The build as a Dockerfile, with what each instruction put into the image and what of that travels for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NotRequired

from typing_extensions import TypedDict

from imgscope.analysis.base import base_of
from imgscope.cells import wrapped
from imgscope.gate.base import described
from imgscope.image.rebuilt import Instruction, on_build, rebuild
from imgscope.inspection import Inspection
from imgscope.report.build import exact
from imgscope.report.printer import Printer
from imgscope.report.wire import SCHEMA_VERSION

_HASH = "# "
_LONGEST = 300
"""Characters of what is no instruction that are shown in a comment."""
_WIDTH = 100
"""Cells of the opening sentences in a file."""
_HEAD = (
    "Reconstructed from the history of the image, which is not all that was in the file: other stages, names "
    "of copied sources, build mounts and comments are not kept. Sizes are of files, uncompressed."
)


class InstructionInfo(TypedDict):
    """One entry of the history, or a layer that has none. ``instruction`` and ``arguments``: null where it is none.

    ``text`` are the lines that stand in a file. Sizes are null where there is no layer, or it could not be read.
    """

    instruction: str | None
    arguments: str | None
    text: str | None
    notes: list[str]
    created_by: str | None
    created: str | None
    comment: str | None
    layer: int | None
    base: NotRequired[bool]
    """Whether it is one of the base's; where nobody knows, it is left out."""
    content_bytes: int | None
    wasted_bytes: int | None
    causes_wasted_bytes: int | None


class DockerfileInfo(TypedDict):
    """A build. ``base``: what the image says its base is; ``base_layers``: how many are the base's, if known."""

    base: str | None
    base_layers: int | None
    instructions: list[InstructionInfo]


class DockerfileDocument(TypedDict):
    """``imgscope dockerfile --format json``."""

    schema_version: str
    complete: bool
    dockerfile: DockerfileInfo


def schema() -> dict[str, Any]:
    """The JSON Schema of it."""
    from imgscope.report.json import schema_of

    return schema_of(DockerfileDocument, f"imgscope dockerfile {SCHEMA_VERSION}")


def dockerfile_info(inspection: Inspection) -> DockerfileInfo:
    """The build of an image."""
    image = inspection.opened.image
    found = base_of(image, inspection.filesystem)
    of_base = found.layers if found.told else None
    built = zip(image.history.steps, rebuild(image.config.history, image.config.config), strict=True)
    rows: list[InstructionInfo] = []
    for step, instruction in built:
        row = _row(inspection, instruction, step.layer)
        row["created_by"] = exact(step.entry.created_by) or None
        row["created"], row["comment"] = exact(step.entry.created) or None, exact(step.entry.comment) or None
        rows.append(row)
    told = {step.layer for step in image.history.steps}
    rows += [_row(inspection, Instruction("", ""), layer.index) for layer in image.layers if layer.index not in told]
    if not any(row["instruction"] == "ONBUILD" for row in rows):
        rows += [_row(inspection, instruction, None) for instruction in on_build(image.config.config)]
    if of_base is not None:
        _mark_base(rows, of_base)
    return {"base": described(image) or None, "base_layers": of_base, "instructions": rows}


def _mark_base(rows: list[InstructionInfo], of_base: int) -> None:
    """All up to the base's last layer; what follows it without a layer may be anybody's, and is not marked."""
    last = max((at for at, row in enumerate(rows) if row["layer"] is not None and row["layer"] < of_base), default=-1)
    for at, row in enumerate(rows):
        row["base"] = at <= last


def _row(inspection: Inspection, instruction: Instruction, layer: int | None) -> InstructionInfo:
    account = None
    if layer is not None and not inspection.layers[layer].error:
        account = inspection.analysis.layers[layer]
    lines = instruction.lines
    return {
        "instruction": instruction.keyword or None,
        "arguments": instruction.text if instruction.keyword else None,
        "text": "\n".join(lines) if lines else None,
        "notes": [*instruction.notes, *([f"no instruction: {instruction.text}"] if _is_other(instruction) else [])],
        "created_by": None,
        "created": None,
        "comment": None,
        "layer": layer,
        "content_bytes": account.content_bytes if account else None,
        "wasted_bytes": account.wasted_bytes if account else None,
        "causes_wasted_bytes": account.causes_wasted_bytes if account else None,
    }


def _is_other(instruction: Instruction) -> bool:
    return not instruction.keyword and bool(instruction.text)


def write_dockerfile(printer: Printer, inspection: Inspection, info: DockerfileInfo) -> None:
    """A Dockerfile, and comments on what came of each line."""
    image = inspection.opened.image
    named = ", ".join(image.tags[:3]) or image.id or inspection.opened.origin.path
    _comment(printer, f"{named}  {image.platform}")
    for line in wrapped(_HEAD, (printer.width or _WIDTH) - len(_HASH)):
        _comment(printer, line)
    printer.stream.write("\nFROM scratch\n")
    if info["base"]:
        known = "" if info["base_layers"] is None else f"; its layers are the first {info['base_layers']}"
        _comment(printer, f"The image says that its base is {info['base']}{known}.")
    printer.stream.write("\n")
    in_base = bool(info["instructions"] and info["instructions"][0].get("base"))
    for row in info["instructions"]:
        if in_base and not row.get("base"):
            _comment(printer, "Here the base ends.")
            printer.stream.write("\n")
            in_base = False
        _write_row(printer, row)


def _write_row(printer: Printer, row: InstructionInfo) -> None:
    if row["text"]:
        printer.stream.write(f"{row['text']}\n")
    for note in row["notes"]:
        _comment(printer, note)
    if row["layer"] is not None:
        _comment(printer, f"layer {row['layer']}: {_cost(printer, row)}")
    if row["layer"] is not None or row["notes"]:
        printer.stream.write("\n")


def _cost(printer: Printer, row: InstructionInfo) -> str:
    """What a layer holds, and what of it and because of it is waste."""
    return ", ".join(_costs(printer, row)) if row["content_bytes"] is not None else "could not be read"


def _costs(printer: Printer, row: InstructionInfo) -> Iterator[str]:
    yield printer.size(row["content_bytes"])
    if row["wasted_bytes"]:
        yield f"{printer.size(row['wasted_bytes'])} of it wasted"
    if row["causes_wasted_bytes"]:
        yield f"turned {printer.size(row['causes_wasted_bytes'])} below it into waste"
    if not row["text"] and not row["notes"]:
        yield "nothing tells what made it"


def _comment(printer: Printer, text: str) -> None:
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    printer.line(f"{_HASH}{short}", hang=_HASH)
