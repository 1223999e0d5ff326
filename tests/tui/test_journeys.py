"""Stories of people who look into images, from the first key to what the screen says in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from imgscope.tui.widgets.preview_pane import PreviewPane
from tests.build import E, Spec, d, docker_files, f, h, layer, o, s, w, write_tar
from tests.tui.journey import EVERY, SMALL, TINY, WIDE, Journey, journey

pytestmark = pytest.mark.journey


def various(directory: Path) -> Path:
    """An image with one of each kind of thing, and with every sign."""
    lower = layer(
        d("app"),
        f("app/main.py", "import os  # why\nprint('hello')\n", mtime=1_600_000_000),
        f("app/data.json", '{"b": [1, 2]}'),
        f("app/blob.bin", bytes(range(256)) * 8),
        f("app/gone.txt", "was here\n"),
        f("app/changed.conf", "before\n"),
        s("app/link", "main.py"),
        h("app/same.py", "app/main.py"),
        f("app/tool", "x" * 50, mode=0o4755),
        d("old"),
        f("old/a.log", "a" * 3000),
        E("app/fifo", type="6"),
    )
    upper = layer(
        w("app/gone.txt"), f("app/changed.conf", "after it\n"), f("app/new.txt", "n\n"), o("old"), f("old/b.log")
    )
    return write_tar(docker_files(Spec([lower, upper])), directory / "various.tar")


def damaged(directory: Path) -> Path:
    """An image whose middle layer is cut off in the data of a file."""
    spec = Spec([layer(f("low", "1" * 900)), layer(f("mid", "2" * 9000)), layer(f("top", "3" * 90))])
    files = docker_files(spec)
    name = next(name for name, data in files.items() if data == spec.layers[1])
    files[name] = files[name][:2000]
    return write_tar(files, directory / "damaged.tar")


def odd(directory: Path) -> Path:
    """An image with something to warn of."""
    return write_tar(docker_files(Spec([layer(f("a/../b", "1")), layer(w("nothing"))])), directory / "odd.tar")


# Waste.


@journey(sizes=EVERY)
async def test_waste_is_found_and_leads_to_the_file_in_its_layer(at: Journey) -> None:
    await at.press("2", "down")
    assert "6kB" in at.line
    assert at.line.endswith("/srv/mode.bin")

    await at.press("enter")

    assert at.title == "Changes of layer 0"
    assert at.path == "/srv/mode.bin"
    assert at.line.endswith("mode.bin")
    assert "mode.bin" in at.text
    assert at.layers.selected == 0


@journey()
async def test_waste_is_grouped_by_cause_then_by_directory_then_not_at_all(at: Journey) -> None:
    await at.press("2")
    headings = [row for row in at.rows(at.main.wasted) if row.startswith("▾")]
    assert [heading.split()[1] for heading in headings] == ["20.5kB", "17kB", "12.7kB", "2.7kB", "2.3kB"]

    await at.press("b")
    assert at.rows(at.main.wasted)[0].endswith("▾ srv/")
    await at.press("b")
    largest = at.rows(at.main.wasted)
    assert [row.split()[0] for row in largest[:4]] == ["8kB", "8kB", "6kB", "5.5kB"]
    assert "overwritten" in largest[0]
    assert len(largest) == 23


@journey()
async def test_a_cause_is_folded_and_all_of_them_are(at: Journey) -> None:
    await at.press("2", "space")
    assert at.line.startswith("▸")
    assert at.main.wasted.count() == 28 - 7

    await at.press("E")
    assert at.main.wasted.count() == 5
    await at.press("W")
    assert at.main.wasted.count() == 28
    await at.press("down", "left")
    assert at.line.startswith("▾")
    await at.press("left", "right", "down")
    assert at.line.endswith("/srv/mode.bin")


@journey()
async def test_waste_of_one_layer_alone_is_listed(at: Journey) -> None:
    await at.press("2", "a")
    assert at.main.wasted.count() == 0

    await at.hold("[", 17)
    assert at.app.desk.wish.layer == 1
    assert [row.split()[-1] for row in at.rows(at.main.wasted)[1:]] == ["/srv/overwritten.bin"]


@journey(sizes=(WIDE, SMALL))
async def test_of_a_layer_that_wastes_nothing_it_is_said(at: Journey) -> None:
    await at.press("2", "a")

    assert "nothing is wasted here" in at.text
    assert "known once" not in at.text
    await at.press("b")
    assert "nothing is wasted here" in at.text


@journey()
async def test_waste_only_leaves_the_paths_that_travel_for_nothing(at: Journey) -> None:
    await at.press("w")
    assert at.title == "Waste in layers 0-18"
    assert "/srv/twin-b.bin" not in at.names
    assert "/srv/deleted.bin" in at.names

    await at.press("escape")
    assert at.title == "Final filesystem"
    assert "/srv/deleted.bin" not in at.names


@journey()
async def test_escape_clears_the_filter_first_and_then_leads_back_to_the_waste(at: Journey) -> None:
    await at.press("2", "down", "enter", "/")
    await at.type("deleted")
    await at.press("enter")
    assert at.names == ["/srv", "/srv/deleted.bin"]

    await at.press("escape")
    assert at.title == "Changes of layer 0"
    assert len(at.names) > 2
    await at.press("escape")
    assert at.main.tab == "wasted"


# A file and its life.


@journey()
async def test_a_file_is_traced_through_its_versions_and_layers(at: Journey) -> None:
    await at.go("/srv/overwritten.bin")
    versions = [line[: line.rindex("  ")] for line in at.details.splitlines() if line[:1] in ("+", "~")]

    assert versions == [
        "+ layer 0  added  8kB  -rw-r--r-- 0:0",
        "~ layer 1  content  8kB  -rw-r--r-- 0:0",
        "~ layer 2  content  7kB  -rw-r--r-- 0:0",
    ]
    assert "/step fill /srv/overwritten.bin 8000 2" in at.details
    assert "8kB wasted: overwritten by layer 2" in at.details


@journey()
async def test_a_deleted_file_names_the_layer_and_instruction_that_hid_it(at: Journey) -> None:
    await at.press("2", "/")
    await at.type("deleted.bin")
    await at.press("enter", "down", "i")

    assert "- layer 7  removed" in at.popup
    assert "/step rm /srv/deleted.bin" in at.popup
    assert "5.5kB wasted: deleted by layer 7" in at.popup
    await at.press("escape")
    assert at.popup == ""


# Preview.


@journey(various)
async def test_each_kind_of_path_is_previewed_as_what_it_is(at: Journey) -> None:
    for path, said in (
        ("/app/main.py", "import os  # why"),
        ("/app/data.json", '  "b": ['),
        ("/app/blob.bin", "00000010  10 11 12"),
        ("/app/link", "→ main.py"),
        ("/app/same.py", "print('hello')"),
        ("/app", "a directory; files can be read"),
        ("/app/fifo", "a device or FIFO; it has no content"),
    ):
        await at.go(path)
        await at.press("v")
        assert said in at.preview, path
        assert at.path == path


@journey(various)
async def test_a_file_is_previewed_as_it_is_in_the_layer_that_is_looked_at(at: Journey) -> None:
    await at.go("/app/changed.conf")
    await at.press("enter")
    assert "after it" in at.text

    await at.press("1", "[", "v")
    assert "before" in at.text
    assert "layer 0" in at.lines[3]


@journey(various)
async def test_a_deleted_file_is_previewed_from_the_waste(at: Journey) -> None:
    await at.press("2", "b", "b", "/")
    await at.type("gone.txt")
    await at.press("enter", "v")

    assert "was here" in at.text
    assert at.path == "/app/gone.txt"


@journey(various)
async def test_text_is_found_in_a_preview(at: Journey) -> None:
    await at.go("/app/blob.bin")
    await at.press("v", "f")
    await at.type("fe ff")
    await at.press("enter")
    first = at.main.query_one(PreviewPane).found
    await at.press(".")

    assert first
    assert first[0] == 15
    assert at.main.query_one(PreviewPane).found == (31, *first[1:])


# Extraction.


@journey(various)
async def test_a_deleted_file_is_written_to_disk(at: Journey, tmp_path: Path) -> None:
    await at.press("2", "b", "b", "/")
    await at.type("gone.txt")
    await at.press("enter", "x")
    assert "Extract /app/gone.txt" in at.text
    assert "1 file, 9B" in at.text

    await at.type(str(tmp_path / "back.txt"))
    await at.press("enter")

    assert (tmp_path / "back.txt").read_text() == "was here\n"
    assert at.notes[-1].startswith("wrote 1 file to ")


@journey(various)
async def test_a_directory_is_written_to_disk_with_what_is_in_it(at: Journey, tmp_path: Path) -> None:
    await at.go("/app")
    await at.press("x")
    await at.type(str(tmp_path / "out"))
    await at.press("enter")

    assert (tmp_path / "out" / "changed.conf").read_text() == "after it\n"
    assert (tmp_path / "out" / "link").readlink() == Path("main.py")
    assert not (tmp_path / "out" / "gone.txt").exists()


@journey(various)
async def test_what_exists_is_replaced_only_after_a_second_enter(at: Journey, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    await at.go("/app/new.txt")
    await at.press("x")
    await at.type(str(there))
    await at.press("enter")
    assert "exists. Enter once more writes over it" in str(at.app.screen.query_one("#said", Static).render())
    assert there.read_text() == "mine"

    await at.press("enter")
    assert there.read_text() == "n\n"


@journey(various)
async def test_extraction_is_given_up_with_escape(at: Journey, tmp_path: Path) -> None:
    await at.go("/app/new.txt")
    await at.press("x")
    await at.type(str(tmp_path / "never"))
    await at.press("escape")

    assert "Extract" not in at.text
    assert not (tmp_path / "never").exists()


# Filters.

FILTERS = {
    "changed": ["/app", "/app/changed.conf"],
    "Changed": [],
    "*.log": ["/old", "/old/a.log", "/old/b.log"],
    "app/*.py": ["/app", "/app/main.py", "/app/same.py"],
    "re:a.n.py$": ["/app", "/app/main.py"],
    ">2000": ["/app", "/app/blob.bin", "/old", "/old/a.log"],
    "<3 + *.txt": ["/app", "/app/new.txt"],
    "+ type:file": ["/app", "/app/new.txt", "/old", "/old/b.log"],
    "~ type:file": ["/app", "/app/changed.conf"],
    "- *.txt": ["/app", "/app/gone.txt"],
    "= *.json": ["/app", "/app/data.json"],
    "type:link": ["/app", "/app/link"],
    "type:hardlink": ["/app", "/app/same.py"],
    "type:setuid": ["/app", "/app/tool"],
    "type:device": ["/app", "/app/fifo"],
    "type:dir !old": ["/app"],
}


@journey(various)
async def test_each_kind_of_filter_leaves_what_it_says(at: Journey) -> None:
    everything = at.names
    for text, expected in FILTERS.items():
        await at.press("/")
        await at.type(text)
        assert sorted(at.names) == expected, text
        assert f"filter {text}" in at.title
        await at.press("enter", "escape")
        assert at.names == everything


@journey(sizes=EVERY)
async def test_a_filter_says_how_much_it_lets_through(at: Journey) -> None:
    await at.press("/")
    await at.type("owned")
    assert "5 of 34, 4.5kB" in at.text
    await at.press("escape")
    assert "of 34" not in at.text
    assert at.app.desk.wish.filter == ""


@journey(sizes=(WIDE, TINY))
async def test_a_filter_that_makes_no_sense_is_told_and_changes_nothing(at: Journey) -> None:
    before = at.names
    await at.press("/")
    for text, said in (("re:(", "not a regular"), ("type:nonsense", "type:"), (">much", "size")):
        await at.type(text)
        assert f"filter {text} " in at.text
        assert said in at.text
        assert at.names == before
        await at.hold("backspace", len(text))
    await at.type("mode")
    assert at.names == ["/srv", "/srv/mode.bin"]


@journey()
async def test_something_is_found_and_then_the_next_and_the_one_before(at: Journey) -> None:
    await at.press("f")
    await at.type("twin")
    await at.press("enter")
    found = [at.path]
    for key in (".", ".", ".", ",", ","):
        await at.press(key)
        found.append(at.path)

    a, b, link = "/srv/twin-a.bin", "/srv/twin-b.bin", "/srv/twin-hard-link.bin"
    assert found == [a, b, link, a, link, b]
    assert "/step" in at.names


@journey()
async def test_what_is_in_a_closed_directory_is_found_and_what_is_nowhere_is_not(at: Journey) -> None:
    assert "/srv/owned/sub/c.bin" not in at.names
    await at.press("f")
    await at.type("c.bin")
    assert at.path == "/srv/owned/sub/c.bin"

    await at.type("zzz")
    assert "not found" in at.text
    assert at.path == "/srv/owned/sub/c.bin"


@journey(various)
async def test_what_a_layer_did_is_shown_or_hidden(at: Journey) -> None:
    for key, path in (("+", "/app/new.txt"), ("~", "/app/changed.conf"), ("-", "/app/gone.txt"), ("=", "/app/tool")):
        assert path in at.names
        await at.press(key)
        assert path not in at.names
        assert "without" in at.title
        await at.press(key)
        assert path in at.names


def doubtful(directory: Path) -> Path:
    """An image with a file that a layer seems to change while another name still leads to the one before."""
    spec = Spec([layer(f("a", "1" * 900), h("b", "a")), layer(f("a", "1" * 900, mode=0o600))])
    return write_tar(docker_files(spec), directory / "doubtful.tar")


@journey(doubtful)
async def test_whether_a_file_was_only_copied_is_read_while_its_details_are_shown(at: Journey) -> None:
    await at.go("/a")

    assert "~ layer 1  only mode" in at.details
    assert "only mode" in at.text
