"""One image in layouts and ``dir:`` copies as builders and registries have them, and layers in their special forms."""

from __future__ import annotations

import json
import struct
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.build import BLOCK, Compress, Spec, dir_files, entry, f, gz, layout_files, plain, sha, write_directory, zst
from tests.flavours import (
    INDEX,
    MANIFEST,
    Document,
    Maker,
    attestation,
    blob,
    hexed,
    packed,
    put,
    v1_documents,
    with_manifest,
)

DOCKER = "application/vnd.docker."
_DOCKER_TYPES = {
    f"{MANIFEST}": f"{DOCKER}distribution.manifest.v2+json",
    f"{INDEX}": f"{DOCKER}distribution.manifest.list.v2+json",
    "application/vnd.oci.image.config.v1+json": f"{DOCKER}container.image.v1+json",
    "application/vnd.oci.image.layer.v1.tar+gzip": f"{DOCKER}image.rootfs.diff.tar.gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd": f"{DOCKER}image.rootfs.diff.tar.zstd",
}


def in_directory(files: dict[str, bytes], directory: Path) -> Path:
    """Files as a directory to open."""
    return write_directory(files, directory / "image")


def with_index(files: dict[str, bytes], change: Callable[[Document], object]) -> dict[str, bytes]:
    """A layout whose index is changed."""
    index = json.loads(files["index.json"])
    change(index)
    return {**files, "index.json": json.dumps(index).encode()}


def docker_typed(files: dict[str, bytes]) -> dict[str, bytes]:
    """A layout with Docker's media types in place of OCI's."""

    def change(document: Document) -> None:
        for one in (document, document.get("config", {}), *document.get("layers", []), *document.get("manifests", [])):
            if one.get("mediaType") in _DOCKER_TYPES:
                one["mediaType"] = _DOCKER_TYPES[one["mediaType"]]

    return with_index(with_manifest(files, change), change)


# Layouts.


def docker_types(spec: Spec, directory: Path) -> Path:
    """BuildKit with ``oci-mediatypes=false``."""
    return packed(docker_typed(layout_files(spec)), directory)


def docker_types_zstd(spec: Spec, directory: Path) -> Path:
    """The same with zstd, a type that only BuildKit writes."""
    return packed(docker_typed(layout_files(spec, compress=zst)), directory)


def buildx(spec: Spec, directory: Path, as_artifact: bool = False) -> Path:
    """BuildKit's ``type=oci``: image and attestation in an index."""
    files = layout_files(spec, nested=True)
    name = next(name for name, data in files.items() if b'"manifests"' in data and name != "index.json")
    inner = json.loads(files.pop(name))
    inner["manifests"].append(attestation(files, inner["manifests"][0]["digest"], as_artifact=as_artifact))
    raw = json.dumps(inner).encode()
    files[blob(sha(raw))] = raw
    return packed(
        with_index(files, lambda index: index["manifests"][0].update(digest=sha(raw), size=len(raw))), directory
    )


def buildx_artifact(spec: Spec, directory: Path) -> Path:
    """The same with the attestation as an OCI artifact that only its subject ties to the image."""
    return buildx(spec, directory, as_artifact=True)


def jib_oci(spec: Spec, directory: Path) -> Path:
    """Jib's OCI form: blobs before documents, the full name as reference name."""

    def name(index: Document) -> None:
        index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": spec.tags[0]}

    return packed(with_index(layout_files(spec), name), directory)


def crane_layout(spec: Spec, directory: Path) -> Path:
    """crane, ko, kaniko and apko: a directory; the name is left out."""
    return in_directory(
        with_index(layout_files(spec), lambda index: index["manifests"][0].pop("annotations")), directory
    )


def umoci(spec: Spec, directory: Path) -> Path:
    """umoci: the tag alone as reference name, blobs that nothing leads to."""

    def name(index: Document) -> None:
        index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": "1"}

    files = layout_files(spec)
    put(files, b"left behind", "")
    return in_directory(with_index(files, name), directory)


