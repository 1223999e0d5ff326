"""The doors of the interface: it opens, extracts and remembers through these, and knows none of the rooms behind."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from imgscope.cli.session import Session
from imgscope.cli.userfiles import write_remembered
from imgscope.escaping import printable
from imgscope.progress import SILENT, Progress
from imgscope.settings import Preferences, Remembered
from imgscope.sources.detect import open_source
from imgscope.sources.interface import Found, Source
from imgscope.sources.select import describe, opened, preferred
from imgscope.tui.doors import Choice, Compared, Doors, Extraction, Offer
from imgscope.units import counted

if TYPE_CHECKING:
    from imgscope.extract.model import Outcome, Request
    from imgscope.inspection import Inspection
    from imgscope.questions.advising import Advised


class Relay:
    """Progress for work that began before there was anyone to show it."""

    def __init__(self) -> None:
        self._to: Progress = SILENT
        self._begun: tuple[str, int] | None = None

    def tell(self, to: Progress) -> None:
        """Someone is there now."""
        if self._begun:
            to.begin(*self._begun)
        self._to = to

    def begin(self, label: str, total: int) -> None:
        """A stage begins."""
        self._begun = label, total
        self._to.begin(label, total)

    def advance(self, amount: int) -> None:
        """More bytes."""
        self._to.advance(amount)


class Door:
    """Opens the source of a session, before or beside the interface."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._relay = Relay()
        self._source: Future[Source] = Future()

    def open_here(self) -> None:
        """Open it now, with the progress bar of other commands. Raises what opening does."""
        with self._session.progress() as progress:
            self._source.set_result(self._open(progress))

    def open_beside(self, threads: ThreadPoolExecutor) -> None:
        """Open it in a thread."""
        self._source = threads.submit(self._open, self._relay)

    def fail_early(self, patience: float) -> None:
        """Raise what went wrong in opening, if that is known within so many seconds."""
        with suppress(NotYet):
            self._source.result(patience)

    def close(self) -> None:
        """Close the source."""
        if self._source.done() and not self._source.exception():
            self._source.result().close()

    def doors(self) -> Doors:
        """What the interface is given."""
        settings, cache = self._session.settings, self._session.cache
        doors = (self.offer, self._extract, _measure, _remember, _advise, self._compare)
        return Doors(settings.path, settings.limits, *doors, verify=settings.verify, cache=cache)

    def offer(self, progress: Progress) -> Offer:
        """The images that the options leave. Raises what opening does."""
        self._relay.tell(progress)
        source = self._source.result()
        found = self._session.chosen(source)
        choices = tuple(_choice(source, each) for each in found)
        named = bool(self._session.settings.image or self._session.settings.platform)
        return Offer(choices, found.index(preferred(found)), ask=len(found) > 1 and not named)

    def _extract(self, wanted: Extraction, progress: Progress) -> tuple[str, list[str]]:
        from imgscope.extract.write import extract

        limits = self._session.settings.limits
        return _told(wanted, extract(wanted.inspection, _request(wanted), limits=limits, progress=progress))

    def _compare(self, now: Inspection, other: str | Choice, progress: Progress) -> Compared:
        from imgscope.cli.door_compare import compare_with

        return compare_with(self._session, now, other, progress)

    def _open(self, progress: Progress) -> Source:
        settings = self._session.settings
        return open_source(settings.path, settings.limits, progress)


def _choice(source: Source, found: Found) -> Choice:
    """An image as the picker shows it."""
    if found.image is None:
        detail = str(found.problem.what if found.problem else "cannot be opened")
    else:
        layers = counted(len(found.image.layers), "layer", "layers")
        more = f", also {', '.join(found.tags[1:4])}" if len(found.tags) > 1 else ""
        detail = f"{layers}, {(found.id or '').partition(':')[2][:12]}{more}"
    return Choice(describe(found) or "(no name)", detail, partial(opened, source, found))


def _told(wanted: Extraction, outcome: Outcome) -> tuple[str, list[str]]:
    """What was written, in a sentence, and what could not be kept."""
    files = counted(outcome.files, "file", "files")
    directories = f", {counted(outcome.directories, 'directory', 'directories')}" if outcome.directories else ""
    links = f", {counted(outcome.links, 'link', 'links')}" if outcome.links else ""
    problems = [f"{problem.path}: {problem.reason}" for problem in outcome.problems]
    return f"wrote {files}{directories}{links} to {printable(os.path.abspath(_request(wanted).target))}", problems


def _measure(wanted: Extraction) -> tuple[int, int]:
    from imgscope.extract.plan import size_of

    return size_of(wanted.inspection, _request(wanted))


def _request(wanted: Extraction) -> Request:
    from imgscope.extract.model import Request

    return Request(wanted.node, wanted.state, os.path.expanduser(wanted.target), overwrite=wanted.overwrite)


def _remember(preferences: Preferences) -> None:
    write_remembered(
        Remembered(
            theme=preferences.theme,
            sort=preferences.sort,
            columns=preferences.columns,
        )
    )


def _advise(inspection: Inspection) -> Advised:
    from imgscope.questions.advising import advised

    return advised(inspection)
