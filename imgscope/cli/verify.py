"""``imgscope verify``."""

from __future__ import annotations

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.failures import in_words
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import ImgscopeError
from imgscope.report.printer import Printer
from imgscope.report.verification import (
    CheckInfo,
    VerifiedImage,
    image_checks,
    passed,
    source_checks,
    write_checks,
)
from imgscope.sources.interface import Found, Source
from imgscope.sources.select import describe, opened


@image_command
@formats("text", "json")
def command(session: Session, format_: str) -> int:
    """Read every byte of IMAGE, and say whether it is what its documents say: exit with 3 where it is not."""
    with session.source() as source:
        found = session.chosen(source)
        images = [_verified(session, source, each) for each in found]
        whole = _whole(session, source, found)
        holds = passed(whole) and all(image["passed"] for image in images)
        with session.output() as printer:
            if format_ == "json":
                from imgscope.report.json import part

                printer.stream.write(part("verify", images, passed=holds, checks=whole))
            else:
                _write(session, printer, images, whole, holds)
    return OK if holds else INPUT


def _verified(session: Session, source: Source, found: Found) -> VerifiedImage:
    from imgscope.inspection import inspect

    name = describe(found) or "(no name)"
    try:
        image = opened(source, found)
        with session.progress() as progress:
            inspection = inspect(image, limits=session.settings.limits, progress=progress, verify=True)
    except ImgscopeError as error:
        return {"image": name, "passed": False, "error": str(error), "checks": []}
    checks = image_checks(inspection)
    return {"image": name, "passed": passed(checks), "error": None, "checks": checks}


def _whole(session: Session, source: Source, found: list[Found]) -> list[CheckInfo]:
    """What is said of blobs that no layer of the images above is."""
    from imgscope.sources.survey import misnamed, unreferenced

    if source.files is None:
        return []
    every = (each.image for each in source.catalogue.images if each.image)
    used = {layer.blob for image in every for layer in image.layers if layer.blob}
    read = {layer.blob for each in found if each.image for layer in each.image.layers if layer.blob}
    with session.progress() as progress:
        progress.begin("checking other blobs", 0)
        wrong = list(misnamed(source.files, read, progress.advance))
    return source_checks(unreferenced(source.files, used, session.settings.limits), wrong)


def _write(
    session: Session, printer: Printer, images: list[VerifiedImage], whole: list[CheckInfo], holds: bool
) -> None:
    for image in images:
        printer.line(f"{session.settings.path}  {image['image']}", "bold")
        if image["error"]:
            printer.line(in_words(image["error"]).rstrip(), "bold red")
        write_checks(printer, image["checks"])
    if whole:
        printer.line("the whole file", "bold")
        write_checks(printer, whole)
    printer.line("it is what its documents say" if holds else "it is NOT what its documents say")
