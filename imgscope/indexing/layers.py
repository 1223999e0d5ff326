"""Index the layers of an image side by side: seek from header to header, or decompress and scan.

A layer that cannot be read does not hide the others: it becomes a :class:`LayerIndex` that says why. Blobs that
several layers (or images) share are read once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from threading import Event
from typing import Protocol

from imgscope.blob import Blob
from imgscope.compression import Codec
from imgscope.errors import ImgscopeError
from imgscope.image.model import Layer
from imgscope.image.opened import OpenImage
from imgscope.indexing.cache import Cache, Shelf
from imgscope.indexing.kept import find_table, keep_table
from imgscope.indexing.reading import codec_of, read_table
from imgscope.indexing.workers import COMPRESSED, Workers, processors
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.media_types import contradiction
from imgscope.progress import SILENT, Cancelled, Progress
from imgscope.tar.table import MemberTable, Notice

Key = tuple[str | None, str, str | None, str | None]
"""What layers that are indexed alike have in common: their blob, what it is said to be, and what is wrong with it."""
Reader = Callable[[Blob, Codec, Limits, Callable[[int], None]], MemberTable]
"""What makes a table of a blob: as :func:`imgscope.indexing.reading.read_table`."""


@dataclass(slots=True)
class LayerIndex:
    """What was read of one layer: its members, or the error that kept them from being read."""

    codec: Codec
    table: MemberTable | None = None
    error: ImgscopeError | None = None
    notices: list[Notice] = field(default_factory=list)
    content: int | None = None
    """Bytes of its files, once somebody added them up."""


class Watch(Protocol):
    """Told of each layer by itself while they are read side by side; called from several threads at once."""

    def read(self, layer: int, amount: int) -> None:
        """``amount`` more bytes of a layer were read."""

    def done(self, layer: int, index: LayerIndex) -> None:
        """A layer was read, or could not be."""


class Unwatched:
    """The one that looks away."""

    def read(self, layer: int, amount: int) -> None:
        """Nothing to do."""

    def done(self, layer: int, index: LayerIndex) -> None:
        """Nothing to do."""


UNWATCHED = Unwatched()


def index_layers(
    opened: OpenImage,
    *,
    executor: ThreadPoolExecutor | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    watch: Watch = UNWATCHED,
    known: dict[Key, LayerIndex] | None = None,
    cache: Cache | None = None,
) -> Generator[LayerIndex, None, None]:
    """One index a layer, in the order of the layers, each as soon as it and those below it are there.

    Nothing is read before the first is asked for. ``executor`` runs them side by side, in threads because they share
    the open file; by default one a processor. ``watch`` is told of each layer that is read, by itself. ``known`` are
    indexes that need not be made again; it is added to. ``cache`` does the same from one run to the next.
    """
    known = {} if known is None else known
    layers = opened.image.layers
    todo = {key: layer for layer in layers if (key := _key(layer)) not in known}
    progress.begin("reading layers", sum(layer.stored_bytes for layer in todo.values()))
    told = _Told(layers, progress, watch)
    # With fewer than two that may be large, nothing would be read beside the one.
    large = sum(layer.stored_bytes >= COMPRESSED for layer in todo.values())
    threads = nullcontext(executor) if executor else ThreadPoolExecutor(max_workers=processors())
    with closing(Workers(min(processors(), large))) as workers, threads as begun:

        def work(layer: Layer) -> LayerIndex:
            index = index_layer(opened, layer, limits, partial(told.read, layer), cache, workers.read_table)
            told.done(layer, index)
            return index

        futures = {key: begun.submit(work, todo[key]) for key in _in_turn(todo)}
        try:
            for key in map(_key, layers):
                if key not in known:
                    known[key] = futures[key].result()
                yield known[key]
        except BaseException:
            # Threads cannot be ended from outside: they stop at the next bytes they report.
            told.stop.set()
            workers.stop()
            for future in futures.values():
                future.cancel()
            raise


class _Told:
    """Who is told of what is read, and whether it shall end; a blob is read once for all layers that it is."""

    def __init__(self, layers: Iterable[Layer], progress: Progress, watch: Watch) -> None:
        self.stop = Event()
        self._progress, self._watch = progress, watch
        self._alike: defaultdict[Key, list[int]] = defaultdict(list)
        for layer in layers:
            self._alike[_key(layer)].append(layer.index)

    def read(self, layer: Layer, amount: int) -> None:
        """Bytes of a layer were read. Raises Cancelled where no more are wanted."""
        if self.stop.is_set():
            raise Cancelled
        self._progress.advance(amount)
        for number in self._alike[_key(layer)]:
            self._watch.read(number, amount)

    def done(self, layer: Layer, index: LayerIndex) -> None:
        """A layer was read."""
        for number in self._alike[_key(layer)]:
            self._watch.done(number, index)


def _in_turn(layers: dict[Key, Layer]) -> Iterable[Key]:
    """The largest and the lowest by turns: no large one shall begin late, and the lowest are needed first."""
    by_size = sorted(layers, key=lambda key: layers[key].stored_bytes, reverse=True)
    return dict.fromkeys(chain.from_iterable(zip(by_size, layers, strict=True)))


def _key(layer: Layer) -> Key:
    """Layers of one blob are read once; of one that has none, what is wrong with it."""
    return layer.blob, layer.media_type, None if layer.blob else layer.digest or layer.diff_id, layer.problem


def index_layer(
    opened: OpenImage,
    layer: Layer,
    limits: Limits = DEFAULT_LIMITS,
    advance: Callable[[int], None] = lambda _: None,
    cache: Cache | None = None,
    read: Reader = read_table,
) -> LayerIndex:
    """Read one layer's headers. Errors of the input are kept in the result, with the layer's blob named."""
    codec = Codec.NONE
    notices: list[Notice] = []
    try:
        blob = opened.layer_blob(layer)
        shelf = Shelf(cache, blob)
        codec = codec_of(blob)
        stated = contradiction(layer.media_type, codec)
        if stated:
            message = f"the compression of its media type is {stated}, that of its content {codec}; the content counts"
            notices.append(Notice("media-type", message, 0))
        table = find_table(shelf, codec, limits)
        if table is None:
            table = read(blob, codec, limits, advance)
            keep_table(shelf, codec, blob.size, table)
        else:
            advance(blob.size)
    except ImgscopeError as error:
        return LayerIndex(codec, error=error.located(file=opened.origin.path, member=layer.blob or layer.diff_id))
    return LayerIndex(codec, table, notices=notices + table.notices)
