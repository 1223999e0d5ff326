"""Rules about paths: what is there, what only travels, and who may do what with it."""

from __future__ import annotations

from imgscope.filesystem.model import Cause
from imgscope.gate.model import State
from tests.build import d, f, h, s, w
from tests.gate.making import outcome_of, verdict_of, worst


def test_a_forbidden_directory_is_named_once_with_all_its_bytes() -> None:
    layers = ([d("app"), d("app/.git"), f("app/.git/a", "1" * 7), f("app/.git/b", "2" * 5), f("app/x", "3")],)

    outcome = outcome_of(*layers, forbidden_path=[".git/"])

    assert worst(outcome) == [("app/.git", 12)]
    assert outcome.state is State.FAILED


def test_what_is_forbidden_in_the_final_filesystem_may_have_been_deleted() -> None:
    layers = ([f("core", "1" * 7)], [w("core")])

    assert outcome_of(*layers, forbidden_path=["core"]).state is State.PASSED
    anywhere = outcome_of(*layers, forbidden_path={"paths": ["core"], "in": "any"})
    assert worst(anywhere) == [("core", 7)]
    assert anywhere.findings[0].detail == "deleted, but shipped"


def test_a_directory_that_only_paths_imply_is_found_too() -> None:
    assert worst(outcome_of([f("a/.cache/x", "1" * 4)], forbidden_path=["a/.cache"])) == [("a/.cache", 4)]


def test_globs_take_back_with_an_exclamation_mark() -> None:
    layers = ([f("a.pyc", "1"), f("b.pyc", "22")],)

    assert worst(outcome_of(*layers, forbidden_path=["*.pyc", "!b.pyc"])) == [("a.pyc", 1)]


def test_a_deleted_file_that_travels_is_named_with_who_deleted_it() -> None:
    layers = ([f("root/.ssh/id_rsa", "key" * 9), f("root/live.pem", "x")], [w("root/.ssh")], [f("root/live.pem", "y")])

    outcome = outcome_of(*layers, deleted_but_shipped=["id_rsa", "*.pem"])

    assert worst(outcome) == [("root/.ssh/id_rsa", 27)]
    assert outcome.findings[0].culprit == 1


def test_every_version_of_a_deleted_file_counts() -> None:
    layers = ([f("k", "1" * 5)], [f("k", "2" * 6)], [w("k")])

    assert worst(outcome_of(*layers, deleted_but_shipped=["k"])) == [("k", 11)]


def test_setuid_and_setgid_programs_are_found_but_not_such_directories() -> None:
    layers = ([d("mail", mode=0o2775), f("su", "1", mode=0o4755), f("wall", "2", mode=0o2755, gid=5), f("ls", "3")],)

    outcome = outcome_of(*layers, suid_sgid=True)

    assert [(finding.path, finding.detail) for finding in outcome.findings] == [
        (b"su", "setuid 0"),
        (b"wall", "setgid 5"),
    ]


def test_every_name_of_a_setuid_program_is_found() -> None:
    assert [path for path, _ in worst(outcome_of([f("a", "1", mode=0o4755), h("b", "a")], suid_sgid=True))] == [
        "a",
        "b",
    ]


def test_a_mode_that_only_a_hard_link_states_counts() -> None:
    found = worst(outcome_of([f("a", "1", mode=0o755), h("b", "a", mode=0o4755), h("c", "a")], suid_sgid=True))
    assert [path for path, _ in found] == ["b"]


def test_what_a_later_layer_took_the_bit_from_is_fine() -> None:
    assert outcome_of([f("su", "1", mode=0o4755)], [f("su", "1", mode=0o755)], suid_sgid=True).state is State.PASSED


def test_an_allow_list_says_why() -> None:
    rule = {"ignore": [{"path": "usr/bin/su", "reason": "needed for login"}]}

    verdict = verdict_of([f("usr/bin/su", "1", mode=0o4755)], suid_sgid=rule)

    assert verdict.passed
    assert verdict.ignored[0].paths == 1


def test_what_everyone_may_write_to_is_found_but_not_links_and_sticky_directories() -> None:
    layers = ([d("tmp", mode=0o1777), d("open", mode=0o777), f("open/f", "1", mode=0o666), s("link", "open")],)

    assert [path for path, _ in worst(outcome_of(*layers, world_writable=True))] == ["open", "open/f"]


