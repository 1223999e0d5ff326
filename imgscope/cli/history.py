"""``imgscope history``."""

from __future__ import annotations

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session


@image_command
@formats("text", "json")
def command(session: Session, format_: str) -> int:
    """The build steps of IMAGE with their layers and the sizes of these, newest first, as docker history."""
    from imgscope.report.build import history_rows

    with session.inspection() as inspection, session.output() as printer:
        image = inspection.opened.image
        rows = history_rows(image)
        if format_ == "json":
            from imgscope.report.json import part

            printer.stream.write(part("history", rows))
        else:
            from imgscope.report.text import write_history

            sizes = [
                None if index.error else account.content_bytes
                for index, account in zip(inspection.layers, inspection.analysis.layers, strict=True)
            ]
            write_history(printer, rows, sizes, image.id or None)
    return OK if inspection.complete else INPUT
