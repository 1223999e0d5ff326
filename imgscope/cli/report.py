"""``imgscope report``."""

from __future__ import annotations

import click

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.units import size


@image_command
@formats("text", "json", "markdown", "html", "csv", "ncdu")
@click.option("--top", type=click.IntRange(min=0), default=20, show_default=True, help="Wasted paths shown in text.")
@click.option("--no-advice", is_flag=True, help="Nothing of what could be better.")
@click.option("--show-secrets", is_flag=True, help="HTML and Markdown: with the values of what is named like a secret.")
def command(session: Session, format_: str, top: int, no_advice: bool, show_secrets: bool) -> int:
    """What each layer of IMAGE holds and wastes, why, and which instruction is to blame."""
    from imgscope.report.build import build_report

    with session.inspection() as inspection, session.output() as printer:
        if format_ == "ncdu":
            from imgscope.filesystem.rootfs import ROOT
            from imgscope.report.ncdu import final_steps, made_at, write_ncdu

            steps = final_steps(inspection.filesystem, ROOT)
            printer.stream.writelines(write_ncdu(steps, b"", made_at(inspection), ascii_only=not printer.look.unicode))
            return OK if inspection.complete else INPUT
        report = build_report(inspection)
        if not no_advice and format_ != "csv":
            from imgscope.report.advice import advice_rows

            report["advice"], failed = advice_rows(inspection)
            session.warn(failed)
        if format_ == "json":
            from imgscope.report.json import pieces

            printer.stream.writelines(pieces(report))
        elif format_ == "markdown":
            from imgscope.report.markdown import write_markdown
            from imgscope.report.masking import without_secrets

            style, told = session.settings.sizes, report if show_secrets else without_secrets(report)
            printer.stream.writelines(write_markdown(told, top, lambda count: size(count, style)))
        elif format_ == "html":
            from imgscope.report.html.page import write_html

            style = session.settings.sizes
            printer.stream.writelines(write_html(inspection, report, style, show_secrets=show_secrets))
        elif format_ == "csv":
            from imgscope.report.csv import write_csv

            printer.stream.writelines(write_csv(report["layers"]))
        else:
            from imgscope.report.text import write_report

            write_report(printer, report, top)
    return OK if inspection.complete else INPUT
