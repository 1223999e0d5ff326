"""``imgscope inspect``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import SourceError

if TYPE_CHECKING:
    from imgscope.image.opened import OpenImage
    from imgscope.inspection import Inspection


@image_command
@formats("json", "text")
def command(session: Session, format_: str) -> int:
    """The config of IMAGE and the digests of its layers, from its documents alone; --verify reads layers too."""
    from imgscope.report.build import described_layers, history_rows, image_info, source_info

    with _opened(session) as (opened, proof), session.output() as printer:
        image = opened.image
        layers = described_layers(image, proof)
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
        whole = proof.complete if proof else not (opened.damaged or any(layer.problem for layer in image.layers))
    return OK if whole else INPUT


@contextmanager
def _opened(session: Session) -> Iterator[tuple[OpenImage, Inspection | None]]:
    """The image, and with ``--verify`` what its layers hold. Says what is wrong with it."""
    if session.settings.verify:
        with session.inspection() as inspection:
            yield inspection.opened, inspection
        return
    with session.image() as opened:
        path = opened.origin.path
        session.warn(
            opened.warnings,
            {
                layer.index: SourceError(layer.problem, file=path, member=layer.digest or layer.diff_id)
                for layer in opened.image.layers
                if layer.problem
            },
        )
        yield opened, None


def _raw(document: bytes | None) -> Any:
    """A document as it is stored, unknown fields and all."""
    return from_json(document.removeprefix(b"\xef\xbb\xbf")) if document else None
