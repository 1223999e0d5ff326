"""Small images on which dive was run: those of its known misjudgements, and one for each turn of its arithmetic.

What dive 0.13.1 said of them is recorded in ``dive.json``, for each of ``CONFIGS`` too.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.build import E, d, f, h, o, s, w

MB = 1_000_000
Layers = Sequence[Sequence[E]]


def z(name: str, size: int, **more: int) -> E:
    """A file of zeros."""
    return f(name, bytes(size), **more)


_DUPLICATE = [z("f", 5000)]
_ETC = [d("etc")]

MISJUDGED: dict[str, tuple[int, Layers]] = {
    "10 MB file written twice": (10 * MB, [[z("f", 10 * MB)], [f("f", b"1" * 10 * MB)]]),
    "file grows from 1 to 20 MB": (MB, [[z("f", MB)], [z("f", 20 * MB)]]),
    "10 MB file removed": (10 * MB, [[z("x", 10 * MB)], [w("x")]]),
    "directory of 15 MB removed": (15 * MB, [[d("a"), z("a/f", 10 * MB), z("a/g", 5 * MB)], [w("a")]]),
    "opaque directory hides 10 MB": (10 * MB, [[d("a"), z("a/f", 10 * MB)], [d("a"), o("a")]]),
    "single layer": (0, [[d("a"), z("a/f", 1000)]]),
    "rewritten, then chmod, and a file removed": (
        270,
        [[z("a", 100), z("x", 50)], [f("a", b"1" * 120)], [f("a", b"1" * 120, mode=0o600), w("x")]],
    ),
    "chmod of 1000 bytes": (1000, [[z("f", 1000)], [z("f", 1000, mode=0o600)]]),
    "1000 bytes added, then removed": (1000, [[z("keep", 10)], [z("f", 1000)], [w("f")]]),
    "whiteout of 1000 bytes, 1 byte left": (1000, [[z("f", 1000), z("g", 1)], [w("f")]]),
    "1000, then 500, then removed": (1500, [[z("f", 1000)], [z("f", 500)], [w("f")]]),
    "directory of 5000 bytes removed": (5000, [[d("dir"), z("dir/f", 5000)], [w("dir")]]),
    "directory of 1000 bytes removed, 10 left": (1000, [[d("d"), z("d/f", 1000), z("g", 10)], [w("d")]]),
    "opaque directory hides 5000 bytes": (5000, [[d("d"), z("d/f", 5000)], [d("d"), o("d")]]),
    "opaque directory hides 1000 bytes, 15 left": (
        1000,
        [[d("d"), z("d/f", 1000), z("g", 10)], [d("d"), o("d"), z("d/n", 5)]],
    ),
    "opaque directory, one of two files again": (
        5000,
        [[d("d"), z("d/f", 3000), z("d/g", 2000)], [d("d"), o("d"), z("d/f", 10)]],
    ),
    "directory of 3000 bytes becomes a file": (3000, [[d("d"), z("d/f", 3000)], [z("d", 10)]]),
    "directory of 1000 bytes becomes a file of 7": (1000, [[d("d"), z("d/f", 1000)], [z("d", 7)]]),
    "file of 3000 bytes becomes a directory": (3000, [[z("d", 3000)], [d("d"), z("d/f", 10)]]),
    "directory removed and there again": (
        3000,
        [[d("d"), z("d/f", 3000)], [w("d"), d("d"), z("d/f", 100)]],
    ),
    "directory moved": (5000, [[d("a"), z("a/big", 5000)], [w("a"), d("b"), z("b/big", 5000)]]),
    "dangling whiteout before a duplicate": (4096, [[z("z", 4096)], [w("a"), z("z", 4096)]]),
    "file becomes a hard link": (1000, [[z("f", 1000)], [z("new", 10), h("f", "new")]]),
    "stored twice in one layer": (1000, [[z("f", 1000), z("f", 900)]]),
    "same layer twice": (5000, [_DUPLICATE, _DUPLICATE]),
    "same content at two paths": (0, [[z("a", 1000)], [z("b", 1000)]]),
    "removed in a layer of 0 bytes": (1000, [[z("f", 1000)], [d("n"), w("f")]]),
    "a directory listed in ten layers": (0, [_ETC] * 10),
}
"""By what happens: bytes that are in the image and not in its final filesystem, and the layers."""

TURNS: dict[str, Layers] = {
    "no layers": [],
    "empty layer": [[]],
    "empty layers": [[], [], []],
    "three copies": [[z("f", 30)], [z("f", 10)], [z("f", 20)]],
    "copies that grow": [[z("f", 1)], [z("f", 2)], [z("f", 4)], [z("f", 8)]],
    "copy of 0 bytes": [[z("f", 0)], [z("f", 9)]],
    "same size at several paths": [[z(name, 10) for name in "abcdef"], [z(name, 10) for name in "fedcba"]],
    "one of many files rewritten": [[z(f"d/{number}", 10) for number in range(30)], [z("d/7", 10)]],
    "symlink rewritten": [[s("l", "a")], [s("l", "b")]],
    "symlink becomes a file": [[s("l", "a"), z("a", 5)], [z("l", 7)]],
    "file becomes a symlink": [[z("l", 70), z("a", 5)], [s("l", "a")]],
    "symlink to a directory is not followed": [[d("d"), z("d/f", 70), s("l", "d")], [z("l/f", 50)]],
    "hard link removed": [[z("f", 50), h("g", "f")], [w("f")]],
    "devices": [[E("c", type="3"), E("b", type="4"), E("p", type="6")], [E("c", type="3"), w("p")]],
    "contiguous file": [[E("f", b"1" * 50, type="7")], [E("f", b"1" * 60, type="7")]],
    "empty directories again": [[d("a"), d("b"), d("b/c")], [d("a"), d("b")], [d("b/c")]],
    "directory without an entry removed": [[z("a/f", 500), z("k", 5)], [w("a")]],
    "directory that loses its entry, removed": [[d("a"), z("a/f", 500)], [z("a/g", 5)], [w("a"), z("k", 1)]],
    "directory that gets an entry, removed": [[z("a/f", 500)], [d("a")], [w("a")]],
    "directory removed that was rewritten": [[z("a", 9)], [d("a"), z("a/f", 500)], [w("a")]],
    "directory and what is in it removed": [[d("a"), z("a/f", 500), z("a/g", 50)], [w("a"), w("a/f")]],
    "directories in directories removed": [
        [d("a"), d("a/b"), d("a/b/c"), z("a/b/c/f", 500), z("a/g", 50)],
        [w("a"), w("a/b"), w("a/b/c")],
    ],
    "directories in directories removed, the inner first": [
        [d("-"), d("-/b"), z("-/b/f", 500), z("-/g", 50)],
        [w("-"), w("-/b")],
        [z("-", 5)],
    ],
    "directory removed twice": [[d("a"), z("a/f", 500)], [w("a")], [d("a"), z("a/g", 30)], [w("a")]],
    "removed and written in one layer": [[z("f", 500)], [w("f"), z("f", 300)], [w("f")]],
    "removed and written, behind by name": [[z("-f", 500)], [w("-f"), z("-f", 300)], [w("-f"), z("z", 5)]],
    "removed and written, marker last": [[z("f", 500)], [z("f", 300), w("f")], [z("f", 1)]],
    "file written where a directory was removed": [[d("a"), z("a/f", 500)], [w("a"), z("a", 30)], [z("a", 10)]],
    "removed again": [[z("f", 500)], [w("f")], [w("f"), z("g", 10)], [z("g", 10)]],
    "dangling whiteout alone": [[z("k", 10)], [w("x")]],
    "dangling whiteout behind a duplicate": [[z("a", 50)], [w("x"), z("a", 50)]],
    "dangling whiteout, written later": [[z("k", 10)], [w("x")], [z("x", 30)], [z("x", 40)]],
    "dangling whiteouts, efficiency below 0": [[z("k", 1)], [w("x")], [w("y")]],
    "dangling whiteout and no bytes": [[d("k")], [w("x")]],
    "dangling whiteout in a directory": [[d("a"), z("a/f", 50)], [w("a/x"), z("a/f", 50), z("b", 5)], [z("b", 5)]],
    "whiteout in the first layer, of nothing": [[w("x"), z("f", 50)], [z("f", 50)]],
    "whiteout in the first layer, of what it has": [[d("x"), z("x/f", 50), w("x"), z("y", 5)], [z("x/f", 7)]],
    "whiteout in the first layer, of a file": [[z("x", 50), w("x")], [w("x")]],
    "whiteout without a name": [[d("a"), z("a/f", 50), z("a/g", 5)], [f("a/.wh.")], [w("a/g")]],
    "whiteout of the root": [[z("a", 50)], [f(".wh.")], [w("a")]],
    "whiteout with a body": [[z("a", 50)], [f(".wh.a", b"12345")]],
    "whiteout that is a directory": [[d("a"), z("a/f", 50)], [z(".wh.a/g", 5)], [z("a/f", 7)]],
    "whiteout of a whiteout": [[z("k", 9)], [z(".wh.d/f", 50)], [f(".wh..wh.d"), z("k", 9)]],
    "aufs: plnk is left out": [[z("f", 50)], [f(".wh..wh..plnk", b"12"), z("f", 40)]],
    "aufs: .wh..wh.aufs is a dangling whiteout": [[z("f", 50)], [f(".wh..wh.aufs"), z("f", 40)]],
    "opaque directory without an entry": [[z("a/f", 50)], [o("a")], [o("a")]],
    "opaque root": [[z("a", 50)], [o()], [z("a", 40)]],
    "below an opaque marker": [[z("a/.wh..wh..opq/f", 50)], [z("a/.wh..wh..opq/f", 50)]],
    "names with ./ and /": [[z("./a", 50), z("/b/c", 5)], [z("a", 50), z("b//c", 5)]],
    "names with .. inside": [[z("a/../b", 50)], [z("b", 40), z("a/..", 30)]],
    "names that climb": [[z("../a", 50), z("../../b/c", 5)], [w("a"), w("b/c")], [z("../a", 7)]],
    "names that climb, again": [[z("a", 50)], [z("../a", 40)], [w("a")], [w("a"), z("b", 3)], [z("b", 3)]],
    "names that climb onto others": [[z("a/b", 50), d("../a")], [d("a"), w("a")]],
    "names that climb onto others, the other way": [[d("a"), z("a/b", 50), z("../a/c", 5)], [d("a"), w("a")]],
    "entry for the root": [[z(".", 50), z("/", 40)], [d("./"), z("a", 1)]],
    "trailing slash on a file": [[z("a/", 50)], [z("a", 40)]],
    "mode says directory": [[z("a", 50, mode=0o040755), z("a/f", 30)], [w("a")], [z("a/f", 3)]],
    "long names": [[z("d" * 90 + "/" + "f" * 90, 50)], [z("d" * 90 + "/" + "f" * 90, 40)]],
    "upper case is before lower case": [[z("B", 9), z("a", 9)], [w("C"), z("B", 5), z("a", 5)]],
    "names around a directory": [[d("a"), z("a/f", 9), z("a.b", 9)], [w("a/g"), z("a.b", 5), z("A", 1)], [z("A", 1)]],
    "a base and three builds": [
        [d("usr"), d("usr/lib"), z("usr/lib/libc", 5000), d("var"), d("var/lib"), z("var/lib/status", 700)],
        [d("usr"), d("usr/lib"), z("usr/lib/libx", 900), d("var"), d("var/lib"), z("var/lib/status", 800)],
        [d("app"), z("app/main", 300), d("var"), d("var/lib"), z("var/lib/status", 810), d("tmp"), z("tmp/x", 50)],
        [z("app/main", 300, mode=0o755), w("tmp/x"), d("var"), d("var/lib"), w("var/lib/status")],
    ],
}
"""By what happens: layers on which dive's arithmetic takes a way of its own."""

