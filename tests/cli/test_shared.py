"""``imgscope shared``: what it prints, letter by letter, and its exit codes.

``IMGSCOPE_UPDATE_GOLDENS=1 pytest tests/cli/test_shared.py`` writes the goldens anew; read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import jsonschema
import pytest

from tests.build import Spec, docker_files, f, gz, layer, layout_files, write_tar
from tests.conftest import Cli

GOLDEN = Path(__file__).parent / "shared"

BASE = [layer(f("bin/sh", "s" * 5000)), layer(f("etc/motd", "hello"))]
NAMED = {"Labels": {"org.opencontainers.image.base.name": "example/base:1"}}
APP = Spec([*BASE, layer(f("app", "a" * 900))], tags=("example/app:1",), config=NAMED)
API = Spec([*BASE, layer(f("api|`<b>`", "b" * 90))], tags=("example/api:1",), config=NAMED)
ROOT = Spec(BASE, tags=("example/base:1",))

RUNS = {
    "text": ("app.tar", "two.tar"),
    "no-base": ("app.tar", "api.tar", "--top", "1"),
    "markdown": ("app.tar", "two.tar", "--format", "markdown"),
    "json": ("app.tar", "two.tar", "--json"),
    "one": ("app.tar",),
}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_tar(docker_files(APP), tmp_path / "app.tar")
    write_tar(docker_files(API), tmp_path / "api.tar")
    # How zlib compresses is not the same everywhere, and shows in sizes: the layout is not compressed.
    write_tar(layout_files(API, ROOT, compress=lambda data: data), tmp_path / "two.tar")
    write_tar(layout_files(APP, compress=gz), tmp_path / "gz.tar")
    return tmp_path


@pytest.mark.parametrize("name", RUNS)
def test_output(name: str, cli: Cli, there: Path) -> None:
    result = cli("shared", *RUNS[name])
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("IMGSCOPE_UPDATE_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(result.out)

    assert (result.code, result.err) == (0, "")
    assert result.out == golden.read_text()


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(RUNS)


def test_json_is_what_the_schema_says(cli: Cli, there: Path) -> None:
    validator = jsonschema.Draft202012Validator(cli("schema", "shared").json)

    validator.validate(cli("shared", "app.tar", "two.tar", "--json").json)
    validator.validate(cli("shared", "app.tar", "missing.tar", "--json").json)


def test_one_content_in_two_forms_is_shared_but_stored_twice(cli: Cli, there: Path) -> None:
    found = cli("shared", "app.tar", "gz.tar", "--json").json["shared"]

    assert [image["alone_bytes"] for image in found["images"]] == [0, 0]
    assert [one["forms"] for one in found["layers"]] == [2, 2, 2]
    assert found["totals"]["saved_bytes"] == 0


def test_some_images_of_a_file_can_be_chosen(cli: Cli, there: Path) -> None:
    found = cli("shared", "two.tar", "app.tar", "--platform", "linux/amd64", "--json").json["shared"]
    assert [image["path"] for image in found["images"]] == ["two.tar", "two.tar", "app.tar"]

    assert len(cli("shared", "two.tar", "--image", "example/base:1", "--json").json["shared"]["images"]) == 1
    assert cli("shared", "two.tar", "--image", "nobody").code == 2


@pytest.mark.parametrize("name", ["missing.tar", "odd.tar", "cut.tar", "hollow.tar"])
def test_what_cannot_be_read_is_told_and_others_are_compared(name: str, cli: Cli, there: Path) -> None:
    (there / "odd.tar").write_text("no image")
    (there / "cut.tar").write_bytes((there / "two.tar").read_bytes()[:2000])
    files = docker_files(APP)
    write_tar({path: data for path, data in files.items() if data != BASE[0]}, there / "hollow.tar")
    result = cli("shared", "app.tar", name, "--json")

    assert result.code == 3
    assert f"error: {name}" in result.err
    assert result.json["shared"]["complete"] is False
    assert result.json["shared"]["images"][0]["stored_bytes"]


def test_layers_are_read_only_to_verify_them(cli: Cli, there: Path) -> None:
    files = docker_files(APP)
    forged = {path: data.replace(b"hello", b"jello") for path, data in files.items()}
    write_tar(forged, there / "forged.tar")

    assert cli("shared", "app.tar", "forged.tar").code == 0
    assert cli("shared", "app.tar", "forged.tar", "--verify").code == 3
