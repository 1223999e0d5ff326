"""Documents, and the archives and directories that hold them, wrong in every way: one clear line, or read anyway."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import imgscope
from imgscope.gate.integrity import DOUBTFUL
from tests.build import (
    E,
    Spec,
    docker_files,
    f,
    gz,
    layer,
    layout_files,
    manifest_of,
    plain,
    sha,
    write_directory,
    write_tar,
    zst,
)
from tests.conftest import Cli
from tests.hostile.making import IMAGE, LAYER, bounded, codes, refused, unread, with_documents

LIST = docker_files(IMAGE)
ITEM = json.loads(LIST["manifest.json"])[0]
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"


def listed(tmp_path: Path, raw: bytes) -> Path:
    """The archive with another list of images."""
    return write_tar({**LIST, "manifest.json": raw}, tmp_path / "i.tar")


def changed(tmp_path: Path, **fields: Any) -> Path:
    """The archive with other fields in its only item."""
    return listed(tmp_path, json.dumps([{**ITEM, **fields}]).encode())


@pytest.mark.parametrize("name", ["config", "manifest"])
def test_a_document_that_is_missing_is_named_by_its_digest(name: str, cli: Cli, tmp_path: Path) -> None:
    files = layout_files(IMAGE)
    manifest = json.loads(files["index.json"])["manifests"][0]["digest"]
    digest = sha(IMAGE.raw_config) if name == "config" else manifest
    del files["blobs/" + digest.replace(":", "/")]
    path = write_directory(files, tmp_path / "layout")

    result = cli("report", path)

    assert f"the {name} {digest} is not in the file" in refused(result, path)
    assert f"hint: {f'the manifest {manifest}' if name == 'config' else 'the index'} refers to it" in result.err


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"nonsense", b"[" + b'"a":' * 9, '[{"Config": "\u20ac"}]'.encode("utf-16"), b"[NaN]", b"[1e999]"),
        *(b"null", b"{}", b'{"a": 1}', b"[]", b"[null]", b"[[]]", b'"text"', b"7", b"[] []", b"[{}]x"),
        *(b"[" * 100_000, b'[{"Config": "a", "Config": "b"}]', b"[" + b"9" * 5000 + b"]", b'[{"Config": "\xff"}]'),
    ],
    ids=range(20),
)
def test_a_list_of_images_that_is_none(raw: bytes, cli: Cli, tmp_path: Path) -> None:
    alone = write_tar({"manifest.json": raw}, tmp_path / "alone.tar")
    refused(cli("report", alone), alone)
    path = listed(tmp_path, raw)
    refused(cli("report", path), path)


def test_a_byte_order_mark_is_no_reason_to_refuse(cli: Cli, tmp_path: Path) -> None:
    assert codes(cli("report", "--json", listed(tmp_path, b"\xef\xbb\xbf" + LIST["manifest.json"]))) == set()


def test_a_document_beyond_its_limit_names_the_option(cli: Cli, tmp_path: Path) -> None:
    path = listed(tmp_path, LIST["manifest.json"] + b" " * (9 << 20))
    result = cli("report", path)

    assert "more than 8388608" in refused(result, path)
    assert "--max-document" in result.err
    assert cli("report", "--max-document", "10MiB", path).code == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Layers": None}, 3),
        ({"Layers": 7}, 3),
        ({"Layers": [["a"]]}, 3),
        ({"Config": None}, 3),
        ({"Config": 7}, 3),
        ({"RepoTags": "one"}, 3),
        ({"RepoTags": None}, 0),
        ({"RepoTags": ["\x1b]0;x\x07", "not a tag!", "x" * (1 << 20)]}, 0),
        ({"RepoTags": ["a:1", "a:1"], "Unknown": {"a": [1]}}, 0),
    ],
)
def test_fields_of_an_image_that_are_odd(fields: dict[str, Any], code: int, cli: Cli, tmp_path: Path) -> None:
    result = cli("report", changed(tmp_path, **fields))

    assert result.code == code
    assert "\x1b" not in result.out + result.err
    assert len(result.err) < 3000


PATHS = [
    *("../../x", "/etc/shadow", "/etc/passwd", "../../../../../../etc/passwd", "a/../b", "", ".", "..", "a\0b"),
    *("manifest.json/x", "x" * (1 << 20), "a/" * 5000, "\udc80", "file:///etc/passwd", "http://localhost/x"),
]


@pytest.mark.parametrize("name", PATHS, ids=range(len(PATHS)))
@pytest.mark.parametrize("form", ["archive", "directory"])
def test_names_in_documents_are_looked_up_inside_only(
    name: str, form: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {**LIST, "manifest.json": json.dumps([{**ITEM, "Layers": [name]}]).encode()}
    path = write_tar(files, tmp_path / "i.tar") if form == "archive" else write_directory(files, tmp_path / "i")
    (tmp_path / "x").write_bytes(LAYER)
    opened: list[str] = []
    real = os.open

    def watched(name: Any, *arguments: Any, **more: Any) -> int:
        opened.append(os.fspath(name) if not isinstance(name, int) else "")
        return real(name, *arguments, **more)

    monkeypatch.setattr(os, "open", watched)
    result = cli("report", "--json", path)

    assert result.code == 3
    assert all(one.startswith((str(path), "/proc")) for one in opened if one), opened
    if result.out:
        assert result.json["totals"]["content_bytes"] == 0


def test_a_layer_may_be_named_in_a_roundabout_way(cli: Cli, tmp_path: Path) -> None:
    for name in ("./" + ITEM["Layers"][0], ITEM["Layers"][0].replace("/", "//"), "/" + ITEM["Layers"][0]):
        assert codes(cli("report", "--json", changed(tmp_path, Layers=[name]))) == set()


def test_a_layer_that_is_a_document_is_no_archive(cli: Cli, tmp_path: Path) -> None:
    assert "not a tar archive" in unread(cli, changed(tmp_path, Layers=["manifest.json"]))


def chain(count: int) -> dict[str, str]:
    return {ITEM["Layers"][0]: "../l0", **{f"l{n}": f"l{n + 1}" for n in range(count)}, f"l{count}": "real"}


@pytest.mark.parametrize(
    ("links", "says"),
    [
        (chain(2), None),
        (chain(7), None),
        (chain(40), "a loop of links"),
        ({ITEM["Layers"][0]: "layer.tar"}, "a loop of links"),
        ({ITEM["Layers"][0]: "../b", "b": ITEM["Layers"][0]}, "a loop of links"),
        ({ITEM["Layers"][0]: "/etc/passwd"}, "not in the archive"),
        ({ITEM["Layers"][0]: "../../../../etc/passwd"}, "not in the archive"),
        ({ITEM["Layers"][0]: "../manifest.json"}, "not a tar archive"),
        ({ITEM["Layers"][0]: "gone"}, "not in the archive"),
    ],
)
def test_links_of_layers_stay_in_the_archive(links: dict[str, str], says: str | None, cli: Cli, tmp_path: Path) -> None:
    files = {name: data for name, data in LIST.items() if name != ITEM["Layers"][0]}
    path = write_tar({**files, "real": LAYER}, tmp_path / "i.tar", links)
    result = cli("report", "--json", path)

    assert result.code == (3 if says else 0), result.err
    if says:
        assert says in result.json["layers"][0]["error"]


def test_a_hard_link_may_stand_for_a_layer(cli: Cli, tmp_path: Path) -> None:
    name = ITEM["Layers"][0]
    rest = [f(key, data.decode()) for key, data in LIST.items() if key != name]
    path = tmp_path / "i.tar"
    path.write_bytes(layer(E("real", LAYER), E(name, type="1", link="real"), *rest))

    assert codes(cli("report", "--json", path)) == set()


def test_of_members_stored_twice_the_last_counts_and_the_gate_objects(cli: Cli, tmp_path: Path) -> None:
    other = f("manifest.json", json.dumps([{**ITEM, "RepoTags": ["other:1"]}]))
    path = tmp_path / "i.tar"
    path.write_bytes(layer(other, *(E(name, data) for name, data in LIST.items())))
    result = cli("report", "--json", path)

    assert "duplicate-member" in codes(result) & DOUBTFUL
    assert result.json["image"]["tags"] == list(IMAGE.tags)
    assert cli("check", path).code == 1


@pytest.mark.parametrize(
    ("prefix", "warnings"), [("./", set()), ("/", set()), ("top/", {"top-directory"}), (".\\", None)]
)
def test_members_below_something(prefix: str, warnings: set[str] | None, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "i.tar"
    path.write_bytes(layer(*(E(prefix + name, data) for name, data in LIST.items())))
    if warnings is None:  # a backslash is a part of a name: no saved image has such
        assert "filesystem-tar" in codes(cli("report", "--json", path))
    else:
        assert codes(cli("report", "--json", path)) == warnings


def test_members_of_no_interest_are_passed_over_up_to_a_limit(cli: Cli, tmp_path: Path) -> None:
    junk = [E(f"dev/{n}", type="346"[n % 3]) for n in range(30_000)]
    hole = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(1 << 40), "GNU.sparse.major": "0", "GNU.sparse.minor": "1"}
    junk.append(f("hole", "x", pax={**hole, "GNU.sparse.numblocks": "1"}))
    path = tmp_path / "i.tar"
    path.write_bytes(layer(*junk, *(E(name, data) for name, data in LIST.items())))
    assert codes(cli("report", "--json", path)) == set()
    result = cli("report", "--max-entries", "20000", path)

    assert "more than 20000 members" in refused(result, path)
    assert "--max-entries" in result.err


def test_ten_thousand_layers(tmp_path: Path) -> None:
    path = write_tar(docker_files(Spec([LAYER] * 10_000, history=[])), tmp_path / "i.tar")
    with imgscope.open_image(str(path)) as opened:
        assert len(opened.image.layers) == 10_000


def nested(depth: int) -> dict[str, bytes]:
    """An index in an index, and so on down to the image."""
    blobs: dict[str, bytes] = {}
    below = manifest_of(IMAGE, gz, blobs)
    for _ in range(depth):
        raw = json.dumps({"schemaVersion": 2, "manifests": [below]}).encode()
        blobs[sha(raw)] = raw
        below = {"mediaType": INDEX_TYPE, "digest": sha(raw), "size": len(raw)}
    files = {"blobs/" + digest.replace(":", "/"): data for digest, data in blobs.items()}
    index = json.dumps({"schemaVersion": 2, "manifests": [below]}).encode()
    return {**files, "index.json": index, "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}


@pytest.mark.parametrize(("depth", "code"), [(1, 0), (8, 0), (9, 3), (10_000, 3)])
def test_indexes_in_indexes_have_a_limit(depth: int, code: int, cli: Cli, tmp_path: Path) -> None:
    result = cli("report", write_tar(nested(depth), tmp_path / "i.tar"))

    assert result.code == code
    assert ("nested more than 8 deep" in result.err) == bool(code)


def indexed(tmp_path: Path, change: Callable[[Any], object]) -> Path:
    """A layout with another index."""
    files = layout_files(IMAGE)
    index = json.loads(files["index.json"])
    change(index)
    return write_tar({**files, "index.json": json.dumps(index).encode()}, tmp_path / "i.tar")


@pytest.mark.long
def test_one_manifest_a_hundred_thousand_times_is_one(cli: Cli, tmp_path: Path) -> None:
    path = indexed(tmp_path, lambda index: index.update(manifests=index["manifests"] * 100_000))

    assert "--max-document" in cli("images", path).err
    assert len(cli("images", "--json", "--max-document", "100MB", path).json["images"]) == 1


@pytest.mark.long
@pytest.mark.parametrize(("count", "limit"), [(80_000, "10000 manifests"), (1_000_000, "8388608")])
def test_more_manifests_than_anyone_lists(count: int, limit: str, tmp_path: Path) -> None:
    listed = [{"digest": sha(str(number).encode()), "size": 2} for number in range(count)]
    path = indexed(tmp_path, lambda index: index.update(manifests=listed))

    assert f"more than {limit}" in refused(bounded("report", path), path)


@pytest.mark.parametrize("field", ["layers", "config"])
def test_a_descriptor_that_leads_to_something_else(field: str, cli: Cli, tmp_path: Path) -> None:
    data = gz(LAYER) if field == "layers" else IMAGE.raw_config

    def lead(index: Any) -> None:
        index["manifests"][0].update(digest=sha(data), size=len(data))

    path = indexed(tmp_path, lead)
    refused(cli("report", path), path)


def test_an_index_is_no_config(cli: Cli, tmp_path: Path) -> None:
    raw = json.dumps({"schemaVersion": 2, "manifests": []}).encode()
    files = {**layout_files(IMAGE), f"blobs/sha256/{sha(raw)[7:]}": raw}
    changed_files = with_documents(files, lambda document: document["config"].update(digest=sha(raw), size=len(raw)))
    path = write_tar(changed_files, tmp_path / "i.tar")

    assert "0 diff_ids" in refused(cli("report", path), path)


@pytest.mark.parametrize("manifests", [None, [], "absent"])
def test_an_index_of_nothing(manifests: Any, cli: Cli, tmp_path: Path) -> None:
    path = indexed(tmp_path, lambda i: i.pop("manifests") if manifests == "absent" else i.update(manifests=manifests))

    assert "holds no image" in refused(cli("report", path), path)


def test_what_an_index_lists_beside_images_is_no_error(cli: Cli, tmp_path: Path) -> None:
    def more(index: Any) -> None:
        own = index["manifests"][0]
        own.pop("platform")
        odd = {"mediaType": "application/x-unknown", "digest": sha(b"x"), "size": 1, "artifactType": "a/b"}
        lost = {**odd, "mediaType": own["mediaType"], "platform": {"os": "unknown", "architecture": "unknown"}}
        lost["annotations"] = {"vnd.docker.reference.type": "attestation-manifest"}
        index["manifests"] = [odd, lost, own]

    path = indexed(tmp_path, more)

    assert cli("report", path).code == 0
    assert len(cli("images", "--json", path).json["images"]) == 1


@pytest.mark.parametrize("version", [3, "2", None, "absent"])
def test_the_version_of_a_schema_is_not_what_counts(version: Any, cli: Cli, tmp_path: Path) -> None:
    def change(document: Any) -> None:
        document.update(schemaVersion=version)
        if version == "absent":
            del document["schemaVersion"]

    path = write_tar(with_documents(layout_files(IMAGE), change), tmp_path / "i.tar")
    assert codes(cli("report", "--json", path)) == set()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rootfs": {"type": "other", "diff_ids": [sha(LAYER)]}}, 3),
        ({"rootfs": {"type": "layers", "diff_ids": ["nonsense"]}}, 3),
        ({"rootfs": {"type": "layers", "diff_ids": [sha(LAYER)] * 2}}, 3),
        ({"created": "garbage"}, 0),
        ({"created": "9" * 1_000_000}, 0),
        ({"created": "-0001-99-99T24:00:60+99:99"}, 0),
        ({"history": [{"created_by": "\x1b[2J\n" + "x" * 5_000_000}]}, 0),
        ({"config": {"Env": "A=1"}}, 3),
        ({"config": {"Labels": {str(n): n for n in range(100_000)}}}, 0),
        ({"config": {"ExposedPorts": ["80/tcp"], "Volumes": ["/a"]}}, 0),
        ({"config": {"Healthcheck": {"Interval": "x"}}}, 3),
    ],
)
def test_a_config_that_is_odd(fields: dict[str, Any], code: int, cli: Cli, tmp_path: Path) -> None:
    files = with_documents(layout_files(IMAGE), config=lambda document: document.update(fields))
    path = write_tar(files, tmp_path / "i.tar")
    for command in ("report", "history", "inspect"):
        result = cli(command, path)
        assert result.code == code, (command, result.err)
        assert "\x1b" not in result.out + result.err


def test_annotations_are_text_whatever_they_were(cli: Cli, tmp_path: Path) -> None:
    notes: dict[str, Any] = {"a": None, "b": 1, "\x1b[31m": "x" * 1_000_000, "c": {"d": []}}
    files = with_documents(layout_files(IMAGE), lambda document: document.update(annotations=notes))
    result = cli("inspect", write_tar(files, tmp_path / "i.tar"))

    assert result.code == 0
    assert "\x1b" not in result.out


def test_layers_twice_are_two_and_compressed_otherwise_the_same(cli: Cli, tmp_path: Path) -> None:
    twice = Spec([LAYER, LAYER])
    files = layout_files(twice)
    blob = zst(LAYER)
    files[f"blobs/sha256/{sha(blob)[7:]}"] = blob

    def second(document: Any) -> None:
        document["layers"][1].update(digest=sha(blob), size=len(blob), mediaType=TYPE_ZSTD)

    path = write_tar(with_documents(files, second), tmp_path / "i.tar")
    assert len(cli("report", "--json", path).json["layers"]) == 2
    assert cli("verify", path).code == 0


TYPE_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"


@pytest.mark.parametrize("value", ["1e9", "-1", "nan", "101%", "", "1" + "0" * 400, "0", "10 MB"])
def test_limits_of_the_gate_are_numbers_or_refused(value: str, cli: Cli, tmp_path: Path) -> None:
    result = cli("check", f"--max-wasted-bytes={value}", write_tar(LIST, tmp_path / "i.tar"))

    assert result.code == (0 if value in ("0", "10 MB") else 2)
    assert result.code == 0 or result.err.startswith("error: ")


@pytest.mark.parametrize(
    "written", ['"12"', "1.5", "700.0", "true", "[]", "-1", str(1 << 63), "1" + "0" * 4300], ids=range(8)
)
def test_sizes_are_whole_numbers_in_bounds(written: str, cli: Cli, tmp_path: Path) -> None:
    def change(document: Any) -> None:
        document["layers"][0]["size"] = "SIZE"

    files = with_documents(layout_files(IMAGE, compress=plain), change)
    index = json.loads(files["index.json"])
    raw = files.pop("blobs/" + index["manifests"][0]["digest"].replace(":", "/"))
    raw = raw.replace(b'"SIZE"', written.encode())
    index["manifests"][0].update(digest=sha(raw), size=len(raw))
    files |= {f"blobs/sha256/{sha(raw)[7:]}": raw, "index.json": json.dumps(index).encode()}
    path = write_tar(files, tmp_path / "i.tar")

    refused(cli("report", path), path)
