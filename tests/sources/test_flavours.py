"""Whatever engine or builder saved an image, it is the same image: layers, history, tags and accounting."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import imgscope
from imgscope.report.build import build_report
from imgscope.report.files import final_inodes
from imgscope.sources.detect import open_source
from tests import flavours
from tests.build import E, Spec, d, docker_files, f, h, layer, o, s, w, write_directory
from tests.flavours import Maker, packed
from tests.sources import layouts
from tests.sources.layouts import estargz_tar, estargz_tar_lossless, gzip_members, in_form, zstd_chunked

WHEN = "2026-01-02T03:04:05.678901234Z"
LOWEST = layer(d("usr"), d("usr/lib"), s("lib", "usr/lib"), f("usr/lib/a", "a" * 1000), f("usr/lib/b", "b" * 500))
SPEC = Spec(
    [
        LOWEST,
        layer(f("usr/lib/a", "A" * 1000), w("usr/lib/b"), d("opt"), f("opt/x", "x" * 300), h("opt/y", "opt/x")),
        layer(),
        layer(d("opt"), o("opt"), f("opt/z", "z"), f("usr/lib/a", "A" * 1000, mode=0o755)),
        LOWEST,
    ],
    history=[
        {"created": WHEN, "created_by": "/bin/sh -c #(nop) ADD file:1 in / "},
        {"created": WHEN, "created_by": "/bin/sh -c make install", "comment": "c", "author": "a"},
        {"created": WHEN, "created_by": "ENV A=1", "empty_layer": True},
        {"created": WHEN, "created_by": "RUN /bin/sh -c true # buildkit"},
        {"created": WHEN, "created_by": "COPY opt /opt # buildkit"},
        {"created": WHEN, "created_by": "COPY --from=0 / /"},
    ],
    config={"User": "1000", "Env": ["A=1"], "Cmd": ["sh"], "Labels": {"k": "v"}, "Volumes": {"/data": {}}},
)
NAME = "example/app:1"

OF_THE_FORM = frozenset({"digest", "media_type", "compression", "stored_bytes"})
UNCOMPRESSED_DIGESTS = frozenset({"diff_id", "chain_id"})
TEXTS = frozenset({"created_by", "comment", "instruction"})
SIZES = UNCOMPRESSED_DIGESTS | {"entries", "files", "added", "modified", "tar_bytes", "content_bytes", "accounting"}


@dataclass(frozen=True)
class Loads:
    """A form that loads: how it is made, what it keeps of names, what it does not hold, what is said of it."""

    make: Maker
    tags: tuple[str, ...] = (NAME,)
    lacks: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


V1 = UNCOMPRESSED_DIGESTS | {"steps without a layer", "tar_bytes", "accounting"}
FORMS = {
    "docker 1.9": Loads(flavours.docker_1_9, lacks=V1),
    "docker 1.9, by id": Loads(flavours.docker_1_9_by_id, (), V1),
    "docker 1.9, unpacked": Loads(flavours.docker_1_9_unpacked, lacks=V1),
    "docker 20": Loads(flavours.docker_20),
    "docker 20, by id": Loads(flavours.docker_20_by_id, ()),
    "docker 25.0.0, random order": Loads(flavours.docker_25_random_order, warnings=("unusable-index",)),
    "docker 25.0.0, null index": Loads(flavours.docker_25_null_index, warnings=("unusable-index",)),
    "docker 27": Loads(flavours.docker_27),
    "docker 29": Loads(flavours.docker_29),
    "docker for Windows, 2017": Loads(flavours.windows_names),
    "podman, docker-archive": Loads(flavours.podman_links),
    "podman, docker-archive of two": Loads(flavours.podman_two, warnings=("several-images",)),
    "crane": Loads(flavours.crane),
    "crane, zstd": Loads(flavours.crane_zstd),
    "crane, legacy": Loads(flavours.crane_legacy),
    "crane, layout": Loads(layouts.crane_layout, ()),
    "layers in xz": Loads(flavours.layers_xz),
    "layers in bzip2": Loads(flavours.layers_bzip2),
    "jib": Loads(flavours.jib),
    "jib, oci": Loads(layouts.jib_oci),
    "rules_oci": Loads(flavours.rules_oci),
    "rules_oci, layout of links": Loads(layouts.bazel),
    "rules_oci, two tags": Loads(layouts.rules_oci_tags, warnings=("several-images",)),
    "nix": Loads(flavours.nix, lacks=TEXTS | {"created"}),
    "buildx": Loads(layouts.buildx),
    "buildx, attestation as artifact": Loads(layouts.buildx_artifact),
    "docker's media types": Loads(layouts.docker_types),
    "docker's media types, zstd": Loads(layouts.docker_types_zstd),
    "a layer from elsewhere that is there": Loads(
        layouts.with_media_type("docker.image.rootfs.foreign.diff.tar.gzip", kept=True)
    ),
    "umoci": Loads(layouts.umoci, ("1",)),
    "dir, old names": Loads(layouts.dir_old_names, ()),
    "dir, list": Loads(layouts.dir_list, ()),
    "dir, schema 1": Loads(layouts.dir_schema1, lacks=UNCOMPRESSED_DIGESTS),
    "estargz": Loads(in_form(gzip_members, estargz_tar), lacks=SIZES | {"id"}),
    "estargz, lossless": Loads(in_form(gzip_members, estargz_tar_lossless), lacks=SIZES | {"id"}),
    "zstd:chunked": Loads(in_form(zstd_chunked)),
    "zstd:chunked, skippable frame first": Loads(in_form(layouts.zstd_skippable_first)),
}


def essence(path: Path, lacks: frozenset[str]) -> dict[str, Any]:
    """An image without what its form cannot hold."""
    with imgscope.open_image(str(path)) as opened:
        inspection = imgscope.inspect(opened)
        report = build_report(inspection)
        files = [row for row, _ in final_inodes(inspection.filesystem)]
    steps = [row for row in report["history"] if not (row["empty_layer"] and "steps without a layer" in lacks)]
    return {
        "complete": report["complete"],
        "image": _without(report["image"], lacks | {"tags", "id", "manifest_digest"}),
        "layers": [_without(layer, OF_THE_FORM | lacks) for layer in report["layers"]],
        "history": [_without(step, lacks) for step in steps],
        "waste": [_without(row, {"stored_bytes"}) for row in report["waste"]],
        "live_bytes": report["totals"]["live_bytes"],
        "files": [row for row in files if row["path"] not in (".no.prefetch.landmark", "stargz.index.json")],
    }


def _without(row: Any, keys: frozenset[str] | set[str]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}


@pytest.mark.parametrize("name", FORMS)
def test_it_is_the_same_image(name: str, tmp_path: Path) -> None:
    form = FORMS[name]
    plain = tmp_path / "plain"
    plain.mkdir()

    assert essence(form.make(SPEC, tmp_path), form.lacks) == essence(packed(docker_files(SPEC), plain), form.lacks)


@pytest.mark.parametrize("name", FORMS)
def test_its_names_are_kept_and_nothing_else_is_said_of_it(name: str, tmp_path: Path) -> None:
    form = FORMS[name]
    with imgscope.open_image(str(form.make(SPEC, tmp_path))) as opened:
        inspection = imgscope.inspect(opened)

    assert opened.image.tags == form.tags
    assert tuple(warning.code for warning in inspection.warnings) == form.warnings


def test_what_belongs_to_estargz_is_no_waste(tmp_path: Path) -> None:
    with imgscope.open_image(str(in_form(gzip_members, estargz_tar)(SPEC, tmp_path))) as opened:
        totals = build_report(imgscope.inspect(opened))["totals"]

    assert totals["format_metadata_bytes"] == len(SPEC.layers) * (1 + len(layouts.TOC))
    assert totals["content_bytes"] == totals["live_bytes"] + totals["wasted_bytes"] + totals["format_metadata_bytes"]


def test_a_table_of_contents_behind_the_end_is_overhead(tmp_path: Path) -> None:
    with imgscope.open_image(str(in_form(gzip_members, estargz_tar_lossless)(SPEC, tmp_path))) as opened:
        report = build_report(imgscope.inspect(opened))

    assert report["totals"]["format_metadata_bytes"] == 0
    assert [row["accounting"]["tar_overhead"] + row["content_bytes"] for row in report["layers"]] == [
        row["tar_bytes"] for row in report["layers"]
    ]


def test_names_from_nix_begin_at_the_root(tmp_path: Path) -> None:
    absolute = Spec([layer(d("/nix"), d("/nix/store"), f("/nix/store/a", "1")), layer(f("/nix/store/b", "2"))])
    relative = Spec([layer(d("nix"), d("nix/store"), f("nix/store/a", "1")), layer(f("nix/store/b", "2"))])
    found = []
    for number, spec in enumerate((absolute, relative)):
        (tmp_path / str(number)).mkdir()
        found.append(essence(flavours.nix(spec, tmp_path / str(number)), UNCOMPRESSED_DIGESTS))

    assert found[0] == found[1]


def test_layers_of_windows_are_shown_as_they_are(tmp_path: Path) -> None:
    pax: dict[str, str | bytes] = {"MSWINDOWS.fileattr": "32", "MSWINDOWS.rawsd": "AQAEgBQ="}
    spec = Spec([layer(d("Files"), E(r"Files\odd", b"1", pax=pax), d("Hives"), f("Hives/Sam_Delta", "2", pax=pax))])
    raw = json.dumps({**json.loads(spec.raw_config), "os": "windows", "os.version": "10.0.20348.1"}).encode()
    files = docker_files(spec)
    files[json.loads(files["manifest.json"])[0]["Config"]] = raw
    with imgscope.open_image(str(packed(files, tmp_path))) as opened:
        inspection = imgscope.inspect(opened)

    assert str(opened.image.platform) == "windows/amd64"
    assert [row["path"] for row, _ in final_inodes(inspection.filesystem)] == [
        "Files",
        "Files\\odd",
        "Hives",
        "Hives/Sam_Delta",
    ]
    assert inspection.warnings == ()


@pytest.mark.parametrize("make", [layouts.buildx, layouts.buildx_artifact, flavours.docker_29])
def test_an_attestation_is_listed_with_what_it_is_about(make: Maker, tmp_path: Path) -> None:
    source = open_source(str(make(SPEC, tmp_path)))
    source.close()

    about = next(found.manifest_digest for found in source.catalogue.images if found.image)
    assert [other.about for other in source.catalogue.attestations] == [about]
    assert source.catalogue.artifacts == []


def test_an_image_of_another_platform_that_was_not_saved_is_named(tmp_path: Path) -> None:
    source = open_source(str(flavours.docker_29(SPEC, tmp_path)))
    source.close()
    found = source.catalogue.images[1]

    assert (found.image, str(found.platform)) == (None, "linux/s390x")
    assert "the config sha256:" in str(found.problem)
    assert "is not in the file" in str(found.problem)


def test_a_web_page_manifest_makes_no_image_of_a_filesystem(tmp_path: Path) -> None:
    page = {"manifest.json": b'{"name": "app", "icons": []}', "repositories": b"x", "some/layer.tar": b""}
    with imgscope.open_image(str(packed(page, tmp_path))) as opened:
        assert opened.origin.flavour == "filesystem"
    with pytest.raises(imgscope.ImgscopeError, match="holds no saved image"):
        imgscope.open_image(str(write_directory(page, tmp_path / "page")))
