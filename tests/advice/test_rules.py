"""Each rule twice: what it tells of, and what it leaves alone."""

from __future__ import annotations

import pytest

from imgscope.advice.model import Confidence, Group
from imgscope.advice.registry import RULES
from imgscope.compression import Codec
from tests.advice.making import RUNS, Case, case
from tests.build import d, f, h, s, w

LARGE = "x" * 10_000_000
APT = "var/lib/apt/lists/deb_Packages"

FIRES: dict[str, tuple[Case, int, str]] = {
    # bytes saved, and a part of what is said
    "package-caches": (case([f(APT, "x" * 500)]), 500, "Layer 0 left apt's package lists: 1 file"),
    "removed-later": (case([f("a", "x" * 70)], [w("a")]), 70, "Layer 1 removes 1 file that layer 0 wrote: it travels"),
    "metadata-copies": (
        case([f("a", "x" * 60)], [f("a", "x" * 60, mode=0o755)], made_by=["COPY a /", "RUN chmod +x a"]),
        60,
        "Layer 1 copied 1 file of layer 0 to change only its mode",
    ),
    "overwritten": (case([f("a", "x" * 50)], [f("a", "y" * 40)]), 50, "Layer 1 wrote 1 file again that layer 0"),
    "stored-twice": (case([f("a", "x" * 30), f("a", "y" * 20)]), 30, "Layer 0 stores 1 file and then the same path"),
    "version-control": (case([f("srv/.git/objects/aa/b", "x" * 90)]), 90, "Layer 0 left git's history"),
    "logs-and-temp": (case([f("var/log/x", "x" * 9), f("tmp/y", "x" * 8)]), 17, "left"),
    "build-tools": (case([f("usr/include/stdio.h", "x" * 44), f("usr/lib/libc.a", "x" * 55)]), 99, "headers"),
    "documentation": (
        case([f("usr/share/doc/git/README", "x" * 33), f("usr/share/doc/git/copyright", "x")]),
        33,
        "doc",
    ),
    "bytecode": (case([f("srv/__pycache__/a.pyc", "x" * 12), f("srv/b.pyc", "x" * 3)]), 15, "compiled Python: 2 files"),
    "package-tests": (
        case([f("srv/node_modules/a/b/test/x.js", "x" * 21), f("usr/lib/python3.11/test/y.py", "x" * 4)]),
        25,
        "tests of Node packages and tests of Python packages",
    ),
    "duplicates": (
        case([f("a", "x" * 25), f("b", "x" * 25)], duplicates=True),
        25,
        "1 file holds what another file holds too",
    ),
    "secrets": (case([f("root/.ssh/id_rsa", "x")]), 0, "1 file of layer 0 is named like a secret"),
    "secret-settings": (case([], config={**RUNS, "Env": ["DB_PASSWORD=hunter2"]}), 0, "sets DB_PASSWORD=****"),
    "setuid": (case([f("opt/run", "x", mode=0o4755)]), 0, "1 program runs as somebody else, from layer 0"),
    "world-writable": (case([d("srv", mode=0o777)]), 0, "1 path is open for everyone to write"),
    "root-user": (case([], config={"Cmd": ["/srv/app"]}), 0, "There is no USER"),
    "tiny-layers": (case(*[[f(f"f{number}", "x")] for number in range(11)]), 0, "11 layers have less than 10 kB"),
    "compression": (case([f("a", LARGE)], flavour="oci-archive"), 0, "Layer 0 is stored uncompressed"),
    "labels": (case([]), 0, "org.opencontainers.image.source, org.opencontainers.image.revision"),
    "latest-tag": (case([], tags=("example/app:latest",)), 0, "The only tag is latest"),
}
_TOLD = {f"org.opencontainers.image.{name}": "x" for name in ("source", "revision", "licenses")}
QUIET: dict[str, Case] = {
    "package-caches": case([d("var/lib/apt/lists"), f("srv/apt/lists/x", "x"), f("var/lib/apt/lists.txt", "x")]),
    "removed-later": case([f("a", "x")], [f("b", "x")]),
    "metadata-copies": case([f("a", "x")], [f("b", "x", mode=0o755)]),
    "overwritten": case([f("a", "x")], [f("a", "x", mode=0o755)]),
    "stored-twice": case([f("a", "x")], [f("a", "y")]),
    "version-control": case([f("srv/.gitignore", "x"), f("srv/.git", "gitdir: elsewhere"), f("srv/git/x", "x")]),
    "logs-and-temp": case([d("tmp", mode=0o1777), d("var/log"), f("srv/core/x.py", "x"), f("srv/catalog", "x")]),
    "build-tools": case([f("usr/include/stdio.h", "x"), f("usr/bin/make", "x")], [], [], config={"Cmd": ["bash"]}),
    "documentation": case([f("usr/share/doc/git/copyright", "x"), f("srv/doc/README", "x")]),
    "bytecode": case([f("srv/a.py", "x"), f("srv/b.pycx", "x")]),
    "package-tests": case([f("srv/app/tests/x.py", "x"), f("srv/node_modules/a/index.js", "x")]),
    "duplicates": case([f("a", "x" * 25), h("b", "a"), f("c", "y" * 25)], duplicates=True),
    "secrets": case(
        [f("srv/.env.example", "x"), f("usr/share/x/a.key", "x"), f("srv/config.json", "x"), d("srv/.env")]
    ),
    "secret-settings": case(
        [], config={**RUNS, "Env": ["GPG_KEY=AB12CD", "TOKEN_FILE=/run/t", "API_KEY=$OTHER", "PATH=/"]}
    ),
    "setuid": case([f("usr/bin/passwd", "x", mode=0o4755), d("srv", mode=0o2755)]),
    "world-writable": case([d("tmp", mode=0o1777), s("link", "tmp"), f("a", "x", mode=0o664)]),
    "root-user": case([], config={"Cmd": ["bash"]}),
    "tiny-layers": case(*[[f(f"f{number}", "x" * 10_000)] for number in range(11)]),
    "compression": case([f("a", LARGE)], flavour="docker-archive"),
    "labels": case([], config={**RUNS, "Labels": _TOLD}),
    "latest-tag": case([], tags=("example/app:latest", "example/app:1.2")),
}


