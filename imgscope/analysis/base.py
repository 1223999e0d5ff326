"""What an image was built on, and how many of its lowest layers came from there.

For certain that is known from the base's own documents only: its layers are the beginning of the list of diff_ids. A
name and a digest of the base are in the annotations that buildah, podman and others write, but nothing in them says
where it ends. Buildah and podman also leave ``FROM NAME`` as a comment at the first step, or the only one, that they
committed above a base: what was made before that step is the base's. Of all others the history and the files let guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import NONE
from imgscope.image.model import Image

NAME = "org.opencontainers.image.base.name"
DIGEST = "org.opencontainers.image.base.digest"
SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh", "busybox"))
_ENDS_AN_IMAGE = ("CMD ", "ENTRYPOINT ")


@dataclass(frozen=True, slots=True)
class Base:
    """How many of the lowest layers are the base's; ``told`` by the image's documents, or else a guess."""

    layers: int
    told: bool


def base_of(image: Image, fs: FileSystem | None = None) -> Base:
    """The base's layers, as the image tells or as they seem to be; without its files its history alone lets guess."""
    told = _told(image)
    return Base(_guessed(image, fs), told=False) if told is None else Base(told, told=True)


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


def runs_nothing(image: Image) -> bool:
    """Whether the image starts a shell or nothing: it is one to build upon, or for people to work in."""
    config = image.config.config
    command = [*(config.entrypoint or ()), *(config.cmd or ())]
    return not command or (len(command) == 1 and command[0].rpartition("/")[2] in SHELLS)


def _told(image: Image) -> int | None:
    """What the image itself tells; None where it does not."""
    name, _ = wanted(image) or ("", "")
    steps = image.history.steps
    if not name or image.history.mismatch:
        return None
    above = [position for position, step in enumerate(steps) if step.entry.comment == f"FROM {name}"]
    return sum(step.layer is not None for step in steps[: above[-1]]) if above else None


def _guessed(image: Image, fs: FileSystem | None) -> int:
    """Up to the last CMD or ENTRYPOINT that others were put upon, and at least the system's own."""
    if runs_nothing(image) and len(image.layers) <= 2:
        return len(image.layers)
    return max(_ended(image), _system(image, fs) if fs else 0)


def _ended(image: Image) -> int:
    """By the history: an image ends with what it runs, and whatever stands above began with that image."""
    layers = ends = found = 0
    for step in image.history.steps:
        if step.layer is not None:
            layers, found = step.layer + 1, ends
        elif step.instruction.startswith(_ENDS_AN_IMAGE):
            ends = layers
    return found


def _system(image: Image, fs: FileSystem) -> int:
    """1 where the lowest layer, of several, brought the distribution's name."""
    if len(image.layers) < 2:
        return 0
    for path in (b"usr/lib/os-release", b"etc/os-release"):
        node = fs.rootfs.find(path.split(b"/"))
        if node is not None and fs.rootfs.entry[node] != NONE:
            return int(fs.locate(fs.rootfs.entry[node])[0] == 0)
    return 0
