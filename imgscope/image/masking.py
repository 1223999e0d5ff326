"""Values that nobody should read: settings named like secrets, and texts with such values taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

MASK = "****"
_LONGEST = 1 << 16
"""Characters of an instruction that are looked at; nobody writes longer ones."""
_SECRET = re.compile(
    r"(?:^|_)(?:PASS(?:WORD|WD|PHRASE)?|PWD|TOKEN|SECRET|SECRETS|CREDENTIALS?|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY"
    r"|SECRET_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|AUTH_?KEY|MASTER_?KEY|DEPLOY_?KEY|SSH_?KEY|LICEN[CS]E_?KEY|KEY)$"
    r"|(?:PASSWORD|PASSWD|APIKEY|SECRETKEY)$"
)
_HARMLESS = re.compile(r"(?:^|_)(?:GPG|PGP|PUBLIC|PUB|HOST|SORT|CACHE|PRIMARY|FOREIGN|KEYRING)_?KEYS?$|^(?:OLD)?PWD$")
_ROOTS = (
    "app|bin|build|certs?|code|config|data|dev|etc|home|keys?|mnt|opt|proc|root|run|secrets?|src|srv|tmp|usr|var|vault"
    "|work|workspace"
)
_NOTHING = re.compile(
    rf"\$.*|(?:~|\.{{1,2}})/.*|/(?:{_ROOTS})(?:/.*)?|<.*>|\*+|x+|true|false|yes|no|none|null|changeme|[0-9]{{1,3}}",
    re.IGNORECASE,
)
"""Values that give nothing away: other variables, files, switches. A key may begin with a slash, too."""
_NAME = re.compile(r"(?<![\w./-])(-{0,2}[A-Za-z_][A-Za-z0-9_.-]{0,99})=")
"""Of a variable, a label or an option; no part of a path."""
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
_VALUE = re.compile(_QUOTED + r"|[^\s;&|)]+")
_DECLARES = re.compile(
    r"\s*(?:\S{1,99}(?:\s+\S{1,30}){0,5}?\s+#\(nop\)\s*)?(?:ONBUILD\s+)?(?:ENV|ARG|LABEL)\s", re.IGNORECASE
)
_BUILD_ARGUMENTS = re.compile(r"\s*(?:RUN\s+)?\|\d{1,4}\s.*?(?=\s/\S+\s+-|\Z)", re.DOTALL)
"""What builders write before the shell of a RUN, without quotes: ``|1 TOKEN=… /bin/sh -c make``."""
_DECLARED = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"(?=\s|\Z)|'[^']*'(?=\s|\Z)|.*?(?=\s[A-Za-z_][A-Za-z0-9_.-]{0,99}=|\Z)", re.DOTALL
)
"""Builders keep the values of such instructions without their quotes: one goes on to the next name."""
_OPTION = (
    r"(?<![\w./-])(--?(?!(?:no|not|with|without|disabled?|enabled?|use|ask|prompt|allow|require|skip|show|print|generate)[-_])"
    r"(?:[A-Za-z0-9]{1,40}[-_]){0,5}(?:password|passwd|passphrase|token|secret))"
)
"""What takes a password behind a blank; switches such as ``--disabled-password`` do not."""
_GIVEN = re.compile(
    _OPTION + r"(?:(\s+)(" + _QUOTED + r"|[^\s;&|)<>\"'\\-][^\s;&|)\"]*)|(\",?\s*\")([^\"]+))",
    re.IGNORECASE,
)
"""Such an option and its value, in a line of a shell or in a list of quoted words."""
_ALONE = re.compile(_OPTION, re.IGNORECASE)


def is_secret(name: str, value: str) -> bool:
    """Whether a setting of this name and value gives something away."""
    return _is_secret_name(name) and _tells(value)


def secrets_in(text: str) -> Iterator[str]:
    """Names of settings and options in an instruction that give something away; one may come twice."""
    text = text[:_LONGEST]
    for name, start, end in _settings(text):
        if _tells(text[start:end]):
            yield name
    for match in _GIVEN.finditer(text):
        if _tells(match[3] or match[5]):
            yield match[1]


def masked(text: str) -> str:
    """An instruction without the values of such settings; of a very long one only the beginning, and an ellipsis."""
    cut = "…" if len(text) > _LONGEST else ""
    text, parts, done = text[:_LONGEST], [], 0
    for _, start, end in _settings(text):
        if _tells(text[start:end]):
            parts += [text[done:start], MASK]
            done = end
    return _GIVEN.sub(_without, "".join([*parts, text[done:]])) + cut


def masked_value(name: str, value: str) -> str:
    """What a setting may be shown as: all of it is masked where its name is a secret's, else what stands in it."""
    return MASK if is_secret(name, value) else masked(value)


def masked_words(words: Sequence[str]) -> list[str]:
    """A command, word by word; what stands behind an option for a password is one."""
    before = ["", *words]
    return [
        MASK if _ALONE.fullmatch(option) and not word.startswith("-") and _tells(word) else masked(word)
        for option, word in zip(before, words, strict=False)
    ]


def _settings(text: str) -> Iterator[tuple[str, int, int]]:
    """Settings in an instruction that are named like secrets: the name, and where its value begins and ends."""
    arguments = _BUILD_ARGUMENTS.match(text)
    unquoted = len(text) if _DECLARES.match(text) else arguments.end() if arguments else 0
    yield from _settings_within(text, 0, unquoted, _DECLARED)
    yield from _settings_within(text, unquoted, len(text), _VALUE)


def _settings_within(text: str, at: int, end: int, value: re.Pattern[str]) -> Iterator[tuple[str, int, int]]:
    while name := _NAME.search(text, at, end):
        at = name.end()
        # Of others the value is gone through for more names: --env=TOKEN=…. Never twice: that would be quadratic.
        if _is_secret_name(name[1]) and (found := value.match(text, at, end)):
            at = found.end()
            yield name[1], found.start(), at


def _is_secret_name(name: str) -> bool:
    name = name.upper().replace(".", "_").replace("-", "_")
    return bool(_SECRET.search(name) and not _HARMLESS.search(name))


def _tells(value: str) -> bool:
    value = value.strip("\"' ")
    return bool(value and not _NOTHING.fullmatch(value))


def _without(match: re.Match[str]) -> str:
    name, blank, value, quotes, word = match.groups()
    return f"{name}{blank or quotes}{MASK}" if _tells(value or word) else match[0]
