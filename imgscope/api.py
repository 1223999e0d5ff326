"""For use from Python: what the commands tell, as the same values that their JSON holds.

Open an image, inspect it once, and ask::

    from imgscope import api

    with api.open_image("app.tar") as opened:
        inspection = api.inspect(opened)
        largest = api.waste(inspection)[0]

All sizes are bytes, layers are numbered from 0, the lowest. Paths have no slash in front; they may be given with one,
and names that are not UTF-8 as ``os.fsdecode`` has them. What is returned are dictionaries and sequences of the types
in ``imgscope.report``, which the schemas describe; long sequences make their rows when they are asked for. Questions
are answered while the image is open, and not from several threads at once.

Every function raises a subclass of ``ImgscopeError``: ``SettingsError`` where the question is wrong (no such path,
layer, rule), another where the image cannot be read. An inspection with ``complete`` False answers with what could be
read.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, get_args

from imgscope import open_image
from imgscope.difference.asked import Asked, compared
from imgscope.difference.packages import packages_of
from imgscope.difference.whole import difference
from imgscope.errors import LimitError, SettingsError
from imgscope.extract.cat import Content, cat
from imgscope.extract.model import request
from imgscope.extract.write import extract as write_files
from imgscope.filesystem.finding import View
from imgscope.filesystem.lookup import check_layer
from imgscope.gate.base import base_layers
from imgscope.gate.baseline import Snapshot, snapshot
from imgscope.gate.configured import merge
from imgscope.gate.context import Evidence, is_off
from imgscope.gate.given import from_document
from imgscope.gate.judge import judge
from imgscope.image.opened import ImageWarning, OpenImage
from imgscope.inspection import Inspection, inspect
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.packages.registry import ECOSYSTEMS
from imgscope.questions.advising import advised
from imgscope.questions.blaming import Blaming
from imgscope.questions.comparing import side_of
from imgscope.questions.duplicates import find_duplicates
from imgscope.questions.finding import Finder, Query, several
from imgscope.questions.packages import find_packages
from imgscope.questions.subject import subject_of
from imgscope.report.advice import AdviceDocument, advice_rows, estimates_row, finding_row
from imgscope.report.blame import BlameInfo, blame_rows
from imgscope.report.build import build_report, history_rows, layer_rows, waste_row
from imgscope.report.difference.build import build_diff
from imgscope.report.difference.wire import Diff
from imgscope.report.dockerfile import DockerfileInfo, dockerfile_info
from imgscope.report.extraction import ExtractionInfo, extraction_info
from imgscope.report.files import listed
from imgscope.report.find import FoundDocument, found_rows
from imgscope.report.packages import Asked as AskedPackages
from imgscope.report.packages import By, Packages, build_packages
from imgscope.report.rows import Rows
from imgscope.report.sharing import SharedInfo, build_sharing, candidate
from imgscope.report.verdicts.json import checked_image
from imgscope.report.verdicts.options import Options
from imgscope.report.verdicts.wire import CheckedImage
from imgscope.report.wire import SCHEMA_VERSION, FileInfo, HistoryInfo, LayerInfo, Report, WasteInfo
from imgscope.sources.detect import open_source
from imgscope.sources.select import fitting, only_listed
from imgscope.sources.select import opened as opened_of

__all__ = [
    "Query",
    "advice",
    "blame",
    "check",
    "diff",
    "dockerfile",
    "extract",
    "files",
    "find",
    "history",
    "inspect",
    "layers",
    "open_image",
    "open_images",
    "packages",
    "read",
    "report",
    "shared",
    "stream",
    "waste",
]

MOST = 64 << 20
"""Bytes of a file that :func:`read` gives at most, unless it is told otherwise."""


@contextmanager
def open_images(
    path: str | os.PathLike[str],
    *,
    image: str | None = None,
    platform: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[list[OpenImage]]:
    """Open all images in a file, or those that ``image`` and ``platform`` leave: a context, in which they can be read.

    Of an index, platforms that were never saved are left out. Raises ImgscopeError where any other cannot be opened.
    """
    source = open_source(os.fspath(path), limits)
    try:
        every = source.catalogue.images
        found = [one for one in fitting(source, image, platform) if not only_listed(one, every)]
        yield [opened_of(source, one) for one in found]
    finally:
        source.close()


def report(inspection: Inspection) -> Report:
    """The whole of ``imgscope report``: image, totals, layers, history, waste, warnings, advice."""
    document = build_report(inspection)
    document["advice"], failed = advice_rows(inspection)
    _tell(failed)
    return document


def layers(inspection: Inspection) -> list[LayerInfo]:
    """Digests, compression and sizes of each layer, what it wastes and what it turned into waste; the lowest first."""
    return layer_rows(inspection)


def history(inspection: Inspection) -> list[HistoryInfo]:
    """The build steps, oldest first."""
    return history_rows(inspection.opened.image)


def waste(inspection: Inspection) -> Sequence[WasteInfo]:
    """Every file that travels for nothing, with its cause and the layer that hid it; the largest first."""
    return Rows(inspection.analysis.waste, waste_row)


def files(inspection: Inspection, path: str = "", *, layer: int | None = None) -> Iterator[FileInfo]:
    """A path and all below it in the final filesystem, by path; or a layer's own entries as it has them.

    Raises SettingsError where there is no such path or layer.
    """
    return (row for row, _ in listed(inspection, os.fsencode(path), layer).rows)


def find(inspection: Inspection, query: Query, *, limits: Limits = DEFAULT_LIMITS) -> FoundDocument:
    """Search all that the image holds, what later layers hid too; ``cut`` where there is more than was asked for.

    Raises SettingsError for what cannot be meant, in the words of the command's options.
    """
    found = Finder(query).find(inspection, limits=limits)
    return {
        "schema_version": SCHEMA_VERSION,
        "complete": inspection.complete,
        "cut": found.cut,
        "find": found_rows(inspection.filesystem, found),
    }


def blame(inspection: Inspection, *paths: str, limits: Limits = DEFAULT_LIMITS) -> Sequence[BlameInfo]:
    """What every layer did to paths or to what globs fit, gone or not: each once, with its events, oldest first.

    Raises SettingsError for a path or glob that no layer has.
    """
    blaming = Blaming(inspection)
    asked = [os.fsencode(path) for path in paths]
    found = [blaming.find(path) for path in asked]
    for path, ones in zip(asked, found, strict=True):
        if not ones:
            raise blaming.missing(path)
    return blame_rows(inspection, blaming.told(found, limits=limits))


def packages(
    inspection: Inspection,
    *,
    by: By = "size",
    types: str | Iterable[str] = (),
    layer: int | None = None,
    unowned: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Packages:
    """Packages and the bytes that each owns in every layer; with ``unowned`` the files of none, too.

    ``by`` is what comes first, ``types`` leaves only packages of some, ``layer`` only the bytes that it carries.
    """
    check_layer(inspection.filesystem, layer)
    wanted, known = several(types), [ecosystem.type for ecosystem in ECOSYSTEMS]
    for one in wanted:
        if one not in known:
            raise SettingsError(f"there are no packages of type {one}", hint=f"there are {', '.join(known)}")
    if by not in get_args(By):
        raise SettingsError(f"packages are not sorted by {by}", hint=f"by {', '.join(get_args(By))}")
    return build_packages(
        inspection, find_packages(inspection, limits=limits), AskedPackages(layer, wanted, by, unowned)
    )


def advice(inspection: Inspection, *, duplicates: bool = False, limits: Limits = DEFAULT_LIMITS) -> AdviceDocument:
    """What the image could do without, what saves most first, and what it would come to.

    With ``duplicates`` files of equal size are read, to find those of equal content. A rule that fails is a Python
    warning.
    """
    told = advised(inspection, find_duplicates(inspection, limits=limits) if duplicates else None)
    _tell(told.warnings)
    return {
        "schema_version": SCHEMA_VERSION,
        "advice": [finding_row(told.facts, finding) for finding in told.advice.findings],
        "estimates": estimates_row(told.advice.estimates),
        "complete": inspection.complete,
    }


def diff(
    before: Inspection,
    after: Inspection,
    *,
    paths: str | Iterable[str] = (),
    mtime: bool = False,
    renames: bool = True,
    packages: bool = False,
    show_secrets: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Diff:
    """How two images differ: paths, and what the config makes run; of globs ``paths`` only what they fit.

    ``mtime``: times count too. ``renames``: what moved is told as moved. ``packages``: growth by package, too.
    ``show_secrets``: values of settings named like secrets are told, and are not ``****``.
    """
    asked = Asked(path=several(paths), mtime=mtime, renames=renames, packages=packages)
    if packages and asked.path:
        raise SettingsError("packages are of all files, not of some paths")
    one, other = side_of(before), side_of(after)
    if packages:
        one, other = (
            replace(side, packages=packages_of(each.filesystem, find_packages(each, limits=limits)))
            for side, each in ((one, before), (other, after))
        )
    found = difference(one, other, compared(one, other, asked, limits=limits), settings=asked.config)
    return build_diff(found, show_secrets=show_secrets)


def shared(images: Iterable[OpenImage]) -> SharedInfo:
    """What images have in common: layers, bases, and what a registry keeps of all; from their documents alone."""
    every = list(images)
    info = build_sharing([candidate(one) for one in every])
    return {**info, "complete": info["complete"] and not any(one.damaged for one in every)}


def dockerfile(inspection: Inspection) -> DockerfileInfo:
    """The build as instructions, as far as the history tells, with what each put there and wasted."""
    return dockerfile_info(inspection)


def read(
    inspection: Inspection, path: str, *, layer: int | None = None, most: int = MOST, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """The content of a file, through links inside of the image; with ``layer`` as it was after that one.

    Raises SettingsError where it is not there or no file, LimitError where it has more than ``most`` bytes.
    """
    content = _content(inspection, path, layer, limits)
    if content.size > most:
        raise LimitError(f"the file has {content.size} bytes, more than {most}", hint="stream gives it piece by piece")
    return b"".join(content.bytes())


def stream(
    inspection: Inspection, path: str, *, layer: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[bytes]:
    """The same piece by piece, however large it is; an error of the image may come behind some pieces."""
    return (bytes(piece) for piece in _content(inspection, path, layer, limits).bytes())


def extract(
    inspection: Inspection,
    target: str | os.PathLike[str],
    paths: str | Iterable[str] = (),
    *,
    layer: int | None = None,
    overwrite: bool = False,
    owner: bool = True,
    limits: Limits = DEFAULT_LIMITS,
) -> ExtractionInfo:
    """Write the final filesystem, or ``paths`` of it with all below, to the directory ``target``; nothing beside it.

    ``layer``: as it was after that one. ``overwrite``: replace what is there. ``owner``: where root asks,
    owners are set and devices made. Raises SettingsError where a path is not there or the target is not empty.
    """
    view = View(inspection.filesystem, layer)
    wanted = request(view, map(os.fsencode, several(paths)), os.fspath(target))
    done = write_files(inspection, replace(wanted, overwrite=overwrite, owner=owner, special=True), limits=limits)
    return extraction_info(wanted.target, done)


def check(
    inspection: Inspection,
    rules: Mapping[str, Any] | None = None,
    *,
    base: OpenImage | int | str | None = None,
    baseline: Inspection | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> CheckedImage:
    """Judge an image by rules as in the table ``[gate]`` of a settings file, or by the defaults; no file is looked for.

    ``base``: the image that the lowest layers are of, their number, the digest of the last one, or ``auto``.
    ``baseline``: what growth and new waste are measured against. Raises SettingsError for what is no rule.
    """
    table = dict(rules or {})
    for key in ("base", "baseline"):
        if key in table:
            raise SettingsError(f"rules: {key} is no rule", hint=f"give it beside them: check(…, {key}=…)")
    if baseline:
        table["baseline"] = baseline.opened.origin.path
    configured = merge([from_document({"gate": table}, "rules")])
    duplicates = configured.settings.duplicate_content
    evidence = Evidence(
        today=date.today(),  # noqa: DTZ011 - as people count days
        before=_snapshot(baseline) if baseline else None,
        before_name=os.path.basename(baseline.opened.origin.path) if baseline else "",
        duplicates=find_duplicates(inspection, limits=limits) if duplicates and not is_off(duplicates) else (),
    )
    subject = subject_of(inspection, inspection.opened.origin.path, _base_layers(inspection, base))
    verdict = judge(subject, configured.settings, evidence, basis=configured.basis, origins=configured.origins)
    return checked_image(verdict, Options())


def _base_layers(inspection: Inspection, base: OpenImage | int | str | None) -> int | None:
    image = inspection.opened.image
    if base is None:
        return None
    if isinstance(base, OpenImage):
        return base_layers(image, base.origin.path, base.image)
    return base_layers(image, str(base), fs=inspection.filesystem)


def _snapshot(baseline: Inspection) -> Snapshot:
    path = baseline.opened.origin.path
    if not baseline.complete:
        raise SettingsError("the baseline could not be read in full", file=path)
    return snapshot(subject_of(baseline, path))


def _content(inspection: Inspection, path: str, layer: int | None, limits: Limits) -> Content:
    return cat(inspection, View(inspection.filesystem, layer), os.fsencode(path), limits=limits)


def _tell(failed: Iterable[ImageWarning]) -> None:
    """Of rules that failed."""
    for one in failed:
        warnings.warn(f"{one.where}: {one.message}", RuntimeWarning, stacklevel=3)
