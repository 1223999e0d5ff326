"""Base: how many of an image's lowest layers are somebody else's, whose waste is not one's own to remove.

A guess would let waste pass: what is neither given nor told by the image is an error, and the guess is in its hint.
"""

from __future__ import annotations

from imgscope.analysis.base import base_of, common_layers, wanted
from imgscope.errors import SettingsError
from imgscope.escaping import printable
from imgscope.filesystem.model import FileSystem
from imgscope.gate import values
from imgscope.image.masking import masked
from imgscope.image.model import Image
from imgscope.oci.digest import is_digest

AUTO = "auto"

_GIVE = "give the base as another archive, or as a number of layers: --base ARCHIVE, --base 3"
_LONGEST = 120


def base_layers(image: Image, base: str, other: Image | None = None, fs: FileSystem | None = None) -> int:
    """How many layers, from the lowest, are the base's.

    ``base``: a number; a chain id, diff_id or digest of its last layer; ``auto``; or, where ``other`` is the base
    itself, whatever it was called. ``fs`` is the image's, from which a guess is better. Raises SettingsError.
    """
    if other is not None:
        return _beginning(image, base, other)
    if base == AUTO:
        return _told(image, fs)
    if is_digest(base):
        return _up_to(image, base)
    try:
        number = values.count(base)
    except ValueError:
        raise SettingsError(f"not a base: {_shown(base)}", hint=_GIVE) from None
    return _counted(image, number)


def described(image: Image) -> str:
    """The base that an image says it has, for people; empty where it says nothing."""
    name, digest = wanted(image) or ("", "")
    return f"{_shown(name)} ({_shown(digest)})" if name and digest else _shown(name or digest)


def _counted(image: Image, number: int) -> int:
    if number > len(image.layers):
        raise SettingsError(f"the base cannot have {number} layers: the image has only {len(image.layers)}")
    return number


def _up_to(image: Image, digest: str) -> int:
    """The layers up to the one that a digest names."""
    named = [layer.index for layer in image.layers if digest in (layer.chain_id, layer.diff_id, layer.digest)]
    if len(named) > 1:
        numbers = ", ".join(map(str, named))
        hint = f"give the number of the base's layers, for example --base {named[0] + 1}"
        raise SettingsError(f"{digest} is in the image more than once, as layers {numbers}", hint=hint)
    if not named:
        hint = f"the digest of a manifest or a config does not tell the layers; {_GIVE}"
        raise SettingsError(f"no layer has the chain id, diff_id or digest {_shown(digest)}", hint=hint)
    return named[0] + 1


def _told(image: Image, fs: FileSystem | None) -> int:
    """What the image itself tells."""
    base = base_of(image, fs)
    if base.told:
        return base.layers
    hint = f"{_GIVE}; a guess is --base {base.layers}" if base.layers else _GIVE
    if wanted(image) is None:
        raise SettingsError("the image does not say what its base is", hint=hint)
    raise SettingsError(f"the image says that its base is {described(image)}, but not which layers are", hint=hint)


def _beginning(image: Image, base: str, other: Image) -> int:
    """All layers of another image, if this one begins with them."""
    mine, theirs = ([layer.diff_id for layer in one.layers] for one in (image, other))
    if "" in mine or "" in theirs:
        raise SettingsError(
            "there are no diff_ids that the base could be known by (a plain filesystem, or an image of old)", hint=_GIVE
        )
    same = common_layers(image, other)
    if same == len(theirs):
        return same
    called = described(image) if base == AUTO else _shown(base)
    what = f"the image is not built on {called or 'this base'}"
    if same == len(mine):
        raise SettingsError(f"{what}, which has {len(theirs)} layers: the image has only {same} of them")
    hint = f"there it is made by {_maker(other, same)}, here by {_maker(image, same)}"
    raise SettingsError(f"{what}: they part at layer {same}", hint=hint)


def _maker(image: Image, layer: int) -> str:
    step = image.history.step_of(layer)
    return (step and _shown(masked(step.instruction))) or "nobody knows what"


def _shown(text: str) -> str:
    return printable(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
