"""``imgscope find``: every test of it, on what is live and what is hidden, and how it exits."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest

from tests.build import E, Spec, d, docker_files, f, gz, h, layer, layout_files, o, s, w, write_tar
from tests.conftest import Cli

LAYERS = [
    layer(
        d("bin"),
        f("bin/su", "x" * 3000, mode=0o4755),
        f("bin/wall", "x" * 10, mode=0o2755, gid=5),
        s("bin/sh", "su"),
        h("bin/su2", "bin/su"),
        d("tmp", mode=0o1777),
        d("open", mode=0o777),
        f("open/all", "one\ntwo secret\n", mode=0o666, uid=7),
        E("pipe", type="6", mtime=1000),
        f("root/.ssh/id_rsa", "-----BEGIN KEY-----\nsecret\n" * 40, mode=0o600),
        f("log/a.log", b"\0\1secret\2"),
    ),
    layer(f("root/.ssh/id_rsa", "-----BEGIN KEY-----\nsecret\n" * 40, mode=0o400), f("log/b.log", "nothing")),
    layer(w("root/.ssh/id_rsa"), o("log"), f(b"log/\xff\n", "=1+1")),
]


@pytest.fixture(params=[docker_files, lambda spec: layout_files(spec, compress=gz)], ids=["plain", "gzip"])
def image(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_tar(request.param(Spec(LAYERS)), tmp_path / "image.tar")


def found(cli: Cli, image: Path, *options: str) -> list[tuple[str, int | None, str]]:
    rows = cli("find", "--json", image, *options).json["find"]
    return [(row["path"], row["layer"], row["state"]) for row in rows]


def paths(cli: Cli, image: Path, *options: str) -> list[str]:
    return [path for path, _, _ in found(cli, image, *options)]


ID_RSA = "root/.ssh/id_rsa"


def test_hidden_files_are_found_with_what_hid_them(cli: Cli, image: Path) -> None:
    first, second = cli("find", "--json", image, "--name", "id_*").json["find"]

    assert (first["layer"], first["cause"], first["hidden_by"], first["gone"]) == (0, "metadata_only", 1, True)
    assert (second["layer"], second["cause"], second["hidden_by"]) == (1, "deleted", 2)
    assert first["wasted_bytes"] == second["wasted_bytes"] == first["size"] == 1080
    out = cli("find", image, "--name", "id_*").out
    assert "(deleted, but shipped: deleted by layer 2)" in out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--name", "su*"], ["bin/su", "bin/su2"]),
        (["--name", "su", "--name", "sh"], ["bin/sh", "bin/su"]),
        (["--name", "SU"], []),
        (["--name", "[^s]*", "--path", "bin/*"], ["bin/wall"]),
        (["--path", "/bin/"], ["bin", "bin/sh", "bin/su", "bin/su2", "bin/wall"]),
        (["--path", "log/*", "--path", "!*.log"], ["log/\\xff\\n"]),
        (["--regex", r"^bin/.u\d?$"], ["bin/su", "bin/su2"]),
        (["--size", "+1kB", "--size", "-2000"], [ID_RSA, ID_RSA]),
        (["--size", "3000"], ["bin/su", "bin/su2"]),
        (["--size", "-7"], ["log/\\xff\\n"]),
        (["--type", "h"], ["bin/su2"]),
        (["--type", "hardlink", "--type", "link"], ["bin/sh", "bin/su2"]),
        (["--type", "p"], ["pipe"]),
        (["--type", "directory", "--name", "[bt]*"], ["bin", "tmp"]),
        (["--type", "f", "--path", "bin"], ["bin/su", "bin/su2", "bin/wall"]),
        (["--type", "s"], []),
        (["--mode", "-4000"], ["bin/su", "bin/su2"]),
        (["--mode", "/6000"], ["bin/su", "bin/su2", "bin/wall"]),
        (["--mode", "0666"], ["open/all"]),
        (["--suid", "--group", "5"], ["bin/wall"]),
        (["--world-writable"], ["open", "open/all"]),
        (["--user", "7"], ["open/all"]),
        (["--layer", "1"], ["log/b.log", ID_RSA]),
        (["--layer", "2"], ["log/\\xff\\n"]),
        (["--state", "hidden"], ["log/a.log", "log/b.log", ID_RSA, ID_RSA]),
        (["--state", "live", "--path", "log"], ["log", "log/\\xff\\n"]),
        (["--state", "deleted"], ["log/a.log", "log/b.log", ID_RSA, ID_RSA]),
        (["--state", "older"], []),
        (["su*"], ["bin/su", "bin/su2"]),
        (["/bin/s?"], ["bin/sh", "bin/su"]),
        (["su", "--name", "sh"], ["bin/sh", "bin/su"]),
        (["--secrets"], [ID_RSA, ID_RSA]),
        (["--secrets", "*.key"], []),
        (["--older", "1970-01-02"], ["pipe"]),
        (["--newer", "2023-11-15"], []),
        (["--newer", "2001-01-01", "--name", "pipe"], []),
        (["--sort", "size", "--top", "2"], ["bin/su", "bin/su2"]),
        (["--sort", "layer", "--type", "f", "--state", "hidden"], ["log/a.log", ID_RSA, "log/b.log", ID_RSA]),
    ],
)
def test_what_is_asked_for_is_found(options: list[str], expected: list[str], cli: Cli, image: Path) -> None:
    assert paths(cli, image, *options) == expected


def test_a_digest_finds_every_name_of_that_content(cli: Cli, image: Path) -> None:
    digest = hashlib.sha256(b"x" * 3000).hexdigest()

    assert paths(cli, image, "--hash", f"sha256:{digest}") == ["bin/su", "bin/su2"]
    assert paths(cli, image, "--hash", hashlib.md5(b"nothing").hexdigest()) == ["log/b.log"]


def test_contents_are_searched_live_and_hidden(cli: Cli, image: Path) -> None:
    rows = cli("find", "--json", image, "--content", "secret").json["find"]
    told = {(row["path"], row["layer"]): [(one["offset"], one["line"]) for one in row["matches"]] for row in rows}

    assert told["open/all", 0] == [(8, 2)]
    assert told["log/a.log", 0] == [(2, None)]
    assert told[ID_RSA, 0] == told[ID_RSA, 1] == [(20 + 27 * n, 2 + 2 * n) for n in range(40)]


def test_contents_are_shown_by_line_and_what_is_no_text_by_place(cli: Cli, image: Path) -> None:
    lines = cli("find", image, "--content", "secret|two", "--state", "live").out.splitlines()

    assert lines[1:] == ["     2: two secret"]
    assert cli("find", image, "--content", "sec.*", "--name", "a.log").out.splitlines()[1] == "     @2: secret\\x02"


def test_matches_are_bounded_and_that_is_said(cli: Cli, image: Path) -> None:
    result = cli("find", image, "--content", "secret", "--max-matches", "3", "--count")

    assert (result.code, result.out) == (0, "3\n")
    assert "stopped at 3 matches" in result.err
    assert cli("find", "--json", image, "--content", "secret", "--max-matches", "3").json["cut"]


def test_paths_for_xargs_are_as_they_are_and_each_once(image: Path, cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "out"
    cli("find", image, "-0", "-o", target, "--path", "log/", "--path", "id_rsa", "--type", "f")

    assert target.read_bytes() == b"log/a.log\0log/b.log\0log/\xff\n\0root/.ssh/id_rsa\0"


def test_rows_in_csv_are_no_formulas(cli: Cli, image: Path) -> None:
    table = list(csv.DictReader(io.StringIO(cli("find", image, "--format", "csv", "--content", "=1").out)))

    assert [(row["path"], row["mode"], row["match"], row["line"]) for row in table] == [
        ("log/\\xff\\n", "0644", "'=1", "1")
    ]


def test_how_many_there_are(cli: Cli, image: Path) -> None:
    result = cli("find", image, "--count", "--suid")

    assert (result.code, result.out) == (0, "3\n")


def test_what_is_hidden_was_deleted_or_is_an_older_version(cli: Cli, tmp_path: Path) -> None:
    layers = [layer(f("etc/kept", "1"), f("etc/gone", "1")), layer(f("etc/kept", "22"), w("etc/gone"))]
    image = write_tar(docker_files(Spec(layers)), tmp_path / "image.tar")
    states = {state: found(cli, image, "--state", state, "--type", "f") for state in ("hidden", "deleted", "older")}

    assert states["deleted"] == [("etc/gone", 0, "hidden")]
    assert states["older"] == [("etc/kept", 0, "hidden")]
    assert states["hidden"] == [*states["deleted"], *states["older"]]


def test_secrets_are_found_where_their_patterns_do_not_take_them_back(cli: Cli, tmp_path: Path) -> None:
    names = (
        "app/.env",
        "app/.env.example",
        "srv/site-packages/x.key",
        "root/.aws/credentials",
        "usr/share/id_rsa",
        "venv/.env/x",
    )
    image = write_tar(docker_files(Spec([layer(d("id_rsa"), *(f(name) for name in names))])), tmp_path / "image.tar")

    assert paths(cli, image, "--secrets") == ["app/.env", "root/.aws/credentials"]


def test_nothing_found_is_an_exit_code_of_its_own(cli: Cli, image: Path) -> None:
    assert (cli("find", image, "--name", "none").code, cli("find", image, "--content", "none").code) == (1, 1)


@pytest.mark.parametrize(
    "options",
    [
        ["--size", "much"],
        ["--type", "x"],
        ["--mode", "9"],
        ["--mode", "u+s"],
        ["--regex", "("],
        ["--content", "x*"],
        ["--hash", "abc"],
        ["--newer", "yesterday"],
        ["--path", "!x"],
        ["--layer", "3"],
        ["--null", "--count"],
        ["--json", "--count"],
        ["--secrets", "--path", "bin"],
        ["--secrets", "--type", "d"],
    ],
)
def test_what_makes_no_sense_is_wrong_usage(options: list[str], cli: Cli, image: Path) -> None:
    result = cli("find", image, *options)

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")


def test_a_pattern_that_would_take_for_ever_is_given_up(cli: Cli, tmp_path: Path) -> None:
    image = write_tar(docker_files(Spec([layer(f("a" * 90 + "!", "1"))])), tmp_path / "image.tar")
    result = cli("find", image, "--regex", "^(a|a)+$")

    assert (result.code, "takes too long" in result.err) == (2, True)


def test_half_an_image_is_not_called_whole(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS), compress=gz)
    name = next(name for name, data in files.items() if data == gz(LAYERS[2]))
    files[name] = files[name][:40]
    result = cli("find", "--json", write_tar(files, tmp_path / "broken.tar"), "--name", "su")

    assert (result.code, result.json["complete"], len(result.json["find"])) == (3, False, 1)


def test_json_is_of_the_type_that_is_declared_and_lines_are_its_rows(cli: Cli, image: Path) -> None:
    from jsonschema import validate

    document: Any = cli("find", "--json", image, "--content", ".").json
    validate(document, cli("schema", "find").json)
    validate(cli("find", "--json", image).json, cli("schema", "find").json)
    lines = cli("find", "--format", "jsonl", image, "--content", ".").out.splitlines()
    assert len(lines) == len(document["find"])


def test_a_sparse_file_is_searched_at_its_places(cli: Cli) -> None:
    fixture = Path(__file__).parents[2] / "fixtures" / "skopeo-ociarchive-sparse.tar"
    rows = cli("find", "--json", fixture, "--type", "f", "--content", r"[^\x00]{4,}").json["find"]

    assert any(match["offset"] >= 4096 for row in rows for match in row["matches"])


@pytest.mark.parametrize("over", [f("b", "x"), s("b", "q")])
def test_what_its_own_layer_buries_is_found_and_traced(over: E, cli: Cli, tmp_path: Path) -> None:
    path = write_tar(docker_files(Spec([layer(f("b/a", "key" * 100), over)])), tmp_path / "i.tar")
    (row,) = cli("find", "--json", "--name", "a", path).json["find"]
    assert (row["path"], row["size"]) == ("b/a", 300)
    assert cli("find", "--content", "keykey", path).code == 0
    assert "300B wasted" in cli("blame", path, "b/a").out


@pytest.mark.parametrize("option", ["--content", "--hash"])
def test_an_empty_question_is_refused(option: str, cli: Cli, tmp_path: Path) -> None:
    path = write_tar(docker_files(Spec([layer(f("a", "1"))])), tmp_path / "i.tar")
    assert cli("find", option, "", path).code == 2


def test_a_mode_that_only_a_hard_link_states_counts(cli: Cli, tmp_path: Path) -> None:
    layers = [layer(f("a", "1", mode=0o755), h("b", "a", mode=0o4755), h("c", "a"))]
    assert paths(cli, write_tar(docker_files(Spec(layers)), tmp_path / "i.tar"), "--suid") == ["b"]
