"""An inspection as the gate looks at it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from imgscope.gate.subject import Subject
from imgscope.image.model import Image
from imgscope.image.opened import ERRORS
from imgscope.inspection import Inspection


def subject_of(inspection: Inspection, path: str, base: int | None = None) -> Subject:
    """What is judged; ``path`` as the user named it, ``base``: how many of the lowest layers are somebody else's."""
    image = inspection.opened.image
    return Subject(
        path=path,
        name=_name(path, image),
        image=image,
        filesystem=inspection.filesystem,
        analysis=inspection.analysis,
        warnings=inspection.warnings,
        complete=inspection.complete,
        unread=tuple(_unread(inspection)),
        base=base,
    )


def _name(path: str, image: Image) -> str:
    """What the image is called in a baseline: its repository, which no build changes; else its file."""
    tag = image.tags[0] if image.tags else ""
    head, colon, last = tag.rpartition(":")
    return (head if colon and "/" not in last else tag) or path.replace(os.sep, "/")


def _unread(inspection: Inspection) -> Iterator[str]:
    """Why an inspection is not complete."""
    for number, layer in enumerate(inspection.layers):
        if layer.error:
            yield f"layer {number}: {layer.error}"
    for warning in inspection.warnings:
        if warning.code in ERRORS:
            yield f"{warning.where}: {warning.message}" if warning.where else warning.message
