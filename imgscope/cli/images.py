"""``imgscope images``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgscope.cli.options import formats, image_command
from imgscope.cli.session import INCOMPLETE, Session

if TYPE_CHECKING:
    from imgscope.indexing.layers import LayerIndex
    from imgscope.report.wire import ImageRow, OtherRow
    from imgscope.sources.detect import Source
    from imgscope.sources.interface import Found, Other


@image_command
@formats("text", "json")
def command(session: Session, format_: str) -> int:
    """The images in a file, as docker images lists them; attestations and artifacts apart."""
    with session.source() as source:
        session.warn(source.catalogue.warnings)
        known: dict[str, LayerIndex] = {}
        images = [_row(session, source, found, known) for found in session.chosen(source)]
        attestations = [_other(other) for other in source.catalogue.attestations]
        artifacts = [_other(other) for other in source.catalogue.artifacts]
        with session.output() as printer:
            if format_ == "json":
                from imgscope.report.json import part

                printer.stream.write(part("images", images, attestations=attestations, artifacts=artifacts))
            else:
                from imgscope.report.text import write_images

                write_images(printer, images, attestations, artifacts)
        return INCOMPLETE if source.catalogue.damage else 0


def _row(session: Session, source: Source, found: Found, known: dict[str, LayerIndex]) -> ImageRow:
    from imgscope.report.build import platform_info

    image = found.image
    return {
        "id": found.id or None,
        "manifest_digest": found.manifest_digest,
        "tags": list(found.tags),
        "platform": platform_info(found.platform),
        "created": (image and image.config.created) or None,
        "size": session.content_bytes(source, found, known),
        "stored_bytes": image.stored_bytes if image else None,
        "layers": len(image.layers) if image else None,
        "error": str(found.problem) if found.problem else None,
    }


def _other(other: Other) -> OtherRow:
    return {
        "digest": other.digest,
        "kind": other.kind,
        "size": other.size,
        "tags": list(other.tags),
        "about": other.about,
    }
