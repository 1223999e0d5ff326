"""Names that secrets usually have."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

SECRETS = (
    *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.ppk", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx"),
    *("*.key", ".env", ".env.*", ".npmrc", ".yarnrc", ".pypirc", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".htpasswd"),
    *(".git-credentials", "**/.aws/credentials", "**/.docker/config.json", ".dockercfg", "**/.kube/config"),
    *("kubeconfig", "application_default_credentials.json", "*.tfstate", ".vault-token", "secrets.yml", "secrets.yaml"),
    *(
        "!.env.example",
        "!.env.sample",
        "!.env.template",
        "!usr/share/**",
        "!**/site-packages/**",
        "!**/node_modules/**",
    ),
)
"""Globs of paths. The last part of one that does not take back has a star at one end at most."""

_WANTED = [pattern.encode().rpartition(b"/") for pattern in SECRETS if not pattern.startswith("!")]
WHOLE = frozenset(name for _, _, name in _WANTED if b"*" not in name)
ENDS = tuple(name[1:] for _, _, name in _WANTED if name.startswith(b"*"))
STARTS = tuple(name[:-1] for _, _, name in _WANTED if name.endswith(b"*"))
_BELOW = {name: above.removeprefix(b"**/") for above, _, name in _WANTED if above}
"""The directory that some names must stand in."""
_TAKEN_BACK = [pattern[1:].encode() for pattern in SECRETS if pattern.startswith("!")]
_HARMLESS = frozenset(name for name in _TAKEN_BACK if b"/" not in name)
_ELSEWHERE = [path.removesuffix(b"**") for path in _TAKEN_BACK if b"/" in path]
_NOT_UNDER = tuple(path for path in _ELSEWHERE if not path.startswith(b"**"))
_NOT_IN = tuple(path.removeprefix(b"**") for path in _ELSEWHERE if path.startswith(b"**"))


def likely_names(names: AbstractSet[bytes]) -> set[bytes]:
    """Those of some last parts of paths that secrets may have."""
    return names_like(names, WHOLE, ENDS, STARTS)


def names_like(
    names: AbstractSet[bytes], whole: AbstractSet[bytes], ends: tuple[bytes, ...], starts: tuple[bytes, ...] = ()
) -> set[bytes]:
    """Names that are one of some, or end or begin as some do.

    There may be half a million: they are put together, with what no name has between them, and searched as one.
    """
    every = b"/".join((b"", *names, b""))
    tails, heads = b"|".join(map(re.escape, ends)), b"|".join(map(re.escape, starts))
    places = [match.start() for match in re.finditer(b"(?:%s)(?=/)" % tails, every)] if ends else []
    places += [match.end() for match in re.finditer(b"/(?:%s)" % heads, every)] if starts else []
    found = {every[every.rfind(b"/", 0, place) + 1 : every.find(b"/", place)] for place in places}
    return found | (names & whole)


def is_secret_path(path: bytes) -> bool:
    """Whether a file is named like a secret itself; the globs also take what is in a directory of such a name."""
    above, _, name = path.rpartition(b"/")
    if name in _HARMLESS or not (name in WHOLE or name.endswith(ENDS) or name.startswith(STARTS)):
        return False
    if name in _BELOW and above.rpartition(b"/")[2] != _BELOW[name]:
        return False
    return not path.startswith(_NOT_UNDER) and not any(part in b"/" + path for part in _NOT_IN)
