"""The page: what an image says is text in it, whatever it says."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imgscope
from imgscope.escaping import printable
from imgscope.report.build import build_report
from imgscope.report.html.page import SCRIPTS, embedded, write_html
from imgscope.report.wire import AdviceInfo
from imgscope.units import SizeStyle
from tests.build import Spec, docker_files, f, layer, w, write_tar
from tests.conftest import Cli

FIXTURES = Path(__file__).parents[3] / "fixtures"
GOLDEN = Path(__file__).parent / "golden.html"
NASTY = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\u2028\u202egpj.exe",
    "javascript:alert(1)",
    "&lt;b&gt;&amp;",
    "]]>\x1b[31m",
)
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))


class Structure(HTMLParser):
    """Elements with the names of their attributes, and the texts of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.scripts: list[str] = []
        self.links: list[str] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and self.cdata_elem:
            self.scripts[-1] += data

    def handle_comment(self, data: str) -> None:
        self.others.append(data)


def parsed(page: str) -> Structure:
    structure = Structure()
    structure.feed(page)
    structure.close()
    return structure


def page_of(path: Path, style: SizeStyle = SizeStyle.DECIMAL) -> str:
    with imgscope.open_image(str(path)) as opened:
        inspection = imgscope.inspect(opened)
        return "".join(write_html(inspection, build_report(inspection), style))


def saying(texts: list[str], names: list[bytes]) -> Spec:
    """An image that says texts wherever it can, and has files of some names, of which one layer takes one away."""
    one, two, three, four = texts
    files = [f(b"d/" + name, b"x" * (9 - number)) for number, name in enumerate(names)]
    return Spec(
        [layer(*files, f("gone", b"y" * 50)), layer(w("gone"), f(b"d/" + names[0], b"zz"))],
        history=[
            {"created": one, "created_by": two, "comment": three, "author": four},
            {"created": two, "created_by": three, "comment": four, "author": one},
        ],
        tags=("example/app:1",),
        config={"Env": [one], "Labels": {two: three}, "User": four, "Cmd": [one, two], "WorkingDir": three},
        created=four,
    )


NAMES = st.lists(
    st.one_of(st.binary(min_size=1, max_size=12), st.sampled_from(NASTY).map(str.encode)).filter(
        lambda name: not set(b"/\0") & set(name) and name not in (b".", b"..") and not name.startswith(b".wh.")
    ),
    min_size=2,
    max_size=2,
    unique=True,
)


@settings(max_examples=60)
@given(st.lists(TEXTS.filter(str.strip), min_size=4, max_size=4), NAMES)
def test_nothing_that_an_image_says_becomes_markup(texts: list[str], names: list[bytes]) -> None:
    with TemporaryDirectory() as directory:
        hostile = page_of(write_tar(docker_files(saying(texts, names)), Path(directory) / "image.tar"))
        tame = page_of(write_tar(docker_files(saying(["x"] * 4, [b"x", b"y"])), Path(directory) / "image.tar"))

    structure = parsed(hostile)
    assert structure.elements == parsed(tame).elements
    assert structure.others == []
    data = json.loads(structure.scripts[0])
    assert {printable(name) for name in names} <= set(data["tree"]["name"])


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8))
def test_embedded_data_is_what_it_was_and_cannot_end_its_element(value: object) -> None:
    text = embedded(value)

    assert json.loads(text) == value
    assert not re.search("[<>&\u2028\u2029]|[^\x00-\x7f]", text)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = page_of(FIXTURES / "docker-archive-causes.tar")
    structure = parsed(page)

    assert all(link.startswith("#") for link in structure.links)
    assert {tag for tag, _ in structure.elements}.isdisjoint({"link", "img", "iframe", "object", "embed", "base"})
    assert not any(name == "style" or name.startswith("on") for _, names in structure.elements for name in names)
    assert set(re.findall(r"\w+://[\w./]+", page)) == {"http://www.w3.org/2000/svg"}


def test_whoever_does_not_see_the_page_finds_a_way_through_it() -> None:
    page = page_of(FIXTURES / "docker-archive-causes.tar")
    body = page.partition("<body>")[2].partition('<script type="application/json"')[0]
    ids = re.findall(r'\bid="([^"]+)"', body)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]+)"', body)) <= set(ids)
    assert {link[1:] for link in re.findall(r'href="([^"]+)"', body)} <= set(ids)
    assert all(f"<{landmark}" in body for landmark in ("header", "nav", "main", "footer"))
    assert '<html lang="en">' in page
    levels = [int(level) for level in re.findall(r"<h(\d)", body)]
    assert levels[0] == levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert not re.search(r"<th(?![^>]*\bscope=)[ >]", body)
    assert len(re.findall("<input|<select", body)) == body.count("<label>")
    assert all("aria-hidden" in svg for svg in re.findall("<svg[^>]*>", body))


def test_the_policy_lets_run_these_scripts_and_no_others() -> None:
    page = page_of(FIXTURES / "docker-archive-causes.tar")
    scripts = parsed(page).scripts[1:]
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)

    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in scripts]
    assert len(scripts) == len(SCRIPTS)
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert re.findall("sha256-([^&]*)", policy.partition("style-src")[0]) == hashes
    assert "unsafe" not in policy


