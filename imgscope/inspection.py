"""The whole pipeline in one function: an open image → layer tables → filesystem → numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field

from imgscope.analysis.accounting import account, content_of
from imgscope.analysis.copies import candidates, mark
from imgscope.analysis.model import Analysis
from imgscope.compression import Codec
from imgscope.errors import ImgscopeError, LimitError, StoppedError
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.squash import squash
from imgscope.image.opened import ImageWarning, OpenImage
from imgscope.indexing import layers as indexed
from imgscope.indexing import proof
from imgscope.indexing.access import Access
from imgscope.indexing.cache import Cache
from imgscope.indexing.content import fingerprints
from imgscope.indexing.layers import UNWATCHED, LayerIndex, Watch, index_layers
from imgscope.indexing.proof import Claim, all_hold, prove
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.packages.distribution import Distribution, distribution, told_in
from imgscope.progress import SILENT, Progress
from imgscope.tar.slow import MAX_BODY
from imgscope.tar.table import MemberTable


@dataclass(slots=True, repr=False)
class Known:
    """What images of one source that share layers need not find out twice; it is added to."""

    indexes: dict[indexed.Key, LayerIndex] = field(default_factory=dict)
    proofs: dict[proof.Key, tuple[Claim, ...]] = field(default_factory=dict)


# Shown by accident, in a log or a debugger, it would be written out for minutes.
@dataclass(frozen=True, slots=True, repr=False)
class Inspection:
    """All that is known of an image: what reports are written from and the terminal UI shows."""

    opened: OpenImage
    layers: tuple[LayerIndex, ...]
    filesystem: FileSystem
    analysis: Analysis
    warnings: tuple[ImageWarning, ...]
    distribution: Distribution | None = None
    """What the root filesystem says it is."""
    compared: bool = True
    """Whether overwritten files were compared with what took their place; if not, copies count as overwritten."""
    claims: tuple[tuple[Claim, ...], ...] | None = None
    """By layer: what documents say of its digests, beside what its bytes have; None where nobody asked."""
    access: Access = field(default_factory=Access, compare=False)
    """Where compressed layers can be entered, for whoever reads files."""

    @property
    def complete(self) -> bool:
        """Whether all of it could be read, and is what the documents say as far as that was asked.

        If not, waste is a lower bound.
        """
        read = self.compared and not self.opened.damaged and all(layer.error is None for layer in self.layers)
        return read and not any(self.verified(layer.index) is False for layer in self.opened.image.layers)

    def verified(self, layer: int) -> bool | None:
        """Whether a layer's bytes have the digests that documents give; None where that is not known."""
        return None if self.claims is None else all_hold(claim.holds for claim in self.claims[layer])


def inspect(
    opened: OpenImage,
    *,
    executor: ThreadPoolExecutor | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    watch: Watch = UNWATCHED,
    verify: bool = False,
    cache: Cache | None = None,
    known: Known | None = None,
) -> Inspection:
    """Read the layers of an open image, apply them, and account for every byte.

    Layers that cannot be read are left out and make the result incomplete; nothing is raised for them. ``watch`` is
    told of each layer as it is read. What ``cache`` has of an earlier look is not read again. With ``verify`` all bytes
    are read, and hashed as the documents' digests are. ``known`` is what other images of the same source told.
    """
    cache = None if verify else cache
    known = known or Known()
    arriving = index_layers(
        opened, executor=executor, limits=limits, progress=progress, watch=watch, known=known.indexes, cache=cache
    )
    layers: list[LayerIndex] = []
    with closing(arriving):
        filesystem = squash(_tables(arriving, limits, layers))
    claims = tuple(prove(opened, layers, limits=limits, progress=progress, known=known.proofs)) if verify else None
    compared = _compare(opened, layers, filesystem, limits, progress, cache)
    analysis = account(filesystem, [layer.stored_bytes for layer in opened.image.layers])
    opened.look_again()
    warnings = (*_warnings(opened, layers, filesystem), *_untrue(claims or ()))
    told = distribution(_small_files(opened, layers, filesystem, told_in(filesystem)))
    return Inspection(opened, tuple(layers), filesystem, analysis, warnings, told, compared, claims, Access(cache))


def _small_files(
    opened: OpenImage, layers: list[LayerIndex], filesystem: FileSystem, entries: dict[bytes, int]
) -> dict[bytes, bytes]:
    """The contents of a few small files, of those that were kept as they passed by or stand in the open."""
    found: dict[bytes, bytes] = {}
    for path, entry in entries.items():
        layer, row = filesystem.locate(entry)
        table = filesystem.tables[layer]
        if table is None or table.stored(row) > MAX_BODY or row in table.sparse:
            continue
        if row in table.kept:
            found[path] = table.kept[row]
        elif layers[layer].codec is Codec.NONE:
            with suppress(ImgscopeError):
                found[path] = opened.layer_blob(opened.image.layers[layer]).read_at(table.body[row], table.size[row])
    return found


