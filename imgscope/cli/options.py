"""Options that every command has, declared once, and the decorator that makes a command of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import click

from imgscope.cli.codes import ClosedPipe
from imgscope.cli.session import Session, Settings
from imgscope.cli.writing import is_within
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import Cancelled
from imgscope.units import SizeStyle, parse_size

F = TypeVar("F", bound=Callable[..., Any])


class Size(click.ParamType[int]):
    """A number of bytes: 4096, 20MB, 1.5GiB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse it."""
        if isinstance(value, int):
            return value
        try:
            return parse_size(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SIZE = Size()
FILE = click.Path(readable=False)  # whoever opens it tells what is wrong, as of any other file


def _shared() -> list[click.Parameter]:
    """New objects for each command: click keeps state in them."""
    option = click.Option
    return [
        option(["--image"], metavar="NAME", help="Which of several images: a tag, an id or digest, or its beginning."),
        option(["--platform"], metavar="OS/ARCH[/VARIANT]", help="Which of several platforms."),
        option(["-o", "--output"], metavar="FILE", type=FILE, help="Write to FILE, replacing it whole."),
        option(["-q", "--quiet"], is_flag=True, help="No warnings and no progress."),
        option(["-v", "--verbose"], is_flag=True, help="All warnings, however many."),
        option(["--color"], type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour."),
        option(["--ascii", "ascii_only"], is_flag=True, help="Nothing beyond ASCII in text."),
        option(["--no-trunc"], is_flag=True, help="Never cut text, neither to the terminal nor in a pipe."),
        option(["--binary"], is_flag=True, help="Sizes in KiB, MiB, GiB."),
        option(["--bytes", "exact"], is_flag=True, help="Sizes in exact bytes."),
        option(["--verify"], is_flag=True, help="Read every byte, and check the digests of layers too."),
        option(["--no-cache"], is_flag=True, help="Read all layers anew, and keep nothing for a later look."),
        option(["--max-inflated"], type=SIZE, default="64GiB", show_default=True, help="Most a stream may inflate to."),
        option(["--max-document"], type=SIZE, default="8MiB", show_default=True, help="Largest manifest or config."),
        option(
            ["--max-entries"],
            type=click.IntRange(min=1),
            default=DEFAULT_LIMITS.max_entries,
            show_default=True,
            help="Most members of one archive.",
        ),
        option(["--debug"], is_flag=True, help="A traceback with every error."),
    ]


def formats(*names: str) -> Callable[[F], F]:
    """``--format`` with its choices, the first being the default, and ``--json``."""

    def decorate(function: F) -> F:
        function = click.option("--json", "as_json", is_flag=True, help="Short for --format json.")(function)
        choice = click.option(
            "--format", "format_", type=click.Choice(names), default=names[0], show_default=True, help="Output format."
        )
        return choice(function)

    return decorate


def image_command(function: Callable[..., int]) -> click.Command:
    """A command on an image, from a function that takes a Session and its own options, declared by decorators."""
    return _command(function, click.Argument(["image_paths"], metavar="IMAGE", type=FILE), one=True)


def images_command(function: Callable[..., int]) -> click.Command:
    """The same for any number of images: the function takes a list of Sessions."""
    argument = click.Argument(["image_paths"], metavar="IMAGE...", type=FILE, nargs=-1, required=True)
    return _command(function, argument, one=False)


def _command(function: Callable[..., int], argument: click.Argument, *, one: bool) -> click.Command:
    def callback(image_paths: str | tuple[str, ...], **values: Any) -> int:
        paths = (image_paths,) if isinstance(image_paths, str) else image_paths
        settings = _settings(values)
        _spare(settings.output, paths)
        sessions = [Session(replace(settings, path=path)) for path in paths]
        with interruptible():
            return function(sessions[0] if one else sessions, **values)

    own: list[click.Parameter] = list(reversed(getattr(function, "__click_params__", [])))
    return click.Command(None, params=[argument, *own, *_shared()], callback=callback, help=function.__doc__)


def _spare(output: str | None, paths: Sequence[str]) -> None:
    """Refuse an output that would take the place of what is read."""
    if output is None or output == "-" or not os.path.isfile(output):
        return
    for path in paths:
        if path != "-" and is_within(output, path):
            raise click.UsageError(f"-o {output} would be written over: it is read")


@contextmanager
def interruptible() -> Iterator[None]:
    """What a person or a pipe ends, as our own exceptions: click would exit with 1 for both, in any mode."""
    try:
        yield
    except KeyboardInterrupt:
        raise Cancelled from None
    except BrokenPipeError:
        raise ClosedPipe from None


def _settings(values: dict[str, Any]) -> Settings:
    """Take the shared options out of ``values``."""
    if values.pop("as_json", False):
        values["format_"] = "json"
    if values["binary"] and values["exact"]:
        raise click.UsageError("--binary and --bytes exclude each other")
    style = SizeStyle.BINARY if values["binary"] else SizeStyle.BYTES if values["exact"] else SizeStyle.DECIMAL
    settings = Settings(
        path="",
        image=values.pop("image"),
        platform=values.pop("platform"),
        output=values.pop("output"),
        quiet=values.pop("quiet"),
        verbose=values.pop("verbose"),
        color=values.pop("color"),
        ascii_only=values.pop("ascii_only"),
        truncate=not values.pop("no_trunc"),
        sizes=style,
        limits=Limits(**{name: values.pop(name) for name in ("max_inflated", "max_document", "max_entries")}),
        debug=values.pop("debug"),
        verify=values.pop("verify"),
        cache=not values.pop("no_cache"),
    )
    for flag in ("binary", "exact"):
        del values[flag]
    return settings
