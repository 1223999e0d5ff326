"""squash and accounting against the naive dict, over layers that Hypothesis makes up."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.analysis.accounting import account, content_of
from imgscope.analysis.copies import candidates, mark
from imgscope.filesystem.squash import squash
from tests.build import E, d, f, h, layer, o, s, w
from tests.conftest import tables_of
from tests.filesystem.naive import DIR, LINK, Naive
from tests.filesystem.show import contents

NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
TARGETS = st.one_of(PATHS, PATHS.map(lambda path: f"/{path}"), PATHS.map(lambda path: f"../{path}"))
CONTENT = st.sampled_from(["", "1", "2", "22", "333"])

ENTRIES = st.one_of(
    st.builds(f, PATHS, CONTENT),
    st.builds(f, PATHS, CONTENT),
    st.builds(d, PATHS),
    st.builds(s, PATHS, TARGETS),
    st.builds(h, PATHS, PATHS),
    st.builds(w, PATHS),
    st.builds(o, st.one_of(st.just(""), PATHS)),
)
LAYERS = st.lists(st.lists(ENTRIES, max_size=8), min_size=1, max_size=4)


@settings(max_examples=600, deadline=None)
@given(LAYERS)
def test_filesystem_and_waste_are_those_of_the_naive_rules(layers: list[list[E]]) -> None:
    naive = Naive()
    for number, entries in enumerate(layers):
        naive.apply(number, entries)

    written = [layer(*entries) for entries in layers]
    fs = squash(tables_of(written))
    prints = {
        (number, row): written[number][table.body[row] : table.body[row] + table.stored(row)]
        for number, rows in candidates(fs).items()
        if (table := fs.tables[number])
        for row in rows
    }
    mark(fs, prints.get)
    analysis = account(fs, [len(data) for data in written])

    assert contents(written, fs) == {
        "/".join(path): "/"
        if thing.kind == DIR
        else f"->{thing.target}"
        if thing.kind == LINK
        else (thing.body.data.decode() if thing.body else "")
        for path, thing in naive.things.items()
    }
    assert sorted(
        (row.path.decode(), row.bytes, row.cause.name.lower(), row.layer, row.hidden_by) for row in analysis.waste
    ) == sorted(
        ("/".join(body.path), len(body.data), *_fate(body.hidden, body.layer))
        for body in naive.bodies
        if body.hidden and body.data
    )
    for number, account_ in enumerate(analysis.layers):
        live = sum(len(body.data) for body in naive.bodies if body.layer == number and not body.hidden)
        assert account_.live == live
        table = fs.tables[number]
        assert table is not None
        assert account_.content_bytes == content_of(table)
        assert account_.tar_overhead == len(written[number]) - sum(
            len(body.data) for body in naive.bodies if body.layer == number
        )


def _fate(hidden: tuple[str, int], layer_: int) -> tuple[str, int, int]:
    cause, by = hidden
    return cause, layer_, by
