"""What builders wrote down is read back as it stood in the Dockerfile, and nothing in it becomes another line."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imgscope.image.goquoted import pairs, plain_list, strings, unquoted
from imgscope.image.rebuilt import on_build, rebuild
from imgscope.oci.config import ContainerConfig, History
from tests.image.reading import read

BUILDKIT = "buildkit.dockerfile.v0"
NOP = "/bin/sh -c #(nop) "
CONFIG = ContainerConfig(
    env=("A=two words", "B=x C=y", "D="),
    labels={"a b": "c d", "text": 'say "$HOME"'},
    volumes=("/data", "/with space"),
)


def built(*created_by: str, comment: str = "", config: ContainerConfig = CONFIG) -> list[str]:
    entries = [History(created_by=text, comment=comment) for text in created_by]
    return ["\n".join(one.lines) for one in rebuild(entries, config)]


@pytest.mark.parametrize(
    ("created_by", "line"),
    [
        ("/bin/sh -c make install", "RUN make install"),
        ("|2 V=3 TEXT=two words /bin/sh -c make $V", "RUN make $V"),
        ("|1 V=/bin/sh /bin/bash -o pipefail -c make", "RUN make"),
        (f'{NOP} CMD ["/bin/sh" "-c" "echo hi"]', "CMD echo hi"),
        (f'{NOP} CMD ["echo" "a \\"b\\""]', 'CMD ["echo", "a \\"b\\""]'),
        (f"{NOP} CMD []", "CMD []"),
        (f'{NOP} ENTRYPOINT ["/x"]', 'ENTRYPOINT ["/x"]'),
        (f"{NOP} ENV A=two words B=x C=y D=", 'ENV A="two words" B="x C=y" D='),
        (f"{NOP} ENV PATH=/usr/bin:/bin", "ENV PATH=/usr/bin:/bin"),
        (f'{NOP} LABEL a b=c d text=say "$HOME"', 'LABEL "a b"="c d" text="say \\"\\$HOME\\""'),
        (f"{NOP} ARG V=a b", 'ARG V="a b"'),
        (f"{NOP} ARG V", "ARG V"),
        (f"{NOP} EXPOSE 53/udp 80", "EXPOSE 53/udp 80"),
        (f"{NOP} VOLUME [/data /with space]", 'VOLUME ["/data", "/with space"]'),
        (f"{NOP} SHELL [/bin/bash -c]", 'SHELL ["/bin/bash", "-c"]'),
        (f"{NOP} USER 1000:1000", "USER 1000:1000"),
        (f"{NOP} STOPSIGNAL SIGUSR1", "STOPSIGNAL SIGUSR1"),
        (f"{NOP} MAINTAINER Jane <jane@example.org>", "MAINTAINER Jane <jane@example.org>"),
        (f"{NOP} ONBUILD RUN make", "ONBUILD RUN make"),
        (f"{NOP}COPY file:ab12 in /etc/motd ", "COPY motd /etc/motd"),
        (f"{NOP}COPY --chown=1:1 dir:ab12 in /srv ", "COPY --chown=1:1 . /srv"),
        (f"{NOP}COPY --chown=1:1file:ab12 in /etc/motd ", "COPY --chown=1:1 motd /etc/motd"),
        (f"{NOP}ADD multi:ab12 in /a b/ ", 'ADD [".", "/a b/"]'),
        (f"{NOP}WORKDIR /srv/$x", "WORKDIR /srv/\\$x"),
        (
            f'{NOP} HEALTHCHECK &{{["CMD-SHELL" "curl -f x || exit 1"] "30s" "1m0s" "0s" \'\\x03\'}}',
            "HEALTHCHECK --interval=30s --timeout=1m0s --retries=3 CMD curl -f x || exit 1",
        ),
        (
            f'{NOP} HEALTHCHECK &{{["CMD" "/x"] "0s" "0s" "0s" "2s" \'\\x00\'}}',
            'HEALTHCHECK --start-interval=2s CMD ["/x"]',
        ),
        (f'{NOP} HEALTHCHECK &{{["NONE"] "0s" "0s" "0s" \'\\x00\'}}', "HEALTHCHECK NONE"),
        ("/x a b", 'RUN ["/x", "a", "b"]'),
    ],
)
def test_the_old_builder_of_docker_is_undone(created_by: str, line: str) -> None:
    assert built(f"{NOP} ENV X=1", created_by)[1] == line


@pytest.mark.parametrize(
    ("created_by", "line"),
    [
        ("RUN /bin/sh -c make install # buildkit", "RUN make install"),
        ("RUN |1 V=a b /bin/sh -c make # buildkit", "RUN make"),
        ("RUN make install # buildkit", 'RUN ["make", "install"]'),
        ("COPY --chmod=755 a b /srv/ # buildkit", "COPY --chmod=755 a b /srv/"),
        ("COPY <<EOF /etc/motd # buildkit", "COPY <<EOF /etc/motd\nEOF"),
        ("ENV A=two words", 'ENV A="two words"'),
        ("ENV P=$HOME", 'ENV P="\\$HOME"'),
        ("EXPOSE map[443/tcp:{} 80/tcp:{}]", "EXPOSE 443/tcp 80/tcp"),
        ("EXPOSE [80/tcp]", "EXPOSE 80/tcp"),
        ('CMD ["nginx" "-g" "daemon off;"]', 'CMD ["nginx", "-g", "daemon off;"]'),
        ("WORKDIR /app", "WORKDIR /app"),
        ("RUN /bin/sh -c echo a\necho b\n # buildkit", "RUN <<EOF\necho a\necho b\nEOF"),
        ("RUN /bin/sh -c cat <<END >/x\na\nEND # buildkit", "RUN cat <<END >/x\na\nEND"),
        ("RUN /bin/sh -c echo EOF\nEOF\n# buildkit", "RUN <<EOF1\necho EOF\nEOF\nEOF1"),
        ("RUN /bin/sh -c set -e; \tmake;    make install # buildkit", "RUN set -e; \\\n\tmake; \\\n   make install"),
        ("RUN /bin/sh -c echo $((1<<2)) # buildkit", "RUN echo $((1<<2))"),
        ("RUN /bin/sh -c echo 'a  b' # buildkit", "RUN echo 'a  b'"),
    ],
)
def test_buildkit_is_undone(created_by: str, line: str) -> None:
    assert built(created_by, comment=BUILDKIT) == [line]


@pytest.mark.parametrize(
    ("created_by", "line"),
    [
        ("/bin/sh -c make install", "RUN make install"),
        ('/bin/sh -c ["make", "install"]', 'RUN ["make", "install"]'),
        ("/bin/sh -c --mount=type=cache,target=/c make", "RUN --mount=type=cache,target=/c make"),
        (f'{NOP}SHELL ["/bin/bash", "-c"]', 'SHELL ["/bin/bash", "-c"]'),
        (f'{NOP}ENV A="two words" B=$A', 'ENV A="two words" B=$A'),
        (f"{NOP}ENV A two words", "ENV A two words"),
        (f"{NOP}CMD echo hi", "CMD echo hi"),
        (f'{NOP}CMD ["a", "b"]', 'CMD ["a", "b"]'),
        (f'{NOP}CMD ["a" "b"]', 'CMD ["a", "b"]'),
        (f"{NOP}VOLUME /data", "VOLUME /data"),
        (f"{NOP}WORKDIR $HOME/x", "WORKDIR $HOME/x"),
        (f"{NOP}HEALTHCHECK --interval=5s CMD x", "HEALTHCHECK --interval=5s CMD x"),
        ("RUN apk add curl", "RUN apk add curl"),
        ("COPY --from=build /out /bin", "COPY --from=build /out /bin"),
        ('ENV A="x y"', 'ENV A="x y"'),
        ("LABEL a=it's", 'LABEL a="it\'s"'),
    ],
)
def test_what_buildah_and_kaniko_kept_is_left_as_it_was(created_by: str, line: str) -> None:
    assert built(created_by) == [line]


def test_a_shell_that_was_set_is_taken_off_what_follows() -> None:
    assert built(
        f"{NOP} SHELL [/step]", "/step #(nop)  ENV A=1", "/step run it", '/step #(nop)  CMD ["/step" "x"]'
    ) == [
        'SHELL ["/step"]',
        "ENV A=1",
        "RUN run it",
        "CMD x",
    ]


@pytest.mark.parametrize(
    "entry",
    [
        History(created_by="umoci raw add-layer"),
        History(created_by="jib-maven-plugin:3.4.0", comment="classes", author="Jib"),
        History(created_by="ko build ko://example.org/app", comment="go build output", author="ko"),
        History(created_by="bazel build ..."),
        History(created_by="# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'", comment="debuerreotype 0.15"),
        History(comment="store paths: ['/nix/store/abc-hello']"),
        History(created_by="/bin/sh", comment="FROM localhost/base:1"),
        History(created_by=f"{NOP} "),
        History(created_by="RUN"),
        History(created_by="ENV", comment=BUILDKIT),
        History(created_by="EXPOSE all", comment=BUILDKIT),
        History(),
    ],
)
def test_what_is_no_instruction_is_kept_as_what_it_says(entry: History) -> None:
    (found,) = rebuild([entry], ContainerConfig())

    assert (found.keyword, found.lines) == ("", [])
    assert found.text == (entry.created_by.strip() or entry.comment)


def test_build_arguments_are_told_from_words_by_their_number_and_their_values() -> None:
    lines = built(
        f"{NOP} ARG V=1",
        f"{NOP} ARG TEXT=two words",
        "|2 TEXT=two words V=1 /x y",
        "|3 O=other one TEXT=two words V=2 /x y",
    )

    assert lines[2:] == ['RUN ["/x", "y"]'] * 2


def test_buildah_names_all_build_arguments_at_each_and_only_new_ones_are_told() -> None:
    assert built(f"{NOP}ARG V", f"{NOP}ARG TEXT V", f"{NOP}ARG V") == ["ARG V", "ARG TEXT", "ARG V"]


def test_a_shell_is_known_from_its_own_entry() -> None:
    assert built("/my sh #(nop)  SHELL [/my sh]", "/my sh x", "/my other #(nop)  ENV A=1") == [
        'SHELL ["/my", "sh"]',
        "RUN x",
        'RUN ["/my", "other", "#(nop)", "ENV", "A=1"]',
    ]


def test_onbuild_is_in_the_config_where_the_history_has_none() -> None:
    found = on_build(ContainerConfig(on_build=("RUN make", "RUN x\\", "")))

    assert [one.lines for one in found] == [["ONBUILD RUN make"], [], []]
    assert found[0].notes == ("from the config: the history does not tell of it",)


def test_what_is_not_known_is_said() -> None:
    copied, run, argued = rebuild(
        [
            History(created_by=f"{NOP} ENV A=1"),
            History(created_by=f"{NOP}COPY file:ab12 in / "),
            History(created_by="/x y"),
            History(created_by="|1 V=3 /bin/sh -c make"),
        ],
        ContainerConfig(),
    )[1:]

    assert copied.notes == ("source: file:ab12; its name is not known",)
    assert "guess" in run.notes[0]
    assert argued.notes == ("build arguments: V=3",)


_BITS = st.sampled_from(
    [
        *(
            "RUN ",
            "ENV ",
            "COPY ",
            "CMD ",
            "LABEL ",
            "ONBUILD ",
            "USER root",
            "FROM x",
            "HEALTHCHECK ",
            "SHELL ",
            "ARG ",
        ),
        *(
            "/bin/sh -c ",
            "#(nop) ",
            "#(nop)  ",
            "|1 A=b ",
            "# buildkit",
            "dir:ab in /x",
            "A=b",
            "in ",
            "::set-env ",
            "##[",
        ),
        *(
            "\n",
            "\r",
            "\\",
            "\\\n",
            " ",
            "  ",
            "\t",
            "<<EOF",
            "<<-EOF",
            "<<'EOF'",
            '<<"EOF"',
            "EOF",
            "\nEOF\n",
            "<<",
            "<",
        ),
        *('"', "'", "[", "]", '["a" "b"]', '["a", "b"]', "$", "`", "#", "--x", "--x=y ", "=", "x", "\x1b[2J", "\u2028"),
        *("\u202e", "\x00", "\x7f", "é", "&{", "map[", '"5s" ', "'\\x02'}", "\\\\", "/"),
    ]
)
_TEXTS = st.lists(_BITS, max_size=8).map("".join)


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.tuples(st.one_of(_TEXTS, st.text(max_size=20)), st.sampled_from(["", BUILDKIT])), max_size=4))
@example([("RUN /bin/sh -c echo a<<EOF\nUSER root\nEOF # buildkit", BUILDKIT)])
@example([("RUN /bin/sh -c echo 'x <<EOF y'\nUSER root\nEOF # buildkit", BUILDKIT)])
@example([("/bin/sh -c echo \\", ""), ("/bin/sh -c <<EOF", "")])
@example([("COPY <<A <<B /x # buildkit", BUILDKIT)])
def test_no_entry_becomes_another_line(entries: list[tuple[str, str]]) -> None:
    history = [History(created_by=text, comment=comment) for text, comment in entries]
    found = rebuild(history, ContainerConfig())
    lines = [line for one in found for line in one.lines]
    text = "\n".join(lines)

    assert [one.partition(" ")[0] for one in read(text)] == [one.keyword for one in found if one.keyword]
    assert all(line.isprintable() or line.replace("\t", "").isprintable() or line >= "\u00a0" for line in lines)
    for line in [*lines, *(note for one in found for note in (*one.notes, one.text if not one.keyword else ""))]:
        assert not {"\r", "\x1b", "\x00", "\x7f", "\u2028", "\u202e"} & set(line)
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["make", ";", "&&", " ", "  ", "\t", "    ", "#", "'a  b'", "\\ ", "\\"]),
        min_size=1,
        max_size=9,
    )
)
def test_a_line_that_is_folded_is_read_as_the_same_line(parts: list[str]) -> None:
    command = "".join(parts).strip()
    (line,) = built(f"RUN /bin/sh -c {command} # buildkit", comment=BUILDKIT)

    if "<<" not in line and line:
        assert read(line) == [f"RUN {command}".rstrip()]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_lists_of_go_are_read_back(words: list[str]) -> None:
    quoted = "[" + " ".join(json.dumps(word, ensure_ascii=False) for word in words) + "]"

    assert strings(quoted) == words


@pytest.mark.parametrize("text", ["", "[", '["a', '["a" b]', "a", '["a]', '["a\\"]'])
def test_what_is_no_list_of_go_is_none(text: str) -> None:
    assert strings(text) is None


def test_escapes_of_go_are_undone() -> None:
    assert unquoted(r"\a\b\f\n\r\t\v\\\"\x41\u00e9\U0001f600\101\q\ud800") == '\a\b\f\n\r\t\v\\"Aé😀Aq\\ud800'


@given(st.dictionaries(st.from_regex(r"[A-Z]{1,3}", fullmatch=True), st.from_regex(r"[a-z= ]{0,6}", fullmatch=True)))
def test_pairs_whose_values_are_known_are_read_back(known: dict[str, str]) -> None:
    text = " ".join(f"{name}={value}" for name, value in known.items())

    assert pairs(text, known) == list(known.items())


def test_words_with_blanks_are_known_by_name() -> None:
    assert plain_list("[/a /b c /d]", ["/b c"]) == ["/a", "/b c", "/d"]
    assert plain_list("[]", []) == []
