"""What is no image, or not all of one, is named: one line with the reason, a row that says why, or a list."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import imgscope
from imgscope.errors import ImgscopeError
from imgscope.sources.detect import open_source
from tests.build import Spec, d, docker_files, f, gz, layer, layout_files, plain, sha, write_tar
from tests.conftest import Cli
from tests.flavours import EMPTY, MANIFEST, OCI_TAR, Document, attestation, blob, hexed, packed, put, with_manifest
from tests.sources.layouts import artifact, in_directory, with_index, with_media_type, with_one

SPEC = Spec([layer(d("etc"), f("etc/a", "x" * 700)), layer(f("etc/b", "y" * 300))])
CONFIG = "application/vnd.oci.image.config.v1+json"
LOWEST = blob(sha(gz(SPEC.layers[0])))

ARTIFACTS = {
    "a chart": (
        artifact("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
        "application/vnd.cncf.helm.config.v1+json",
    ),
    "a module": (
        artifact("application/vnd.wasm.config.v0+json", "application/wasm"),
        "application/vnd.wasm.config.v0+json",
    ),
    "a module with an image's config": (
        artifact(CONFIG, "application/vnd.wasm.content.layer.v1+wasm"),
        "application/vnd.wasm.content.layer.v1+wasm",
    ),
    "a signature": (
        artifact(CONFIG, "application/vnd.dev.cosign.simplesigning.v1+json"),
        "application/vnd.dev.cosign.simplesigning.v1+json",
    ),
    "a file": (artifact(EMPTY, "text/plain", artifact_type="application/x-thing"), "application/x-thing"),
    "a list of parts": (artifact(EMPTY, "text/spdx+json"), EMPTY),
    "an artifact without layers": (artifact(EMPTY, artifact_type="application/x-thing"), "application/x-thing"),
    "a type alone": (artifact(CONFIG, artifact_type="application/x-thing"), "application/x-thing"),
    "a build cache": (
        artifact("application/vnd.buildkit.cacheconfig.v0", f"{OCI_TAR}+gzip"),
        "application/vnd.buildkit.cacheconfig.v0",
    ),
    "a plugin": (
        artifact("application/vnd.docker.plugin.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip"),
        "application/vnd.docker.plugin.v1+json",
    ),
    "layers that are filesystems": (
        artifact(CONFIG, "application/vnd.erofs.layer.v1+erofs"),
        "application/vnd.erofs.layer.v1+erofs",
    ),
}


@pytest.mark.parametrize("name", ARTIFACTS)
def test_an_artifact_is_listed_and_is_no_image(name: str, cli: Cli, tmp_path: Path) -> None:
    files, kind = ARTIFACTS[name]
    path = packed(files, tmp_path)
    listed = cli("images", "--json", path)

    assert (listed.code, listed.json["images"]) == (0, [])
    assert [row["kind"] for row in listed.json["artifacts"]] == [kind]
    result = cli("report", path)
    assert result.code == 3
    assert f"holds no image, only artifacts: {kind}" in result.err


def test_a_build_cache_without_manifest_is_listed_blob_by_blob(cli: Cli, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    one = put(files, gz(SPEC.layers[0]), f"{OCI_TAR}+gzip")
    other = put(files, b"{}", "application/vnd.buildkit.cacheconfig.v0")
    listed = cli("images", "--json", packed(with_one(files, one, other), tmp_path))

    assert [row["kind"] for row in listed.json["artifacts"]] == [one["mediaType"], other["mediaType"]]


def test_attestations_alone_are_no_image(cli: Cli, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    path = packed(with_one(files, attestation(files, sha(b"image"))), tmp_path)

    assert [row["about"] for row in cli("images", "--json", path).json["attestations"]] == [sha(b"image")]
    assert "holds no image, only attestations" in cli(path).err
    assert cli("images", "--image", "x", path).code == 3


def test_a_statement_tells_by_its_subject_what_it_is_about(tmp_path: Path) -> None:
    files = layout_files(SPEC)
    about = json.loads(files["index.json"])["manifests"][0]["digest"]
    statement = attestation(files, about, as_artifact=True)
    source = open_source(str(packed(with_index(files, lambda index: index["manifests"].append(statement)), tmp_path)))
    source.close()

    assert [other.about for other in source.catalogue.attestations] == [about]


def test_an_image_that_bears_a_type_is_an_image(tmp_path: Path) -> None:
    files = with_manifest(layout_files(SPEC), lambda manifest: manifest.update(artifactType="application/x-thing"))
    with imgscope.open_image(str(packed(files, tmp_path))) as opened:
        assert opened.image.id == sha(SPEC.raw_config)


LAYERS = {
    "encrypted": (with_media_type("oci.image.layer.v1.tar+gzip+encrypted"), "encrypted"),
    "encrypted, from elsewhere": (
        with_media_type("oci.image.layer.nondistributable.v1.tar+zstd+encrypted"),
        "encrypted",
    ),
    "docker's, left elsewhere": (
        with_media_type("docker.image.rootfs.foreign.diff.tar.gzip", kept=False),
        "foreign layer, not in the file",
    ),
    "left elsewhere": (
        with_media_type("oci.image.layer.nondistributable.v1.tar+gzip", kept=False),
        "foreign layer, not in the file",
    ),
    "left out": (with_media_type("oci.image.layer.v1.tar+gzip", kept=False), "missing"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_that_cannot_be_read_keeps_its_size_and_hides_no_other(name: str, cli: Cli, tmp_path: Path) -> None:
    make, reason = LAYERS[name]
    result = cli("report", "--json", make(SPEC, tmp_path))
    lowest, upper = result.json["layers"]

    assert (result.code, result.json["complete"]) == (3, False)
    assert lowest["error"].endswith(reason)
    assert (lowest["stored_bytes"], upper["error"], upper["content_bytes"]) == (len(gz(SPEC.layers[0])), None, 300)


def test_docker_says_where_a_layer_is_that_it_left_out(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(SPEC)
    item = json.loads(files["manifest.json"])[0]
    del files[item["Layers"][0]]
    kind = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    item["layersources"] = {sha(SPEC.layers[0]): {"mediaType": kind, "size": 99, "digest": sha(b"x")}}
    files["manifest.json"] = json.dumps([item]).encode()
    lowest = cli("report", "--json", packed(files, tmp_path)).json["layers"][0]

    assert lowest["error"].endswith("foreign layer, not in the file")
    assert (lowest["stored_bytes"], lowest["media_type"]) == (99, kind)


@pytest.mark.parametrize("kind", ["outside", "loop", "directory", "fifo"])
def test_a_blob_that_is_no_file_of_the_directory_hides_no_other(kind: str, cli: Cli, tmp_path: Path) -> None:
    path = in_directory(layout_files(SPEC), tmp_path)
    (tmp_path / "secret").write_bytes(gz(SPEC.layers[0]))
    place = path / LOWEST
    place.unlink()
    makers: dict[str, Any] = {
        "outside": lambda: place.symlink_to(tmp_path / "secret"),
        "loop": lambda: place.symlink_to(place.name),
        "directory": place.mkdir,
        "fifo": lambda: os.mkfifo(place),
    }
    makers[kind]()
    result = cli("report", "--json", path)

    assert result.code == 3
    assert [bool(row["error"]) for row in result.json["layers"]] == [True, False]
    assert result.json["layers"][0]["content_bytes"] == 0


@pytest.mark.parametrize("name", ["index.json", f"blobs/sha256/{hexed(SPEC.raw_config)}"])
def test_a_document_outside_the_directory_is_not_read(name: str, tmp_path: Path) -> None:
    path = in_directory(layout_files(SPEC), tmp_path)
    (path / name).rename(tmp_path / "elsewhere")
    (path / name).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ImgscopeError, match="leads out of the directory"):
        imgscope.open_image(str(path))


FOREIGN = {
    "SIF": (b"#!/usr/bin/env run-singularity\n".ljust(32, b"\0") + b"SIF_MAGIC\0", "a Singularity image (SIF)"),
    "SIF of another start": (bytes(32) + b"SIF_MAGIC\x0001\0", "a Singularity image (SIF)"),
    "squashfs": (b"hsqs", "a squashfs filesystem"),
    "ext4": (bytes(1080) + b"\x53\xef", "ext4"),
    "erofs": (bytes(1024) + b"\xe2\xe1\xf5\xe0", "EROFS"),
    "iso": (bytes(32769) + b"CD001", "ISO 9660"),
    "qcow2": (b"QFI\xfb", "qcow2"),
    "disk": (bytes(510) + b"\x55\xaa", "a disk image"),
    "deb": (b"!<arch>\ndebian-binary", "Debian package"),
    "cpio": (b"070701" + b"0" * 104, "cpio"),
    "wasm": (b"\0asm\x01\0\0\0", "WebAssembly"),
    "html": (b"<!DOCTYPE html>", "HTML"),
    "lz4": (b"\x04\x22\x4d\x18", "compressed with lz4"),
    "lzma": (b"\x5d\0\0\x80\0", "compressed with lzma"),
    "bytes": (b"\xff\0\xfe" * 300, "neither a tar archive nor compressed in a known way"),
    "text": (("\N{WHITE SMILING FACE}" * 300).encode() + b" " * 40000, "a text file"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_archive_is_called_by_its_name(name: str, tmp_path: Path) -> None:
    content, says = FOREIGN[name]
    path = tmp_path / "input"
    path.write_bytes(content + bytes(5000) if name != "text" else content)

    with pytest.raises(ImgscopeError) as caught:
        imgscope.open_image(str(path))
    assert says in caught.value.what


def test_one_blob_cannot_be_two_layers(tmp_path: Path) -> None:
    files = docker_files(SPEC)
    item = json.loads(files["manifest.json"])[0]
    item["Layers"] = item["Layers"][:1] * 2
    files["manifest.json"] = json.dumps([item]).encode()

    with pytest.raises(ImgscopeError, match="is listed as two layers"):
        imgscope.open_image(str(packed(files, tmp_path)))
    same = Spec([SPEC.layers[0]] * 2)
    with imgscope.open_image(str(packed(docker_files(same), tmp_path))) as opened:
        assert len(opened.image.layers) == 2


def test_a_malformed_digest_in_an_index_hides_no_other_image(cli: Cli, tmp_path: Path) -> None:
    bad: Document = {"mediaType": MANIFEST, "digest": "sha256:../../../etc/passwd", "size": 1}
    files = with_index(layout_files(SPEC), lambda index: index["manifests"].insert(0, bad))
    path = packed(files, tmp_path)

    assert cli("report", "--json", path).json["image"]["id"] == sha(SPEC.raw_config)
    listed = cli("images", "--json", path).json["images"]
    assert "malformed digest" in listed[0]["error"]
    assert listed[1]["error"] is None


def test_notes_that_are_no_text_are_taken_as_they_are_written(tmp_path: Path) -> None:
    def notes(document: Document) -> None:
        document["annotations"] = {"a": 1, "b": None, "c": ["x"]}

    files = with_index(with_manifest(layout_files(SPEC), notes), notes)
    with imgscope.open_image(str(packed(files, tmp_path))) as opened:
        assert opened.image.manifest
        assert opened.image.manifest.annotations == {"a": "1", "b": "", "c": '["x"]'}


@pytest.mark.parametrize(
    ("data", "present", "warnings"),
    [
        ("right", True, []),
        ("right", False, []),
        ("e30=", True, ["conflicting-documents"]),
        ("not base64", True, ["conflicting-documents"]),
    ],
)
def test_a_config_may_lie_in_its_descriptor(data: str, present: bool, warnings: list[str], tmp_path: Path) -> None:
    from base64 import b64encode

    right = b64encode(SPEC.raw_config).decode()
    files = with_manifest(
        layout_files(SPEC, compress=plain),
        lambda manifest: manifest["config"].update(data=right if data == "right" else data),
    )
    if not present:
        del files[blob(sha(SPEC.raw_config))]
    with imgscope.open_image(str(packed(files, tmp_path))) as opened:
        assert opened.image.id == sha(SPEC.raw_config)
        assert [warning.code for warning in opened.warnings] == warnings


def test_data_in_a_descriptor_is_held_to_its_digest(tmp_path: Path) -> None:
    files = with_manifest(layout_files(SPEC), lambda manifest: manifest["config"].update(data="e30="))
    del files[blob(sha(SPEC.raw_config))]

    with pytest.raises(ImgscopeError, match="its descriptor says"):
        imgscope.open_image(str(write_tar(files, tmp_path / "i.tar")))
