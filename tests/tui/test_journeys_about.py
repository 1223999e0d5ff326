"""Stories of looking about: order, layers, the map, tabs and what pops up."""

from __future__ import annotations

import pytest

from imgscope.tui.widgets.history_pane import HistoryPane
from tests.tui.journey import EVERY, SMALL, TINY, WIDE, Journey, journey
from tests.tui.test_journeys import damaged, odd, various

pytestmark = pytest.mark.journey

# Order and columns.


@journey(various)
async def test_rows_are_sorted_by_what_is_asked_for_and_the_other_way_round(at: Journey) -> None:
    await at.press("n")
    by_name = [path for path in at.names if path.startswith("/app/")]
    assert by_name == sorted(by_name)
    assert "Name↓" in at.text or "Name↑" in at.text
    await at.press("n")
    assert [path for path in at.names if path.startswith("/app/")] == by_name[::-1]
    await at.press("s")
    by_size = at.names
    assert by_size[1] == "/app/blob.bin"
    await at.press("s")
    assert at.names[-1] == "/app/blob.bin"
    await at.press("M")
    assert [path for path in at.names if path.startswith("/app/")][-1] == "/app/main.py"
    await at.press("C")
    assert at.names[0] == "/app"


@journey()
async def test_orders_are_gone_through(at: Journey) -> None:
    seen = []
    for _ in range(4):
        await at.press("S")
        seen.append(at.app.desk.wish.order.value)

    assert seen == ["name", "count", "mtime", "size"]


@journey()
async def test_columns_come_and_go_and_give_way_to_names(at: Journey) -> None:
    assert "Mode       Owner" in at.text
    await at.press("c", "z")
    assert "Changed (UTC)" in at.text
    assert "Items" in at.text
    await at.press("c")
    assert "Mode" not in at.text
    await at.press("c")
    assert "Mode       Owner" in at.text
    await at.resize(60, 15)
    assert "Owner" not in at.text
    assert "Size" in at.text


# Layers.


@journey(sizes=EVERY)
async def test_layers_are_gone_through_and_the_ends_are_ends(at: Journey) -> None:
    await at.press("]", "]")
    assert at.app.desk.wish.layer == 18
    assert at.notes == ["the top layer; [ goes down"]
    await at.press("[")
    assert at.title == "Filesystem after layer 17"
    await at.hold("[", 30)
    assert at.title == "Filesystem after layer 0"
    assert at.notes.count("the bottom layer; ] goes up") == 1
    await at.press("]", "a")
    assert at.title == "Changes of layer 1"
    assert at.names == ["/srv", "/srv/overwritten.bin"]
    await at.press("a")
    assert at.title == "Filesystem after layer 1"


@journey(sizes=(WIDE, TINY))
async def test_the_cursor_stays_on_its_path_whatever_is_looked_at(at: Journey) -> None:
    await at.go("/srv/mode.bin")
    for key in ("[", "[", "n", "n", "s", "w", "w", "[", "]", "C", "W", "c"):
        await at.press(key)
        assert at.path == "/srv/mode.bin", key
        assert at.in_view, key
    await at.press("/")
    await at.type("mode")
    await at.press("enter")
    assert at.path == "/srv/mode.bin"
    await at.press("n", "escape")
    assert at.path == "/srv/mode.bin"
    assert at.in_view
    await at.press("G", "/")
    await at.type("libreal.so.1")
    await at.press("enter", "down", "down", "down", "escape")
    assert at.path == "/usr/lib/libreal.so.1"
    assert at.in_view


@journey()
async def test_layers_are_chosen_in_their_own_list(at: Journey) -> None:
    await at.press("0", "g", "ctrl+l")
    assert at.title == "Changes of layer 0"
    await at.press("ctrl+a")
    assert at.title == "Filesystem after layer 0"
    await at.press("j", "j")
    assert "No layer" in at.text
    await at.press("j")
    assert at.title == "Filesystem after layer 1"
    assert "Layer 1  8kB" in at.text
    await at.press("enter")
    assert at.title == "Changes of layer 1"
    assert at.main.pane_name == "files"


@journey(various)
async def test_signs_tell_what_a_layer_did(at: Journey) -> None:
    rows = dict(zip(at.names, at.files, strict=True))

    assert rows["/app/new.txt"].startswith("+ ")
    assert rows["/app/changed.conf"].startswith("~ ")
    assert rows["/app/gone.txt"].startswith("- ")
    assert rows["/app/tool"].startswith("  -rwsr-xr-x")
    assert rows["/old"].startswith("! ")
    assert rows["/old"].endswith("opaque")
    assert rows["/app/link"].endswith("link → main.py")


@journey()
async def test_directories_are_opened_and_closed_one_by_one_and_all_at_once(at: Journey) -> None:
    await at.press("g", "left")
    assert at.names == ["/srv", "/usr", "/usr/lib", "/step", "/etc", "/etc/motd", "/lib"]
    await at.press("right", "right")
    assert at.path == "/srv/overwritten.bin"
    await at.press("left")
    assert at.path == "/srv"
    await at.press("W")
    assert len(at.names) == 34
    await at.press("E")
    assert at.names == ["/srv", "/usr", "/step", "/etc", "/lib"]
    await at.press("space", "G")
    assert at.path == "/lib"
    assert len(at.names) > 5


