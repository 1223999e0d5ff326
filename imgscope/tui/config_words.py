"""What the tab of the config says: how an image runs, and what it says of itself. All of it is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imgscope.escaping import printable
from imgscope.image.opened import OpenImage
from imgscope.oci.config import ContainerConfig, Healthcheck
from imgscope.tui.wording import BLANK, Line
from imgscope.units import age, duration, moment


def config(opened: OpenImage) -> list[Line]:
    """How an image runs, and what it says of itself."""
    image = opened.image
    own = image.config.config
    lines: list[Line] = [
        *_section("Image", _identity(opened)),
        *_section("Runs", _runs(own)),
        *_section("Environment", [_pair(*text.partition("=")[::2]) for text in own.env]),
        *_section("Volumes", [((f"  {printable(name)}", "plain"),) for name in own.volumes]),
        *_section("Ports", [((f"  {printable(name)}", "plain"),) for name in own.exposed_ports]),
        *_section("Healthcheck", _healthcheck(own.healthcheck)),
        *_section("Labels", [_pair(*item) for item in sorted(own.labels.items())]),
        *_section("On build", [((f"  {printable(text)}", "instruction"),) for text in own.on_build]),
    ]
    return lines[:-1]


def _section(title: str, lines: list[Line]) -> list[Line]:
    """A title and its lines, and nothing where there are none."""
    return [((title, "header"),), *lines, BLANK] if lines else []


def _pair(name: str, value: str) -> Line:
    return ((f"  {printable(name)} ", "dim"), (printable(value), "plain"))


def _named(rows: Iterable[tuple[str, str]]) -> list[Line]:
    return [((f"  {name:<14} ", "dim"), (printable(value), "plain")) for name, value in rows if value]


def _identity(opened: OpenImage) -> list[Line]:
    image, origin = opened.image, opened.origin
    created = image.config.created
    return _named(
        [
            ("file", origin.path),
            ("format", origin.flavour),
            ("id", image.id),
            ("digest", image.manifest_digest or ""),
            *(("name", tag) for tag in image.tags),
            ("platform", str(image.platform)),
            ("created", f"{moment(created)} ({age(created)})" if created else ""),
            ("author", image.config.author),
        ]
    )


def _runs(own: ContainerConfig) -> list[Line]:
    return _named(
        [
            ("user", own.user or "root (none is set)"),
            ("entrypoint", _words(own.entrypoint)),
            ("cmd", _words(own.cmd)),
            ("working dir", own.working_dir),
            ("stop signal", own.stop_signal),
            ("shell", _words(own.shell)),
        ]
    )


def _words(words: Sequence[str] | None) -> str:
    """A command as a shell would take it."""
    from shlex import join

    return join(words) if words else ""


def _healthcheck(check: Healthcheck | None) -> list[Line]:
    if check is None:
        return []
    times = (
        ("every", check.interval),
        ("timeout", check.timeout),
        ("start period", check.start_period),
        ("start interval", check.start_interval),
    )
    rows = [(name, duration(value)) for name, value in times if value]
    return _named([("test", _words(check.test)), *rows, ("retries", str(check.retries or ""))])
