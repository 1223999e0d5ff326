"""``imgscope images``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session

if TYPE_CHECKING:
    from imgscope.inspection import Known
    from imgscope.report.wire import ImageRow, OtherRow
    from imgscope.sources.interface import Found, Other, Source


@image_command
@formats("text", "json")
def command(session: Session, format_: str) -> int:
    """The images in a file, as docker images lists them; attestations and artifacts apart."""
    from imgscope.inspection import Known
    from imgscope.sources.select import only_listed

    with session.source() as source:
        session.warn(source.catalogue.warnings)
        reading = _Reading(session, source, Known())
        chosen = session.chosen(source)
        images = [_row(reading, found) for found in chosen]
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
            _is_whole(row) or only_listed(found, source.catalogue.images)
            for found, row in zip(chosen, images, strict=True)
        )
    return OK if whole else INPUT


def _is_whole(row: ImageRow) -> bool:
    return row["size"] is not None and row["verified"] is not False


@dataclass(slots=True)
class _Reading:
    """What was read of layers: those that several images share are read once."""

    session: Session
    source: Source
    known: Known
    sizes: dict[tuple[tuple[str | None, str | None], ...], int | None] = field(default_factory=dict)

    def size(self, found: Found) -> int | None:
        """Of all content; None where a layer is not there or damaged. Images of the same layers are of one size."""
        layers = tuple((layer.blob, layer.problem) for layer in found.image.layers) if found.image else ()
        if layers not in self.sizes:
            self.sizes[layers] = self.session.content_bytes(self.source, found, self.known)
        return self.sizes[layers]

    def verified(self, found: Found) -> bool | None:
        """Whether all layers are what documents say, where ``--verify`` asks; None where that is not known."""
        from imgscope.inspection import proven
        from imgscope.sources.select import opened

        if not self.session.settings.verify or found.image is None:
            return None
        with self.session.progress() as progress:
            image = opened(self.source, found)
            return proven(image, self.known, limits=self.session.settings.limits, progress=progress)


def _row(reading: _Reading, found: Found) -> ImageRow:
    from imgscope.report.build import exact, platform_info

    image = found.image
    size, verified = reading.size(found), reading.verified(found)
    problem = exact(str(found.problem)) if found.problem else None
    if image and size is None:
        problem = "a layer is missing or damaged; imgscope report tells which"
    elif verified is False:
        problem = "a layer is not what the documents say; imgscope verify tells which"
    return {
        "id": found.id or None,
        "manifest_digest": found.manifest_digest,
        "tags": list(found.tags),
        "platform": platform_info(found.platform),
        "created": (image and image.config.created) or None,
        "size": size,
        "stored_bytes": image.stored_bytes if image else None,
        "layers": len(image.layers) if image else None,
        "verified": verified,
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
