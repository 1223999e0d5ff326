"""What a command works with: the image it opens, where its output goes, what it says beside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, TextIO, TypeVar

from imgscope.cli.bar import Bar
from imgscope.cli.narration import say
from imgscope.cli.writing import replacing
from imgscope.errors import ImgscopeError, SettingsError
from imgscope.limits import Limits
from imgscope.progress import SILENT, Progress
from imgscope.report.printer import Look, Printer
from imgscope.units import SizeStyle

if TYPE_CHECKING:
    from imgscope.image.opened import ImageWarning, OpenImage
    from imgscope.indexing.cache import Cache
    from imgscope.inspection import Inspection, Known
    from imgscope.sources.interface import Found, Source

T = TypeVar("T")
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """The options that every command has."""

    path: str
    image: str | None
    platform: str | None
    output: str | None
    quiet: bool
    verbose: bool
    color: str
    ascii_only: bool
    truncate: bool
    sizes: SizeStyle
    limits: Limits
    debug: bool = False
    verify: bool = False
    cache: bool = True


class Session:
    """One run of one command on one image."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def cache(self) -> Cache | None:
        """What earlier looks found out; None where that is not wanted, or all shall be read. Raises SettingsError."""
        from imgscope.indexing.cache import user_cache

        if self.settings.verify or not self.settings.cache:
            return None
        cache = user_cache()
        return cache if cache.most else None

    @contextmanager
    def source(self) -> Iterator[Source]:
        """The source that was named, with all images in it."""
        from imgscope.sources.detect import open_source

        with self.progress() as progress:
            source = open_source(self.settings.path, self.settings.limits, progress)
        try:
            yield source
        finally:
            source.close()

    @contextmanager
    def image(self) -> Iterator[OpenImage]:
        """The chosen image, its layers not yet read."""
        from imgscope.sources.select import choose

        with self.source() as source:
            yield choose(source, self.settings.image, self.settings.platform)

    @contextmanager
    def inspection(self) -> Iterator[Inspection]:
        """The chosen image, read and accounted for. Says what is wrong with it."""
        with self.image() as opened:
            with self.progress() as progress:
                inspection = self._inspect(opened, progress)
            self.warn(inspection.warnings, {n: layer.error for n, layer in enumerate(inspection.layers) if layer.error})
            if self.settings.verbose and not self.settings.quiet and self.cache and self.cache.problem:
                say("warning", f"the cache {self.cache.directory} {self.cache.problem}")
            yield inspection

    def _inspect(self, opened: OpenImage, progress: Progress) -> Inspection:
        from imgscope.inspection import inspect

        settings = self.settings
        return inspect(opened, limits=settings.limits, progress=progress, verify=settings.verify, cache=self.cache)

    def chosen(self, source: Source) -> list[Found]:
        """The images that ``--image`` and ``--platform`` leave; all, where neither is given."""
        from imgscope.sources.select import fitting

        return fitting(source, self.settings.image, self.settings.platform)

    def content_bytes(self, source: Source, found: Found, known: Known) -> int | None:
        """An image's size as docker shows it; None where it cannot be opened or a layer is not there."""
        from imgscope.inspection import content_bytes
        from imgscope.sources.select import opened

        if found.image is None:
            return None
        limits, image = self.settings.limits, opened(source, found)
        with self.progress() as progress:
            return content_bytes(image, known, limits=limits, progress=progress, cache=self.cache)

    def warn(self, warnings: Iterable[ImageWarning], unread: Mapping[int, ImgscopeError] | None = None) -> None:
        """What is wrong, on stderr: first, as errors, what keeps a result from being complete; then all else.

        ``unread``: why layers could not be read, by index. ``--quiet`` leaves out what is no error.
        """
        from imgscope.image.opened import ERRORS

        path = "standard input" if self.settings.path == "-" else self.settings.path
        warnings, unread = list(warnings), unread or {}
        self._say("error", unread, lambda number: f"{unread[number]}; layer {number} could not be read")
        damage = [one for one in warnings if one.code in ERRORS]
        self._say("error", damage, lambda one: _after(path, _line(one)))
        for hint in dict.fromkeys(error.hint for error in unread.values() if error.hint):
            say("hint", hint)
        if not self.settings.quiet:
            told = {*ERRORS, "unread-layer"}
            self._say("warning", [one for one in warnings if one.code not in told], _line)

    def _say(self, kind: str, things: Collection[T], line: Callable[[T], str]) -> None:
        """A line each on stderr; without ``--verbose`` only the first few."""
        count = len(things) if self.settings.verbose else _SHOWN
        for one in islice(things, count):
            say(kind, line(one))
        if len(things) > count:
            say(kind, f"{len(things) - count} more; --verbose shows them")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar on stderr, at a terminal, for what takes long."""
        if self.settings.quiet or not sys.stderr.isatty():
            yield SILENT
            return
        bar = Bar()
        try:
            yield bar
        finally:
            bar.close()

    @contextmanager
    def output(self) -> Iterator[Printer]:
        """Where the command writes: standard output, or a file that appears whole or not at all."""
        name = self.settings.output
        if name is None or name == "-":
            if sys.stdout is None:
                raise SettingsError("standard output is closed", hint="write to a file with -o")
            yield Printer(sys.stdout, self.look(sys.stdout))
            sys.stdout.flush()
            return
        with replacing(name) as stream:
            yield Printer(stream, self.look(stream))

    def look(self, stream: TextIO) -> Look:
        """How text shall look in a stream."""
        terminal = stream.isatty()
        color = self._color(terminal)
        encoding = (getattr(stream, "encoding", None) or "ascii").lower()
        return Look(
            rich=color or terminal,
            color=color,
            width=None if terminal else 120,
            truncate=self.settings.truncate,
            sizes=self.settings.sizes,
            unicode=encoding.startswith("utf") and not self.settings.ascii_only,
        )

    def _color(self, terminal: bool) -> bool:
        """``--color``, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal that can."""
        if self.settings.color != "auto":
            return self.settings.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") != "0":
            return True
        return terminal and os.environ.get("TERM", "") != "dumb"


def _line(warning: ImageWarning) -> str:
    return warning.message + (f" [{warning.where}]" if warning.where else "")


def _after(path: str, message: str) -> str:
    """A message behind the file that it is about, where it does not begin with that."""
    return message if message.startswith(path) else f"{path}: {message}"
