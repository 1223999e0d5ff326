"""The 46 two-layer cases that four engines were measured on, with the specification's result.

Where engines differ among themselves, the result is umoci's, the only one that follows the specification whatever
the order of entries inside a layer.
"""

from __future__ import annotations

import pytest

from tests.build import E, d, f, h, o, s, w
from tests.filesystem.show import apply, change

BASE = [
    d("d"),
    f("d/a", "A"),
    f("d/b", "B"),
    d("d/s"),
    f("d/s/x", "X"),
    f("f", "F"),
    s("lnk", "real"),
    d("real"),
    f("real/r", "R"),
    s("sl", "d"),
]
D_GONE = "-d/ -d/a=A -d/b=B -d/s/ -d/s/x=X"
D_EMPTIED = "-d/a=A -d/b=B -d/s/ -d/s/x=X"

CASES: dict[str, tuple[list[E], str, tuple[str, ...]]] = {
    "01 whiteout file": ([w("d/a")], "-d/a=A", ()),
    "02 whiteout directory": ([w("d")], D_GONE, ()),
    "03 opaque before": ([d("d"), o("d"), f("d/n", "N")], f"+d/n=N {D_EMPTIED}", ()),
    "04 opaque after": ([d("d"), f("d/n", "N"), o("d")], f"+d/n=N {D_EMPTIED}", ()),
    "05 opaque after, nested new without directory entry": (
        [f("d/s/n", "N"), o("d")],
        "+d/s/n=N -d/a=A -d/b=B -d/s/x=X",
        ("order-dependent",),
    ),
    "06 file then whiteout of the same name": ([f("d/a", "NEW"), w("d/a")], "+d/a=NEW -d/a=A", ("order-dependent",)),
    "07 whiteout then file of the same name": ([w("d/a"), f("d/a", "NEW")], "+d/a=NEW -d/a=A", ()),
    "08 whiteout of nothing": ([w("d/zzz")], "", ()),
    "09 whiteout in a directory that is not there": ([w("q/w/zzz")], "", ()),
    "10 opaque in a directory that is not there": ([o("q")], "", ()),
    "11 directory to file": ([f("d", "FILE")], f"+d=FILE {D_GONE}", ()),
    "12 file to directory": ([d("f"), f("f/in", "I")], "+f/ +f/in=I -f=F", ()),
    "13 file to implied directory": ([f("f/in", "I")], "+f/ +f/in=I -f=F", ("implied-directory",)),
    "14 entry through a lower symlink": ([f("lnk/n", "N")], "+real/n=N", ("through-symlink",)),
    "15 directory entry over a symlink to a directory": ([d("lnk"), f("lnk/n", "N")], "+lnk/ +lnk/n=N -lnk->real", ()),
    "16 whiteout through a lower symlink": ([w("lnk/r")], "-real/r=R", ("through-symlink",)),
    "17 whiteout of a directory, then a child": ([w("d"), f("d/n", "N")], f"+d/n=N {D_EMPTIED}", ()),
    "18 a child, then whiteout of the directory": (
        [f("d/n", "N"), w("d")],
        f"+d/n=N {D_EMPTIED}",
        ("order-dependent",),
    ),
    "19 hard link to a lower file": ([h("hl", "f")], "+hl=F", ()),
    "20 hard link to nothing": ([h("hl", "nope")], "+hl=", ("broken-hard-link",)),
    "21 hard link before its target": ([h("hl", "late"), f("late", "T")], "+hl= +late=T", ("broken-hard-link",)),
    "22 one path twice": ([f("dup", "1"), f("dup", "2")], "+dup=2", ("duplicate-entry",)),
    "23 .wh. bare": ([f("d/.wh.")], "", ("invalid-whiteout",)),
    "24 .wh..": ([f("d/.wh..")], "", ("invalid-whiteout",)),
    "25 .wh...": ([f("d/.wh...")], "", ("invalid-whiteout",)),
    "26 .wh..wh.plnk": (
        [d(".wh..wh.plnk"), f(".wh..wh.plnk/1.2", "P"), h("hl", ".wh..wh.plnk/1.2")],
        "+hl=P",
        (),
    ),
    "27 .wh..wh.aufs": ([f(".wh..wh.aufs")], "", ()),
    "28 nested .wh..wh.": ([f("d/.wh..wh.foo")], "", ()),
    "29 absolute name": ([f("/abs", "A")], "+abs=A", ()),
    "30 ./ before the name": ([f("./dot", "A")], "+dot=A", ()),
    "31 ../ before the name": ([f("../esc", "A")], "+esc=A", ("climbing-name",)),
    "32 a/../b": ([f("d/../norm", "A")], "+norm=A", ("climbing-name",)),
    "33 a directory as whiteout": ([d("d/.wh.a")], "-d/a=A", ()),
    "34 a symlink as whiteout": ([s("d/.wh.a", "x")], "-d/a=A", ()),
    "35 directory over directory": ([d("d")], "", ()),
    "36 symlink over directory": ([s("d", "real")], f"+d->real {D_GONE}", ()),
    "37 whiteout with content": ([f("d/.wh.a", "payload")], "-d/a=A", ()),
    "38 opaque root": (
        [o(), f("n", "N")],
        f"+n=N {D_GONE} -f=F -lnk->real -real/ -real/r=R -sl->d",
        (),
    ),
    "39 hard link, then its target overwritten": (
        [f("t", "1"), h("hl", "t"), f("t", "2")],
        "+hl=1 +t=2",
        ("duplicate-entry",),
    ),
    "40 hard link to a directory": ([h("hl", "d")], "+hl=", ("broken-hard-link",)),
    "41 empty name": ([f("", "A")], "", ("root-entry",)),
    "42 file with a trailing slash": ([f("tr/", "T")], "+tr=T", ()),
    "43 .wh. in a part that is not the last": ([f(".wh.d/x", "Q")], "+.wh.d/ +.wh.d/x=Q", ()),
    "44 hard link whose target was whited out before it": ([w("f"), h("hl", "f")], "+hl= -f=F", ("broken-hard-link",)),
    "45 hard link, then whiteout of its target": ([h("hl", "f"), w("f")], "+hl=F -f=F", ()),
    "46 global pax header, then a file": (
        [E("pax_global_header", b"", type="g"), f("n", "N")],
        "+n=N",
        (),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_layer_application(case: str) -> None:
    entries, expected, notices = CASES[case]
    before, _ = apply(BASE)
    after, fs = apply(BASE, entries)

    assert change(before, after) == " ".join(sorted(expected.split(), key=lambda word: (word[0] != "+", word)))
    assert set(fs.effects[1].notices) == set(notices)


def test_all_46_cases_are_here() -> None:
    assert [case[:2] for case in CASES] == [f"{number:02}" for number in range(1, 47)]
