"""``imgscope blame``: what is asked, what is answered, and how it exits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.build import E, Spec, d, docker_files, f, gz, h, layer, layout_files, o, s, w, write_tar
from tests.conftest import Cli

LAYERS = [
    layer(d("usr/lib"), s("lib", "usr/lib"), f("usr/lib/x", "1" * 1000), d("app"), f("app/a", "a" * 500), f("app/b")),
    layer(f("usr/lib/x", "1" * 1000, mode=0o600), h("app/c", "app/a"), f(b"app/\xff\x1b", "odd")),
    layer(w("usr/lib/x"), o("app"), E("app/\n", b"1")),
]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_tar(docker_files(Spec(LAYERS)), tmp_path / "image.tar")


def test_a_path_that_is_gone_is_told_from_its_beginning(cli: Cli, image: Path) -> None:
    (row,) = cli("blame", "--json", image, "/usr/lib/x").json["blame"]

    assert (row["path"], row["type"], row["wasted_bytes"]) == ("usr/lib/x", None, 2000)
    assert [(event["event"], event["changed"], event["reason"]) for event in row["events"]] == [
        ("added", [], None),
        ("modified", ["mode"], None),
        ("removed", [], "whiteout"),
    ]
    assert row["events"][0]["body"] == {"bytes": 1000, "state": "hidden", "cause": "metadata_only", "hidden_by": 1}
    assert row["events"][1]["instruction"] == "RUN step 1"


def test_a_link_on_the_way_is_followed_and_told_of(cli: Cli, image: Path) -> None:
    (row,) = cli("blame", "--json", image, "lib/x").json["blame"]

    assert (row["path"], row["through"]) == ("usr/lib/x", [{"path": "lib", "target": "usr/lib"}])
    assert "through the link /lib -> usr/lib" in cli("blame", image, "lib/x").out


def test_a_directory_tells_its_own_events_and_how_many_paths_are_below(cli: Cli, image: Path) -> None:
    (row,) = cli("blame", "--json", image, "app/").json["blame"]

    assert (row["type"], row["below"], row["below_gone"]) == ("dir", 5, 4)
    assert [event["event"] for event in row["events"]] == ["added"]
    assert "/app/  (directory; 5 paths below, 4 are gone)" in cli("blame", image, "app").out


def test_globs_find_what_is_gone_too_and_each_path_is_told_once(cli: Cli, image: Path) -> None:
    rows = cli("blame", "--format", "jsonl", image, "app/?", "app/a", "**/b").out.splitlines()

    assert len(rows) == 4
    assert cli("blame", image, "app/?").out.count("gone since layer 2") == 3


def test_a_hard_link_says_what_it_shares(cli: Cli, image: Path) -> None:
    (row,) = cli("blame", "--json", image, "app/c").json["blame"]

    first = row["events"][0]
    assert (first["event"], first["link"], first["body"]) == ("linked", "app/a", None)


@pytest.mark.parametrize("name", ["app/\\xff\\x1b", os.fsdecode(b"app/\xff\x1b")])
def test_a_name_may_be_given_as_it_is_shown_or_as_it_is(name: str, cli: Cli, image: Path) -> None:
    result = cli("blame", "--json", image, name)

    assert (result.code, result.json["blame"][0]["path_b64"]) == (0, "YXBwL/8b")


def test_nothing_from_the_image_reaches_the_terminal_as_a_control_character(cli: Cli, image: Path) -> None:
    out = cli("blame", image, "**").out

    assert "\x1b" not in out
    assert "/app/\\n  (file)" in out


def test_what_is_not_found_is_an_exit_code_of_its_own_with_the_nearest_name(cli: Cli, image: Path) -> None:
    result = cli("blame", image, "usr/lib/x", "usr/lib/y")

    assert result.code == 1
    assert "/usr/lib/x" in result.out
    assert result.err == "error: usr/lib/y: no layer has such a path\n"
    assert "hint: did you mean /usr/lib?\n" in cli("blame", image, "usr/libs").err


def test_a_pattern_that_is_none_is_wrong_usage(cli: Cli, image: Path) -> None:
    assert cli("blame", image, "!*").code == 2


def test_half_an_image_is_not_called_whole(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS), compress=gz)
    name = next(name for name, data in files.items() if data == gz(LAYERS[2]))
    files[name] = files[name][:40]
    result = cli("blame", "--json", write_tar(files, tmp_path / "broken.tar"), "usr/lib/x")

    assert (result.code, result.json["complete"]) == (3, False)


def test_json_is_of_the_type_that_is_declared(cli: Cli, image: Path) -> None:
    from jsonschema import validate

    validate(cli("blame", "--json", image, "**", "lib/x").json, cli("schema", "blame").json)


def test_paths_come_to_a_file_as_well(cli: Cli, image: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"

    assert cli("blame", "-o", target, image, "app/a").out == ""
    assert "deleted" in target.read_text() or "replaced" in target.read_text()
