"""``imgscope diff``: what it prints, letter by letter, its exit codes, and real images in other saved forms.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/cli/test_diff.py`` writes the goldens anew; read the difference.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.build import E, Spec, d, docker_files, every_form, f, gz, h, layer, layout_files, o, s, w, write_tar
from tests.conftest import Cli
from tests.packages.making import P, dpkg
from tests.test_floors import loaded_by

FIXTURES = Path(__file__).parents[2] / "fixtures"
GOLDEN = Path(__file__).parent / "diff"

BASE = layer(d("etc"), f("etc/motd", "hello"), d("usr"), d("usr/lib"), f("usr/lib/libc.so", "c" * 3000))
OLD = Spec(
    [
        BASE,
        layer(d("app"), f("app/run", "#!", mode=0o755), f("app/config", "debug=1\n"), s("app/lib", "../usr/lib")),
        layer(d("var"), d("var/x"), f("var/x/list", "x" * 900), f("app/old.txt", "old"), h("app/again", "app/old.txt")),
    ],
    history=[
        {"created_by": "ADD rootfs.tar /"},
        {"created_by": f"COPY dir:{'0' * 64} in /app"},
        {"created_by": "/bin/sh -c make install"},
    ],
    tags=("example/app:1",),
    config={"Env": ["PATH=/bin", "MODE=debug"], "Cmd": ["/app/run"], "ExposedPorts": {"80/tcp": {}}},
)  # fmt: skip
NEW = Spec(
    [
        BASE,
        layer(d("app"), f("app/run", "#!", mode=0o555), f("app/config", "debug=0, quiet\n"), s("app/lib", "/usr/lib")),
        layer(d("opt"), d("opt/x"), f("opt/x/list", "x" * 900), f("app/new\x1b[31m|`<b>`", "new!")),
        layer(w("etc/motd"), d("etc/motd.d"), o("usr/lib"), f("usr/lib/libc.so", "d" * 3000, mtime=1_800_000_000)),
    ],
    history=[
        {"created_by": "ADD rootfs.tar /"},
        {"created_by": f"COPY dir:{'1' * 64} in /app"},
        {"created_by": "/bin/sh -c make install"},
        {"created_by": "RUN <script>alert(1)</script>"},
    ],
    tags=("example/app:2",),
    created="2026-02-02T03:04:05Z",
    config={"Env": ["MODE=<fast>", "PATH=/bin"], "Cmd": ["/app/run"], "User": "app", "Labels": {"a|b": "`c`"}},
)  # fmt: skip


def npm(place: str, version: str) -> E:
    return f(f"{place}/node_modules/pad/package.json", f'{{"name": "pad", "version": "{version}"}}')


CURL, DOC = ("usr/bin/curl",), ("usr/share/doc/curl",)
APT = [
    layer(
        *dpkg(P("curl", "7.88-1", CURL), P("odd`|\x1b", "1", DOC), P("less", "590", ("usr/bin/less",))),
        *(f(CURL[0], "c" * 4000), f(DOC[0], "d" * 900), f("usr/bin/less", "l" * 700)),
        *(npm("srv", "1.0"), npm("srv/web", "1.2"), f("srv/index.js", "1" * 50)),
    ),
    layer(
        *dpkg(P("curl", "7.88-2", CURL), P("git", "2.39", ("usr/bin/git",)), P("less", "590", ("usr/bin/less",))),
        *(f(CURL[0], "C" * 4400), w(DOC[0]), f("usr/bin/git", "g" * 3000), f("srv/index.js", "2" * 500)),
        *(npm("srv", "1.2"), f("usr/bin/less", "L" * 690)),
    ),
]
RUNS = {
    "text": ("old.tar", "new.tar"),
    "text-verbose": ("old.tar", "new.tar", "-v", "--mtime", "--top", "2", "--ascii"),
    "text-color": ("old.tar", "new.tar", "--color", "always", "--only", "metadata"),
    "text-all": ("old.tar", "new.tar", "--no-trunc", "--no-renames"),
    "brief": ("old.tar", "new.tar", "--brief"),
    "layer": ("new.tar", "--layer", "3"),
    "layers": ("new.tar", "--layers", "3", "1"),
    "config": ("old.tar", "new.tar", "--only", "config"),
    "path": ("old.tar", "new.tar", "--path", "app/", "--path", "!*.txt"),
    "json": ("old.tar", "new.tar", "--json"),
    "reports": ("old.json", "new.json"),
    "report-and-image": ("old.json", "new.tar", "--top", "3"),
    "baselines": ("old.baseline", "new.baseline"),
    "listings": ("old.jsonl", "new.files", "--mtime"),
    "markdown": ("old.tar", "new.tar", "--format", "markdown"),
    "markdown-reports": ("old.json", "new.json", "--format", "markdown", "--top", "1", "-v"),
    "html": ("old.tar", "new.tar", "--format", "html"),
    "packages": ("apt.tar", "upgraded.tar", "--packages"),
    "packages-few": ("apt.tar", "upgraded.tar", "--packages", "--top", "2", "--only", "content"),
    "packages-brief": ("apt.tar", "upgraded.tar", "--packages", "--brief"),
    "packages-none": ("old.tar", "upgraded.tar", "--packages", "--top", "0"),
    "packages-layers": ("upgraded.tar", "--layers", "1", "0", "--packages", "--bytes", "--ascii"),
    "packages-json": ("upgraded.tar", "--layer", "1", "--packages", "--json"),
    "packages-markdown": ("apt.tar", "upgraded.tar", "--packages", "--format", "markdown"),
    "packages-html": ("apt.tar", "upgraded.tar", "--packages", "--format", "html"),
    "listing-json": ("old.jsonl", "new.tar", "--json"),
}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Path:
    """A directory with two images, and all that can be saved of them."""
    monkeypatch.chdir(tmp_path)
    for name, spec in (("old", OLD), ("new", NEW)):
        write_tar(docker_files(spec), tmp_path / f"{name}.tar")
        cli("report", f"{name}.tar", "--json", "-o", f"{name}.json")
        cli("check", f"{name}.tar", "--exit-zero", "--write-baseline", f"{name}.baseline")
    for name, layers in (("apt", APT[:1]), ("upgraded", APT)):
        write_tar(docker_files(Spec(layers)), tmp_path / f"{name}.tar")
    cli("files", "old.tar", "--format", "jsonl", "-o", "old.jsonl")
    cli("files", "new.tar", "--json", "-o", "new.files")
    return tmp_path


@pytest.mark.parametrize("name", RUNS)
def test_output(name: str, cli: Cli, there: Path) -> None:
    result = cli("diff", *RUNS[name])
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(result.out)

    assert (result.code, result.err) == (1, "")
    assert result.out == golden.read_text()


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(RUNS)


@pytest.mark.parametrize("name", ["json", "listing-json", "packages-json"])
def test_json_is_what_the_schema_says(name: str, cli: Cli, there: Path) -> None:
    schema = cli("schema", "diff").json

    jsonschema.Draft202012Validator(schema).validate(cli("diff", *RUNS[name]).json)
    for more in (("old.json", "new.json"), ("old.tar", "new.tar", "--only", "config"), ("old.tar", "--layer", "0")):
        jsonschema.Draft202012Validator(schema).validate(cli("diff", *more, "--json").json)


def test_a_page_holds_no_markup_of_the_image_and_nothing_that_runs(cli: Cli, there: Path) -> None:
    page = cli("diff", "old.tar", "new.tar", "--format", "html", "-v").out
    found = Elements()
    found.feed(page)

    assert found.open == []
    assert "RUN <script>alert(1)</script>" in found.text
    assert not {"script", "img", "link", "iframe", "b", "a"} & found.seen
    assert "http" not in page.replace("http-equiv", "")


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", ["x" * 5000, "a\nb|c`d", "</td><script>", "&amp;", "\u202e[31m"])
@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_hostile_names_stay_names(name: str, format_: str, cli: Cli, tmp_path: Path) -> None:
    odd = {"User": name, "Env": [f"{name}={name}"], "Labels": {name: name}}
    spec = Spec([layer(f(name), s("l", name))], history=[{"created_by": name}], tags=(name[:100],), config=odd)
    paths = [write_tar(docker_files(one), tmp_path / f"{n}.tar") for n, one in enumerate([Spec([layer()]), spec])]
    out = cli("diff", *paths, "--format", format_, "-v").out

    assert format_ == "text" or "<script>" not in re.sub("`.*?`", "", out)
    assert "\u202e" not in out
    assert max(map(len, out.splitlines())) < (6000 if format_ == "html" else 2500)


FORMATS = ["text", "json", "markdown", "html"]
SECRET = [
    Spec(
        [BASE, layer(f("app", value))],
        history=[{"created_by": "ADD rootfs.tar /"}, {"created_by": f"RUN API_KEY=key-{value} make"}],
        config={
            "Env": [f"DB_PASSWORD=env-{value}", f"MODE=mode-{value}"],
            "Labels": {"org.example.token": f"label-{value}"},
            "Cmd": ["sh", "-c", f'TOKEN="cmd \\" {value}" run'],
            "OnBuild": [f"ENV SECRET=trigger {value}"],
            "Healthcheck": {"Test": ["CMD-SHELL", f"TOKEN=health-{value} probe"]},
        },
    )
    for value in ("one", "three")
]
GIVEN_AWAY = ("env-", "label-", "cmd \\", "trigger ", "health-", "key-")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("saved", [False, True])
def test_values_of_secrets_are_told_only_to_who_asks(format_: str, saved: bool, cli: Cli, tmp_path: Path) -> None:
    sides = [write_tar(docker_files(spec), tmp_path / f"{number}.tar") for number, spec in enumerate(SECRET)]
    if saved:
        sides = [_reported(cli, side) for side in sides]
    hidden, shown = (
        html.unescape(cli("diff", *sides, "--format", format_, "-v", *more).out) for more in ((), ("--show-secrets",))
    )

    assert "mode-one" in hidden
    for value in GIVEN_AWAY:
        assert value not in hidden
        assert value in shown


def _reported(cli: Cli, image: Path) -> Path:
    report = image.with_suffix(".json")
    cli("report", image, "--json", "-o", report)
    return report


def test_another_value_of_a_secret_is_a_change(cli: Cli, tmp_path: Path) -> None:
    result = cli(
        "diff",
        *[write_tar(docker_files(spec), tmp_path / f"{number}.tar") for number, spec in enumerate(SECRET)],
        "--json",
    )
    told = {(one["field"], one["key"]): (one["before"], one["after"]) for one in result.json["config"]}

    assert result.code == 1
    assert told == {
        ("cmd", ""): ('["sh", "-c", "TOKEN=**** run"]',) * 2,
        ("env", "DB_PASSWORD"): ("****", "****"),
        ("env", "MODE"): ("mode-one", "mode-three"),
        ("labels", "org.example.token"): ("****", "****"),
        ("healthcheck", "test"): ('["CMD-SHELL", "TOKEN=**** probe"]',) * 2,
        ("on_build", ""): ('["ENV SECRET=****"]',) * 2,
    }


@pytest.mark.parametrize("value", ["\ud800", "\x00", '"\\'])
def test_a_command_of_odd_letters_hides_its_secrets(value: str, cli: Cli, tmp_path: Path) -> None:
    specs = [Spec([BASE], config={"Cmd": [value, f"TOKEN=x{number}{value}"]}) for number in range(2)]
    result = cli(
        "diff",
        *[write_tar(docker_files(spec), tmp_path / f"{number}.tar") for number, spec in enumerate(specs)],
        "--json",
    )

    assert result.code == 1
    assert result.json["config"][0]["after"].endswith(', "TOKEN=****"]')


@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_who_wants_no_rows_gets_the_numbers(format_: str, cli: Cli, there: Path) -> None:
    out = cli("diff", "old.tar", "new.tar", "--top", "0", "--format", format_).out

    assert "2 paths added, 3 removed, 4 changed" in out
    assert "+3.01kB" in out
    assert "largest" not in out
    assert "app/config" not in out


def test_a_cut_list_has_what_is_large_and_not_what_grew_by_a_byte(cli: Cli, tmp_path: Path) -> None:
    old = [f("a", "a" * 10), f("b", "b" * 900), f("c", "c" * 5000), f("d", "d" * 9000), f("e", "e" * 800)]
    new = [f("a", "a" * 11), f("b", "B" * 900), f("c", "c" * 50), f("d", "d" * 9000, mode=0o600), f("e", "E" * 800)]
    images = [write_tar(docker_files(Spec([layer(*some)])), tmp_path / f"{n}.tar") for n, some in enumerate([old, new])]
    cut = cli("diff", *images, "--top", "4").out
    alone = cli("diff", *images, "--top", "1", "--only", "metadata").out

    assert "\nChanged: 5 paths, 4 shown, other content first, then by size\n" in cut
    assert re.findall(r"^~ (\w)", cut, re.MULTILINE) == ["c", "b", "e", "a"]
    assert re.findall(r"^~ (\w)", alone, re.MULTILINE) == ["d"]


def test_of_many_layers_markdown_shows_those_that_changed_most_and_folds_the_rest(cli: Cli, tmp_path: Path) -> None:
    layers = [layer(f(f"f{number}", "x" * (100 * number))) for number in (1, 9, 2, 8, 7)]
    images = [
        write_tar(docker_files(Spec(some)), tmp_path / f"{n}.tar") for n, some in enumerate([[BASE], [BASE, *layers]])
    ]
    out = cli("diff", *images, "--format", "markdown").out
    shown, folded = out.partition("### Layers that grew or shrank most\n")[2].split("<details>")[:2]

    assert re.findall(r"\+\d+B", shown) == ["+900B", "+800B", "+700B"]
    assert folded.startswith("<summary>Layers</summary>")
    assert re.findall(r"\+\d+B", folded) == ["+100B", "+900B", "+200B", "+800B", "+700B"]


CHECK = {"Test": ["NONE"], "Interval": 30 * 10**9, "Timeout": 90_500_000_000, "StartPeriod": 1, "StartInterval": 10**20}


@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_a_health_check_is_told_in_docker_s_words_and_why_it_is_gone(format_: str, cli: Cli, tmp_path: Path) -> None:
    checked, bare = (Spec([BASE], config=config) for config in ({"Healthcheck": CHECK}, {}))
    docker = write_tar(docker_files(checked), tmp_path / "docker.tar")
    converted = write_tar(layout_files(bare), tmp_path / "oci.tar")
    plain = write_tar(docker_files(bare), tmp_path / "plain.tar")
    lost, removed = (cli("diff", docker, other, "--format", format_).out for other in (converted, plain))

    for duration in ("30s", "1m30.5s", "0.000001ms", f"{10**20}ns"):
        assert duration in lost
    assert lost.count("an OCI config has no field for it") == 5
    assert "no field" not in removed


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [(3600 * 10**9, "1h0m0s"), (61 * 10**9, "1m1s"), (500 * 10**6, "500ms"), (1_500_000, "1.5ms"), (-3, "-3ns")],
)
def test_durations_are_as_docker_writes_them(nanoseconds: int, words: str, cli: Cli, tmp_path: Path) -> None:
    spec = Spec([BASE], config={"Healthcheck": {"Timeout": nanoseconds}})
    images = [write_tar(docker_files(one), tmp_path / f"{n}.tar") for n, one in enumerate([Spec([BASE]), spec])]

    assert f"+ healthcheck timeout: {words}\n" in cli("diff", *images).out


def test_json_loads_nothing_for_people(there: Path) -> None:
    loaded = loaded_by("diff", "--json", "--exit-zero", "old.tar", "new.tar")

    assert not loaded & {"rich", "textual", "humanize", "pathspec", "jinja2"}


def test_every_saved_form_of_an_image_is_the_same(cli: Cli, tmp_path: Path) -> None:
    forms = every_form(OLD, tmp_path / "forms")
    first = forms.pop("docker-archive")
    for form in forms.values():
        result = cli("diff", first, form)
        assert (result.code, result.out.splitlines()[2]) == (0, "no difference")


@pytest.mark.parametrize(
    "name",
    [
        "docker-archive-causes.tar.zst",
        "skopeo-dir-causes",
        "skopeo-ociarchive-causes.tar",
        "skopeo-ocizstd-causes.tar",
        "umoci-oci-causes",
        "buildah-ocizstdchunked-causes.tar",
    ],
)
def test_real_images_in_other_forms_hold_the_same(name: str, cli: Cli) -> None:
    files = ("--only", "content", "--only", "metadata", "--mtime")  # what an OCI config has no field for is lost
    result = cli("diff", FIXTURES / "docker-archive-causes.tar", FIXTURES / name, *files, "--json")

    assert (result.code, result.json["paths"]) == (0, [])


def test_two_images_of_one_file(cli: Cli, tmp_path: Path) -> None:
    two = write_tar(layout_files(OLD, NEW, compress=gz), tmp_path / "two.tar")
    chosen = ("--image", "example/app:1", "--image-b", "example/app:2")

    assert cli("diff", two, *chosen, "--brief").out == cli("diff", two, two, *chosen, "--brief").out
    assert cli("diff", two, *chosen).code == 1
    assert cli("diff", two, "--image", "example/app:2", "--image-b", "example/app:2").code == 0


def test_platforms_of_one_image(cli: Cli, tmp_path: Path) -> None:
    other = Spec(OLD.layers, OLD.history, OLD.tags, "arm64", config=OLD.config)
    two = write_tar(layout_files(OLD, other), tmp_path / "two.tar")
    result = cli("diff", two, "--platform", "linux/amd64", "--platform-b", "linux/arm64", "--json")

    assert [(one["field"], one["before"], one["after"]) for one in result.json["config"]] == [
        ("architecture", "amd64", "arm64")
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("old.tar", "old.tar"), 0),
        (("old.tar", "new.tar"), 1),
        (("old.tar", "new.tar", "--exit-zero"), 0),
        (("old.tar", "new.tar", "--path", "nowhere/"), 0),
        (("old.tar", "old.json"), 0),
        (("old.baseline", "old.tar"), 0),
        (("old.jsonl", "old.tar"), 0),
        (("old.tar", "--layers", "1", "1"), 0),
        (("old.tar", "--layer", "0"), 1),
        (("old.tar",), 2),
        (("old.tar", "new.tar", "old.tar"), 2),
        (("old.tar", "new.tar", "--layer", "1"), 2),
        (("old.tar", "--layer", "1", "--layers", "1", "2"), 2),
        (("old.tar", "--layer", "3"), 2),
        (("old.tar", "--layer", "-1"), 2),
        (("old.tar", "--layer", "1", "--only", "config"), 2),
        (("old.tar", "new.tar", "--brief", "--json"), 2),
        (("old.json", "new.json", "--path", "a"), 2),
        (("old.json", "new.tar", "--only", "content"), 2),
        (("old.tar", "old.jsonl", "--only", "config"), 2),
        (("old.json", "old.tar", "--only", "config"), 0),
        (("old.tar", "old.jsonl", "--only", "metadata"), 0),
        (("old.tar", "new.tar", "--path", "!a"), 2),
        (("old.tar", "new.tar", "--packages", "--path", "app/"), 2),
        (("old.tar", "new.tar", "--packages", "--only", "config"), 2),
        (("old.tar", "new.json", "--packages"), 2),
        (("old.jsonl", "new.tar", "--packages"), 2),
        (("apt.tar", "apt.tar", "--packages"), 0),
        (("old.tar", "old.tar", "--packages"), 0),
        (("apt.tar", "--layers", "0", "-1", "--packages"), 1),
        (("-", "-"), 2),
        (("old.tar", "missing.tar"), 3),
        (("old.tar", "odd.json"), 3),
        (("old.tar", "cut.json"), 3),
        (("old.tar", "cut.jsonl"), 3),
        (("old.tar", "cut.tar"), 3),
        (("old.tar", "cut.tar", "--exit-zero"), 3),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int, cli: Cli, there: Path) -> None:
    (there / "odd.json").write_text("{}")
    (there / "cut.json").write_text((there / "old.json").read_text()[:500])
    (there / "cut.jsonl").write_text((there / "old.jsonl").read_text()[:-30])
    (there / "cut.tar").write_bytes((there / "old.tar").read_bytes()[:9000])
    result = cli("diff", *arguments)

    assert result.code == code
    assert ("error: " in result.err) is (code in (2, 3))


def test_what_could_not_be_read_is_said_in_the_result(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(OLD)
    name = next(name for name, data in files.items() if data == OLD.layers[1])
    files[name] = OLD.layers[1][:700]
    write_tar(docker_files(OLD), tmp_path / "old.tar")
    cut = write_tar(files, tmp_path / "cut.tar")

    result = cli("diff", tmp_path / "old.tar", cut)
    assert result.code == 3
    assert "INCOMPLETE: " in result.out
    assert cli("diff", tmp_path / "old.tar", cut, "--json").json["complete"] is False


@pytest.mark.parametrize(
    ("entry", "code", "note"),
    [
        (E("var/lib/rpm/rpmdb.sqlite", b"no database"), 3, "INCOMPLETE: not all databases of packages could be read"),
        (f("srv/node_modules/a/package.json", "{"), 1, None),
    ],
)
def test_a_database_that_cannot_be_read_is_told_of(
    entry: E, code: int, note: str | None, cli: Cli, tmp_path: Path
) -> None:
    sides = [
        write_tar(docker_files(Spec([APT[0], *more])), tmp_path / f"{name}.tar")
        for name, more in (("good", []), ("odd", [layer(entry)]))
    ]
    told = cli("diff", *sides, "--packages")
    document, path = cli("diff", *sides, "--packages", "--json").json, str(entry.name)

    assert (told.code, cli("diff", *sides).code) == (code, 1)
    assert f"could not be read [{sides[1]} layer 1: {path}: " in told.err
    assert (note in told.out.splitlines()) if note else ("INCOMPLETE" not in told.out)
    assert document["complete"] is document["package_totals"]["complete"] is (note is None)
    assert [(one["side"], one["layer"], one["path"]) for one in document["package_totals"]["unread"]] == [
        ("after", 1, path)
    ]


def test_growth_by_package_is_all_growth(cli: Cli, there: Path) -> None:
    document = cli("diff", "apt.tar", "upgraded.tar", "--packages", "--json").json
    sums, totals = document["package_totals"], {one["name"]: one for one in document["totals"]}

    assert sum(one["grown"] for one in document["packages"]) == sums["owned"]["grown"] != 0
    assert sums["owned"]["grown"] + sums["unowned"]["grown"] == totals["live_bytes"]["grown"]
    assert sums["owned"]["wasted_grown"] + sums["unowned"]["wasted_grown"] == totals["wasted_bytes"]["grown"]
    assert cli("diff", "apt.tar", "upgraded.tar", "--json").json["packages"] is None


def test_one_image_may_come_through_a_pipe(there: Path) -> None:
    program = [sys.executable, "-m", "imgscope", "diff", "-", "old.tar"]

    subprocess.run(program, input=(there / "old.tar").read_bytes(), capture_output=True, check=True)


def test_a_baseline_of_several_images_asks_for_one(cli: Cli, there: Path) -> None:
    several: dict[str, Any] = json.loads((there / "old.baseline").read_text())
    several["images"]["other"] = several["images"]["example/app"]
    (there / "several").write_text(json.dumps(several))

    assert "choose with --image: example/app, other" in cli("diff", "several", "old.baseline").err
    assert cli("diff", "several", "old.baseline", "--image", "example/app").code == 0
    assert cli("diff", "several", "old.baseline", "--image", "nobody").code == 2


def test_config_alone_reads_no_layer(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(OLD)
    files = {name: b"" if data in OLD.layers else data for name, data in files.items()}

    assert cli("diff", *[write_tar(files, tmp_path / "empty.tar")] * 2, "--only", "config").code == 0


def test_contents_that_documents_vouch_for_are_read_only_to_verify(cli: Cli, tmp_path: Path) -> None:
    """The same headers under the same diff_id: only reading every byte can tell."""
    files = docker_files(OLD)
    name = next(name for name, data in files.items() if data == BASE)
    files[name] = BASE.replace(b"hello", b"jello")
    write_tar(docker_files(OLD), tmp_path / "old.tar")
    forged = write_tar(files, tmp_path / "forged.tar")

    assert cli("diff", tmp_path / "old.tar", forged).code == 0
    assert cli("diff", tmp_path / "old.tar", forged, "--verify").code == 3
