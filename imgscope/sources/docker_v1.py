"""What Docker before 1.10 saved: a directory for each layer, whose ``json`` names its parent, and ``repositories``.

There is no list of layers: an image is the layer that a tag names, or one that is nobody's parent, and all below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imgscope.errors import DocumentError, ImgscopeError, LimitError
from imgscope.limits import Limits
from imgscope.oci.document import parse, parse_json
from imgscope.sources.documents import StoredLayer, build_v1_image, look_up
from imgscope.sources.interface import MAX_IMAGES, Catalogue, Files, Found, bare, read_document

if TYPE_CHECKING:
    from imgscope.oci.v1 import V1Config

_REPOSITORIES = "repositories"
_ID = re.compile(r"[0-9a-f]{64}\Z")
_CONFIG = re.compile(r"([0-9a-f]{64})/json\Z")
_MAX_LAYERS = 100_000


def recognise(files: Files) -> bool:
    """Whether there is a layer with a config of its own."""
    return any(_CONFIG.match(name) for name in files.names())


def read(files: Files, limits: Limits) -> Catalogue:
    """All images: those that have a tag, then those that only are nobody's parent."""
    catalogue = Catalogue(f"docker-v1-{files.flavour_suffix}")
    ids = [found[1] for name in files.names() if (found := _CONFIG.match(name))]
    if len(ids) > MAX_IMAGES:
        raise LimitError(f"{len(ids)} layers, more than {MAX_IMAGES}")
    chains = _Chains(files, limits)
    tags = _tags(files, limits)
    parents = {chains.parent(id_) for id_ in ids}
    named = [_found(chains, id_, tuple(names)) for id_, names in tags.items()]
    others = [_found(chains, id_) for id_ in ids if id_ not in parents and id_ not in tags]
    # Where a chain is broken, what is left of it would pass for an image.
    broken = any(found.problem for found in [*named, *others])
    catalogue.images += [*named, *(found for found in others if found.problem or not broken)]
    if not catalogue.images:
        raise DocumentError("each layer is the parent of another: no image is the top")
    return catalogue


@dataclass(slots=True)
class _Chains:
    """Configs of layers, each read once, and the ways from one down to the lowest."""

    files: Files
    limits: Limits
    _read: dict[str, tuple[V1Config, bytes] | ImgscopeError] = field(default_factory=dict)
    _steps: int = 0

    def config(self, id_: str) -> tuple[V1Config, bytes]:
        """A layer's config, and its bytes. Raises ImgscopeError where it is missing or wrong."""
        if id_ not in self._read:
            try:
                self._read[id_] = self._config(id_)
            except ImgscopeError as error:
                self._read[id_] = error
        known = self._read[id_]
        if isinstance(known, ImgscopeError):
            raise bare(known)
        return known

    def _config(self, id_: str) -> tuple[V1Config, bytes]:
        from imgscope.oci.v1 import V1Config  # here, because hardly any image has such documents

        if not _ID.match(id_):
            raise DocumentError(f"a layer is called {id_[:100]!r}, which is no layer's id")
        raw = read_document(self.files, f"{id_}/json", self.limits, f"the config of layer {id_}")
        return parse(V1Config, raw, f"{id_}/json"), raw

    def parent(self, id_: str) -> str:
        """The layer below; empty for none, or where that cannot be read."""
        try:
            return self.config(id_)[0].parent
        except ImgscopeError:
            return ""

    def down(self, id_: str) -> Iterator[str]:
        """The layers from ``id_`` to the lowest. Raises ImgscopeError for a circle or a gap."""
        passed: set[str] = set()
        while not passed or id_:
            if id_ in passed:
                raise DocumentError("the parents of its layers lead in a circle", member=f"{id_}/json")
            self._steps += 1
            if self._steps > _MAX_LAYERS:
                raise LimitError(f"images of more than {_MAX_LAYERS} layers in all")
            passed.add(id_)
            yield id_
            id_ = self.config(id_)[0].parent


def _found(chains: _Chains, id_: str, tags: tuple[str, ...] = ()) -> Found:
    """The image whose top layer is ``id_``."""
    try:
        layers = list(chains.down(id_))[::-1]
        configs = [chains.config(layer)[0] for layer in layers]
        stored = [_stored(chains.files, layer) for layer in layers]
        image = build_v1_image(configs, chains.config(id_)[1], stored, tags)
    except ImgscopeError as error:
        return Found(tags, problem=bare(error), v1_id=id_)
    return Found(tags, image.platform, None, image, v1_id=id_)


def _stored(files: Files, id_: str) -> StoredLayer:
    name = f"{id_}/layer.tar"
    present, size, fault = look_up(files, name)
    return StoredLayer(blob=name, present=present, size=size, fault=fault)


def _tags(files: Files, limits: Limits) -> dict[str, list[str]]:
    """Names by the layer that they are given to. Absent where the images were saved by id."""
    if _REPOSITORIES not in files:
        return {}
    value = parse_json(read_document(files, _REPOSITORIES, limits, _REPOSITORIES), _REPOSITORIES)
    tags: dict[str, list[str]] = {}
    for repository, versions in _items(value):
        for version, id_ in _items(versions):
            if not isinstance(id_, str):
                raise DocumentError("repositories does not name layers", member=_REPOSITORIES)
            tags.setdefault(id_, []).append(f"{repository}:{version}")
    return tags


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if value is None:
        return iter(())
    if not isinstance(value, dict):
        raise DocumentError("repositories is not a map of names", member=_REPOSITORIES)
    return iter(value.items())
