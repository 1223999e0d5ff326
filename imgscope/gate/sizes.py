"""Rules about how much there is: content, layers, files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from heapq import nlargest

from imgscope.analysis.duplicates import Duplicate
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import FILE, ROOT
from imgscope.gate.context import SHOWN, Context, counted_layers
from imgscope.gate.model import Finding, Outcome, Unit
from imgscope.gate.settings import BytesRule, CountRule, SizeRule
from imgscope.gate.subject import Subject


def live_bodies(subject: Subject, layers: Collection[int], counts: Callable[[bytes, int], bool]) -> list[Finding]:
    """The bodies of the final filesystem that ``layers`` carry and that count; largest first."""
    fs = subject.filesystem
    bodies = [(size, fs.body_path(entry), entry) for size, entry in _live(subject, layers)]
    wanted = [(-size, path, entry) for size, path, entry in bodies if counts(path, size)]
    return [_body(subject, -size, entry) for size, _, entry in sorted(wanted)]


def _live(subject: Subject, layers: Collection[int]) -> list[tuple[int, int]]:
    """Size and entry of each body of the final filesystem that ``layers`` carry."""
    fs = subject.filesystem
    live = {inode for inode, kind in zip(fs.rootfs.inode, fs.rootfs.kind, strict=True) if kind == FILE}
    return [(size, entry) for entry in live if (size := fs.stored(entry)) and fs.locate(entry)[0] in layers]


def _body(subject: Subject, size: int, entry: int) -> Finding:
    layer, _ = subject.filesystem.locate(entry)
    return Finding(subject.filesystem.body_path(entry), size, layer, layer, subject.instruction(layer))


def max_image_size(context: Context, rule: SizeRule, id_: str) -> Iterator[Outcome]:
    """Content of all layers, uncompressed."""
    sizes = _sizes(context, rule, [account.content_bytes for account in context.subject.analysis.layers])
    yield _size(context, rule, id_, sum(sizes.values()), sizes)


def max_image_stored_size(context: Context, rule: SizeRule, id_: str) -> Iterator[Outcome]:
    """All layers as stored."""
    sizes = _sizes(context, rule, [layer.stored_bytes for layer in context.subject.image.layers])
    yield _size(context, rule, id_, sum(sizes.values()), sizes)


def max_layer_size(context: Context, rule: SizeRule, id_: str) -> Iterator[Outcome]:
    """Content of the largest layer."""
    sizes = _sizes(context, rule, [account.content_bytes for account in context.subject.analysis.layers])
    yield _size(context, rule, id_, max(sizes.values(), default=0), _over(sizes, rule))


def max_layer_stored_size(context: Context, rule: SizeRule, id_: str) -> Iterator[Outcome]:
    """The largest layer as stored."""
    sizes = _sizes(context, rule, [layer.stored_bytes for layer in context.subject.image.layers])
    yield _size(context, rule, id_, max(sizes.values(), default=0), _over(sizes, rule))


def _sizes(context: Context, rule: SizeRule, every: Sequence[int]) -> dict[int, int]:
    return {layer: every[layer] for layer in context.layers(rule.layers)}


def _over(sizes: dict[int, int], rule: SizeRule) -> dict[int, int]:
    return {layer: size for layer, size in sizes.items() if size > (rule.limit or 0)}


def _size(context: Context, rule: SizeRule, id_: str, value: int, sizes: dict[int, int]) -> Outcome:
    """A violated limit names the largest files of those layers, live or not: they are what can be made smaller."""
    limit, subject = rule.limit or 0, context.subject
    bodies = _bodies(subject.filesystem, sizes) if value > limit else []
    largest = [_body(subject, size, entry) for size, entry in nlargest(SHOWN, bodies)]
    largest.sort(key=lambda finding: (-finding.bytes, finding.path))
    note = counted_layers(sizes) if sizes and id_.startswith("max-layer") and value > limit else ""
    return context.outcome(id_, rule, Unit.BYTES, value, largest, found=len(bodies), limit=limit, note=note)


def _bodies(fs: FileSystem, layers: Collection[int]) -> list[tuple[int, int]]:
    """Size and entry of each body that ``layers`` store."""
    found = []
    for layer in layers:
        first, table = fs.first[layer], fs.tables[layer]
        if table is not None:
            found += [(table.stored(row), first + row) for row, size in enumerate(table.size) if size]
    return found


def max_layers(context: Context, rule: CountRule, id_: str) -> Iterator[Outcome]:
    """How many layers there are; too many are named from the smallest up, as those to bring together."""
    layers = context.layers(rule.layers)
    accounts = context.subject.analysis.layers
    found = [_layer(context, layer) for layer in sorted(layers, key=lambda layer: accounts[layer].content_bytes)]
    yield _count(context, rule, id_, Unit.LAYERS, len(layers), found)


def max_empty_layers(context: Context, rule: CountRule, id_: str) -> Iterator[Outcome]:
    """How many layers have not a single entry; one that cannot be read is not empty."""
    tables = context.subject.filesystem.tables
    empty = [layer for layer in context.layers(rule.layers) if (table := tables[layer]) is not None and not len(table)]
    yield _count(context, rule, id_, Unit.LAYERS, len(empty), [_layer(context, layer) for layer in empty])


def max_files(context: Context, rule: CountRule, id_: str) -> Iterator[Outcome]:
    """How many files the final filesystem has; the directories with most of them are named."""
    fs, layers = context.subject.filesystem, context.layers(rule.layers)
    rootfs = fs.rootfs
    count: Counter[int] = Counter()
    for node, kind in enumerate(rootfs.kind):
        if kind == FILE and fs.locate(rootfs.entry[node])[0] in layers:
            count[rootfs.parent[node]] += 1
    value = sum(count.values())
    # Of equal ones the first by number: the order of paths as the layers brought them is the same for every run.
    fullest = sorted(count.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    found = [_directory(context, node, number) for node, number in fullest]
    yield _count(context, rule, id_, Unit.FILES, value, found)


def _directory(context: Context, node: int, files: int) -> Finding:
    fs = context.subject.filesystem
    entry = fs.rootfs.entry[node]
    layer = None if node == ROOT or entry >= fs.first[-1] else fs.locate(entry)[0]
    return Finding(fs.rootfs.path(node), 0, layer, layer, context.subject.instruction(layer), detail=f"{files} files")


def _layer(context: Context, layer: int) -> Finding:
    size = context.subject.analysis.layers[layer].content_bytes
    return Finding(b"", size, layer, layer, context.subject.instruction(layer))


def _count(context: Context, rule: CountRule, id_: str, unit: Unit, value: int, found: Sequence[Finding]) -> Outcome:
    limit = rule.limit or 0
    return context.outcome(id_, rule, unit, value, found if value > limit else (), limit=limit)


def duplicate_content(context: Context, rule: BytesRule, id_: str) -> Iterator[Outcome]:
    """What live files have in common with others; a link would save it."""
    counts, layers = context.chooser(id_, rule), context.layers(rule.layers)
    found = []
    for group in context.evidence.duplicates:
        ours = [
            (path, entry)
            for path, entry in group.files
            if context.subject.filesystem.locate(entry)[0] in layers
            and not context.ignores.cover(path, group.bytes, entry)
            and counts(path, group.bytes, entry)
        ]
        # One has to stay: one of those that do not count, if there is any.
        saved = len(ours) - (len(ours) == len(group.files))
        if saved > 0:
            found.append(_duplicate(context, group, ours[-1], saved))
    found.sort(key=lambda finding: (-finding.bytes, finding.path))
    value = sum(finding.bytes for finding in found)
    yield context.outcome(id_, rule, Unit.BYTES, value, found, limit=rule.limit or 0)


def _duplicate(context: Context, group: Duplicate, last: tuple[bytes, int], saved: int) -> Finding:
    path, entry = last
    layer, _ = context.subject.filesystem.locate(entry)
    other = next(other for other, _ in group.files if other != path)
    more = f" and {len(group.files) - 2} more" if len(group.files) > 2 else ""
    detail = f"the same as {other.decode('utf-8', 'surrogateescape')}{more}"
    return Finding(path, group.bytes * saved, layer, layer, context.subject.instruction(layer), detail=detail)
