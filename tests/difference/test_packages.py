"""Growth by package: what became of each, and that no byte is told twice or left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imgscope
from imgscope.difference.packages import PackageGrowth, Packages, State, Weight, package_growth, packages_of
from imgscope.difference.side import of_image_read, of_layer
from imgscope.filesystem.squash import squash
from imgscope.inspection import Inspection
from imgscope.questions.packages import find_packages
from tests.build import E, f, h, w
from tests.packages.making import Found, P, apk, dist_info, dpkg, found_in, image, rpm_header, rpmdb

A = P("a", "1", ("usr/bin/a", "usr/share/a"))
Told = dict[str, tuple[str, tuple[str, ...], tuple[str, ...], int, int]]
"""By name: what became of it, its versions then and now, and the growth of live and of wasted bytes."""


def packages(*layers: Iterable[E]) -> Packages:
    with TemporaryDirectory() as directory:
        found = found_in(image(Path(directory), *layers))
    return packages_of(found.inspection.filesystem, found.ownership)


def growth(before: Iterable[Iterable[E]], after: Iterable[Iterable[E]]) -> PackageGrowth:
    return package_growth(packages(*before), packages(*after))


def told(found: PackageGrowth) -> Told:
    rows: Told = {}
    for delta in found.deltas:
        then, now = (state.versions if state else () for state in (delta.before, delta.after))
        architecture = f":{delta.architecture}" if delta.architecture else ""
        rows[delta.name[2] + architecture] = (delta.fate.value, then, now, *delta.grown)
    return rows


def test_packages_come_go_and_are_updated() -> None:
    before = [
        *dpkg(A, P("b", "1", ("b",)), P("same", "1", ("s",))),
        f("usr/bin/a", "1" * 10),
        f("b", "22"),
        f("s", "3"),
    ]
    after = [*dpkg(P("a", "2", A.files), P("c", "1", ("c",)), P("same", "1", ("s",))), f("usr/bin/a", "1" * 17)]

    assert told(growth([before], [[*after, f("c", "55555"), f("s", "3")]])) == {
        "a": ("updated", ("1",), ("2",), 7, 0),
        "c": ("added", (), ("1",), 5, 0),
        "b": ("removed", ("1",), (), -2, 0),
    }


def test_what_grew_most_comes_first() -> None:
    before = [*dpkg(P("a", "1", ("a",)), P("b", "1", ("b",)), P("c", "1", ("c",)), P("d")), f("a", "1" * 9)]
    after = [*dpkg(P("a", "2", ("a",)), P("b", "2", ("b",)), P("c", "2", ("c",)), P("d", "2")), f("c", "3" * 5)]

    assert [delta.name for delta in growth([before], [after, [f("b", "22")]]).deltas] == [
        ("deb", "", name) for name in "cbda"
    ]


def test_files_that_change_without_their_package_are_its_growth() -> None:
    base = [*dpkg(A), f("usr/bin/a", "1" * 10)]

    assert told(growth([base], [base, [f("usr/bin/a", "1" * 12)]])) == {"a": ("kept", ("1",), ("1",), 2, 10)}
    assert told(growth([base], [base, [w("usr/bin/a")]])) == {"a": ("kept", ("1",), ("1",), -10, 10)}


def test_a_package_that_the_same_image_removed_is_its_waste() -> None:
    base = [*dpkg(A), f("usr/bin/a", "1" * 10)]
    removed = [*dpkg(), w("usr/bin/a")]

    assert told(growth([base], [base, removed])) == {"a": ("removed", ("1",), (), -10, 10)}
    assert told(growth([dpkg()], [base, removed])) == {"a": ("kept", (), (), 0, 10)}
    assert told(growth([dpkg()], [dpkg(A), dpkg()])) == {}


def test_a_package_in_several_places_is_one_with_all_its_versions() -> None:
    def npm(place: str, version: str, size: int) -> list[E]:
        text = f'{{"name": "@s/pad", "version": "{version}"}}'
        return [f(f"{place}/node_modules/@s/pad/package.json", text + " " * (size - len(text)))]

    before = [*npm("srv", "1.0", 100), *npm("srv/node_modules/x", "2.0", 50), *npm("opt", "1.0", 60)]
    found = growth([before], [[*npm("srv", "2.0", 80), *npm("srv/node_modules/x", "2.0", 50)]])
    (delta,) = found.deltas

    assert delta.name == ("npm", "@s", "pad")
    assert delta.before == State(("1.0", "2.0"), 3, Weight(210, 0))
    assert delta.after == State(("2.0",), 2, Weight(130, 0))


def test_versions_side_by_side_in_one_database_are_one_package() -> None:
    def kernels(*versions: str) -> list[E]:
        return [E("var/lib/rpm/rpmdb.sqlite", rpmdb(*(rpm_header(P("kernel", version)) for version in versions)))]

    assert told(growth([kernels("1-1", "2-1")], [kernels("2-1", "3-1")])) == {
        "kernel": ("updated", ("1-1", "2-1"), ("2-1", "3-1"), 0, 0)
    }


def test_architectures_side_by_side_are_told_apart_and_others_are_not() -> None:
    amd64, i386 = P("libc", "1", ("a",)), P("libc", "1", ("b",), architecture="i386")
    base = [*dpkg(amd64), f("a", "1" * 5)]
    lists = [f(f"var/lib/dpkg/info/libc:{arch}.list", f"/{path}\n") for arch, path in (("amd64", "a"), ("i386", "b"))]
    both = [dpkg(amd64, i386)[0], *lists, f("a", "1" * 5), f("b", "2" * 7)]
    arm64 = [*dpkg(P("libc", "1", ("a",), architecture="arm64")), f("a", "1" * 4)]

    assert told(growth([base], [both])) == {"libc:i386": ("added", (), ("1",), 7, 0)}
    assert told(growth([base], [arm64])) == {"libc": ("kept", ("1",), ("1",), -1, 0)}


def test_a_package_that_one_image_made_another_architecture_s_is_the_same() -> None:
    base, other = dpkg(P("a", "1", architecture="all")), dpkg(P("a", "2"))

    assert told(growth([base], [base, other])) == {"a": ("updated", ("1",), ("2",), 0, 0)}


def test_kinds_of_packages_are_told_apart() -> None:
    both = [*dpkg(P("six")), f("lib/apk/db/installed", apk(P("six")).decode()), *dist_info(P("six"))]

    assert [delta.name[0] for delta in growth([], [both]).deltas] == ["pypi", "apk", "deb"]


def test_nothing_differs_from_itself() -> None:
    one = packages([*dpkg(A), f("usr/bin/a", "1"), f("x", "2")])

    assert package_growth(one, one).deltas == []


@pytest.mark.parametrize(
    ("layer", "kind", "complete"),
    [
        ([E("var/lib/rpm/rpmdb.sqlite", b"no database")], "rpm", False),
        ([f("srv/node_modules/a/package.json", "{"), f("srv/node_modules/b/package.json", "{")], "npm", True),
    ],
)
def test_what_cannot_be_read_is_told_of(layer: list[E], kind: str, complete: bool) -> None:
    one = packages(layer)
    (unread,) = one.unread

    assert (unread.type, unread.databases, one.complete) == (kind, len(layer), complete)
    assert unread.path.decode() == layer[0].name
    assert package_growth(packages(), one).complete is complete


PATHS = ("x", "usr/y", "usr/bin/z", "usr/bin/a")
FILES = st.dictionaries(st.sampled_from(PATHS), st.one_of(st.none(), st.text("ab", min_size=1, max_size=5)))
LINKS = st.dictionaries(st.sampled_from(("l", "usr/l")), st.sampled_from(PATHS))
DATABASES = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(("p", "q", "r")),
        st.tuples(st.sampled_from("12"), st.lists(st.sampled_from((*PATHS, "l")), max_size=3, unique=True)),
    ),
)
Layer = tuple[dict[str, str | None], dict[str, str], dict[str, tuple[str, list[str]]] | None]
LAYERS = st.lists(st.tuples(FILES, LINKS, DATABASES), max_size=4)


def entries(layer: Layer) -> list[E]:
    files, links, database = layer
    found = [w(path) if data is None else f(path, data) for path, data in files.items()]
    found += [h(name, path) for name, path in links.items() if files.get(path)]
    if database is not None:
        found += dpkg(*(P(name, version, owned) for name, (version, owned) in database.items()))
    return found


def found_of(spec: list[Layer]) -> Found:
    with TemporaryDirectory() as directory:
        return found_in(image(Path(directory), *map(entries, spec)))


def check(found: PackageGrowth, before: dict[str, int], after: dict[str, int]) -> None:
    """What packages and nobody grew by is what the sides did, live and wasted, whatever was listed."""
    for kind, name in (("live", "live_bytes"), ("wasted", "wasted_bytes")):
        listed = sum(getattr(delta.grown, kind) for delta in found.deltas)
        unowned = getattr(found.after.unowned.since(found.before.unowned), kind)
        assert listed == getattr(found.after.owned.since(found.before.owned), kind)
        assert listed + unowned == after[name] - before[name]


@settings(max_examples=60)
@given(LAYERS, LAYERS)
def test_growth_by_package_and_of_no_package_is_all_growth(before: list[Layer], after: list[Layer]) -> None:
    sides = [found_of(spec) for spec in (before, after)]
    totals = [_image(side.inspection) for side in sides]

    check(package_growth(*(packages_of(side.inspection.filesystem, side.ownership) for side in sides)), *totals)


def _image(one: Inspection) -> dict[str, int]:
    return dict(of_image_read(one.opened, one.layers, one.filesystem, one.analysis, complete=one.complete).totals)


@settings(max_examples=60)
@given(LAYERS)
def test_a_state_has_the_packages_of_an_image_that_ends_there(spec: list[Layer]) -> None:
    with TemporaryDirectory() as directory:
        path = image(Path(directory), *map(entries, spec))
        with imgscope.open_image(str(path)) as opened:
            one = imgscope.inspect(opened)
            whole = of_image_read(one.opened, one.layers, one.filesystem, one.analysis, complete=one.complete)
            for layer in range(-1, len(spec)):
                state = replace(one, filesystem=squash(one.filesystem.tables[: layer + 1]))
                found = packages_of(state.filesystem, find_packages(state))
                totals = of_layer(whole, one.analysis, layer).totals

                assert found.owned.live + found.unowned.live == totals["live_bytes"]
                assert found.owned.wasted + found.unowned.wasted == totals["wasted_bytes"]
                assert found == packages(*map(entries, spec[: layer + 1]))


@settings(max_examples=60)
@given(LAYERS, LAYERS)
def test_what_becomes_of_packages_is_what_two_dictionaries_say(before: list[Layer], after: list[Layer]) -> None:
    then, now = ({name: version for name, (version, _) in _last(spec).items()} for spec in (before, after))
    sides = (packages_of(one.inspection.filesystem, one.ownership) for one in map(found_of, (before, after)))
    fates = {name: fate for name, (fate, *_) in told(package_growth(*sides)).items() if fate != "kept"}

    assert fates == {
        name: "added" if name not in then else "removed" if name not in now else "updated"
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    }


def _last(spec: list[Layer]) -> dict[str, tuple[str, list[str]]]:
    return next((database for *_, database in reversed(spec) if database is not None), {})
