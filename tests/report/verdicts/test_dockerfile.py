"""Where an instruction of the history stands in a Dockerfile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.report.verdicts.dockerfile import Span, find

DOCKERFILE = r"""# syntax=docker/dockerfile:1
FROM debian AS build
run make
FROM debian
ARG VERSION=1
RUN --mount=type=cache,target=/var/cache/apt \
    apt-get update && \
    # what it takes

    apt-get install -y curl

COPY --from=build --chown=1:1 /out/app /usr/local/bin/
RUN curl -o /x.tgz https://example.org/${VERSION}/x-$VERSION.tgz
RUN <<EOF
apt-get clean
RUN make
EOF
RUN cat <<A <<B > /both
one
A
two
B
RUN echo $((1 << 3))
RUN ["rm", "-rf", "/x y"]
ADD app.py requirements.txt ./srv/app/
COPY . /
RUN make
"""


@pytest.mark.parametrize(
    ("instruction", "first", "last"),
    [
        ("RUN make", 27, 27),
        ("RUN apt-get update && apt-get install -y curl", 6, 10),
        ("COPY --chown=1:1 /out/app /usr/local/bin/", 12, 12),
        ("COPY /out/app /usr/local/bin/", 12, 12),
        ("RUN curl -o /x.tgz https://example.org/2.7/x-2.7.tgz", 13, 13),
        ("RUN apt-get clean RUN make", 14, 17),
        ("RUN cat <<A <<B > /both one A two B", 18, 22),
        ("RUN echo $((1 << 3))", 23, 23),
        ("RUN rm -rf /x y", 24, 24),
        ("ADD multi:0123456789abcdef in /srv/app/", 25, 25),
        ("COPY dir:0123456789abcdef in /", 26, 26),
    ],
)
def test_an_instruction_is_found(instruction: str, first: int, last: int) -> None:
    span = find(instruction, DOCKERFILE)

    assert span is not None
    assert (span.first, span.last) == (first, last)


@pytest.mark.parametrize(
    "instruction",
    [
        *("", "RUN", "RUN make install", "RUN apt-get clean", "WORKDIR /", "COPY file:0123 in /elsewhere"),
        "RUN " + "x" * 100_000,
    ],
)
def test_what_is_not_there_is_not_found(instruction: str) -> None:
    assert find(instruction, DOCKERFILE) is None


def test_the_column_behind_the_last_character_is_told() -> None:
    assert find("RUN a b", "RUN a \\\n  b  \n") == Span(1, 2, 4)


def test_another_character_may_continue_lines() -> None:
    assert find("RUN dir C:\\ /s", "# escape=`\nFROM x\nRUN dir C:\\ `\n /s\n") == Span(3, 4, 4)


def test_a_variable_alone_is_not_known_again() -> None:
    assert find("RUN anything", "RUN $COMMAND") is None


def test_a_mark_that_nothing_ends_hides_nothing() -> None:
    assert find("RUN make", "RUN cat <<EOF\nRUN make\n") == Span(2, 2, 9)


@given(st.text(alphabet="RUN \\\n<EOF$[{\"'#\x00é`", max_size=60), st.text(max_size=20))
def test_any_text_is_looked_through(dockerfile: str, instruction: str) -> None:
    span = find(instruction, dockerfile)

    assert span is None or 1 <= span.first <= span.last <= dockerfile.count("\n") + 1
