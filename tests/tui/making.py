"""Filesystems and inspections made in memory, and names that nobody would want to show."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from hypothesis import strategies as st

from imgscope.escaping import printable
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import ROOT
from imgscope.filesystem.squash import squash
from imgscope.image.model import Image, Layer
from imgscope.image.opened import OpenImage, Origin
from imgscope.inspection import Inspection, inspect
from imgscope.oci.config import ImageConfig
from imgscope.oci.descriptor import Platform
from imgscope.oci.document import parse
from tests.build import BytesBlob, E, Spec, d, f, h, layer, o, s, sha, w
from tests.conftest import tables_of

_NASTY = [
    b"[bold]red[/bold]",
    b"\x1b[31m",
    b"\xff\xfe",
    b"new\nline\ttab",
    b"x" * 4096,
    b"-",
    "\u202egnp.exe".encode(),
    "日本語".encode(),
    "漢".encode() * 1300,
    "e\u0301e\u0301".encode(),
    "\U0001f469\u200d\U0001f467".encode(),
]


def _storable(name: bytes) -> bool:
    """Whether a name stays what it is in a layer: no directory, no marker."""
    return name not in (b".", b"..") and not name.startswith(b".wh.")


HOSTILE = (
    st.one_of(
        st.sampled_from(_NASTY),
        st.binary(min_size=1, max_size=12),
        st.text(min_size=1, max_size=6).map(lambda text: text.encode("utf-8", "replace")),
    )
    .map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))
    .filter(_storable)
)
"""One part of a path: any bytes that a layer can hold."""


_PATHS = ["/".join(parts) for depth in (1, 2, 3) for parts in product("abc", repeat=depth)]
_TARGETS = ["a", "b/c", "/c", "../b", "a/a/a", "missing"]
LAYERS = st.lists(
    st.lists(
        st.one_of(
            st.sampled_from([f(path, data) for path in _PATHS for data in ("1", "22", "333", "")]),
            st.sampled_from([f(path, data, mode=0o600) for path in _PATHS[:12] for data in ("1", "22")]),
            st.sampled_from([d(path, mode=mode) for path in _PATHS for mode in (0o755, 0o700)]),
            st.sampled_from([s(path, target) for path in _PATHS for target in _TARGETS]),
            st.sampled_from([h(path, target) for path in _PATHS for target in _PATHS[:12]]),
            st.sampled_from([*map(w, _PATHS), *map(o, ["", *_PATHS[:12]])]),
        ),
        max_size=8,
    ),
    min_size=1,
    max_size=4,
)
"""Layers over a few paths, so that they meet. Entries are made once: drawing them is what takes time."""


def fs_of(*layers: list[E]) -> FileSystem:
    """The filesystem that layers make."""
    return squash(tables_of([layer(*entries) for entries in layers]))


def node_at(fs: FileSystem, path: str | bytes) -> int:
    """The node of a path."""
    raw = path.encode() if isinstance(path, str) else path
    node = ROOT
    for part in raw.split(b"/") if raw else ():
        node = fs.rootfs.children[node][part]
    return node


def paths_of(fs: FileSystem, nodes: Iterable[int]) -> list[str]:
    """Paths, as they are shown."""
    return [printable(fs.rootfs.path(node)) for node in nodes]


def is_below(fs: FileSystem, node: int, above: int) -> bool:
    """Whether a node is another, or stands somewhere below it."""
    while node not in (above, ROOT):
        node = fs.rootfs.parent[node]
    return node == above


class Blobs:
    """Layers in memory."""

    def __init__(self, layers: Iterable[bytes]) -> None:
        self._layers = list(layers)

    def open(self, name: str) -> BytesBlob:
        """The layer of a number."""
        return BytesBlob(self._layers[int(name)])

    def close(self) -> None:
        """Nothing to let go of."""


def opened_of(spec: Spec, *, digests: bool = True) -> OpenImage:
    """An image that lies in memory."""
    layers = tuple(
        Layer(
            index=index,
            diff_id=sha(data) if digests else "",
            chain_id=sha(data + b"chain") if digests else "",
            digest=sha(data + b"stored") if digests else None,
            stored_bytes=len(data),
            blob=str(index),
        )
        for index, data in enumerate(spec.layers)
    )
    image = Image(
        id=sha(spec.raw_config),
        tags=spec.tags,
        platform=Platform(os="linux", architecture=spec.architecture),
        config=parse(ImageConfig, spec.raw_config, "the config"),
        layers=layers,
        raw_config=spec.raw_config,
    )
    return OpenImage(image, Blobs(spec.layers), Origin("app.tar", "docker-archive", 1, "", 1))


def inspection_of(*layers: list[E], spec: Spec | None = None) -> Inspection:
    """The inspection of an image with these layers; ``spec`` says the rest."""
    spec = spec or Spec([])
    spec.layers = [layer(*entries) for entries in layers]
    return inspect(opened_of(spec))
