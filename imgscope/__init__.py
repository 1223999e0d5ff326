"""imgscope: see inside saved container images.

Bytes become columns, columns become a filesystem, a filesystem becomes numbers; reports only look. A module imports
its own room and lower floors only, and rooms on one floor never import each other:

    floor 9  cli · api                        the commands; the same for Python. They know every other room
    floor 8  report · tui · extract           an inspection → text, JSON, Markdown; a terminal; files on disk
    floor 7  questions                        what is asked of an inspection
    floor 6  inspection                       the whole pipeline in one function
             gate                             rules, a base, a baseline → a verdict
    floor 5  difference                       two images, or two states of one: what differs
             advice                           rules that look for what an image could do without
    floor 4  analysis                         numbers: what is live, what is waste, and why
             packages                         what package managers know of the files
    floor 3  sources · indexing · filesystem  find images · read layers · apply changesets
             settings                         what a person chose
    floor 2  image · strict                   one image: its documents, and where its bytes are; settings files read
    floor 1  tar · oci · compression · units · escaping · cells · globs
    floor 0  errors · progress · limits · blob

For use from Python::

    with imgscope.open_image("app.tar") as opened:
        inspection = imgscope.inspect(opened)
        print(imgscope.api.report(inspection)["totals"]["wasted_bytes"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from os import PathLike

    from imgscope import api
    from imgscope.api import open_images
    from imgscope.errors import ImgscopeError
    from imgscope.image.opened import OpenImage
    from imgscope.inspection import Inspection, inspect
    from imgscope.limits import Limits

__version__ = "0.1.0"
__all__ = [
    "ImgscopeError",
    "Inspection",
    "Limits",
    "OpenImage",
    "__version__",
    "api",
    "inspect",
    "open_image",
    "open_images",
]

_HOMES = {
    "ImgscopeError": "imgscope.errors",
    "Inspection": "imgscope.inspection",
    "Limits": "imgscope.limits",
    "OpenImage": "imgscope.image.opened",
    "inspect": "imgscope.inspection",
    "open_images": "imgscope.api",
}


def open_image(
    path: str | PathLike[str],
    *,
    image: str | None = None,
    platform: str | None = None,
    limits: Limits | None = None,
) -> OpenImage:
    """Open a saved image: a file, a directory, or ``-`` for standard input.

    ``image`` (a tag, an id or digest, or their beginning) and ``platform`` (os/arch[/variant]) choose among several.
    Raises a subclass of ``ImgscopeError``.
    """
    from os import fspath

    from imgscope.limits import DEFAULT_LIMITS
    from imgscope.sources.detect import open_source
    from imgscope.sources.select import choose

    source = open_source(fspath(path), limits or DEFAULT_LIMITS)
    try:
        return choose(source, image, platform)
    except BaseException:
        source.close()
        raise


def __getattr__(name: str) -> Any:
    """Load public names when they are asked for: importing imgscope alone loads nothing heavy."""
    from importlib import import_module

    if name == "api":
        return import_module("imgscope.api")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
