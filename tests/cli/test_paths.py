"""One way of naming a place in an image: whatever the command, a spelling leads to the same file or to none."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from imgscope.escaping import printable
from tests.build import Spec, d, docker_files, f, gz, layer, layout_files, s, w, write_tar
from tests.conftest import Cli, Result

LAYERS = [
    layer(d("etc"), f("etc/conf", "1"), d("usr/lib"), f("usr/lib/x", "2"), s("lib", "usr/lib"), f("gone", "3")),
    layer(f("usr/etc", "4"), f(b"n\xff\n", "5"), f("a\\x41", "6"), s("dir", "/usr"), f("*", "7"), s("loop", "loop")),
    layer(w("gone")),
]
CONTENTS = {b"etc/conf": "1", b"usr/lib/x": "2", b"usr/etc": "4", b"n\xff\n": "5", b"a\\x41": "6", b"*": "7"}

THERE = [
    ("etc/conf", b"etc/conf"),
    ("/etc/conf", b"etc/conf"),
    ("./etc//./conf", b"etc/conf"),
    ("../etc/conf", b"etc/conf"),
    ("etc/../etc/conf", b"etc/conf"),
    ("lib/x", b"usr/lib/x"),
    ("/dir/lib/x", b"usr/lib/x"),
    ("lib/../etc", b"usr/etc"),
    ("dir/../etc/conf", b"etc/conf"),
    ("n\\xff\\n", b"n\xff\n"),
    ("/n\\xff\\n", b"n\xff\n"),
    (os.fsdecode(b"n\xff\n"), b"n\xff\n"),
    ("a\\x41", b"a\\x41"),
    ("*", b"*"),
]
NOT_THERE = [
    "nowhere",
    "/nowhere",
    "etc/conf/",
    "etc/conf/../conf",
    "etc/conf/x",
    "lib/../conf",
    "lib/../usr/lib/x",
    "nowhere/../etc/conf",
    "n\\xfe\\n",
    "loop/x",
]

Found = tuple[Result, set[bytes]]
"""What a command said, and the files that it found."""


def name(row: dict[str, Any]) -> bytes:
    """The path of a row of JSON."""
    return base64.b64decode(row["path_b64"]) if "path_b64" in row else os.fsencode(row["path"])


def cat(cli: Cli, image: Path, path: str) -> Found:
    result = cli("cat", image, path)
    return result, {one for one, content in CONTENTS.items() if content == result.out}


def blame(cli: Cli, image: Path, path: str) -> Found:
    result = cli("blame", "--json", image, path)
    return result, {name(row) for row in result.json["blame"]}


def files(cli: Cli, image: Path, path: str, *options: str) -> Found:
    result = cli("files", "--json", *options, image, path)
    return result, {name(row) for row in result.json["files"]} if result.out else set()


def ncdu(cli: Cli, image: Path, path: str) -> Found:
    result = cli("files", "--format", "ncdu", image, path)
    top = result.json[3][0]["name"] if result.out else ""
    return result, {one for one in CONTENTS if f"/{printable(one)}" == top}


def extract(cli: Cli, image: Path, path: str) -> Found:
    out = image.with_name("out")
    result = cli("extract", image, path, "-o", out)
    found = (Path(where, one) for where, _, names in os.walk(out) for one in names)
    return result, {os.fsencode(one.relative_to(out)) for one in found if not one.is_symlink()}


COMMANDS = {"cat": cat, "blame": blame, "files": files, "ncdu": ncdu, "extract": extract}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_tar(docker_files(Spec(LAYERS)), tmp_path / "image.tar")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("path", "found"), THERE)
def test_a_spelling_leads_to_one_file(command: str, path: str, found: bytes, cli: Cli, image: Path) -> None:
    result, paths = COMMANDS[command](cli, image, path)

    assert (result.code, result.err, paths) == (0, "", {found})


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("path", NOT_THERE)
def test_what_leads_nowhere_leads_nowhere_for_every_command(command: str, path: str, cli: Cli, image: Path) -> None:
    result, paths = COMMANDS[command](cli, image, path)

    assert (result.code, paths) == (1, set())
    assert result.err.startswith(f"error: {path}: ")


@pytest.mark.parametrize("path", [*NOT_THERE, "gone"])
def test_what_is_said_of_it_is_the_same(path: str, cli: Cli, image: Path) -> None:
    assert len({COMMANDS[command](cli, image, path)[0].err for command in ("cat", "files", "ncdu", "extract")}) == 1


def test_what_is_gone_is_found_by_blame_alone_and_the_others_say_where_it_was(cli: Cli, image: Path) -> None:
    assert blame(cli, image, "gone")[1] == {b"gone"}
    for command in ("cat", "files"):
        result = cli(command, image, "gone")
        assert (result.code, result.err) == (1, "error: gone: not in the image\nhint: layers 0, 1 have it: --layer 1\n")


@pytest.mark.parametrize(("path", "found"), THERE)
def test_a_layers_own_entries_are_found_by_the_same_spellings(path: str, found: bytes, cli: Cli, image: Path) -> None:
    layer_ = "0" if found in (b"etc/conf", b"usr/lib/x") else "1"

    if path.startswith(("/dir", "dir")):  # a link that the next layer brought
        assert files(cli, image, path, "--layer", layer_)[0].code == 1
    else:
        assert files(cli, image, path, "--layer", layer_)[1] == {found}


@pytest.mark.parametrize("path", [*NOT_THERE, "usr/lib/x", "gone"])
def test_what_a_layer_has_no_entry_for_is_not_there(path: str, cli: Cli, image: Path) -> None:
    result, paths = files(cli, image, path, "--layer", "1")

    assert (result.code, paths) == (1, set())
    assert result.err == f"error: {path}: layer 1 has no such entry\nhint: imgscope blame tells which layers have\n"


def test_a_whiteout_is_an_entry_by_its_own_name(cli: Cli, image: Path) -> None:
    assert files(cli, image, "/.wh.gone", "--layer", "2")[1] == {b".wh.gone"}


def test_what_is_wasted_below_a_path_that_is_gone_is_found_through_links(cli: Cli, tmp_path: Path) -> None:
    layers = [layer(d("usr/lib/a"), f("usr/lib/a/x", "1"), s("lib", "usr/lib")), layer(w("usr/lib/a"))]
    image = write_tar(docker_files(Spec(layers)), tmp_path / "image.tar")

    result = cli("files", "--format", "ncdu", "--wasted", image, "lib/a")

    assert [row["name"] for row in (result.json[3][0], result.json[3][1])] == ["/usr/lib/a", "x (layer 0, deleted)"]
    assert cli("files", "--format", "ncdu", "--wasted", image, "lib/b").code == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_of_half_an_image_nobody_knows_what_is_missing(command: str, cli: Cli, tmp_path: Path) -> None:
    layers = layout_files(Spec(LAYERS), compress=gz)
    last = next(one for one, data in layers.items() if data == gz(LAYERS[2]))
    layers[last] = layers[last][:40]

    assert COMMANDS[command](cli, write_tar(layers, tmp_path / "broken.tar"), "nowhere")[0].code == 3
