"""``imgscope find``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from imgscope.cli.codes import INPUT, OK, VIOLATED
from imgscope.cli.narration import say
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError
from imgscope.report.printer import Printer

if TYPE_CHECKING:
    from imgscope.questions.finding import Found
    from imgscope.report.find import FoundInfo
    from imgscope.report.rows import Rows

_MOST = 1000


@image_command
@formats("text", "json", "jsonl", "csv")
@click.option("--name", metavar="GLOB", multiple=True, help="A base name that matches, as in a shell (repeatable).")
@click.option("--path", metavar="GLOB", multiple=True, help="A path that matches, as in .gitignore (repeatable).")
@click.option("--secrets", is_flag=True, help="Files that are named as secrets are, by the globs of check's rule.")
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
    type=click.Choice(["any", "live", "hidden", "deleted", "older"]),
    default="any",
    show_default=True,
    help="live: seen in the end; hidden: not, but travels, as deleted or as an older version of what is seen.",
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
@click.argument("glob", required=False)
def command(session: Session, format_: str, **options: Any) -> int:
    """Search all that IMAGE holds, what later layers hid too: by name, size, type, mode, owner, layer, content.

    GLOB is as --name or, where it has a slash, as --path. All that is given must hold; of a repeated --name, --path or
    --type any. A hidden file is printed as "deleted, but shipped" or as an older version, with the layer that has it
    and what hid it. Exits with 1 where nothing is found.
    """
    if sum((options["null"], options["count"], format_ != "text")) > 1:
        raise SettingsError("--null, --count and --format exclude each other")
    from imgscope.questions.finding import Finder, Query
    from imgscope.report.find import found_rows

    null, count = options.pop("null"), options.pop("count")
    finder = Finder(Query(**_meant(**options)))
    with session.inspection() as inspection:
        with session.progress() as progress:
            found = finder.find(inspection, limits=session.settings.limits, progress=progress)
        with session.output() as printer:
            if count:
                printer.line(str(sum(1 if row.matches is None else len(row.matches) for row in found.rows)))
            elif null:
                _write_null(printer, found)
            else:
                matches = options["content"] is not None
                rows = found_rows(inspection.filesystem, found)
                whole = {"complete": inspection.complete, "cut": found.cut}
                _write_rows(printer, format_, rows, whole, matches=matches)
        if found.cut and not session.settings.quiet:
            say("warning", f"stopped at {options['max_matches']} matches; --max-matches shows more")
    return INPUT if not inspection.complete else OK if found.rows else VIOLATED


def _meant(*, glob: str | None, **options: Any) -> dict[str, Any]:
    """The option that GLOB stands for."""
    if glob is not None:
        option = "path" if "/" in glob else "name"
        options[option] = (*options[option], glob)
    return options


def _write_null(printer: Printer, found: Found) -> None:
    printer.stream.flush()
    printer.stream.buffer.write(b"".join(path + b"\0" for path in dict.fromkeys(row.hit.path for row in found.rows)))


def _write_rows(
    printer: Printer, format_: str, rows: Rows[FoundInfo], whole: dict[str, bool], *, matches: bool
) -> None:
    from imgscope.report import json
    from imgscope.report.find import csv_lines, write_found
    from imgscope.report.wire import SCHEMA_VERSION

    if format_ == "json":
        printer.stream.writelines(json.pieces({"schema_version": SCHEMA_VERSION, **whole, "find": rows}))
    elif format_ == "jsonl":
        printer.stream.writelines(json.lines(rows))
    elif format_ == "csv":
        printer.stream.writelines(csv_lines(rows, matches=matches))
    else:
        write_found(printer, rows)
