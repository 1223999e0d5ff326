"""Every output that the README and the pages in docs/ show is what is printed; every command in them is one.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/test_readme_examples.py`` writes outputs of commands anew; read the difference.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from imgscope import units
from imgscope.advice.model import Rule
from imgscope.advice.registry import RULES as ADVICE
from imgscope.cli.app import COMMANDS
from imgscope.cli.app import cli as program
from tests.advice.making import case
from tests.build import f
from tests.conftest import Cli
from tests.pages import PAGES, README, ROOT, Example, blocks, commands, examples

EXAMPLES = examples()
PYTHON = [body for text in PAGES.values() for body in blocks(text, "python")]
PROGRAMS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", "\n".join(PAGES.values()), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.page}: {example.line[-60:]}")
def test_an_example_prints_what_is_shown(example: Example, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(units, "now", lambda: datetime(2027, 1, 1, tzinfo=UTC))

    result = cli(*example.arguments)
    printed = result.out + result.err
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS") and not example.fits(printed):
        example.write(example.anew(printed))

    assert result.code == example.code
    assert example.fits(printed), printed


def test_the_readme_begins_with_an_example() -> None:
    assert EXAMPLES[0].page == README
    assert EXAMPLES[0].line == blocks(PAGES[README], "sh")[0].rstrip("\n")


def test_lines_that_are_left_out_may_be_any_and_others_none() -> None:
    example = Example("", "", "one\n …\nlast\n")

    assert example.fits("one\nlast\n")
    assert example.fits("one\ntwo\n\nlast\n")
    assert not example.fits("one\nlast\nmore\n")
    assert not example.fits("zero\none\nlast\n")
    assert example.anew("one\ntwo\nlast\nmore\n") == "one\n …\nlast\nmore\n"


def parse(command: click.Command, words: list[str]) -> None:
    """Take words as the command would, and do nothing. Raises click.UsageError."""
    if isinstance(command, click.Group):
        first, *rest = words
        inner = command.get_command(click.Context(command), first)
        assert inner, f"no command {first}"
        parse(inner, rest)
    else:
        with suppress(click.exceptions.Exit):  # what asks only for a list
            command.make_context("", words)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_shown_is_understood(page: str) -> None:
    for first, *rest in commands(page):
        parse(program, [first, *rest] if first in COMMANDS else ["explore", first, *rest])


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_an_example_from_python_prints_what_is_shown(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written, printed = PROGRAMS[number]
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)

    exec(written, {})

    assert capsys.readouterr().out == printed


def test_every_example_from_python_shows_what_it_prints() -> None:
    assert len(PYTHON) - 1 == len(PROGRAMS) > 5  # the last is a rule, which prints nothing


def test_the_rule_of_ones_own_that_is_shown_works() -> None:
    shown = PYTHON[-1]
    own: dict[str, type[Rule]] = {}
    exec(shown, own)
    image = case([f("srv/models/a.bin", "x" * 50), f("opt/b.onnx", "x" * 7)])

    findings = [one for one in image.advice([own["Models"](), *ADVICE]).findings if one.id == "models"]

    assert [finding.bytes for finding in findings] == [57]
