"""Every body has one owner or none, in every layer, whatever later layers did to it or to the databases."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.packages import ownership as ownership_module
from imgscope.packages import select as select_module
from tests.build import Compress, E, d, f, gz, h, o, plain, s, w, zst
from tests.packages.making import (
    P,
    apk,
    dist_info,
    distroless,
    dpkg,
    found_in,
    go_info,
    go_program,
    image,
    jar,
    pom,
    rpm_header,
    rpmdb,
)

A = P("a", "1", ("usr/bin/a", "usr/share/a/data"))
FILES = [f("usr/bin/a", "1" * 10), f("usr/share/a/data", "2" * 20)]
SITE = "usr/lib/python3/site-packages"


@pytest.mark.parametrize("compress", [plain, gz, zst])
def test_a_package_owns_what_its_database_lists(compress: Compress, tmp_path: Path) -> None:
    found = found_in(image(tmp_path, [*dpkg(A), *FILES, f("opt/x", "333")], [f("opt/y", "4")], compress=compress))
    owner = found.owner("a")

    assert (owner.live, owner.wasted, owner.files, owner.layer, owner.removed) == ({0: 30}, {}, {0: 2}, 0, None)
    live, wasted = found.unowned()
    assert {path: size for path, size in live.items() if path.startswith("opt")} == {"opt/x": 3, "opt/y": 1}
    assert wasted == {}


@pytest.mark.parametrize(
    "database",
    [
        dpkg(A),
        distroless(A),
        [f("lib/apk/db/installed", apk(A).decode())],
        [E("var/lib/rpm/rpmdb.sqlite", rpmdb(rpm_header(A)))],
        [s("var/lib/rpm", "../../usr/lib/sysimage/rpm"), E("usr/lib/sysimage/rpm/rpmdb.sqlite", rpmdb(rpm_header(A)))],
    ],
    ids=["dpkg", "distroless", "apk", "rpm", "rpm behind a link"],
)
def test_every_database_is_found_in_its_place(database: list[E], tmp_path: Path) -> None:
    assert found_in(image(tmp_path, [*FILES, *database])).owner("a").live == {0: 30}


@pytest.mark.parametrize("removal", [[w("usr/bin/a")], [o("usr/bin")], [w("usr")]])
def test_what_a_later_layer_deletes_is_waste_of_its_package(removal: list[E], tmp_path: Path) -> None:
    found = found_in(image(tmp_path, [*dpkg(A), *FILES], removal))

    assert found.owner("a").wasted[0] >= 10
    assert found.unowned()[1] == {}


def test_an_upgraded_package_is_one_with_its_earlier_version(tmp_path: Path) -> None:
    newer = P("a", "2", ("usr/bin/a",))
    upgrade = [*dpkg(newer), f("usr/bin/a", "9" * 7), w("usr/share/a")]
    found = found_in(image(tmp_path, [*dpkg(A), *FILES], upgrade))
    owner = found.owner("a")

    assert (owner.package.version, owner.layer, owner.earlier) == ("2", 1, [("1", 0)])
    assert (owner.live, owner.wasted, owner.rewritten) == ({1: 7}, {0: 30}, {})


def test_the_files_of_a_removed_package_are_its_waste(tmp_path: Path) -> None:
    found = found_in(image(tmp_path, [*dpkg(A), *FILES], [*dpkg(), w("usr/bin/a"), w("usr/share/a")]))
    owner = found.owner("a")

    assert (owner.removed, owner.live, owner.wasted) == (1, {}, {0: 30})


def test_a_package_whose_database_is_deleted_keeps_its_bytes(tmp_path: Path) -> None:
    found = found_in(image(tmp_path, [*dpkg(A), *FILES], [w("var/lib/dpkg")], [f("usr/bin/a", "later")]))
    owner = found.owner("a")

    assert (owner.removed, owner.live, owner.wasted) == (1, {0: 20}, {0: 10})
    assert found.unowned()[0] == {"usr/bin/a": 5}


def test_a_package_that_comes_back_is_there(tmp_path: Path) -> None:
    owner = found_in(image(tmp_path, [*dpkg(A), *FILES], dpkg(), dpkg(A))).owner("a")

    assert (owner.removed, owner.layer, owner.earlier) == (None, 2, [("1", 0)])


def test_what_a_layer_writes_without_the_package_is_rewritten(tmp_path: Path) -> None:
    base = [*dpkg(A), *FILES]
    owner = found_in(image(tmp_path, base, [f("usr/bin/a", "1" * 10, mode=0o4755)], dpkg(A, P("b")))).owner("a")

    assert (owner.live, owner.wasted, owner.rewritten, owner.layer) == ({0: 20, 1: 10}, {0: 10}, {1: 10}, 0)


def test_a_rewritten_database_changes_no_layer_of_a_package(tmp_path: Path) -> None:
    found = found_in(image(tmp_path, [*dpkg(A), *FILES], [*dpkg(A, P("b", files=("b",))), f("b", "x")]))

    assert (found.owner("a").layer, found.owner("b").layer) == (0, 1)


def test_what_was_there_before_a_database_belongs_to_who_came_to_own_it(tmp_path: Path) -> None:
    found = found_in(image(tmp_path, FILES, dpkg(A)))

    assert (found.owner("a").live, found.owner("a").layer) == ({0: 30}, 1)


@pytest.mark.parametrize("listed", ["bin/a", "usr/bin/a", "/bin/../usr/bin/a"])
def test_a_path_is_found_through_links_of_directories(listed: str, tmp_path: Path) -> None:
    layer = [*dpkg(P("a", files=(listed,))), d("usr/bin"), s("bin", "usr/bin"), f("usr/bin/a", "12345")]

    owner = found_in(image(tmp_path, layer)).owner("a")
    assert owner.live == ({} if ".." in listed else {0: 5})


def test_a_directory_that_became_a_link_later_is_found_as_it_was(tmp_path: Path) -> None:
    first = [*dpkg(P("a", files=("bin/a",))), f("bin/a", "12345")]

    assert found_in(image(tmp_path, first, [w("bin"), s("bin", "usr/bin"), f("usr/bin/a", "678")])).owner(
        "a"
    ).wasted == {0: 5}


def test_links_in_a_loop_lead_nowhere(tmp_path: Path) -> None:
    layer = [*dpkg(P("a", files=("x/a",))), s("x", "y"), s("y", "x")]

    assert found_in(image(tmp_path, layer)).owner("a").live == {}


def test_a_hard_link_that_a_package_owns_makes_its_body_owned(tmp_path: Path) -> None:
    layer = [*dpkg(P("a", files=("b",))), f("a", "12345"), h("b", "a")]

    assert found_in(image(tmp_path, layer)).owner("a").live == {0: 5}


def test_the_package_of_a_distribution_goes_before_that_of_a_language(tmp_path: Path) -> None:
    info = f"{SITE}/six-1.dist-info"
    own = P("python3-six", files=(f"{SITE}/six.py", f"{info}/METADATA", f"{info}/RECORD"))
    layer = [*dpkg(own), *dist_info(P("six", "1", ("six.py", "extra.py")), SITE), f(f"{SITE}/six.py", "12345")]
    found = found_in(image(tmp_path, [*layer, f(f"{SITE}/extra.py", "678")]))
    inside, outside = found.owner("six"), found.owner("python3-six")

    assert outside.live[0] > 5
    assert inside.live == {0: 3}
    assert inside.part_of == found.ownership.owners.index(outside)
    assert outside.part_of is None


def test_the_innermost_npm_package_owns_a_file(tmp_path: Path) -> None:
    layer = [
        f("srv/node_modules/a/package.json", '{"name": "a"}'),
        f("srv/node_modules/a/lib/x.js", "12345"),
        f("srv/node_modules/a/node_modules/b/package.json", '{"name": "b"}'),
        f("srv/node_modules/a/node_modules/b/x.js", "678"),
        f("srv/node_modules/x.js", "9"),
    ]
    found = found_in(image(tmp_path, layer, [w("srv/node_modules/a/node_modules/b")]))

    assert (found.owner("a").live, found.owner("b").wasted) == ({0: 18}, {0: 16})
    assert found.unowned()[0] == {"srv/node_modules/x.js": 1}


def test_programs_and_archives_own_themselves(tmp_path: Path) -> None:
    program, archive = go_program(go_info("example.org/tool", "v1")), jar(pom("g", "x", "1"))
    layer = [E("usr/bin/tool", program, mode=0o755), E("not/executable", program), E("lib/x.jar", archive)]
    found = found_in(image(tmp_path, layer))

    assert found.owner("tool").live == {0: len(program)}
    assert found.owner("x").live == {0: len(archive)}
    assert found.unowned()[0] == {"not/executable": len(program)}


def test_two_versions_side_by_side_are_one_package_while_either_is_there(tmp_path: Path) -> None:
    both = [*dist_info(P("six", "1", ("a.py",))), *dist_info(P("six", "2", ("b.py",))), f(f"{SITE}/b.py", "12345")]
    found = found_in(image(tmp_path, both, [w(f"{SITE}/six-1.dist-info")]))

    assert found.owner("six").removed is None
    assert found.owner("six").live[0] > 5


def test_packages_of_one_name_are_told_apart_by_their_versions(tmp_path: Path) -> None:
    data = rpmdb(rpm_header(P("kernel", "1-1", ("boot/1",))), rpm_header(P("kernel", "2-1", ("boot/2",))))
    found = found_in(image(tmp_path, [E("var/lib/rpm/rpmdb.sqlite", data), f("boot/1", "1"), f("boot/2", "22")]))

    assert [(owner.package.version, owner.live) for owner in found.ownership.owners] == [
        ("1-1", {0: 1}),
        ("2-1", {0: 2}),
    ]


def test_a_layer_listed_twice_is_owned_twice(tmp_path: Path) -> None:
    same = [*dpkg(A), *FILES]
    owner = found_in(image(tmp_path, same, same, compress=gz)).owner("a")

    assert (owner.live, owner.wasted, owner.rewritten) == ({1: 30}, {0: 30}, {1: 30})


def test_more_paths_than_are_looked_for_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership_module, "_MOST_PATHS", 10)
    found = found_in(image(tmp_path, [*dpkg(A), *FILES]))

    assert found.owner("a").live == {}
    assert found.ownership.unread.counts == {0: 1}


def test_a_database_that_changes_too_often_stays_as_it_was_and_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ownership_module, "_MOST_WORK", 100)
    found = found_in(image(tmp_path, [*dpkg(A), *FILES], dpkg(), dpkg()))

    assert (found.owner("a").live, found.owner("a").removed) == ({0: 30}, None)
    assert found.ownership.unread.counts == {0: 2}


def test_more_databases_than_are_looked_at_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select_module, "_MOST_PATHS", 10)

    assert not found_in(image(tmp_path, [*dpkg(A), *FILES])).ownership.whole


PATHS = ("x", "usr/y", "usr/bin/z")
NAMES = ("p", "q")


@st.composite
def layers(draw: st.DrawFn) -> list[tuple[dict[str, str | None], dict[str, tuple[str, ...]] | None]]:
    """Layers: what each writes (or deletes, None) by path, and who owns what in its database, if it writes one."""
    writes = st.dictionaries(st.sampled_from(PATHS), st.one_of(st.none(), st.text("ab", min_size=1, max_size=5)))
    owners = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(NAMES))
    databases = st.one_of(
        st.none(), owners.map(lambda of: {name: tuple(p for p in of if of[p] == name) for name in of.values()})
    )
    return draw(st.lists(st.tuples(writes, databases), min_size=1, max_size=5))


@settings(max_examples=150)
@given(layers())
def test_owners_are_those_of_a_naive_reader(
    spec: list[tuple[dict[str, str | None], dict[str, tuple[str, ...]] | None]],
) -> None:
    entries = []
    for writes, database in spec:
        one = [w(path) if data is None else f(path, data) for path, data in writes.items()]
        if database is not None:
            one += dpkg(*(P(name, files=owned) for name, owned in database.items()))
        entries.append(one)
    with TemporaryDirectory() as directory:
        found = found_in(image(Path(directory), *entries))
    told = {owner.package.name: (owner.live, owner.wasted) for owner in found.ownership.owners}
    told = {name: sums for name, sums in told.items() if any(sums)}

    assert told == naive(spec)


def naive(
    spec: list[tuple[dict[str, str | None], dict[str, tuple[str, ...]] | None]],
) -> dict[str, tuple[dict[int, int], dict[int, int]]]:
    """By package: live and wasted bytes by layer, from whole states of all paths and databases after each layer."""
    states: list[dict[str, str]] = []
    since: list[dict[str, int]] = []
    standing: dict[str, tuple[int, str]] = {}
    bodies: list[tuple[int, str, int]] = []
    for layer, (writes, database) in enumerate(spec):
        owners = dict(states[-1]) if states else {}
        came = dict(since[-1]) if since else {}
        if database is not None:
            came = {name: came.get(name, layer) for name in database}
            owners = {path: name for name, owned in database.items() for path in owned}
        states.append(owners)
        since.append(came)
        for path, data in writes.items():
            standing.pop(path, None)
            if data is not None:
                standing[path] = layer, data
                bodies.append((layer, path, len(data)))
    told: dict[str, tuple[dict[int, int], dict[int, int]]] = {}
    for layer, path, size in bodies:
        owner = states[layer].get(path)
        if owner is None and path in states[-1] and since[-1][states[-1][path]] > layer:
            owner = states[-1][path]
        if owner is not None:
            live, wasted = told.setdefault(owner, ({}, {}))
            by_layer = live if standing.get(path, (None,))[0] == layer else wasted
            by_layer[layer] = by_layer.get(layer, 0) + size
    return told
