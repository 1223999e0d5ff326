"""Options that every command has, declared once, and the decorator that makes a command of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from imgscope.cli.session import ClosedPipe, Session, Settings
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


def _shared() -> list[click.Parameter]:
    """New objects for each command: click keeps state in them."""
    option = click.Option
    return [
        option(["--image"], metavar="NAME", help="Which of several images: a tag, an id or digest, or its beginning."),
        option(["--platform"], metavar="OS/ARCH[/VARIANT]", help="Which of several platforms."),
        option(["-o", "--output"], metavar="FILE", type=click.Path(), help="Write to FILE, replacing it whole."),
        option(["-q", "--quiet"], is_flag=True, help="No warnings and no progress."),
        option(["-v", "--verbose"], is_flag=True, help="All warnings, however many."),
        option(["--color"], type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour."),
        option(["--ascii", "ascii_only"], is_flag=True, help="Nothing beyond ASCII in text."),
        option(["--no-trunc"], is_flag=True, help="Never cut text, neither to the terminal nor in a pipe."),
        option(["--binary"], is_flag=True, help="Sizes in KiB, MiB, GiB."),
        option(["--bytes", "exact"], is_flag=True, help="Sizes in exact bytes."),
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

    def callback(**values: Any) -> int:
        session = _session(values)
        # click would print a line for the one and exit with 1 for the other, in any mode.
        try:
            return function(session, **values)
        except KeyboardInterrupt:
            raise Cancelled from None
        except BrokenPipeError:
            raise ClosedPipe from None

    own: list[click.Parameter] = list(reversed(getattr(function, "__click_params__", [])))
    image = click.Argument(["image_path"], metavar="IMAGE", type=click.Path())
    return click.Command(None, params=[image, *own, *_shared()], callback=callback, help=function.__doc__)


def _session(values: dict[str, Any]) -> Session:
    """Take the shared options out of ``values``."""
    if values.pop("as_json", False):
        values["format_"] = "json"
    if values["binary"] and values["exact"]:
        raise click.UsageError("--binary and --bytes exclude each other")
    style = SizeStyle.BINARY if values["binary"] else SizeStyle.BYTES if values["exact"] else SizeStyle.DECIMAL
    settings = Settings(
        path=values.pop("image_path"),
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
    )
    for flag in ("binary", "exact", "debug"):
        del values[flag]
    return Session(settings)
