"""``imgscope cache`` and ``--no-cache``; and that no command says anything else for what an earlier one left."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

import pytest

from imgscope.indexing.cache import Cache
from imgscope.report.verdicts.registry import FORMATS
from imgscope.units import size
from tests.build import Spec, f, gz, layer, layout_files, write_tar
from tests.conftest import Cli, Result

FIXTURES = sorted(
    path
    for path in (Path(__file__).parent.parent.parent / "fixtures").iterdir()
    if path.is_dir() or ".tar" in path.name
)
IMAGE = Spec([layer(f("a", "1" * 5000)), layer(f("a", "2" * 5000), f("b", "3"))])
RULES = ("--max-wasted-bytes", "0", "--duplicate-content", "0")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image with waste."""
    return write_tar(layout_files(IMAGE, compress=gz), tmp_path / "app.tar")


def everything(cli: Cli, path: Path, room: Path, *options: str) -> list[tuple[object, ...]]:
    """What all commands and formats say of an image."""
    targets = [room / f"verdict.{name}" for name in FORMATS]
    for target in targets:
        target.unlink(missing_ok=True)  # a summary is added to what is there
    written = [f"--report={name}={target}" for name, target in zip(FORMATS, targets, strict=True)]
    results: list[Result] = [
        *(cli("report", f"--format={name}", *options, path) for name in ("text", "json", "markdown")),
        *(cli(name, "--json", "-v", *options, path) for name in ("images", "waste")),
        cli("check", *RULES, *written, *options, path),
    ]
    return [
        *((result.code, result.out, result.err) for result in results),
        *((target.read_text(),) for target in targets if target.exists()),
    ]


@pytest.mark.parametrize("path", FIXTURES, ids=[path.name for path in FIXTURES])
def test_no_command_says_anything_else_the_second_time(path: Path, cli: Cli, eager: Cache, tmp_path: Path) -> None:
    without = everything(cli, path, tmp_path, "--no-cache")
    assert not os.path.exists(eager.directory)

    assert everything(cli, path, tmp_path) == without
    assert everything(cli, path, tmp_path) == without
    none_is_kept = path.name == "umoci-oci-empty" or path.name.endswith((".gz", ".bz2", ".xz", ".zst"))
    assert bool(list(eager.entries())) is not none_is_kept


def test_it_is_shown_and_cleared(cli: Cli, image: Path, eager: Cache) -> None:
    assert cli("cache", "show").out == f"{eager.directory}\n0 entries, 0B of at most 1GB\n"
    cli("report", image)
    shown = cli("cache", "show", "--json").json["cache"]
    entries = list(eager.entries())
    oldest = datetime.fromisoformat(shown.pop("oldest"))

    assert oldest.timestamp() == min(entry.used for entry in entries) // 1_000_000_000
    assert shown == {
        "directory": eager.directory,
        "entries": 2,
        "bytes": sum(entry.size for entry in entries),
        "limit_bytes": 1_000_000_000,
        "problem": None,
    }
    for entry in entries:
        os.utime(entry.path, (time.time() - 3 * 86400,) * 2)
    assert cli("cache", "show").out.endswith("oldest use: 3 days ago\n")
    cleared = cli("cache", "clear")
    assert (cleared.code, cleared.out) == (0, f"removed 2 entries, {size(shown['bytes'])}\n")
    assert list(eager.entries()) == []
    assert cli("cache", "clear").out == "removed 0 entries, 0B\n"


def test_using_it_keeps_it(cli: Cli, image: Path, eager: Cache) -> None:
    cli("report", image)
    for entry in eager.entries():
        os.utime(entry.path, (0, 0))
    cli("report", image)

    assert all(entry.used > 0 for entry in eager.entries())


@pytest.mark.parametrize("option", ["--no-cache", "--verify"])
def test_it_is_neither_read_nor_written_where_that_is_asked_for(
    option: str, cli: Cli, image: Path, eager: Cache
) -> None:
    assert cli("report", option, image).code == 0
    assert list(eager.entries()) == []
    cli("report", image)
    for entry in eager.entries():
        os.utime(entry.path, (0, 0))
    cli("report", option, image)

    assert {entry.used for entry in eager.entries()} == {0}


def test_verify_reads_everything(cli: Cli, image: Path, eager: Cache) -> None:
    cli("report", image)
    for entry in eager.entries():
        os.utime(entry.path, (0, 0))

    assert cli("verify", image).code == 0
    assert {entry.used for entry in eager.entries()} == {0}


def test_a_size_of_nothing_means_no_cache(cli: Cli, image: Path, eager: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGSCOPE_CACHE_SIZE", "0")
    cli("report", image)

    assert not os.path.exists(eager.directory)
    assert "0 entries, 0B of at most 0B" in cli("cache", "show").out


@pytest.mark.parametrize("arguments", [("report", "IMAGE"), ("check", "IMAGE"), ("cache", "show"), ("cache", "clear")])
def test_a_size_that_is_none_is_told(
    arguments: tuple[str, ...], cli: Cli, image: Path, eager: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGSCOPE_CACHE_SIZE", "plenty")
    result = cli(*(image if word == "IMAGE" else word for word in arguments))

    assert result.code == 2
    assert "IMGSCOPE_CACHE_SIZE: not a size: 'plenty'" in result.err
    assert "IMGSCOPE_CACHE_SIZE=500MB" in result.err


def test_a_directory_that_others_write_to_is_told_of_on_request_only(cli: Cli, image: Path, eager: Cache) -> None:
    os.mkdir(eager.directory)
    os.chmod(eager.directory, 0o777)
    quiet, loud = cli("report", image), cli("report", "-v", image)

    assert (quiet.code, quiet.err) == (0, "")
    assert loud.err == f"warning: the cache {eager.directory} can be written to by others\n"
    assert (loud.code, loud.out) == (quiet.code, quiet.out)
    assert cli("report", "-v", "-q", image).err == ""
    assert cli("cache", "show").out.endswith("not used: it can be written to by others\n")
    assert cli("cache", "show", "--json").json["cache"]["problem"] == "can be written to by others"
    cleared = cli("cache", "clear")
    assert cleared.code == 2
    assert "can be written to by others" in cleared.err
    assert "IMGSCOPE_CACHE_DIR" in cleared.err


def test_without_a_directory_there_is_nothing_to_tell(cli: Cli, eager: Cache) -> None:
    assert cli("cache", "show", "--json").json["cache"]["problem"] is None
    assert cli("cache", "clear").code == 0
    assert not os.path.exists(eager.directory)
