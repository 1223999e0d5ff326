"""``imgscope layers``."""

from __future__ import annotations

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session


@image_command
@formats("text", "json")
def command(session: Session, format_: str) -> int:
    """Digests, compression, stored and uncompressed size of each layer of IMAGE."""
    from imgscope.report.build import layer_rows

    with session.inspection() as inspection, session.output() as printer:
        rows = layer_rows(inspection)
        if format_ == "json":
            from imgscope.report.json import part

            printer.stream.write(part("layers", rows))
        else:
            from imgscope.report.text import write_layers

            write_layers(printer, rows)
    return OK if inspection.complete else INPUT
