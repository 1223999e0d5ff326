"""One image as each producer saves it, beyond the plain forms of ``build``: names, orders and documents of their own.

A maker takes the image and an empty directory, and returns what to open. Like ``build`` it shares nothing with
``imgscope``.
"""

from __future__ import annotations

import bz2
import hashlib
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.build import (
    Compress,
    Spec,
    docker_files,
    gz,
    hybrid_files,
    layout_files,
    plain,
    sha,
    write_directory,
    write_tar,
    zst,
)

Maker = Callable[[Spec, Path], Path]
Document = dict[str, Any]

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
OCI_TAR = "application/vnd.oci.image.layer.v1.tar"


def packed(files: dict[str, bytes], directory: Path, links: dict[str, str] | None = None) -> Path:
    """An archive of files; ``links`` stand before what they lead to."""
    return write_tar(files, directory / "image.tar", links)


def hexed(data: bytes) -> str:
    """The hex part of a digest."""
    return sha(data)[7:]


def blob(digest: str) -> str:
    """Where a layout keeps a blob."""
    return "blobs/" + digest.replace(":", "/")


# Docker before 1.10: no manifest.json, layers know their parents.


def v1_id(spec: Spec, number: int) -> str:
    """What Docker before 1.10 calls a layer: a number that says nothing."""
    return hashlib.sha256(f"{number} of {spec.tags} {spec.architecture}".encode()).hexdigest()


def v1_documents(spec: Spec) -> list[Document]:
    """The ``json`` of each layer, lowest first; the image's own config is in each, as docker commits it."""
    steps = json.loads(spec.raw_config)["history"]
    steps = [step for step in steps if not step.get("empty_layer")]
    documents = []
    for number, step in enumerate(steps):
        document = {
            "id": v1_id(spec, number),
            "parent": v1_id(spec, number - 1),
            "created": step.get("created", spec.created),
            "author": step.get("author", ""),
            "comment": step.get("comment", ""),
            "container_config": {"Cmd": step["created_by"].split(" ")},
            "config": spec.config,
            "architecture": spec.architecture,
            "os": "linux",
            "Size": len(spec.layers[number]),
        }
        if not number:
            del document["parent"]
        documents.append(document)
    return documents


def v1_files(*specs: Spec, tagged: bool = True) -> dict[str, bytes]:
    """``docker save`` before 1.10, a layer of no files as the empty file that it was."""
    files: dict[str, bytes] = {}
    names: dict[str, dict[str, str]] = {}
    for spec in specs:
        for document, data in zip(v1_documents(spec), spec.layers, strict=True):
            files[f"{document['id']}/VERSION"] = b"1.0"
            files[f"{document['id']}/json"] = json.dumps(document).encode()
            files[f"{document['id']}/layer.tar"] = data if data.strip(b"\0") else b""
        for tag in spec.tags:
            repository, _, version = tag.rpartition(":")
            names.setdefault(repository, {})[version] = document["id"]
    return {**files, "repositories": json.dumps(names).encode()} if tagged else files


def docker_1_9(spec: Spec, directory: Path) -> Path:
    """Tagged images of Docker before 1.10."""
    return packed(v1_files(spec), directory)


def docker_1_9_by_id(spec: Spec, directory: Path) -> Path:
    """The same saved by id: nothing says which layer is the top, only that it is nobody's parent."""
    return packed(v1_files(spec, tagged=False), directory)


def docker_1_9_unpacked(spec: Spec, directory: Path) -> Path:
    """The same in a directory."""
    return write_directory(v1_files(spec), directory / "image")


# manifest.json and what the producers that write it do otherwise.


def renamed(spec: Spec, config: str, layer: Callable[[bytes], str], compress: Compress = plain) -> dict[str, bytes]:
    """Layers first, then config, then manifest.json; each layer once, by the name that ``layer`` gives it."""
    stored = [compress(data) for data in spec.layers]
    item = {"Config": config, "RepoTags": list(spec.tags), "Layers": [layer(data) for data in stored]}
    return {
        **{layer(data): data for data in stored},
        config: spec.raw_config,
        "manifest.json": json.dumps([item]).encode(),
    }


