"""Where places are found, and what a list of paths comes to in few words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.advice.model import Place
from imgscope.advice.places import file_names, find_spots
from imgscope.advice.spread import SHOWN, largest
from imgscope.analysis.secret_names import SECRETS, is_secret_path, likely_names, names_like
from imgscope.globs import bytes_matcher
from tests.build import f
from tests.tui.making import fs_of, node_at


def spots_of(pattern: str, *paths: str) -> list[str]:
    """The directories and files that fit a place, of files at some paths."""
    rootfs = fs_of([f(path, "x") for path in paths]).rootfs
    places = [Place("x", (pattern,))]
    whole, ends = file_names(places)
    notable = [node for node, name in enumerate(rootfs.name) if name in whole or (ends and name.endswith(ends))]
    return [rootfs.path(spot.node).decode() for spot in find_spots(rootfs, places, notable).spots[1:]]


@pytest.mark.parametrize(
    ("pattern", "path", "spot"),
    [
        ("var/log/", "var/log/x", "var/log"),
        ("var/log/", "srv/var/log/x", None),
        ("var/log/", "var/log.d/x", None),
        ("**/.git/", ".git/x", ".git"),
        ("**/.git/", "a/b/.git/c/.git/x", "a/b/.git"),
        ("**/.cache/pip/", "root/.cache/pip/x", "root/.cache/pip"),
        ("**/.cache/pip/", "root/cache/pip/x", None),
        ("**/node_modules/**/test/", "srv/node_modules/test/x", "srv/node_modules/test"),
        ("**/node_modules/**/test/", "srv/node_modules/a/b/test/x", "srv/node_modules/a/b/test"),
        ("**/node_modules/**/test/", "srv/test/node_modules/x", None),
        ("usr/lib/python3*/test/", "usr/lib/python3.11/test/x", "usr/lib/python3.11/test"),
        ("usr/lib/python3*/test/", "usr/lib/python2/test/x", None),
        ("*.pyc", "a/b.pyc", "a/b.pyc"),
        ("*.pyc", "a/b.pyc/x", None),
        ("usr/bin/git", "usr/bin/git", "usr/bin/git"),
        ("usr/bin/git", "usr/share/usr/bin/git", None),
        ("**/bin/git", "opt/bin/git", "opt/bin/git"),
    ],
)
def test_what_a_place_takes(pattern: str, path: str, spot: str | None) -> None:
    assert spots_of(pattern, path) == ([] if spot is None else [spot])


def test_of_two_places_with_one_directory_the_first_has_it() -> None:
    rootfs = fs_of([f("a/b/x", "x")]).rootfs

    spots = find_spots(rootfs, [Place("first", ("**/b/",)), Place("second", ("a/b/",))], [])

    assert [spot.place for spot in spots.spots[1:]] == [0]


def test_everything_below_a_spot_is_in_it() -> None:
    rootfs = fs_of([f("a/b/c/x", "x"), f("a/y", "x")]).rootfs

    spots = find_spots(rootfs, [Place("b", ("a/b/",))], [])

    assert [rootfs.path(node) for node in range(len(rootfs)) if spots.of[node]] == [b"a/b", b"a/b/c"]


def shown(*files: tuple[str, int]) -> list[tuple[str, int]]:
    """What is shown of files of some sizes."""
    fs = fs_of([f(path, "x") for path, _ in files])
    found = largest(fs.rootfs, [(node_at(fs, path), size) for path, size in files])
    return [(named.path.decode(), named.bytes) for named in found]


def test_single_files_are_named() -> None:
    assert shown(("a/x", 50), ("a/y", 40)) == [("a/x", 50), ("a/y", 40)]


def test_directories_stand_for_many_files() -> None:
    files = [(f"srv/app/{directory}/{number}", 1) for directory in "ab" for number in range(50)]

    assert shown(*files) == [("srv/app/a/", 50), ("srv/app/b/", 50)]


def test_the_directory_of_all_comes_first_where_three_are_but_a_part() -> None:
    files = [(f"srv/x/{number}", 10) for number in range(20)]

    assert shown(*files) == [("srv/x/", 200), ("srv/x/0", 10), ("srv/x/1", 10)]


def test_crumbs_are_left_out() -> None:
    assert shown(("a/x", 1000), ("b/y", 40)) == [("a/x", 1000)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "a/c", "a/c/d", "e/f/g"]), st.integers(0, 9), st.integers(1, 99)),
        min_size=1,
        max_size=30,
        unique_by=lambda one: one[:2],
    )
)
def test_what_is_shown_holds_what_it_says(files: list[tuple[str, int, int]]) -> None:
    sized = {f"{directory}/f{number}": size for directory, number, size in files}
    found = shown(*sized.items())

    assert 1 <= len(found) <= SHOWN
    for path, size in found:
        below = {
            name: own for name, own in sized.items() if name == path or (path.endswith("/") and name.startswith(path))
        }
        assert sum(below.values()) == size
    assert [size for _, size in found] == sorted((size for _, size in found), reverse=True)


NAMES = st.sampled_from(
    [
        *("id_rsa", "a.key", ".env", ".env.local", ".env.example", "config", "config.json", "credentials", ".npmrc"),
        *("a.p12", "x", "key", "kubeconfig", "secrets.yml", ".environment", "a.keys", "id_rsa.pub"),
    ]
)
ABOVE = st.lists(
    st.sampled_from([".aws", ".docker", ".kube", "usr", "share", "site-packages", "node_modules", "srv", "root"]),
    max_size=4,
)


@given(ABOVE, NAMES)
def test_secrets_are_those_of_the_globs(above: list[str], name: str) -> None:
    path = "/".join([*above, name]).encode()

    assert is_secret_path(path) == bytes_matcher(SECRETS)(path)
    assert not is_secret_path(path) or likely_names({name.encode()})


@given(st.sets(st.binary(max_size=6).map(lambda name: name.replace(b"/", b".")), max_size=20))
def test_names_are_found_all_at_once(names: set[bytes]) -> None:
    whole, ends, starts = frozenset((b"a",)), (b".a", b".bc"), (b"a.",)
    slow = {name for name in names if name in whole or name.endswith(ends) or name.startswith(starts)}

    assert names_like(names, whole, ends, starts) == slow
