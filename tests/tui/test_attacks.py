"""Images and words that were made to break the interface."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from tests.build import Spec, d, docker_files, f, h, layer, w, write_tar
from tests.tui.journey import Journey, journey

pytestmark = pytest.mark.journey


def bare(directory: Path) -> Path:
    """An image without layers."""
    return write_tar(docker_files(Spec([], history=[])), directory / "bare.tar")


def secret(directory: Path) -> Path:
    """A directory that loses a file, and one that is written over."""
    layers = [
        layer(d("etc"), f("etc/key", "secret"), f("etc/conf", "old content")),
        layer(w("etc/key"), f("etc/conf", "new")),
    ]
    return write_tar(docker_files(Spec(layers)), directory / "secret.tar")


def again(directory: Path) -> Path:
    """A path that its layer stores thousands of times."""
    return write_tar(
        docker_files(Spec([layer(*[f("again", str(number)) for number in range(5000)])])), directory / "again.tar"
    )


def endless(directory: Path) -> Path:
    """A name that patterns choke on."""
    return write_tar(docker_files(Spec([layer(f("a" * 60 + "!", "1"), f("other", "2"))])), directory / "endless.tar")


def two(directory: Path) -> Path:
    """Ten layers, and one layer, in one file."""
    many = Spec([layer(f(f"file{number}", "x")) for number in range(10)], tags=("many:1",))
    return write_tar(docker_files(many, Spec([layer(f("only", "y"))], tags=("one:1",))), directory / "two.tar")


def marks(directory: Path) -> Path:
    """A thousand accents on one letter."""
    return write_tar(
        docker_files(Spec([layer(f("e" + "\u0301" * 40, "1"), h("link", "e" + "\u0301" * 40))])),
        directory / "marks.tar",
    )


@journey(bare, sizes=((120, 36), (80, 24)))
async def test_an_image_without_layers_can_be_looked_at_all_over(at: Journey) -> None:
    for key in ("2", "3", "4", "5", "6", "0", "1", "a", "w", "b", "[", "]", "x", "y", "v", "c", "s", "space", "enter"):
        await at.press(key)
    await at.press("i", "escape", "1")

    assert "the image has no layers" in at.text


@journey(secret)
async def test_only_what_is_shown_is_extracted(at: Journey, tmp_path: Path) -> None:
    await at.go("/etc")
    await at.press("x")
    await at.type(str(tmp_path / "final"))
    await at.press("enter")

    assert sorted(path.name for path in (tmp_path / "final").iterdir()) == ["conf"]
    assert (tmp_path / "final" / "conf").read_text() == "new"


@journey(secret)
async def test_of_waste_only_what_is_wasted_is_extracted(at: Journey, tmp_path: Path) -> None:
    await at.press("w")
    await at.go("/etc")
    await at.press("x")
    await at.type(str(tmp_path / "waste"))
    await at.press("enter")

    written = {path.name: path.read_text() for path in (tmp_path / "waste").iterdir()}
    assert written == {"key": "secret", "conf": "old content"}


@journey(secret)
async def test_a_file_that_a_layer_removed_is_extracted_as_it_was(at: Journey, tmp_path: Path) -> None:
    await at.press("a")
    await at.go("/etc/key")
    await at.press("x")
    await at.type(str(tmp_path / "key"))
    await at.press("enter")

    assert (tmp_path / "key").read_text() == "secret"


@journey(again)
async def test_a_path_stored_again_and_again_is_told_of_in_part(at: Journey) -> None:
    assert "stored twice" in at.details
    assert at.details.count("stored twice") <= 100


@journey(endless)
async def test_a_pattern_that_takes_for_ever_is_given_up(at: Journey) -> None:
    await at.press("/")
    await at.type("re:(a|a)+$")

    assert "takes too long" in at.text
    await at.press("escape")
    assert len(at.names) == 2


@journey(endless)
async def test_many_exclamation_marks_are_two_or_none(at: Journey) -> None:
    await at.press("/")
    await at.type("!" * 3001 + "other")

    assert at.names == ["/" + "a" * 60 + "!"]


@journey(two)
async def test_nothing_of_the_image_before_is_left(at: Journey) -> None:
    await at.press("enter", "3", "end", "4", "o", "down", "enter")
    await at.press("3", "i", "escape", "4", "i", "escape", "2", "1")

    assert at.names == ["/only"]
    assert at.app.desk.layers == 1


@journey(marks)
async def test_marks_that_pile_up_are_shown_as_escapes(at: Journey) -> None:
    assert "\\u0301" in at.text
    assert "\u0301" * 9 not in at.text


@journey()
async def test_what_is_typed_ahead_goes_where_it_is_meant_to(at: Journey) -> None:
    for character in "/mode.bin":
        at.app.post_message(Key({"/": "slash", ".": "full_stop"}.get(character, character), character))
    await at.settle()

    assert at.app.desk.wish.filter == "mode.bin"
    assert "/srv/mode.bin" in at.names
