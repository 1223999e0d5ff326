"""Values that nobody should read: settings named like secrets, and texts with such values taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator

MASK = "****"
_LONGEST = 1 << 16
"""Characters of an instruction that are looked at; nobody writes longer ones."""
_SECRET = re.compile(
    r"(?:^|_)(?:PASS(?:WORD|WD|PHRASE)?|PWD|TOKEN|SECRET|SECRETS|CREDENTIALS?|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY"
    r"|SECRET_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|AUTH_?KEY|MASTER_?KEY|DEPLOY_?KEY|SSH_?KEY|LICEN[CS]E_?KEY|KEY)$"
    r"|(?:PASSWORD|PASSWD|APIKEY|SECRETKEY)$"
)
_HARMLESS = re.compile(r"(?:^|_)(?:GPG|PGP|PUBLIC|PUB|HOST|SORT|CACHE|PRIMARY|FOREIGN|KEYRING)_?KEYS?$|^(?:OLD)?PWD$")
_NOTHING = re.compile(r"\$.*|/.*|<.*>|\*+|x+|true|false|yes|no|none|null|changeme|[0-9]{1,3}", re.IGNORECASE)
"""Values that give nothing away: other variables, files, switches."""
_SETTING = re.compile(r"(?<![\w./-])([A-Za-z_][A-Za-z0-9_]{0,99})=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|)]+)")
_DECLARES = re.compile(r"\s*(?:/bin/sh -c #\(nop\)\s*)?(?:ENV|ARG|LABEL)\s", re.IGNORECASE)
_DECLARED = re.compile(
    r"(?<![\w./-])([A-Za-z_][A-Za-z0-9_.-]{0,99})="
    r"(\"(?:[^\"\\]|\\.)*\"(?=\s|\Z)|'[^']*'(?=\s|\Z)|.*?(?=\s[A-Za-z_][A-Za-z0-9_.-]{0,99}=|\Z))",
    re.DOTALL,
)
"""Builders keep the values of such instructions without their quotes: one goes on to the next name."""


def is_secret(name: str, value: str) -> bool:
    """Whether a setting of this name and value gives something away."""
    name, value = name.upper().replace(".", "_").replace("-", "_"), value.strip("\"' ")
    return bool(_SECRET.search(name) and not _HARMLESS.search(name) and value and not _NOTHING.fullmatch(value))


def secrets_in(text: str) -> Iterator[str]:
    """Names of settings in an instruction that give something away, in order; one may come twice."""
    for match in _SETTING.finditer(text, 0, _LONGEST):
        if is_secret(match[1], match[2]):
            yield match[1]


def masked(text: str) -> str:
    """An instruction without the values of such settings; of a very long one only the beginning, and an ellipsis."""
    settings = _DECLARED if _DECLARES.match(text) else _SETTING
    cut = "…" if len(text) > _LONGEST else ""
    return settings.sub(_masked, text[:_LONGEST]) + cut


def _masked(match: re.Match[str]) -> str:
    return f"{match[1]}={MASK}" if is_secret(match[1], match[2]) else match[0]
