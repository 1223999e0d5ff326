"""What well-known tools need for the same work: they list layers, decompress them, analyse and copy images."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Command

_ALL_PASSES = ["--lowestEfficiency=0", "--highestWastedBytes=disabled", "--highestUserWastedPercent=disabled"]
_TOOLS = {".tar": ("tar -tvf", "bsdtar -tf"), ".gz": ("igzip -dc", "gzip -dc"), ".zst": ("zstd -dc",)}
_SUFFIX = {b"\x1f\x8b": "gz", b"\x28\xb5": "zst"}


def layers(image: Path, directory: Path) -> list[Path]:
    """The layers of an archive as files, lowest first: tools that are no container tools read nothing else."""
    found = []
    with tarfile.open(image) as archive:
        for number, name in enumerate(_layer_names(archive)):
            blob = archive.extractfile(name)
            assert blob
            suffix = _SUFFIX.get(blob.read(2), "tar")
            blob.seek(0)
            found.append(directory / f"layer{number:02}.{suffix}")
            with blob, found[-1].open("wb") as out:
                shutil.copyfileobj(blob, out, 1 << 20)
    return found


def _layer_names(archive: tarfile.TarFile) -> list[str]:
    def read(name: str) -> Any:
        file = archive.extractfile(name)
        assert file
        return json.load(file)

    def blob(descriptor: Any) -> str:
        return f"blobs/{descriptor['digest'].replace(':', '/')}"

    if "manifest.json" in archive.getnames():
        names: list[str] = read("manifest.json")[0]["Layers"]
        return names
    manifest = read(blob(read("index.json")["manifests"][0]))
    return [blob(layer) for layer in manifest["layers"]]


def on_layers(files: Sequence[Path]) -> Iterator[tuple[str, Command]]:
    """Work that needs only the layers: listing where they are plain, else decompressing two at a time."""
    for tool in _TOOLS[files[0].suffix]:
        name, _, _ = tool.partition(" ")
        if not shutil.which(name):
            continue
        if files[0].suffix == ".tar":
            script, how = f'for layer; do {tool} "$layer"; done', "one after another"
        else:
            script, how = f'printf "%s\\0" "$@" | xargs -0 -n 1 -P 2 {tool}', "two at a time"
        yield name, Command(f"`{tool} LAYER`, {how}", ["sh", "-c", script, "sh", *files])


def on_image(image: Path, scratch: Path) -> Iterator[tuple[str, Command]]:
    """Work on an archive as it is."""
    kind = "oci-archive" if "-oci-" in image.name else "docker-archive"
    if shutil.which("dive"):
        arguments: list[str | Path] = ["dive", "--ci", "--source", "docker-archive", image, *_ALL_PASSES]
        yield "dive", Command(f"`dive --ci {image.name}`", arguments)
    if shutil.which("skopeo"):
        source = f"{kind}:{image}"
        temporary = {"TMPDIR": str(scratch)}
        yield "skopeo inspect", Command("`skopeo inspect`", ["skopeo", "inspect", source], temporary)
        copy = 'skopeo copy -q "$1" "dir:$2" && rm -rf "$2"'
        arguments = ["sh", "-c", copy, "sh", source, scratch / "copy"]
        yield "skopeo copy", Command("`skopeo copy` to `dir:`", arguments, temporary)