def docker_20(spec: Spec, directory: Path, tagged: bool = True) -> Path:
    """Docker 1.10 to 24: old documents beside the new, a layer that repeats is a link, before what it leads to."""
    files, links = docker_files(spec), {}
    item = json.loads(files["manifest.json"])[0]
    first: dict[bytes, str] = {}
    for number, data in enumerate(spec.layers):
        files.pop(item["Layers"][number], None)
        name = f"{v1_id(spec, number)}/layer.tar"
        if data in first:
            links[name] = f"../{first[data]}"
        else:
            first[data] = name
            files[name] = data
        files[f"{v1_id(spec, number)}/VERSION"] = b"1.0"
        files[f"{v1_id(spec, number)}/json"] = b'{"id": "old", "created": "0001-01-01T00:00:00Z"}'
        item["Layers"][number] = name
    if tagged:
        files["repositories"] = b'{"example/app": {"1": "x"}}'
    else:
        item["RepoTags"] = None
    files["manifest.json"] = json.dumps([item]).encode()
    return packed(files, directory, links)


def docker_20_by_id(spec: Spec, directory: Path) -> Path:
    """The same saved by id."""
    return docker_20(spec, directory, tagged=False)


def crane(spec: Spec, directory: Path, compress: Compress = gz) -> Path:
    """go-containerregistry's tarball (crane, ko, kaniko, apko): a colon in the config's name, ``.tar.gz`` always."""
    return packed(renamed(spec, sha(spec.raw_config), lambda data: f"{hexed(data)}.tar.gz", compress), directory)


def crane_zstd(spec: Spec, directory: Path) -> Path:
    """Layers that are zstd whatever their name says."""
    return crane(spec, directory, zst)


def layers_xz(spec: Spec, directory: Path) -> Path:
    """Layers compressed with xz, which docker loads."""
    return crane(spec, directory, lzma.compress)


def layers_bzip2(spec: Spec, directory: Path) -> Path:
    """Layers compressed with bzip2, which docker loads."""
    return crane(spec, directory, bz2.compress)


def jib(spec: Spec, directory: Path) -> Path:
    """Jib: all keys in lower case in its early versions."""
    files = renamed(spec, "config.json", lambda data: f"{hexed(data)}.tar.gz", gz)
    item = json.loads(files["manifest.json"])[0]
    files["manifest.json"] = json.dumps([{key[0].lower() + key[1:]: value for key, value in item.items()}]).encode()
    return packed(files, directory)


def rules_oci(spec: Spec, directory: Path) -> Path:
    """Bazel's rules_oci: looks like a layout, but has neither index nor oci-layout."""
    config = blob(sha(spec.raw_config))
    return packed(renamed(spec, config, lambda data: f"blobs/sha256/{hexed(data)}.tar.gz", gz), directory)


def nix(spec: Spec, directory: Path) -> Path:
    """Nix: the whole in gzip, ``./`` before names, a comment where others write the instruction."""
    config = json.loads(spec.raw_config)
    config["created"] = "1970-01-01T00:00:01+00:00"
    for step in config["history"]:
        step["comment"] = f"store paths: {step.pop('created_by')}"
    raw = json.dumps(config).encode()
    files = renamed(spec, f"{hexed(raw)}.json", lambda data: f"{hexed(data)}/layer.tar")
    files[f"{hexed(raw)}.json"] = raw
    path = packed({f"./{name}": data for name, data in files.items()}, directory)
    path.write_bytes(gz(path.read_bytes()))
    return path


def windows_names(spec: Spec, directory: Path) -> Path:
    """Docker for Windows before 2018: backslashes in the list, not in the archive."""
    files = docker_files(spec)
    files["manifest.json"] = files["manifest.json"].replace(b"/layer.tar", b"\\\\layer.tar")
    return packed(files, directory)


def podman_links(spec: Spec, directory: Path) -> Path:
    """Podman and skopeo: layers at the top by diff_id, and below every old name a link to one."""
    files = renamed(spec, f"{hexed(spec.raw_config)}.json", lambda data: f"{hexed(data)}.tar")
    links = {f"{v1_id(spec, n)}/layer.tar": f"../{hexed(data)}.tar" for n, data in enumerate(spec.layers)}
    return packed({**files, "repositories": b"{}"}, directory, links)


def podman_two(spec: Spec, directory: Path) -> Path:
    """``podman save -m``: several images, what they share once, and names put together where the image is the same."""
    other = Spec([spec.layers[0]], tags=("other/app:1",), architecture="s390x")
    files = renamed(spec, f"{hexed(spec.raw_config)}.json", lambda data: f"{hexed(data)}.tar")
    more = renamed(other, f"{hexed(other.raw_config)}.json", lambda data: f"{hexed(data)}.tar")
    items = json.loads(files["manifest.json"]) + json.loads(more["manifest.json"])
    return packed({**files, **more, "manifest.json": json.dumps(items).encode()}, directory)


