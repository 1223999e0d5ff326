"""Every word of the filter's language lets through what a plain look at each path does."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, OTHER, ROOT, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.tui import matching
from imgscope.tui.lens import Lens, Lenses
from imgscope.tui.matching import TYPES, Listed, Names, Scope, Term, both, hits, matches, parse, types_of
from imgscope.units import parse_size
from tests.build import E, d, f, h, s, w
from tests.tui.making import LAYERS, fs_of, node_at, paths_of

PARTS = st.one_of(
    st.sampled_from([b"a", b"A", b"ab.c", b"AB", b"a-b", b"[a]", b"\xff\xc3", "é".encode(), b"new\nline", b"\\"]),
    st.binary(min_size=1, max_size=5).map(lambda raw: raw.replace(b"/", b"_").replace(b"\0", b"_")),
).filter(lambda part: part not in (b".", b"..") and not part.startswith(b".wh."))
PATHS = st.lists(PARTS, min_size=1, max_size=4).map(b"/".join)

WORDS = ["a", "B", "ab", "/a", "b/", "a/b", "A/b", "/", "é", "-b", "x"]
GLOBS = ["*", "?", "a*", "*B", "a/*", "/*", "/?/b", "**/b", "a/**", "a/**/c", "**", "a**c", "[ab]", "[!a]", "/[a-b]"]
GLOBS += [
    "a[!x]b",
    "a/[!x]*",
    "*/b/*",
    "[a",
    "[]a]",
    "[!]",
    "[]",
    "[a&&b]*",
    "[^a]",
    "[\\]",
    "[[]a*",
    "***",
    "[!]a]",
    "[^]",
    "[][a]",
    "[^^a]",
    "[[^a]*",
]
REGEXES = ["re:^a", "re:b$", "re:a/.*c", "re:(?i)B", "re:", "re:^.$", "re:^[^/]+$", "re:\\xff"]
SIZES = [">0", ">=0", ">1", ">=2", "<2", "<=2", "<0", "<=0", ">1kB", "<=1KiB", "<99EB", "<0.001kB"]
TERMS = st.sampled_from([*WORDS, *GLOBS, *REGEXES, *SIZES, *"+~-=", *(f"type:{name}" for name in TYPES)])
FILTERS = st.lists(st.builds("".join, st.tuples(st.sampled_from(["", "", "!"]), TERMS)), max_size=3)


def through(lens: Lens, fs: FileSystem, text: str) -> set[int]:
    found = matches(Scope(lens, Names(fs)), parse(text))
    assert set(found) <= {0, 1}
    return {node for node, passes in enumerate(found) if passes}


def fits(lens: Lens, fs: FileSystem, node: int, term: str) -> bool:
    """Whether a path fits a word, by the book."""
    if term.startswith("!") and len(term) > 1:
        return not fits(lens, fs, node, term[1:])
    if term in ("+", "~", "-", "="):
        return (
            Mark(lens.mark[node])
            is {
                "+": Mark.ADDED,
                "~": Mark.MODIFIED,
                "-": Mark.REMOVED,
                "=": Mark.SAME,
            }[term]
        )
    if match := re.fullmatch(r"([<>]=?)(.+)", term):
        return has_size(lens, node, match[1], parse_size(match[2]))
    if term.startswith("type:"):
        return is_a(lens, fs, node, term[5:])
    path = fs.rootfs.path(node).split(b"/")
    return any(path_fits(path[:end], term) for end in range(1, len(path) + 1))


def has_size(lens: Lens, node: int, sign: str, limit: int) -> bool:
    size = lens.lost.get(node, lens.own[node])
    if not size and lens.state.kind[node] != FILE:
        return False
    return {">": size > limit, ">=": size >= limit, "<": size < limit, "<=": size <= limit}[sign]


def is_a(lens: Lens, fs: FileSystem, node: int, name: str) -> bool:
    kind, entry, inode = lens.state.kind[node], lens.state.entry[node], lens.state.inode[node]
    if name == "hardlink":
        return bool(kind) and entry != inode
    if name == "setuid":
        return kind == FILE and fs.attributes(entry)[0] & 0o6000 != 0
    return kind == {"dir": DIRECTORY, "file": FILE, "link": SYMLINK, "device": OTHER}[name]


def path_fits(path: list[bytes], term: str) -> bool:
    """Whether this very path fits a word that speaks of names."""
    raw = term.encode("utf-8", "surrogateescape")
    name, whole = path[-1], b"/".join(path)
    if term.startswith("re:"):
        return re.search(raw[3:], whole) is not None
    if set(term) & set("*?["):
        return globbed(raw.lstrip(b"/"), whole if b"/" in raw else name)
    text = b"/" + whole if b"/" in raw else name
    return raw in (text if raw != raw.lower() else text.lower())


def globbed(glob: bytes, text: bytes) -> bool:
    """Shell's globs, letter by letter."""
    if not glob:
        return not text
    cuts = range(len(text) + 1)
    if glob.startswith(b"**/"):
        return any(globbed(glob[3:], text[at:]) for at in cuts if not at or text[at - 1 : at] == b"/")
    if glob.startswith(b"**"):
        return any(globbed(glob[2:], text[at:]) for at in cuts)
    if glob.startswith(b"*"):
        return any(globbed(glob[1:], text[at:]) for at in cuts if b"/" not in text[:at])
    first, rest = text[:1], text[1:]
    if glob.startswith(b"?"):
        return first not in (b"", b"/") and globbed(glob[1:], rest)
    if glob[:1] == b"[" and (end := glob.find(b"]", 3 if glob[1:2] in (b"!", b"^") else 2)) > 0:
        return first not in (b"", b"/") and in_brackets(glob[1:end], first) and globbed(glob[end + 1 :], rest)
    return first == glob[:1] and globbed(glob[1:], rest)