def test_scripts_set_text_and_never_markup() -> None:
    page = page_of(FIXTURES / "docker-archive-causes.tar")

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(|fetch\(", page)


def advice(title: str, **more: Any) -> AdviceInfo:
    finding: Any = {
        "id": "copies",
        "group": "waste",
        "title": title,
        "cause": "a copy",
        "fix": "COPY --chmod",
        "confidence": "high",
        "layer": 3,
        "instruction": "RUN chmod",
        "bytes": 600_000,
        "stored_bytes": 5000,
        "content_bytes_without": 1,
        "files": 1,
        **more,
    }
    row: AdviceInfo = finding
    return row


def page_with(*findings: AdviceInfo) -> str:
    with imgscope.open_image(str(FIXTURES / "docker-archive-causes.tar")) as opened:
        inspection = imgscope.inspect(opened)
        report: Any = {**build_report(inspection), "advice": list(findings)}
        return "".join(write_html(inspection, report, SizeStyle.DECIMAL))


def test_advice_is_a_section_where_there_is_some() -> None:
    page = page_with(advice("use <b>COPY --chmod</b>"))

    assert 'id="advice"' in page
    assert "use &lt;b&gt;COPY --chmod&lt;/b&gt;" in page
    assert '<a href="#layer-3">' in page
    assert 'id="advice"' not in page_of(FIXTURES / "docker-archive-causes.tar")


def test_security_comes_first_and_what_is_small_or_doubtful_is_folded() -> None:
    page = page_with(
        advice("large"),
        advice("large but doubtful", confidence="low"),
        advice("small", bytes=99_999),
        advice("root", group="hygiene", bytes=0),
        advice("maybe a key", group="security", bytes=0, confidence="medium"),
        advice("a password", group="security", bytes=0),
    )
    shown, _, folded = page.partition('<section id="advice"')[2].partition("</section>")[0].partition("<details>")

    assert re.findall("<h3>(.*?)</h3>", shown) == ["a password", "maybe a key", "large", "root"]
    assert re.findall("<h3>(.*?)</h3>", folded) == ["large but doubtful", "small"]
    assert "<summary>2 small or doubtful</summary>" in folded
    assert "<details>" not in page_with(advice("large")).partition('<section id="advice"')[2].partition("</section>")[0]


def telling() -> Spec:
    """An image that tells a secret wherever it can."""
    return Spec(
        [layer(f("a", "x")), layer(w("a"))],
        history=[
            {"created_by": "ENV DB_PASSWORD=made up, not real"},
            {"created_by": "RUN API_TOKEN=made-up npm install", "comment": "TOKEN=made-up"},
        ],
        config={
            "Env": ["PATH=/bin", "DB_PASSWORD=made up, not real"],
            "Labels": {"com.example.api-key": "made-up", "vendor": "somebody"},
            "Cmd": ["sh", "-c", "TOKEN=made-up run"],
            "OnBuild": ["ENV TOKEN=made-up"],
            "Healthcheck": {"Test": ["CMD-SHELL", "TOKEN=made-up check"]},
        },
    )


def test_values_of_secrets_are_in_the_page_only_where_they_are_asked_for(cli: Cli, tmp_path: Path) -> None:
    image = write_tar(docker_files(telling()), tmp_path / "image.tar")
    page = cli("report", "--format", "html", image).out
    told = cli("report", "--format", "html", "--show-secrets", image).out

    assert not re.search("made.up|not real", page)
    assert "DB_PASSWORD=****" in page
    assert "PATH=/bin" in page
    assert "somebody" in page
    assert "named like secrets are shown as ****" in page
    assert "DB_PASSWORD=made up, not real" in told
    assert "are shown as ****" not in told


def test_a_page_that_hides_nothing_does_not_say_that_it_does() -> None:
    assert "are shown as ****" not in page_of(FIXTURES / "docker-archive-causes.tar")


@pytest.mark.parametrize("style", SizeStyle)
def test_sizes_are_in_the_style_that_was_asked_for(style: SizeStyle) -> None:
    page = page_of(FIXTURES / "docker-archive-causes.tar", style)

    wasted = {SizeStyle.DECIMAL: "55.2kB", SizeStyle.BINARY: "53.9KiB", SizeStyle.BYTES: "55206"}[style]
    assert f'title="55,206 bytes">{wasted}</dd>' in page
    assert json.loads(parsed(page).scripts[0])["sizes"] == style.value


@pytest.mark.parametrize("name", ["umoci-oci-empty", "docker-export-causes.tar", "docker-archive-names.tar"])
def test_any_image_has_a_page(name: str) -> None:
    assert page_of(FIXTURES / name).endswith("</html>\n")


def test_a_layer_that_could_not_be_read_is_told_of(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(Spec([layer(f("a", "x"))]))
    name = next(name for name in files if name.endswith("layer.tar"))
    path = write_tar({**files, name: b"no tar" * 200}, tmp_path / "image.tar")

    result = cli("report", "--format", "html", path)

    assert result.code == 3
    assert 'role="alert">INCOMPLETE' in result.out


def test_the_page_of_a_small_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letter by letter, but for style and scripts. ``IMGSCOPE_UPDATE_GOLDENS=1`` writes it anew."""
    monkeypatch.chdir(FIXTURES)
    page = page_of(Path("umoci-oci-duplicate"))
    page = re.sub(r"(<style>|<script>)[^<]*.*?(?=</style>|</script>)", r"\1…", page, flags=re.DOTALL)
    page = re.sub(r"sha256-[\w+/]{43}=", "sha256-…", page)
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS"):
        GOLDEN.write_text(page, encoding="utf-8")

    assert page == GOLDEN.read_text(encoding="utf-8")
