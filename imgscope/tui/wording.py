"""What the panes say of a layer, a file or an image, as lines of cells. Everything from the image is escaped here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

from imgscope.analysis.blame import Blame, Changed, Did, Happening
from imgscope.analysis.blame_words import HIDDEN, what
from imgscope.escaping import printable
from imgscope.filesystem.life import Lives
from imgscope.filesystem.model import Cause
from imgscope.filesystem.rootfs import FILE, NONE, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.words import WHY, kind_text, mode_text, time_text, type_name
from imgscope.image.history import NO_HISTORY, Step
from imgscope.image.model import Image, Layer
from imgscope.indexing.cache import Cache
from imgscope.indexing.content import fingerprints
from imgscope.inspection import Inspection
from imgscope.limits import Limits
from imgscope.progress import Progress
from imgscope.tui.lens import Lens
from imgscope.tui.look import MARKS, Cell, Look
from imgscope.units import age, count, counted, moment, percent

Line = Sequence[Cell]

CAUSES = {
    Cause.OVERWRITTEN: "overwritten",
    Cause.METADATA_ONLY: "metadata only",
    Cause.DELETED: "deleted",
    Cause.OPAQUE: "opaque",
    Cause.TYPE_CHANGED: "type changed",
    Cause.SHADOWED: "stored twice",
}
_SIGNS = {
    Did.ADDED: MARKS[Mark.ADDED],
    Did.LINKED: MARKS[Mark.ADDED],
    Did.REMOVED: MARKS[Mark.REMOVED],
    Did.SHADOWED: (" ", "dim"),
}
"""Of all else: modified."""
BLANK: Line = ()
_TOLD = 100
"""Of a path that is stored again and again, as only a hostile layer would."""
_LONGEST = 4000
"""Characters of an instruction that are shown; a config may hold megabytes."""


def instruction(image: Image, layer: int) -> str:
    """What made a layer, escaped."""
    step = image.history.step_of(layer)
    return said(step) if step else NO_HISTORY


def said(step: Step) -> str:
    """An instruction, escaped; no more of it than anyone reads."""
    return cut(step.instruction) or NO_HISTORY


def cut(text: str) -> str:
    """A text from an image, escaped; no more of it than anyone reads."""
    return printable(text[:_LONGEST] + (" …" if len(text) > _LONGEST else ""))


def field(name: str, value: str, role: str = "plain") -> Line:
    """A name and its value."""
    return ((f"{name:<9}", "dim"), (printable(value), role))


class Words:
    """Says things about one inspection."""

    def __init__(self, inspection: Inspection, look: Look, blame: Blame | None = None) -> None:
        """``blame`` takes a moment to make: who has it already hands it in."""
        self.inspection = inspection
        self.image = inspection.opened.image
        self.look = look
        self.blame = blame or Blame(inspection.filesystem, Lives(inspection.filesystem))
        self._compared: dict[int, list[Happening]] = {}
        """What is known of paths whose contents were compared."""
        self._last: tuple[int, list[Happening]] = NONE, []

    @cached_property
    def _between(self) -> Counter[tuple[int, int]]:
        """Wasted bytes by the layer that carries them and the one that hid them."""
        found: Counter[tuple[int, int]] = Counter()
        for row in self.inspection.analysis.waste:
            found[row.layer, row.hidden_by] += row.bytes
        return found

    def layer(self, index: int) -> list[Line]:
        """All that is known of a layer."""
        layer, account = self.image.layers[index], self.inspection.analysis.layers[index]
        size, whole = self.look.size, self.inspection.analysis.totals.content_bytes
        share = percent(account.content_bytes, whole)
        lines: list[Line] = [
            ((f"Layer {index}", "strong"), (f"  {size(account.content_bytes)}, {share} of the image", "plain")),
            *_documents(layer, self.image.history.step_of(index)),
        ]
        error = self.inspection.layers[index].error
        if error:
            lines += [BLANK, ((f"! {printable(str(error))}", "error"),)]
            lines += [((f"  {printable(error.hint)}", "plain"),)] if error.hint else []
        else:
            markers = f"{counted(account.whiteouts, 'whiteout', 'whiteouts')}, {count(account.opaque_whiteouts)} opaque"
            lines += [
                (
                    ("paths    ", "dim"),
                    (f"+{count(account.added)} ", "added"),
                    (f"~{count(account.modified)} ", "modified"),
                    (f"-{count(account.removed)}", "removed"),
                ),
                field("markers", markers),
                field("entries", f"{count(account.entries)}, {counted(account.files, 'file', 'files')}"),
                field("stored", self._stored(index)),
            ]
        lines += [BLANK, ((instruction(self.image, index), "instruction"),), BLANK]
        return [*lines, *self._waste(index)]

    def _stored(self, index: int) -> str:
        layer, account = self.image.layers[index], self.inspection.analysis.layers[index]
        codec = self.inspection.layers[index].codec.value
        ratio = percent(layer.stored_bytes, account.tar_bytes)
        how = "plain" if codec == "none" else f"{codec}, {ratio} of {self.look.size(account.tar_bytes)}"
        return f"{self.look.size(layer.stored_bytes)} {how}"

    def _waste(self, index: int) -> list[Line]:
        """What of a layer is waste, and what it turned into waste."""
        account, size = self.inspection.analysis.layers[index], self.look.size
        lines: list[Line] = []
        if account.wasted_bytes:
            lines.append(((f"{size(account.wasted_bytes)} of it is waste", "wasted"), ("  (2 shows it)", "dim")))
            causes = sorted(account.hidden.items(), key=lambda item: -item[1])
            lines += [
                ((f"  {size(number):>8}  ", "plain"), (WHY[cause], "plain")) for cause, number in causes if number
            ]
            by = [(pair[1], number) for pair, number in self._between.items() if pair[0] == index]
            lines += self._layers("hidden by", by)
        if account.causes_wasted_bytes:
            lines.append(((f"It turned {size(account.causes_wasted_bytes)} below it into waste", "wasted"),))
            of = [(pair[0], n) for pair, n in self._between.items() if pair[1] == index and pair[0] != index]
            lines += self._layers("of", of)
        return lines or [(("nothing of it is waste", "dim"),)]

    def _layers(self, word: str, numbers: list[tuple[int, int]]) -> list[Line]:
        largest = sorted(numbers, key=lambda item: (-item[1], item[0]))
        lines: list[Line] = [
            (
                (f"  {self.look.size(number):>8}  {word} layer {layer}: ", "dim"),
                (instruction(self.image, layer), "instruction"),
            )
            for layer, number in largest[:5]
        ]
        more = len(largest) - 5
        return [*lines, ((f"            and {counted(more, 'layer', 'layers')} more", "dim"),)] if more > 0 else lines

    def cause(self, cause: Cause) -> list[Line]:
        """What one cause comes to, and the layers at fault."""
        rows = [row for row in self.inspection.analysis.waste if row.cause is cause]
        blame: Counter[int] = Counter()
        for row in rows:
            blame[row.hidden_by] += row.bytes
        total = self.look.size(sum(row.bytes for row in rows))
        return [
            ((CAUSES[cause].capitalize(), "strong"), (f"  {total} in {counted(len(rows), 'file', 'files')}", "wasted")),
            ((WHY[cause], "plain"),),
            BLANK,
            *self._layers("by", list(blame.items())),
        ]

    def step(self, step: Step) -> list[Line]:
        """A build step that made no layer."""
        return [
            (("No layer", "strong"), ("  this step changed no file", "plain")),
            *_created(step),
            BLANK,
            ((said(step), "instruction"),),
        ]

    def path(self, lens: Lens, node: int) -> list[Line]:
        """All that is known of a path as a lens shows it, and its life."""
        fs, state = self.inspection.filesystem, lens.state
        kind, entry, inode = state.kind[node], state.entry[node], state.inode[node]
        lines: list[Line] = [((f"/{printable(fs.rootfs.path(node))}", "strong"),)]
        if kind:
            mode, uid, gid, mtime = fs.attributes(entry)
            what = kind_text(fs, kind, inode) if kind != FILE or entry == inode else "hard link"
            lines.append(field("type", f"{what}, {mode_text(fs, kind, inode, mode)} {uid}:{gid}"))
            if entry != NONE:
                lines.append(field("changed", f"{time_text(mtime)} UTC"))
        if lens.is_directory(node):
            below = lens.below(node)
            lines.append(field("holds", f"{self.look.size(lens.bytes[node])} in {counted(below, 'path', 'paths')}"))
        elif kind == FILE:
            lines.append(field("size", self._size(inode)))
        if kind == SYMLINK:
            lines.append(field("target", printable(fs.member(inode).link)))
        elif kind == FILE and entry != inode:
            lines.append(field("same as", f"/{printable(fs.body_path(inode))}"))
        return [*lines, BLANK, *self._life(node)]

    def _size(self, inode: int) -> str:
        fs = self.inspection.filesystem
        size, stored = fs.size(inode), fs.stored(inode)
        exact = f" ({count(size)} bytes)" if size >= 1000 else ""
        sparse = f", sparse: {self.look.size(stored)} stored" if stored != size else ""
        links = f", {fs.links[inode]} names" if fs.links[inode] > 1 else ""
        return f"{self.look.size(size)}{exact}{sparse}{links}"

    def _life(self, node: int) -> Iterable[Line]:
        """Every event with its instruction, what exactly changed, and what became of the bytes that it brought."""
        happenings = self.happenings(node)
        if len(happenings) > _TOLD:
            yield ((f"after {count(len(happenings) - _TOLD)} others", "dim"),)
        for happening in happenings[-_TOLD:]:
            yield from self._happening(happening)
        if self.unsure(node):
            yield (("contents of equal size are being compared", "dim"),)
        if not happenings:
            yield (("no layer has an entry for it", "dim"),)

    def happenings(self, node: int) -> list[Happening]:
        """All that happened to a path, oldest first."""
        if self._last[0] != node:  # of one that is stored ever again, they are many
            self._last = node, self.blame.of(node)
        return self._compared.get(node, self._last[1])

    def _happening(self, one: Happening) -> Iterable[Line]:
        fs = self.inspection.filesystem
        sign, role = _SIGNS.get(one.did, MARKS[Mark.MODIFIED])
        type_ = "hardlink" if one.kind == FILE and one.entry != one.inode else type_name(fs, one.kind, one.inode)
        text = f"removed: {one.reason.value}" if one.reason else what(one.did, one.changed, type_)
        if one.did is not Did.REMOVED:
            text += self._attributes(one)
        yield ((f"{sign} layer {one.layer}  ", role), (text, role))
        yield (("    ", "plain"), (instruction(self.image, one.layer), "instruction"))
        yield from self._body(one)

    def _attributes(self, one: Happening) -> str:
        fs = self.inspection.filesystem
        mode, uid, gid, mtime = fs.attributes(one.entry)
        size = f"  {self.look.size(fs.size(one.inode))}" if one.kind == FILE else ""
        when = "" if one.entry == NONE else f"  {time_text(mtime)}"
        return f"{size}  {mode_text(fs, one.kind, one.inode, mode)} {uid}:{gid}{when}"

    def _body(self, one: Happening) -> Iterable[Line]:
        """What became of the bytes; where it brought none, what it leads to."""
        fs = self.inspection.filesystem
        if one.fate:
            why = HIDDEN[one.fate.cause].format(one.fate.layer)
            yield (("    ", "plain"), (f"{self.look.size(fs.stored(one.entry))} wasted: {why}", "wasted"))
        elif one.has_body:
            yield (("    ", "plain"), ("live", "dim"))
        elif one.kind == FILE and one.did is not Did.REMOVED:
            yield (("    ", "plain"), (f"{self.look.same_as} /{printable(fs.body_path(one.inode))}", "link"))
        elif one.kind == SYMLINK and one.did is not Did.REMOVED:
            yield (("    ", "plain"), (f"{self.look.to} {printable(fs.member(one.inode).link)}", "link"))

    def unsure(self, node: int) -> bool:
        """Whether it may take reading to know if a path's content changed: :meth:`compare` does that."""
        fs, files = self.inspection.filesystem, [one for one in self.happenings(node) if one.kind == FILE]
        doubtful = any(
            Changed.CONTENT in now.changed and fs.size(then.inode) == fs.size(now.inode)
            for then, now in pairwise(files)
        )
        return doubtful and node not in self._compared

    def compare(self, node: int, limits: Limits, progress: Progress, cache: Cache | None) -> None:
        """Read what tells whether a path's content changed. Raises ImgscopeError where a layer cannot be read again."""
        if doubts := self.blame.doubts([node]):
            opened, tables = self.inspection.opened, [layer.table for layer in self.inspection.layers]
            self.blame.learn(fingerprints(opened, tables, doubts, limits=limits, progress=progress, cache=cache))
        self._compared[node] = self.blame.of(node)

    def leave(self, node: int) -> None:
        """What could not be read again counts as changed."""
        self._compared[node] = self.blame.of(node)


def _documents(layer: Layer, step: Step | None) -> Iterable[Line]:
    """What the documents say of a layer."""
    if layer.digest:
        yield field("digest", layer.digest)
    if layer.diff_id:
        yield field("diff_id", layer.diff_id)
        yield field("chain id", layer.chain_id)
    if step:
        yield from _created(step)


def _created(step: Step) -> Iterable[Line]:
    if step.entry.created:
        yield field("created", f"{moment(step.entry.created)} ({age(step.entry.created)})")
    if step.entry.comment:
        yield field("comment", step.entry.comment)


def unread(image: Image, index: int, said: str) -> list[Line]:
    """A layer that is not read yet, or could not be."""
    layer = image.layers[index]
    return [
        ((f"Layer {index}", "strong"), (f"  {said}", "plain")),
        *_documents(layer, image.history.step_of(index)),
        BLANK,
        ((instruction(image, index), "instruction"),),
    ]
