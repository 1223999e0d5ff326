"""What the changesets of an image do to its root filesystem.

``whiteout`` reads marker names, ``markers`` finds them in a layer, ``paths`` normalises names, ``rootfs`` is the
filesystem as it stands between two layers, ``changeset`` applies one layer to it, ``order`` tells where engines would
differ, and ``squash`` puts all of it together into a ``FileSystem`` (``model``): what is there in the end, and what
hid everything else.
"""
