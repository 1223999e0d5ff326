"""``imgscope diff``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK, VIOLATED
from imgscope.cli.options import formats, images_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError
from imgscope.units import counted, size

if TYPE_CHECKING:
    from imgscope.difference.asked import Asked
    from imgscope.difference.model import Paths
    from imgscope.difference.side import Side
    from imgscope.difference.whole import Difference
    from imgscope.inspection import Inspection
    from imgscope.report.difference.tables import Table
    from imgscope.report.difference.wire import Diff

_ONLY = ("content", "metadata", "config")


@images_command
@formats("text", "json", "markdown", "html")
@click.option("--layers", nargs=2, type=int, metavar="N M", help="A as it was after layer N, and after layer M.")
@click.option("--layer", type=int, metavar="N", help="What layer N of A did.")
@click.option("--image-b", metavar="NAME", help="Which image of the second file; or of the only one, beside --image.")
@click.option("--platform-b", metavar="OS/ARCH[/VARIANT]", help="Which platform of the second.")
@click.option("--only", type=click.Choice(_ONLY), multiple=True, help="Only what differs in this (repeatable).")
@click.option("--path", metavar="GLOB", multiple=True, help="Only paths that match, as in .gitignore (repeatable).")
@click.option("--mtime", is_flag=True, help="Times of change count, and are listed.")
@click.option("--renames/--no-renames", default=True, help="Whether what moved is told as moved.")
@click.option("--packages", is_flag=True, help="Growth by package, too: databases of both are read.")
@click.option(
    "--top", type=click.IntRange(min=0), default=20, show_default=True, help="Most rows of a list, but in JSON."
)
@click.option("--show-secrets", is_flag=True, help="With the values of what is named like a secret.")
@click.option("--brief", is_flag=True, help="One line.")
@click.option("--exit-zero", is_flag=True, help="0, not 1, where something differs.")
def command(
    sessions: Sequence[Session],
    format_: str,
    layers: tuple[int, int] | None,
    layer: int | None,
    image_b: str | None,
    platform_b: str | None,
    only: tuple[str, ...],
    path: tuple[str, ...],
    mtime: bool,
    renames: bool,
    packages: bool,
    top: int,
    show_secrets: bool,
    brief: bool,
    exit_zero: bool,
) -> int:
    """How two images differ: paths, and what the config makes run. Exit with 1 where they do.

    A and B are images; in the place of either may be what report, files or check saved of one. Or A is one image, with
    --layers, --layer, --image-b or --platform-b.
    """
    from imgscope.difference.asked import Asked
    from imgscope.report.difference.build import build_diff

    asked = Asked(tuple(dict.fromkeys(only)), path, mtime, renames, packages)
    first = sessions[0]
    if brief and format_ != "text":
        raise click.UsageError("--brief is for text")
    if packages and (path or not asked.paths):
        raise click.UsageError("--packages counts all files: not with --path or --only config")
    if layers is not None or layer is not None:
        if len(sessions) > 1 or image_b or platform_b or (layers is not None and layer is not None):
            raise click.UsageError("--layers and --layer are of one image")
        if asked.only == ("config",):
            raise click.UsageError("layers have no config")
        compared = _layers(first, layers or ((layer or 0) - 1, layer or 0), asked)
    else:
        compared = _two(_pair(sessions, image_b, platform_b), asked)
    with compared as found:
        diff = build_diff(found, show_secrets=show_secrets)
        _write(first, found, diff, format_, top, brief=brief, numbers=not path)
        if not found.complete:
            return INPUT
        return VIOLATED if found.different and not exit_zero else OK


# The two are told apart in the usage line.
command.params[0].metavar = "A [B]"


def _pair(sessions: Sequence[Session], image_b: str | None, platform_b: str | None) -> tuple[Session, Session]:
    """The two images that are meant."""
    if len(sessions) > 2 or (len(sessions) == 1 and not image_b and not platform_b):
        given = "one was" if len(sessions) == 1 else f"{len(sessions)} were"
        raise click.UsageError(f"two images are compared, and {given} given; or one with --layers, --layer, --image-b")
    first, second = sessions[0], sessions[-1]
    if first.settings.path == second.settings.path == "-":
        raise click.UsageError("standard input can be read once only")
    settings = second.settings
    chosen = replace(settings, image=image_b or settings.image, platform=platform_b or settings.platform)
    return first, Session(chosen)


@contextmanager
def _two(sessions: tuple[Session, Session], asked: Asked) -> Iterator[Difference]:
    """Two images, or what was saved of them."""
    from imgscope.difference.whole import difference

    with ExitStack() as stack:
        before, after = (_side(session, stack, asked) for session in sessions)
        for side in (before, after):
            _check(side, asked)
        yield difference(before, after, _compared(sessions[0], before, after, asked), settings=asked.config)


def _check(side: Side, asked: Asked) -> None:
    """That a side has what shall be compared alone. Raises SettingsError."""
    wants_paths = asked.path or {"content", "metadata"} & set(asked.only)
    missing = "paths" if wants_paths and side.view is None else ""
    if asked.packages and side.packages is None:
        missing = "packages"
    if "config" in asked.only and side.settings is None:
        missing = "config"
    if missing:
        raise SettingsError(f"a {side.source} has no {missing}", file=side.path, hint="compare the images")


@contextmanager
def _layers(session: Session, layers: tuple[int, int], asked: Asked) -> Iterator[Difference]:
    """One image at two moments."""
    from imgscope.difference.side import of_layer
    from imgscope.difference.whole import difference
    from imgscope.filesystem.lookup import check_layer
    from imgscope.questions.comparing import side_of

    with session.inspection() as one:
        for layer in reversed(layers):
            check_layer(one.filesystem, None if layer == -1 else layer)
        whole = side_of(one)
        before, after = (of_layer(whole, one.analysis, layer) for layer in layers)
        if asked.packages:
            before, after = (
                _with_packages(session, side, _until(one, layer))
                for side, layer in zip((before, after), layers, strict=True)
            )
        yield difference(before, after, _compared(session, before, after, asked), settings=False)


def _side(session: Session, stack: ExitStack, asked: Asked) -> Side:
    from imgscope.cli.saved import saved_side
    from imgscope.difference.side import of_documents

    saved = saved_side(session)
    if saved:
        return saved
    if not asked.paths:
        opened = stack.enter_context(session.image())
        session.warn(opened.warnings)
        return of_documents(opened)
    from imgscope.questions.comparing import side_of

    one = stack.enter_context(session.inspection())
    side = side_of(one)
    return _with_packages(session, side, one) if asked.packages else side


def _with_packages(session: Session, side: Side, one: Inspection) -> Side:
    """The same with what owns its bytes. Says what could not be read."""
    from imgscope.difference.packages import packages_of
    from imgscope.image.opened import ImageWarning
    from imgscope.questions.packages import find_packages

    with session.progress() as progress:
        found = find_packages(one, limits=session.settings.limits, progress=progress)
    packages = packages_of(one.filesystem, found)
    session.warn(
        ImageWarning(
            "unread-database",
            f"{counted(unread.databases, 'database', 'databases')} of {unread.type} packages could not be read",
            f"{side.path} layer {unread.layer}: {unread.path.decode(errors='backslashreplace')}: {unread.why}",
        )
        for unread in packages.unread
    )
    return replace(side, packages=packages)


def _until(one: Inspection, layer: int) -> Inspection:
    """An image as if ``layer`` were its last."""
    from imgscope.filesystem.squash import squash

    return replace(one, filesystem=squash(one.filesystem.tables[: layer + 1]))


def _compared(session: Session, before: Side, after: Side, asked: Asked) -> Paths | None:
    """The filesystems path by path, where both are known."""
    from imgscope.difference.asked import compared

    with session.progress() as progress:
        return compared(before, after, asked, limits=session.settings.limits, progress=progress, cache=session.cache)


def _write(
    session: Session, found: Difference, diff: Diff, format_: str, top: int, *, brief: bool, numbers: bool
) -> None:
    from imgscope.report.difference.build import sections

    settings = session.settings
    most = top if settings.truncate else None
    with session.output() as printer:
        if format_ == "json":
            from imgscope.report.json import pieces

            printer.stream.writelines(pieces(diff))
        elif brief:
            from imgscope.report.difference.text import write_brief

            write_brief(printer, diff)
        elif format_ == "text":
            from imgscope.report.difference.text import write_diff

            shown = sections(found.paths, most) if found.paths else []
            write_diff(printer, diff, shown, most, numbers=numbers, facts=settings.verbose)
        else:
            from imgscope.report.difference.tables import tables

            shown = sections(found.paths, most) if found.paths else []
            told = tables(diff, shown, most, _measure(session), numbers=numbers, facts=settings.verbose)
            printer.stream.writelines(_page(format_, diff, told))


def _measure(session: Session) -> Callable[[int], str]:
    """Bytes as they were asked for."""
    style = session.settings.sizes
    return lambda count: size(count, style)


def _page(format_: str, diff: Diff, told: Iterable[Table]) -> Iterator[str]:
    if format_ == "markdown":
        from imgscope.report.difference.markdown import write_markdown

        return write_markdown(diff, told)
    from imgscope.report.difference.html import write_html

    return write_html(diff, told)