def bazel(spec: Spec, directory: Path) -> Path:
    """Bazel's rules_oci: blobs are links, here to where the rule keeps them inside the directory."""
    path = in_directory(layout_files(spec), directory)
    (path / "kept").mkdir()
    for number, one in enumerate(sorted((path / "blobs" / "sha256").iterdir())):
        one.rename(path / "kept" / str(number))
        one.symlink_to(f"../../kept/{number}")
    return path


def rules_oci_tags(spec: Spec, directory: Path) -> Path:
    """rules_oci's archive: the manifest once for each tag."""
    return packed(
        with_index(
            layout_files(spec),
            lambda index: index["manifests"].append(
                {**index["manifests"][0], "annotations": {"org.opencontainers.image.ref.name": "example/app:2"}}
            ),
        ),
        directory,
    )


def with_media_type(suffix: str, *, kept: bool = True) -> Maker:
    """A maker of a layout whose lowest layer bears another media type, and may be left out."""

    def make(spec: Spec, directory: Path) -> Path:
        def name(manifest: Document) -> None:
            manifest["layers"][0] |= {"mediaType": f"application/vnd.{suffix}", "urls": ["https://example/layer"]}

        files = with_manifest(layout_files(spec), name)
        if not kept:
            del files[blob(sha(gz(spec.layers[0])))]
        return packed(files, directory)

    return make


def artifact(config: str, *layers: str, artifact_type: str = "") -> dict[str, bytes]:
    """A layout of one manifest that is no image's: the media types of its config and layers, and its own."""
    files: dict[str, bytes] = {}
    manifest: Document = {"schemaVersion": 2, "mediaType": MANIFEST}
    manifest["config"] = put(files, b"{}", config)
    manifest["layers"] = [put(files, b"data %d" % number, kind) for number, kind in enumerate(layers)]
    if artifact_type:
        manifest["artifactType"] = artifact_type
    return with_one(files, put(files, json.dumps(manifest).encode(), MANIFEST))


