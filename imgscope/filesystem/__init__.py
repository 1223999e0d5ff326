"""What the changesets of an image do to its root filesystem.

``rootfs`` is the filesystem as it stands between two layers. ``changeset`` applies one layer to it: ``markers`` finds
what is no file (``whiteout`` reads the names), ``hiding`` lets it act, ``entries`` writes the rest, ``settling`` says
what became of every body, ``order`` where engines would differ; ``change`` holds the moves they share. ``squash``
applies all layers and yields a ``FileSystem`` (``model``). Each layer leaves a ``journal``, from which ``timeline`` has
the filesystem as it stood in between. ``paths`` normalises names, ``oddity`` lists what is worth a warning.

What a person names is found by ``finding``, as it stood after a layer, or by ``lookup``, as it ever stood.
"""
