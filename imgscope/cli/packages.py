"""``imgscope packages``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError
from imgscope.packages.registry import ECOSYSTEMS
from imgscope.units import size

if TYPE_CHECKING:
    from imgscope.image.opened import ImageWarning
    from imgscope.inspection import Inspection
    from imgscope.report.packages import Asked, By, Packages, UnreadInfo

_SHOWN = 20


@image_command
@formats("text", "json", "markdown", "csv")
@click.option(
    "--by",
    type=click.Choice(["size", "wasted", "name", "layer"]),
    default="size",
    show_default=True,
    help="What comes first; by wasted, text and Markdown have only packages that waste something.",
)
@click.option(
    "--type",
    "types",
    type=click.Choice([ecosystem.type for ecosystem in ECOSYSTEMS]),
    multiple=True,
    help="Only packages of this type (repeatable).",
)
@click.option("--layer", type=int, metavar="N", help="Only the bytes that layer N carries.")
@click.option("--unowned", is_flag=True, help="The files that no package owns, instead of packages.")
@click.option("--top", type=click.IntRange(min=0), help=f"Only the first N; in text and Markdown {_SHOWN} by default.")
def command(
    session: Session, format_: str, by: By, types: tuple[str, ...], layer: int | None, unowned: bool, top: int | None
) -> int:
    """The packages in IMAGE, the bytes that each has in every layer, live and wasted, and bytes of no package."""
    from imgscope.filesystem.lookup import check_layer
    from imgscope.report.packages import Asked

    if unowned and types:
        raise SettingsError("--unowned is for what has no package, --type for packages")
    with session.inspection() as inspection:
        check_layer(inspection.filesystem, layer)
        packages = _packages(session, inspection, Asked(layer, types, by, unowned))
        if by == "wasted" and format_ in ("text", "markdown"):
            packages = {**packages, "packages": [row for row in packages["packages"] if row["wasted_bytes"]]}
        _write(session, packages, format_, top)
    return OK if packages["complete"] else INPUT


def _packages(session: Session, inspection: Inspection, asked: Asked) -> Packages:
    from imgscope.questions.packages import find_packages
    from imgscope.report.packages import build_packages

    with session.progress() as progress:
        found = find_packages(inspection, limits=session.settings.limits, progress=progress)
    packages = build_packages(inspection, found, asked)
    session.warn(_unread(packages["unread"], every=session.settings.verbose))
    return packages


def _unread(unread: Sequence[UnreadInfo], *, every: bool) -> Iterator[ImageWarning]:
    """What could not be read: a line a reason, or each with ``every``."""
    from imgscope.image.opened import ImageWarning
    from imgscope.packages.ownership import LISTED

    listed = Counter(row["type"] for row in unread)
    reasons: dict[tuple[str, str], list[UnreadInfo]] = {}
    for row in unread:
        reasons.setdefault((row["type"], row["message"]), []).append(row)
    for (type_, why), rows in reasons.items():
        for row in rows if every or len(rows) == 1 else ():
            yield ImageWarning("unread-database", f"{row['path']}: {why}", f"layer {row['layer']}")
        if not every and len(rows) > 1:
            files = f"{'at least ' if listed[type_] >= LISTED else ''}{len(rows)} files"
            first = f"the first {rows[0]['path']} in layer {rows[0]['layer']}"
            yield ImageWarning("unread-database", f"{why}: {files}, {first}; --verbose lists them")


def _write(session: Session, packages: Packages, format_: str, top: int | None) -> None:
    from imgscope.report import packages_text

    with session.output() as printer:
        if format_ == "json":
            from imgscope.report.json import pieces

            printer.stream.writelines(pieces(_first(packages, top)))
        elif format_ == "csv":
            printer.stream.writelines(packages_text.write_csv(packages, top))
        elif format_ == "markdown":
            style = session.settings.sizes
            shown = _SHOWN if top is None else top
            printer.stream.writelines(packages_text.write_markdown(packages, shown, lambda count: size(count, style)))
        else:
            packages_text.write_text(printer, packages, _SHOWN if top is None else top)


def _first(packages: Packages, top: int | None) -> Packages:
    """The same with ``top`` packages and files of no package at most."""
    if top is None:
        return packages
    shown: Packages = {**packages, "packages": packages["packages"][:top]}
    if "unowned_files" in packages:
        shown["unowned_files"] = packages["unowned_files"][:top]
    return shown
