"""Files and directories of an image, written to disk or to a stream: the only room that does so.

``write`` holds ``extract``, which goes through what ``plan`` selects: directories first, then the content of files a
layer at a time, symlinks and what is ``special`` when nothing is written through a directory any more, and what
directories look like at the very end. ``target`` looks at what the user named before anything is written, ``place``
finds directories without ever following a link, ``draft`` is a file until it has its name, ``dress`` sets owners, modes
and times. ``model`` has the request, the outcome, and what is told of things left out.

``tarball`` writes the same selection as a tar, in the order of paths; ``ahead`` has the bodies in that order. ``cat``
is one file's content. ``reading`` has what files hold, ``xattrs`` the attributes whose values only headers have.
"""
