"""Digests, and documents as engines write them: null, absent, in any case, or wrong."""

from __future__ import annotations

import pytest

from imgscope.errors import DocumentError
from imgscope.oci.config import ImageConfig
from imgscope.oci.digest import chain_ids, is_digest, matches, sha256
from imgscope.oci.docker_manifest import DockerManifestItem
from imgscope.oci.document import parse, parse_json
from imgscope.oci.manifest import Index, Manifest

A, B, C = ("sha256:" + letter * 64 for letter in "abc")


def test_chain_ids() -> None:
    assert chain_ids(()) == ()
    assert chain_ids((A, B, C)) == (
        A,
        "sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c",
        "sha256:c1377126441fb2f5ec2c21ae2a60255331d639e830f0ee1b40a36e52d4c40588",
    )


@pytest.mark.parametrize("digest", [A, "sha512:" + "0" * 128, "blake3:" + "0" * 64, "sha256+b64u:LCa0a2j_xo-5m0U8HTBB"])
def test_digests(digest: str) -> None:
    assert is_digest(digest)


@pytest.mark.parametrize(
    "text",
    [
        *("", "sha256", "sha256:", ":abc", A.upper(), A[:-1], A + "0", f"{A}\n", f"{A}\0", "sha256:../../etc/passwd"),
        *("sha256:" + "g" * 64, "sha256:" + "A" * 64, "a/b:c", "sha256:" + "a" * 10**6),
    ],
)
def test_what_is_no_digest(text: str) -> None:
    assert not is_digest(text)


def test_digests_that_can_be_checked() -> None:
    assert matches(b"x", sha256(b"x")) is True
    assert matches(b"y", sha256(b"x")) is False
    assert matches(b"x", "blake3:" + "0" * 64) is None


def test_null_means_absent() -> None:
    config = parse(
        ImageConfig, b'{"config": null, "history": null, "rootfs": {"diff_ids": null}, "created": null}', "c"
    )

    assert (config.config.env, config.history, config.rootfs.diff_ids, config.created) == ((), (), (), "")
    assert parse(Index, b'{"schemaVersion": 2, "manifests": null}', "i").manifests == ()


def test_a_config_as_docker_writes_it() -> None:
    raw = b"""{"os": "linux", "architecture": "arm", "variant": "v7", "author": "me", "unknown": [1],
        "config": {"Cmd": "one string", "Entrypoint": [], "Volumes": {"/b": {}, "/a": {}}, "Labels": null}}"""
    config = parse(ImageConfig, raw, "c")

    assert config.config.cmd == ("one string",)
    assert config.config.entrypoint == ()
    assert config.config.volumes == ("/a", "/b")
    assert config.variant == "v7"


def test_manifest_keys_in_any_case() -> None:
    item = parse(DockerManifestItem, b'{"config": "c", "repoTags": null, "LAYERS": ["l"]}', "m")

    assert (item.config, item.repo_tags, item.layers) == ("c", (), ("l",))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe{\0}\0", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"a": NaN}', "not valid JSON"),
        (b"9" * 5000, "not valid JSON"),
        (b"[]", "top level"),
        (b'"x"', "top level"),
        (b'{"layers": []}', "config: Field required"),
        (b'{"config": {"digest": 1}}', "config.digest"),
        (b'{"config": {"digest": "x", "size": -1}}', "config.size"),
        (b'{"config": {"digest": "x", "size": 9223372036854775808}}', "config.size"),
        (b'{"config": {"digest": "x"}, "layers": {}}', "layers"),
    ],
)
def test_what_is_wrong_is_named(raw: bytes, says: str) -> None:
    with pytest.raises(DocumentError, match=says):
        parse(Manifest, raw, "the manifest")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_json(b"\xef\xbb\xbf{}", "x") == {}