def in_brackets(inner: bytes, letter: bytes) -> bool:
    if inner[:1] in (b"!", b"^"):
        return not in_set(inner[1:], letter)
    return in_set(inner, letter)


def in_set(inner: bytes, letter: bytes) -> bool:
    if len(inner) == 3 and inner[1:2] == b"-":
        return inner[:1] <= letter <= inner[2:]
    return letter in (inner[at : at + 1] for at in range(len(inner)))


@settings(max_examples=60, deadline=None)
@given(LAYERS, FILTERS, st.data())
def test_a_filter_lets_through_what_fits_all_its_words(
    layers: list[list[E]], terms: list[str], data: st.DataObject
) -> None:
    fs = fs_of(*layers)
    lenses, last = Lenses(fs), len(layers) - 1
    lens = data.draw(
        st.sampled_from([lenses.aggregated, lenses.changes, lambda layer: lenses.wasted(layer, only=False)])
    )(last)
    expected = {
        node
        for node in range(1, len(fs.rootfs))
        if lens.shown[node] and all(fits(lens, fs, node, term) for term in terms)
    }

    assert through(lens, fs, " ".join(terms)) == expected


@settings(max_examples=60, deadline=None)
@given(LAYERS, FILTERS)
def test_rows_of_a_list_pass_as_the_paths_do_that_they_are_about(layers: list[list[E]], terms: list[str]) -> None:
    fs = fs_of(*layers)
    lens = Lenses(fs).aggregated(len(layers) - 1)
    parsed_ = parse(" ".join(terms))

    passed = {
        node
        for node in range(1, len(fs.rootfs))
        if lens.shown[node] and all(term.row(listed(lens, fs, node)) for term in parsed_)
    }
    assert passed == through(lens, fs, " ".join(terms))


