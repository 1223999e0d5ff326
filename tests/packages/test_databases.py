"""What each kind of database says, as its managers write it."""

from __future__ import annotations

import zipfile

import pytest

from imgscope.packages.go import Go
from imgscope.packages.model import Package, UnreadableError
from tests.build import f
from tests.packages.making import (
    P,
    apk,
    counted,
    dist_info,
    distroless,
    dpkg,
    go_info,
    go_program,
    header,
    jar,
    paths,
    pom,
    read,
    rpm_header,
    rpmdb,
    text_tag,
    texts_tag,
)

CURL = P("curl", "7.88.1-10", ("usr/bin/curl", "usr/share/doc/curl/copyright"))
PLACE = "usr/lib/python3/site-packages"


def only(type_: str, entries: object) -> Package:
    (package,) = read(type_, entries)  # type: ignore[arg-type]
    return package


def test_dpkg_lists_the_files_of_each_package() -> None:
    first, second = read("deb", dpkg(CURL, P("base", "12")))

    assert (first.name, first.version, first.architecture) == ("curl", "7.88.1-10", "amd64")
    assert paths(first.files) == set(CURL.files)
    assert paths(second.files) == set()


def test_dpkg_names_the_lists_of_some_packages_by_architecture() -> None:
    entries = [dpkg(CURL)[0], f("var/lib/dpkg/info/curl:amd64.list", "/usr/bin/curl\n")]

    assert paths(only("deb", entries).files) == {"usr/bin/curl"}


@pytest.mark.parametrize("status", ["deinstall ok config-files", "unknown ok not-installed"])
def test_a_package_that_is_removed_but_for_its_settings_is_none(status: str) -> None:
    assert read("deb", dpkg(P("old", status=status))) == []


@pytest.mark.parametrize("status", ["install ok half-configured", "hold ok installed"])
def test_a_package_that_is_not_quite_configured_is_there(status: str) -> None:
    assert only("deb", dpkg(P("new", status=status))).name == "new"


def test_distroless_images_have_a_file_for_each_package() -> None:
    package = only("deb", distroless(P("libc6", "2.36", ("usr/lib/libc.so.6",))))

    assert (package.name, package.version, paths(package.files)) == ("libc6", "2.36", {"usr/lib/libc.so.6"})