def with_one(files: dict[str, bytes], *entries: Document) -> dict[str, bytes]:
    """The documents that make blobs a layout."""
    index = json.dumps({"schemaVersion": 2, "manifests": entries}).encode()
    return {**files, "index.json": index, "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}


# Copies of a registry.


def dir_old_names(spec: Spec, directory: Path) -> Path:
    """skopeo's first ``dir:`` copies: blobs end in ``.tar``."""
    files = {name + ".tar" * (len(name) == 64): data for name, data in dir_files(spec).items()}
    return in_directory(files, directory)


def dir_list(spec: Spec, directory: Path) -> Path:
    """``skopeo copy --all dir:``: a list, its manifests in files of their own."""
    files = dir_files(spec)
    one = files.pop("manifest.json")
    files[f"{hexed(one)}.manifest.json"] = one
    platform = {"os": "linux", "architecture": spec.architecture}
    entries = [{"mediaType": MANIFEST, "digest": sha(one), "size": len(one), "platform": platform}]
    files["manifest.json"] = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()
    return in_directory(files, directory)


def dir_schema1(spec: Spec, directory: Path) -> Path:
    """A manifest of Docker's first schema: top layer first, a step without files has the blob of an empty layer."""
    steps, layers = [], []
    documents = iter(zip(v1_documents(spec), spec.layers, strict=True))
    for step in json.loads(spec.raw_config)["history"]:
        if step.get("empty_layer"):
            command = {"Cmd": [step["created_by"]]}
            steps.append({"container_config": command, "created": step["created"], "throwaway": True})
            layers.append(gz(bytes(2 * BLOCK)))
        else:
            document, data = next(documents)
            steps.append(document)
            layers.append(gz(data))
    for number, step in enumerate(steps):
        step["id"] = hexed(b"step %d" % number)
        step |= {"parent": hexed(b"step %d" % (number - 1))} if number else {}
    repository, _, tag = spec.tags[0].rpartition(":")
    manifest: Document = {"schemaVersion": 1, "name": repository, "tag": tag, "architecture": spec.architecture}
    manifest["fsLayers"] = [{"blobSum": sha(data)} for data in reversed(layers)]
    manifest["history"] = [{"v1Compatibility": json.dumps(step)} for step in reversed(steps)]
    body = json.dumps(manifest, indent=3)
    tail = urlsafe_b64encode(b"\n}").decode().rstrip("=")
    protected = json.dumps({"formatLength": len(body) - 2, "formatTail": tail}).encode()
    manifest["signatures"] = [{"protected": urlsafe_b64encode(protected).decode().rstrip("="), "signature": "x"}]
    files = {hexed(data): data for data in layers}
    files |= {
        "manifest.json": json.dumps(manifest, indent=3).encode(),
        "version": b"Directory Transport Version: 1.1\n",
    }
    return in_directory(files, directory)


# Layers of special forms.


def members(data: bytes) -> list[bytes]:
    """The entries of a layer, each with the headers that belong to it."""
    found, position, start = [], 0, 0
    while data[position : position + BLOCK].strip(b"\0"):
        size = int(data[position + 124 : position + 135], 8)
        kind = data[position + 156 : position + 157]
        position += BLOCK + -(-size // BLOCK) * BLOCK
        if kind not in b"xLK":
            found.append(data[start:position])
            start = position
    return found


TOC = b'{"version": 1, "entries": []}'
_END = bytes(2 * BLOCK)


def estargz_tar(data: bytes, landmark: str = ".no.prefetch.landmark") -> bytes:
    """A layer's tar as eStargz has it: a landmark, the entries, the table of contents as the last one."""
    return entry(f(landmark, b"\x0f")) + b"".join(members(data)) + entry(f("stargz.index.json", TOC)) + _END


def estargz_tar_lossless(data: bytes) -> bytes:
    """The same with the end of the archive kept where it was, and the table of contents behind it."""
    return data + entry(f("stargz.index.json", TOC)) + _END


def gzip_members(data: bytes) -> bytes:
    """eStargz: a gzip member for each entry, and an empty one that tells where the table of contents lies."""
    parts = members(data)
    extra = b"SG" + struct.pack("<H", 22) + b"%016xSTARGZ" % sum(len(gz(part)) for part in parts[:-1])
    footer = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<H", len(extra)) + extra + b"\x01\0\0\xff\xff" + bytes(8)
    return b"".join(map(gz, [*parts, data[sum(map(len, parts)) :]])) + footer


def zstd_chunked(data: bytes, first: bytes = b"") -> bytes:
    """zstd:chunked: a frame for each entry, what is known of them in skippable frames behind."""
    parts = members(data)
    frames = b"".join(map(zst, [*parts, data[sum(map(len, parts)) :]]))
    return first + frames + _skippable(zst(TOC)) + _skippable(zst(b"{}")) + _skippable(bytes(56) + b"GNUlInUx")


def zstd_skippable_first(data: bytes) -> bytes:
    """The same with a skippable frame in front."""
    return zstd_chunked(data, _skippable(b"begins here"))


def _skippable(payload: bytes) -> bytes:
    return struct.pack("<II", 0x184D2A50, len(payload)) + payload


def _as_zstd(document: Document) -> None:
    for one in document.get("layers", []):
        one["mediaType"] = one["mediaType"].replace("+gzip", "+zstd")


def in_form(store: Compress, tar: Compress = plain) -> Maker:
    """A maker of a layout whose layers are made and stored in a form of their own."""

    def make(spec: Spec, directory: Path) -> Path:
        files = layout_files(replace(spec, layers=[tar(data) for data in spec.layers]), compress=store)
        return packed(
            with_manifest(files, _as_zstd) if store in (zstd_chunked, zstd_skippable_first) else files, directory
        )

    return make
