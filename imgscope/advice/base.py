"""How many of the lowest layers came with the base image: a guess, from the history and from what the layers hold."""

from __future__ import annotations

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import NONE
from imgscope.image.model import Image

SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh", "busybox"))
_ENDS_AN_IMAGE = ("CMD ", "ENTRYPOINT ")


def runs_nothing(image: Image) -> bool:
    """Whether the image starts a shell or nothing: it is one to build upon, or for people to work in."""
    config = image.config.config
    command = [*(config.entrypoint or ()), *(config.cmd or ())]
    return not command or (len(command) == 1 and command[0].rpartition("/")[2] in SHELLS)


def base_layers(image: Image, fs: FileSystem) -> int:
    """Layers of the base: up to the last CMD or ENTRYPOINT that others were put upon, and at least the system's own."""
    if runs_nothing(image) and len(image.layers) <= 2:
        return len(image.layers)
    return max(_told(image), _system(image, fs))


def _told(image: Image) -> int:
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
