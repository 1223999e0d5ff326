"""Stories of people who look for something in what files hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from imgscope.questions import reading
from imgscope.tui.screens import seeking
from imgscope.tui.widgets.preview_pane import PreviewPane
from tests.build import Spec, docker_files, f, h, layer, w, write_tar
from tests.tui.journey import EVERY, SMALL, WIDE, Journey, journey
from tests.tui.test_journeys import damaged
from tests.tui.test_journeys_diff import several

pytestmark = pytest.mark.journey


def secret(directory: Path) -> Path:
    """An image with a word in a file that is there, in one that was deleted, and in one that is no text."""
    text = "".join(f"line {number}\n" for number in range(200))
    low = layer(
        f("etc/key", f"{text}password = hunter2\n{text}"),
        f("etc/live.conf", "a \x1b[31m[bold] password\n"),
        h("etc/same.conf", "etc/live.conf"),
        f("bin/tool", b"\0" * 4000 + b"password" + b"\0" * 4000),
        f("big.log", "x\n" * 200_000 + "password\n"),
    )
    return write_tar(docker_files(Spec([low, layer(w("etc/key"))])), directory / "secret.tar")


async def search(at: Journey, text: str) -> None:
    await at.press("F")
    await at.type(text)
    await at.press("enter")


def rows(at: Journey) -> list[str]:
    return at.rows(at.main.found)


@journey(secret, sizes=EVERY)
async def test_what_files_hold_is_searched_also_what_was_deleted(at: Journey) -> None:
    await search(at, "pass[w]ord")

    assert at.title == "pass[w]ord: 4 matches in 4 files"
    assert [row.split()[:2] for row in rows(at)] == [["0", "hidden"], ["0", "live"], ["0", "live"], ["0", "live"]]
    assert at.main.pane_name == "found"
    assert "deleted by layer 1" in at.details
    assert "password = hunter2" in at.details
    await at.press("enter")
    assert at.title == "Changes of layer 0"
    assert at.path == "/etc/key"
    await at.press("escape")
    assert at.main.tab == "found"
    await at.press("1", "9")
    assert at.main.tab == "found"
    assert "\x1b" not in at.text


@journey(secret, sizes=(WIDE, SMALL))
async def test_the_preview_opens_at_the_place(at: Journey) -> None:
    await search(at, "pass[w]ord")
    await at.press("v")
    assert at.main.tab == "preview"
    assert "password = hunter2" in at.text
    pane = at.main.query_one(PreviewPane)
    assert pane.found is not None
    assert pane.found[0] == 200

    await at.press("9", "j", "j", "v")
    assert "/bin/tool" in at.text
    assert "password" in at.text
    await at.press("9", "j", "v")
    assert at.notes[-1] == "it stands behind what is shown"


@journey(secret)
async def test_a_file_that_was_found_is_extracted_and_its_path_copied(at: Journey, tmp_path: Path) -> None:
    await search(at, "hunter2")
    await at.press("y")
    assert at.clipboard == ["/etc/key"]
    await at.press("x")
    await at.type(str(tmp_path / "key"))
    await at.press("enter")
    assert "hunter2" in (tmp_path / "key").read_text()


@journey(secret)
async def test_what_is_nowhere_is_said_to_be(at: Journey) -> None:
    await search(at, "no such thing")

    assert at.title == "no such thing: 0 matches in 0 files"
    assert "nothing is found" in at.text
    await at.press("enter", "v", "i")
    assert at.app.is_running


@journey(secret)
async def test_what_is_no_pattern_is_told_and_searched_for_nowhere(at: Journey) -> None:
    await search(at, "(")
    assert "not a regular expression" in at.notes[-1]
    assert at.main.tab == "files"
    await search(at, "x*")
    assert "everywhere" in at.notes[-1]
    await at.press("F", "escape")
    assert at.main.tab == "files"
    await at.press("9", "escape")
    assert at.app.desk.found is None


@journey(secret)
async def test_the_last_pattern_is_offered_again(at: Journey) -> None:
    await search(at, "hunter")
    await at.press("F", "2", "enter")

    assert at.title == "hunter2: 1 match in 1 file"
    await at.press("F", "enter")
    assert at.title == "hunter2: 1 match in 1 file"


@journey(damaged)
async def test_of_an_image_that_is_not_whole_it_is_said(at: Journey) -> None:
    await search(at, "333")

    assert at.title.endswith("not all of the image could be read")
    assert len(rows(at)) > 0


@journey(secret)
async def test_a_search_ends_at_so_many_matches(at: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeking, "_MOST", 3)
    await search(at, "line")

    assert at.title == "line: 3 matches in 1 file · stopped at 3, there are more"


@journey(secret)
async def test_a_search_shows_what_it_has_and_is_stopped_with_escape(
    at: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, held = reading.contents, Event()

    def slow(*given: Any, progress: Any, **more: Any) -> Iterator[Any]:
        for number, one in enumerate(real(*given, progress=progress, **more)):
            yield one
            while number and not held.wait(0.01):
                progress.advance(0)

    monkeypatch.setattr(reading, "contents", slow)
    monkeypatch.setattr(seeking, "_EVERY", 0.0)
    await at.press("F")
    await at.type("pass[w]ord")
    at.send("enter")
    await at.until(lambda: "Esc stops" in at.title and len(rows(at)) >= 1)
    at.send("0")
    await at.until(lambda: at.main.pane_name == "layers")
    at.send("escape")
    await at.settle()

    assert at.title.endswith(" · stopped")
    assert len(rows(at)) >= 1


@journey(secret, ascii_only=True)
async def test_in_ascii_what_is_found_is_ascii(at: Journey) -> None:
    await search(at, "pass")
    await at.press("z")

    assert at.text.isascii()


@journey(several, sizes=(WIDE,))
async def test_what_was_found_in_one_image_is_not_shown_of_another(at: Journey, tmp_path: Path) -> None:
    await at.press("enter")
    await search(at, "[12]")
    await at.press("v")
    first = at.selected
    await at.press("9", "o", *("down" if "x:1" in first else "up",), "enter")
    assert at.selected != first
    assert at.app.desk.found is None
    assert "nothing was searched for" in at.text
    await search(at, "[12]")
    assert len(rows(at)) > 0
    await at.press("v")
    assert at.main.tab == "preview"
    assert at.path in at.text


@journey(secret, sizes=(WIDE, SMALL))
async def test_matches_are_narrowed_to_what_is_typed(at: Journey) -> None:
    await search(at, "pass[w]ord")
    whole = rows(at)
    assert len(whole) == 4
    for text, paths in {"*.conf": 1, "hunter2": 1, "-": 1, "= /etc": 1, ">4000": 2, "type:hardlink": 0}.items():
        await at.press("/")
        await at.type(text)
        await at.press("enter")
        assert len(rows(at)) == paths, text
        assert at.title == f"pass[w]ord: 4 matches in 4 files · filter {text}: {paths} of 4"
        await at.press("escape")
    assert rows(at) == whole


@journey(secret)
async def test_what_is_searched_for_next_is_narrowed_by_the_same_filter(at: Journey) -> None:
    await search(at, "pass[w]ord")
    await at.press("/")
    await at.type("/etc")
    await at.press("enter")
    assert len(rows(at)) == 2
    await at.press("G", "v")
    assert at.main.tab == "preview"
    await at.press("F", "ctrl+u")
    await at.type("passwor.")
    await at.press("enter")

    assert at.title == "passwor.: 4 matches in 4 files · filter /etc: 2 of 4"
    assert len(rows(at)) == 2
    await at.press("1", "9", "enter")
    assert at.path == "/etc/key"


@journey(secret)
async def test_how_much_a_filter_lets_through_is_told_of_the_tab_in_front(at: Journey) -> None:
    await at.press("/")
    await at.type("key")
    await at.press("enter")
    told = at.title.partition("filter key: ")[2]
    await at.press("2")
    assert at.title.partition("filter key: ")[2] == "1 body, 3.4kB"
    await at.press("1")
    assert at.title.partition("filter key: ")[2] == told
    await at.press("2", "/")
    await at.type("zzz")
    await at.press("enter", "f", "x", "enter", ".", ",")
    assert at.main.wasted.count() == 0
    assert at.app.is_running
