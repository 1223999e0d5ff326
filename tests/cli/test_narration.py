"""What is said on stderr: a line each in a log, words at a terminal, and nothing that either obeys."""

from __future__ import annotations

import io
import os
import sys

import pytest

from imgscope.cells import cells
from imgscope.cli.failures import in_words, say_failure
from imgscope.cli.narration import narrated, say

SENTENCE = "damaged gzip data (invalid deflate symbol found); layer 1 could not be read, and nobody knows what it holds"


class Terminal(io.StringIO):
    """What says that somebody reads it."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2


def at_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> Terminal:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(
        os, "get_terminal_size", lambda number: os.terminal_size((columns, 24)) if number == 2 else None
    )
    return stream


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_terminal_gets_lines_broken_between_words(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = at_terminal(monkeypatch, columns)
    say("warning", SENTENCE)
    lines = stream.getvalue().splitlines()

    assert max(map(cells, lines)) <= columns
    assert lines[1].startswith("  ")
    assert " ".join(" ".join(lines).split()) == f"warning: {SENTENCE}"


def test_a_log_gets_a_line_each() -> None:
    assert in_words(f"{SENTENCE}\n  as it is", "save it again") == (
        f"error: {SENTENCE} as it is\nhint: save it again\n"
    )


def test_a_failure_is_told_as_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = at_terminal(monkeypatch, 40)
    say_failure(SENTENCE, "save it again")

    assert max(map(cells, stream.getvalue().splitlines())) <= 40
    assert stream.getvalue() == in_words(SENTENCE, "save it again")


def test_a_terminal_that_does_not_say_how_wide_it_is_gets_lines_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    at_terminal(monkeypatch, 0)
    assert narrated("error", SENTENCE) == f"error: {SENTENCE}\n"

    def unknown(_: int) -> os.terminal_size:
        raise OSError

    monkeypatch.setattr(os, "get_terminal_size", unknown)
    assert narrated("error", SENTENCE) == f"error: {SENTENCE}\n"


def test_names_of_an_image_are_told_as_what_they_are_and_not_without_end() -> None:
    assert narrated("warning", "\x1b[31m ::error::owned") == "warning: \\x1b[31m \\x3a:error::owned\n"
    assert len(narrated("warning", "x" * 1_000_000)) < 1100
