"""Stories of people who want to know what an image could do without."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from imgscope.cli import door
from imgscope.image.opened import ImageWarning
from imgscope.inspection import Inspection
from imgscope.questions.advising import Advised
from imgscope.tui.doors import Doors
from tests.build import Spec, docker_files, f, layer, w, write_tar
from tests.tui.journey import EVERY, SMALL, WIDE, Journey, journey
from tests.tui.test_journeys import damaged

pytestmark = pytest.mark.journey


def hostile(directory: Path) -> Path:
    """An image whose waste has a name that would colour the terminal."""
    spec = Spec([layer(f("tmp/\x1b[31m[bold]", "x" * 5000)), layer(w("tmp/\x1b[31m[bold]"))])
    return write_tar(docker_files(spec), directory / "hostile.tar")


def _with_advice(at: Journey, advise: Callable[[Inspection], Advised]) -> Doors:
    return replace(at.app.desk.doors, advise=advise)


def bare(directory: Path) -> Path:
    """An image without layers."""
    return write_tar(docker_files(Spec([])), directory / "bare.tar")


@journey(sizes=EVERY)
async def test_advice_is_ranked_and_leads_to_the_worst_path_in_the_layer_at_fault(at: Journey) -> None:
    await at.press("7")
    assert at.title == "Advice: 19 findings, small and doubtful ones too"
    assert at.line.startswith("Waste  saves ")
    await at.press("down")
    assert "written again by a later layer" in at.line
    assert "Fix: " in at.details
    assert "/srv/overwritten.bin" in at.details

    await at.press("enter")
    assert at.title == "Changes of layer 2"
    assert at.path == "/srv/overwritten.bin"

    await at.press("escape")
    assert at.main.tab == "advice"
    assert "written again by a later layer" in at.line


@journey()
async def test_every_finding_with_a_path_leads_to_it(at: Journey) -> None:
    await at.press("7")
    rows = at.main.advice.list
    assert rows is not None
    for position in range(len(rows)):
        if rows.top(position):
            at.main.advice.move_to(position)
            await at.press("enter")
            assert at.path == "/" + rows.top(position)[0].path.decode().rstrip("/")
            await at.press("escape")
            assert at.main.tab == "advice"


@journey()
async def test_what_is_about_no_path_says_so(at: Journey) -> None:
    await at.press("7", "G", "enter")

    assert at.main.tab == "advice"
    assert at.notes == ["it is about the image, and no path of it"]


@journey(sizes=(WIDE, SMALL))
async def test_a_double_click_goes_there_too(at: Journey) -> None:
    await at.press("7")
    await at.click("copied to change only", times=2)

    assert at.main.tab == "files"
    assert at.path == "/srv/mode.bin"


@journey(damaged)
async def test_of_an_image_that_is_not_whole_it_is_said_that_there_may_be_more(at: Journey) -> None:
    await at.press("7")

    assert at.title.endswith("there may be more in what could not be read")


@journey(hostile, sizes=EVERY)
async def test_names_in_advice_are_escaped(at: Journey) -> None:
    await at.press("7", "down")

    assert "\\x1b[31m[bold]" in at.details
    assert "\x1b" not in at.text


@journey(bare)
async def test_an_image_without_layers_has_advice_about_itself_at_most(at: Journey) -> None:
    await at.press("7", "enter", "down", "enter")

    assert at.title == "Advice: 0 findings"
    assert "nothing to advise" in at.text


@journey(ascii_only=True)
async def test_in_ascii_advice_is_ascii(at: Journey) -> None:
    await at.press("7", "down", "z")

    assert at.text.isascii()


@journey()
async def test_keys_are_answered_while_advice_is_thought_of(at: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    held, advise = Event(), at.app.desk.doors.advise

    def slow(inspection: Inspection) -> Advised:
        held.wait(30)
        return advise(inspection)

    monkeypatch.setattr(at.app.desk, "doors", _with_advice(at, slow))
    at.send("7")
    await at.until(lambda: "looking for what could be saved" in at.text)
    at.send("1")
    await at.until(lambda: at.main.pane_name == "files")
    at.send("j")
    await at.until(lambda: at.main.files.cursor)
    held.set()
    await at.settle()
    await at.press("7")
    assert at.title.startswith("Advice: ")


@journey()
async def test_a_rule_of_another_package_that_fails_is_told_of(at: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(inspection: Inspection) -> Advised:
        advised = door._advise(inspection)
        return Advised(advised.facts, advised.advice, (ImageWarning("advice-rule", "failed", "rule mine"),))

    monkeypatch.setattr(at.app.desk, "doors", _with_advice(at, failing))
    await at.press("7")

    assert at.notes == ["rule mine: failed"]


@journey()
async def test_a_mistake_in_a_rule_of_ours_ends_with_its_reason(at: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Inspection) -> Advised:
        raise ZeroDivisionError

    monkeypatch.setattr(at.app.desk, "doors", _with_advice(at, broken))
    await at.press("7")

    assert isinstance(at.app.failure, ZeroDivisionError)


@journey(sizes=EVERY)
async def test_findings_are_narrowed_to_what_is_typed(at: Journey) -> None:
    await at.press("7")
    whole = at.rows(at.main.advice)
    await at.press("/")
    await at.type("overwritten")

    rows = at.rows(at.main.advice)
    assert rows[0].startswith("Waste  saves ")
    assert 1 < len(rows) < len(whole)
    assert re.search(r" · filter overwritten: \d+ of \d+, saves ", at.title)
    await at.press("enter", "j")
    assert "/srv/overwritten.bin" in at.details
    await at.press("enter")
    assert at.path == "/srv/overwritten.bin"
    assert "filter" not in at.title
    await at.press("escape")
    assert at.main.tab == "advice"
    assert at.rows(at.main.advice) == rows
    await at.press("escape")
    assert at.rows(at.main.advice) == whole
    assert "filter" not in at.title


@journey()
async def test_advice_that_comes_later_is_narrowed_by_what_was_typed_before(at: Journey) -> None:
    await at.press("/")
    await at.type("nothing-is-called-so")
    await at.press("enter", "7")

    assert at.main.advice.count() == 0
    assert "nothing matches the filter" in at.text
    assert ": 0 of " in at.title
    await at.press("enter", "f", "x", "enter", ".", ",")
    assert at.app.is_running


@journey(sizes=(WIDE, SMALL))
async def test_a_finding_is_jumped_to(at: Journey) -> None:
    await at.press("7", "f")
    await at.type("again later")
    first = at.main.advice.cursor
    assert "written again by a later layer" in at.rows(at.main.advice)[first]
    await at.press("enter", "G", ".")
    assert at.main.advice.cursor == first
    await at.press("f", "r", "e", ":", "(")
    assert "not found" in at.text
    await at.press("escape")
    assert at.app.is_running
