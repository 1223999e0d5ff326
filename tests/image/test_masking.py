"""What gives something away by its name, and texts without it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.image.masking import is_secret, masked, secrets_in


@pytest.mark.parametrize(
    "setting",
    [
        *(
            "PASSWORD=hunter2",
            "DB_PASSWORD=x9",
            "POSTGRES_PASSWORD='a b'",
            "NPM_TOKEN=abc",
            "AWS_SECRET_ACCESS_KEY=q/w+e",
        ),
        *(
            "API_KEY=abc",
            "APIKEY=abc",
            "MYSQL_ROOT_PASSWD=abc",
            "client_secret=abc",
            "SSH_PRIVATE_KEY=abc",
            "PGPASSWORD=abc",
        ),
    ],
)
def test_a_secret(setting: str) -> None:
    name, _, value = setting.partition("=")

    assert is_secret(name, value)


@pytest.mark.parametrize(
    "setting",
    [
        *("PATH=/usr/bin", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D", "PASSWORD=", "PASSWORD=$PASSWORD"),
        *(
            "TOKEN_FILE=/run/secrets/token",
            "API_KEY=/run/secrets/key",
            "DISABLE_PASSWORD=true",
            "PWD=/srv",
            "OLDPWD=/srv",
        ),
        *(
            "PYTHON_SHA256=abc",
            "KEYBOARD=us",
            "TOKENIZERS_PARALLELISM=x",
            "PUBLIC_KEY=abc",
            "MONKEY=abc",
            "PASSWORD=****",
        ),
    ],
)
def test_no_secret(setting: str) -> None:
    name, _, value = setting.partition("=")

    assert not is_secret(name, value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ENV DB_PASSWORD=made-up", "ENV DB_PASSWORD=****"),
        ('ENV DB_PASSWORD="made up" A=b', "ENV DB_PASSWORD=**** A=b"),
        ("RUN TOKEN='a b' npm install", "RUN TOKEN=**** npm install"),
        ("RUN curl --data password=abc;ls", "RUN curl --data password=****;ls"),
        ("ENV DB_PASSWORD=made up A=b", "ENV DB_PASSWORD=**** A=b"),
        ("ENV A= TOKEN=made up", "ENV A= TOKEN=****"),
        ("ENV TOKEN='a X=b' A=b", "ENV TOKEN=**** A=b"),
        ("/bin/sh -c #(nop)  ENV DB_PASSWORD=made up, really", "/bin/sh -c #(nop)  ENV DB_PASSWORD=****"),
        ("RUN TOKEN=abc make || PASSWORD=def make", "RUN TOKEN=**** make || PASSWORD=**** make"),
        ("RUN echo hello", "RUN echo hello"),
        ("ARG TOKEN", "ARG TOKEN"),
    ],
)
def test_values_are_taken_out(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert bool(list(secrets_in(text))) is ("****" in shown)


@given(
    st.from_regex(r"[a-z0-9]{4,30}[g-z]", fullmatch=True), st.sampled_from(["'{}'", '"{}"', "{}"]), st.text(max_size=9)
)
def test_no_value_is_left(value: str, quoted: str, before: str) -> None:
    text = f"RUN {before} TOKEN={quoted.format(value)} make"

    assert value not in masked(text) or value in before or value in "RUN TOKEN make"


def test_a_long_instruction_takes_no_time() -> None:
    for text in ("ENV " + "A= " * 300_000, "ENV " + 'TOKEN="' * 90_000, "ENV A=" + " a" * 400_000):
        assert len(masked(text)) <= 1 << 17
    for text in ("A=" * 500_000, 'PASSWORD="' * 100_000, "=" * 1_000_000, "PASSWORD='" * 100_000, "A_" * 500_000):
        assert len(masked(text)) <= 1 << 17
        list(secrets_in(text))