def _untrue(claims: Sequence[Sequence[Claim]]) -> Iterator[ImageWarning]:
    for index, about in enumerate(claims):
        for claim in about:
            if claim.holds is False:
                message = f"the {claim.what} is {claim.got}, the documents say {claim.expected}"
                yield ImageWarning("digest-mismatch", message, f"layer {index}")


def _compare(
    opened: OpenImage,
    layers: list[LayerIndex],
    filesystem: FileSystem,
    limits: Limits,
    progress: Progress,
    cache: Cache | None,
) -> bool:
    """Tell copies from changes; False where someone asked to stop before that was done."""
    wanted = candidates(filesystem)
    if not wanted:
        return True
    try:
        tables = [layer.table for layer in layers]
        prints = fingerprints(opened, tables, wanted, limits=limits, progress=progress, cache=cache)
    except StoppedError:
        return False
    except ImgscopeError as error:  # what was read a moment ago cannot be read again: the file changed
        raise error.located(file=opened.origin.path) from error.__cause__
    mark(filesystem, prints.get)
    return True


def content_bytes(
    opened: OpenImage,
    known: Known,
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    cache: Cache | None = None,
) -> int | None:
    """Bytes of all bodies of an image, as docker shows an image's size; None where a layer cannot be read.

    ``known`` keeps the indexes of blobs from one image to the next, ``cache`` from one run to the next.
    """
    layers = list(index_layers(opened, limits=limits, progress=progress, known=known.indexes, cache=cache))
    if any(layer.error for layer in layers):
        return None
    for _ in _tables(layers, limits):
        pass
    return sum(map(_content, layers))


def proven(
    opened: OpenImage, known: Known, *, limits: Limits = DEFAULT_LIMITS, progress: Progress = SILENT
) -> bool | None:
    """Whether all layers of an image are what documents say; None where that is not known. Reads all bytes.

    ``known`` keeps what was found out of layers from one image to the next.
    """
    layers = list(index_layers(opened, limits=limits, progress=progress, known=known.indexes))
    claims = prove(opened, layers, limits=limits, progress=progress, known=known.proofs)
    return all_hold(all_hold(claim.holds for claim in about) for about in claims)


def _content(layer: LayerIndex) -> int:
    if layer.content is None:
        layer.content = 0 if layer.table is None else content_of(layer.table)
    return layer.content


def _tables(
    arriving: Iterable[LayerIndex], limits: Limits, arrived: list[LayerIndex] | None = None
) -> Iterator[MemberTable | None]:
    """The tables to apply, as they come. A layer may be listed many times and is read once, but applied as often.

    Raises LimitError where there is more to apply than is allowed.
    """
    entries = steps = 0
    for layer in arriving:
        if arrived is not None:
            arrived.append(layer)
        if layer.table is not None:
            entries, steps = entries + len(layer.table), steps + layer.table.steps
            _allow(limits, entries, "the layers have more than {} entries in all")
            _allow(limits, steps, "the names in the layers lead through more than {} directories in all")
        yield layer.table


def _allow(limits: Limits, count: int, what: str) -> None:
    if count > limits.max_entries:
        hint = "raise the limit with --max-entries if this is expected"
        raise LimitError(what.format(limits.max_entries), hint=hint)


def _warnings(opened: OpenImage, layers: list[LayerIndex], filesystem: FileSystem) -> list[ImageWarning]:
    warnings = list(opened.warnings)
    history = opened.image.history
    if history.mismatch:
        warnings.append(ImageWarning("history-mismatch", history.mismatch))
    for index, (layer, effect) in enumerate(zip(layers, filesystem.effects, strict=True)):
        if layer.error:
            todo = f" ({layer.error.hint})" if isinstance(layer.error, LimitError) and layer.error.hint else ""
            warnings.append(ImageWarning("unread-layer", f"could not be read: {layer.error}{todo}", f"layer {index}"))
        warnings += [
            ImageWarning(notice.code, notice.message, f"layer {index} @ byte {notice.offset}")
            for notice in layer.notices
        ]
        for code, (path, count) in effect.notices.items():
            more = f" (and {count - 1} more like it)" if count > 1 else ""
            name = path.decode(errors="backslashreplace")
            warnings.append(ImageWarning(code.value, f"{code.sentence}{more}", f"layer {index}: {name}"))
    return warnings
