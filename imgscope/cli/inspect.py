"""``imgscope inspect``."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session


@image_command
@formats("json", "text")
def command(session: Session, format_: str) -> int:
    """The config of IMAGE and the digests of its layers, from its documents alone: layers are not read."""
    from imgscope.report.build import history_rows, image_info, source_info

    with session.image() as opened, session.output() as printer:
        session.warn(opened.warnings)
        image = opened.image
        layers = [
            {
                "index": layer.index,
                "digest": layer.digest,
                "diff_id": layer.diff_id or None,
                "chain_id": layer.chain_id or None,
                "media_type": layer.media_type,
                "stored_bytes": layer.stored_bytes,
                "error": layer.problem,
            }
            for layer in image.layers
        ]
        value: dict[str, Any] = {
            "source": source_info(opened.origin),
            "image": image_info(image),
            "layers": layers,
            "history": history_rows(image),
        }
        if format_ == "json":
            from imgscope.report.json import part

            documents = {"config": _raw(image.raw_config), "manifest": _raw(image.raw_manifest)}
            printer.stream.write(part("inspect", {**value, "documents": documents}))
        else:
            from imgscope.report.text import write_inspect

            write_inspect(printer, value)
        incomplete = opened.damaged or any(layer.problem for layer in image.layers)
    return INPUT if incomplete else OK


def _raw(document: bytes | None) -> Any:
    """A document as it is stored, unknown fields and all."""
    return from_json(document.removeprefix(b"\xef\xbb\xbf")) if document else None
