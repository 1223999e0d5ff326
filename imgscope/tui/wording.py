"""What the panes say of a layer, a file or an image, as lines of cells. Everything from the image is escaped here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import islice

from imgscope.escaping import printable
from imgscope.filesystem.life import Event, Fates, bodies, life
from imgscope.filesystem.model import Cause
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.words import kind_text, mode_text, time_text
from imgscope.image.history import Step
from imgscope.image.model import Image, Layer
from imgscope.image.opened import OpenImage
from imgscope.inspection import Inspection
from imgscope.oci.config import ContainerConfig, Healthcheck
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
WHY = {
    Cause.OVERWRITTEN: "a later layer wrote another version",
    Cause.METADATA_ONLY: "a later layer copied it to change only mode, owner or time",
    Cause.DELETED: "a later layer deleted it",
    Cause.OPAQUE: "a later layer replaced its directory",
    Cause.TYPE_CHANGED: "a later layer put something of another type in its way",
    Cause.SHADOWED: "its own layer stores the path again",
}
_DID = {Mark.ADDED: "added", Mark.MODIFIED: "written again", Mark.REMOVED: "removed", Mark.SAME: "left"}
BLANK: Line = ()
_BODIES_TOLD = 100
"""Of a path that is stored again and again, as only a hostile layer would."""
_LONGEST = 4000
"""Characters of an instruction that are shown; a config may hold megabytes."""


def instruction(image: Image, layer: int) -> str:
    """What made a layer, escaped."""
    step = image.history.step_of(layer)
    return said(step) if step else "(no history)"


def said(step: Step) -> str:
    """An instruction, escaped; no more of it than anyone reads."""
    return cut(step.instruction) or "(no history)"


def cut(text: str) -> str:
    """A text from an image, escaped; no more of it than anyone reads."""
    return printable(text[:_LONGEST] + (" …" if len(text) > _LONGEST else ""))


def field(name: str, value: str, role: str = "plain") -> Line:
    """A name and its value."""
    return ((f"{name:<9}", "dim"), (printable(value), role))


class Words:
    """Says things about one inspection."""

    def __init__(self, inspection: Inspection, look: Look) -> None:
        self.inspection = inspection
        self.image = inspection.opened.image
        self.look = look

    @cached_property
    def _between(self) -> Counter[tuple[int, int]]:
        """Wasted bytes by the layer that carries them and the one that hid them."""
        found: Counter[tuple[int, int]] = Counter()
        for row in self.inspection.analysis.waste:
            found[row.layer, row.hidden_by] += row.bytes
        return found

    @cached_property
    def _fates(self) -> Fates:
        return Fates(self.inspection.filesystem)

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
        """Every version in every layer with its instruction, who hides it, and why."""
        fs = self.inspection.filesystem
        events = life(fs, node)
        told = {event.entry for event in events if event.mark is not Mark.REMOVED}
        for event in events:
            yield from self._event(event)
        # Looking for bodies that their own layer wrote over goes through all entries: only where there are any.
        written = [event for event in events if event.mark is not Mark.REMOVED and event.kind == FILE]
        more = fs.rootfs.bodies[node] > sum(event.entry == event.inode for event in written)
        for entry in islice(bodies(fs, node), _BODIES_TOLD) if more else ():
            if entry not in told and (found := self._fates.of(entry)) and found.cause is Cause.SHADOWED:
                size = self.look.size(fs.stored(entry))
                yield (
                    (f"layer {fs.locate(entry)[0]}  ", "dim"),
                    (f"{size} stored twice: {WHY[found.cause]}", "wasted"),
                )
        if not events:
            yield (("no layer has an entry for it", "dim"),)

    def _event(self, event: Event) -> Iterable[Line]:
        fs = self.inspection.filesystem
        sign, role = MARKS[event.mark]
        text = _DID[event.mark]
        if event.kind == FILE and event.mark is not Mark.REMOVED:
            text += f"  {self.look.size(fs.size(event.inode))}"
        if event.kind != DIRECTORY and event.entry != NONE and event.mark is not Mark.REMOVED:
            mode, uid, gid, _ = fs.attributes(event.entry)
            text += f"  {mode_text(fs, event.kind, event.inode, mode)} {uid}:{gid}"
        if event.reason:
            text += f": {event.reason.value}"
        yield ((f"{sign} layer {event.layer}  ", role), (text, role))
        yield (("    ", "plain"), (instruction(self.image, event.layer), "instruction"))
        own = event.kind == FILE and event.entry == event.inode and event.mark is not Mark.REMOVED
        if own and (found := self._fates.of(event.entry)):
            size = self.look.size(fs.stored(event.entry))
            by = "" if found.cause is Cause.SHADOWED else f" (layer {found.layer})"
            yield (("    ", "plain"), (f"{size} wasted: {WHY[found.cause]}{by}", "wasted"))


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


def config(opened: OpenImage) -> list[Line]:
    """How an image runs, and what it says of itself."""
    image = opened.image
    own = image.config.config
    lines: list[Line] = [
        *_section("Image", _identity(opened)),
        *_section("Runs", _runs(own)),
        *_section("Environment", [_pair(*text.partition("=")[::2]) for text in own.env]),
        *_section("Volumes", [((f"  {printable(name)}", "plain"),) for name in own.volumes]),
        *_section("Ports", [((f"  {printable(name)}", "plain"),) for name in own.exposed_ports]),
        *_section("Healthcheck", _healthcheck(own.healthcheck)),
        *_section("Labels", [_pair(*item) for item in sorted(own.labels.items())]),
        *_section("On build", [((f"  {printable(text)}", "instruction"),) for text in own.on_build]),
    ]
    return lines[:-1]


def _section(title: str, lines: list[Line]) -> list[Line]:
    """A title and its lines, and nothing where there are none."""
    return [((title, "header"),), *lines, BLANK] if lines else []


def _pair(name: str, value: str) -> Line:
    return ((f"  {printable(name)} ", "dim"), (printable(value), "plain"))


def _named(rows: Iterable[tuple[str, str]]) -> list[Line]:
    return [((f"  {name:<14} ", "dim"), (printable(value), "plain")) for name, value in rows if value]


def _identity(opened: OpenImage) -> list[Line]:
    image, origin = opened.image, opened.origin
    created = image.config.created
    return _named(
        [
            ("file", origin.path),
            ("format", origin.flavour),
            ("id", image.id),
            ("digest", image.manifest_digest or ""),
            *(("name", tag) for tag in image.tags),
            ("platform", str(image.platform)),
            ("created", f"{moment(created)} ({age(created)})" if created else ""),
            ("author", image.config.author),
        ]
    )


def _runs(own: ContainerConfig) -> list[Line]:
    return _named(
        [
            ("user", own.user or "root (none is set)"),
            ("entrypoint", _words(own.entrypoint)),
            ("cmd", _words(own.cmd)),
            ("working dir", own.working_dir),
            ("stop signal", own.stop_signal),
            ("shell", _words(own.shell)),
        ]
    )


def _words(words: Sequence[str] | None) -> str:
    """A command as a shell would take it."""
    from shlex import join

    return join(words) if words else ""


def _healthcheck(check: Healthcheck | None) -> list[Line]:
    if check is None:
        return []
    times = (
        ("every", check.interval),
        ("timeout", check.timeout),
        ("start period", check.start_period),
        ("start interval", check.start_interval),
    )
    rows = [(name, _seconds(value)) for name, value in times if value]
    return _named([("test", _words(check.test)), *rows, ("retries", str(check.retries or ""))])


def _seconds(nanoseconds: int) -> str:
    """A duration; as it is where no clock counts so far."""
    return f"{nanoseconds / 1e9:g} s" if abs(nanoseconds) < 1 << 63 else f"{nanoseconds} ns"
