"""``imgscope verify`` and ``--verify``: what documents say of bytes, and whether it is so."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imgscope.sources.archive import ArchiveFiles
from tests.build import Spec, docker_files, f, gz, layer, layout_files, plain, sha, write_directory, write_tar, zst
from tests.conftest import Cli
from tests.flavours import docker_29
from tests.hostile.making import TYPE, with_documents

LAYERS = [layer(f("a", "1" * 700)), layer(f("b", "2" * 900))]


def blob(files: dict[str, bytes], data: bytes) -> str:
    """The name of the blob that holds ``data``."""
    return next(name for name, content in files.items() if content == data)


def failed(document: dict[str, object]) -> set[str]:
    """Ids of the checks that fail, of images and of the whole."""
    images = document["verify"]
    assert isinstance(images, list)
    checks = [check for image in images for check in image["checks"]] + list(document["checks"])  # type: ignore[call-overload]
    return {check["id"] for check in checks if check["state"] == "failed"}


@pytest.mark.parametrize("compress", [plain, gz, zst])
def test_a_sound_image_is_what_it_says(compress: object, cli: Cli, tmp_path: Path) -> None:
    path = write_tar(layout_files(Spec(LAYERS), compress=compress), tmp_path / "i.tar")  # type: ignore[arg-type]
    result = cli("verify", "--json", path)

    assert result.code == 0
    assert result.json["passed"] is True
    assert failed(result.json) == set()
    digests = next(check for check in result.json["verify"][0]["checks"] if check["id"] == "digests")
    assert digests["message"].startswith("4 digests and diff_ids")


def test_a_layer_of_the_same_length_with_other_bytes_is_found(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS), compress=plain)
    name = blob(files, LAYERS[0])
    files[name] = layer(f("a", "9" * 700))
    path = write_tar(files, tmp_path / "i.tar")
    result = cli("verify", path)

    assert result.code == 3
    assert f"the digest and diff_id is {sha(files[name])}, the documents say {sha(LAYERS[0])}" in result.out
    assert cli("report", path).code == 0


def test_a_diff_id_that_the_tar_has_not_is_found_behind_a_right_digest(cli: Cli, tmp_path: Path) -> None:
    class Lying(Spec):
        @property
        def raw_config(self) -> bytes:
            return super().raw_config.replace(sha(LAYERS[0]).encode(), sha(b"other").encode())

    result = cli("verify", "--json", write_tar(layout_files(Lying(LAYERS)), tmp_path / "i.tar"))
    findings = next(check for check in result.json["verify"][0]["checks"] if check["id"] == "digests")["findings"]

    assert result.code == 3
    assert findings == [f"layer 0: the diff_id is {sha(LAYERS[0])}, the documents say {sha(b'other')}"]


def test_every_command_that_reads_layers_can_verify(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS), compress=plain)
    sound = write_tar(files, tmp_path / "sound.tar")
    files[blob(files, LAYERS[1])] = layer(f("b", "9" * 900))
    other = write_tar(files, tmp_path / "other.tar")

    assert [row["verified"] for row in cli("layers", "--json", sound).json["layers"]] == [None, None]
    assert [row["verified"] for row in cli("layers", "--json", "--verify", sound).json["layers"]] == [True, True]
    assert [row["verified"] for row in cli("layers", "--json", "--verify", other).json["layers"]] == [True, False]
    for command in ("report", "history", "layers", "files", "waste", "check"):
        assert cli(command, "--verify", sound).code == 0, command
        result = cli(command, "--verify", other)
        assert result.code == 3, command
        assert "the documents say" in result.err, command


def test_a_damaged_layer_has_its_digest_told_too(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS))
    name = blob(files, gz(LAYERS[0]))
    files[name] = files[name][:-6] + b"\0\0\0\0\0\0"
    result = cli("verify", "--json", write_tar(files, tmp_path / "i.tar"))

    assert result.code == 3
    assert failed(result.json) == {"layers", "digests"}


def test_other_blobs_are_checked_by_their_names_and_lonely_ones_told_of(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS))
    lonely = f"blobs/sha256/{sha(b'lonely')[7:]}"
    sound = write_directory({**files, lonely: b"lonely"}, tmp_path / "sound")
    wrong = write_directory({**files, lonely: b"changed"}, tmp_path / "wrong")
    told = cli("verify", "--json", sound)

    assert told.code == 0
    assert told.json["checks"][-1] == {
        "id": "references",
        "state": "note",
        "message": "nothing leads to these blobs, and they travel",
        "findings": [lonely],
        "hint": None,
    }
    assert failed(cli("verify", "--json", wrong).json) == {"blobs"}
    assert cli("verify", wrong).code == 3


def test_members_that_no_list_names_are_told_of(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(Spec(LAYERS))
    files["stray/layer.tar"] = layer(f("x", "y"))
    result = cli("verify", write_tar(files, tmp_path / "i.tar"))

    assert result.code == 0
    assert "stray/layer.tar" in result.out


def test_bytes_behind_the_end_do_not_hold(cli: Cli, tmp_path: Path) -> None:
    trailing = layer(f("a", "1")) + layer(f("smuggled", "2"))
    result = cli("verify", "--json", write_tar(docker_files(Spec([trailing])), tmp_path / "i.tar"))

    assert result.code == 3
    assert failed(result.json) == {"agreement"}


def test_every_image_of_a_file_is_verified(cli: Cli, tmp_path: Path) -> None:
    one, two = Spec(LAYERS[:1], tags=("one:1",)), Spec(LAYERS, tags=("two:1",))
    path = write_tar(docker_files(one, two), tmp_path / "i.tar")

    assert len(cli("verify", "--json", path).json["verify"]) == 2
    assert len(cli("verify", "--json", "--image", "two:1", path).json["verify"]) == 1


def test_an_image_that_cannot_be_opened_does_not_hold(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(Spec(LAYERS))
    config = json.loads(files["manifest.json"])[0]["Config"]
    del files[config]
    result = cli("verify", "--json", write_tar(files, tmp_path / "i.tar"))

    assert result.code == 3
    assert config in result.json["verify"][0]["error"]


def test_a_plain_filesystem_has_nothing_to_be_verified_by(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "fs.tar").write_bytes(LAYERS[0])

    assert cli("verify", tmp_path / "fs.tar").code == 0


def remarks(document: dict[str, object], id_: str) -> list[str]:
    """Findings of a check, of whatever it is a check."""
    images = document["verify"]
    assert isinstance(images, list)
    checks = [check for image in images for check in image["checks"]] + list(document["checks"])  # type: ignore[call-overload]
    return [finding for check in checks if check["id"] == id_ for finding in check["findings"]]


@pytest.mark.parametrize("command", ["inspect", "images"])
def test_commands_that_read_documents_alone_can_verify_too(command: str, cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS), compress=plain)
    sound = write_tar(files, tmp_path / "sound.tar")
    files[blob(files, LAYERS[1])] = layer(f("b", "9" * 900))
    other = write_tar(files, tmp_path / "other.tar")

    def verified(*arguments: str | Path) -> list[bool | None]:
        value = cli(command, "--json", *arguments).json[command]
        return [row["verified"] for row in (value if command == "images" else value["layers"])]

    many = 1 if command == "images" else 2
    assert verified(sound) == [None] * many
    assert verified("--verify", sound) == [True] * many
    assert verified("--verify", other) == ([False] if command == "images" else [True, False])
    assert cli(command, sound).code == cli(command, "--verify", sound).code == cli(command, other).code == 0
    assert cli(command, "--verify", other).code == 3


def test_inspect_alone_reads_no_layer(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.indexing.layers.index_layer", None)
    path = write_tar(layout_files(Spec(LAYERS)), tmp_path / "i.tar")

    assert cli("inspect", path).code == 0


def test_inspect_tells_of_a_layer_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS))
    del files[blob(files, gz(LAYERS[0]))]
    path = write_tar(files, tmp_path / "i.tar")

    for options in ((), ("--verify",)):
        result = cli("inspect", "--json", *options, path)
        assert result.code == 3
        assert result.json["inspect"]["layers"][0]["error"]
        assert result.json["inspect"]["layers"][0]["verified"] is None
        assert result.err.splitlines()[0].startswith(f"error: {path}[member {sha(gz(LAYERS[0]))}]: ")


@pytest.mark.parametrize("command", [["images", "--verify"], ["verify"]])
def test_layers_that_images_share_are_read_and_proven_once(
    command: list[str], cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imgscope.indexing import layers, proof

    done: list[str] = []

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any) -> Any:
            done.append(work.__name__)
            return work(*arguments)

        return counting

    monkeypatch.setattr(layers, "index_layer", counted(layers.index_layer))
    monkeypatch.setattr(proof, "_claims", counted(proof._claims))
    specs = (Spec(LAYERS[:1], tags=("one:1",)), Spec(LAYERS, tags=("two:1",)), Spec(LAYERS[1:], tags=("three:1",)))
    result = cli(*command, "--json", write_tar(docker_files(*specs), tmp_path / "i.tar"))

    found = result.json[command[0]]
    assert [row["verified"] if command[0] == "images" else row["passed"] for row in found] == [True, True, True]
    assert sorted(done) == ["_claims"] * 2 + ["index_layer"] * 2


def test_the_list_of_images_shows_what_was_verified(cli: Cli, tmp_path: Path) -> None:
    one, two = Spec(LAYERS[:1], tags=("one:1",)), Spec(LAYERS[1:], tags=("two:1",))
    files = docker_files(one, two)
    files[blob(files, LAYERS[1])] = layer(f("b", "9" * 900))
    path = write_tar(files, tmp_path / "i.tar")

    assert "VERIFIED" not in cli("images", path).out
    head, first, second, why = cli("images", "--verify", path).out.splitlines()
    assert [line.split()[-1] for line in (head, first, second)] == ["VERIFIED", "yes", "NO"]
    assert why == "two:1: a layer is not what the documents say; imgscope verify tells which"


@pytest.mark.parametrize("command", ["images", "verify"])
def test_a_platform_that_an_engine_did_not_save_is_no_fault(command: str, cli: Cli, tmp_path: Path) -> None:
    result = cli(command, "--json", docker_29(Spec(LAYERS), tmp_path))

    assert result.code == 0
    assert len(result.json[command]) == 2


@pytest.mark.parametrize("command", ["images", "verify"])
def test_a_name_of_which_nothing_was_saved_is_one(command: str, cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS, tags=("a:1",)), Spec(LAYERS[:1], tags=("b:1",)))
    digest = json.loads(files["index.json"])["manifests"][1]["digest"]
    del files[f"blobs/{digest.replace(':', '/')}"]
    path = write_tar(files, tmp_path / "i.tar")

    assert cli(command, path).code == 3
    assert digest in cli(command, path).out


@pytest.mark.parametrize("command", ["images", "verify"])
def test_what_is_missing_and_of_no_other_platform_is_a_fault(command: str, cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec(LAYERS, tags=()))
    index = json.loads(files["index.json"])
    index["manifests"].append({**index["manifests"][0], "digest": sha(b"missing")})
    files["index.json"] = json.dumps(index).encode()

    assert cli(command, write_tar(files, tmp_path / "i.tar")).code == 3


def test_an_edited_document_is_told_once_with_what_to_do(cli: Cli, tmp_path: Path) -> None:
    spec = Spec(LAYERS)
    files = layout_files(spec)
    name = blob(files, spec.raw_config)
    files[name] = files[name].replace(b"RUN step 1", b"RUN stop 1")
    result = cli("verify", write_tar(files, tmp_path / "i.tar"))

    assert result.code == 3
    assert result.out.count(sha(files[name])) == 1
    assert "hint: save the image again" in result.out


def test_what_report_warns_of_is_told(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec([layer(f("a", "1"), f("a", "2"))], history=[]), compress=plain)
    lying = with_documents(files, lambda manifest: manifest["layers"][0].update(mediaType=TYPE + "+gzip"))
    del lying["oci-layout"]
    path = write_tar(lying, tmp_path / "i.tar")
    warned = {one["message"] for one in cli("report", "--json", path).json["warnings"]}
    result = cli("verify", "--json", path)

    assert len(warned) == 3
    assert result.code == 0
    told = remarks(result.json, "remarks") + remarks(result.json, "history")
    assert {message for message in warned if any(message in finding for finding in told)} == warned
    assert len(told) == 3


def test_what_is_wrong_with_the_file_is_not_told_of_each_image(cli: Cli, tmp_path: Path) -> None:
    one, two = Spec(LAYERS[:1], tags=("one:1",)), Spec(LAYERS, tags=("two:1",))
    path = write_tar(docker_files(one, two), tmp_path / "i.tar")
    path.write_bytes(path.read_bytes() + layer(f("manifest.json", "[]")))
    result = cli("verify", "--json", path)

    assert result.code == 3
    assert len(remarks(result.json, "agreement")) == 1
    assert [image["passed"] for image in result.json["verify"]] == [True, True]


def test_an_image_that_is_written_to_meanwhile_does_not_hold(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArchiveFiles, "changed", lambda _: True)
    result = cli("verify", "--json", write_tar(docker_files(Spec(LAYERS)), tmp_path / "i.tar"))

    assert result.code == 3
    assert failed(result.json) == {"source"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_blob_that_cannot_be_read_leaves_the_rest_told(cli: Cli, tmp_path: Path) -> None:
    path = write_directory(layout_files(Spec(LAYERS)), tmp_path / "layout")
    os.mkfifo(path / "blobs" / "sha256" / ("a" * 64))
    result = cli("verify", "--json", path)

    assert result.code == 3
    assert failed(result.json) == {"blobs"}


def test_a_layer_that_a_limit_keeps_out_comes_with_the_option(cli: Cli, tmp_path: Path) -> None:
    path = write_tar(docker_files(Spec([layer(*(f(f"a{n}") for n in range(20)))])), tmp_path / "i.tar")
    result = cli("verify", "--max-entries", "10", path)

    assert result.code == 3
    assert "hint: raise the limit with --max-entries" in result.out


def test_errors_come_before_warnings_and_are_told_however_quiet(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(Spec([layer(f("a", "1"), f("a", "2")), LAYERS[1]]))
    name = blob(files, gz(LAYERS[1]))
    files[name] = files[name][:-6] + b"\0" * 6
    path = write_tar(files, tmp_path / "i.tar")
    told, hint, warning = cli("report", path).err.splitlines()

    assert told.startswith(f"error: {path}[member {name} @ byte ")
    assert told.endswith("; layer 1 could not be read")
    assert hint == "hint: save the image again"
    assert warning.startswith("warning: stored more than once")
    assert cli("report", "-q", path).err.splitlines() == [told, hint]
    assert "the documents say" in cli("report", "-q", "--verify", path).err.splitlines()[1]


def test_what_does_not_hold_is_told_with_the_file_that_it_is_in(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = layout_files(Spec(LAYERS), compress=plain)
    files[blob(files, LAYERS[1])] = layer(f("b", "9" * 900))
    path = write_tar(files, tmp_path / "i.tar")

    assert cli("report", "--verify", path).err.startswith(
        f"error: {path}: the digest is {sha(layer(f('b', '9' * 900)))}"
    )
    with path.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert cli("report", "--verify", "-").err.startswith("error: standard input: the digest is ")


def test_of_many_errors_the_first_are_told(cli: Cli, tmp_path: Path) -> None:
    layers = [layer(f(f"a{n}", "1")) for n in range(25)]
    files = layout_files(Spec(layers))
    for data in layers:
        del files[blob(files, gz(data))]
    path = write_tar(files, tmp_path / "i.tar")

    told, hint = cli("report", path).err.splitlines()[10:]
    assert told == "error: 15 more; --verbose shows them"
    assert hint == "hint: save or copy the image again, with all its layers"
    assert len(cli("report", "-v", path).err.splitlines()) == 25 + len([hint])
