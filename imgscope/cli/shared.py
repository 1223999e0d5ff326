"""``imgscope shared``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.failures import say_failure
from imgscope.cli.options import formats, images_command
from imgscope.cli.session import Session
from imgscope.errors import ImgscopeError, SettingsError
from imgscope.units import size

if TYPE_CHECKING:
    from imgscope.image.opened import OpenImage
    from imgscope.report.sharing import Candidate
    from imgscope.sources.interface import Found, Source


@images_command
@formats("text", "json", "markdown")
@click.option("--top", type=click.IntRange(min=0), default=20, show_default=True, help="Shared layers shown in text.")
def command(sessions: Sequence[Session], format_: str, top: int) -> int:
    """What IMAGEs have in common: layers, bases, what each adds, what a registry keeps of all of them.

    From their documents alone: sizes are as stored. Every image of every file counts, unless --image or --platform
    choose some.
    """
    from imgscope.report.sharing import build_sharing

    first = sessions[0]
    info = build_sharing([one for session in sessions for one in _candidates(session)])
    with first.output() as printer:
        if format_ == "json":
            from imgscope.report.json import part

            printer.stream.write(part("shared", info))
        elif format_ == "markdown":
            from imgscope.report.sharing import write_markdown

            style = first.settings.sizes
            printer.stream.writelines(write_markdown(info, top, lambda count: size(count, style)))
        else:
            from imgscope.report.sharing import write_sharing

            write_sharing(printer, info, top if first.settings.truncate else None)
    return OK if info["complete"] else INPUT


def _candidates(session: Session) -> Iterator[Candidate]:
    """The images of one file; a file that is none is told, and does not end the run."""
    from imgscope.oci.descriptor import Platform
    from imgscope.report.sharing import Candidate
    from imgscope.sources.select import only_listed

    path = session.settings.path
    try:
        with session.source() as source:
            session.warn(source.catalogue.warnings)
            for found in session.chosen(source):
                if not only_listed(found, source.catalogue.images):
                    yield _candidate(session, source, found)
            if source.catalogue.damage:
                raise source.catalogue.damage.located(file=path)
    except SettingsError:
        raise
    except ImgscopeError as error:
        say_failure(str(error), error.hint)
        yield Candidate(path, "", Platform(), None, error.what)


def _candidate(session: Session, source: Source, found: Found) -> Candidate:
    from imgscope.report.sharing import Candidate, candidate
    from imgscope.sources.select import describe, opened

    if found.image is None:
        one = Candidate(source.path, describe(found), found.platform, None, str(found.problem or "") or None)
    else:
        image = opened(source, found)
        one = candidate(image)
        one = replace(one, error=one.error or _untrue(session, image))
    if one.error:
        say_failure(f"{source.path}: {one.error}")
    return one


def _untrue(session: Session, image: OpenImage) -> str | None:
    """With ``--verify``: what is wrong with the layers' bytes."""
    if not session.settings.verify:
        return None
    from imgscope.inspection import inspect

    with session.progress() as progress:
        whole = inspect(image, limits=session.settings.limits, progress=progress, verify=True)
    return None if whole.complete else "the layers are not what the documents say; imgscope verify tells which"
