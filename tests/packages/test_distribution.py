"""Which distribution a root filesystem is of, from files that say it in many ways, or lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import imgscope
from imgscope.packages.distribution import FILES, Distribution, distribution, unquoted
from tests.build import Compress, E, f, gz, plain, s, w, zst
from tests.packages.making import image

OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
DEBIAN = Distribution("debian", "12", "Debian GNU/Linux 12 (bookworm)")


def told(path: Path) -> Distribution | None:
    with imgscope.open_image(str(path)) as opened:
        return imgscope.inspect(opened).distribution


@pytest.mark.parametrize("compress", [plain, gz, zst])
@pytest.mark.parametrize(
    "entries",
    [
        [f("etc/os-release", OS_RELEASE)],
        [f("usr/lib/os-release", OS_RELEASE)],
        [f("./usr/lib/os-release", OS_RELEASE), s("./etc/os-release", "../usr/lib/os-release")],
        [f("usr/lib/os-release", OS_RELEASE, pax={"mtime": "1.5"}), s("etc/os-release", "/usr/lib/os-release")],
    ],
)
def test_os_release_is_found_in_its_places_and_through_links(
    entries: list[E], compress: Compress, tmp_path: Path
) -> None:
    assert told(image(tmp_path, entries, [f("a", "1")], compress=compress)) == DEBIAN


def test_the_highest_layer_that_has_it_counts(tmp_path: Path) -> None:
    second = [f("etc/os-release", "ID=other")]

    assert told(image(tmp_path, [f("etc/os-release", OS_RELEASE)], second)) == Distribution("other", "", "other")


def test_one_that_was_deleted_tells_nothing(tmp_path: Path) -> None:
    assert told(image(tmp_path, [f("etc/os-release", OS_RELEASE)], [w("etc/os-release")])) is None


def test_one_that_a_link_leads_to_elsewhere_is_read_in_the_open_only(tmp_path: Path) -> None:
    entries = [f("opt/release", OS_RELEASE), s("etc/os-release", "/opt/release")]

    assert told(image(tmp_path, entries)) == DEBIAN
    assert told(image(tmp_path, entries, compress=gz)) is None


def test_a_file_of_many_bytes_is_not_read(tmp_path: Path) -> None:
    assert told(image(tmp_path, [f("etc/os-release", OS_RELEASE + "#" * 5000)])) is None


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("etc/alpine-release", "3.19.1\n", Distribution("alpine", "3.19.1", "Alpine Linux 3.19.1")),
        ("etc/debian_version", "trixie/sid\n", Distribution("debian", "trixie/sid", "Debian GNU/Linux trixie/sid")),
        (
            "etc/redhat-release",
            "CentOS Linux release 7.9.2009 (Core)",
            Distribution("centos", "7.9.2009", "CentOS Linux release 7.9.2009 (Core)"),
        ),
        (
            "etc/redhat-release",
            "Red Hat Enterprise Linux Server release 6.10 (Santiago)",
            Distribution("rhel", "6.10", "Red Hat Enterprise Linux Server release 6.10 (Santiago)"),
        ),
        ("etc/redhat-release", "Scientific", Distribution("scientific", "", "Scientific")),
        ("etc/redhat-release", " \n", None),
        ("etc/os-release", "# nothing\n\n=\nfoo=bar\n", None),
        ("etc/os-release", 'NAME=\'A B\'\nVERSION_ID="1\\"2"', Distribution("linux", '1"2', 'A B 1"2')),
        ("etc/os-release", 'ID="a\nVERSION_ID=\\$2', Distribution("a", "$2", "a $2")),
        ("etc/os-release", b"ID=\xff\xfe", Distribution("\ufffd\ufffd", "", "\ufffd\ufffd")),
        ("etc/os-release", "ID=" + "a" * 1000, Distribution("a" * 256, "", "a" * 256)),
    ],
)
def test_what_a_file_says(path: str, content: str | bytes, expected: Distribution | None) -> None:
    raw = content if isinstance(content, bytes) else content.encode()

    assert distribution({path.encode(): raw}) == expected


def test_a_file_that_says_nothing_gives_way_to_the_next() -> None:
    assert distribution({b"etc/os-release": b"", b"etc/alpine-release": b"3.1"}) == Distribution(
        "alpine", "3.1", "Alpine Linux 3.1"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [("a", "a"), ("'a$\\b'", "a$\\b"), ('"a\\$b\\n"', "a$b\\n"), ('"', ""), ("''", ""), ("a\\ b", "a b")],
)
def test_quotes_are_those_of_a_shell(written: str, read: str) -> None:
    assert unquoted(written) == read


@given(st.dictionaries(st.sampled_from(FILES), st.binary(max_size=80) | st.just(b"ID='") | st.just(b" release ")))
def test_no_content_is_an_error(contents: dict[bytes, bytes]) -> None:
    found = distribution(contents)

    assert found is None or found.pretty_name