def crane_legacy(spec: Spec, directory: Path) -> Path:
    """go-containerregistry's legacy form and rules_docker: Docker's old names, no history but what the config has."""
    files = docker_files(spec)
    files["repositories"] = b'{"example/app": {"1": "x"}}'
    return packed({name: files[name] for name in reversed(files)}, directory)


# Docker since 25: a layout and manifest.json in one archive.


def docker_25_random_order(spec: Spec, directory: Path) -> Path:
    """Docker 25.0.0: the layout lists layers in random order; config and manifest.json have the right one."""
    files = hybrid_files(spec)
    return packed(with_manifest(files, lambda manifest: manifest["layers"].reverse()), directory)


def docker_25_null_index(spec: Spec, directory: Path) -> Path:
    """Docker 25.0.0 to 25.0.2, saved by id: no manifest in the index at all."""
    return packed({**hybrid_files(spec), "index.json": b'{"schemaVersion":2,"manifests":null}'}, directory)


def docker_27(spec: Spec, directory: Path) -> Path:
    """Docker 25.0.3 to 28: every layer has its source, old documents are blobs that nothing leads to, no platform."""
    files = hybrid_files(spec)
    item = json.loads(files["manifest.json"])[0]
    item["LayerSources"] = {
        sha(data): {"mediaType": OCI_TAR, "size": len(data), "digest": sha(data)} for data in spec.layers
    }
    index = json.loads(files["index.json"])
    del index["manifests"][0]["platform"]
    old = b'{"id": "old"}'
    files |= {blob(sha(old)): old, "index.json": json.dumps(index).encode(), "repositories": b"{}"}
    return packed({**files, "manifest.json": json.dumps([item]).encode()}, directory)


def docker_29(spec: Spec, directory: Path) -> Path:
    """Docker's containerd store: nested index, attestation, another platform without blobs; sorted by name."""
    files = layout_files(spec, Spec([b"elsewhere"], architecture="s390x"), nested=True)
    other = sha(gz(b"elsewhere"))
    index = next(name for name, data in files.items() if b'"manifests"' in data and name != "index.json")
    inner = json.loads(files.pop(index))
    about = inner["manifests"][0]["digest"]
    inner["manifests"].append(attestation(files, about))
    raw = json.dumps(inner).encode()
    outer = json.loads(files["index.json"])["manifests"][0] | {"digest": sha(raw), "size": len(raw)}
    layers = [blob(sha(gz(data))) for data in spec.layers]
    item = {"Config": blob(sha(spec.raw_config)), "RepoTags": ["app:1"], "Layers": layers}
    del files[blob(other)]
    del files[blob(json.loads(files[blob(inner["manifests"][1]["digest"])])["config"]["digest"])]
    files[blob(sha(raw))] = raw
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [outer]}).encode()
    files["manifest.json"] = json.dumps([item]).encode()
    return packed(dict(sorted(files.items())), directory)


def with_manifest(files: dict[str, bytes], change: Callable[[Document], object]) -> dict[str, bytes]:
    """A layout whose one manifest is changed, and the index with it."""
    index = json.loads(files["index.json"])
    manifest = json.loads(files.pop(blob(index["manifests"][0]["digest"])))
    change(manifest)
    raw = json.dumps(manifest).encode()
    index["manifests"][0] |= {"digest": sha(raw), "size": len(raw)}
    return {**files, blob(sha(raw)): raw, "index.json": json.dumps(index).encode()}


def put(files: dict[str, bytes], data: bytes, media_type: str, **more: Any) -> Document:
    """Store a blob in a layout; return its descriptor."""
    files[blob(sha(data))] = data
    return {"mediaType": media_type, "digest": sha(data), "size": len(data), **more}


def attestation(files: dict[str, bytes], about: str, *, as_artifact: bool = False) -> Document:
    """BuildKit's statement about an image, as an image that is none or as an artifact; return its descriptor."""
    manifest: Document = {"schemaVersion": 2, "mediaType": MANIFEST}
    manifest["layers"] = [put(files, b'{"_type": "statement"}', "application/vnd.in-toto+json")]
    if as_artifact:
        manifest["artifactType"] = "application/vnd.docker.attestation.manifest.v1+json"
        manifest["subject"] = {"mediaType": MANIFEST, "digest": about, "size": 1}
        manifest["config"] = put(files, b"{}", EMPTY)
    else:
        manifest["config"] = put(files, b'{"os": "unknown"}', "application/vnd.oci.image.config.v1+json")
    notes = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": about}
    platform = {"os": "unknown", "architecture": "unknown"}
    raw = json.dumps(manifest).encode()
    return put(files, raw, MANIFEST, platform=platform, **({} if as_artifact else {"annotations": notes}))
