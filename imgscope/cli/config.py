"""``imgscope config``: what the gate's settings are, where they come from, and whether they are right."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from imgscope.cli.codes import OK, USAGE
from imgscope.cli.failures import say_failure
from imgscope.cli.narration import say
from imgscope.cli.options import formats, interruptible
from imgscope.cli.session import Session, Settings
from imgscope.errors import SettingsError
from imgscope.gate.catalogue import BY_ID, RULES
from imgscope.limits import DEFAULT_LIMITS
from imgscope.report.printer import Column, Printer
from imgscope.units import SizeStyle

if TYPE_CHECKING:
    from imgscope.gate.configured import Configured

Row = tuple[str, Any, str]
"""A setting, its value as it is written, and where that comes from."""

_OUTPUT = click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Write to FILE, replacing it whole.")
_COLOR = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour."
)
_NO_TRUNC = click.option("--no-trunc", is_flag=True, help="Never cut text, neither to the terminal nor in a pipe.")


@click.group("config")
def command() -> None:
    """The settings of imgscope check: options hold over IMGSCOPE_* variables, and those over a file.

    The file is the one that --config names, or the nearest imgscope.toml, .imgscope.toml or pyproject.toml with
    [tool.imgscope], from the working directory up to the root of the version-controlled tree, or else .dive-ci.
    """


@command.command("show", short_help="What holds, and where it comes from.")
@formats("text", "json")
@click.option("--config", metavar="FILE", help="Show what holds with this file; no other is sought.")
@_OUTPUT
@_COLOR
@_NO_TRUNC
def show(config: str | None, format_: str, as_json: bool, output: str | None, color: str, no_trunc: bool) -> int:
    """Every setting that files and variables make, and which of them says so."""
    from imgscope.cli.projectfile import gather

    with interruptible():
        configured = gather({}, config)
        with _session(output, color, no_trunc).output() as printer:
            if as_json or format_ == "json":
                printer.stream.write(_document(configured))
            else:
                _tell(printer, configured)
    return OK


@command.command("path", short_help="The files that are looked at.")
@formats("text", "json")
@_OUTPUT
@_COLOR
@_NO_TRUNC
def path(format_: str, as_json: bool, output: str | None, color: str, no_trunc: bool) -> int:
    """The files that are looked at from here, in their order, and the one that is used."""
    from imgscope.cli.projectfile import search
    from imgscope.report.json import part

    with interruptible():
        places = [(place, _state(place, file is not None)) for place, file in search()]
        with _session(output, color, no_trunc).output() as printer:
            if as_json or format_ == "json":
                printer.stream.write(part("files", [{"path": place, "state": state} for place, state in places]))
            else:
                printer.table([Column("File", flexible=True, keep_end=True), Column("")], places)
    return OK


@command.command("check", short_help="Say what is wrong in files.")
@click.argument("files", metavar="[FILE]...", type=click.Path(), nargs=-1)
def check(files: tuple[str, ...]) -> int:
    """Say what is wrong in FILEs, or in what holds here; nothing where nothing is."""
    from imgscope.cli.projectfile import gather, read
    from imgscope.gate.configured import merge

    code = OK
    with interruptible():
        for name in files or (None,):
            try:
                if name is None:
                    gather({}, None)
                elif file := read(name):
                    merge([file.source], dive=file.dive)
            except SettingsError as error:
                say_failure(str(error), error.hint)
                code = USAGE
    return code


@command.command("migrate", short_help="Make an imgscope.toml of a .dive-ci.")
@click.argument("file", type=click.Path())
@_OUTPUT
def migrate(file: str, output: str | None) -> int:
    """Write what FILE, a .dive-ci, says as the text of an imgscope.toml."""
    from imgscope.cli.projectfile import text_of
    from imgscope.gate import dive_ci

    with interruptible():
        rules = dive_ci.parse(text_of(file), file)
        with _session(output).output() as printer:
            printer.stream.write(dive_ci.migrate(rules))
    for key in rules.ignored:
        say("warning", f"{key} means nothing, and is left out [{file}]")
    return OK


def _session(output: str | None, color: str = "auto", no_trunc: bool = False) -> Session:
    """A session without an image: only its output is used."""
    settings = Settings(
        path="",
        image=None,
        platform=None,
        output=output,
        quiet=False,
        verbose=False,
        color=color,
        ascii_only=False,
        truncate=not no_trunc,
        sizes=SizeStyle.DECIMAL,
        limits=DEFAULT_LIMITS,
    )
    return Session(settings)


def _state(place: str, used: bool) -> str:
    if used:
        return "used"
    return "has no [tool.imgscope]" if os.path.lexists(place) else "not there"


def _document(configured: Configured) -> str:
    from imgscope.report.json import part

    rows = [{"name": name, "value": value, "origin": origin} for name, value, origin in _rows(configured)]
    return part(
        "settings",
        _exact(rows),
        basis=configured.basis,
        file=_exact(configured.file),
        not_set=_not_set(configured),
        ignored_keys=configured.ignored_keys,
    )


def _tell(printer: Printer, configured: Configured) -> None:
    from imgscope.gate.model import Basis

    told = {
        Basis.DEFAULTS: "no rule is configured: the defaults are judged",
        Basis.CONFIGURED: "only what is configured is judged, and integrity",
        Basis.DIVE: "a .dive-ci is judged as dive does it, and what else is configured",
    }
    printer.line(f"{configured.file or 'no file'}; {told[configured.basis]}")
    printer.line()
    columns = [Column("Setting"), Column("Value", flexible=True), Column("From", flexible=True, keep_end=True)]
    printer.table(columns, [(name, _words(value), origin) for name, value, origin in _rows(configured)])
    printer.line()
    if configured.ignored_keys:
        printer.line(f"ignored: {', '.join(configured.ignored_keys)}")
    printer.line(f"not set: {', '.join(_not_set(configured))}", "dim")


def _rows(configured: Configured) -> list[Row]:
    """What is set, in the order of the catalogue."""
    order = {rule.id: at for at, rule in enumerate(RULES)}
    rows = sorted(_set(configured), key=lambda row: order.get(row[0].partition(".")[0], len(order)))
    return [*_dive_rows(configured), *rows]


def _set(configured: Configured) -> Iterator[Row]:
    """A rule by its keys, a list by its items, everything else as it is."""
    spelt_out = {path[0] for path in configured.values if len(path) > 1}
    for path, value in configured.values.items():
        name = ".".join(map(str, path))
        if path == ("path-budget",):
            yield from ((f"{name}.{at}", budget, value.origin) for at, budget in enumerate(value.value))
        elif len(path) > 1 or path[0] not in spelt_out:
            yield name, True if value.value == {} else value.value, value.origin  # a switch as an empty table
    if configured.settings.integrity is None:
        yield "integrity", True, "default"


def _dive_rules(configured: Configured) -> Mapping[str, Any]:
    if configured.dive is None:
        return {}
    return {
        "lowestEfficiency": configured.dive.lowest_efficiency,
        "highestWastedBytes": configured.dive.highest_wasted_bytes,
        "highestUserWastedPercent": configured.dive.highest_user_wasted_percent,
    }


def _dive_rows(configured: Configured) -> Iterator[Row]:
    for name, rule in _dive_rules(configured).items():
        yield f"rules.{name}", rule.text, configured.file or "" if rule.given else "dive's default"


def _not_set(configured: Configured) -> list[str]:
    said = {path[0] for path in configured.values}
    return [id_ for id_ in BY_ID if id_ not in said and id_ != "integrity"]


def _words(value: Any) -> str:
    """A value for people: a table as ``limit = 0; paths = a, b``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict):
        return "; ".join(f"{key} = {_words(inner)}" for key, inner in value.items())
    return str(value)


def _exact(value: Any) -> Any:
    """A value for JSON."""
    from imgscope.report.build import exact

    if isinstance(value, str):
        return exact(value)
    if isinstance(value, list):
        return [_exact(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
