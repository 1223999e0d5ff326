"""What is said of layers, files and images: true to the numbers, and safe to show whatever documents and names hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.analysis.blame import Blame
from imgscope.errors import ArchiveError
from imgscope.escaping import printable
from imgscope.filesystem.life import Lives
from imgscope.filesystem.model import Cause
from imgscope.filesystem.words import WHY
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS
from imgscope.progress import SILENT
from imgscope.tui.config_words import config
from imgscope.tui.lens import Lenses
from imgscope.tui.look import Cell, Look
from imgscope.tui.wording import CAUSES, Words, instruction, unread
from imgscope.units import SizeStyle
from tests.build import E, Spec, d, f, h, layer, o, s, w
from tests.tui.making import HOSTILE, LAYERS, inspection_of, node_at, opened_of

TEXTS = st.one_of(
    st.text(max_size=12), st.sampled_from(["\x1b[2J", "\u202eabc", "[bold]", "a\nb", "\u2028", "x" * 3000])
)
NUMBERS = st.one_of(st.integers(0, 10**12), st.just(10**400))


def said(lines: Iterable[Iterable[Cell]]) -> list[str]:
    """Lines as plain text, without blank ones."""
    texts = ["".join(text for text, _ in line).rstrip() for line in lines]
    return [text for text in texts if text]


def all_printable(lines: Iterable[Iterable[Cell]]) -> bool:
    return all(printable(text) == text for line in lines for text, _ in line)


def words_of(*layers: list[E], **spec: Any) -> Words:
    return Words(inspection_of(*layers, spec=Spec([], **spec)), Look())


def life_of(path: str, *layers: list[E]) -> list[str]:
    """What is said of a path in the final filesystem, from its first event."""
    words = words_of(*layers)
    fs = words.inspection.filesystem
    lines = said(words.path(Lenses(fs).aggregated(len(layers) - 1), node_at(fs, path)))
    first = next(at for at, line in enumerate(lines) if line[1:].startswith(" layer ") or line.startswith("no layer"))
    return lines[first:]


def test_a_layer_is_told_with_its_documents_paths_and_instruction() -> None:
    words = words_of([f("a", "1" * 600), f("b", "1" * 400)], [w("a"), f("b", "2" * 3000), d("c"), o("c")])
    upper = words.image.layers[1]

    assert said(words.layer(1)) == [
        "Layer 1  3kB, 75.0% of the image",
        f"digest   {upper.digest}",
        f"diff_id  {upper.diff_id}",
        f"chain id {upper.chain_id}",
        said(words.layer(1))[4],
        "paths    +1 ~1 -1",
        "markers  1 whiteout, 1 opaque",
        "entries  4, 1 file",
        f"stored   {Look().size(upper.stored_bytes)} plain",
        "RUN step 1",
        "It turned 1kB below it into waste",
        "       1kB  of layer 0: RUN step 0",
    ]
    assert said(words.layer(1))[4].startswith("created  2026-01-02 03:04:05 UTC (")
    assert said(words.layer(0))[-4:] == [
        "1kB of it is waste  (2 shows it)",
        "      600B  a later layer deleted it",
        "      400B  a later layer wrote another version",
        "       1kB  hidden by layer 1: RUN step 1",
    ]


def test_a_layer_without_waste_says_so_and_needs_no_documents() -> None:
    inspection = inspection_of([f("a", "1")], spec=Spec([], history=[]))
    words = Words(inspection, Look())

    assert said(words.layer(0))[-2:] == ["(no history)", "nothing of it is waste"]
    bare = opened_of(Spec([layer()], history=[]), digests=False)
    assert said(unread(bare.image, 0, "being read")) == ["Layer 0  being read", "(no history)"]


def test_of_many_layers_at_fault_the_worst_five_are_named() -> None:
    lower = [f(str(number), "1" * (number + 1)) for number in range(7)]
    words = words_of(lower, *([w(str(number))] for number in range(7)))
    lines = said(words.layer(0))

    assert [line.split()[0] for line in lines if "hidden by layer" in line] == ["7B", "6B", "5B", "4B", "3B"]
    assert lines[-1].strip() == "and 2 layers more"


def test_a_layer_that_cannot_be_read_says_why_and_what_to_do() -> None:
    words = words_of([f("a", "1")])
    words.inspection.layers[0].error = ArchiveError("a \x1b damaged header", offset=512, hint="fetch it again")

    lines = said(words.layer(0))

    assert any(line.startswith("! ") and "a \\x1b damaged header" in line for line in lines)
    assert "  fetch it again" in lines
    assert not any(line.startswith(("paths", "stored")) for line in lines)


def test_a_step_without_a_layer_says_that_it_changed_nothing() -> None:
    history = [{"created_by": "/bin/sh -c #(nop) ENV a=1", "empty_layer": True, "comment": "mine"}, {"created_by": "x"}]
    words = words_of([f("a", "1")], history=history)

    assert said(words.step(words.image.history.steps[0])) == [
        "No layer  this step changed no file",
        "comment  mine",
        "ENV a=1",
    ]


WHEN = "2023-11-14 22:13"
LOWER = [d("d"), f("d/a", "1" * 2000, mode=0o755)]


@pytest.mark.parametrize(
    ("upper", "told"),
    [
        ([f("d/a", "22")], [f"~ layer 1  content, mode  2B  -rw-r--r-- 0:0  {WHEN}"]),
        (
            [f("d/a", "1" * 2000, mode=0o700)],
            [f"~ layer 1  only mode  2kB  -rwx------ 0:0  {WHEN}"],
        ),
        ([w("d/a")], ["- layer 1  removed: a whiteout names it"]),
        ([w("d")], ["- layer 1  removed: a directory above it was deleted"]),
        ([d("d"), o("d")], ["- layer 1  removed: its directory was replaced"]),
        (
            [f("d", "")],
            ["- layer 1  removed: something of another type took the place of a directory above it"],
        ),
    ],
)
def test_the_life_of_a_file_ends_with_what_happened_to_it(upper: list[E], told: list[str]) -> None:
    lines = life_of("d/a", LOWER, upper)

    assert lines[:2] == [f"+ layer 0  added  2kB  -rwxr-xr-x 0:0  {WHEN}", "    RUN step 0"]
    assert lines[3:5] == [*told, "    RUN step 1"]
    assert lines[5:] == ([] if "removed" in told[0] else ["    live"])


@pytest.mark.parametrize(
    ("upper", "why"),
    [
        ([f("d/a", "22")], "overwritten by layer 1"),
        ([f("d/a", "1" * 2000, mode=0o700)], "copied as it is by layer 1"),
        ([w("d")], "deleted by layer 1"),
        ([d("d"), o("d")], "its directory replaced by layer 1"),
        ([f("d", "")], "another type in its way since layer 1"),
    ],
)
def test_a_version_that_nothing_reaches_is_waste_and_by_whom(upper: list[E], why: str) -> None:
    assert life_of("d/a", LOWER, upper)[2] == f"    2kB wasted: {why}"


def test_what_its_own_layer_wrote_over_is_told_too() -> None:
    assert life_of("a", [f("a", "1"), f("a", "22")]) == [
        f"  layer 0  stored  1B  -rw-r--r-- 0:0  {WHEN}",
        "    RUN step 0",
        "    1B wasted: stored twice in layer 0",
        f"+ layer 0  added  2B  -rw-r--r-- 0:0  {WHEN}",
        "    RUN step 0",
        "    live",
    ]


def test_links_say_where_they_lead_and_what_became_another_type_says_so() -> None:
    lower = [f("a", "1"), h("b", "a"), s("c", "x\ny")]

    assert life_of("b", lower)[0] == f"+ layer 0  hard link made  1B  -rw-r--r-- 0:0  {WHEN}"
    assert life_of("b", lower)[2] == "    ⇒ /a"
    assert life_of("c", lower)[2] == "    → x\\ny"
    assert life_of("a", lower, [s("a", "t")])[3] == f"~ layer 1  became a symlink  lrwxrwxrwx 0:0  {WHEN}"


def test_what_is_told_of_a_path_is_what_blame_tells() -> None:
    layers = [LOWER, [f("d/a", "2" * 2000, mode=0o700), w("d/b")], [w("d")], [d("d"), f("d/a", "3")]]
    inspection = inspection_of(*layers)
    words, fs = Words(inspection, Look()), inspection.filesystem
    node = node_at(fs, "d/a")

    lines = life_of("d/a", *layers)
    blame = Blame(fs, Lives(fs)).of(node)
    assert [line.split("  ")[0].split()[-1] for line in lines if line[1:].startswith(" layer ")] == [
        str(one.layer) for one in blame
    ]
    assert words.happenings(node) == blame


def test_what_was_not_compared_is_said_to_be_and_then_known() -> None:
    inspection = inspection_of([f("a", "1" * 2000), h("b", "a")], [f("a", "1" * 2000, mode=0o600)])
    words, fs = Words(inspection, Look()), inspection.filesystem
    node, lens = node_at(fs, "a"), Lenses(fs).aggregated(1)

    assert words.unsure(node)
    assert said(words.path(lens, node))[-1] == "contents of equal size are being compared"
    words.compare(node, DEFAULT_LIMITS, SILENT, None)
    assert not words.unsure(node)
    assert "~ layer 1  only mode" in "\n".join(said(words.path(lens, node)))
    assert not words.unsure(node_at(fs, "b"))


def test_what_cannot_be_compared_counts_as_changed() -> None:
    inspection = inspection_of([f("a", "1" * 2000), h("b", "a")], [f("a", "1" * 2000, mode=0o600)])
    words, fs = Words(inspection, Look()), inspection.filesystem
    node = node_at(fs, "a")
    words.leave(node)

    assert not words.unsure(node)
    assert "~ layer 1  content, mode" in "\n".join(said(words.path(Lenses(fs).aggregated(1), node)))


def test_a_whiteout_of_nothing_has_no_life() -> None:
    words = words_of([d("a"), w("a/x")])
    fs = words.inspection.filesystem

    assert said(words.path(Lenses(fs).changes(0), node_at(fs, "a/x"))) == ["/a/x", "no layer has an entry for it"]


def facts_of(path: str, *layers: list[E]) -> list[str]:
    """What is said of a path before its life."""
    words = words_of(*layers)
    fs = words.inspection.filesystem
    lines = words.path(Lenses(fs).aggregated(len(layers) - 1), node_at(fs, path))
    return said(lines[: lines.index(())])


def test_a_path_is_told_with_type_time_size_and_target() -> None:
    tree = [d("etc", uid=1, gid=2), f("etc/a", "1" * 1234), h("etc/b", "etc/a"), s("etc/l", "a\nb"), f("x/y", "1")]
    when = "changed  2023-11-14 22:13 UTC"

    assert facts_of("etc", tree) == ["/etc", "type     directory, drwxr-xr-x 1:2", when, "holds    1.23kB in 3 paths"]
    assert facts_of("etc/a", tree)[1:] == [
        "type     file, -rw-r--r-- 0:0",
        when,
        "size     1.23kB (1,234 bytes), 2 names",
    ]
    assert facts_of("etc/b", tree)[-1] == "same as  /etc/a"
    assert facts_of("etc/b", tree)[1] == "type     hard link, -rw-r--r-- 0:0"
    assert facts_of("etc/l", tree)[1:] == ["type     symlink, lrwxrwxrwx 0:0", when, "target   a\\nb"]
    assert facts_of("x", tree) == ["/x", "type     directory, drwxr-xr-x 0:0", "holds    1B in 1 path"]


def test_a_sparse_file_says_what_is_stored_of_it() -> None:
    sparse = E("a", b"data", pax={"GNU.sparse.map": "0,4", "GNU.sparse.size": "5000", "GNU.sparse.numblocks": "1"})

    assert facts_of("a", [sparse])[-1] == "size     5kB (5,000 bytes), sparse: 4B stored"


@pytest.mark.parametrize("type_", ["3", "4", "6", "Z"])
def test_what_is_neither_file_nor_directory_has_its_kind(type_: str) -> None:
    kinds = {"3": "character device", "4": "block device", "6": "FIFO", "Z": "of unknown type"}

    assert facts_of("a", [E("a", type=type_)])[1].startswith(f"type     {kinds[type_]}, ")


FULL = {
    "User": "app",
    "Env": ["PATH=/bin", "EMPTY=", "BARE", "A=b=c"],
    "Entrypoint": ["/bin/sh", "-c", "echo 'a b'"],
    "Cmd": ["serve me"],
    "WorkingDir": "/srv",
    "Volumes": {"/data": {}},
    "ExposedPorts": {"80/tcp": {}},
    "Labels": {"b": "2", "a": "1"},
    "Healthcheck": {
        "Test": ["CMD", "true"],
        "Interval": 30_000_000_000,
        "Timeout": 500_000_000,
        "StartPeriod": 1_000_000_000,
        "StartInterval": 2_000_000_000,
        "Retries": 3,
    },
    "StopSignal": "SIGTERM",
    "Shell": ["/bin/bash", "-c"],
    "OnBuild": ["RUN make"],
}


def test_a_config_in_which_everything_is_set_is_told_whole() -> None:
    opened = opened_of(Spec([layer()], config=FULL, tags=("app:1", "app:2")))
    lines = said(config(opened))

    assert lines[0] == "Image"
    identity = lines[1 : lines.index("Runs")]
    assert [" ".join(line.split()) for line in identity][:2] == ["file app.tar", "format docker-archive"]
    assert [" ".join(line.split()) for line in identity if "name" in line] == ["name app:1", "name app:2"]
    assert [" ".join(line.split()) for line in lines[lines.index("Runs") :]] == [
        "Runs",
        "user app",
        "entrypoint /bin/sh -c 'echo '\"'\"'a b'\"'\"''",
        "cmd 'serve me'",
        "working dir /srv",
        "stop signal SIGTERM",
        "shell /bin/bash -c",
        "Environment",
        "PATH /bin",
        "EMPTY",
        "BARE",
        "A b=c",
        "Volumes",
        "/data",
        "Ports",
        "80/tcp",
        "Healthcheck",
        "test CMD true",
        "every 30s",
        "timeout 500ms",
        "start period 1s",
        "start interval 2s",
        "retries 3",
        "Labels",
        "a 1",
        "b 2",
        "On build",
        "RUN make",
    ]


def test_a_config_in_which_nothing_is_set_says_only_what_is_known() -> None:
    opened = opened_of(Spec([layer()], tags=(), created=""))
    lines = [" ".join(line.split()) for line in said(config(opened))]

    assert lines == [
        "Image",
        "file app.tar",
        "format docker-archive",
        f"id {opened.image.id}",
        "platform linux/amd64",
        "Runs",
        "user root (none is set)",
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "User": TEXTS,
            "Env": st.lists(TEXTS, max_size=2),
            "Entrypoint": st.one_of(TEXTS, st.lists(TEXTS, max_size=2)),
            "Labels": st.dictionaries(TEXTS, TEXTS, max_size=2),
            "Volumes": st.dictionaries(TEXTS, st.just({}), max_size=2),
            "ExposedPorts": st.dictionaries(TEXTS, st.just({}), max_size=2),
            "OnBuild": st.lists(TEXTS, max_size=2),
            "StopSignal": TEXTS,
            "Healthcheck": st.fixed_dictionaries({"Test": st.lists(TEXTS), "Interval": NUMBERS, "Retries": NUMBERS}),
        },
    ),
    TEXTS,
    TEXTS,
    HOSTILE,
    HOSTILE,
)
def test_whatever_documents_and_names_hold_is_safe_to_show(
    config_: dict[str, Any], text: str, created: str, name: bytes, other: bytes
) -> None:
    history = [{"created": created, "created_by": text, "comment": text}] * 2
    spec = Spec([], config=config_, tags=(text,), created=created, history=history, architecture=text)
    inspection = inspection_of([f(name, "1"), s(other + b"l", name)], [f(name, "2"), h(other + b"h", name)], spec=spec)
    words = Words(inspection, Look())
    fs = inspection.filesystem

    assert all_printable(config(inspection.opened))
    assert printable(instruction(words.image, 0)) == instruction(words.image, 0)
    for index in range(2):
        assert all_printable([*words.layer(index), *unread(words.image, index, "being read")])
        assert all_printable(words.step(words.image.history.steps[index]))
        for node in range(len(fs.rootfs)):
            assert all_printable(words.path(Lenses(fs).changes(index), node))


@settings(max_examples=40, deadline=None)
@given(LAYERS, st.booleans(), st.sampled_from(SizeStyle))
def test_every_layer_and_path_of_any_image_can_be_told(layers: list[list[E]], ascii_: bool, sizes: SizeStyle) -> None:
    inspection = inspection_of(*layers)
    words, lenses = Words(inspection, Look(ascii_, sizes)), Lenses(inspection.filesystem)

    for index in range(len(layers)):
        told = said(words.layer(index))
        assert told[0].startswith(f"Layer {index}  ")
        assert all(line.isascii() for line in told)
        check_sums(inspection, index, told)
        lens = lenses.aggregated(index)
        for node in range(len(lens.tree)):
            assert said(words.path(lens, node))


def check_sums(inspection: Inspection, index: int, told: list[str]) -> None:
    account = inspection.analysis.layers[index]
    wasted = any("of it is waste" in line and line[0] != "n" for line in told)

    assert wasted == bool(account.wasted_bytes)
    assert any("below it into waste" in line for line in told) == bool(account.causes_wasted_bytes)
    assert ("nothing of it is waste" in told) == (not wasted and not account.causes_wasted_bytes)


def test_every_cause_has_a_name_and_a_sentence() -> None:
    assert set(CAUSES) == set(WHY) == set(Cause)
    assert len(set(CAUSES.values())) == len(Cause)


def test_a_cause_is_told_with_the_layers_at_fault() -> None:
    words = words_of([f("a", "1" * 2000), f("b", "1")], [w("a")], [w("b")])

    assert said(words.cause(Cause.DELETED)) == [
        "Deleted  2kB in 2 files",
        "a later layer deleted it",
        "       2kB  by layer 1: RUN step 1",
        "        1B  by layer 2: RUN step 2",
    ]
