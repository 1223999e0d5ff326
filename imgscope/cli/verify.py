"""``imgscope verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.failures import told
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import ImgscopeError

if TYPE_CHECKING:
    from imgscope.inspection import Known
    from imgscope.report.printer import Printer
    from imgscope.report.verification import CheckInfo, VerifiedImage
    from imgscope.sources.interface import Files, Found, Source
    from imgscope.sources.survey import Misnamed


@image_command
@formats("text", "json")
def command(session: Session, format_: str) -> int:
    """Read every byte of IMAGE, and say whether it is what its documents say: exit with 3 where it is not."""
    from imgscope.inspection import Known
    from imgscope.report.verification import passed

    with session.source() as source:
        found, known = session.chosen(source), Known()
        images = [_verified(session, source, each, known) for each in found]
        whole = _whole(session, source, found)
        holds = passed(whole) and all(image["passed"] for image in images)
        with session.output() as printer:
            if format_ == "json":
                from imgscope.report.json import part

                printer.stream.write(part("verify", images, passed=holds, checks=whole))
            else:
                _write(session, printer, images, whole, holds)
    return OK if holds else INPUT


def _verified(session: Session, source: Source, found: Found, known: Known) -> VerifiedImage:
    from imgscope.inspection import inspect
    from imgscope.report.build import exact
    from imgscope.report.verification import image_checks, not_saved, passed
    from imgscope.sources.select import describe, only_listed, opened

    name = exact(describe(found) or "(no name)")
    try:
        image = opened(source, found)
        with session.progress() as progress:
            inspection = inspect(image, limits=session.settings.limits, progress=progress, verify=True, known=known)
    except ImgscopeError as error:
        if only_listed(found, source.catalogue.images):
            return {"image": name, "passed": True, "error": None, "hint": None, "checks": [not_saved(error)]}
        return {"image": name, "passed": False, "error": exact(str(error)), "hint": error.hint, "checks": []}
    checks = image_checks(inspection, source.catalogue.warnings)
    return {"image": name, "passed": passed(checks), "error": None, "hint": None, "checks": checks}


def _whole(session: Session, source: Source, found: list[Found]) -> list[CheckInfo]:
    """What is said of the file, and of blobs that no layer of the images above is."""
    from imgscope.report.verification import source_checks

    checks = list(source_checks(source.catalogue.warnings, source.changed()))
    return checks + _blobs(session, source, source.files, found) if source.files else checks


def _blobs(session: Session, source: Source, files: Files, found: list[Found]) -> list[CheckInfo]:
    from imgscope.report.verification import blob_checks
    from imgscope.sources.select import only_listed
    from imgscope.sources.survey import misnamed, unreferenced

    catalogue = source.catalogue
    every = (each.image for each in catalogue.images if each.image)
    used = {layer.blob for image in every for layer in image.layers if layer.blob}
    told = {layer.blob for each in found if each.image for layer in each.image.layers if layer.blob}
    told |= {each.problem.member for each in found if each.problem and each.problem.member}
    # What an image that cannot be opened would lead to is not known.
    all_open = all(each.image or only_listed(each, catalogue.images) for each in catalogue.images)
    wrong: list[Misnamed] = []
    broken: list[str] = []
    with session.progress() as progress:
        progress.begin("checking other blobs", 0)
        try:
            wrong.extend(misnamed(files, told, progress.advance))
        except ImgscopeError as error:
            broken.append(str(error.located(file=source.path)))
    lonely = unreferenced(files, used, session.settings.limits) if all_open else []
    return blob_checks(lonely, wrong, broken)


def _write(
    session: Session, printer: Printer, images: list[VerifiedImage], whole: list[CheckInfo], holds: bool
) -> None:
    from imgscope.report.verification import write_checks

    for image in images:
        printer.line(f"{session.settings.path}  {image['image']}", "bold")
        for kind, text in told(image["error"], image["hint"]) if image["error"] else ():
            printer.line(f"{kind}: {text}", "bold red")
        write_checks(printer, image["checks"])
    printer.line("the whole file", "bold")
    write_checks(printer, whole)
    printer.line("it is what its documents say" if holds else "it is NOT what its documents say")
