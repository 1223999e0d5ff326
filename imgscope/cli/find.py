"""``imgscope find``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imgscope.cli.codes import INPUT, OK, VIOLATED
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError
from imgscope.report.printer import Printer

if TYPE_CHECKING:
    from imgscope.analysis.search import Hit, Search
    from imgscope.filesystem.model import FileSystem
    from imgscope.inspection import Inspection
    from imgscope.report.find import FoundInfo, Row
    from imgscope.report.rows import Rows

T = TypeVar("T")
_MOST = 1000


@image_command
@formats("text", "json", "jsonl", "csv")
@click.option("--name", metavar="GLOB", multiple=True, help="A base name that matches, as in a shell (repeatable).")
@click.option("--path", metavar="GLOB", multiple=True, help="A path that matches, as in .gitignore (repeatable).")
@click.option("--regex", metavar="RE", help="A path, without its first slash, in which RE is found.")
@click.option("--size", metavar="[+|-]SIZE", multiple=True, help="+10MB: larger; -4k: smaller; 512: just so.")
@click.option("--type", "types", metavar="TYPE", multiple=True, help="f, d, l, h (hard link), p, c, b, s, or a word.")
@click.option("--mode", metavar="MODE", multiple=True, help="0644: just so; -4000: all of these bits; /6000: any.")
@click.option("--suid", is_flag=True, help="setuid and setgid files: --type f --mode /6000.")
@click.option(
    "--world-writable", is_flag=True, help="Files and directories that everyone may write to, sticky ones aside."
)
@click.option("--user", metavar="UID", type=int, help="Of that owner.")
@click.option("--group", metavar="GID", type=int, help="Of that group.")
@click.option("--layer", metavar="N", type=int, help="What layer N put there.")
@click.option(
    "--state",
    type=click.Choice(["any", "live", "hidden"]),
    default="any",
    show_default=True,
    help="What is seen in the end; what is not, but travels; or both.",
)
@click.option("--newer", metavar="DATE", help="Changed after DATE, in UTC unless it says otherwise.")
@click.option("--older", metavar="DATE", help="Changed before DATE.")
@click.option("--hash", "digest", metavar="DIGEST", help="Files of that content: sha256:… or its hex digits.")
@click.option("--content", metavar="RE", help="Files in which RE is found, live and hidden; ^ and $ fit at lines.")
@click.option(
    "--max-matches",
    type=click.IntRange(min=1),
    default=_MOST,
    show_default=True,
    help="Stop at that many matches in contents.",
)
@click.option("--sort", type=click.Choice(["path", "size", "layer"]), default="path", show_default=True, help="Order.")
@click.option("--top", type=click.IntRange(min=0), help="Only the first N.")
@click.option("-0", "--null", is_flag=True, help="Paths only, each once, a zero byte behind each: for xargs -0.")
@click.option("--count", is_flag=True, help="Only how many there are; with --content, how many matches.")
def command(session: Session, format_: str, **options: Any) -> int:
    """Search all that IMAGE holds, what later layers hid too: by name, size, type, mode, owner, layer, content.

    All that is given must hold; of a repeated --name, --path or --type any. A hidden file is printed as "deleted, but
    shipped" or as an older version, with the layer that has it and what hid it. Exits with 1 where nothing is found.
    """
    if sum((options["null"], options["count"], format_ != "text")) > 1:
        raise SettingsError("--null, --count and --format exclude each other")
    from imgscope.analysis.search import search
    from imgscope.analysis.versions import Versions
    from imgscope.filesystem.life import Lives

    wanted = _search(options)
    with session.inspection() as inspection:
        fs, layer = inspection.filesystem, options["layer"]
        if layer is not None and not 0 <= layer < len(fs.tables):
            raise SettingsError(f"--layer {layer}: the image has layers 0 to {len(fs.tables) - 1}")
        versions = Versions(fs, Lives(fs))
        hits = search(fs, versions, wanted)
        found, cut = _with_contents(session, inspection, hits, options)
        found = _sorted(fs, found, options["sort"])[: options["top"]]
        with session.output() as printer:
            _write(printer, format_, found, inspection, versions, options, cut=cut)
        if cut and not session.settings.quiet:
            sys.stderr.write(f"warning: stopped at {options['max_matches']} matches; --max-matches shows more\n")
    return INPUT if not inspection.complete else OK if found else VIOLATED


def _search(options: dict[str, Any]) -> Search:
    """The tests that options ask for. Raises SettingsError."""
    from imgscope.analysis import search as tests
    from imgscope.analysis.patterns import Patient, name_glob
    from imgscope.globs import bytes_matcher

    def each(option: str, make: Callable[[Any], T]) -> list[T]:
        given = options[option]
        return [_made(option, make, one) for one in (given if isinstance(given, tuple) else [given]) if one is not None]

    made = [*each("size", tests.sized), *each("mode", tests.moded)]
    made += each("newer", lambda text: tests.changed(text, after=True))
    made += each("older", lambda text: tests.changed(text, after=False))
    made += [_made("type", tests.typed, options["types"])] if options["types"] else []
    made += [tests.suid] if options["suid"] else []
    made += [tests.world_writable] if options["world_writable"] else []
    if options["user"] is not None or options["group"] is not None:
        made.append(tests.owned(options["user"], options["group"]))
    if (layer := options["layer"]) is not None:
        made.append(lambda _, version: version.layer == layer)
    regex = each("regex", lambda text: _patient(Patient(text, whole=10.0)))
    return tests.Search(
        names=tuple(each("name", name_glob)),
        path=_made("path", bytes_matcher, options["path"]) if options["path"] else None,
        whole=regex[0] if regex else None,
        tests=tuple(made),
        state=tests.State(options["state"]),
    )


def _made(option: str, make: Callable[[Any], T], given: Any) -> T:
    try:
        return make(given)
    except ValueError as error:
        raise SettingsError(f"--{option}: {error}") from error


def _patient(pattern: Any) -> Callable[[bytes], object]:
    """A pattern that takes too long is wrong usage."""

    def fits(path: bytes) -> object:
        return _made("regex", pattern.search, path)

    return fits


def _with_contents(
    session: Session, inspection: Inspection, hits: list[Hit], options: dict[str, Any]
) -> tuple[list[Row], bool]:
    """What is left once contents are read, and whether there were more matches than asked for. Raises SettingsError."""
    from imgscope.report.find import Row

    if not (options["digest"] or options["content"]):
        return [Row(hit) for hit in hits], False
    from imgscope.analysis.contents import has_digest, matching, pattern, wanted_digest
    from imgscope.analysis.reading import contents

    digest = _made("hash", wanted_digest, options["digest"]) if options["digest"] else None
    regex = _made("content", pattern, options["content"]) if options["content"] else None
    fs, limits, place = inspection.filesystem, session.settings.limits, inspection.access
    if digest:
        with session.progress() as progress:
            read = contents(inspection.opened, fs, hits, limits=limits, progress=progress, access=place)
            hits = [
                hit
                for same, pieces in read
                if has_digest(pieces, fs.size(same[0].version.inode), digest, limits)
                for hit in same
            ]
    if not regex:
        return [Row(hit) for hit in hits], False
    with session.progress() as progress:
        read = contents(inspection.opened, fs, hits, limits=limits, progress=progress, access=place)
        try:
            found, cut = matching(read, regex.search, options["max_matches"])
        except ValueError as error:
            raise SettingsError(f"--content: {error}") from error
    return [Row(hit, matches) for hit, matches in found], cut


def _sorted(fs: FileSystem, found: list[Row], order: str) -> list[Row]:
    """By path; or the largest, or the lowest layer, first."""
    from imgscope.analysis.search import size_of

    found = sorted(found, key=lambda row: row.hit.path)
    if order == "size":
        return sorted(found, key=lambda row: -size_of(fs, row.hit.version))
    if order == "layer":
        return sorted(found, key=lambda row: -1 if row.hit.version.layer is None else row.hit.version.layer)
    return found


def _write(
    printer: Printer,
    format_: str,
    found: Sequence[Row],
    inspection: Inspection,
    versions: Any,
    options: dict[str, Any],
    *,
    cut: bool,
) -> None:
    if options["count"]:
        printer.line(str(sum(1 if row.matches is None else len(row.matches) for row in found)))
        return
    if options["null"]:
        printer.stream.flush()
        printer.stream.buffer.write(b"".join(path + b"\0" for path in dict.fromkeys(row.hit.path for row in found)))
        return
    from imgscope.report.find import Describer
    from imgscope.report.rows import Rows

    rows = Rows(found, Describer(inspection.filesystem, versions).row)
    _write_rows(printer, format_, rows, complete=inspection.complete, cut=cut, matches=options["content"] is not None)


def _write_rows(
    printer: Printer, format_: str, rows: Rows[FoundInfo], *, complete: bool, cut: bool, matches: bool
) -> None:
    from imgscope.report import json
    from imgscope.report.find import csv_lines, write_found
    from imgscope.report.wire import SCHEMA_VERSION

    if format_ == "json":
        document = {"schema_version": SCHEMA_VERSION, "complete": complete, "cut": cut, "find": rows}
        printer.stream.writelines(json.pieces(document))
    elif format_ == "jsonl":
        printer.stream.writelines(json.lines(rows))
    elif format_ == "csv":
        printer.stream.writelines(csv_lines(rows, matches=matches))
    else:
        write_found(printer, rows)
