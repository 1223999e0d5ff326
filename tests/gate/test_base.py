"""Which layers are the base's: told by a number, by a digest, by the base itself, or by the image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import imgscope
from imgscope.analysis.base import DIGEST, NAME, Base, base_of, wanted
from imgscope.errors import SettingsError
from imgscope.gate.base import base_layers, described
from imgscope.image.model import Image, Layer
from imgscope.oci.config import ContainerConfig, History, ImageConfig
from imgscope.oci.descriptor import Descriptor, Platform
from imgscope.oci.digest import chain_ids
from imgscope.oci.manifest import Manifest
from tests.build import sha

FIXTURES = Path(__file__).parents[2] / "fixtures"
BASE = "example.test/base:1"


def digest_of(name: str) -> str:
    return sha(name.encode())


def image_of(*layers: str, labels: dict[str, str] | None = None, **more: Any) -> Image:
    """An image whose layers are called by these words; each was made by ``RUN`` and its word."""
    diff_ids = tuple(map(digest_of, layers))
    chain = chain_ids(diff_ids)
    history = more.get("history", tuple(History(created_by=f"RUN {name}") for name in layers))
    return Image(
        id=digest_of("config"),
        platform=Platform(),
        config=ImageConfig(history=history, config=ContainerConfig(labels=labels or {})),
        manifest=Manifest(config=Descriptor(digest=digest_of("config")), annotations=more.get("annotations", {})),
        layers=tuple(
            Layer(index=index, diff_id=diff_id, chain_id=chain[index], digest=digest_of(f"{layers[index]} as stored"))
            for index, diff_id in enumerate(diff_ids)
        ),
        raw_config=b"",
    )


APP = image_of("a", "b", "c", "d")


def refused(image: Image, base: str, other: Image | None = None) -> tuple[str, str]:
    with pytest.raises(SettingsError) as caught:
        base_layers(image, base, other)
    return caught.value.what, caught.value.hint or ""


@pytest.mark.parametrize("number", range(5))
def test_a_number_of_layers_is_taken_as_it_is(number: int) -> None:
    assert base_layers(APP, str(number)) == number


def test_a_base_has_no_more_layers_than_the_image() -> None:
    assert refused(APP, "5")[0] == "the base cannot have 5 layers: the image has only 4"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e3", "9" * 5000, "base.tar", "sha256:abc", "none"])
def test_what_is_no_base_is_refused_with_an_example(text: str) -> None:
    what, hint = refused(APP, text)

    assert what.startswith("not a base: ")
    assert len(what) < 200
    assert "--base ARCHIVE" in hint


def test_a_digest_names_the_last_layer_of_the_base() -> None:
    third = APP.layers[2]

    for digest in (third.chain_id, third.diff_id, third.digest):
        assert digest is not None
        assert base_layers(APP, digest) == 3


def test_an_unknown_digest_is_refused() -> None:
    what, hint = refused(APP, digest_of("manifest of the base"))

    assert what.startswith("no layer has the chain id, diff_id or digest sha256:")
    assert "manifest" in hint


def test_a_layer_that_is_there_twice_is_told_by_its_chain_id_only() -> None:
    image = image_of("a", "empty", "b", "empty")
    what, hint = refused(image, digest_of("empty"))

    assert what.endswith("is in the image more than once, as layers 1, 3")
    assert "--base 2" in hint
    assert base_layers(image, image.layers[3].chain_id) == 4


@given(st.lists(st.sampled_from("abc"), max_size=5), st.lists(st.sampled_from("abc"), max_size=5))
def test_another_image_is_the_base_just_where_this_one_begins_with_it(mine: list[str], theirs: list[str]) -> None:
    image, other = image_of(*mine), image_of(*theirs)

    if mine[: len(theirs)] == theirs:
        assert base_layers(image, "base.tar", other) == len(theirs)
    else:
        assert refused(image, "base.tar", other)


def test_where_they_part_is_told_with_both_instructions() -> None:
    what, hint = refused(APP, "base.tar", image_of("a", "b", "x"))

    assert what == "the image is not built on base.tar: they part at layer 2"
    assert hint == "there it is made by RUN x, here by RUN c"


def test_a_longer_image_is_no_base() -> None:
    what, _ = refused(APP, "base.tar", image_of("a", "b", "c", "d", "e"))

    assert what == "the image is not built on base.tar, which has 5 layers: the image has only 4 of them"


def test_layers_without_history_part_all_the_same() -> None:
    assert "nobody knows what" in refused(APP, "base.tar", image_of("x", history=()))[1]


def test_plain_filesystems_are_never_taken_for_one_another() -> None:
    plain = Image(
        id="",
        platform=Platform(),
        config=ImageConfig(),
        layers=(Layer(index=0, diff_id="", chain_id=""),),
        raw_config=b"",
    )

    for image, other in ((plain, plain), (APP, plain), (plain, APP)):
        assert "plain filesystem" in refused(image, "base.tar", other)[0]


def test_annotations_go_before_labels() -> None:
    labels = {NAME: "older:1", DIGEST: digest_of("older")}

    assert wanted(image_of("a")) is None
    assert wanted(image_of("a", annotations={NAME: "", DIGEST: ""})) is None
    assert wanted(image_of("a", labels=labels)) == ("older:1", digest_of("older"))
    assert wanted(image_of("a", labels=labels, annotations={NAME: BASE})) == (BASE, "")
    assert wanted(APP.model_copy(update={"manifest": None})) is None


def test_a_base_that_is_only_named_does_not_tell_its_layers() -> None:
    digest = digest_of("manifest")
    image = image_of("a", "b", annotations={NAME: BASE, DIGEST: digest})
    what, hint = refused(image, "auto")

    assert what == f"the image says that its base is {BASE} ({digest}), but not which layers are"
    assert "--base ARCHIVE" in hint
    assert refused(APP, "auto")[0] == "the image does not say what its base is"


def test_a_guess_is_a_hint_and_never_taken() -> None:
    built = ("FROM", 'CMD ["sh"]', "RUN a", "RUN b")
    history = tuple(History(created_by=text, empty_layer=text.startswith("CMD")) for text in built)
    image = image_of("base", "a", "b", history=history)

    assert base_of(image) == Base(1, told=False)
    assert refused(image, "auto")[1].endswith("--base 3; a guess is --base 1")


def test_what_the_image_tells_goes_before_a_guess() -> None:
    rows = (("RUN a", "", True), ("CMD x", "", False), ("RUN b", "", True), ("RUN c", f"FROM {BASE}", True))
    history = tuple(History(created_by=text, comment=comment, empty_layer=not one) for text, comment, one in rows)

    assert base_of(image_of("a", "b", "c", history=history)) == Base(1, told=False)
    assert base_of(image_of("a", "b", "c", history=history, annotations={NAME: BASE})) == Base(2, told=True)


def test_a_base_at_hand_decides_and_not_what_the_image_says() -> None:
    image = image_of("a", "b", annotations={NAME: BASE})

    assert base_layers(image, "auto", image_of("a")) == 1
    assert refused(image, "auto", image_of("b"))[0] == f"the image is not built on {BASE}: they part at layer 0"
    assert refused(APP, "auto", image_of("b"))[0] == "the image is not built on this base: they part at layer 0"


def steps(*rows: tuple[str, bool]) -> tuple[History, ...]:
    """History of comments, and whether a step made a layer."""
    return tuple(
        History(created_by=f"step {number}", comment=comment, empty_layer=not layer)
        for number, (comment, layer) in enumerate(rows)
    )


@pytest.mark.parametrize(
    ("history", "layers"),
    [
        # A layer a step: the comment is at the first step above the base, whether it made a layer or not.
        (steps(("", True), ("FROM 62f653a9569b", True), (f"FROM {BASE}", True), ("FROM 4769274f3584", False)), 2),
        (steps(("", True), ("", True), (f"FROM {BASE}", False), ("FROM caa5e110944c", True)), 2),
        # One layer for all steps: it is at the last of them, which made it.
        (steps(("", True), ("", True), ("", False), ("", False), (f"FROM {BASE}", True)), 2),
        # Everything squashed into one.
        (steps(("", False), (f"FROM {BASE}", True)), 0),
        # A build on its own result.
        (steps(("", True), (f"FROM {BASE}", True), (f"FROM {BASE}", True)), 2),
    ],
)
def test_buildah_tells_by_a_comment_where_the_base_ends(history: tuple[History, ...], layers: int) -> None:
    names = [str(number) for number in range(sum(not step.empty_layer for step in history))]

    assert base_layers(image_of(*names, history=history, annotations={NAME: BASE}), "auto") == layers


def test_a_history_that_does_not_fit_the_layers_tells_nothing() -> None:
    history = steps(("", True), (f"FROM {BASE}", True))
    image = image_of("a", "b", "c", history=history, annotations={NAME: BASE})

    assert "but not which layers are" in refused(image, "auto")[0]


@pytest.mark.parametrize(
    ("fixture", "name", "layers"),
    [("changes", "localhost/changes:second", 2), ("platforms", "localhost/platforms:common", 1)],
)
def test_what_buildah_really_writes(fixture: str, name: str, layers: int) -> None:
    with imgscope.open_image(str(FIXTURES / f"buildah-ociarchive-{fixture}.tar")) as opened:
        found = wanted(opened.image)
        assert found is not None
        assert found[0] == name
        assert base_layers(opened.image, "auto") == layers


def test_what_an_image_says_is_no_terminal_control() -> None:
    image = image_of("a", annotations={NAME: "\x1b[31m" + "x" * 1000})

    assert described(image).startswith("\\x1b[31mxxx")
    assert len(described(image)) < 150
    hostile = image_of("x", history=(History(created_by="RUN \x1b]0;title\x07"),))
    assert "\x1b" not in "".join(refused(image, "base.tar", hostile))