def test_names_of_secrets_are_found_live_and_deleted() -> None:
    layers = ([f("root/.npmrc", "t"), f("home/me/.aws/credentials", "12"), f("app/.env.example", "x")], [w("root")])

    outcome = outcome_of(*layers, secret_name=True)

    assert worst(outcome) == [("home/me/.aws/credentials", 2), ("root/.npmrc", 1)]


def test_duplicates_count_what_a_link_would_save() -> None:
    layers = ([f("a", "same" * 5), f("b", "same" * 5), f("c", "diff" * 5), h("d", "a")], [f("e", "same" * 5)])

    outcome = outcome_of(*layers, duplicate_content=39)

    assert outcome.value == 40
    assert outcome.findings[0].detail == "the same as a and 1 more"


def test_integrity_is_always_judged() -> None:
    verdict = verdict_of([f("a", "1")], max_layers=9)
    through = verdict_of([d("usr"), d("usr/lib"), s("lib", "usr/lib")], [f("lib/x", "1")], max_layers=9)

    assert [outcome.id for outcome in verdict.outcomes] == ["max-layers", "integrity"]
    assert verdict.passed
    assert not through.passed
    assert verdict_of([s("lib", "usr")], [f("lib/x", "1")], max_layers=9, integrity=False).passed


def test_an_ignore_leaves_a_directory_or_what_is_in_it_out() -> None:
    layers = ([d("app"), d("app/.git"), f("app/.git/a", "1" * 7), d("t", mode=0o777)],)

    for glob in ("app/.git/", "app/.git/**", "app/"):
        ignore = [{"path": glob, "reason": "r"}]
        assert outcome_of(*layers, forbidden_path=[".git/"], ignore=ignore).state is State.PASSED, glob
        rule = {"paths": [".git/"], "ignore": ignore}
        assert outcome_of(*layers, forbidden_path=rule).state is State.PASSED, glob
    assert outcome_of(*layers, world_writable={"ignore": [{"path": "t/", "reason": "r"}]}).state is State.PASSED


def test_what_an_own_layer_adds_to_a_directory_of_the_base_is_its_own() -> None:
    layers = ([d("c"), f("c/base", "1" * 900)], [f("c/own", "2" * 5)])

    assert worst(outcome_of(*layers, base=1, forbidden_path=["c/"])) == [("c", 5)]
    assert outcome_of(*layers[:1], [f("x", "1")], base=1, forbidden_path=["c/"]).state is State.PASSED


def test_an_empty_directory_is_found_too() -> None:
    assert worst(outcome_of([d("core.d")], forbidden_path=["core.d/"])) == [("core.d", 0)]


def test_who_brought_a_secret_in_is_at_fault_not_who_changed_its_mode() -> None:
    layers = ([f("id_rsa", "key")], [f("id_rsa", "key", mode=0o600)], [w("id_rsa")])

    assert outcome_of(*layers, secret_name=True).findings[0].culprit == 0
    deleted = outcome_of(*layers, deleted_but_shipped=["id_rsa"]).findings[0]
    assert (deleted.culprit, deleted.cause) == (2, Cause.DELETED)


def test_of_duplicates_those_count_that_are_own_and_not_ignored() -> None:
    same = [f("a", "x" * 10), f("b", "x" * 10), f("c", "x" * 10)]

    assert outcome_of(same, duplicate_content=0, ignore=[{"path": "c", "reason": "r"}]).value == 20
    assert outcome_of([f("z", "x" * 10)], [f("a", "x" * 10)], base=1, duplicate_content=0).value == 10
    assert outcome_of(same[:2], [f("c", "x" * 10)], base=1, duplicate_content=0).value == 10


def test_a_body_is_found_under_every_name_that_it_had() -> None:
    layers = (
        [f("x/aaa", "S" * 100), h("x/zzz.pem", "x/aaa")],
        [f("x/aaa", "n")],
        [w("x/zzz.pem")],
    )

    assert worst(outcome_of(*layers, deleted_but_shipped=["*.pem"])) == [("x/zzz.pem", 100)]
    assert worst(outcome_of(*layers, forbidden_path={"paths": ["*.pem"], "in": "any"})) == [("x/zzz.pem", 100)]
    assert worst(outcome_of(*layers, secret_name={"paths": ["*.pem"]})) == [("x/zzz.pem", 100)]
    assert outcome_of(*layers[:2], deleted_but_shipped=["*.pem"]).state is State.PASSED


def test_layers_without_a_single_entry_are_empty_whatever_their_length() -> None:
    assert outcome_of([f("a", "1")], [], max_empty_layers=0).value == 1
