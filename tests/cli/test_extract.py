"""``imgscope extract``: what was asked for and nothing else, inside of the directory, with a summary and a code."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import tarfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.build import E, Spec, d, f, h, header, layer, layout_files, plain, s, w, write_tar
from tests.conftest import Cli, Result
from tests.extract.bench import as_nobody, mode, tree
from tests.extract.conftest import room
from tests.extract.test_safety import lower_case
from tests.tar.making import sparse_01

__all__ = ["room"]

IMAGE = (
    layer(
        d("etc"),
        f("etc/conf", "one\n", mode=0o600, mtime=1_000_000_000),
        f("etc/gone", "gone\n"),
        d("usr/lib"),
        f("usr/lib/x", "lib\n"),
        h("usr/lib/y", "usr/lib/x"),
        s("lib", "usr/lib"),
    ),
    layer(f("etc/conf", "two\n"), w("etc/gone"), s("etc/link", "conf")),
)
WHOLE = {
    "etc": "/",
    "etc/conf": b"two\n",
    "etc/link": "→ conf",
    "lib": "→ usr/lib",
    "usr": "/",
    "usr/lib": "/",
    "usr/lib/x": b"lib\n",
    "usr/lib/y": b"lib\n",
}
Extract = Callable[..., Result]


@pytest.fixture
def out(room: Path) -> Path:
    """Where files are written to."""
    return room / "deep" / "out"


@pytest.fixture
def extract(room: Path, out: Path, cli: Cli) -> Extract:
    """Extract an image of layers (by default the one above) to ``out``."""

    def run(*arguments: str | Path, layers: tuple[bytes, ...] = IMAGE) -> Result:
        saved = write_tar(layout_files(Spec(layers), compress=plain), room / "image.tar")
        return cli("extract", saved, "-o", out, *arguments)

    return run


def test_without_a_path_it_is_the_final_filesystem(extract: Extract, out: Path) -> None:
    result = extract()

    assert (result.code, result.err) == (0, "")
    assert result.out == f"wrote 2 files, 4 directories, 3 links to {out}: 8B\n"
    assert tree(out) == WHOLE
    assert (out / "usr/lib/x").stat().st_ino == (out / "usr/lib/y").stat().st_ino


@pytest.mark.parametrize(
    ("paths", "wanted"),
    [
        (["etc/conf"], {"etc", "etc/conf"}),
        (["/etc/conf", "./usr/lib/y"], {"etc", "etc/conf", "usr", "usr/lib", "usr/lib/y"}),
        (["usr"], {"usr", "usr/lib", "usr/lib/x", "usr/lib/y"}),
        (["usr", "usr/lib/x"], {"usr", "usr/lib", "usr/lib/x", "usr/lib/y"}),
        (["etc/link"], {"etc", "etc/link"}),
        (["lib"], {"lib"}),
        (["lib/"], {"lib", "usr", "usr/lib", "usr/lib/x", "usr/lib/y"}),
        (["lib/x"], {"lib", "usr", "usr/lib", "usr/lib/x"}),
        (["/"], set(WHOLE)),
        (["etc", "/"], set(WHOLE)),
        (["etc/*"], {"etc", "etc/conf", "etc/link"}),
        (["/etc/c*", "lib"], {"etc", "etc/conf", "lib"}),
        (["[x-y]"], {"usr", "usr/lib", "usr/lib/x", "usr/lib/y"}),
        (["us?/", "usr/*"], {"usr", "usr/lib", "usr/lib/x", "usr/lib/y"}),
    ],
)
def test_paths_are_written_below_the_directory_by_their_names_in_the_image(
    extract: Extract, out: Path, paths: list[str], wanted: set[str]
) -> None:
    assert extract(*paths).code == 0
    assert tree(out) == {name: WHOLE[name] for name in wanted}


@pytest.mark.parametrize(("glob", "code"), [("*.x", 1), ("etc/g*", 1), ("etc/[", 2)])
def test_a_glob_that_nothing_fits_writes_nothing(glob: str, code: int, extract: Extract, out: Path) -> None:
    assert extract(glob).code == code
    assert not out.exists()


def test_a_glob_means_what_stood_after_the_layer(extract: Extract, out: Path) -> None:
    assert extract("etc/g*", "--layer", "0").code == 0
    assert tree(out).keys() == {"etc", "etc/gone"}


def test_a_path_that_is_or_was_there_is_no_glob(extract: Extract, out: Path) -> None:
    layers = layer(f("app/[id]", "1"), f("app/i", "2"), f("app/[old]", "3")), layer(w("app/[old]"), f("app/o", "4"))

    assert extract("app/[id]", layers=layers).code == 0
    assert tree(out).keys() == {"app", "app/[id]"}
    gone = extract("app/[old]", layers=layers)
    assert gone.code == 1
    assert "layer 0 has it" in gone.err


def test_a_layer_number_gives_what_stood_after_it(extract: Extract, out: Path) -> None:
    assert extract("etc", "--layer", "0").code == 0
    assert tree(out) == {"etc": "/", "etc/conf": b"one\n", "etc/gone": b"gone\n"}
    assert mode(out / "etc/conf") == 0o600
    assert int((out / "etc/conf").stat().st_mtime) == 1_000_000_000


def test_a_path_that_is_not_there_writes_nothing(extract: Extract, out: Path) -> None:
    result = extract("etc/conf", "etc/gone")

    assert (result.code, result.out) == (1, "")
    assert result.err == "error: etc/gone: not in the image\nhint: layer 0 has it: --layer 0\n"
    assert not out.exists()


def test_what_is_there_is_not_touched_unless_that_is_asked_for(extract: Extract, out: Path) -> None:
    (out / "etc").mkdir(parents=True)
    (out / "etc/conf").write_text("mine")
    (out / "other").write_text("mine")
    refused = extract()

    assert refused.code == 2
    assert refused.err == f"error: {out} exists and is not empty\nhint: name another directory, or give --overwrite\n"
    assert tree(out) == {"etc": "/", "etc/conf": b"mine", "other": b"mine"}
    assert extract("--overwrite").code == 0
    assert tree(out) == {**WHOLE, "other": b"mine"}


def test_what_cannot_be_replaced_is_told_and_is_no_success(extract: Extract, out: Path) -> None:
    (out / "etc/conf").mkdir(parents=True)
    result = extract("etc", "--overwrite")

    assert result.code == 2
    assert result.err == "warning: a directory is in the way; left out (etc/conf)\n"
    assert tree(out) == {"etc": "/", "etc/conf": "/", "etc/link": "→ conf"}


def test_a_file_in_place_of_the_directory_is_refused(extract: Extract, out: Path) -> None:
    out.parent.mkdir()
    out.write_text("mine")
    for arguments in ([], ["--overwrite"]):
        result = extract(*arguments)
        assert (result.code, out.read_text()) == (2, "mine")
        assert "is not a directory" in result.err


def test_an_output_must_be_named(cli: Cli, room: Path) -> None:
    saved = write_tar(layout_files(Spec(IMAGE), compress=plain), room / "image.tar")

    assert cli("extract", saved).code == 2
    assert "-o DIR says where" in cli("extract", saved).err
    assert "both go to standard output" in cli("extract", saved, "--json", "-o", "-").err
    as_tar = cli("extract", saved, "-o", room / "rootfs.tar")
    assert (as_tar.code, (room / "rootfs.tar").exists()) == (2, False)
    assert "-o - > FILE" in as_tar.err


def test_the_summary_in_json(extract: Extract, out: Path) -> None:
    content = layer(f("x" * 256, "1"), h("a", "gone"), f("b", "22"), E("pipe", type="6"), f(b"\xff" * 256, "1"))
    result = extract("--json", "-q", layers=(content,))

    assert result.code == 2
    assert result.json["extract"] == {
        "target": str(out),
        "files": 1,
        "directories": 1,
        "links": 0,
        "special": 1,
        "bytes": 2,
        "untaken": 2,
        "left_out": [
            {"reason": "a hard link to nothing; left out", "count": 1, "paths": [{"path": "a"}]},
            {
                "reason": "the file system refuses it (file name too long); left out",
                "count": 2,
                "paths": [{"path": "x" * 256}, {"path": "\\xff" * 256, "path_b64": b64encode(b"\xff" * 256).decode()}],
            },
        ],
    }


def test_an_image_that_lacks_a_layer_is_written_as_far_as_it_goes(extract: Extract, out: Path) -> None:
    result = extract(layers=(layer(f("a", "a")), layer(f("b", "b" * 9000))[:3000]))

    assert result.code == 3
    assert tree(out) == {"a": b"a"}


def test_nothing_gets_outside_of_the_directory(extract: Extract, room: Path, out: Path) -> None:
    victim = room / "victim"
    victim.mkdir()
    hostile = (
        layer(s("abs", str(victim)), s("up", "../../victim"), s("self", "."), s("deep/up", "../../../victim")),
        layer(f("../../../evil", "1"), f("/evil2", "2"), f("abs/3", "3"), f("up/4", "4"), f("deep/up/5", "5")),
        layer(h("hard", "../../../../etc/passwd"), h("hard2", "abs/3"), d("abs"), f("abs/6", "6"), f("self/7", "7")),
        layer(f("x/../../../8", "8"), s("..", str(victim)), f("./../victim/9", "9")),
    )
    extract(layers=hostile)
    extract("--overwrite", layers=hostile)
    extract("abs/6", "up", "deep/up", "--overwrite", layers=hostile)

    assert tree(victim) == {}
    assert sorted(os.listdir(room)) == ["deep", "image.tar", "victim"]
    assert os.listdir(out.parent) == ["out"]
    assert (out / "abs/6").read_bytes() == b"6"


def test_links_that_are_planted_in_the_target_are_not_followed(extract: Extract, room: Path, out: Path) -> None:
    victim = room / "victim"
    victim.mkdir()
    out.mkdir(parents=True)
    (out / "etc").symlink_to(victim)
    (out / "usr").symlink_to("../../victim")
    result = extract("--overwrite")

    assert result.code == 2
    assert tree(victim) == {}
    assert "something that is no directory is in the way" in result.err


def test_devices_and_pipes_are_made_with_their_modes(extract: Extract, out: Path) -> None:
    content = layer(
        E("pipe", type="6", mode=0o622, mtime=5), E("null", type="3", mode=0o666), E("disk", type="4", mode=0o640)
    )
    result = extract(layers=(content,))

    assert stat.S_ISFIFO((out / "pipe").stat().st_mode)
    assert (mode(out / "pipe"), int((out / "pipe").stat().st_mtime)) == (0o622, 5)
    if os.geteuid() == 0:
        assert result.code == 0
        assert stat.S_ISCHR((out / "null").stat().st_mode)
        assert (mode(out / "null"), mode(out / "disk")) == (0o666, 0o640)
        again = extract("--overwrite", "--no-same-owner", "-v", layers=(content,))
        assert [line for line in again.err.splitlines() if "left out" in line] == [
            "warning: null: a device; left out",
            "warning: disk: a device; left out",
        ]


def test_without_root_what_cannot_be_set_is_told_in_a_few_lines(room: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = layer(*(E(f"dev{number}", type="4") for number in range(30)), f("suid", "x", mode=0o4755, uid=5))
    saved = write_tar(layout_files(Spec((content,)), compress=plain), room / "image.tar")
    saved.chmod(0o644)

    def run() -> None:
        os.environ["IMGSCOPE_CACHE_SIZE"] = "0"
        from imgscope.cli.run import run as run_

        assert run_(["extract", str(saved), "-o", str(room / "out")]) == 0
        assert run_(["extract", str(saved), "-v", "-o", str(room / "out2")]) == 0

    as_nobody(room, run)
    lines = [line for line in capfd.readouterr().err.splitlines() if line.startswith("warning: ")]

    assert lines[:3] == [
        "warning: owners are not set: only root can do that (/)",
        "warning: set-user-ID and set-group-ID bits are left out (suid)",
        "warning: 30 paths: a device, which only root can make; left out (dev0, dev1, dev2, …)",
    ]
    assert len([line for line in lines[3:] if "a device" in line]) == 30
    assert mode(room / "out/suid") == 0o755
    assert tree(room / "out") == {"suid": b"x"}


def test_a_directory_that_may_not_be_written_to_is_told(room: Path, capfd: pytest.CaptureFixture[str]) -> None:
    saved = write_tar(layout_files(Spec(IMAGE), compress=plain), room / "image.tar")
    saved.chmod(0o644)
    (room / "closed").mkdir(mode=0o555)

    def run() -> None:
        os.environ["IMGSCOPE_CACHE_SIZE"] = "0"
        from imgscope.cli.run import run as run_

        assert run_(["extract", str(saved), "-o", str(room / "closed")]) == 2
        assert run_(["extract", str(saved), "-o", str(room / "closed/out")]) == 2

    as_nobody(room, run)

    assert capfd.readouterr().err.count("permission denied") == 2
    assert tree(room / "closed") == {}


def test_names_that_are_one_on_disk_are_told_and_are_no_success(
    extract: Extract, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower_case(monkeypatch)
    out.mkdir(parents=True)  # its own name is in lower case too
    result = extract(layers=(layer(f("Readme", "1"), f("README", "2"), d("Doc"), d("doc"), f("doc/x", "3")),))

    assert result.code == 2
    assert "upper and lower case" in result.err
    assert tree(out) == {"readme": b"1", "doc": "/"}


def test_a_sparse_file_keeps_its_holes(extract: Extract, out: Path) -> None:
    assert extract(layers=(sparse_01(b"s", [(1 << 20, 4)], 64 << 20, 4) + layer(),)).code == 0
    assert (out / "s").stat().st_size == 64 << 20
    assert (out / "s").stat().st_blocks < 1000


def tar_of(saved: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """A tar from standard output."""
    command = [sys.executable, "-m", "imgscope", "extract", str(saved), "-o", "-", *arguments]
    return subprocess.run(command, capture_output=True, check=False)


def test_a_tar_goes_to_standard_output(room: Path, cli: Cli) -> None:
    saved = write_tar(layout_files(Spec(IMAGE), compress=plain), room / "image.tar")
    done = tar_of(saved)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as opened:
        names = opened.getnames()

    assert (done.returncode, done.stderr) == (0, b"")
    assert names == sorted(WHOLE)
    part = tar_of(saved, "usr/lib/y", "--layer", "0")
    with tarfile.open(fileobj=io.BytesIO(part.stdout)) as opened:
        assert opened.getnames() == ["usr", "usr/lib", "usr/lib/y"]
    (room / "squashed.tar").write_bytes(done.stdout)
    listed = cli("files", "--json", saved).json["files"], cli("files", "--json", room / "squashed.tar").json["files"]
    before, after = ([{**row, "layer": 0} for row in rows] for rows in listed)
    implied = {row["path"] for row in listed[0] if row["layer"] is None}
    assert [row for row in before if row["path"] not in implied] == [row for row in after if row["path"] not in implied]


def test_a_tar_is_not_for_a_terminal(room: Path) -> None:
    from tests.cli.test_cat import at_a_terminal

    saved = write_tar(layout_files(Spec(IMAGE), compress=plain), room / "image.tar")

    assert at_a_terminal("extract", saved, "-o", "-") == (2, b"")


def test_a_tar_of_a_damaged_image_has_no_end(room: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    from imgscope.errors import ArchiveError
    from imgscope.extract import ahead

    def damaged(*_: object, **__: object) -> object:
        raise ArchiveError("cut short")

    monkeypatch.setattr(ahead, "whole", damaged)
    saved = write_tar(layout_files(Spec(IMAGE), compress=plain), room / "image.tar")
    result = cli("extract", saved, "-o", "-")

    assert result.code == 3
    assert "cut short" in result.err
    assert not result.out.endswith("\0" * 1024)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [["cat", "IMAGE", "usr/lib/x"], ["extract", "IMAGE", "-o", "-"]])
def test_a_full_disk_behind_standard_output_is_told(room: Path, arguments: list[str]) -> None:
    saved = write_tar(layout_files(Spec(IMAGE), compress=plain), room / "image.tar")
    command = [sys.executable, "-m", "imgscope", *(str(saved) if one == "IMAGE" else one for one in arguments)]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)

    assert (done.returncode, done.stderr) == (2, b"error: cannot write: no space left on device\n")


def test_the_help_says_what_the_output_is(cli: Cli) -> None:
    text = " ".join(cli("extract", "--help").out.split())

    assert "-o, --output DIR The directory to write to, made if it is not there; - for a tar." in text


@pytest.mark.skipif(os.geteuid() != 0, reason="devices are for root")
def test_a_device_of_impossible_numbers_is_told_and_the_rest_is_written(room: Path, cli: Cli) -> None:
    from tests.tar.making import patched

    device = patched(header(b"odd", b"4", 0), (329, b"\x80" + bytes(3) + b"\xff" * 4))
    saved = write_tar(layout_files(Spec([device + layer(f("a", "a"))]), compress=plain), room / "image.tar")
    result = cli("extract", saved, "-o", room / "out")

    assert result.code == 0
    assert result.err == "warning: nothing that this system can make there; left out (odd)\n"
    assert tree(room / "out") == {"a": b"a"}
