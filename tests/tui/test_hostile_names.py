"""Whatever an image calls things, the screen stays whole: each line as wide as the terminal, nothing but text in it."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from imgscope.escaping import printable
from tests.build import Spec, d, docker_files, f, h, layer, s, write_tar
from tests.tui.journey import SMALL, WIDE, Journey, Size, prepare, travel

pytestmark = pytest.mark.journey

NASTY = (
    *(
        "[bold]red[/bold]",
        "[/]",
        "[",
        "]",
        "[@click=app.quit]x[/]",
        "[link=file:///]y",
        "\\[",
        "$foreground",
        "{0}",
        "%s",
    ),
    *(
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07",
        "\x9b2J",
        "new\nline",
        "car\rriage",
        "tab\there",
        "\x7f",
        "back\bspace",
    ),
    *(
        "\u202egpj.exe",
        "\u2066isolate\u2069",
        "zero\u200bwidth",
        "\ufeffbom",
        "\u00adsoft",
        "\U000e0041tag",
        "\u2028line",
    ),
    *("日本語", "한국어", "\uff46\uff55\uff4c\uff4c", "e\u0301\u0301\u0301", "\u0301", "नमस्ते", "שלום", "مرحبا", "ก็็็"),
    *("👩\u200d👧", "❤\ufe0f", "🇩🇪", "👍🏽", "\U0001fae0", "\ua9c5", "\u1160\u11a8", "﷽"),
    *("x" * 4000, "漢" * 1300, "\u0301" * 500, " ", "  x  ", "-", "~", ".wh"),
)
NAMES = st.one_of(
    st.sampled_from(NASTY).map(lambda text: text.encode()),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map(lambda texts: "".join(texts).encode()[:4000]),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).map(lambda text: text.encode()),
    st.binary(min_size=1, max_size=40),
).map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(st.characters(codec="utf-8"), max_size=80))

VISITS = (
    *(("W",), ("2",), ("b",), ("b",), ("3",), ("i",), ("escape", "6"), ("G",), ("5",), ("enter",), ("1", "w")),
    *(("w", "a"), ("?",), ("escape", "Y"), ("escape", ":"), ("escape", "o"), ("escape", "G", "x"), ("escape",)),
)


def image(names: list[bytes], texts: list[str], directory: Path) -> Path:
    """An image with these names for files, directories and links, and these texts wherever its documents have some."""
    names = [name for name in dict.fromkeys(names) if name not in (b".", b"..") and not name.startswith(b".wh.")]
    lower = [f(b"dir/" + name, b"1" * (100 + number)) for number, name in enumerate(names)]
    upper = [
        *(f(b"dir/" + name, b"2" * 50) for name in names[::2]),
        *(s(b"link/" + name, name) for name in names),
        *(h(b"hard/" + name, b"dir/" + name) for name in names[::3]),
        *(item for name in names[::2] for item in (d(b"deep/" + name), f(b"deep/" + name + b"/" + name, b"3"))),
    ]
    history = [{"created_by": text, "comment": text, "empty_layer": number > 1} for number, text in enumerate(texts)]
    config = {
        "Env": [f"A={text}" for text in texts],
        "Cmd": texts,
        "Labels": {text: text for text in texts},
        "User": texts[0],
        "WorkingDir": texts[-1],
        "Volumes": {text: {} for text in texts},
    }
    spec = Spec([layer(*lower), layer(*upper)], history, config=config)
    return write_tar(docker_files(spec), directory / "hostile.tar")


def check(at: Journey) -> None:
    """The screen is whole."""
    width, height = at.app.size
    lines = at.lines
    assert len(lines) == height
    for line in lines:
        assert cell_len(line) == width, (cell_len(line), line)
        assert printable(line) == line


async def visit(path: Path, size: Size, *, ascii_only: bool = False) -> None:
    """Look at everything that names and texts are shown in."""
    async with travel(path, size, ascii_only=ascii_only) as at:
        check(at)
        for keys in VISITS:
            await at.press(*keys)
            check(at)
        await at.press("1", "W", "g")
        for _ in range(4):
            await at.hold("down", 7)
            check(at)
        await at.press("v")
        check(at)
        await at.press("1", ":")
        await at.type("/dir/")
        check(at)
        await at.press("escape", ":")
        await at.type("layer")
        check(at)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    st.lists(NAMES, min_size=15, max_size=40), st.lists(TEXTS, min_size=2, max_size=5), st.sampled_from([WIDE, SMALL])
)
def test_no_name_breaks_the_screen(names: list[bytes], texts: list[str], size: Size) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as monkeypatch:
        directory = Path(name)
        prepare(directory, monkeypatch)
        asyncio.run(visit(image(names, texts, directory), size))


@pytest.mark.parametrize("ascii_only", [False, True])
def test_none_of_the_names_that_are_known_to_be_nasty_does(
    ascii_only: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, monkeypatch)
    path = image([text.encode().replace(b"/", b"_") for text in NASTY], list(NASTY), tmp_path)

    asyncio.run(visit(path, SMALL if ascii_only else WIDE, ascii_only=ascii_only))


def test_brackets_are_shown_as_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    instruction = "RUN [ -f /bin/x ] && echo '[bold]y[/bold]' [/]"

    async def story() -> None:
        async with travel(
            image([b"[bold]name[_bold]", b"[@click=quit]"], [instruction, "x"], tmp_path), (160, 50)
        ) as at:
            await at.press("W")
            assert "[bold]name[_bold]" in at.text
            assert "[@click=quit]" in at.text
            await at.press("3")
            assert instruction in at.text
            await at.press(":")
            await at.type("layer 0")
            assert instruction in at.text
            await at.press("escape", "1", ":")
            await at.type("/dir/")
            assert "/dir/[bold]name[_bold]" in at.text

    asyncio.run(story())
