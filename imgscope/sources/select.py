"""One image among several: by name, id or digest, by platform, or else predictably."""

from __future__ import annotations

import platform as machine
from collections.abc import Callable, Iterable

from imgscope.errors import DocumentError, ImgscopeError, MissingError, SettingsError, SourceError
from imgscope.image.opened import ImageWarning, OpenImage, Origin
from imgscope.oci.descriptor import Platform
from imgscope.sources.interface import Catalogue, Found, Source

_ARCHITECTURES = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "i386": "386",
    "i686": "386",
    "armv7l": "arm",
}
_DEFAULT_REGISTRY = ("docker.io/library/", "index.docker.io/library/", "docker.io/", "localhost/")
_LIST_HINT = "imgscope images lists what it holds"


def choose(source: Source, image: str | None = None, platform: str | None = None) -> OpenImage:
    """Open the image that ``image`` (a tag, an id or digest, or their beginning) and ``platform`` pick.

    Without them the host's platform is preferred, else the first image taken. Raises SettingsError where nothing
    or more than one thing fits, and the image's own error where it cannot be opened.
    """
    candidates = fitting(source, image, platform)
    if not candidates:
        raise _nothing_inside(source.catalogue).located(file=source.path)
    chosen = preferred(candidates)
    found = opened(source, chosen)
    if sum(map(_was_saved, candidates)) > 1:
        found.warnings.append(_several([one for one in source.catalogue.images if _was_saved(one)], chosen))
    return found


def fitting(source: Source, image: str | None = None, platform: str | None = None) -> list[Found]:
    """The images that fit, in the order of the source; none only where it holds nothing but other things."""
    catalogue = source.catalogue
    found = catalogue.images
    if not found:
        if image or platform or not (catalogue.artifacts or catalogue.attestations):
            raise _nothing_inside(catalogue).located(file=source.path)
        return []
    if image is not None:
        found = _by_name(found, image)
    return _by_platform(found, platform) if platform else found


def opened(source: Source, found: Found) -> OpenImage:
    """One image of a source. Raises the image's own error where it cannot be opened."""
    if found.image is None:
        problem = found.problem or DocumentError("the image cannot be opened")
        if source.catalogue.damage and isinstance(problem, MissingError):
            problem = source.catalogue.damage  # what is missing may lie behind it
        raise problem.located(file=source.path)
    count = len(source.catalogue.images)
    origin = Origin(source.path, source.catalogue.flavour, source.stored_bytes, describe(found), count)
    catalogue = source.catalogue
    damaged = catalogue.damage is not None
    return OpenImage(found.image, source.store, origin, list(catalogue.warnings), damaged, source.changed)


def only_listed(found: Found, every: Iterable[Found]) -> bool:
    """Whether an image is of a platform that was never saved, beside one of the same name that was: no fault."""
    missing = found.image is None and isinstance(found.problem, MissingError) and str(found.platform) != ""
    saved = (other.platform for other in every if other.image and other.tags == found.tags)
    return missing and any(platform != found.platform for platform in saved)


def describe(found: Found) -> str:
    """An image in few words: first tag or short id, and platform."""
    id_ = found.v1_id or (found.id or found.manifest_digest or "").partition(":")[2]
    name = found.tags[0] if found.tags else id_[:12]
    return " ".join(part for part in (name, str(found.platform)) if part)


def familiar(name: str) -> str:
    """A reference as people say it: without the default registry, with a tag."""
    for prefix in _DEFAULT_REGISTRY:
        if name.startswith(prefix):
            name = name.removeprefix(prefix)
            break
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def _by_name(images: list[Found], query: str) -> list[Found]:
    """Exact names before ids and digests before beginnings; what several images bear only where it is one name."""
    tests: tuple[Callable[[Found], bool], ...] = (
        lambda found: any(query == tag or familiar(query) == familiar(tag) for tag in found.tags),
        lambda found: query in _identities(found),
        lambda found: any(tag.rpartition("/")[2].rpartition(":")[2] == query for tag in found.tags),
        lambda found: any(identity.startswith(query) for identity in _identities(found)),
        lambda found: any(tag.startswith(query) or familiar(tag).startswith(query) for tag in found.tags),
    )
    for test in tests if query else ():
        matches = [found for found in images if test(found)]
        if not matches:
            continue
        if len({(found.tags, found.id if not found.tags else "") for found in matches}) > 1 and test is not tests[0]:
            raise SettingsError(f"--image {query} fits several images", hint=_list(matches))
        return matches
    raise SettingsError(f"no image {query} in the file", hint=_list(images))


def _identities(found: Found) -> list[str]:
    """Id and manifest digest, with and without the algorithm; an old id, which has none."""
    full = [text for text in (found.id, found.manifest_digest) if text]
    bare = [text.partition(":")[2] for text in full]
    return [*full, *bare, found.v1_id] if found.v1_id else full + bare


def _by_platform(images: list[Found], query: str) -> list[Found]:
    wanted = query.lower().strip("/").split("/")
    if len(wanted) < 2:
        raise SettingsError(f"--platform {query}: not os/architecture[/variant]", hint="for example linux/arm64")
    wanted[1] = _ARCHITECTURES.get(wanted[1], wanted[1])
    matches = [found for found in images if str(found.platform).split("/")[: len(wanted)] == wanted]
    if not matches:
        raise SettingsError(f"no image for {query} in the file", hint=_list(images))
    return matches


def preferred(images: list[Found]) -> Found:
    """The image to take where nobody chose: readable before not, for the host's architecture, then as listed."""
    if not images:
        raise SourceError("holds no image", hint=_LIST_HINT)
    host = _ARCHITECTURES.get(machine.machine().lower(), machine.machine().lower())

    def rank(found: Found) -> tuple[bool, bool]:
        return found.image is None, not _runs_here(found.platform, host)

    return min(images, key=rank)


def _was_saved(found: Found) -> bool:
    """Not so the other platforms of an index, of which an engine saves only what it has."""
    return found.image is not None or not isinstance(found.problem, SourceError)


def _runs_here(platform: Platform, host: str) -> bool:
    return platform.os == "linux" and platform.architecture == host


def _several(images: list[Found], chosen: Found) -> ImageWarning:
    others = [describe(found) or "(no name)" for found in images if found is not chosen]
    shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    return ImageWarning(
        "several-images",
        f"{len(images)} images in the file; this is {describe(chosen) or 'the first'}. Others: {shown}"
        " (choose with --image or --platform)",
    )


def _list(images: list[Found]) -> str:
    return "there are: " + ", ".join(dict.fromkeys(describe(found) or "(no name)" for found in images))


def _nothing_inside(catalogue: Catalogue) -> ImgscopeError:
    """The error for a source without an image, saying what it holds instead."""
    kinds = sorted({other.kind for other in catalogue.artifacts})
    if kinds:
        more = f" and {len(kinds) - 5} more kinds" if len(kinds) > 5 else ""
        return SourceError(f"holds no image, only artifacts: {', '.join(kinds[:5])}{more}", hint=_LIST_HINT)
    if catalogue.attestations:
        return SourceError("holds no image, only attestations", hint=_LIST_HINT)
    return SourceError("holds no image", hint="save one into it, for example with docker save or skopeo copy")
