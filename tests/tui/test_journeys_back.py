"""Stories of people who look at something for a moment, and go back to where they came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgscope.tui.widgets.preview_pane import PreviewPane
from tests.tui.journey import EVERY, SMALL, WIDE, Journey, journey
from tests.tui.test_journeys import various
from tests.tui.test_journeys_diff import compare, pair
from tests.tui.test_journeys_search import search, secret

pytestmark = pytest.mark.journey


@journey(various, sizes=EVERY)
async def test_escape_leads_from_a_preview_to_the_list_and_leaves_its_filter(at: Journey) -> None:
    await at.press("/")
    await at.type("*.py")
    await at.press("enter")
    await at.go("/app/main.py")
    await at.press("v")
    assert at.main.tab == "preview"
    await at.press("escape")

    assert at.main.tab == "files"
    assert "filter *.py: " in at.title
    assert at.path == "/app/main.py"
    await at.press("escape")
    assert "filter" not in at.title


@journey(various)
async def test_escape_leads_from_a_preview_to_the_waste_it_was_chosen_in(at: Journey) -> None:
    await at.press("2", "j", "v")
    assert at.main.tab == "preview"
    await at.press("escape")
    assert at.main.tab == "wasted"


@journey(secret)
async def test_escape_leads_from_a_preview_to_what_was_found(at: Journey) -> None:
    await search(at, "hunter2")
    await at.press("v", "5")
    assert at.main.tab == "map"
    await at.press("escape")
    assert at.main.tab == "found"
    await at.press("v", "escape")
    assert at.main.tab == "found"
    await at.press("escape")
    assert at.main.tab == "files"


@journey(secret)
async def test_escape_leads_from_a_preview_to_the_map(at: Journey) -> None:
    await at.press("5", "right")
    assert at.path == "/big.log"
    await at.press("enter")
    assert at.main.tab == "preview"
    await at.press("escape")
    assert at.main.tab == "map"
    await at.press("escape")
    assert at.main.tab == "files"


@journey(various, sizes=(SMALL,))
async def test_escape_closes_the_layers_where_they_cover_the_rest(at: Journey) -> None:
    await at.press("/")
    await at.type("conf")
    await at.press("enter", "0")
    assert at.main.pane_name == "layers"
    await at.press("escape")

    assert at.main.pane_name == "files"
    assert "filter conf: " in at.title


@journey(various)
async def test_a_slash_searches_the_text_that_is_read(at: Journey) -> None:
    await at.go("/app/main.py")
    await at.press("v", "/")
    await at.type("hello")
    await at.press("enter")

    assert at.main.tab == "preview"
    found = at.main.query_one(PreviewPane).found
    assert found is not None
    assert found[0] == 1


@journey()
async def test_the_palette_goes_to_a_path_that_is_not_there_any_more(at: Journey) -> None:
    for typed, path in (("one.b", "/srv/cache/one.bin"), ("/srv/cache/sub/t", "/srv/cache/sub/three.bin")):
        await at.press(":")
        await at.type(typed)
        assert "not here: go to its last layer" in at.text
        await at.press("enter")
        assert at.title == "Changes of layer 8"
        assert at.path == path
        await at.press("escape")
        assert at.title == "Final filesystem"


@journey(pair, sizes=(WIDE, SMALL))
async def test_a_difference_is_previewed_extracted_and_its_path_copied(at: Journey, tmp_path: Path) -> None:
    await compare(at, tmp_path / "earlier.tar")
    await at.press("G", "k", "y")
    assert at.clipboard == ["/etc/conf"]
    await at.press("v")
    assert "after it" in at.preview
    await at.press("escape")
    assert at.main.tab == "diff"
    await at.press("x")
    await at.type(str(tmp_path / "conf"))
    await at.press("enter")
    assert (tmp_path / "conf").read_text() == "after it\n"
    await at.press("j", "y")
    assert at.clipboard[1:] == ["/gone"]  # only the other image has it
    await at.press("v")
    assert at.main.tab == "preview"
    await at.press("escape", "x")
    assert at.notes[-1] == "nothing to extract"


@journey()
async def test_the_path_that_a_finding_names_is_copied(at: Journey) -> None:
    await at.press("7", "j", "y")
    assert at.clipboard == ["/srv/overwritten.bin"]
    await at.press("k", "Y")
    assert at.popup.startswith(" digest") or "diff_id" in at.popup
    await at.press("q")
    assert at.popup == ""
    assert at.app.is_running


@journey(sizes=EVERY)
async def test_all_that_an_entry_says_stands_below_the_list(at: Journey) -> None:
    await at.press("?")
    await at.type("unchanged")

    lines = [line.strip(" │") for line in at.text.splitlines()]
    said = "unchanged: show or hide what the layer left alone"
    assert said in lines or said in " ".join(lines)


@journey(various)
async def test_what_is_left_out_is_told_in_the_words_of_the_keys(at: Journey) -> None:
    await at.press("=", "+")

    assert at.title.endswith("without added, unchanged")
    assert at.notes[-2:] == ["unchanged hidden", "added hidden"]


@journey()
async def test_instructions_stand_below_one_another_with_a_layer_and_without(at: Journey) -> None:
    for width in (100, 160):
        await at.resize(width, 36)
        rows = at.rows(at.layers)
        begins = {row.index(word) for row in rows for word in ("ADD ", "/step ", "CMD ", "LABEL ") if word in row[:40]}
        assert len(begins) == 1


@journey(various, sizes=(WIDE, SMALL))
async def test_what_is_not_found_is_told_also_once_the_line_is_closed(at: Journey) -> None:
    await at.press("f")
    await at.type("[nowhere]")
    assert "not found" in at.text
    assert at.notes == []
    await at.press("enter")
    assert at.notes == ["not found: [nowhere]"]
    await at.press(".")
    assert at.notes[1:] == ["not found: [nowhere]"]
    await at.press("f")
    await at.type("main")
    await at.press("enter", ".")
    assert len(at.notes) == 2
    assert at.path == "/app/main.py"


@journey(sizes=(WIDE, SMALL))
async def test_the_cursor_stays_on_a_file_when_its_filter_is_cleared(at: Journey) -> None:
    await at.press("E", "/")
    await at.type("libreal.so.1")
    await at.press("enter", "down", "down")
    assert at.path == "/usr/lib/libreal.so.1"

    await at.press("escape")
    assert at.path == "/usr/lib/libreal.so.1"
    assert at.in_view
    assert "/usr/lib" in at.names
    assert "/srv/mode.bin" not in at.names


@journey()
async def test_a_filter_that_is_taken_back_leaves_closed_what_was(at: Journey) -> None:
    await at.press("E", "home", "/")
    before = at.names
    await at.type("libreal.so.1")
    await at.press("escape")

    assert at.names == before


@journey()
async def test_the_cursor_stays_on_waste_in_directories_when_its_filter_is_cleared(at: Journey) -> None:
    await at.press("2", "b", "E", "/")
    await at.type("mode.bin")
    await at.press("enter", "down")
    assert at.path == "/srv/mode.bin"

    await at.press("escape")
    assert at.path == "/srv/mode.bin"