@journey(damaged)
async def test_a_damaged_layer_is_a_row_with_its_reason_and_the_others_are_shown(at: Journey) -> None:
    assert "PARTIAL" in at.text
    assert at.title == "Final filesystem, partial"
    assert at.names == ["/low", "/top"]
    await at.press("0", "k")
    assert "! " in at.line
    assert "truncated" in at.line or "ends" in at.line or "cut" in at.line
    assert at.details.splitlines()[0].startswith("Layer 1")
    assert "! " in at.details
    await at.press("k", "enter")
    assert at.names == ["/low"]
    assert at.app.desk.damaged


# The map.


@journey(sizes=(WIDE, SMALL))
async def test_the_map_is_walked_entered_and_left(at: Journey) -> None:
    await at.go("/srv")
    await at.press("5")
    assert at.path == "/srv"
    await at.press("enter")
    assert at.map.root != 0
    await at.press("backspace")
    assert at.map.root == 0

    first = at.path
    await at.press("right")
    assert at.path != first
    assert at.path in at.details
    await at.press("left")
    assert at.map.tile


@journey()
async def test_a_file_of_the_map_is_previewed(at: Journey) -> None:
    await at.go("/srv/mode.bin")
    await at.press("5", "enter")

    assert at.main.tab == "preview"
    assert "/srv/mode.bin" in at.text


@journey()
async def test_the_map_shows_the_layer_that_is_chosen(at: Journey) -> None:
    await at.press("5", "a")
    await at.hold("[", 17)
    assert "overwritten.bin" in at.text
    assert at.path == "/srv/overwritten.bin"


# Tabs and popups.


@journey(sizes=(*EVERY, (100, 30), (160, 50)))
async def test_all_tabs_are_named_as_far_as_there_is_room(at: Journey) -> None:
    await at.press("1")
    line = next(line for line in at.lines if "1 Fil" in line)
    assert [number for number in "1234567" if f"{number} " not in line] == []
    assert "7 Adv" in line
    assert "1 Files" in line

    await at.press("F", "e", "enter")
    line = next(line for line in at.lines if "1 Fil" in line)
    assert "9 Fo" in line


@journey("docker-archive-config.tar", sizes=EVERY)
async def test_the_history_and_the_config_are_read(at: Journey) -> None:
    await at.press("3")
    assert "Instruction" in at.text
    assert any("HEALTHCHECK" in row for row in at.rows(at.main.query_one(HistoryPane)))
    await at.press("6")
    assert "Image" in at.text
    await at.press("G")
    assert "On build" in at.text


@journey()
async def test_a_step_of_the_history_leads_to_its_layer(at: Journey) -> None:
    await at.press("3", "G", "k", "k", "k", "enter")

    assert at.title == "Changes of layer 17"
    assert at.main.tab == "files"


@journey(sizes=(WIDE, SMALL))
async def test_a_pane_is_shown_alone_and_with_the_others_again(at: Journey) -> None:
    await at.press("z")
    assert "Layers" not in at.lines[1]
    assert len(at.lines[1].strip()) == at.app.size.width
    await at.press("escape")
    before = at.text
    await at.press("0", "z")
    assert "Name" not in at.text
    await at.press("z", "1")
    assert at.text == before


@journey(sizes=(WIDE, SMALL))
async def test_panes_are_gone_round(at: Journey) -> None:
    seen = []
    for _ in range(3):
        await at.press("tab")
        seen.append(at.main.pane_name)
    assert seen == ["details", "layers", "files"]
    await at.press("shift+tab")
    assert at.main.pane_name == "layers"


@journey(sizes=EVERY)
async def test_help_lists_the_keys_of_the_pane_and_does_what_is_chosen(at: Journey) -> None:
    await at.press("?")
    assert "this pane" in at.text
    await at.choose("open all")

    assert at.popup == ""
    assert len(at.names) == 34


@journey()
async def test_the_palette_goes_to_a_layer_a_theme_and_a_path(at: Journey) -> None:
    await at.press(":")
    await at.choose("layer 3")
    assert at.app.desk.wish.layer == 3
    await at.press("ctrl+p")
    await at.choose("theme imgscope-light")
    assert at.app.theme == "imgscope-light"
    await at.press(":")
    await at.choose("/srv/owned/su")
    assert at.path == "/srv/owned/sub"
    assert at.main.pane_name == "files"


@journey(odd)
async def test_warnings_are_counted_and_told(at: Journey) -> None:
    assert "⚠ 1" in at.text
    await at.press("!")
    assert "a name with '..' is kept inside the root" in at.popup
    await at.press("q")
    assert at.popup == ""
    assert at.app.is_running


@journey()
async def test_an_image_without_oddities_says_so(at: Journey) -> None:
    await at.press("!")
    assert at.popup == "nothing odd"
