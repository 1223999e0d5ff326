"""``imgscope images``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import MissingError

if TYPE_CHECKING:
    from imgscope.indexing.layers import LayerIndex
    from imgscope.report.wire import ImageRow, OtherRow
    from imgscope.sources.interface import Found, Other, Source


@image_command
@formats("text", "json")
def command(session: Session, format_: str) -> int:
    """The images in a file, as docker images lists them; attestations and artifacts apart."""
    with session.source() as source:
        session.warn(source.catalogue.warnings)
        known: dict[str, LayerIndex] = {}
        chosen = session.chosen(source)
        images = [_row(session, source, found, known) for found in chosen]
        attestations = [_other(other) for other in source.catalogue.attestations]
        artifacts = [_other(other) for other in source.catalogue.artifacts]
        with session.output() as printer:
            if format_ == "json":
                from imgscope.report.json import part

                printer.stream.write(part("images", images, attestations=attestations, artifacts=artifacts))
            else:
                from imgscope.report.text import write_images

                write_images(printer, images, attestations, artifacts)
        whole = not source.catalogue.damage and all(
            _is_whole(found, row) for found, row in zip(chosen, images, strict=True)
        )
    return OK if whole else INPUT


def _is_whole(found: Found, row: ImageRow) -> bool:
    """Whether an image could be read; one of another platform whose documents were never saved is no fault."""
    if found.image is None:
        return isinstance(found.problem, MissingError)
    return row["size"] is not None


def _row(session: Session, source: Source, found: Found, known: dict[str, LayerIndex]) -> ImageRow:
    from imgscope.report.build import exact, platform_info

    image = found.image
    size = session.content_bytes(source, found, known)
    problem = exact(str(found.problem)) if found.problem else None
    if image and size is None:
        problem = "a layer is missing or damaged; imgscope report tells which"
    return {
        "id": found.id or None,
        "manifest_digest": found.manifest_digest,
        "tags": list(found.tags),
        "platform": platform_info(found.platform),
        "created": (image and image.config.created) or None,
        "size": size,
        "stored_bytes": image.stored_bytes if image else None,
        "layers": len(image.layers) if image else None,
        "error": problem,
    }


def _other(other: Other) -> OtherRow:
    return {
        "digest": other.digest,
        "kind": other.kind,
        "size": other.size,
        "tags": list(other.tags),
        "about": other.about,
    }
