"""What ``imgscope packages`` says, letter by letter, of an image with packages of several kinds; and how it ends.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/cli/test_packages.py`` writes it anew; read the difference before committing.
"""

from __future__ import annotations

import os
from pathlib import Path

import jsonschema
import pytest

from imgscope.packages.registry import ECOSYSTEMS
from tests.build import E, f, gz, s, w
from tests.conftest import Cli
from tests.packages.making import P, dist_info, dpkg, go_info, go_program, image, jar, pom

GOLDEN = Path(__file__).parent / "packages"
SITE = "usr/lib/python3/dist-packages"
SIX = P("six", "1.16.0", ("six.py",))
CURL = P("curl", "7.88.1-10", ("bin/curl", "usr/share/doc/curl/copyright"))
PYTHON_SIX = P("python3-six", "1.16.0-4", (f"{SITE}/six.py", f"{SITE}/six-1.16.0.dist-info/METADATA"), "all")
OLD = P("old|tool", "0.9", ("usr/bin/old",))
LAYERS: list[list[E]] = [
    [
        f("usr/lib/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n'),
        s("etc/os-release", "../usr/lib/os-release"),
        s("bin", "usr/bin"),
        *dpkg(CURL, PYTHON_SIX, OLD),
        f("usr/bin/curl", "c" * 4000),
        f("usr/share/doc/curl/copyright", "d" * 900),
        f("usr/bin/old", "o" * 2500),
        *dist_info(SIX, SITE),
        f(f"{SITE}/six.py", "s" * 1500),
        f("var/cache/apt/pkgcache.bin", "k" * 7000),
    ],
    [
        *dpkg(P("curl", "7.88.1-11", CURL.files), PYTHON_SIX),
        w("usr/bin/old"),
        w("usr/share/doc"),
        f("usr/bin/curl", "C" * 4100),
        w("var/cache/apt/pkgcache.bin"),
    ],
    [f("usr/bin/curl", "C" * 4100, mode=0o4755)],
    [
        f("srv/app/node_modules/@scope/pad/package.json", '{"name": "@scope/pad", "version": "1.3.0"}'),
        f("srv/app/node_modules/@scope/pad/index.js", "p" * 600),
        f("srv/app/node_modules/broken/package.json", "{"),
        E("srv/app/lib/tool-1.2.jar", jar(pom("org.example", "tool", "1.2"), 0)),
        E("usr/local/bin/serve", go_program(go_info("example.org/team/serve", "v0.3.0")), mode=0o755),
        f("srv/app/=cmd.bin", "=" * 800),
    ],
]
RUNS = {
    "text": (),
    "top": ("--top", "2", "--by", "name"),
    "wasted": ("--by", "wasted", "--type", "deb"),
    "layer": ("--layer", "1", "--bytes"),
    "unowned": ("--unowned",),
    "json": ("--json",),
    "markdown": ("--format", "markdown"),
    "csv": ("--format", "csv", "--by", "layer"),
    "csv-unowned": ("--format", "csv", "--unowned", "--top", "3"),
}


@pytest.fixture
def debian(tmp_path: Path) -> Path:
    return image(tmp_path, *LAYERS)


@pytest.mark.parametrize("name", RUNS)
def test_output(name: str, debian: Path, cli: Cli) -> None:
    result = cli("packages", *RUNS[name], debian)
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(result.out, newline="\n")

    assert result.code == 0
    assert result.out == golden.read_text()
    assert result.err.splitlines() == [
        "warning: srv/app/node_modules/broken/package.json: package.json is not valid JSON [layer 3]"
    ]


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(RUNS)


def test_a_compressed_image_says_the_same(debian: Path, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "gz").mkdir()
    compressed = image(tmp_path / "gz", *LAYERS, compress=gz)

    assert cli("packages", "--json", compressed).out == cli("packages", "--json", debian).out


@pytest.mark.parametrize("arguments", [(), ("--unowned",), ("--layer", "1", "--type", "deb")])
def test_json_is_as_its_schema_says(arguments: tuple[str, ...], debian: Path, cli: Cli) -> None:
    schema = cli("schema", "packages").json

    jsonschema.validate(cli("packages", "--json", *arguments, debian).json, schema)
    for total in schema["$defs"].values():
        total["additionalProperties"] = False
    jsonschema.validate(cli("packages", "--json", *arguments, debian).json, schema)


def test_a_report_names_the_distribution(debian: Path, cli: Cli) -> None:
    pretty = "Debian GNU/Linux 12 (bookworm)"

    assert f"system   {pretty}" in cli("report", debian).out.splitlines()
    assert f"- system: `{pretty}`" in cli("report", "--format", "markdown", debian).out.splitlines()
    assert cli("report", "--json", debian).json["image"]["distribution"] == {
        "id": "debian",
        "version_id": "12",
        "pretty_name": pretty,
    }


def test_equal_reasons_are_one_line_and_verbose_has_them_all(tmp_path: Path, cli: Cli) -> None:
    names = [f"node_modules/p{number:02}/package.json" for number in range(40)]
    saved = image(tmp_path, [f(name, "{") for name in names], [f("node_modules/q/package.json", "[]")])
    other = "warning: node_modules/q/package.json: package.json is no object [layer 1]"

    assert cli("packages", saved).err.splitlines() == [
        f"warning: package.json is not valid JSON: 40 files, the first {names[0]} in layer 0; --verbose lists them",
        other,
    ]
    verbose = cli("packages", saved, "-v").err.splitlines()
    assert verbose == [*(f"warning: {name}: package.json is not valid JSON [layer 0]" for name in names), other]


def test_no_more_is_said_of_reasons_than_is_known(tmp_path: Path, cli: Cli) -> None:
    saved = image(tmp_path, [f(f"node_modules/p{number:03}/package.json", "{") for number in range(130)])

    assert "not valid JSON: at least 100 files, the first " in cli("packages", saved).err


def test_packages_that_waste_nothing_are_listed_as_waste_only_in_json(debian: Path, cli: Cli) -> None:
    every = cli("packages", "--by", "wasted", "--json", debian).json["packages"]
    shown = cli("packages", "--by", "wasted", "--format", "markdown", debian).out

    assert {package["name"] for package in every} > {"curl", "python3-six"}
    assert "`curl`" in shown
    assert "python3-six" not in shown


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_an_image_without_databases_is_told_so(format_: str, tmp_path: Path, cli: Cli) -> None:
    result = cli("packages", "--format", format_, image(tmp_path, [f("a", "1")]))

    assert result.code == 0
    assert "no package database was found" in result.out.splitlines()


def test_a_database_that_is_not_read_leaves_the_result_incomplete(tmp_path: Path, cli: Cli) -> None:
    result = cli("packages", "--json", image(tmp_path, [f("var/lib/rpm/Packages", "x" * 100), f("usr/bin/a", "1")]))

    assert (result.code, result.json["complete"]) == (3, False)
    assert "Berkeley DB" in result.err
    assert result.json["databases"] == 0


def test_a_layer_without_packages_says_nothing_of_databases(debian: Path, cli: Cli) -> None:
    arguments = ("packages", "--layer", "2", "--type", "npm")

    assert "no package database" not in cli(*arguments, debian).out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--layer", "9"), "layers 0 to 3"),
        (("--unowned", "--type", "deb"), "--unowned"),
        (("--type", "x"), "--type"),
        (("--by", "x"), "--by"),
    ],
)
def test_wrong_options_are_told(arguments: tuple[str, ...], complaint: str, debian: Path, cli: Cli) -> None:
    result = cli("packages", *arguments, debian)

    assert result.code == 2
    assert complaint in result.err


def test_every_type_can_be_asked_for(debian: Path, cli: Cli) -> None:
    for ecosystem in ECOSYSTEMS:
        rows = cli("packages", "--json", "--type", ecosystem.type, debian).json["packages"]
        assert {row["type"] for row in rows} <= {ecosystem.type}