def listed(lens: Lens, fs: FileSystem, node: int) -> Listed:
    """A node as a row that is about it."""
    state = lens.state
    size = lens.lost.get(node, lens.own[node])
    return Listed(
        (fs.rootfs.path(node),),
        size=size if size or state.kind[node] == FILE else None,
        mark=Mark(lens.mark[node]),
        types=types_of(fs, state.kind[node], state.entry[node], state.inode[node]),
    )


@pytest.mark.parametrize("text", ["error", "Exit", "re:1$", "!quiet", "re:^Exit", "exit usr"])
def test_what_else_a_row_says_is_looked_at_too(text: str) -> None:
    row = Listed((b"usr/bin/a",), b"Exit with error 1")

    assert all(term.row(row) for term in parse(text))
    assert not all(term.row(Listed((b"usr/bin/a",), b"quiet")) for term in parse(text))


@pytest.mark.parametrize("text", ["e*", "**/error", "+", "=", ">1", "<=5", "type:file", "error tmp"])
def test_a_row_that_is_no_file_fits_nothing_that_is_said_of_files(text: str) -> None:
    assert not all(term.row(Listed(text=b"error")) for term in parse(text))


def test_of_many_directories_not_all_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_KNOWN", 2)
    (term,) = parse("re:^a/b$")
    paths = [b"a", b"a/b", b"a/b/c/d", b"x/y/z", b"a/b/e", b"q/r/s", b"a/b/c/f", b"a/bc/d"]

    assert [path for path in paths if term.row(Listed((path,)))] == [b"a/b", b"a/b/c/d", b"a/b/e", b"a/b/c/f"]


@settings(max_examples=40, deadline=None)
@given(st.lists(PATHS, min_size=1, max_size=6), st.data())
def test_names_of_any_bytes_are_found_by_any_piece_of_them(paths: list[bytes], data: st.DataObject) -> None:
    fs = fs_of([f(path, "1") for path in paths])
    lens = Lenses(fs).aggregated(0)
    path = data.draw(st.sampled_from(paths))
    start = data.draw(st.integers(0, len(path) - 1))
    raw = path[start : data.draw(st.integers(start + 1, len(path)))]
    word = data.draw(st.sampled_from([raw, raw.lower()])).decode("utf-8", "surrogateescape")
    assume(len(word.split()) == 1 and word == word.strip())
    assume(word[0] not in "<>!" and word not in ("+", "~", "-", "=") and not set(word) & set("*?[]"))
    assume(not word.startswith(("re:", "type:")))

    shown = [node for node in range(1, len(fs.rootfs)) if lens.shown[node]]
    literally = word.encode("utf-8", "surrogateescape")
    assert through(lens, fs, word) == {node for node in shown if fits(lens, fs, node, word)}
    found = {node for node in shown if literally in fs.rootfs.path(node)}
    assert through(lens, fs, f"re:{re.escape(word)}") == found


