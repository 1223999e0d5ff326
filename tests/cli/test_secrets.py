"""Values of settings named like secrets stay out of what is made to be passed on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imgscope.report.verdicts.registry import FORMATS
from tests.build import Spec, docker_files, f, layer, w, write_tar
from tests.conftest import Cli

SECRET = "hunter2-and-more"
HISTORY: list[dict[str, Any]] = [
    {"created_by": f"RUN DB_PASSWORD={SECRET} make it --password {SECRET}"},
    {"created_by": f"RUN API_TOKEN={SECRET} rm it --password={SECRET}"},
    {"created_by": f"ENV DB_PASSWORD={SECRET}", "empty_layer": True},
    {"created_by": f'CMD ["run", "--token", "{SECRET}"]', "empty_layer": True},
]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    layers = [layer(f("it", "1" * 5000), f("that", "2" * 5000)), layer(w("it"), f("that", "3" * 5000))]
    spec = Spec(layers, history=HISTORY, config={"Env": [f"DB_PASSWORD={SECRET}"], "Cmd": ["run", "--token", SECRET]})
    return write_tar(docker_files(spec), tmp_path / "i.tar")


@pytest.mark.parametrize("format_", FORMATS)
def test_verdicts_do_not_tell_them(format_: str, cli: Cli, image: Path) -> None:
    result = cli("check", "--max-wasted", "0", "--max-layer-size", "1", "--format", format_, image)
    assert result.code == 1
    assert SECRET not in result.out + result.err
    if format_ not in ("csv", "junit"):  # they name paths alone
        assert "API_TOKEN=****" in result.out.replace("\\*", "*")


def test_baselines_do_not_tell_them(cli: Cli, image: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    assert cli("check", "--write-baseline", baseline, "--exit-zero", image).code == 0
    assert SECRET not in baseline.read_text()
    assert "API_TOKEN=****" in baseline.read_text()
    assert cli("check", "--baseline", baseline, image).code == 0


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_reports_to_pass_on_tell_them_only_where_that_is_asked_for(format_: str, cli: Cli, image: Path) -> None:
    assert SECRET not in cli("report", "--format", format_, image).out
    assert SECRET in cli("report", "--format", format_, "--show-secrets", image).out


def test_all_else_has_what_the_image_says(cli: Cli, image: Path) -> None:
    for command in (["report"], ["report", "--json"], ["history"], ["inspect"], ["dockerfile"]):
        assert SECRET in cli(*command, image).out
