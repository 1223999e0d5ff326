"""Images of Docker before 1.10 and manifests of schema 1: layers that know their parents, and what can be wrong."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

import imgscope
from imgscope.errors import ImgscopeError, LimitError
from imgscope.sources import docker_v1
from imgscope.sources.detect import open_source
from tests.build import Spec, docker_files, f, layer, sha, write_directory
from tests.conftest import Cli
from tests.flavours import Document, packed, v1_documents, v1_files, v1_id
from tests.sources.layouts import dir_schema1

BASE = layer(f("base", "b" * 100))
APP = Spec([BASE, layer(f("app", "a")), layer()], tags=("example/app:1",))
OTHER = Spec([layer(f("other", "o"))], tags=("example/other:2", "example/other:3"))
TOP = v1_id(APP, 2)


def changed(change: Callable[[Document], object], id_: str = TOP, *specs: Spec) -> dict[str, bytes]:
    """An archive with one layer's config changed."""
    files = v1_files(*(specs or (APP,)))
    document = json.loads(files[f"{id_}/json"])
    change(document)
    return {**files, f"{id_}/json": json.dumps(document).encode()}


def test_a_chain_is_an_image(tmp_path: Path) -> None:
    with imgscope.open_image(str(packed(v1_files(APP), tmp_path))) as opened:
        inspection = imgscope.inspect(opened)
        image = opened.image

    assert (opened.origin.flavour, image.tags, str(image.platform)) == (
        "docker-v1-archive",
        APP.tags,
        "linux/amd64",
    )
    assert image.id == sha(image.raw_config) == sha(json.dumps(v1_documents(APP)[-1]).encode())
    assert [layer.blob for layer in image.layers] == [f"{v1_id(APP, number)}/layer.tar" for number in range(3)]
    assert [step.instruction for step in image.history.steps] == ["RUN step 0", "RUN step 1", "RUN step 2"]
    assert inspection.complete
    assert inspection.warnings == ()


def test_several_images_share_layers_and_may_have_several_names(tmp_path: Path) -> None:
    files = v1_files(APP, OTHER)
    names = json.loads(files["repositories"])
    names["example/base"] = {"1": v1_id(APP, 0)}
    source = open_source(str(packed({**files, "repositories": json.dumps(names).encode()}, tmp_path)))
    source.close()

    assert [(found.tags, len(found.image.layers)) for found in source.catalogue.images if found.image] == [
        (APP.tags, 3),
        (OTHER.tags, 1),
        (("example/base:1",), 1),
    ]


def test_an_image_without_a_name_is_chosen_by_its_old_id(tmp_path: Path) -> None:
    path = str(packed(v1_files(APP, OTHER, tagged=False), tmp_path))
    for query in (v1_id(OTHER, 0), v1_id(OTHER, 0)[:10]):
        with imgscope.open_image(path, image=query) as opened:
            assert [layer.blob for layer in opened.image.layers] == [f"{v1_id(OTHER, 0)}/layer.tar"]
            assert opened.origin.selected == f"{v1_id(OTHER, 0)[:12]} linux/amd64"


WRONG = {
    "a circle": (changed(lambda one: one.update(parent=TOP), v1_id(APP, 0)), "lead in a circle"),
    "its own parent": (changed(lambda one: one.update(parent=TOP)), "lead in a circle"),
    "a gap": (changed(lambda one: one.update(parent="0" * 64)), f"layer {'0' * 64} is not in the file"),
    "a way out": (changed(lambda one: one.update(parent="../../etc")), "no layer's id"),
    "no text": (changed(lambda one: one.update(parent=5)), "parent"),
    "no JSON": ({**v1_files(APP), f"{TOP}/json": b"nonsense"}, "not valid JSON"),
    "a name for nothing": ({**v1_files(APP), "repositories": b'{"a": {"1": "x"}}'}, "no layer's id"),
    "a name for less": ({**v1_files(APP), "repositories": b'{"a": {"1": ""}}'}, "no layer's id"),
    "no map": ({**v1_files(APP), "repositories": b"[]"}, "not a map of names"),
    "no names": ({**v1_files(APP), "repositories": b'{"a": {"1": 5}}'}, "does not name layers"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_chain_is_named(name: str, tmp_path: Path) -> None:
    files, says = WRONG[name]
    for path in (packed(files, tmp_path), write_directory(files, tmp_path / "image")):
        with pytest.raises(ImgscopeError) as caught:
            imgscope.open_image(str(path))
        assert says in caught.value.what


def test_what_is_left_of_a_broken_chain_is_no_image(tmp_path: Path) -> None:
    files = changed(lambda one: one.update(parent="0" * 64))
    del files["repositories"]
    source = open_source(str(packed(files, tmp_path)))
    source.close()

    assert [(found.v1_id, found.image) for found in source.catalogue.images] == [(TOP, None)]


def test_a_circle_of_all_layers_has_no_top(tmp_path: Path) -> None:
    files = changed(lambda one: one.update(parent=TOP), v1_id(APP, 0))
    del files["repositories"]

    with pytest.raises(ImgscopeError, match="no image is the top"):
        imgscope.open_image(str(packed(files, tmp_path)))


def test_one_broken_chain_hides_no_other_image(tmp_path: Path) -> None:
    files = changed(lambda one: one.update(parent="0" * 64), TOP, APP, OTHER)
    with imgscope.open_image(str(packed(files, tmp_path))) as opened:
        assert opened.image.tags == OTHER.tags


def test_a_layer_that_is_not_there_is_a_row(tmp_path: Path) -> None:
    files = v1_files(APP)
    del files[f"{v1_id(APP, 1)}/layer.tar"]
    with imgscope.open_image(str(packed(files, tmp_path))) as opened:
        inspection = imgscope.inspect(opened)

    assert [bool(one.error) for one in inspection.layers] == [False, True, False]


def test_many_images_of_many_layers_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_v1, "_MAX_LAYERS", 3)
    files = v1_files(APP, OTHER)
    source = open_source(str(packed(files, tmp_path)))
    source.close()

    assert [type(found.problem) for found in source.catalogue.images] == [type(None), LimitError]
    monkeypatch.setattr(docker_v1, "MAX_IMAGES", 3)
    with pytest.raises(LimitError, match="4 layers"):
        open_source(str(packed(files, tmp_path)))


def schema1(tmp_path: Path, change: Callable[[Document], object]) -> Path:
    path = dir_schema1(APP, tmp_path)
    manifest = json.loads((path / "manifest.json").read_bytes())
    change(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one["history"].pop(), "lists 3 layers and 2 configs"),
        (lambda one: one.update(history=[], fsLayers=[]), "lists 0 layers and 0 configs"),
        (
            lambda one: one["history"][0].update(v1Compatibility="x"),
            "a layer's config in the manifest is not valid JSON",
        ),
        (lambda one: one["fsLayers"][1].update(blobSum="../x"), "malformed digest"),
        (lambda one: one.update(fsLayers=5), "fsLayers"),
    ],
)
def test_what_is_wrong_with_schema_1_is_named(change: Callable[[Document], object], says: str, tmp_path: Path) -> None:
    with pytest.raises(ImgscopeError) as caught:
        imgscope.open_image(str(schema1(tmp_path, change)))
    assert says in caught.value.what


