"""What gives something away by its name, and texts without it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.image.masking import is_secret, masked, masked_value, masked_words, secrets_in


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
        ("RUN mysql --password=hunter2000 -u me", "RUN mysql --password=**** -u me"),
        ("RUN vault --api-token='a b' read", "RUN vault --api-token=**** read"),
        ("RUN consul -token=abcd1234", "RUN consul -token=****"),
        ("RUN java -Dspring.datasource.password=abc -jar a", "RUN java -Dspring.datasource.password=**** -jar a"),
        ("RUN make --env=TOKEN=abc", "RUN make --env=TOKEN=****"),
        ("RUN A='--set TOKEN=b c' make", "RUN A='--set TOKEN=**** c' make"),
        ("RUN curl https://me/a/b?token=abc&x=y", "RUN curl https://me/a/b?token=****&x=y"),
        ("RUN mysql --password hunter2 -u me", "RUN mysql --password **** -u me"),
        ("RUN mysql --db-password 'a b' -u me", "RUN mysql --db-password **** -u me"),
        ('CMD ["run", "--token", "a b", "-v"]', 'CMD ["run", "--token", "****", "-v"]'),
        ('CMD ["run" "--encryption-secret" "ab" "-v"]', 'CMD ["run" "--encryption-secret" "****" "-v"]'),
        ("ENV OPTIONS=--password made-up", "ENV OPTIONS=--password ****"),
        ("RUN run --token=$TOKEN --token $TOKEN", "RUN run --token=$TOKEN --token $TOKEN"),
        ("RUN run --token=~/.token --secret ./it", "RUN run --token=~/.token --secret ./it"),
        ("RUN run --token --password | tee it", "RUN run --token --password | tee it"),
        ("RUN login --with-token < it", "RUN login --with-token < it"),
        ("RUN adduser --disabled-password app", "RUN adduser --disabled-password app"),
        ("RUN run --no-password me --key file", "RUN run --no-password me --key file"),
        ("RUN cp a/b-key=x.pem a/password=b", "RUN cp a/b-key=x.pem a/password=b"),
        ("RUN curl https://me/api-key=abc", "RUN curl https://me/api-key=abc"),
        ("RUN --mount=type=secret,id=npm-token cat", "RUN --mount=type=secret,id=npm-token cat"),
        ("RUN sort --sort-key=name", "RUN sort --sort-key=name"),
    ],
)
def test_values_are_taken_out(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert bool(list(secrets_in(text))) is ("****" in shown)


def test_what_stands_behind_an_option_in_a_command_is_taken_out() -> None:
    words = ["run", "--token", "a b", "--password", "-v", "--secret", "$IT", "--no-token", "c", "TOKEN=d"]

    assert masked_words(words) == [*words[:2], "****", *words[3:-1], "TOKEN=****"]
    assert masked_words([]) == []


def test_a_value_is_masked_by_its_name_or_by_what_it_says() -> None:
    assert masked_value("TOKEN", "a b") == "****"
    assert masked_value("OPTIONS", "-v TOKEN=a b") == "-v TOKEN=**** b"


@given(
    st.from_regex(r"[a-z0-9]{4,30}[g-z]", fullmatch=True), st.sampled_from(["'{}'", '"{}"', "{}"]), st.text(max_size=9)
)
def test_no_value_of_a_variable_is_left(value: str, quoted: str, before: str) -> None:
    text = f"RUN {before} TOKEN={quoted.format(value)} make"

    assert value not in masked(text) or value in before or value in "RUN TOKEN make"


@given(st.from_regex(r"[a-z0-9]{4,30}[g-z]", fullmatch=True), st.sampled_from(["'{}'", '"{}"', "{}"]))
def test_no_value_of_an_option_is_left(value: str, quoted: str) -> None:
    for option in ("--db-password=", "--db-password ", "-token=", "-token "):
        text = f"RUN run {option}{quoted.format(value)} -v"
        assert masked(text) == (text if value in ("false", "changeme") else f"RUN run {option}**** -v")


HOSTILE = [
    *("--", " -", "-a", "--token ", '--token "', "--token '\"", '--token" "', "--a-", " --no-", '"--token"', "a.-"),
    *("KEY=", "KEY=$", 'KEY="\\', "KEY='", "KEY=$ ", 'KEY="\\ ', "--key=x "),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", HOSTILE)
@pytest.mark.parametrize("before", ["RUN ", "ENV ", "ENV KEY= ", "RUN --token "])
def test_a_hostile_instruction_takes_no_time(before: str, part: str) -> None:
    text = before + part * 70_000

    assert len(masked(text)) <= 1 << 17
    assert len(masked_words([text, text])) == 2
    list(secrets_in(text))


def test_a_long_instruction_takes_no_time() -> None:
    for text in ("ENV " + "A= " * 300_000, "ENV " + 'TOKEN="' * 90_000, "ENV A=" + " a" * 400_000):
        assert len(masked(text)) <= 1 << 17
    for text in ("A=" * 500_000, 'PASSWORD="' * 100_000, "=" * 1_000_000, "PASSWORD='" * 100_000, "A_" * 500_000):
        assert len(masked(text)) <= 1 << 17
        list(secrets_in(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("RUN |1 TOKEN=one;two three /bin/sh -c make", "RUN |1 TOKEN=**** /bin/sh -c make"),
        ("|2 A=b TOKEN=one&two /bin/bash -eo pipefail -c make", "|2 A=b TOKEN=**** /bin/bash -eo pipefail -c make"),
        ("RUN |1 A=b /bin/sh -c TOKEN=one make", "RUN |1 A=b /bin/sh -c TOKEN=**** make"),
        ("ONBUILD ENV TOKEN=one two", "ONBUILD ENV TOKEN=****"),
        ("/bin/bash -o pipefail -c #(nop) ENV TOKEN=one two", "/bin/bash -o pipefail -c #(nop) ENV TOKEN=****"),
        ("ENV TOKEN=/9j+AAQ", "ENV TOKEN=****"),
        ("ENV TOKEN=/run/secrets/token", "ENV TOKEN=/run/secrets/token"),
        ("ENV TOKEN=/secrets", "ENV TOKEN=/secrets"),
    ],
)
def test_values_as_builders_write_them(text: str, shown: str) -> None:
    assert masked(text) == shown
