"""``imgscope advice``."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.narration import say
from imgscope.cli.options import SIZE, formats, image_command
from imgscope.cli.session import Session
from imgscope.escaping import inert
from imgscope.units import size

if TYPE_CHECKING:
    from imgscope.analysis.duplicates import Duplicate
    from imgscope.inspection import Inspection
    from imgscope.progress import Progress
    from imgscope.questions.advising import Advised
    from imgscope.report.advice import Wanted
    from imgscope.report.printer import Printer


def _list(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """The catalogue, which needs no image."""
    if not wanted or context.resilient_parsing:
        return
    from imgscope.advice.registry import all_rules

    rules, warnings = all_rules()
    widest = max(len(rule.id) for rule in rules)
    for rule in rules:
        click.echo(inert(f"{rule.id:<{widest}}  {rule.looks_for}"))
    for warning in warnings:
        say("warning", f"{warning.where}: {warning.message}")
    context.exit(OK)


@image_command
@formats("text", "json", "markdown")
@click.option("--rule", "only", metavar="ID", multiple=True, help="Only what this rule finds (repeatable).")
@click.option("--skip", metavar="ID", multiple=True, help="Nothing that this rule finds (repeatable).")
@click.option("--min-size", type=SIZE, help="Waste and contents: only what saves at least this much.")
@click.option("--all", "everything", is_flag=True, help="In text, what is small or doubtful too.")
@click.option("--duplicates", is_flag=True, help="Read files of equal size, to find those of equal content.")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="Show the rules, and exit."
)
def command(
    session: Session,
    format_: str,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    min_size: int | None,
    everything: bool,
    duplicates: bool,
) -> int:
    """What IMAGE could do without: which instruction is to blame, what is saved, and how to write it instead."""
    from imgscope.questions.advising import advised
    from imgscope.report.advice import Wanted
    from imgscope.report.summary import least_saved

    _check_rules((*only, *skip))
    everything = everything or format_ == "json"
    with session.inspection() as inspection:
        with session.progress() as progress:
            told = advised(inspection, _duplicates(session, inspection, progress) if duplicates else None)
        session.warn(told.warnings)
        small = 0 if everything else least_saved(told.advice.estimates.content_bytes)
        least = small if min_size is None else min_size
        wanted = Wanted(frozenset(only), frozenset(skip), least, doubtful=everything or bool(only))
        with session.output() as printer:
            _write(printer, format_, told, wanted, complete=inspection.complete)
    return OK if inspection.complete else INPUT


def _check_rules(named: Sequence[str]) -> None:
    """Raise click.UsageError where one of ``named`` is no rule."""
    from imgscope.advice.registry import all_rules

    ids = [rule.id for rule in all_rules()[0]] if named else []
    for name in named:
        if name not in ids:
            near = get_close_matches(name, ids, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else " imgscope advice --list shows them."
            raise click.UsageError(f"there is no rule {name!r}.{hint}")


def _duplicates(session: Session, inspection: Inspection, progress: Progress) -> list[Duplicate]:
    from imgscope.questions.duplicates import find_duplicates

    return find_duplicates(inspection, limits=session.settings.limits, progress=progress, cache=session.cache)


def _write(printer: Printer, format_: str, told: Advised, wanted: Wanted, *, complete: bool) -> None:
    from imgscope.report.advice import estimates_row, finding_row, markdown_advice, write_advice

    facts, advice = told.facts, told.advice
    if format_ == "json":
        from imgscope.report.json import part

        rows = [finding_row(facts, finding) for finding in advice.findings if wanted.shown(finding)]
        estimates = estimates_row(advice.estimates)
        printer.stream.write(part("advice", rows, estimates=estimates, complete=complete))
    elif format_ == "markdown":
        style = printer.look.sizes
        printer.stream.writelines(markdown_advice(facts, advice, wanted, lambda count: size(count, style)))
    else:
        write_advice(printer, facts, advice, wanted)
        if not complete:
            printer.line("INCOMPLETE: not all of the image could be read; there may be more", "bold red")