@pytest.mark.parametrize("place", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_apk_lists_files_below_their_directories(place: str) -> None:
    files = ("bin/busybox", "etc/securetty", "top")
    first, second = read("apk", [f(place, apk(P("busybox", "1.36-r1", files), P("musl")).decode())])

    assert (first.name, first.version, paths(first.files)) == ("busybox", "1.36-r1", set(files))
    assert (second.name, paths(second.files)) == ("musl", set())


def test_rpm_has_a_header_for_each_package() -> None:
    files = ("usr/bin/bash", "usr/share/doc/bash/README", "usr/bin/sh")
    data = rpmdb(rpm_header(P("bash", "5.2-1.fc39", files), epoch=2), rpm_header(P("gpg-pubkey", "a-b")))

    first, second = read("rpm", {"var/lib/rpm/rpmdb.sqlite": data})

    assert first == Package("bash", "5.2-1.fc39", architecture="amd64", epoch="2", files=first.files)
    assert paths(first.files) == set(files)
    assert (second.name, second.version, second.files) == ("gpg-pubkey", "a-b", b"")


def test_an_rpm_database_that_writes_ahead_is_read_all_the_same() -> None:
    data = rpmdb(rpm_header(CURL))
    ahead = data[:18] + b"\2\2" + data[20:]

    assert only("rpm", {"usr/lib/sysimage/rpm/rpmdb.sqlite": ahead}).name == "curl"


def test_an_old_rpm_header_has_whole_paths() -> None:
    data = rpmdb(header(text_tag(1000, "a"), texts_tag(1027, ["/usr/a", "/usr/b"])))

    assert paths(only("rpm", {"var/lib/rpm/rpmdb.sqlite": data}).files) == {"usr/a", "usr/b"}


@pytest.mark.parametrize(("name", "kind"), [("Packages", "Berkeley DB"), ("Packages.db", "ndb")])
def test_older_rpm_databases_are_named(name: str, kind: str) -> None:
    with pytest.raises(UnreadableError, match=kind):
        read("rpm", {f"var/lib/rpm/{name}": b"x"})


def test_a_record_lists_the_files_of_a_python_distribution() -> None:
    entries = dist_info(P("requests", "2.31.0", ("requests/api.py", "../../../bin/req", "a,b.py", "/opt/abs")), PLACE)
    package = only("pypi", entries)
    info = f"{PLACE}/requests-2.31.0.dist-info"

    assert (package.name, package.version) == ("requests", "2.31.0")
    assert (package.place, package.anchor) == (PLACE.encode(), f"{info}/METADATA".encode())
    expected = {f"{PLACE}/requests/api.py", "usr/bin/req", f"{PLACE}/a,b.py", "opt/abs"}
    assert paths(package.files) == expected | {f"{info}/METADATA", f"{info}/RECORD"}


def test_an_egg_lists_its_files_beside() -> None:
    egg = f"{PLACE}/old-1.egg-info"
    entries = [
        f(f"{egg}/PKG-INFO", "Name: old\nVersion: 1\n"),
        f(f"{egg}/installed-files.txt", "../old.py\nPKG-INFO\n"),
    ]

    assert paths(only("pypi", entries).files) == {f"{PLACE}/old.py", f"{egg}/PKG-INFO"}


def test_without_a_list_a_distribution_has_the_modules_that_it_names() -> None:
    info = f"{PLACE}/six-1.dist-info"
    package = only("pypi", [f(f"{info}/METADATA", "Name: six\nVersion: 1\n"), f(f"{info}/top_level.txt", "six\n\n")])

    assert paths(package.files) == {info, f"{PLACE}/six.py"}
    assert paths(package.directories) == {info, f"{PLACE}/six"}


def test_the_oldest_eggs_are_one_file() -> None:
    egg = f"{PLACE}/PyX-1.egg-info"

    assert only("pypi", [f(egg, "Metadata-Version: 1.1\nName: PyX\nVersion: 1\n")]).name == "PyX"


@pytest.mark.parametrize("path", ["usr/METADATA", "RECORD", "a.dist-info/other", "top_level.txt", "x/PKG-INFO"])
def test_other_files_of_such_names_are_no_databases(path: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        read("pypi", [f(path, "Name: a")])


@pytest.mark.parametrize(
    ("path", "name", "namespace"),
    [("srv/node_modules/left-pad", "left-pad", ""), ("node_modules/a/node_modules/@sc/b", "@sc/b", "@sc")],
)
def test_an_npm_package_owns_its_directory(path: str, name: str, namespace: str) -> None:
    package = only(
        "npm", [f(f"{path}/package.json", f'\ufeff{{"name": "{name}", "version": "1.3.0", "a": 1, "a": 2}}')]
    )

    assert (package.name, package.namespace, package.version) == (name.rpartition("/")[2], namespace, "1.3.0")
    assert package.directories == path.encode()


@pytest.mark.parametrize(
    "path", ["srv/package.json", "node_modules/a/lib/package.json", "node_modules/.bin/package.json"]
)
def test_other_manifests_are_no_npm_packages(path: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        read("npm", [f(path, '{"name": "a"}')])


@pytest.mark.parametrize("manifest", ["{", "[]", "{}", '{"name": null}', '{"name": "/"}', "[" * 100_000])
def test_a_manifest_without_a_name_is_told_of(manifest: str) -> None:
    with pytest.raises(UnreadableError):
        read("npm", [f("node_modules/a/package.json", manifest)])


@pytest.mark.parametrize("size", [1, 100, 1 << 16, 1 << 24])
def test_a_go_program_names_its_module_however_its_bytes_come(size: int) -> None:
    program = go_program(go_info("github.com/Team/tool", "v1.2.3"))
    size = max(size, 1 << 12)  # fewer bytes at once are of no layer that can be compressed
    kept = Go().keep(program[start : start + size] for start in range(0, len(program), size))

    assert kept is not None
    (package,) = Go().packages(b"usr/bin/tool", {b"usr/bin/tool": kept})
    assert (package.namespace, package.name, package.version) == ("github.com/Team", "tool", "v1.2.3")
    assert package.files == b"usr/bin/tool"


def test_a_go_program_that_was_built_from_a_checkout_has_no_version() -> None:
    package = only("golang", {"tool": go_program(go_info("example.org/tool"))})

    assert (package.name, package.version) == ("tool", "")


@pytest.mark.parametrize(
    "program",
    [
        b"",
        b"#!/bin/sh\n\xff Go buildinf:",
        b"\x7fELF" + bytes(1 << 17),
        go_program(b""),
        go_program(b"\xff Go buildinf:\x08\x00"),
        go_program(b"\xff Go buildinf:\x08\x00".ljust(32, b"\0") + counted(b"go1.12")),
        go_program(b"\xff Go buildinf:\x08\x02".ljust(32, b"\0") + b"\xff" * 40),
        go_program(b"x" + go_info("at/an/odd/place")),
    ],
)
def test_a_program_that_go_did_not_make_is_no_package(program: bytes) -> None:
    kept = Go().keep([program])

    assert kept is None or list(Go().packages(b"a", {b"a": kept})) == []


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_maven_leaves_its_coordinates_in_a_jar(compression: int) -> None:
    package = only("maven", {"lib/x.jar": jar(pom("org.example", "tool", "1.2"), compression)})

    assert (package.namespace, package.name, package.version) == ("org.example", "tool", "1.2")
    assert package.files == b"lib/x.jar"


def test_of_several_coordinates_those_with_the_name_of_the_file_count() -> None:
    package = only("maven", {"lib/all-2.0.jar": jar(pom("a", "inside", "1") | pom("b", "all", "2.0"))})

    assert (package.namespace, package.name, package.version) == ("b", "all", "2.0")


@pytest.mark.parametrize(
    ("path", "manifest", "name", "version"),
    [
        ("lib/a-b-1.2-x.jar", "", "a-b", "1.2-x"),
        ("lib/plain.jar", "Implementation-Version: 3.4\r\n", "plain", "3.4"),
        ("lib/osgi.war", "Bundle-Version: 5\n", "osgi", "5"),
    ],
)
def test_else_the_manifest_or_the_name_of_a_jar_tells(path: str, manifest: str, name: str, version: str) -> None:
    package = only("maven", {path: jar({"META-INF/MANIFEST.MF": manifest, "x.class": "x"})})

    assert (package.name, package.version, package.namespace) == (name, version, "")