def test_every_rule_is_tried() -> None:
    ids = [rule.id for rule in RULES]

    assert list(FIRES) == list(QUIET) == ids


@pytest.mark.parametrize("rule", FIRES)
def test_a_rule_tells(rule: str) -> None:
    image, saved, said = FIRES[rule]
    found = image.found(rule)

    assert sum(finding.bytes for finding in found) == saved
    assert said in " ".join(finding.cause for finding in found)
    assert all(finding.fix for finding in found)


@pytest.mark.parametrize("rule", QUIET)
def test_a_rule_stays_quiet(rule: str) -> None:
    assert QUIET[rule].found(rule) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_is(rule: object) -> None:
    texts = [getattr(rule, name) for name in ("id", "title", "looks_for")]

    assert all(texts)
    assert texts[2].endswith(".")


def test_a_deleted_cache_is_told_of_once_and_by_the_more_specific_rule() -> None:
    advice = case([f(APT, "x" * 500), f("a", "x" * 30)], [w("var/lib/apt/lists/deb_Packages"), w("a")]).advice()
    waste = [(finding.id, finding.bytes, finding.layer) for finding in advice.findings if finding.group is Group.WASTE]

    assert waste == [("package-caches", 500, 0), ("removed-later", 30, 1)]


def test_a_copy_for_its_mode_is_told_of_as_that_wherever_it_is() -> None:
    advice = case([f("srv/.git/x", "x" * 80)], [f("srv/.git/x", "x" * 80, uid=1000)]).advice()
    found = {finding.id: (finding.group, finding.bytes) for finding in advice.findings if finding.bytes}

    assert found == {"metadata-copies": (Group.WASTE, 80), "version-control": (Group.CONTENTS, 80)}


@pytest.mark.parametrize(
    ("made_by", "again", "fix"),
    [
        ("COPY a /", f("a", "xx", uid=7), "COPY --chown=…"),
        ("COPY a /", f("a", "xx", mode=0o700), "COPY --chmod=…"),
        ("COPY a /", f("a", "xx", mode=0o700, gid=7), "COPY --chmod=… --chown=…"),
        ("RUN make a", f("a", "xx", uid=7), "Do it in the RUN that writes the files (layer 0)"),
        ("COPY a /", f("a", "xx", pax={"SCHILY.xattr.security.capability": "1"}), "Do it in the step that writes"),
        ("COPY a /", f("a", "xx", mtime=1), "Write it once"),
        ("COPY a /", f("a", "xx"), "Write it once"),
    ],
)
def test_how_to_avoid_a_copy_depends_on_who_wrote_the_file(made_by: str, again: object, fix: str) -> None:
    image = case([f("a", "xx")], [again], made_by=[made_by, "RUN again"])  # type: ignore[list-item]

    assert fix in image.found("metadata-copies")[0].fix


