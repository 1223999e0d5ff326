"""One image as real engines saved it in every form they have: what is listed is what engines unpack."""

from __future__ import annotations

import os
import sys
import tarfile
from pathlib import Path

import pytest

import imgscope
from tests.records import differences

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# What was built anew elsewhere has a record of its own.
_RECORDS = {"good.podman-built": "good-pm", "good.buildah": "good-bah", "good.docker29": "good-29"}
_FORMS = (
    *("good.docker20.tar", "good.docker20.tar.gz", "good.docker20.tar.zst", "good.docker29.tar"),
    *("good.podman-docker.tar", "good.podman-docker-dir", "good.podman-oci.tar", "good.podman-oci-dir"),
    *("good.podman-built.tar", "good.podman-built-oci.tar", "good.buildah-oci", "good.buildah-zstdchunked.tar"),
    *("good.skopeo-docker.tar", "good.skopeo-dir", "good.skopeo-dir-gz", "good.skopeo-oci", "good.skopeo-oci.tar"),
    *("good.skopeo-oci-zstd", "good.skopeo-oci-zstd.tar"),
    *("good.crane-docker.tar", "good.crane-legacy.tar", "good.crane-oci"),
)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The saved forms, unpacked. Far too large to be fixtures."""
    packed = _place() / "good.tar.zst"
    if not packed.is_file():
        pytest.skip(f"the images that real engines saved are not at {packed.parent} (set IMGSCOPE_REAL_IMAGES)")
    directory = tmp_path_factory.mktemp("real")
    with zstd.open(packed) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        archive.extractall(directory, filter="data")
    return directory


def _place() -> Path:
    place = os.environ.get("IMGSCOPE_REAL_IMAGES")
    return Path(place) if place else Path(__file__).parents[3] / "shared" / "data" / "images"


def _record(name: str) -> Path:
    record = next((record for start, record in _RECORDS.items() if name.startswith(start)), "good")
    return _place() / "truth" / f"{record}.tsv"


def test_each_form_is_tried(images: Path) -> None:
    assert {path.name for path in images.iterdir()} == set(_FORMS)


@pytest.mark.parametrize("name", _FORMS)
def test_it_holds_what_engines_unpack(name: str, images: Path) -> None:
    with imgscope.open_image(str(images / name)) as opened:
        inspection = imgscope.inspect(opened)

    assert inspection.complete
    assert inspection.warnings == ()
    assert differences(inspection.filesystem, _record(name)) == {}


def test_without_its_list_it_is_what_docker_saved_before_1_10(images: Path, tmp_path: Path) -> None:
    with tarfile.open(images / "good.docker20.tar") as archive:
        archive.extractall(tmp_path, filter="data")
    (tmp_path / "manifest.json").unlink()
    with imgscope.open_image(str(tmp_path)) as opened:
        inspection = imgscope.inspect(opened)

    assert (opened.origin.flavour, opened.image.tags) == ("docker-v1-layout", ("corpus/good:1",))
    assert differences(inspection.filesystem, _record("good")) == {}
