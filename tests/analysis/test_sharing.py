"""What images have in common: against sets, bases among them, layers of which nothing is known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.analysis.base import NAME
from imgscope.analysis.sharing import MOST_PAIRS, sharing
from imgscope.image.model import Image, Layer
from imgscope.oci.config import ContainerConfig, ImageConfig
from imgscope.oci.descriptor import Platform

Known = tuple[int, int]
"""A layer: its content, and in which form it is stored (0: told by no digest)."""


def image(layers: list[Known], base: str = "") -> Image:
    """An image; a layer of content n has n bytes, and n * 10 + 1 in form 1."""
    labels = {NAME: base} if base else {}
    return Image(
        id="sha256:1",
        platform=Platform(),
        config=ImageConfig(config=ContainerConfig.model_validate({"Labels": labels})),
        layers=tuple(
            Layer(
                index=index,
                diff_id=f"sha256:{content}",
                chain_id="/".join(str(one) for one, _ in layers[: index + 1]),
                digest=f"sha256:{content}-{form}" if form else None,
                stored_bytes=size((content, form)),
            )
            for index, (content, form) in enumerate(layers)
        ),
        raw_config=b"{}",
    )


def size(layer: Known) -> int:
    content, form = layer
    return content * 10 + form


def plain(*images: list[int]) -> list[Image]:
    return [image([(content, 0) for content in one]) for one in images]


IMAGES = st.lists(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2)), max_size=5), min_size=1, max_size=4)


@given(IMAGES)
def test_it_is_what_sets_say(images: list[list[Known]]) -> None:
    found = sharing([image(one) for one in images])
    contents = [{content for content, _ in one} for one in images]
    others = [set().union(*contents[:number], *contents[number + 1 :]) for number in range(len(images))]

    assert found.stored_bytes == sum(size(layer) for one in images for layer in one)
    assert found.together_bytes == sum(map(size, {layer for one in images for layer in one}))
    assert found.distinct_layers == len(set().union(*contents))
    assert [share.alone_bytes for share in found.shares] == [
        sum(size(layer) for layer in one if layer[0] not in other) for one, other in zip(images, others, strict=True)
    ]
    assert found.pairs == tuple(
        tuple(sum(size(layer) for layer in one if layer[0] in other) for other in contents) for one in images
    )
    shared = {layer.diff_id: set(layer.images) for layer in found.layers}
    assert shared == {
        f"sha256:{content}": owners
        for content in set().union(*contents)
        if len(owners := {number for number, one in enumerate(contents) if content in one}) > 1
    }


@given(IMAGES)
def test_a_base_is_the_longest_beginning_of_its_images(images: list[list[Known]]) -> None:
    chains = [tuple(content for content, _ in one) for one in images]
    expected: dict[tuple[int, ...], int] = {}
    for chain in chains:
        for length in range(1, len(chain) + 1):
            owners = tuple(number for number, other in enumerate(chains) if other[:length] == chain[:length])
            if len(owners) > 1:
                expected[owners] = max(length, expected.get(owners, 0))

    found = sharing([image(one) for one in images]).bases
    assert {base.images: base.layers for base in found} == expected
    assert [base.layers for base in found] == sorted((base.layers for base in found), reverse=True)
    for base in found:
        assert base.being == tuple(number for number in base.images if len(chains[number]) == base.layers)


def test_a_base_has_the_name_that_its_images_agree_on() -> None:
    images = [image([(1, 0), (2, 0)], "debian:12"), image([(1, 0), (3, 0)], "debian:12"), image([(1, 0), (4, 0)])]
    (base,) = sharing(images).bases
    (other,) = sharing([*images, image([(1, 0), (5, 0)], "debian:11")]).bases

    assert (base.named, other.named) == (("debian:12",), ())


def test_layers_of_which_nothing_is_known_are_never_the_same() -> None:
    unknown = Image(
        id="",
        platform=Platform(),
        config=ImageConfig(),
        layers=(Layer(index=0, diff_id="", chain_id="", stored_bytes=7),),
        raw_config=b"",
    )
    found = sharing([unknown, unknown])

    assert (found.together_bytes, found.layers, found.bases) == (14, (), ())


def test_a_layer_stored_as_it_is_is_the_same_with_and_without_a_digest() -> None:
    one = image([(1, 0)])
    layer = one.layers[0].model_copy(update={"digest": one.layers[0].diff_id})

    assert sharing([one, one.model_copy(update={"layers": (layer,)})]).together_bytes == 10


def test_many_images_are_not_compared_each_with_each() -> None:
    assert sharing(plain(*[[1]] * MOST_PAIRS)).pairs is not None
    assert sharing(plain(*[[1]] * (MOST_PAIRS + 1))).pairs is None


def test_nothing_has_nothing_in_common() -> None:
    found = sharing([])

    assert (found.shares, found.together_bytes, found.pairs) == ((), 0, ())