def test_blobs_of_schema_1_that_are_not_there_are_rows(tmp_path: Path) -> None:
    def elsewhere(manifest: Document) -> None:
        manifest["fsLayers"][2]["blobSum"] = sha(b"elsewhere")

    with imgscope.open_image(str(schema1(tmp_path, elsewhere))) as opened:
        inspection = imgscope.inspect(opened)
    assert [str(one.error)[-7:] if one.error else None for one in inspection.layers] == ["missing", None, None]


def test_schema_1_has_a_name_only_where_it_is_whole(tmp_path: Path) -> None:
    with imgscope.open_image(str(schema1(tmp_path, lambda manifest: manifest.update(name="", tag="")))) as opened:
        assert (opened.image.tags, opened.image.manifest_digest) == ((), None)


def test_cut_anywhere_it_is_an_error_or_incomplete(tmp_path: Path) -> None:
    path = packed(v1_files(APP), tmp_path)
    data = path.read_bytes().rstrip(b"\0")
    for end in range(0, len(data) - 512, 97):
        path.write_bytes(data[:end])
        try:
            with imgscope.open_image(str(path)) as opened:
                inspection = imgscope.inspect(opened)
        except ImgscopeError:
            continue
        # Cut between two members what is left may be an image; that the end is missing is said.
        assert not inspection.complete or any(one.code == "no-end-blocks" for one in inspection.warnings), end


def newer(path: Path) -> tuple[bytes, list[int]]:
    """An archive of Docker 1.10 to 24, and where the members before its documents begin: the top layer comes first."""
    old = v1_files(APP, tagged=False)
    path = packed(
        {**{name: old[name] for name in sorted(old, key=lambda name: TOP not in name)}, **docker_files(APP)}, path
    )
    with tarfile.open(path) as tar:
        starts = {member.name: member.offset for member in tar.getmembers()}
    lowest = starts[f"{v1_id(APP, 0)}/json"]
    return path.read_bytes(), [start for start in starts.values() if starts[f"{TOP}/layer.tar"] <= start <= lowest]


@pytest.mark.parametrize("command", ["report", "verify", "images"])
@pytest.mark.parametrize("more", [0, 100, 600])
def test_what_is_left_of_a_newer_archive_is_not_taken_for_old_images(
    command: str, more: int, cli: Cli, tmp_path: Path
) -> None:
    data, starts = newer(tmp_path)
    cut = tmp_path / "cut.tar"
    for start in starts:
        cut.write_bytes(data[: start + more])
        result = cli(command, cut)

        assert (result.code, result.out) == (3, "")
        assert result.err.startswith(f"error: {cut}[@ byte ")
        assert ": cut short: " in result.err
        assert result.err.endswith("hint: the file ends early: save or copy it again\n")


def test_an_old_archive_whose_names_are_known_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    old = v1_files(APP, OTHER)
    path = packed({"repositories": old.pop("repositories"), **old}, tmp_path)
    whole = path.read_bytes().rstrip(b"\0")
    path.write_bytes(whole[:-100])  # in the last layer of the second image
    with imgscope.open_image(str(path), image=APP.tags[0]) as opened:
        assert (opened.image.tags, opened.damaged) == (APP.tags, True)

    path.write_bytes(whole[: whole.index(b"/layer.tar") + 700])  # in the lowest layer
    with pytest.raises(ImgscopeError, match=r"cut short: the data of .*/layer.tar should reach"):
        imgscope.open_image(str(path), image=APP.tags[0])
