"""What is asked of an inspection is answered for every room above alike."""

from __future__ import annotations

import pytest

from imgscope.errors import SettingsError
from imgscope.questions.advising import advised
from imgscope.questions.blaming import Blaming
from imgscope.questions.comparing import side_of
from imgscope.questions.duplicates import find_duplicates
from imgscope.questions.finding import Finder, Query, several
from imgscope.questions.subject import subject_of
from tests.build import Spec, f, h, s, w
from tests.tui.making import inspection_of

LAYERS = [
    [f("var/log/a", "1" * 500), f("srv/one", "same" * 50), f("srv/two", "same" * 50), s("log", "var/log")],
    [f("var/log/a", "22"), f("b", "needle needle")],
    [w("b")],
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(types="f", sort="size"), [("var/log/a", 0), ("srv/one", 0), ("srv/two", 0), ("b", 1), ("var/log/a", 1)]),
        (Query(types="f", sort="size", top=1), [("var/log/a", 0)]),
        (Query(name="a", sort="layer"), [("var/log/a", 0), ("var/log/a", 1)]),
        (Query(state="deleted"), [("b", 1)]),
    ],
)
def test_what_is_found_is_in_the_order_that_was_asked_for(query: Query, found: list[tuple[str, int]]) -> None:
    rows = Finder(query).find(inspection_of(*LAYERS)).rows

    assert [(row.hit.path.decode(), row.hit.version.layer) for row in rows] == found


def test_files_named_like_secrets_are_found_by_name_or_all_of_them() -> None:
    image = inspection_of(
        [f("root/.npmrc", "1"), f("root/.env", "2"), f("usr/share/.env", "3"), f("etc/conf", "4")], [w("root/.npmrc")]
    )

    def found(query: Query) -> list[bytes]:
        return [row.hit.path for row in Finder(query).find(image).rows]

    assert found(Query(secrets=True)) == [b"root/.env", b"root/.npmrc"]
    assert found(Query(secrets=True, name="*rc")) == [b"root/.npmrc"]
    assert found(Query(secrets=True, state="live")) == [b"root/.env"]


@pytest.mark.parametrize("query", [Query(secrets=True, path="root"), Query(secrets=True, types="d")])
def test_secrets_are_looked_for_at_no_other_paths(query: Query) -> None:
    with pytest.raises(SettingsError, match="--secrets looks for files at paths of its own"):
        Finder(query)


def test_a_hard_link_is_as_old_as_its_file() -> None:
    link = h("link", "file")
    link.mtime = 1_700_000_000
    image = inspection_of([f("file", "1", mtime=1_000_000_000), link])

    old, new = (
        [row.hit.path for row in Finder(query).find(image).rows]
        for query in (Query(older="2010-01-01"), Query(newer="2010-01-01"))
    )
    assert (old, new) == ([b"file", b"link"], [])


@pytest.mark.parametrize(("most", "cut"), [(1, True), (2, False), (3, False)])
def test_a_search_ends_with_the_matches_that_were_asked_for(most: int, cut: bool) -> None:
    found = Finder(Query(content="needle", max_matches=most)).find(inspection_of(*LAYERS))

    assert sum(len(row.matches or ()) for row in found.rows) == min(most, 2)
    assert found.cut is cut


def test_a_query_that_cannot_be_meant_is_told_by_its_option() -> None:
    with pytest.raises(SettingsError, match="--size"):
        Finder(Query(size="much"))


@pytest.mark.parametrize(("given", "texts"), [(None, ()), ("ab", ("ab",)), (["a", "b"], ("a", "b"))])
def test_one_text_is_one_and_not_its_letters(given: str | list[str] | None, texts: tuple[str, ...]) -> None:
    assert several(given) == texts


def test_a_path_that_is_asked_for_twice_is_told_of_once() -> None:
    blaming = Blaming(inspection_of(*LAYERS))

    told = blaming.told([blaming.find(b"/log/a"), blaming.find(b"b"), blaming.find(b"var/log/*")])

    assert [one.path for one in told.asked] == [b"var/log/a", b"b"]
    assert [len(told.blame.of(one.node)) for one in told.asked] == [2, 2]


def test_what_no_layer_has_is_told_with_what_may_be_meant() -> None:
    blaming = Blaming(inspection_of(*LAYERS))
    missing = blaming.missing(b"srv/onne")

    assert blaming.find(b"srv/onne") == []
    assert (str(missing), missing.hint) == ("srv/onne: no layer has such a path", "did you mean /srv/one?")


def test_rules_are_asked_with_what_was_read_for_them() -> None:
    inspection = inspection_of(*LAYERS)

    without, with_ = advised(inspection), advised(inspection, find_duplicates(inspection))

    assert {one.id for one in with_.advice.findings} - {one.id for one in without.advice.findings} == {"duplicates"}
    assert not with_.warnings


@pytest.mark.parametrize(
    ("tag", "name"),
    [("registry:5000/app:1", "registry:5000/app"), ("registry:5000/app", "registry:5000/app"), ("", "p")],
)
def test_an_image_is_judged_under_a_name_that_no_build_changes(tag: str, name: str) -> None:
    inspection = inspection_of(*LAYERS, spec=Spec([], tags=(tag,) if tag else ()))
    subject = subject_of(inspection, "p", base=1)

    assert (subject.name, subject.path, subject.base, subject.complete) == (name, "p", 1, True)


def test_a_side_of_a_comparison_knows_all_that_the_inspection_does() -> None:
    inspection = inspection_of(*LAYERS)
    side = side_of(inspection)

    assert side.complete
    assert side.totals["wasted_bytes"] == inspection.analysis.totals.wasted_bytes == 513
    assert [one.content_bytes for one in side.layers or ()] == [one.content_bytes for one in inspection.analysis.layers]
