"""Build steps: joined with layers, and cleaned to the instruction a person wrote."""

from __future__ import annotations

import pytest

from imgscope.image.history import join
from imgscope.image.instruction import clean
from imgscope.oci.config import History


@pytest.mark.parametrize(
    ("created_by", "instruction"),
    [
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ('/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'),
        ("/bin/sh -c #(nop) COPY dir:abc in /x ", "COPY dir:abc in /x"),
        ("/step #(nop)  USER 1000", "USER 1000"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |2 A=1 B=two words /bin/sh -c make $A # buildkit", "RUN make $A"),
        ("|1 V=3 /bin/sh -c make install", "RUN make install"),
        ("|1 V=3 /bin/bash -o pipefail -c make", "RUN make"),
        ("COPY . /app # buildkit", "COPY . /app"),
        ("ENV PATH=/usr/bin", "ENV PATH=/usr/bin"),
        ("RUN /bin/bash -euo pipefail -c true # buildkit", "RUN true"),
        ("cmd /S /C dir", "RUN dir"),
        ("/bin/sh -c set -ex \t&&\n make", "RUN set -ex && make"),
        ("bazel build ...", "bazel build ..."),
        ("", ""),
    ],
)
def test_instructions_are_cleaned(created_by: str, instruction: str) -> None:
    assert clean(created_by) == instruction


def steps(*kinds: str) -> tuple[History, ...]:
    return tuple(History(created_by=kind, empty_layer=kind == "empty") for kind in kinds)


@pytest.mark.parametrize(
    ("history", "layers", "joined", "is_a_guess"),
    [
        (steps("a", "empty", "b"), 2, [0, None, 1], False),
        (steps(), 2, [], False),
        (steps("a"), 2, [0], True),
        (steps("a", "b", "c"), 2, [0, 1, None], True),
        (steps("empty", "empty"), 0, [None, None], False),
        (steps("empty"), 1, [None], True),
    ],
)
def test_the_kth_step_that_is_not_empty_made_the_kth_layer(
    history: tuple[History, ...], layers: int, joined: list[int | None], is_a_guess: bool
) -> None:
    build = join(history, layers)

    assert [step.layer for step in build.steps] == joined
    assert bool(build.mismatch) is is_a_guess


def test_a_comment_stands_in_for_an_instruction() -> None:
    assert join((History(comment="store paths:\n a b"),), 1).steps[0].instruction == "store paths: a b"
