"""``imgscope check``: the gate."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import click

from imgscope.cli.codes import INPUT, INTERNAL, OK, USAGE, VIOLATED
from imgscope.cli.failures import say_failure
from imgscope.cli.narration import say
from imgscope.cli.options import formats, images_command
from imgscope.cli.session import Session
from imgscope.errors import SettingsError, SourceError
from imgscope.gate.catalogue import BY_ID, RULES, Rule, Takes
from imgscope.report.verdicts.registry import FORMATS

_UNIT = re.compile(r"(?:[kmgt]i?b?|b|%)\Z", re.IGNORECASE)
_WORST_FIRST = (USAGE, INTERNAL, INPUT)
"""Which of several images' codes is the run's, violated rules aside."""


def rule_options(function: Callable[..., int]) -> Callable[..., int]:
    """An option for every rule of the catalogue, in its order, under its own name."""
    for rule in reversed(RULES):
        function = _option(rule)(function)
    return function


def _option(rule: Rule) -> Callable[[Callable[..., int]], Callable[..., int]]:
    if rule.takes is Takes.SWITCH:
        return click.option(f"--{rule.id}/--no-{rule.id}", rule.field, default=None, help=rule.help)
    many = rule.takes in (Takes.GLOBS, Takes.BUDGETS)
    help_ = f"{rule.help.removesuffix('.')} (repeatable)." if many else rule.help
    return click.option(f"--{rule.id}", rule.field, metavar=rule.takes.value, multiple=many, help=help_)


@images_command
@formats(*FORMATS)
@click.option("--report", "reports", metavar="FORMAT=FILE", multiple=True, help="Write a report too (repeatable).")
@click.option(
    "--max-wasted", metavar="SIZE|PERCENT", multiple=True, help="Short for --max-wasted-bytes or --max-wasted-percent."
)
@rule_options
@click.option("--min-bytes", metavar="SIZE", help="Percentages are not judged while less than this is wasted.")
@click.option("--warn", metavar="RULE", multiple=True, help="Tell of this rule's violation, do not fail (repeatable).")
@click.option("--ignore", metavar="GLOB", multiple=True, help="Paths that do not count; needs a reason (repeatable).")
@click.option("--reason", metavar="TEXT", multiple=True, help="Why paths are ignored: one for all, or one for each.")
@click.option("--base", metavar="ARCHIVE|N|DIGEST|auto", help="What the base is: its layers are not judged.")
@click.option("--baseline", metavar="FILE|IMAGE", help="What growth and new waste are measured against.")
@click.option(
    "--baseline-strict/--no-baseline-strict", default=None, help="Fail where the baseline lists what is gone."
)
@click.option("--write-baseline", metavar="FILE", help="Write what a later run is measured against.")
@click.option(
    "--config", metavar="FILE", help="Settings: imgscope.toml, pyproject.toml or .dive-ci; no other is sought."
)
@click.option("--dockerfile", metavar="FILE", help="Where reports shall point at lines of a Dockerfile.")
@click.option("--exit-zero", is_flag=True, help="0, not 1, where a rule is violated.")
@click.option(
    "--exit-code", type=click.IntRange(1, 255), default=VIOLATED, metavar="N", help="N where a rule is violated."
)
def command(
    sessions: Sequence[Session],
    format_: str,
    reports: Sequence[str],
    write_baseline: str | None,
    config: str | None,
    dockerfile: str | None,
    exit_zero: bool,
    exit_code: int,
    **given: Any,
) -> int:
    """Judge IMAGEs: exit with 1 where a rule is violated. Rules come from options, the environment, and a file."""
    from imgscope.cli.judging import Gate
    from imgscope.cli.outputs import check_targets, parse_report, write_all
    from imgscope.cli.projectfile import gather
    from imgscope.gate.model import Verdict
    from imgscope.image.opened import ImageWarning
    from imgscope.report.verdicts.options import Options

    targets = [parse_report(text) for text in reports]
    _no_units([session.settings.path for session in sessions])
    first = sessions[0]
    options = Options(sizes=first.settings.sizes, dockerfile=_dockerfile(dockerfile))
    configured = gather(_flags(given), config)
    first.warn(ImageWarning("ignored-key", "means nothing to a gate", key) for key in configured.ignored_keys)
    read = [session.settings.path for session in sessions]
    settings = configured.settings
    read += [path for path in (settings.baseline, settings.base, configured.file, dockerfile) if path]
    check_targets(first, format_, targets, read)
    gate = Gate(configured, [session.settings.path for session in sessions], bool(write_baseline))
    judged = [gate.judge(session) for session in sessions]
    for one in judged:
        if one.failure:
            say_failure(one.failure.message, one.failure.hint)
    verdict = Verdict(tuple(one.verdict for one in judged))
    write_all(first, format_, targets, verdict, options)
    if write_baseline:
        written = gate.write_baseline(write_baseline, judged)
        if not first.settings.quiet:
            say("wrote" if written else "not written", write_baseline)
    codes = {one.code for one in judged}
    worst = next((code for code in _WORST_FIRST if code in codes), OK)
    violated = any(outcome.failed for image in verdict.images for outcome in image.outcomes)
    return worst or (exit_code if violated and not exit_zero else OK)


def _no_units(paths: Sequence[str]) -> None:
    """``--max-wasted 20 MB`` names an image MB, which nobody means."""
    for path in paths:
        if _UNIT.match(path) and not os.path.exists(path):
            raise click.UsageError(f"no image {path!r}: write a size without a blank, as in 20{path}")


def _flags(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, named and nested as in a settings file."""
    flags: dict[str, Any] = {}
    for name in (*(rule.field for rule in RULES), "min_bytes", "base", "baseline", "baseline_strict"):
        value = given[name]
        if value is not None and value != ():
            flags[name.replace("_", "-")] = list(value) if isinstance(value, tuple) else value
    if given["max_wasted"]:
        flags["max-wasted"] = list(given["max_wasted"])
    if given["ignore"] or given["reason"]:
        flags["ignore"] = _ignores(given["ignore"], given["reason"])
    for name in given["warn"]:
        flags[name] = _warned(name, flags.get(name))
    return flags


def _warned(name: str, value: Any) -> dict[str, Any]:
    rule = BY_ID.get(name)
    if rule is None:
        near = get_close_matches(name, BY_ID, n=1)
        raise click.UsageError(
            f"--warn {name}: there is no such rule" + (f". Did you mean {near[0]!r}?" if near else "")
        )
    if rule.takes is Takes.BUDGETS:
        raise click.UsageError(f"--warn {name}: of budgets the level is written in a file")
    if value is None or isinstance(value, bool):
        return {"level": "warn"}
    return {"paths" if rule.takes is Takes.GLOBS else "limit": value, "level": "warn"}


def _ignores(paths: Sequence[str], reasons: Sequence[str]) -> list[dict[str, str]]:
    if not paths:
        raise click.UsageError("--reason without --ignore")
    if len(reasons) == 1:
        reasons = list(reasons) * len(paths)
    if len(reasons) != len(paths):
        raise click.UsageError("--ignore needs a --reason: one for all, or one for each")
    return [{"path": path, "reason": reason} for path, reason in zip(paths, reasons, strict=True)]


def _dockerfile(name: str | None) -> tuple[str, str] | None:
    """Name and text of the file that findings are pointed at."""
    if name is None:
        return None
    from imgscope.cli.texts import small_content

    try:
        return name, small_content(name, "a Dockerfile").decode("utf-8", "replace")
    except SourceError as error:
        raise SettingsError(error.what, file=name) from error
