"""Inputs made to mislead or to wear down, each once a defect: the answer is right, or one clear line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import imgscope
from imgscope.errors import ImgscopeError, LimitError, SourceError
from imgscope.image.instruction import clean
from imgscope.inspection import inspect
from imgscope.limits import Limits
from imgscope.units import moment
from tests.build import (
    E,
    Spec,
    d,
    docker_files,
    entry,
    f,
    gz,
    layer,
    layout_files,
    plain,
    sha,
    w,
    write_directory,
    write_tar,
    zst,
)
from tests.conftest import Cli

LAYER = layer(f("a", "x" * 3000), f("b", "y" * 3000))
IMAGE = Spec([LAYER])


@pytest.mark.parametrize("claimed", [1 << 45, 1 << 62, (1 << 63) - 1])
def test_an_outer_member_that_claims_more_than_the_file_holds(claimed: int, cli: Cli, tmp_path: Path) -> None:
    files = docker_files(IMAGE)
    name = next(name for name in files if name.endswith("layer.tar"))
    documents = b"".join(entry(f(key, value.decode())) for key, value in files.items() if key != name)
    path = tmp_path / "i.tar"
    path.write_bytes(documents + entry(E(name, LAYER, size=claimed)))
    result = cli("report", "--json", path)

    assert result.code == 3
    assert "cut short" in result.json["layers"][0]["error"]
    assert result.json["totals"]["content_bytes"] == 0


def test_a_layer_that_the_end_of_the_file_cuts_is_not_read_in_part(cli: Cli, tmp_path: Path) -> None:
    files = docker_files(IMAGE)
    name = next(name for name in files if name.endswith("layer.tar"))
    path = write_tar(
        {**{key: data for key, data in files.items() if key != name}, name: files[name]}, tmp_path / "i.tar"
    )
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"y" * 3000) + 100])
    result = cli("report", "--json", path)

    assert result.code == 3
    assert "cut short" in result.json["layers"][0]["error"]
    assert result.json["layers"][0]["content_bytes"] == 0


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = write_tar(docker_files(IMAGE), tmp_path / "i.tar")
    with imgscope.open_image(str(path)) as opened:
        with path.open("r+b") as stream:
            stream.truncate(3000)
        inspection = inspect(opened)

    assert not inspection.complete
    assert "became shorter" in str(inspection.layers[0].error)


def test_a_layout_without_index_is_no_filesystem(cli: Cli, tmp_path: Path) -> None:
    files = layout_files(IMAGE)
    del files["index.json"]
    result = cli(write_tar(files, tmp_path / "i.tar"))

    assert result.code == 3
    assert "an OCI layout without index.json" in result.err


@pytest.mark.parametrize(
    "created_by",
    ["x" + " " * 300_000 + "y", "|2\tA=1 B", "|" + "1" * 5000 + " x", "# buildkit" * 1000, "RUN |9 a", "|3 \u0663 b"],
)
def test_instructions_that_wear_a_pattern_down(created_by: str) -> None:
    assert len(clean(created_by)) <= len(created_by) + 4


def test_a_time_beyond_the_years_there_are() -> None:
    assert moment("9999-12-31T23:59:59-23:00") == "9999-12-31T23:59:59-23:00"
    assert moment("0001-01-01T00:00:00+23:00") == "0001-01-01T00:00:00+23:00"


def test_sparse_maps_of_nothing_cost_nothing(tmp_path: Path) -> None:
    count = 50_000
    records: dict[str, str | bytes] = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.numblocks": str(count),
        "GNU.sparse.size": "10",
        "GNU.sparse.map": ",".join(["0"] * (2 * count)),
    }
    path = write_tar(docker_files(Spec([layer(f("a", "", pax=records))])), tmp_path / "i.tar")
    with imgscope.open_image(str(path)) as opened:
        table = inspect(opened).filesystem.tables[0]

    assert table is not None
    assert table.sparse[0].segments == ()


def test_ways_to_deep_markers_are_kept_as_steps(tmp_path: Path) -> None:
    deep = "a/" * 3000
    path = write_tar(
        docker_files(Spec([layer(d("a")), layer(*(w(f"{n}/{deep}x") for n in range(20)))])), tmp_path / "i.tar"
    )
    with imgscope.open_image(str(path)) as opened:
        assert inspect(opened).complete


def test_more_images_than_anyone_saves(cli: Cli, tmp_path: Path) -> None:
    result = cli(write_tar({"manifest.json": json.dumps([{}] * 10_001).encode()}, tmp_path / "i.tar"))

    assert result.code == 3
    assert "10001 images" in result.err


def test_one_image_under_many_names_is_read_once(tmp_path: Path) -> None:
    files = docker_files(IMAGE)
    item = json.loads(files["manifest.json"])[0]
    items = [{**item, "RepoTags": [f"app:{number}"]} for number in range(50)]
    path = write_tar({**files, "manifest.json": json.dumps(items).encode()}, tmp_path / "i.tar")
    from imgscope.sources.detect import open_source

    source = open_source(str(path))
    source.close()
    images = [found.image for found in source.catalogue.images if found.image]
    assert [image.tags for image in images] == [(f"app:{number}",) for number in range(50)]
    assert len({id(image.raw_config) for image in images}) == 1


def test_a_layer_listed_again_and_again_counts_each_time(tmp_path: Path) -> None:
    path = write_tar(docker_files(Spec([LAYER] * 20)), tmp_path / "i.tar")
    with imgscope.open_image(str(path)) as opened, pytest.raises(LimitError, match="more than 39 entries in all"):
        inspect(opened, limits=Limits(max_entries=39))


@pytest.mark.parametrize("size", [5, True, "12", 1.5, -1, None])
def test_sizes_in_descriptors_are_held_to(size: object, cli: Cli, tmp_path: Path) -> None:
    files = layout_files(IMAGE)
    index = json.loads(files["index.json"])
    index["manifests"][0]["size"] = size
    files["index.json"] = json.dumps(index).encode()

    assert cli(write_directory(files, tmp_path / "layout")).code == 3


def test_what_stands_behind_an_archive_is_told(cli: Cli, tmp_path: Path) -> None:
    data = write_tar(docker_files(IMAGE), tmp_path / "i.tar").read_bytes()
    for name, content in (("two.tar", data + data), ("two.gz", gz(data) + gz(data)), ("junk.gz", gz(data) + b"junk")):
        (tmp_path / name).write_bytes(content)
        result = cli("report", "--json", tmp_path / name)

        assert result.code == 0
        assert {"trailing-bytes", "trailing-compressed-bytes"} & {one["code"] for one in result.json["warnings"]}, name


def test_a_sparse_outer_member_is_refused(tmp_path: Path) -> None:
    records: dict[str, str | bytes] = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.numblocks": "1",
        "GNU.sparse.size": "9000",
        "GNU.sparse.map": f"512,{len(b'[]')}",
        "GNU.sparse.name": "manifest.json",
    }
    path = tmp_path / "i.tar"
    path.write_bytes(layer(f("x", "[]", pax=records)))

    with pytest.raises(SourceError, match="sparse"):
        imgscope.open_image(str(path))


@pytest.mark.parametrize("pattern", ["[z-a]", "", "#", "!x"])
def test_patterns_that_are_none(pattern: str, cli: Cli, tmp_path: Path) -> None:
    assert cli("waste", "--path", pattern, write_tar(docker_files(IMAGE), tmp_path / "i.tar")).code == 2


def test_a_name_that_wears_the_reference_pattern_down(cli: Cli) -> None:
    assert cli("a" + ".%" * 100 + "!").code == 3


def test_long_names_do_not_fill_the_screen(cli: Cli, tmp_path: Path) -> None:
    files = {"manifest.json": json.dumps([{"Config": "x" * 500_000, "Layers": []}]).encode()}
    result = cli(write_tar(files, tmp_path / "i.tar"))

    assert result.code == 3
    assert len(result.err) < 2500


def test_a_hybrid_needs_only_one_of_its_documents(cli: Cli, tmp_path: Path) -> None:
    from tests.build import hybrid_files

    for number, (name, content) in enumerate(
        [
            ("manifest.json", b"null"),
            ("index.json", b"nonsense"),
            ("index.json", b'{"manifests": null}'),
            ("oci-layout", b"{}"),
        ]
    ):
        result = cli("report", "--json", write_tar({**hybrid_files(IMAGE), name: content}, tmp_path / f"{number}.tar"))

        assert result.code == 0, (name, content)
        assert result.json["image"]["id"] == sha(IMAGE.raw_config)


def test_lone_surrogates_are_replaced_as_go_does(cli: Cli, tmp_path: Path) -> None:
    raw = IMAGE.raw_config.replace(b"RUN step 0", rb"RUN \ud800 \ud83d\ude00 \\ud800 \udc00")
    files = docker_files(IMAGE)
    config = json.loads(files["manifest.json"])[0]["Config"]
    result = cli("history", "--json", write_tar({**files, config: raw}, tmp_path / "i.tar"))

    assert result.json["history"][0]["created_by"] == "RUN \ufffd \U0001f600 \\ud800 \ufffd"


@pytest.mark.parametrize("form", ["docker", "oci", "oci-gz", "oci-zst"])
def test_cut_anywhere_it_is_an_error_or_incomplete(form: str, tmp_path: Path) -> None:
    compress = {"oci": plain, "oci-gz": gz, "oci-zst": zst}.get(form)
    files = layout_files(IMAGE, compress=compress) if compress else docker_files(IMAGE)
    path = tmp_path / "i.tar"
    data = write_tar(files, path).read_bytes().rstrip(b"\0")
    for end in range(0, len(data) - 512, 97):
        path.write_bytes(data[:end])
        try:
            with imgscope.open_image(str(path)) as opened:
                inspection = inspect(opened)
        except ImgscopeError:
            continue
        # Cut between two members nothing that an image needs may be missing; then the end is, and is said to be.
        assert not inspection.complete or any(one.code == "no-end-blocks" for one in inspection.warnings), end


def test_a_hybrid_whose_documents_disagree_says_so(cli: Cli, tmp_path: Path) -> None:
    from tests.build import hybrid_files

    other = docker_files(Spec([layer(f("other", "1"))]))
    files = {**hybrid_files(IMAGE), **other}
    result = cli("report", "--json", write_tar(files, tmp_path / "i.tar"))

    assert result.code == 0
    assert "conflicting-documents" in {one["code"] for one in result.json["warnings"]}
    whole = cli("report", "--json", write_tar(hybrid_files(IMAGE), tmp_path / "j.tar"))
    assert whole.json["warnings"] == []
