"""How the command line behaves: exit codes, messages, streams, and choosing an image."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imgscope.cli.app import COMMANDS
from tests.build import (
    Spec,
    d,
    dir_files,
    docker_files,
    f,
    gz,
    h,
    layer,
    layout_files,
    s,
    sha,
    w,
    write_directory,
    write_tar,
)
from tests.conftest import Cli

IMAGE = Spec([layer(d("etc"), f("etc/a", "x" * 700), f("b", "y" * 300)), layer(w("etc/a"))])


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_tar(docker_files(IMAGE), tmp_path / "app.tar")


def program(*arguments: str | Path, **more: object) -> subprocess.Popen[bytes]:
    """``imgscope`` as a process of its own."""
    command = [sys.executable, "-m", "imgscope", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload,no-any-return]


def test_an_image_without_a_command_is_reported(cli: Cli, image: Path) -> None:
    assert cli(image).out == cli("report", image).out
    assert cli("--json", image).json == cli("report", "--json", image).json
    assert cli("--top", "1", image).out == cli("report", "--top", "1", image).out


OTHERWISE = ("schema", "explore", "check", "config", "cache", "cat", "extract", "diff", "shared")
MORE = {"blame": ["b"]}
"""Arguments behind the image, of commands that do not go without."""


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in OTHERWISE])
def test_every_command_works_and_names_its_schema_version_in_json(command: str, cli: Cli, image: Path) -> None:
    more = MORE.get(command, [])
    assert cli(command, image, *more).code == 0
    document = cli(command, "--json", image, *more).json

    assert document["schema_version"] == "1.0"
    assert command == "report" or command in document


def test_json_is_ascii_and_the_same_every_time(cli: Cli, tmp_path: Path) -> None:
    path = write_tar(docker_files(Spec([layer(f("gr\u00fcn\u202e", "1"), f(b"\xff", "2"))])), tmp_path / "i.tar")
    first = cli("files", "--format", "jsonl", path).out

    assert first.isascii()
    assert first == cli("files", "--format", "jsonl", path).out
    rows = [json.loads(line) for line in first.splitlines()]
    assert [row["path"] for row in rows] == ["gr\u00fcn\u202e", "\\xff"]
    assert rows[1]["path_b64"] == "/w=="


def test_the_report_validates_against_its_schema(cli: Cli, image: Path) -> None:
    import jsonschema

    schema = cli("schema", "report").json

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(cli("report", "--json", image).json, schema)
    broken = {**cli("report", "--json", image).json, "totals": {}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nothing.tar"], 3, "error: nothing.tar: no such file"),
        (["nginx:latest"], 3, "hint: an image of an engine is read through a pipe: docker save nginx:latest |"),
        (["registry.example/team/app@sha256:abc"], 3, "docker save registry.example/team/app@sha256:abc"),
        (
            ["docker://debian:12"],
            3,
            "pipe: skopeo copy -q docker://debian:12 docker-archive:/dev/stdout | imgscope report -",
        ),
        (["reprot", "x"], 2, "Did you mean 'report'?"),
        (["report"], 2, "Missing argument 'IMAGE'"),
        (["report", "--frobnicate", "x"], 2, "No such option"),
        (["report", "--format", "xml", "x"], 2, "'xml' is not one of"),
        (["waste", "--min-size", "much", "x"], 2, "not a size"),
        (["report", "--bytes", "--binary", "x"], 2, "exclude each other"),
        (["schema", "nonsense"], 2, "nonsense"),
    ],
)
def test_wrong_usage_and_missing_files(
    arguments: list[str], code: int, says: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli(*arguments)

    assert result.code == code
    assert says in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b"hello\n", "a file of 6 bytes"),
        (b"Getting image source signatures\nCopying blob" + bytes(900), "-q keeps it quiet: skopeo copy -q docker://"),
        (b"just some text\n" * 60, "a text file"),
        (bytes(10240), "nothing but zeros"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600), "a PNG picture"),
        (b"PK\x03\x04" + bytes(600), "a zip archive"),
        (b"\x7fELF" + bytes(600), "a program (ELF)"),
        (b'{"schemaVersion": 2}' + b" " * 600, "a JSON document"),
        (b"\x04\x22\x4d\x18" + bytes(600), "compressed with lz4"),
        (gz(gz(b"x")), "compressed twice"),
        (gz(b"hello"), "a file of 5 bytes"),
        (gz(b"x" * 5000)[:-9], "cut short"),
        (layer(f("a", "x" * 2000))[:1500], "cut short"),
        (layer(), "nothing but zeros"),
    ],
)
def test_what_is_no_image_is_named_in_one_line(content: bytes, says: str, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(content)
    result = cli("report", path)

    assert result.code == 3
    assert says in result.err
    assert result.err.startswith(f"error: {path}")
    assert len(result.err.splitlines()) <= 2


@pytest.mark.parametrize("command", ["report", "shared", "check", "diff", "verify", "images"])
def test_a_file_that_must_not_be_read_is_no_wrong_usage(
    command: str, cli: Cli, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, real_open, real_access = str(write_tar({}, tmp_path / "np.tar")), os.open, os.access

    def refused(path: str, *arguments: int, **names: int) -> int:
        if path == secret:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_open(path, *arguments, **names)

    monkeypatch.setattr(os, "open", refused)
    monkeypatch.setattr(os, "access", lambda path, *arguments: path != secret and real_access(path, *arguments))
    result = cli(command, secret, *([image] if command in ("shared", "diff") else []))

    assert result.code == 3
    assert f"error: {secret}: permission denied\n" in result.err


def test_directories_and_special_files(cli: Cli, tmp_path: Path) -> None:
    assert "holds no saved image" in cli(tmp_path).err
    assert "not a regular file" in cli("report", "/dev/null").err


def test_a_truncated_archive_says_where(cli: Cli, image: Path) -> None:
    image.write_bytes(image.read_bytes()[:2000])
    result = cli(image)

    assert result.code == 3
    assert f"error: {image}[@ byte " in result.err
    assert "cut short" in result.err


def test_an_archive_cut_behind_an_image_is_incomplete(cli: Cli, tmp_path: Path) -> None:
    path = write_tar({**docker_files(IMAGE), "more": bytes(5000)}, tmp_path / "app.tar")
    path.write_bytes(path.read_bytes()[:-9000])

    assert cli("report", "--json", path).json["complete"] is False
    for command in ("report", "images", "inspect", "layers", "files", "waste", "history"):
        assert cli(command, path).code == 3, command
    assert "INCOMPLETE: the archive is damaged" in cli(path).out
    assert "cut short: the data of more" in cli(path).err


def test_a_damaged_layer_is_a_row_and_the_others_are_read(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec([layer(f("a", os.urandom(5000))), layer(f("b", "ok"))]), compress=gz)
    broken = max(files, key=lambda name: len(files[name]))
    files[broken] = files[broken][:3000] + bytes(100) + files[broken][3100:]
    result = cli("report", "--json", write_directory(files, tmp_path / "layout"))

    assert result.code == 3
    assert result.json["complete"] is False
    assert "damaged gzip data" in result.json["layers"][0]["error"]
    assert broken in result.json["layers"][0]["error"]
    assert result.json["layers"][1]["error"] is None
    assert result.json["layers"][1]["content_bytes"] == 2
    assert "INCOMPLETE: layer 0 could not be read" in cli(tmp_path / "layout").out


def test_a_missing_layer_is_a_row(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(IMAGE)
    del files[next(name for name in files if name.endswith("layer.tar"))]
    result = cli("report", "--json", write_tar(files, tmp_path / "i.tar"))

    assert result.code == 3
    assert "missing" in result.json["layers"][0]["error"]
    assert result.json["totals"]["content_bytes"] == 0


def test_documents_that_are_not_what_their_digest_says(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(IMAGE)
    config = f"blobs/sha256/{sha(IMAGE.raw_config)[7:]}"
    files[config] = files[config].replace(b"amd64", b"arm64")
    result = cli(write_directory(files, tmp_path / "layout"))

    assert result.code == 3
    assert f"expected {sha(IMAGE.raw_config)}" in result.err
    assert config in result.err


def test_layer_counts_that_disagree(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(IMAGE)
    items = json.loads(files["manifest.json"])
    items[0]["Layers"].pop()
    files["manifest.json"] = json.dumps(items).encode()
    result = cli(write_tar(files, tmp_path / "i.tar"))

    assert result.code == 3
    assert "1 layers, the config 2 diff_ids" in result.err


def test_several_platforms(cli: Cli, tmp_path: Path) -> None:
    amd, arm = Spec([layer(f("a", "amd"))]), Spec([layer(f("a", "arm64"))], architecture="arm64", variant="v8")
    path = write_tar(layout_files(arm, amd, nested=True), tmp_path / "i.tar")

    result = cli("report", "--json", path)
    assert result.json["source"]["candidates"] == 2
    assert "2 images in the file" in result.err
    assert cli("report", "--json", "--platform", "linux/arm64", path).json["totals"]["content_bytes"] == 5
    assert cli("report", "--json", "--platform", "linux/arm64/v8", path).json["image"]["platform"]["variant"] == "v8"
    assert cli("report", "--json", "--platform", "linux/aarch64", path).code == 0
    wrong = cli("report", "--platform", "linux/s390x", path)
    assert wrong.code == 2
    assert "there are: example/app:1 linux/arm64/v8, example/app:1 linux/amd64" in wrong.err
    assert cli("report", "--platform", "arm64", path).code == 2


def test_several_images(cli: Cli, tmp_path: Path) -> None:
    one, two = (
        Spec([layer(f("a", "1"))], tags=("team/one:1", "team/one:latest")),
        Spec([layer(f("a", "22"))], tags=("two:1",)),
    )
    path = write_tar(docker_files(one, two), tmp_path / "i.tar")

    def chosen(query: str) -> int:
        size = cli("report", "--json", "--image", query, path).json["totals"]["content_bytes"]
        assert isinstance(size, int)
        return size

    assert chosen("team/one") == chosen("docker.io/team/one:1") == chosen("team/o") == 1
    assert chosen("two:1") == chosen(sha(two.raw_config)) == chosen(sha(two.raw_config)[7:19]) == 2
    assert cli("report", "--image", "three", path).code == 2
    assert cli("report", "--image", "t", path).code == 2
    rows = cli("images", "--json", path).json["images"]
    assert [(row["tags"], row["size"], row["layers"]) for row in rows] == [
        (["team/one:1", "team/one:latest"], 1, 1),
        (["two:1"], 2, 1),
    ]
    assert len(cli("images", path).out.splitlines()) == 4


def test_attestations_and_artifacts_are_no_images(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(IMAGE)
    statement = b'{"schemaVersion":2,"config":{"digest":"%s"},"layers":[]}' % (b"sha256:" + b"0" * 64)
    chart = json.dumps(
        {"schemaVersion": 2, "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": sha(b"{}")}}
    ).encode()
    index = json.loads(files["index.json"])
    for blob, more in (
        (statement, {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}),
        (chart, {"annotations": {"org.opencontainers.image.ref.name": "chart"}}),
    ):
        files[f"blobs/sha256/{sha(blob)[7:]}"] = blob
        index["manifests"].append({"digest": sha(blob), "size": len(blob), **more})
    files["index.json"] = json.dumps(index).encode()
    path = write_directory(files, tmp_path / "layout")
    document = cli("images", "--json", path).json

    assert len(document["images"]) == 1
    assert [row["digest"] for row in document["attestations"]] == [sha(statement)]
    assert [row["kind"] for row in document["artifacts"]] == ["application/vnd.cncf.helm.config.v1+json"]
    assert cli("report", "--json", path).json["source"]["candidates"] == 1


def test_files_below_a_path_and_of_a_layer(cli: Cli, image: Path) -> None:
    def paths(*arguments: str) -> list[str]:
        return [
            json.loads(line)["path"] for line in cli("files", "--format", "jsonl", image, *arguments).out.splitlines()
        ]

    assert paths() == ["b", "etc"]
    assert paths("/etc/") == paths("etc") == ["etc"]
    assert paths("--layer", "1") == ["etc/.wh.a"]
    assert json.loads(cli("files", "--format", "jsonl", "--layer", "1", image).out)["type"] == "whiteout"
    assert cli("files", image, "etc/a").code == 1
    assert cli("files", "--layer", "2", image).code == 2


def test_waste_filters(cli: Cli, tmp_path: Path) -> None:
    layers = [
        layer(f("a.pyc", "1" * 10), f("d/b.pyc", "2" * 20), f("c", "3" * 30)),
        layer(w("a.pyc"), w("d"), f("c", "x")),
    ]
    path = write_tar(docker_files(Spec(layers)), tmp_path / "i.tar")

    def bytes_(*arguments: str) -> list[int]:
        return [row["bytes"] for row in cli("waste", "--json", path, *arguments).json["waste"]]

    assert bytes_() == [30, 20, 10]
    assert bytes_("--path", "*.pyc") == [20, 10]
    assert bytes_("--path", "/d/**") == [20]
    assert bytes_("--path", "d") == [20]
    assert bytes_("--cause", "overwritten") == [30]
    assert bytes_("--min-size", "20") == [30, 20]
    assert bytes_("--top", "1") == [30]
    assert bytes_("--layer", "1") == []


def test_output_to_a_file_is_whole_or_not_there(cli: Cli, image: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    assert cli("report", "--json", "-o", target, image).out == ""
    assert json.loads(target.read_text())["complete"] is True

    before = target.read_bytes()
    assert cli("report", "--json", "-o", target, tmp_path / "nothing.tar").code == 3
    assert target.read_bytes() == before
    result = cli("report", "-o", tmp_path / "no" / "such" / "directory", image)
    assert result.code == 2
    assert "cannot write" in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.tar", "report.json"]


def test_sizes_in_three_styles(cli: Cli, image: Path) -> None:
    assert "1kB in 2 layers" in cli(image).out
    assert "1000B in 2 layers" in cli("--binary", image).out
    assert "1000 in 2 layers" in cli("--bytes", image).out


def test_warnings_can_be_silenced_or_shown_in_full(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "rootfs.tar"
    path.write_bytes(layer(f("a", "1")))

    assert "warning: a filesystem, not a saved image" in cli(path).err
    assert cli("-q", path).err == ""
    assert cli("report", "--json", path).json["warnings"][0]["code"] == "filesystem-tar"


def test_names_from_an_image_never_reach_the_terminal_raw(cli: Cli, tmp_path: Path) -> None:
    nasty = "\x1b]0;owned\x07\u202e[red]\r\n\x9b"
    spec = Spec(
        [layer(f(f"x{nasty}", "1")), layer(w(f"x{nasty}"))],
        tags=(f"t{nasty}",),
        history=[{"created_by": f"RUN {nasty}", "comment": nasty, "author": nasty}, {"created_by": nasty}],
    )
    path = write_tar(docker_files(spec), tmp_path / "i.tar")
    for command in COMMANDS:
        for options in ([], ["--color", "always"], ["--format", "markdown"]):
            if command == "schema" or ("markdown" in options and command != "report"):
                continue
            result = cli(command, *options, path)
            text = result.out + result.err
            if "always" in options:
                import re

                text = re.sub(r"\x1b\[[0-9;]*m", "", text)
            assert not set(text) & set("\x1b\x07\u202e\r\x9b"), (command, options)


def test_colour_only_where_it_is_wanted(cli: Cli, image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in cli(image).out
    assert "\x1b" in cli("--color", "always", image).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in cli(image).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in cli(image).out


def test_standard_input_as_pipe_and_as_file(image: Path) -> None:
    whole = program("report", "--json", image).communicate()[0]
    for data in (image.read_bytes(), gz(image.read_bytes())):
        out, err = program("report", "--json", "-", stdin=subprocess.PIPE).communicate(data)
        assert json.loads(out)["layers"] == json.loads(whole)["layers"], err
    with image.open("rb") as stream:
        out, _ = program("-", "--json", stdin=stream).communicate()
    assert json.loads(out)["totals"] == json.loads(whole)["totals"]


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    entries = [f(f"directory/{'x' * 80}{number}", "1") for number in range(3000)]
    path = write_tar(docker_files(Spec([layer(*entries)])), tmp_path / "i.tar")
    with program("files", path) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()

        assert process.stderr.read() == b""
        assert process.wait(30) == 141


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a process there")
def test_interrupt_ends_with_130(tmp_path: Path) -> None:
    # What a shell starts in the background ignores the signal, and so would all that it starts.
    heeding = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    process = program("report", "-", stdin=subprocess.PIPE, **heeding)
    assert process.stdin
    process.stdin.write(layer(f("a", "1"))[:512])
    process.stdin.flush()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert err == b"interrupted\n"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM kills at once there")
def test_asked_to_end_it_leaves_no_half_written_output(tmp_path: Path) -> None:
    process = program("report", "-o", tmp_path / "out.txt", "-", stdin=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(layer(f("a", "1"))[:512])
    process.stdin.flush()
    time.sleep(1)
    process.terminate()
    process.communicate(timeout=30)

    assert process.returncode == 143
    assert list(tmp_path.iterdir()) == []


def test_a_bug_is_said_to_be_one(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], image: Path
) -> None:
    from imgscope.cli.run import run

    monkeypatch.setattr("imgscope.sources.detect.open_source", lambda *_: 1 / 0)
    code = run(["report", str(image)])
    err = capfd.readouterr().err

    assert code == 4
    assert err.startswith("error: imgscope failed (ZeroDivisionError")
    report = Path(err.split("the details are in ")[1].strip())
    assert "Traceback" in report.read_text()
    report.unlink()


def test_shell_completion_lists_commands() -> None:
    environment = {**os.environ, "_IMGSCOPE_COMPLETE": "bash_complete", "COMP_WORDS": "imgscope hi", "COMP_CWORD": "1"}
    out, _ = program(env=environment).communicate()

    assert b"plain,history" in out


def test_a_dir_copy_without_compression(cli: Cli, tmp_path: Path) -> None:
    assert cli("report", write_directory(dir_files(IMAGE), tmp_path / "dir")).code == 0


def test_layers_that_could_not_be_read_are_warned_of_everywhere(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(IMAGE)
    del files[f"blobs/sha256/{sha(gz(IMAGE.layers[0]))[7:]}"]
    path = write_directory(files, tmp_path / "layout")

    for command in ("report", "files", "waste", "history", "layers"):
        result = cli(command, path)
        assert result.code == 3, command
        assert "could not be read" in result.err, command
    assert cli("images", path).code == 3
    assert cli("inspect", path).code == 3


def test_a_blob_of_another_size_is_a_row(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(IMAGE)
    name = f"blobs/sha256/{sha(gz(IMAGE.layers[0]))[7:]}"
    files[name] = files[name][:-5]
    result = cli("report", "--json", write_directory(files, tmp_path / "layout"))

    assert result.code == 3
    assert "its descriptor says" in result.json["layers"][0]["error"]
    assert result.json["layers"][1]["error"] is None


def test_an_option_whose_value_is_like_a_command_is_no_command(
    cli: Cli, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert cli("-o", "report.txt", image).code == 0
    assert (tmp_path / "report.txt").read_text().startswith(str(image))
    assert cli("images.tar").err.startswith("error: images.tar: no such file")
    assert cli("imges").code == 2


def test_without_arguments_the_help_is_shown(cli: Cli) -> None:
    assert "Look:\n  explore" in cli().err
    assert "Look:\n  explore" in cli("help").out


def test_completion_offers_files_too(tmp_path: Path) -> None:
    for words in ("imgscope report /t", "imgscope /t", "imgscope report -o /t"):
        environment = {
            **os.environ,
            "_IMGSCOPE_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        }
        out, _ = program(env=environment).communicate()
        assert out == b"file,/t\n", words


def test_a_large_directory_that_is_no_image_is_told_at_once(cli: Cli, tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "layer.tar").write_bytes(b"")
    (deep.parent / "locked").mkdir(mode=0)

    assert "a directory that holds no saved image" in cli(tmp_path).err


def test_output_keeps_mode_and_link_of_what_it_replaces(cli: Cli, image: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "report.txt", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)

    assert cli("report", "-o", link, image).code == 0
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_text().startswith(str(image))


def test_patterns_add_up_and_take_back(cli: Cli, tmp_path: Path) -> None:
    layers = [layer(f("a.deb", "1"), f("b.deb", "22"), f("c", "333")), layer(w("a.deb"), w("b.deb"), w("c"))]
    path = write_tar(docker_files(Spec(layers)), tmp_path / "i.tar")

    def paths(*patterns: str) -> list[str]:
        options = [word for pattern in patterns for word in ("--path", pattern)]
        return [row["path"] for row in cli("waste", "--json", path, *options).json["waste"]]

    assert paths("a.*", "c") == ["c", "a.deb"]
    assert paths("*", "!*.deb") == ["c"]
    for wrong in ("", "#x", "!x"):
        assert cli("waste", "--path", wrong, path).code == 2


def test_a_path_is_followed_through_links_as_ls_does(cli: Cli, tmp_path: Path) -> None:
    path = write_tar(
        docker_files(Spec([layer(d("usr"), d("usr/lib"), s("lib", "usr/lib"), f("usr/lib/x", "1"))])), tmp_path / "i"
    )

    def paths(below: str) -> list[str]:
        return [row["path"] for row in cli("files", "--json", path, below).json["files"]]

    assert paths("lib/x") == ["usr/lib/x"]
    assert paths("lib") == ["lib"]
    assert paths("lib/") == ["usr/lib", "usr/lib/x"]


def test_tree_counts_an_inode_once_wherever_its_first_name_is(cli: Cli, tmp_path: Path) -> None:
    layers = [
        layer(f("x/a", "1" * 1000), h("x/b", "x/a"), h("y/c", "x/a"), f(b"z/\xff", "2" * 10), f("z/\\xff", "3" * 20)),
        layer(w("x/a")),
    ]
    path = write_tar(docker_files(Spec(layers)), tmp_path / "i.tar")
    lines = [line.split() for line in cli("files", "--tree", "--ascii", path).out.splitlines()]

    assert [(line[0], line[-1]) for line in lines] == [
        ("1.03kB", "/"),
        ("1kB", "x/"),
        ("1kB", "x/a"),
        ("0B", "y/"),
        ("0B", "x/a"),
        ("30B", "z/"),
        ("20B", "\\xff"),
        ("10B", "\\xff"),
    ]
    assert cli("files", "--tree", "--json", path).code == 2


def test_files_end_at_a_depth_and_the_largest_come_first(cli: Cli, tmp_path: Path) -> None:
    kept = layer(
        d("a"), f("a/one", "1"), d("b"), d("b/c"), f("b/c/much", "1" * 900), f("b/few", "1" * 20), f("d", "11")
    )
    path = write_tar(docker_files(Spec([kept])), tmp_path / "i.tar")

    def shown(*options: str) -> list[str]:
        return [line.split()[-1] for line in cli("files", path, *options).out.splitlines()]

    def sizes(*options: str) -> list[tuple[str, str]]:
        lines = cli("files", "--tree", "--ascii", "--sort", "size", path, *options).out.splitlines()
        return [(line.split()[0], line.split()[-1]) for line in lines]

    assert shown("--depth", "1") == ["a/", "b/", "d"]
    assert shown("--depth", "1", "b") == ["b/", "b/c/", "b/few"] == shown("--depth", "1", "--layer", "0", "/b/")
    assert shown("--depth", "0") == []
    assert shown("--sort", "size")[:4] == ["b/c/much", "b/few", "d", "a/one"]
    assert sizes("--depth", "1") == [("923B", "/"), ("920B", "b/"), ("2B", "d"), ("1B", "a/")]
    assert sizes("--depth", "1", "b") == [("920B", "b/"), ("900B", "c/"), ("20B", "few")]
    assert sizes("--depth", "0") == [("923B", "/")]
    assert [row["path"] for row in cli("files", "--json", "--depth", "1", path).json["files"]] == ["a", "b", "d"]
    assert cli("files", "--depth", "-1", path).code == 2
    for option in (("--depth", "1"), ("--sort", "size")):
        assert cli("files", "--format", "ncdu", *option, path).code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="shells there close streams in other ways")
def test_closed_streams(image: Path) -> None:
    def code(arguments: str) -> tuple[int, str]:
        command = ["sh", "-c", f"'{sys.executable}' -m imgscope {arguments}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    assert code(f"'{image}' >&-") == (2, "error: standard output is closed\nhint: write to a file with -o\n")
    assert code("nothing 2>&-") == (3, "")
    assert code("- <&-")[1].startswith("error: standard input: standard input is closed")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk(image: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "imgscope", str(image)], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert (done.returncode, done.stderr) == (2, "error: cannot write: no space left on device\n")


def test_an_index_of_many_images_needs_few_open_files(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    specs = [Spec([layer(f("a", str(number)))], tags=(f"app:{number}",)) for number in range(100)]
    path = write_directory(layout_files(*specs), tmp_path / "layout")
    done = subprocess.run(
        [sys.executable, "-m", "imgscope", "report", "--image", "app:7", str(path)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)),
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [("report",), ("report", "--format", "html"), ("cat",), ("files",)])
def test_an_output_never_takes_the_place_of_the_image(command: tuple[str, ...], cli: Cli, image: Path) -> None:
    before = image.read_bytes()
    more = ["b"] if command == ("cat",) else []
    result = cli(*command, image, *more, "-o", image)
    assert (result.code, image.read_bytes()) == (2, before)
    assert "it is read" in result.err


def test_a_report_for_ncdu_is_the_final_filesystem(cli: Cli, image: Path) -> None:
    assert cli("report", "--format", "ncdu", image).out == cli("files", "--format", "ncdu", image).out


def test_the_short_way_to_the_version_says_what_the_long_one_does(cli: Cli) -> None:
    with program("--version") as process:
        assert process.communicate()[0].decode() == cli("--version").out
