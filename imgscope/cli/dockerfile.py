"""``imgscope dockerfile``."""

from __future__ import annotations

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session


@image_command
@formats("text", "json")
def command(session: Session, format_: str) -> int:
    """The Dockerfile of IMAGE, as far as its history tells, with what each line put there and wasted.

    What was copied is named where the history names it, else by its checksum in a comment.
    """
    from imgscope.report.dockerfile import dockerfile_info, write_dockerfile

    with session.inspection() as inspection, session.output() as printer:
        info = dockerfile_info(inspection)
        if format_ == "json":
            from imgscope.report.json import part

            printer.stream.write(part("dockerfile", info, complete=inspection.complete))
        else:
            write_dockerfile(printer, inspection, info)
    return OK if inspection.complete else INPUT
