"""The page in a real browser: explored, filtered, read without scripts, and fed with hostile names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imgscope.units import SizeStyle, count, parse_size, percent, size
from tests.build import Spec, docker_files, f, layer, w, write_tar
from tests.report.html.browser import Browser, browsing, missing
from tests.report.html.test_page import FIXTURES, NASTY, page_of

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(missing() is not None, reason=f"the page is not tried out: no {missing()} here"),
]

CONTRAST = """
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
  .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour.length < 4 || colour[3] === 1) return colour;
  }
};
const found = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own || !element.checkVisibility() || element.disabled || element.closest("script, style")) continue;
  const [a, b] = [parse(getComputedStyle(element).color), behind(element)].map(light);
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) found.push(`${element.tagName}.${element.className} ${element.textContent.slice(0, 20)} ${ratio}`);
}
return found;
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def causes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = tmp_path_factory.mktemp("page") / "causes.html"
    page.write_text(page_of(FIXTURES / "docker-archive-causes.tar"), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of 2,500 wasted paths in two directories."""
    directory = tmp_path_factory.mktemp("many")
    files = [f(f"{'ab'[number % 2]}/file-{number:04}", b"x" * (number + 1)) for number in range(2500)]
    image = write_tar(docker_files(Spec([layer(*files), layer(w("a"), w("b"))])), directory / "image.tar")
    page = directory / "many.html"
    page.write_text(page_of(image), encoding="utf-8")
    return page


def shown_paths(browser: Browser) -> list[str]:
    found: list[str] = browser.run(
        "return [...document.querySelectorAll('#waste-table tbody .path')].map((cell) => cell.textContent)"
    )
    return found


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_fits_and_can_be_read(browser: Browser, causes: Path, width: int, dark: bool) -> None:
    browser.look(width, 900, dark=dark)
    browser.open(causes)
    browser.run("document.querySelectorAll('details').forEach((one) => (one.open = true))")

    assert browser.run("return document.documentElement.scrollWidth") == width
    assert browser.run(CONTRAST) == []
    assert browser.complaints() == []


@pytest.mark.parametrize("width", [1280, 400])
def test_why_bytes_are_wasted_is_read_without_scrolling(browser: Browser, causes: Path, width: int) -> None:
    browser.look(width, 900)
    browser.open(causes)
    box = "document.querySelector('#causes').parentElement"

    assert browser.run(f"return {box}.scrollWidth") == browser.run(f"return {box}.clientWidth") > 0
    assert browser.text("#causes .why")


@pytest.mark.parametrize("style", SizeStyle)
def test_scripts_write_numbers_as_the_rest_of_the_page_does(browser: Browser, tmp_path: Path, style: SizeStyle) -> None:
    page = tmp_path / "page.html"
    page.write_text(page_of(FIXTURES / "umoci-oci-duplicate", style), encoding="utf-8")
    browser.open(page)
    numbers = [0, 1, 999, 1000, 1023, 1024, 9994, 9995, 10_249, 999_499, 999_500, 1_048_576, 123_456_789, 5 * 10**12]
    pairs = [(0, 5), (1, 3), (1, 10_000), (9_999, 10_000), (7, 7), (0, 0)]
    texts = ["4096", " 20MB", "1.5 GiB", "3k", "1Tb", "", "x", "1 KB x", "-1"]

    assert browser.run("return arguments[0].map(page.size)", numbers) == [size(number, style) for number in numbers]
    assert browser.run("return arguments[0].map(page.count)", numbers) == [count(number) for number in numbers]
    shares = browser.run("return arguments[0].map(([part, whole]) => page.percent(part, whole))", pairs)
    assert shares == [percent(*pair) for pair in pairs]
    assert browser.run("return arguments[0].map(page.parseSize)", texts) == [parsed_size(text) for text in texts]


def parsed_size(text: str) -> int | None:
    try:
        return parse_size(text)
    except ValueError:
        return None


def test_colours_can_be_switched(browser: Browser, causes: Path) -> None:
    browser.look(1280, 900)
    browser.open(causes)
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(ground)
    browser.click("[data-theme=dark]")
    dark = browser.run(ground)
    browser.click("#theme [data-theme='']")

    assert light == browser.run(ground) == "rgb(255, 255, 255)"
    assert dark == "rgb(17, 21, 28)"


def test_a_directory_is_entered_and_left_by_mouse_and_by_key(browser: Browser, causes: Path) -> None:
    browser.look(1280, 900)
    browser.open(causes)
    browser.click("#inside tbody button")
    inside = browser.text("#inside-title")
    browser.press("Backspace")
    outside = browser.text("#inside-title")
    browser.press("Enter")

    assert (inside, outside) == ("In /srv", "In the root directory")
    assert browser.text("#inside-title") == "In /srv"
    browser.click("#crumbs button")
    assert browser.text("#inside-title") == "In the root directory"


def test_arrow_keys_move_from_tile_to_tile_and_tell_of_each(browser: Browser, causes: Path) -> None:
    browser.look(1280, 900)
    browser.open(causes)
    browser.click("#inside tbody button")
    told = set()
    for key in ("Right", "Right", "Down", "Left"):
        browser.press(key)
        told.add(browser.text("#tile-details").split()[0])
        assert browser.run("return document.activeElement.getAttribute('aria-selected')") == "true"

    assert len(told) > 2
    assert all(path.startswith("/srv/") for path in told)


def test_tiles_fill_the_map_as_bytes_fill_the_image(browser: Browser, causes: Path) -> None:
    browser.look(1280, 900)
    browser.open(causes)
    tops = """return [...document.querySelectorAll('#tiles [aria-level="1"]')]
        .map((tile) => parseFloat(tile.style.width) * parseFloat(tile.style.height))"""
    areas = browser.run(tops)
    whole = browser.run("const box = document.getElementById('tiles'); return box.clientWidth * box.clientHeight")

    assert sum(areas) == pytest.approx(whole, rel=0.001)
    assert browser.run(
        "return [...document.querySelectorAll('#inside tbody th')].map((cell) => cell.textContent)[0]"
    ) == browser.text("#tiles [aria-level='1'] b")


def test_no_tile_hides_another(browser: Browser, causes: Path) -> None:
    browser.look(1280, 1400)
    browser.open(causes)
    browser.click("#inside tbody button")
    browser.run("document.getElementById('map').scrollIntoView()")
    hidden = browser.run("""return [...document.querySelectorAll(".tile:not(.open)")].filter((tile) => {
        const { x, y, width, height } = tile.getBoundingClientRect();
        return !tile.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    }).length""")

    assert browser.run("return document.activeElement.className.includes('tile')")
    assert hidden == 0


@pytest.mark.parametrize("shape", ["treemap", "icicle"])
def test_what_is_wasted_can_be_seen_alone(browser: Browser, causes: Path, shape: str) -> None:
    browser.look(1280, 900)
    browser.open(causes)
    browser.click(f"[data-shape={shape}]")
    count = "return document.querySelectorAll('#tiles svg').length"
    browser.click("[data-bytes=live]")
    hatched_live = browser.run(count)
    browser.click("[data-bytes=wasted]")

    assert hatched_live == 0
    assert browser.run(count) > 3
    assert "wasted: " in browser.run("return document.querySelector('#tiles .tile').getAttribute('aria-label')")


def test_many_wasted_paths_are_shown_by_the_page(browser: Browser, many: Path) -> None:
    browser.look(1280, 900)
    browser.open(many)
    first = shown_paths(browser)
    browser.click("[data-page=next]")
    second = shown_paths(browser)
    browser.click("[data-page=last]")

    assert (first[0], second[0], shown_paths(browser)[-1]) == (
        "b/file-2499",
        "b/file-2399"[:-4] + "2399",
        "a/file-0000",
    )
    assert len(first) == len(second) == 100


def test_wasted_paths_are_filtered_and_sorted(browser: Browser, many: Path) -> None:
    browser.look(1280, 900)
    browser.open(many)
    browser.write("#waste-text", "A/FILE")
    browser.write("#waste-least", "2kB")

    assert browser.text("#waste-status").startswith("250 paths, ")
    browser.click("[data-column=path] button")
    assert shown_paths(browser)[0] == "a/file-2000"
    assert browser.run("return document.querySelector('[data-column=path]').getAttribute('aria-sort')") == "ascending"
    browser.write("#waste-least", "?")
    assert browser.run("return document.getElementById('waste-least').getAttribute('aria-invalid')") == "true"


def test_without_scripts_the_tables_are_there(causes: Path) -> None:
    with browsing(scripts=False) as browser:
        browser.look(1280, 900)
        browser.open(causes)
        rows = {
            name: len(browser.run(f"return document.querySelectorAll('#{name} tbody tr')"))
            for name in ("layers", "map", "waste")
        }
        tools = browser.run("return document.getElementById('waste-tools').checkVisibility()")

    assert rows == {"layers": 19, "map": 4, "waste": 23}
    assert not tools


def test_hostile_names_stay_text(browser: Browser, tmp_path: Path) -> None:
    files = [f(text.replace("/", "\u2215"), b"x" * 100) for text in NASTY]
    history = [{"created_by": "".join(NASTY), "comment": text, "author": text} for text in NASTY[:2]]
    config = {"Env": list(NASTY), "Labels": {text: text for text in NASTY}}
    hidden = layer(*(w(one.name) for one in files if isinstance(one.name, str)))
    image = write_tar(docker_files(Spec([layer(*files), hidden], history, config=config)), tmp_path / "image.tar")
    page = tmp_path / "page.html"
    page.write_text(page_of(image), encoding="utf-8")

    browser.look(1280, 900)
    browser.open(page)
    browser.click("[data-shape=icicle]")
    browser.write("#waste-text", "<")

    assert browser.run("return document.querySelectorAll('img, script:not([id]), svg[onload], b b').length") == 3
    assert any("<img src=x onerror=alert(1)>" in path for path in shown_paths(browser))
    assert browser.complaints() == []


def test_even_markup_that_got_in_would_not_run(browser: Browser, causes: Path, tmp_path: Path) -> None:
    page = tmp_path / "planted.html"
    text = causes.read_text(encoding="utf-8")
    page.write_text(text.replace("<main", "<script>document.title = 'owned'</script><main", 1), encoding="utf-8")
    browser.open(page)

    assert browser.run("return document.title") != "owned"
    assert any("Content Security Policy" in line for line in browser.complaints())


def test_it_can_be_printed(browser: Browser, causes: Path) -> None:
    browser.look(800, 900, dark=True, media="print")
    browser.open(causes)

    assert browser.run("return document.getElementById('waste-tools').checkVisibility()") is False
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
