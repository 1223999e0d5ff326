"""What an image was built on: as far as its own documents say, and as far as another image's do."""

from __future__ import annotations

from itertools import takewhile

from imgscope.image.model import Image

NAME = "org.opencontainers.image.base.name"
DIGEST = "org.opencontainers.image.base.digest"


def wanted(image: Image) -> tuple[str, str] | None:
    """Name and digest of the base that an image says it has, each empty where it is not said; None: it has none.

    Labels stand back: a label is passed on to every image that is built on this one.
    """
    annotations = image.manifest.annotations if image.manifest else {}
    for notes in (annotations, image.config.config.labels):
        found = notes.get(NAME, ""), notes.get(DIGEST, "")
        if any(found):
            return found
    return None


def common_layers(one: Image, other: Image) -> int:
    """How many of their lowest layers two images have in common, by diff_id."""
    pairs = zip(one.layers, other.layers, strict=False)
    return len(list(takewhile(lambda pair: pair[0].diff_id == pair[1].diff_id, pairs)))