IMAGES: dict[str, Layers] = {name: layers for name, (_, layers) in MISJUDGED.items()} | TURNS


def rules(efficiency: str, wasted: str, share: str) -> str:
    """A file with all three."""
    limits = {"lowestEfficiency": efficiency, "highestWastedBytes": wasted, "highestUserWastedPercent": share}
    return "rules:\n" + "".join(f"  {rule}: {limit}\n" for rule, limit in limits.items())


CONFIGS = {
    "defaults": "",
    "one of three": "rules:\n  lowestEfficiency: 0.5\n",
    "1 kB": "rules:\n  highestWastedBytes: 1kB\n",
    "nothing wasted": "rules:\n  highestWastedBytes: 0B\n",
    "all": rules("0.95", "20MB", "0.20"),
    "strict": rules("1", "0", "0"),
    "lax": rules('"0"', "1 EiB", "1.0"),
    "at the limit": rules("0.5", "2kb", "1"),
    "just below": rules("0.50001", "1999", "0.99999"),
    "other spellings": rules(".01", "9.53674 MiB", "5e-1"),
    "off": rules("disabled", "disabled", "disabled"),
    "null": rules("", "~", "null"),
    "misspelt": "rules:\n  lowestEfficency: 0.99\nplugins:\n  - plugin1\nplugin1/rule1: error\n",
    "any case": "Rules:\n  LOWESTEFFICIENCY: 0.3\n  highestwastedbytes: 100\n",
}
"""Files of rules by name."""
