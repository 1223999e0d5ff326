"""Stories with the world outside: the clipboard, several images, settings, the mouse and the size of the terminal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from textual.events import MouseScrollDown

from imgscope.tui.themes import CYCLE
from tests.cli.test_behaviour import program
from tests.conftest import Cli
from tests.tui.journey import CAUSES, EVERY, SMALL, Journey, journey, prepare, travel

pytestmark = pytest.mark.journey

TWO = "docker-archive-two.tar"
PLATFORMS = "podman-oci-platforms"


# The clipboard.


@journey()
async def test_paths_and_digests_are_copied_through_the_terminal(at: Journey) -> None:
    await at.go("/srv/mode.bin")
    await at.press("y")
    assert at.app.clipboard == "/srv/mode.bin"
    await at.press("0", "y")
    assert at.app.desk.opened
    last = at.app.desk.opened.image.layers[-1]
    assert at.app.clipboard == (last.digest or last.diff_id)
    await at.press("1", "Y")
    await at.choose("json")

    assert json.loads(at.app.clipboard)["path"] == "/srv/mode.bin"
    assert at.clipboard == ["/srv/mode.bin", last.digest or last.diff_id, at.app.clipboard]
    assert at.notes[-1] == "JSON copied, through the terminal"


@journey()
async def test_the_path_is_printed_when_leaving(at: Journey) -> None:
    await at.go("/srv/mode.bin")
    await at.press("Q")

    assert at.app.return_value == "/srv/mode.bin"


# Several images.


@journey(TWO, sizes=EVERY)
async def test_one_of_several_images_is_chosen_and_then_another(at: Journey) -> None:
    assert at.app.desk.opened is None
    assert "localhost/two-a:1" in at.text
    await at.press("down", "enter")
    assert "localhost/two-b" in at.selected
    before = at.names

    await at.press("o")
    await at.press("up", "enter")
    assert "localhost/two-a" in at.selected
    assert at.names != before


@journey(TWO)
async def test_who_chooses_no_image_gets_the_preferred_one(at: Journey) -> None:
    await at.press("escape")
    assert at.app.desk.inspection is not None
    assert at.names


@journey(PLATFORMS)
async def test_one_of_several_platforms_is_chosen(at: Journey) -> None:
    assert "linux/amd64" in at.popup
    await at.press("down", "enter")
    assert "arm64" in at.lines[0]


@journey(PLATFORMS, platform="linux/arm64")
async def test_a_platform_that_was_named_is_not_asked_for(at: Journey) -> None:
    assert at.popup == ""
    assert "arm64" in at.lines[0]


# Themes and settings.


def test_a_theme_is_remembered_with_order_and_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)

    async def story() -> None:
        async with travel(CAUSES) as at:
            await at.press("t", "n", "c")
            assert at.app.theme == CYCLE[1]
        kept = json.loads((tmp_path / "state" / "imgscope" / "ui.json").read_text())
        assert (kept["theme"], kept["sort"]) == (CYCLE[1], "name")
        async with travel(CAUSES) as at:
            assert at.app.theme == CYCLE[1]
            assert at.app.desk.wish.order.value == "name"
            assert "Name" in at.text

    asyncio.run(story())


def test_the_settings_file_gives_an_action_another_key_and_takes_one_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, monkeypatch)
    settings = tmp_path / "config" / "imgscope" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        '[ui]\ntheme = "nord"\nsizes = "bytes"\n[keys]\nsort_name = "F4"\nwaste_only = ""\nextract = "["\n'
    )

    async def story() -> None:
        async with travel(CAUSES) as at:
            assert at.app.theme == "nord"
            assert "35533" in at.text or "35515" in at.text
            before = at.text
            await at.press("w")
            await at.press("n")
            assert at.text == before
            await at.press("f4")
            assert at.app.desk.wish.order.value == "name"
            assert at.notes == ["[ is both extract and previous_layer in files"] or len(at.notes) > 1
            await at.press("?")
            assert "waste only" not in at.text

    asyncio.run(story())


def test_a_settings_file_that_is_wrong_is_one_line_and_a_code(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, monkeypatch)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[keys]\nfrobnicate = "x"\n')
    monkeypatch.setenv("IMGSCOPE_CONFIG", str(wrong))
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)

    result = cli("explore", CAUSES)

    assert result.code == 2
    assert result.err.startswith(f"error: {wrong}: keys.frobnicate: there is no such action\n")
    assert len(result.err.splitlines()) <= 2


# The mouse.


@journey()
async def test_rows_headers_tabs_and_keys_are_clicked(at: Journey) -> None:
    await at.click("mode.bin")
    assert at.path == "/srv/mode.bin"
    await at.click("owned/", times=2)
    assert "/srv/owned/a.bin" in at.names
    await at.click("Name", below=3)
    assert at.app.desk.wish.order.value == "name"
    await at.click("2 Waste")
    assert at.main.tab == "wasted"
    await at.click("1 Files")
    await at.click("w waste only", below=30)
    assert at.app.desk.wish.waste_only


@journey()
async def test_the_sign_before_a_name_is_clicked_to_open_it(at: Journey) -> None:
    await at.click("▸ owned/")
    assert "/srv/owned/a.bin" in at.names


@journey()
async def test_a_file_is_double_clicked_to_be_previewed(at: Journey) -> None:
    await at.click("motd", times=2)
    assert at.main.tab == "preview"
    assert "second" in at.text


@journey(sizes=(SMALL,))
async def test_the_wheel_moves_the_rows_and_not_the_cursor(at: Journey) -> None:
    await at.press("W", "g")
    pane = at.main.files
    for _ in range(3):
        at.app.post_message(
            MouseScrollDown(None, x=10, y=10, delta_x=0, delta_y=1, button=0, shift=False, meta=False, ctrl=False)
        )
    await at.settle()

    assert pane.scroll_offset.y > 0
    assert pane.cursor == 0


# Sizes.


@journey()
async def test_the_screen_fits_every_size_and_says_where_it_is_too_small(at: Journey) -> None:
    for width, height in ((160, 50), (100, 30), (99, 24), (80, 24), (60, 15)):
        await at.resize(width, height)
        assert len(at.lines) == height
        assert "srv/" in at.text
        assert "quit" in at.lines[-1]
    await at.resize(59, 14)
    assert "too small (59x14)" in at.text
    await at.resize(120, 36)
    assert "srv/" in at.text


def test_the_interface_is_not_for_pipes() -> None:
    process = program("explore", CAUSES)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (2, b"")
    assert b"needs a terminal" in err
