"""Stories of people who want to know what has changed since another image."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Static

from imgscope.inspection import Inspection
from imgscope.progress import Progress
from imgscope.tui.doors import Choice, Compared
from imgscope.tui.screens import doing, showing
from tests.build import Spec, docker_files, f, layer, w, write_tar
from tests.tui.journey import EVERY, SMALL, WIDE, Journey, journey
from tests.tui.test_journeys import damaged

pytestmark = pytest.mark.journey


def pair(directory: Path) -> Path:
    """The later of two images, beside the earlier one."""
    low = layer(f("etc/conf", "before\n"), f("gone", "x" * 400))
    hostile = f("\x1b[31m[bold]", "y" * 700)
    write_tar(docker_files(Spec([low])), directory / "earlier.tar")
    spec = Spec([low, layer(f("etc/conf", "after it\n"), w("gone"), hostile)])
    return write_tar(docker_files(spec), directory / "later.tar")


async def compare(at: Journey, path: Path) -> None:
    await at.press("D")
    await at.type(str(path))
    await at.press("enter")


def said(at: Journey) -> str:
    return str(at.app.screen.query_one("#said", Static).render())


@journey(pair, sizes=EVERY)
async def test_what_has_changed_is_listed_and_leads_to_the_path_in_its_layer(at: Journey, tmp_path: Path) -> None:
    await compare(at, tmp_path / "earlier.tar")

    assert at.main.tab == "diff"
    assert at.title == "1 path added, 1 removed, 1 changed"
    rows = at.rows(at.main.differences)
    assert rows[0].strip().startswith("since ")
    assert [row.split()[:2] for row in rows[-3:]] == [["+", "/\\x1b[31m[bold]"], ["~", "/etc/conf"], ["-", "/gone"]]
    await at.press("G", "k")
    assert "7B → 9B" in at.details
    await at.press("enter")
    assert at.title == "Changes of layer 1"
    assert at.path == "/etc/conf"
    await at.press("escape")
    assert at.main.tab == "diff"
    assert "/etc/conf" in at.line
    await at.press("j", "enter")
    assert at.notes[-1] == "only the other image has it"
    await at.press("1", "8")
    assert at.main.tab == "diff"
    assert "\x1b" not in at.text


@journey(pair)
async def test_the_other_image_is_asked_for_again_with_what_was_typed(at: Journey, tmp_path: Path) -> None:
    await at.press("8")
    await at.press("escape")
    assert at.main.tab == "files"
    await compare(at, tmp_path / "earlier.tar")
    await at.press("D", "enter")

    assert at.main.tab == "diff"


@journey(pair, sizes=EVERY)
async def test_it_is_said_which_image_is_the_old_side(at: Journey) -> None:
    await at.press("D")
    assert "path of the old image" in at.text
    assert "That one is the old side" in at.text
    await at.type("x")
    assert "That one is the old side" in at.text


@journey(pair, sizes=(WIDE, SMALL))
async def test_what_cannot_be_opened_is_said_in_the_dialog(at: Journey, tmp_path: Path) -> None:
    await compare(at, tmp_path / "missing.tar")
    assert "missing.tar" in said(at)
    await at.press("escape")
    assert at.popup == ""
    assert at.main.tab == "files"
    await compare(at, Path("-"))
    assert "once only" in said(at)


@journey(damaged)
async def test_of_images_that_are_not_whole_it_is_said(at: Journey, tmp_path: Path) -> None:
    await compare(at, tmp_path / "damaged.tar")

    assert at.title == "no difference in what could be read"
    assert any("INCOMPLETE" in row for row in at.rows(at.main.differences))


@journey(pair, ascii_only=True)
async def test_in_ascii_differences_are_ascii(at: Journey, tmp_path: Path) -> None:
    await compare(at, tmp_path / "earlier.tar")
    await at.press("z")

    assert at.text.isascii()


Compare = Callable[[Inspection, str | Choice, Progress], Compared]


def doors_with(at: Journey, compare: Compare) -> None:
    at.app.desk.doors = replace(at.app.desk.doors, compare=compare)


@journey(pair)
async def test_comparing_is_stopped_with_escape_and_the_dialog_stays(at: Journey) -> None:
    begun = Event()

    def endless(_: Inspection, __: str | Choice, progress: Progress) -> Compared:
        progress.begin("reading layers", 1 << 40)
        while True:
            begun.set()
            progress.advance(1)

    doors_with(at, endless)
    await at.press("D", "x")
    at.send("enter")
    await at.until(begun.is_set)
    await at.until(lambda: "Esc stops" in said(at))
    await at.press("escape")
    assert said(at) == "stopped"
    await at.press("escape")
    assert at.app.screen is at.main


@journey(pair)
async def test_a_mistake_of_ours_does_not_lock_the_dialog(at: Journey) -> None:
    def broken(*_: object) -> Compared:
        raise ZeroDivisionError("by nought")

    doors_with(at, broken)
    await at.press("D", "x", "enter")
    assert said(at) == "cannot be compared: by nought"


def several(directory: Path) -> Path:
    """A file with two images."""
    low = layer(f("a", "1" * 100))
    specs = Spec([low], tags=("x:1",)), Spec([low, layer(f("b", "22"))], tags=("x:2",))
    one, two = map(docker_files, specs)
    manifest = json.dumps(json.loads(one["manifest.json"]) + json.loads(two["manifest.json"])).encode()
    return write_tar({**one, **two, "manifest.json": manifest}, directory / "several.tar")


@journey(several, sizes=(WIDE, SMALL))
async def test_another_image_of_the_same_file_is_chosen(at: Journey) -> None:
    await at.press("down", "enter")
    assert "x:2" in at.selected
    await at.press("D")
    assert "x:1" in at.popup
    await at.press("enter")

    assert at.title == "1 path added"
    assert "x:1" in at.details


@journey(pair, sizes=(WIDE, SMALL))
async def test_differences_are_narrowed_to_what_is_typed(at: Journey, tmp_path: Path) -> None:
    await compare(at, tmp_path / "earlier.tar")
    whole = at.rows(at.main.differences)

    for text, paths in {
        "+": ["/\\x1b[31m[bold]"],
        "-": ["/gone"],
        "~ /etc": ["/etc/conf"],
        ">100": ["/\\x1b[31m[bold]", "/gone"],
        "type:file !gone !>100": ["/etc/conf"],
        "content": ["/etc/conf"],
    }.items():
        await at.press("/")
        await at.type(text)
        await at.press("enter")
        rows = at.rows(at.main.differences)
        assert [row.split()[1] for row in rows if row.split()[1].startswith("/")] == paths, text
        assert f"filter {text}: {len(rows)} of {len(whole)}" in at.title
        await at.press("escape")
    await at.press("/")
    await at.type("since")
    assert at.rows(at.main.differences) == whole[:1]
    await at.press("escape")
    assert at.rows(at.main.differences) == whole


@journey(pair)
async def test_the_cursor_stays_on_a_difference_that_is_left(at: Journey, tmp_path: Path) -> None:
    await compare(at, tmp_path / "earlier.tar")
    await at.press("G", "k")
    assert "/etc/conf" in at.line
    await at.press("/")
    await at.type("!gone")
    await at.press("enter")
    assert "/etc/conf" in at.line
    await at.press("/")
    await at.type("x1b")
    await at.press("escape")
    assert at.main.tab == "diff"
    assert len(at.rows(at.main.differences)) > 3


@journey(pair)
async def test_differences_are_jumped_to(at: Journey, tmp_path: Path) -> None:
    await compare(at, tmp_path / "earlier.tar")
    await at.press("f")
    await at.type("type:file")
    await at.press("enter")
    first = at.line
    await at.press(".")
    second = at.line
    await at.press(",")
    assert (first, second) == (at.line, second)
    assert first != second


@journey(pair, sizes=(WIDE, SMALL))
async def test_of_many_differences_threads_find_and_narrow(
    at: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (doing, showing):
        monkeypatch.setattr(module, "FELT", 0)
    await compare(at, tmp_path / "earlier.tar")
    await at.press("f")
    await at.type("/etc/c")
    assert "/etc/conf" in at.rows(at.main.differences)[at.main.differences.cursor]
    await at.press("enter", ".")
    assert "/etc/conf" in at.line
    await at.press("f")
    await at.type("nowhere")
    assert "not found" in at.text
    await at.press("escape", "/")
    await at.type("/etc/c")
    assert at.title.startswith("filter /etc/c: 1 of ")
    await at.press("enter", "1", "f")
    await at.type("conf")
    await at.press("enter")
    assert at.path == "/etc/conf"
