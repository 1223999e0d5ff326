"""The oracle for squash and accounting: the specification's rules over a plain dict, as slowly as they read.

Paths are tuples of names. Everything is worked out by looking at the whole filesystem before and after each layer,
where imgscope keeps columns and touches only what changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.build import E

Path = tuple[str, ...]
DIR, FILE, LINK = "dir", "file", "link"


@dataclass
class Body:
    """One stored file: layer, place in the layer, path and content."""

    layer: int
    row: int
    path: Path
    data: bytes
    hidden: tuple[str, int] | None = None


@dataclass
class Thing:
    """What stands at a path."""

    kind: str
    layer: int
    body: Body | None = None
    target: str = ""
    row: int = -1


@dataclass
class Naive:
    """The filesystem, and every body there ever was."""

    things: dict[Path, Thing] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)

    def resolve(self, parts: Path, *, follow_last: bool = True) -> Path | None:
        """The real path of something that is there."""
        return self._resolve(list(parts), follow_last, make=None)

    def _resolve(self, parts: list[str], follow_last: bool, make: int | None, follow: bool = True) -> Path | None:
        at: Path = ()
        todo = parts
        hops = 0
        while todo:
            name, *todo = todo
            if name == "..":
                at = at[:-1]
                continue
            child = (*at, name)
            thing = self.things.get(child)
            if follow and thing and thing.kind == LINK and (todo or follow_last):
                if hops == 255:
                    return self._resolve(parts, follow_last, make, follow=False)
                hops += 1
                at = () if thing.target.startswith("/") else at
                todo = [part for part in thing.target.split("/") if part not in ("", ".")] + todo
                continue
            if (not thing or thing.kind != DIR) and (todo or make is not None):
                if make is None:
                    return None
                self.things[child] = Thing(DIR, -1)
            elif not thing:
                return None
            at = child
        return at

    def remove(self, path: Path, *, keep: int | None = None) -> None:
        """Take away a path and all below it, but for what layer ``keep`` put there."""
        for other in [one for one in self.things if one[: len(path)] == path]:
            if keep is None or self.things[other].layer != keep:
                del self.things[other]

    def paths_of(self, body: Body) -> set[Path]:
        return {path for path, thing in self.things.items() if thing.body is body}

    def apply(self, number: int, entries: list[E]) -> None:
        """One layer."""
        before = {id(body): self.paths_of(body) for body in self.bodies}
        markers = [
            (row, split(one.name), one) for row, one in enumerate(entries) if split(one.name)[-1].startswith(".wh.")
        ]
        rows = {row for row, _, _ in markers}
        lower = {
            row: self.resolve(split(one.link), follow_last=False) for row, one in enumerate(entries) if one.type == "1"
        }
        lost: dict[Path, tuple[int, Thing]] = {}
        self._reach(number, entries, [path[:-1] for _, path, _ in markers], rows, lost)
        whited, opaque = self._hide(number, markers, lost)
        for row, one in enumerate(entries):
            if row not in rows:
                self._write(number, row, one, lower, lost, before)
        for body in self.bodies:
            if not body.hidden and not self.paths_of(body):
                last = before.get(id(body), set())
                path = body.path if body.path in last or body.layer == number else min(last)
                cause = "shadowed" if body.layer == number else self._cause(body, path, whited, opaque)
                body.hidden = (cause, number)

    def _reach(
        self,
        number: int,
        entries: list[E],
        directories: list[Path],
        markers: set[int],
        lost: dict[Path, tuple[int, Thing]],
    ) -> None:
        ways = {path[:depth] for path in directories for depth in range(1, len(path) + 1)}
        found = [(row, one) for row, one in enumerate(entries) if row not in markers and one.type in "52"]
        for row, one in sorted(found, key=lambda item: len(split(item[1].name))):
            path = split(one.name)
            if path not in ways:
                continue
            parent = self.resolve(path[:-1])
            if parent is None or (parent and self.things[parent].kind != DIR):
                continue
            here = (*parent, path[-1])
            thing = self.things.get(here)
            if thing and thing.kind != DIR:
                lost[here] = (row, thing)
            if one.type == "5" and thing and thing.kind != DIR:
                self.things[here] = Thing(DIR, number, row=row)
            elif one.type == "2" and (not thing or thing.kind != DIR):
                self.things[here] = Thing(LINK, number, target=str(one.link), row=row)

    def _hide(
        self, number: int, markers: list[tuple[int, Path, E]], lost: dict[Path, tuple[int, Thing]]
    ) -> tuple[set[Path], set[Path]]:
        whited: set[Path] = set()
        opaque: set[Path] = set()
        resolved = [(row, path, self.resolve(path[:-1])) for row, path, _ in markers]
        for want_opaque in (False, True):
            for row, path, directory in resolved:
                if (path[-1] == ".wh..wh..opq") != want_opaque or directory is None:
                    continue
                if directory and (directory not in self.things or self.things[directory].kind != DIR):
                    continue
                tops = [(*directory, path[-1][4:])]
                if want_opaque:
                    opaque.add(directory)
                    tops = [one for one in self.things if one[:-1] == directory and one]
                for top in tops:
                    if top in self.things and self.things[top].layer != number:
                        for other in [one for one in self.things if one[: len(top)] == top]:
                            lost[other] = (row, self.things[other])
                            if not want_opaque:
                                whited.add(other)
                        self.remove(top)
        return whited, opaque

    def _write(
        self,
        number: int,
        row: int,
        one: E,
        lower: dict[int, Path | None],
        lost: dict[Path, tuple[int, Thing]],
        before: dict[int, set[Path]],
    ) -> None:
        path = split(one.name)
        parent = self._resolve(list(path[:-1]), True, make=number)
        assert parent is not None
        here = (*parent, path[-1])
        thing = Thing(DIR, number)
        if one.type == "2":
            thing = Thing(LINK, number, target=str(one.link))
        elif one.type == "1":
            thing = self._link(number, row, one, lower[row] if lost else None, lost)
        elif one.type == "0":
            body = Body(number, row, here, one.data)
            self.bodies.append(body)
            thing = Thing(FILE, number, body)
        old = self.things.get(here)
        if old and (old.kind != DIR or thing.kind != DIR):
            self.remove(here)
        thing.row = row
        self.things[here] = thing
        if thing.body:
            before.setdefault(id(thing.body), set()).add(here)

    def _link(self, number: int, row: int, one: E, lower: Path | None, lost: dict[Path, tuple[int, Thing]]) -> Thing:
        real = self.resolve(split(one.link), follow_last=False)
        thing = self.things.get(real) if real else None
        before_it = thing is not None and thing.layer == number and thing.row < row
        if not before_it and lower in lost and lost[lower][0] > row:
            thing = lost[lower][1]
        if thing is None or thing.kind == DIR:
            return Thing(FILE, number)
        return Thing(thing.kind, number, thing.body, thing.target)

    def _cause(self, body: Body, path: Path, whited: set[Path], opaque: set[Path]) -> str:
        thing = self.things.get(path)
        if thing:
            if thing.kind != FILE:
                return "type_changed"
            same = thing.body is not None and thing.body.data == body.data
            return "metadata_only" if same else "overwritten"
        above = path[:-1]
        while above and above not in self.things:
            above = above[:-1]
        if above and self.things[above].kind != DIR:
            return "type_changed"
        if path in whited:
            return "deleted"
        return "opaque" if any(path[: len(one)] == one for one in opaque) else "type_changed"


def split(name: str | bytes) -> Path:
    """Components of a clean name."""
    assert isinstance(name, str)
    return tuple(part for part in name.split("/") if part)
