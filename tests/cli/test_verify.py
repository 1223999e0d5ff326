"""``imgscope verify`` and ``--verify``: what documents say of bytes, and whether it is so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.build import Spec, docker_files, f, gz, layer, layout_files, plain, sha, write_directory, write_tar, zst
from tests.conftest import Cli

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
    assert f"the digest is {sha(files[name])}, the documents say {sha(LAYERS[0])}" in result.out
    assert "the diff_id is" in result.out
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
        "message": "something leads to every blob",
        "findings": [lonely],
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
