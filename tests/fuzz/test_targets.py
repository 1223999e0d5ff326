"""The targets of fuzzing keep their promises for all seeds and for damage to them; the command says what it did."""

from __future__ import annotations

import base64
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import NAMES
from tests.fuzz.harness import TARGETS
from tests.fuzz.seeds import LARGEST, SEEDS, WORDS, write_seeds

ROOT = Path(__file__).parents[2]
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)
seeds = {name: [seed[:LARGEST] for seed in SEEDS[name]()] for name in NAMES}

# What is done to a seed: where, how many bytes go, and what comes in their place.
changes = st.lists(
    st.tuples(
        st.integers(0, LARGEST),
        st.sampled_from([0, 1, 1, 1, 8, 512]),
        st.binary(max_size=12) | st.sampled_from(WORDS),
    ),
    max_size=6,
)


def changed(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The seed after all edits."""
    for where, gone, instead in edits:
        at = where % (len(seed) + 1)
        seed = seed[:at] + instead + seed[at + gone :]
    return seed


def test_every_target_has_seeds_and_a_name() -> None:
    assert tuple(TARGETS) == tuple(SEEDS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_no_seed_breaks_a_promise(name: str) -> None:
    for seed in seeds[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", NAMES)
@unhurried
@given(data=st.data())
def test_no_damage_to_a_seed_breaks_a_promise(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(seeds[name]))
    TARGETS[name](changed(seed, data.draw(changes)))


@pytest.mark.parametrize("name", NAMES)
def test_seeds_are_written_once_each_and_not_too_large(name: str, tmp_path: Path) -> None:
    write_seeds(name, tmp_path / "corpus")
    written = [path.read_bytes() for path in sorted((tmp_path / "corpus").iterdir())]
    assert written == seeds[name]
    assert len((tmp_path / "words").read_text().splitlines()) == len(WORDS)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m tests.fuzz``."""
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_one_input_is_tried_again() -> None:
    done = command("--input", base64.b64encode(b'{"a": 1}').decode(), "documents")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_target_that_is_none_is_told() -> None:
    done = command("zip")
    assert done.returncode == 2
    assert "no target zip; there are tar, documents, compression, image, settings" in done.stderr


@pytest.mark.skipif(importlib.util.find_spec("atheris") is not None, reason="atheris is installed")
def test_without_atheris_it_says_that_nothing_was_fuzzed() -> None:
    done = command("--seconds", "1", "tar")
    assert done.returncode == 0
    assert "nothing was fuzzed: atheris is not installed" in done.stderr


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
def test_with_atheris_executions_are_counted() -> None:
    done = command("--seconds", "2", "documents")
    assert done.returncode == 0
    name, _, count = done.stdout.partition(": ")
    assert name == "documents"
    assert int(count.split()[0]) > 100
    assert count.endswith(" 0 crashes\n")
