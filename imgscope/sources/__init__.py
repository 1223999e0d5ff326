"""Places an image comes from → OpenImage.

A saved image is a set of named files, in an archive (``archive``) or in a directory (``directory``); which documents
they hold is a *layout*: ``oci_layout``, ``docker_archive``, ``docker_v1``, ``dir_transport``, ``filesystem_tar``.
``detect`` holds the visible list of layouts, ``spool`` brings pipes and compressed files to where they can be read at
any position, ``select`` chooses among several images. A layout never imports another.
"""
