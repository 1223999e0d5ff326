"""Trees for ncdu: against a naive listing, and read by ncdu itself where it is installed."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from imgscope.analysis.model import Analysis
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, ROOT
from imgscope.report.ncdu import Step, final_steps, layer_steps, wasted_steps, write_ncdu
from tests.build import E, Spec, d, docker_files, f, h, layer, o, s, w, write_tar
from tests.conftest import Cli, table_of
from tests.report.html.test_data import LAYERS, applied

FIXTURES = Path(__file__).parents[2] / "fixtures"
AWKWARD = (
    f("\U0001f600 \x85\u202e", b"x" * 700, pax={"uid": str(2**31 - 1)}),
    f(b"\xff\xfe", b"y", pax={"uid": "4294967295", "mtime": "-5.5"}),
    f('quote"back\\slash', b"z", mtime=2**40),
    f("long/" + "x" * 40_000),
    s("link", "nowhere"),
    h("second", "third"),
)


def document(steps: Iterator[Step], root: bytes = b"") -> Any:
    return json.loads("".join(write_ncdu(steps, root, 0)))


def flat(node: Any, above: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """All but the root by their paths."""
    for one in node[1:]:
        info = one[0] if isinstance(one, list) else one
        path = f"{above}{info['name']}"
        yield path, info
        if isinstance(one, list):
            assert stat.S_ISDIR(info["mode"])
            yield from flat(one, f"{path}/")


def counted(node: Any) -> int:
    """Bytes as ncdu counts them: a body with several names once."""
    sizes: dict[object, int] = {}
    for number, (_, info) in enumerate(flat(node)):
        sizes[info.get("ino", (number,))] = info.get("asize", 0)
    return sum(sizes.values())


@given(LAYERS)
def test_the_final_filesystem_is_there_with_its_bytes(layers: list[list[E]]) -> None:
    fs, analysis = applied(layers)
    tree = document(final_steps(fs))[3]

    found = {path: stat.S_ISDIR(info["mode"]) for path, info in flat(tree)}
    naive = {fs.rootfs.path(n).decode(): fs.rootfs.kind[n] == DIRECTORY for n in fs.nodes() if n != ROOT}
    assert found == naive
    assert counted(tree) == analysis.totals.live_bytes


@given(LAYERS)
def test_names_of_one_body_are_told_from_others(layers: list[list[E]]) -> None:
    fs, _ = applied(layers)
    inodes = {fs.rootfs.path(n).decode(): fs.rootfs.inode[n] for n in fs.nodes() if fs.rootfs.kind[n] == FILE}
    names = Counter(inodes.values())

    for path, info in flat(document(final_steps(fs))[3]):
        several = names[inodes.get(path, -1)] > 1
        assert info.get("hlnkc", False) == several
        if several:
            assert info["nlink"] == names[inodes[path]]
            assert info["ino"] == inodes[path] + 1


@given(LAYERS)
def test_what_is_wasted_is_there_with_its_bytes(layers: list[list[E]]) -> None:
    fs, analysis = applied(layers)
    names = Counter(path for path, info in flat(document(wasted_steps(fs, analysis))[3]) if info.get("asize"))

    naive = Counter(f"{row.path.decode()} (layer {row.layer}, {row.cause.name.lower()})" for row in analysis.waste)
    assert names == naive
    assert counted(document(wasted_steps(fs, analysis))[3]) == analysis.totals.wasted_bytes
    parts = [counted(document(wasted_steps(fs, analysis, number))[3]) for number in range(len(layers))]
    assert parts == [one.wasted_bytes for one in analysis.layers]


@given(LAYERS)
def test_a_layer_is_there_with_the_bytes_that_it_carries(layers: list[list[E]]) -> None:
    for entries in layers:
        table = table_of(layer(*entries))
        tree = document(layer_steps(table))[3]

        assert counted(tree) == sum(table.size)
        assert {path for path, _ in flat(tree)} >= {str(one.name) for one in entries}


def test_directories_are_there_once_and_before_what_is_in_them() -> None:
    table = table_of(layer(f("a/b/c", "x"), d("a", mode=0o700), f("z", "y"), d("a", mode=0o711), o("a"), w("a/b/q")))
    tree = document(layer_steps(table))[3]

    paths = [(path, stat.filemode(info["mode"])) for path, info in flat(tree)]
    assert paths == [
        ("a", "drwx--x--x"),
        ("a/.wh..wh..opq", "-rw-r--r--"),
        ("a/b", "drwxr-xr-x"),
        ("a/b/.wh.q", "-rw-r--r--"),
        ("a/b/c", "-rw-r--r--"),
        ("z", "-rw-r--r--"),
    ]


def below(fs: FileSystem, analysis: Analysis, path: bytes) -> list[list[str]]:
    """Paths of all three trees below one."""
    table = fs.tables[0]
    assert table
    node = fs.rootfs.find(path.split(b"/"))
    assert node is not None
    trees = (final_steps(fs, node), wasted_steps(fs, analysis, below=path), layer_steps(table, path))
    return [[one for one, _ in flat(document(steps, path)[3])] for steps in trees]


def test_only_what_is_below_a_path() -> None:
    fs, analysis = applied([[d("a"), f("a/b/c", "x"), f("ab", "y"), f("a/d", "w")], [f("a/b/c", "z")]])

    assert below(fs, analysis, b"a") == [["b", "b/c", "d"], ["b", "b/c (layer 0, overwritten)"], ["b", "b/c", "d"]]
    assert below(fs, analysis, b"a/b/c") == [["c"], ["c (layer 0, overwritten)"], ["c"]]


def test_what_ncdu_cannot_hold_is_left_out() -> None:
    fs, _ = applied([[f("third", "0123"), *AWKWARD]])
    found = dict(flat(document(final_steps(fs))[3]))

    assert found["\U0001f600 \\x85\\u202e"]["uid"] == 2**31 - 1
    assert found["\\xff\\xfe"].keys().isdisjoint({"uid", "mtime"})
    assert found["link"]["notreg"] is True
    assert found["second"]["ino"] == found["third"]["ino"]
    assert max(map(len, found)) < 1100


@pytest.mark.skipif(not shutil.which("ncdu"), reason="the export is not read back: no ncdu here")
@pytest.mark.parametrize("options", [[], ["--wasted"], ["--layer", "0"]])
@pytest.mark.parametrize("name", ["causes", "names", "imported", "awkward"])
def test_ncdu_itself_reads_it(name: str, options: list[str], cli: Cli, tmp_path: Path) -> None:
    image = FIXTURES / f"docker-archive-{name}.tar"
    if name == "awkward":
        layers = [layer(f("third", "0123"), *AWKWARD), layer(*(w(one.name) for one in AWKWARD[:1]))]  # type: ignore[arg-type]
        image = write_tar(docker_files(Spec(layers)), tmp_path / "image.tar")
    export, back = tmp_path / "export.json", tmp_path / "back.json"
    assert cli("files", "--format", "ncdu", *options, "-o", export, image).code == 0

    subprocess.run(["ncdu", "-0", "-e", "-f", export, "-o", back], check=True, capture_output=True)

    defaults = {"uid": 0, "gid": 0, "mtime": 0}
    sent = [(path, {**defaults, **info}) for path, info in flat(json.loads(export.read_bytes())[3])]
    got = sorted((path, sorted(info.items())) for path, info in flat(json.loads(back.read_bytes())[3]))
    assert got == sorted((path, sorted(info.items())) for path, info in sent)


def test_the_option_for_what_is_wasted_is_for_ncdu(cli: Cli) -> None:
    result = cli("files", "--wasted", FIXTURES / "docker-archive-causes.tar")

    assert result.code == 2
    assert "hint: imgscope waste" in result.err


def test_a_path_that_is_not_there_is_an_error(cli: Cli) -> None:
    assert cli("files", "--format", "ncdu", FIXTURES / "docker-archive-causes.tar", "nowhere").code == 1


def test_the_output_is_ascii_where_that_is_asked_for(cli: Cli, tmp_path: Path) -> None:
    image = write_tar(docker_files(Spec([layer(f("\U0001f600", "x"))])), tmp_path / "image.tar")

    out = cli("files", "--format", "ncdu", "--ascii", image).out

    assert out.isascii()
    assert [path for path, _ in flat(json.loads(out)[3])] == ["\U0001f600"]