def test_how_to_avoid_a_deletion_depends_on_who_wrote_the_file() -> None:
    copied = case([f("a", "xx")], [w("a")], made_by=["COPY a /", "RUN rm a"])
    written = case([f("a", "xx")], [w("a")], made_by=["RUN make a", "RUN rm a"])

    assert ".dockerignore" in copied.found("removed-later")[0].fix
    assert "the RUN that writes it (layer 0)" in written.found("removed-later")[0].fix


@pytest.mark.parametrize(("path", "rule"), [("a", "removed-later"), ("var/log/a", "logs-and-temp")])
def test_what_a_base_brought_cannot_be_saved_by_deleting_it(path: str, rule: str) -> None:
    image = case([f("etc/os-release", "ID=x"), f(path, "xx")], [w(path)])
    (finding,) = image.found(rule)

    assert finding.confidence is Confidence.LOW
    assert "smaller base" in finding.fix


def test_what_stands_in_the_base_is_told_of_apart_and_with_less_confidence() -> None:
    image = case([f("etc/os-release", "ID=x"), f("var/log/a", "x" * 5)], [f("var/log/b", "x" * 7)])
    found = {finding.bytes: finding.confidence for finding in image.found("logs-and-temp")}

    assert found == {7: Confidence.HIGH, 5: Confidence.MEDIUM}


def test_a_deleted_secret_is_named_with_its_layers() -> None:
    image = case([f("root/.ssh/id_rsa", "x")], [f("root/.ssh/id_rsa", "x", mode=0o600)], [w("root/.ssh/id_rsa")])
    (finding,) = image.found("secrets")

    assert finding.confidence is Confidence.HIGH
    assert [(one.path, one.detail) for one in finding.top()] == [
        (b"root/.ssh/id_rsa", "layers 0 and 1, deleted by layer 2")
    ]


@pytest.mark.parametrize("rule", ["version-control", "secrets"])
def test_who_only_changed_the_mode_of_something_did_not_bring_it(rule: str) -> None:
    sources = [d("srv"), f("srv/.git/x", "x" * 9), f("srv/.env", "x")]
    owned = [f("srv/.git/x", "x" * 9, uid=7), f("srv/.env", "x", uid=7)]
    closed = [f("srv/.git/x", "x" * 9, uid=7, mode=0o600), f("srv/.env", "x", uid=7, mode=0o600)]

    assert [one.layer for one in case([f("a", "x")], sources, owned, closed).found(rule)] == [1]


def test_who_wrote_something_else_there_did_bring_it() -> None:
    image = case([d("var/log"), f("a", "x")], [f("a", "x", uid=7)], [f("a", "x", uid=8), f("var/log/b", "z" * 9)])

    assert [one.layer for one in image.found("logs-and-temp") if one.group is Group.CONTENTS] == [2]


def test_a_build_argument_is_told_of_without_its_value() -> None:
    steps = ["|1 NPM_TOKEN=hunter2 /bin/sh -c npm install # buildkit", "RUN x"]
    image = case([f("a", "x")], [f("b", "x")], made_by=steps)
    (finding,) = image.found("secret-settings")

    assert "NPM_TOKEN=****" in finding.cause
    assert "hunter2" not in repr(image.advice())
    assert finding.layer == 0


@pytest.mark.parametrize(
    ("codec", "shrunk", "said"),
    [(Codec.GZIP, 1, "hardly gets smaller"), (Codec.ZSTD, 1, "hardly gets smaller"), (Codec.GZIP, 4, None)],
)
def test_layers_that_compress_badly_are_told_of(codec: Codec, shrunk: int, said: str | None) -> None:
    found = case([f("a", LARGE)], codec=codec, shrunk=shrunk).found("compression")

    assert [said in finding.cause for finding in found if said] == ([True] if said else [])
    assert bool(found) is bool(said)


def test_a_file_that_is_also_elsewhere_saves_nothing() -> None:
    inside = case([f("tmp/a", "x" * 10), h("tmp/b", "tmp/a")])
    outside = case([f("tmp/a", "x" * 10), h("srv/b", "tmp/a")])

    assert [finding.bytes for finding in inside.found("logs-and-temp")] == [10]
    assert outside.found("logs-and-temp") == []


def test_duplicates_that_another_rule_tells_of_are_not_counted_again() -> None:
    image = case([f("a", "x" * 25), f("b", "x" * 25), f("tmp/c", "x" * 25)], duplicates=True)

    assert [finding.bytes for finding in image.found("duplicates")] == [25]
    assert [finding.bytes for finding in image.found("logs-and-temp")] == [25]