@settings(max_examples=40, deadline=None)
@given(LAYERS, st.data())
def test_hits_are_matches_that_no_match_stands_directly_above(layers: list[list[E]], data: st.DataObject) -> None:
    fs = fs_of(*layers)
    lens = Lenses(fs).aggregated(len(layers) - 1)
    some = bytearray(data.draw(st.lists(st.booleans(), min_size=len(fs.rootfs), max_size=len(fs.rootfs))))
    some[ROOT] = 0

    assert hits(lens, some) == [node for node in range(len(some)) if some[node] and not some[fs.rootfs.parent[node]]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_both_are_the_ones_that_both_have(pairs: list[tuple[bool, bool]]) -> None:
    one, other = bytes(left for left, _ in pairs), bytes(right for _, right in pairs)

    assert list(both(one, other)) == [left and right for left, right in pairs]


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(
    st.one_of(
        st.text(max_size=20),
        st.text("*?[]!-^\\&|~ab/", max_size=12),
        st.text("()[]{}*+?\\,9aP<=!:", max_size=15).map(lambda text: f"re:{text}"),
        st.text("0123456789.kMiB-", max_size=8).map(lambda text: f">{text}"),
    )
)
def test_whatever_is_typed_is_a_filter_or_told_to_be_none(text: str) -> None:
    fs = fs_of([f("a/b", "1")])
    found = parsed(text)

    if isinstance(found, str):
        assert " " in found
    else:
        matches(Scope(Lenses(fs).aggregated(0), Names(fs)), found)


def parsed(text: str) -> list[Term] | str:
    """The terms, or what is said against them."""
    try:
        return parse(text)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("type:socket", "type:socket is none of dir, file, link, device, hardlink, setuid"),
        ("type:", "type: is none of dir, file, link, device, hardlink, setuid"),
        ("re:(", "not a regular expression: missing )"),
        ("re:a{99999999999999999999}", "not a regular expression: repeat count too big"),
        (">much", "not a size: 'much' (examples: 4096, 20MB, 1.5GiB)"),
        (">=", "not a size: '' (examples: 4096, 20MB, 1.5GiB)"),
        ("!<x", "not a size: 'x' (examples: 4096, 20MB, 1.5GiB)"),
    ],
)
def test_a_word_that_makes_no_sense_is_told_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        parse(text)


def test_a_regular_expression_nested_without_end_is_told_to_be_none() -> None:
    with pytest.raises(ValueError, match="not a regular expression"):
        parse("re:" + "(" * 20_000 + ")" * 20_000)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("", ["Etc", "Etc/passwd", "usr", "usr/etc", "usr/etc/x y", "usr/l", "usr/su"]),
        ("etc", ["Etc", "Etc/passwd", "usr/etc", "usr/etc/x y"]),
        ("Etc", ["Etc", "Etc/passwd"]),
        ("/etc", ["Etc", "Etc/passwd", "usr/etc", "usr/etc/x y"]),
        ("/usr/etc", ["usr/etc", "usr/etc/x y"]),
        ("etc pass", ["Etc/passwd"]),
        ("!usr", ["Etc", "Etc/passwd"]),
        ("!usr type:dir", ["Etc"]),
        ("/*", ["Etc", "Etc/passwd", "usr", "usr/etc", "usr/etc/x y", "usr/l", "usr/su"]),
        ("**/x?y", ["usr/etc/x y"]),
        ("e*", ["usr/etc", "usr/etc/x y"]),
        ("re:x\\sy", ["usr/etc/x y"]),
        ("type:link", ["usr/l"]),
        ("type:setuid", ["usr/su"]),
        (">=3B <=3B", ["Etc/passwd"]),
        ("!", []),
        (">", []),
    ],
)
def test_filters_as_people_write_them(text: str, paths: list[str]) -> None:
    etc = [d("Etc"), f("Etc/passwd", "123")]
    fs = fs_of([*etc, f("usr/etc/x y", "1234"), s("usr/l", "etc"), f("usr/su", "1", mode=0o4755)])

    assert sorted(paths_of(fs, through(Lenses(fs).aggregated(0), fs, text))) == paths


def test_a_removed_file_is_found_by_the_size_it_had() -> None:
    fs = fs_of([f("large", "1234567"), f("small", "1")], [w("large"), w("small")])

    assert paths_of(fs, through(Lenses(fs).changes(1), fs, "- >5")) == ["large"]


def test_what_is_named_by_a_whiteout_of_nothing_is_of_no_type() -> None:
    fs = fs_of([f("a", "1"), h("b", "a")], [w("b")], [w("b")])
    lens = Lenses(fs).changes(2)

    assert lens.shown[node_at(fs, "b")]
    assert not any(through(lens, fs, f"type:{name}") for name in TYPES)


def test_devices_are_found() -> None:
    fs = fs_of([E("dev/null", type="3"), E("pipe", type="6")])

    assert paths_of(fs, sorted(through(Lenses(fs).aggregated(0), fs, "type:device"))) == ["dev/null", "pipe"]
